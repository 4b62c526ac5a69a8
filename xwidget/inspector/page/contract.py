"""The contract of kernel and page: one table of the traits and the commands.

The widget's traitlets, the checks of what a page sends, the page's types and the tables of
docs/protocol.md are made from it: ``python -m scripts.contract`` writes the latter two.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xwidget.catalog.comparisons import COMPARISONS, comparisons
from xwidget.catalog.sentences import templates
from xwidget.engine.settings import PANEL, form
from xwidget.export.formats import FORMATS, menu
from xwidget.inspector.page import shapes
from xwidget.inspector.page.entries import Command, Reply, Trait
from xwidget.inspector.page.inbox import Pace
from xwidget.inspector.page.kinds import (
    Explained,
    Flag,
    Mask,
    Numbered,
    PanelSetting,
    ProtocolError,
    Whole,
    Word,
)
from xwidget.support.texts import NAME, WORDS

PROTOCOL = 2
"""Version of the contract, compared in the handshake."""

_U32 = 2**32 - 1
_INDEX = Whole(0, _U32)

VIEW_COUNT = Trait(
    "_view_count",
    None,
    "Number of views; a host counts them where the kernel begins with 0",
    check=Whole(0, 2**31),
)
"""The one trait of ipywidgets' own that a page may set."""

PORTABLE = Trait(
    "_portable",
    False,
    "True on an exported page, which has no kernel, see [below](#a-page-without-a-kernel)",
    bool,
)
"""Set by the model that stands in for the kernel there."""

TRAITS: tuple[Trait, ...] = (
    # Set by the kernel.
    Trait("_image", b"", "The image as the net sees it, in true color; target −1"),
    Trait("_reference", b"", "The reference as a frame; 1×1 when it is one color"),
    Trait(
        "_geometry",
        {},
        "Where the image's pixels are in the original photo; `{}` where that is not known, or "
        "nothing differs. A user's own preprocess is measured after the first mask",
        shapes.Geometry,
    ),
    Trait(
        "_frame",
        b"",
        "The mask drawn now: drawn target, drawn iteration (the nearest that is kept); empty "
        "before the first",
    ),
    Trait(
        "_classes",
        [],
        "The classes being explained, best first",
        list[shapes.ClassInfo],
        room=NAME,
    ),
    Trait(
        "_trace",
        {},
        "Curves and kept iterations by class. At most 5 times a second while running, and at the "
        "end",
        dict[str, shapes.Track],
    ),
    Trait(
        "_checks",
        {},
        "By class, what speaks for and against its last mask, as `Checks.describe` in "
        "`xwidget/checks.py` says it. A class is in it from the end of its run until it goes on: "
        "not while its mask may still change, nor where it was stopped. With `_trace`",
        dict[str, shapes.Checks],
        room=WORDS,
    ),
    Trait(
        "_variants",
        [],
        "The runs beside the main one that have begun, see [Comparing](#comparing). At most twice "
        "a second while one runs, and at the end of each",
        list[shapes.Variant],
        room=WORDS,
    ),
    Trait(
        "_kept",
        {},
        "Each class's last mask, a packed frame (base64 of zlib), sent when the work ends: what a "
        "saved notebook shows without a kernel. At most 200 kB, the class drawn last: masks beyond "
        "that are left out",
        dict[str, str],
    ),
    Trait(
        "_progress",
        {},
        "`{}` before the first run. The work ends before `iterations` where nothing changes any "
        "more, with the status `done`. `waits` is there only where the work waits, see "
        "[Views](#views). A run takes the place of the one before with its first mask: until then "
        "everything that is shown is still that one's, except checks and variants, which are gone; "
        "a run that is stopped before it leaves the one before, checks and all",
        shapes.Progress,
    ),
    Trait(
        "_words",
        templates(),
        "Templates with `{name}`, `{score}` and `{image}`, filled for what is drawn. A score is "
        "written with two digits, rounded half up",
        shapes.Words,
    ),
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
    Trait(
        "_settings",
        form(),
        "The settings form, see [Settings](#settings)",
        shapes.SettingsForm,
    ),
    Trait(
        "_comparisons",
        comparisons(),
        "The comparisons that the panel offers, by the setting in which the runs differ",
        dict[str, shapes.Comparison],
    ),
    Trait(
        "_formats",
        menu(),
        "The files that the menu offers",
        list[shapes.FileFormat],
    ),
    Trait(
        "_net_name",
        "",
        "The classifier's name (`_model_name` is taken: ipywidgets keeps the JS class there)",
        room=NAME,
    ),
    Trait(
        "_annotate",
        "",
        "Source of the page's second script, a module: findings and help, which are not needed for "
        "the first paint",
    ),
    Trait(
        "_findings",
        {},
        "What must be known before findings can be marked, see [Findings](#findings); `{}` where "
        "they cannot",
        shapes.FindingsSetup,
        room=WORDS,
    ),
    Trait(
        "_live",
        False,
        "True while the newest mask of the drawn class can change: its run is in progress, or "
        "about to begin",
    ),
    Trait("status", "idle", "State of the work", shapes.Status),
    Trait(
        "error",
        "",
        'Why, in words; `""` when all is well; at most 1200 characters and 12 lines, beginning and '
        "end: `w.error` has it all",
        room=WORDS,
    ),
    # Set by both sides.
    *(
        Trait(name, each.default, f"{each.label} of the next run", check=PanelSetting(each))
        for name, each in PANEL.items()
    ),
    Trait("target", 0, "Index of the class drawn", check=Explained()),
    Trait(
        "iteration",
        0,
        "Iteration drawn. While `_follow`, the kernel advances it with each live frame",
        check=Whole(0, 2**31 - 1),
    ),
    Trait(
        "_follow",
        True,
        "Whether the newest mask is drawn. The page clears it when a person scrubs and sets it "
        "when they return to the end",
        check=Flag(),
    ),
    Trait(
        "_command",
        {},
        "A command, where a host drops custom messages or where it must not overtake traits. The "
        "kernel keeps only its `id`",
        check=Numbered(),
    ),
)

_DONE = Reply("done")

COMMANDS: tuple[Command, ...] = (
    Command(
        "hello",
        "Asks whether the kernel is there; starts the first run if there was none",
        {"protocol": _INDEX},
        reply=Reply("welcome", {"protocol": int, "run": int}),
        pace=Pace(5, 5),
    ),
    Command(
        "run",
        "Starts over, with the settings now in the traits",
        reply=_DONE,
        pace=Pace(3, 2),
    ),
    Command(
        "run_more",
        "Every class goes on from where it is, with its run's own settings, to that many "
        "iterations after the newest",
        {"iterations": PanelSetting(PANEL["iterations"])},
        reply=_DONE,
        pace=Pace(3, 2),
    ),
    Command(
        "stop",
        "Ends what is running and what waits",
        reply=_DONE,
        ends=("run", "run_more", "add", "compare"),
    ),
    Command(
        "add",
        "Explains one more class, alone, after what is running; then `target` becomes that class, "
        "unless another was chosen meanwhile",
        {"target": _INDEX},
        reply=_DONE,
        pace=Pace(10, 5),
    ),
    Command(
        "compare",
        "Runs the missing variants of this comparison, after the work in progress, see "
        "[Comparing](#comparing); starts the first run if there was none",
        {"by": Word(tuple(COMPARISONS))},
        reply=_DONE,
        pace=Pace(4, 2),
    ),
    Command(
        "test",
        "Has an edited mask scored, see [Testing](#testing); no bytes end the test",
        {"buffer": Mask()},
        reply=_DONE,
        pace=Pace(24e6, 30e6),
        weighs=True,
    ),
    Command(
        "frame",
        "Asks for one mask of the main run (`run` 0) or of a variant, or the nearest that is kept",
        {"target": _INDEX, "iteration": _INDEX, "run": _INDEX},
        optional={"run": 0},
        reply=Reply("frame", buffer="the mask, a frame"),
        pace=Pace(24e6, 30e6),
        weighs=True,
        quiet=True,
    ),
    Command(
        "categories",
        "Asks for every class name, by index",
        reply=Reply("categories", {"names": list[str]}),
        pace=Pace(2, 1),
        quiet=True,
    ),
    Command(
        "save",
        "Asks for a file of the explanation so far, in one of `_formats`",
        {"format": Word(tuple(FORMATS))},
        reply=Reply("saved", {"name": str}, buffer="the file"),
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
    Command(
        "views",
        "Tells how many views the page shows, see [Views](#views)",
        {"page": Whole(0, 2**53), "count": Whole(0, 1000), "seen": Whole(0, 1000)},
        pace=Pace(50, 20),
        quiet=True,
    ),
    Command(
        "ack",
        "Tells that a frame was decoded, see [Pace](#pace)",
        {"seq": Whole(1, _U32)},
        quiet=True,
    ),
)
"""The commands of a page, each with its pace: how many at once, and a second after that. No person,
and no page of ours, comes near."""

FAILED = Reply("failed", {"request": shapes.FailedRequest | None, "message": str})
"""The answer to a command that cannot be done, and to a value that is refused."""

COMMAND: dict[str, Command] = {command.name: command for command in COMMANDS}
"""Commands by name."""

QUIET = frozenset(command.name for command in COMMANDS if command.quiet)
"""Commands whose refusals no person needs to read."""


def read(name: str, content: Mapping[str, Any], widget: Any) -> dict[str, Any]:
    """Return a command's fields, checked; those that it does not have are ignored.

    Parameters
    ----------
    name
        Of the command.
    content
        What came.
    widget
        Who is given the command.

    Raises
    ------
    ValueError, TypeError, OverflowError
        In words, if a field is missing or out of range.
    """
    command, fields = COMMAND[name], {}
    for field, kind in command.fields.items():
        value = content.get(field)
        if value is None:  # null stands for nothing
            value = command.optional.get(field)
        if value is None:
            raise ProtocolError(f'the message "{name}" needs the field "{field}"')
        fields[field] = kind.read(f'"{field}" of "{name}"', value, widget)
    return fields


def defaults() -> dict[str, Any]:
    """Return the values that the traits begin with."""
    return {trait.name: trait.default for trait in TRAITS}
