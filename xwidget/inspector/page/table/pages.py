"""Pages that come, and what they say of themselves."""

from __future__ import annotations

from xwidget.inspector.page.entries import Command, Reply, Trait
from xwidget.inspector.page.kinds import INDEX, Numbered, Whole
from xwidget.support.pace import Pace

TRAITS: tuple[Trait, ...] = (
    Trait(
        "_command",
        {},
        "A command, where a host drops custom messages or where it must not overtake traits. The "
        "kernel keeps only its `id`",
        check=Numbered(),
    ),
)

COMMANDS: tuple[Command, ...] = (
    Command(
        "hello",
        "Asks whether the kernel is there; starts the first run if there was none",
        {"protocol": INDEX},
        reply=Reply("welcome", {"protocol": int, "run": int}),
        pace=Pace(5, 5),
    ),
    Command(
        "views",
        "Tells how many views the page shows, see [Views](#views)",
        {"page": Whole(0, 2**53), "count": Whole(0, 1000), "seen": Whole(0, 1000)},
        pace=Pace(50, 20),
        quiet=True,
    ),
)
