"""The image, the masks, and which of them is drawn."""

from __future__ import annotations

from xwidget.catalog.sentences import templates
from xwidget.inspector.page import shapes
from xwidget.inspector.page.entries import Command, Reply, Trait
from xwidget.inspector.page.kinds import INDEX, U32, Explained, Flag, Whole
from xwidget.support.pace import Pace

TRAITS: tuple[Trait, ...] = (
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
        "_kept",
        {},
        "Each class's last mask, a packed frame (base64 of zlib), sent when the work ends: what a "
        "saved notebook shows without a kernel. At most 200 kB, the class drawn last: masks beyond "
        "that are left out",
        dict[str, str],
    ),
    Trait(
        "_words",
        templates(),
        "Templates with `{name}`, `{score}` and `{image}`, filled for what is drawn. A score is "
        "written with two digits, rounded half up",
        shapes.Words,
    ),
    Trait(
        "_live",
        False,
        "True while the newest mask of the drawn class can change: its run is in progress, or "
        "about to begin",
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
)

COMMANDS: tuple[Command, ...] = (
    Command(
        "frame",
        "Asks for one mask of the main run (`run` 0) or of a variant, or the nearest that is kept",
        {"target": INDEX, "iteration": INDEX, "run": INDEX},
        optional={"run": 0},
        reply=Reply("frame", buffer="the mask, a frame"),
        pace=Pace(24e6, 30e6),
        weighs=True,
        quiet=True,
    ),
    Command(
        "ack",
        "Tells that a frame was decoded, see [Pace](#pace)",
        {"seq": Whole(1, U32)},
        quiet=True,
    ),
)
