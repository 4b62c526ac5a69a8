"""Files of what is explained."""

from __future__ import annotations

from xwidget.export.formats import FORMATS, menu
from xwidget.inspector.page import shapes
from xwidget.inspector.page.entries import Command, Reply, Trait
from xwidget.inspector.page.kinds import Word
from xwidget.support.pace import Pace

SAVED = Reply("saved", {"name": str, "notes": list[str]}, buffer="the file", optional=("notes",))
"""A file; ``notes`` say what its format does not hold."""

TRAITS: tuple[Trait, ...] = (
    Trait(
        "_formats",
        menu(),
        "The files that the menu offers",
        list[shapes.FileFormat],
    ),
)

COMMANDS: tuple[Command, ...] = (
    Command(
        "save",
        "Asks for a file of the explanation so far, in one of `_formats`",
        {"format": Word(tuple(FORMATS))},
        reply=SAVED,
        pace=Pace(2, 1),
    ),
    Command(
        "sizes",
        "Asks for the approximate sizes of these files in bytes, where they are known without "
        "writing them",
        reply=Reply("sizes", {"bytes": dict[str, int]}),
        pace=Pace(4, 2),
        quiet=True,
    ),
)
