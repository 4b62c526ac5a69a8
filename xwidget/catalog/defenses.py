"""The defenses in words; what each does to an error signal is in ``engine.strategies``."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Summary of each defense in the panel, and of the default of the game.
SUMMARIES: Mapping[str, str] = MappingProxyType(
    {
        "auto": "The one that serves the game best.",
        "paper": "A unit of the net that does more than in the photo no longer counts.",
        "directional": "No unit of the net is pushed further than where it is in the photo.",
        "clamp": "Every unit of the net is held within what it does in the photo.",
        "none": "Off: shows why one is needed, as noise can then bring almost any class.",
    }
)

UNDEFENDED = "none"
"""The choice of no defense."""
