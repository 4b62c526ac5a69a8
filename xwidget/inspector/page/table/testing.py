"""Edited masks that the net scores."""

from __future__ import annotations

from xwidget.inspector.page import shapes
from xwidget.inspector.page.entries import DONE, Command, Trait
from xwidget.inspector.page.kinds import Mask
from xwidget.support.pace import Pace
from xwidget.support.texts import WORDS

TRAITS: tuple[Trait, ...] = (
    Trait(
        "_edited",
        b"",
        "The newest edited mask that was scored, see [Testing](#testing); empty without one",
    ),
    Trait(
        "_tested",
        {},
        "The net's scores of it; `{}` without one. With `_edited`",
        shapes.Tested,
        room=WORDS,
    ),
)

COMMANDS: tuple[Command, ...] = (
    Command(
        "test",
        "Has an edited mask scored, see [Testing](#testing); no bytes end the test",
        {"buffer": Mask()},
        reply=DONE,
        pace=Pace(24e6, 30e6),
        weighs=True,
    ),
)
