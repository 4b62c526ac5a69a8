"""The classes that are explained."""

from __future__ import annotations

from xwidget.inspector.page import shapes
from xwidget.inspector.page.entries import DONE, Command, Reply, Trait
from xwidget.inspector.page.kinds import INDEX
from xwidget.support.pace import Pace
from xwidget.support.texts import NAME

TRAITS: tuple[Trait, ...] = (
    Trait(
        "_classes",
        [],
        "The classes being explained, best first",
        list[shapes.ClassInfo],
        room=NAME,
    ),
)

COMMANDS: tuple[Command, ...] = (
    Command(
        "add",
        "Explains one more class, alone, after what is running; then `target` becomes that class, "
        "unless another was chosen meanwhile",
        {"target": INDEX},
        reply=DONE,
        pace=Pace(10, 5),
    ),
    Command(
        "contrast",
        "Explains, as `add` does, what speaks for class `target` rather than for class `other`",
        {"target": INDEX, "other": INDEX},
        reply=DONE,
        pace=Pace(5, 1),
    ),
    Command(
        "categories",
        "Asks for every class name, by index",
        reply=Reply("categories", {"names": list[str]}),
        pace=Pace(2, 1),
        quiet=True,
    ),
)
