"""Comparisons: runs that differ in one setting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from xwidget.catalog.defenses import SUMMARIES, UNDEFENDED
from xwidget.catalog.games import GAMES


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs that differ in one setting, side by side.

    Attributes
    ----------
    label, title
        Of the layout that shows them, and a sentence on it.
    values
        Of the setting.
    alternatives
        By what a run has: what are compared, its own among them.
    """

    label: str
    title: str
    values: tuple[str, ...]
    alternatives: Callable[[str], list[str]]


#: The comparisons, by the setting in which the runs differ.
COMPARISONS: Mapping[str, Comparison] = MappingProxyType(
    {
        "game": Comparison(
            "The four games",
            "Runs the games that have not run yet",
            tuple(GAMES),
            lambda own: list(GAMES),
        ),
        "defense": Comparison(
            "Defense on | off",
            "Runs this game without a defense, too",
            tuple(SUMMARIES),
            lambda own: [own, "auto" if own == UNDEFENDED else UNDEFENDED],
        ),
    }
)


def check(by: str) -> None:
    """Raise ValueError unless runs can be compared by that setting."""
    if by not in COMPARISONS:
        known = " or ".join(f'"{name}"' for name in COMPARISONS)
        raise ValueError(f"runs are compared by {known}, got {by!r}")


def alternatives(by: str, own: str) -> list[str]:
    """Return the runs of a comparison by one setting, by name, the run itself among them.

    Parameters
    ----------
    by
        ``"game"``: all games. ``"defense"``: its own defense and none; where its own is none, the
        game's.
    own
        What the run has.

    Examples
    --------
    >>> alternatives("defense", "paper"), alternatives("defense", "none")
    (['paper', 'none'], ['none', 'auto'])
    """
    return COMPARISONS[by].alternatives(own)


def comparisons() -> dict[str, dict[str, Any]]:
    """Return the comparisons as the page is given them, see docs/protocol.md.

    Examples
    --------
    >>> comparisons()["defense"]["others"]["paper"]
    ['none']
    """
    return {
        by: {
            "label": each.label,
            "title": each.title,
            "others": {
                own: [name for name in each.alternatives(own) if name != own] for own in each.values
            },
        }
        for by, each in COMPARISONS.items()
    }
