"""Panes beside the evidence: other methods, arrays and models, and what is measured of them."""

from __future__ import annotations

from xwidget.inspector.page import shapes_beside as shapes
from xwidget.inspector.page.entries import DONE, Command, Reply, Trait
from xwidget.inspector.page.kinds import INDEX, U32, Chosen, Share, Text, Whole
from xwidget.support.pace import Pace
from xwidget.support.texts import NAME, WORDS

_PANE = Whole(0, U32)
_ID = Whole(1, U32)

TRAITS: tuple[Trait, ...] = (
    Trait(
        "_methods",
        [],
        "The methods that a person can put beside the evidence",
        list[shapes.MethodEntry],
        room=WORDS,
    ),
    Trait(
        "_beside",
        [],
        "The panes, at most 12, see [Beside](#beside). At most 4 times a second while one is at "
        "work, and at the end of each",
        list[shapes.BesidePane],
        room=WORDS,
    ),
    Trait(
        "_measured",
        [],
        "What is measured of the panes, the newest last. At most 40 entries and 150 kB: the "
        "oldest go first",
        list[shapes.Measured],
        room=WORDS,
    ),
    Trait(
        "_beside_kept",
        {},
        "By pane, the values for the class drawn as a packed frame (base64 of zlib), once all are "
        "there: what a saved notebook shows without a kernel. Unit values as those of a mask, "
        "signed ones as `128 + round(127·v/scale)`. At most 150 kB, the panes in order; values "
        "beyond that are left out",
        dict[str, str],
    ),
    Trait(
        "_tokens",
        [],
        "Rows and columns of the patches in which the net, a vision transformer, reads the image; "
        "`[]` for other nets",
        list[int],
    ),
    Trait(
        "_beside_choice",
        {"share": None, "differences": [], "models": []},
        "What a view chose last to show beside the evidence: others begin with it, on an exported "
        "page too",
        check=Chosen(),
    ),
    Trait(
        "_beside_script",
        "",
        "Source of the page's third script, a module: what is beside; empty until a page asks by "
        "`beside_open`, or there is a pane",
    ),
)

COMMANDS: tuple[Command, ...] = (
    Command(
        "beside_open",
        "Asks for the third script, which comes as the trait `_beside_script`",
        reply=DONE,
        pace=Pace(5, 2),
        quiet=True,
    ),
    Command(
        "beside_add",
        "Puts a method beside the evidence; where it stands there already, stopped or failed, it "
        "is tried again",
        {"method": Text(NAME.characters)},
        reply=DONE,
        pace=Pace(12, 4),
    ),
    Command(
        "beside_remove",
        "Takes a pane away, whatever it is doing",
        {"pane": _ID},
        reply=DONE,
        pace=Pace(24, 12),
    ),
    Command(
        "beside_stop",
        "Stops what a pane is doing or waits to do for the class drawn",
        {"pane": _ID},
        reply=DONE,
        pace=Pace(24, 12),
    ),
    Command(
        "beside_retry",
        "Has a pane try again what failed or was stopped for the class drawn; a model's, for all "
        "classes",
        {"pane": _ID},
        reply=DONE,
        pace=Pace(24, 12),
    ),
    Command(
        "values",
        "Asks for the values of a pane for a class, and each pixel's place; `pane` 0 for "
        "the places by our own evidence so far",
        {"pane": _PANE, "target": INDEX},
        reply=Reply(
            "values",
            {
                "pane": int,
                "target": int,
                "seq": int,
                "scale": float,
                "signed": bool,
                "channels": int,
                "height": int,
                "width": int,
            },
            buffer="the values, see [Beside](#beside)",
        ),
        quiet=True,
        queued=True,
        line="values",
    ),
    Command(
        "score_area",
        "Has the pixels that each pane ranks first scored, in the image's colors on the reference: "
        "`share` of all pixels, the same for all",
        {"share": Share(), "target": INDEX},
        reply=Reply(
            "area_scores",
            {"share": float, "target": int, "scores": dict[str, shapes.AreaScore]},
        ),
        pace=Pace(20, 10),
        quiet=True,
    ),
    Command(
        "measure",
        "Has a pane measured for a class, or our own evidence (0); `_measured` tells the result",
        {"pane": _PANE, "target": INDEX},
        reply=DONE,
        pace=Pace(24, 4),
    ),
    Command(
        "randomize",
        "Has a pane's method, or our own (0), explain the class once more with random weights, and "
        "compares; `_measured` tells the result",
        {"pane": _PANE, "target": INDEX},
        reply=DONE,
        pace=Pace(24, 4),
    ),
    Command(
        "measure_stop",
        "Stops all measuring",
        reply=DONE,
        ends=("measure", "randomize"),
    ),
)
