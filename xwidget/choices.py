"""What a person may choose for a run, in words: one table for the panel and its exported page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from xwidget.engine.games import GAMES
from xwidget.engine.strategies import SUMMARIES


def choices(games: Iterable[str] = GAMES, defenses: Iterable[str] = SUMMARIES) -> dict[str, Any]:
    """Return these games and defenses as the page is given them; docs/protocol.md describes it.

    Examples
    --------
    >>> choices(["generation"], ["none"])["about"]["game"]
    {'generation': 'The least of the photo that alone makes the net say the class.'}
    """
    games, defenses = list(games), list(defenses)
    return {
        "game": games,
        "defense": defenses,
        "about": {
            "game": {name: GAMES[name].summary for name in games if name in GAMES},
            "defense": {name: SUMMARIES[name] for name in defenses if name in SUMMARIES},
        },
    }
