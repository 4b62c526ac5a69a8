"""The defenses in words; what each does to an error signal is in ``engine.strategies``."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xwidget.catalog.games import GAMES

#: Summary of each defense in the panel, and of the default of the game.
SUMMARIES: Mapping[str, str] = MappingProxyType(
    {
        "auto": "The one that serves the game best.",
        "paper": "A unit of the network that does more than in the photo no longer counts.",
        "directional": "No unit of the network is pushed further than where it is in the photo.",
        "clamp": "Every unit of the network is held within what it does in the photo.",
        "none": "Off: shows why one is needed, as noise can then bring almost any class.",
    }
)

UNDEFENDED = "none"
"""The choice of no defense."""


def named(defense: str, game: str = "") -> str:
    """Return a defense as a line names it.

    Parameters
    ----------
    defense
        Its name, as in the settings.
    game
        Name of the game, where it is known: it tells which defense "auto" is.

    Examples
    --------
    >>> named("none"), named("paper"), named("auto"), named("auto", "generation")
    ('no defense', 'paper defense', 'auto defense', 'directional defense')
    """
    if defense == "auto" and game in GAMES:
        defense = GAMES[game].defense
    return "no defense" if defense == UNDEFENDED else f"{defense} defense"
