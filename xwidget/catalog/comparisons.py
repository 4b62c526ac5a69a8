"""Comparisons: runs that differ in one setting."""

from __future__ import annotations

from xwidget.catalog.defenses import SUMMARIES, UNDEFENDED
from xwidget.catalog.games import GAMES

#: The settings by which runs can be compared.
COMPARISONS = ("game", "defense")


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
    if by == "game":
        return list(GAMES)
    return [own, "auto" if own == UNDEFENDED else UNDEFENDED]


def comparisons() -> dict[str, dict[str, list[str]]]:
    """Return the runs that each is compared with as the page is given them, see docs/protocol.md.

    Returns
    -------
    dict
        By the setting that differs, and by what the run has: the names of the others.

    Examples
    --------
    >>> comparisons()["defense"]["paper"]
    ['none']
    """
    offered = {"game": list(GAMES), "defense": list(SUMMARIES)}
    return {
        by: {own: [name for name in alternatives(by, own) if name != own] for own in names}
        for by, names in offered.items()
    }
