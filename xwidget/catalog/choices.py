"""What a person may choose for a run, in words: one table for the panel and its exported page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from xwidget.catalog.defenses import SUMMARIES
from xwidget.catalog.games import GAMES

#: The settings by which runs can be compared.
COMPARISONS = ("game", "defense")


def alternatives(by: str, own: str) -> list[str]:
    """Return what runs are compared that differ in one setting, by name, the run's own among them.

    Parameters
    ----------
    by
        ``"game"``: all games. ``"defense"``: its own defense and none; where its own is none, the
        game's.
    own
        What the run has.

    Raises
    ------
    ValueError
        If ``by`` is neither.

    Examples
    --------
    >>> alternatives("defense", "paper"), alternatives("defense", "none")
    (['paper', 'none'], ['none', 'auto'])
    """
    if by == "game":
        return list(GAMES)
    if by == "defense":
        return [own, "auto" if own == "none" else "none"]
    known = " or ".join(f'"{name}"' for name in COMPARISONS)
    raise ValueError(f"runs are compared by {known}, got {by!r}")


def choices(games: Iterable[str] = GAMES, defenses: Iterable[str] = SUMMARIES) -> dict[str, Any]:
    """Return these games and defenses as the page is given them; docs/protocol.md describes it.

    Examples
    --------
    >>> choices(["generation"], ["none"])["about"]["game"]
    {'generation': 'The least of the photo that alone makes the net say the class.'}
    """
    games, defenses = list(games), list(defenses)
    offered = {"game": games, "defense": defenses}
    return {
        **offered,
        "about": {
            "game": {name: GAMES[name].summary for name in games if name in GAMES},
            "defense": {name: SUMMARIES[name] for name in defenses if name in SUMMARIES},
        },
        "alternatives": {
            by: {
                own: [name for name in alternatives(by, own) if name in names and name != own]
                for own in names
            }
            for by, names in offered.items()
        },
    }
