"""Runs beside the main one, to compare it with."""

from __future__ import annotations

from xwidget.catalog.comparisons import COMPARISONS, comparisons
from xwidget.inspector.page import shapes
from xwidget.inspector.page.entries import DONE, Command, Trait
from xwidget.inspector.page.kinds import Word
from xwidget.support.pace import Pace
from xwidget.support.texts import WORDS

TRAITS: tuple[Trait, ...] = (
    Trait(
        "_comparisons",
        comparisons(),
        "The comparisons that the panel offers, by the setting in which the runs differ",
        dict[str, shapes.Comparison],
    ),
    Trait(
        "_variants",
        [],
        "The runs beside the main one that have begun, see [Comparing](#comparing). At most twice "
        "a second while one runs, and at the end of each",
        list[shapes.Variant],
        room=WORDS,
    ),
)

COMMANDS: tuple[Command, ...] = (
    Command(
        "compare",
        "Runs the missing variants of this comparison, after the work in progress, see "
        "[Comparing](#comparing); starts the first run if there was none",
        {"by": Word(tuple(COMPARISONS))},
        reply=DONE,
        pace=Pace(4, 2),
    ),
)
