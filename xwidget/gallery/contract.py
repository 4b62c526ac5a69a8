"""The contract of the Gallery's strip and its page: one table of its traits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypedDict

from xwidget.inspector.page import contract, shapes
from xwidget.inspector.page.entries import Trait
from xwidget.inspector.page.kinds import ID, Flag, Kind, ProtocolError, Word, whole
from xwidget.support import wire
from xwidget.support.texts import WORDS

State = Literal["waiting", "running", "explained", "stopped", "error"]
Show = Literal["image", "evidence"]


class _Explained(TypedDict):
    name: str
    state: State
    error: Annotated[str, "The reason, where there is one."]
    share: Annotated[float, "How much of the run is done, in [0, 1]."]
    top: Annotated[
        list[tuple[str, float]],
        "Up to three classes: name, score, best first; empty until the image was looked at.",
    ]
    verdict: Annotated[str, 'Of the evidence drawn small, that of the first class; "" until then.']
    summary: Annotated[str, "What that evidence is and what its checks say."]


class Item(_Explained, total=False):
    """One image of a Gallery."""

    short: Annotated[str, "The first class's name in few words."]
    findings: Annotated[
        list[tuple[str, int]],
        'Number of its findings by verdict, "" for those without one; most first.',
    ]


class Said(TypedDict):
    """A page's word on its views, as in the command `views`."""

    page: int
    count: int
    seen: int
    beat: Annotated[int, "Grows, so that the trait is sent."]


@dataclass(frozen=True)
class Place(Kind):
    """Place of an image among all, or one less than ``first``."""

    first: int
    hint = int
    words = "−1, or the place of an image"

    def _read(self, name: str, value: Any, widget: Any) -> int:
        return whole("the place of an image", value, self.first, widget.count - 1)


@dataclass(frozen=True)
class Places(Kind):
    """Places of images."""

    hint = list[int]
    words = "places of images"

    def _read(self, name: str, value: Any, widget: Any) -> list[int]:
        if not isinstance(value, list) or len(value) > widget.count:
            raise ProtocolError(f"{name} must be places of images, got {wire.shown(value)}")
        return [Place(0).read(name, each, widget) for each in value]


@dataclass(frozen=True)
class Views(Kind):
    """The report of a page on its views."""

    hint = Said
    words = ""

    def _read(self, name: str, value: Any, widget: Any) -> dict[str, int]:
        if not isinstance(value, dict):
            raise ProtocolError(f"{name} must be an object, got {wire.shown(value)}")
        fields = contract.read("views", value, widget)
        return {**fields, "beat": whole('"beat" of "views"', value.get("beat", 0), *ID)}


TRAITS: tuple[Trait, ...] = (
    # Set by the kernel.
    Trait(
        "_items",
        [],
        "The images, in order. At most 4 times a second",
        list[Item],
        room=WORDS,
    ),
    Trait(
        "_pictures",
        [],
        'Thumbnails of the images, at most 96 px, as `data:` URLs; `""` until there is one',
        list[str],
    ),
    Trait("_evidence", [], "The same of the evidence", list[str]),
    Trait("_shown", -1, "The image whose panel is below; −1 before the first"),
    Trait("status", "idle", "Of all images", shapes.Status),
    # Set by both sides.
    Trait("opened", -1, "The image to open", check=Place(-1)),
    Trait("paused", False, "Whether only what is opened is explained", check=Flag()),
    Trait("show", "image", "What thumbnails show", check=Word(("image", "evidence"), Show)),
    Trait("_here", False, "Whether a page shows the strip, which starts the work", check=Flag()),
    Trait(
        "_visible",
        [],
        "The images that can be seen, which are explained before the others",
        check=Places(),
    ),
    Trait(
        "_views",
        {},
        "Without a view of the strip everything in the Gallery rests, see [Views](#views)",
        check=Views(),
    ),
)
