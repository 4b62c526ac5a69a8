"""The contract of the Browser's wall and its page: one table of its traits, and its one message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypedDict

from xwidget.browser.choices import ORDERS, PRESETS
from xwidget.checks import VERDICTS
from xwidget.inspector.page.entries import Trait
from xwidget.inspector.page.kinds import (
    ID,
    U32,
    Flag,
    Kind,
    ProtocolError,
    Text,
    Whole,
    Word,
    whole,
)
from xwidget.support import arguments, wire
from xwidget.support.texts import NAME, WORDS

MOST = 240
"""Rows that a page may ask for at once."""

CORNERS = 256
"""Corners that a polygon on the map may have."""

_CONDITION = 10_000  # characters

Show = Literal["evidence", "image"]


class _Facts(TypedDict):
    row: Annotated[int, "Its number, which no other row of the store ever has."]
    name: Annotated[str, "The image's."]
    target: Annotated[str, 'The target\'s; "" in the row of an image that failed.']
    label: Annotated[str, 'The true class; "" where it is not known.']
    other: Annotated[str, 'The true class where it is not the target; "" elsewhere.']
    prediction: Annotated[str, 'The most likely class; "" where it is the true one, or not known.']
    score: Annotated[float | None, "Of the evidence alone, in [0, 1]."]
    image_score: Annotated[float | None, "Of the image, in [0, 1]."]
    verdict: Annotated[str, "Outcome of the checks."]
    summary: Annotated[str, "The same in one line."]
    error: Annotated[str, "Why the image could not be explained, where that is so."]
    bytes: Annotated[int, "Size of its picture in the message's buffer; 0 for none."]


class Entry(_Facts, total=False):
    """One row of the store."""

    findings: Annotated[
        list[tuple[str, int]],
        'Number of its findings by verdict, "" for those without one; most first.',
    ]


class Rows(TypedDict):
    """The answer to `_wanted`, a message. Its one buffer holds the pictures, WebP, in a row."""

    type: Literal["rows"]
    listing: int
    first: Annotated[int, "The place in the listing of the first."]
    show: Show
    entries: list[Entry]


class ClusterMap(TypedDict):
    """The answer to `_mapping`, a message. Its one buffer holds a point for each explanation in a
    cluster, of 12 bytes, little-endian: the row's number (u32), x, y (u16, in 1/65535 of the map, y
    down), the cluster (u16), two bytes of nothing.
    """

    type: Literal["map"]


class Listed(TypedDict):
    """The points of the map that are listed, a message. Its one buffer has a bit for each point,
    the lowest of a byte first.
    """

    type: Literal["listed"]
    listing: int


class Wanted(TypedDict):
    """Rows of a listing that a page has not got yet."""

    listing: Annotated[int, "An older one is not answered."]
    first: int
    count: Annotated[int, f"At most {MOST}."]
    show: Show
    beat: Annotated[int, "Grows, so that the trait is sent."]


class Choice(TypedDict):
    """A choice of what is listed; each part leaves more out."""

    preset: Annotated[str, 'Name of a preset; "" for none.']
    target: Annotated[int, "Index of a class; −1 for all."]
    verdict: Annotated[str, '"" for all.']
    where: Annotated[str, 'A condition in SQL; "" for none.']
    cluster: Annotated[int, "Number of a cluster; −1 for all."]
    lasso: Annotated[
        list[tuple[float, float]],
        f"Corners of a polygon on the map, at most {CORNERS}, in [0, 1]; `[]` for all.",
    ]


class Refreshed(TypedDict):
    """The outcome of the last look at the store."""

    asked: Annotated[int, "`_refresh` as it was."]
    listing: Annotated[int, "The listing that it made, or left; one stays where it is scrolled to."]
    words: Annotated[str, "How many rows came, or why there was no look."]


class Counted(TypedDict):
    """A part of the store that can be chosen, and its size as the others are chosen."""

    name: str
    label: str
    title: Annotated[str, "What it means, for the pointer."]
    count: int
    note: Annotated[str, 'Why nothing can be counted; "" where the count says it.']


class Facets(TypedDict):
    """The parts of the store."""

    presets: list[Counted]
    targets: Annotated[list[tuple[int, str, int]], "Index, name, rows."]
    verdicts: list[tuple[str, int]]


@dataclass(frozen=True)
class RowNumber(Kind):
    """Number of a row, or −1."""

    hint = int
    words = "−1, or the number of a row"

    def _read(self, name: str, value: Any, widget: Any) -> int:
        return whole("the number of a row", value, -1, widget.known - 1)


@dataclass(frozen=True)
class Wish(Kind):
    """The rows that a page wants."""

    hint = Wanted
    words = ""

    def _read(self, name: str, value: Any, widget: Any) -> Wanted:
        given = _object(name, value)
        return {
            "listing": whole("its listing", given.get("listing"), 0, U32),
            "first": whole("its first place", given.get("first"), 0, U32),
            "count": whole("its number of rows", given.get("count"), 1, MOST),
            "show": _PICTURE.read("what it shows", given.get("show"), widget),
            "beat": whole('"beat"', given.get("beat"), *ID),
        }


@dataclass(frozen=True)
class Chosen(Kind):
    """A page's choice of what is listed."""

    hint = Choice
    words = ""

    def _read(self, name: str, value: Any, widget: Any) -> Choice:
        given = _object(name, value)
        return {
            "preset": _PRESET.read("its preset", given.get("preset"), widget),
            "target": whole("its class", given.get("target"), -1, U32),
            "verdict": _VERDICT.read("its verdict", given.get("verdict"), widget),
            "where": _WHERE.read("its condition", given.get("where"), widget),
            "cluster": whole("its cluster", given.get("cluster"), -1, U32),
            "lasso": _corners(given.get("lasso")),
        }


_PICTURE = Word(("evidence", "image"), Show)
_PRESET = Word(("", *PRESETS))
_VERDICT = Word(("", *VERDICTS))
_WHERE = Text(_CONDITION)
OWN = "own"
"""The order that is none of the table's, but a person's own from Python."""


def _corners(value: Any) -> list[tuple[float, float]]:
    if not isinstance(value, list) or len(value) > CORNERS:
        raise ProtocolError(f"its lasso must be at most {CORNERS} points, got {wire.shown(value)}")
    return [_corner(each) for each in value]


def _corner(value: Any) -> tuple[float, float]:
    numbers = [arguments.real(each) for each in value] if isinstance(value, (list, tuple)) else []
    if len(numbers) != 2 or any(each is None or not 0 <= each <= 1 for each in numbers):
        raise ProtocolError(f"a corner must be two numbers in [0, 1], got {wire.shown(value)}")
    return numbers[0], numbers[1]  # type: ignore[return-value]


def _object(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ProtocolError(f"{name} must be an object, got {wire.shown(value)}")
    return value


ALL: Choice = {
    "preset": "",
    "target": -1,
    "verdict": "",
    "where": "",
    "cluster": -1,
    "lasso": [],
}

TRAITS: tuple[Trait, ...] = (
    # Set by the kernel.
    Trait("_total", 0, "Number of rows in the store"),
    Trait("_count", 0, "Number of rows in the listing"),
    Trait(
        "_listing",
        0,
        "Number of the listing: it grows with each other choice or order, and the page forgets the "
        "rows that it has of the one before",
    ),
    Trait("_facets", {}, "What can be chosen; `{}` before the first listing", Facets, room=NAME),
    Trait(
        "_orders",
        [[each, order.label] for each, order in ORDERS.items()],
        "The orders that the page offers: name, label",
        list[tuple[str, str]],
    ),
    Trait("_columns", [], "The columns that a condition may name: name, meaning",
          list[tuple[str, str]]),
    Trait(
        "_problem",
        "",
        'Why the condition chosen last is not in force; `""` where it is',
        room=WORDS,
    ),
    Trait("_shown", -1, "The row whose panel is below; −1 before the first"),
    Trait(
        "_place",
        [-1, -1],
        "The row that was opened last, and its place in the listing; −1 where it is not listed",
        tuple[int, int],
    ),
    Trait("_name", "", "Name of the image that is opened", room=NAME),
    Trait("_classes", "", "Classes of the row that `_shown` says, in words", room=NAME),
    Trait("_words", "", 'Why there is no panel of it; `""` where there is', room=WORDS),
    Trait(
        "_clusters",
        [],
        "Number and size of each cluster on the map, and its most frequent target; `[]` where "
        "there is no map",
        list[tuple[int, int, str]],
    ),
    Trait(
        "_refreshed",
        {"asked": 0, "listing": 0, "words": ""},
        "What has come since",
        Refreshed,
        room=WORDS,
    ),
    Trait("_news", 0, "Grows where rows that the page has are to be asked for anew"),
    # Set by both sides.
    Trait("opened", -1, "The row to open", check=RowNumber()),
    Trait("chosen", ALL, "What is listed", check=Chosen()),
    Trait("order", "", "The order of the listing, one of `_orders`, or `own`",
          check=Word((*ORDERS, OWN))),
    Trait("show", "evidence", "What thumbnails show", check=_PICTURE),
    Trait("_here", False, "Whether a page shows the wall, which starts the work", check=Flag()),
    Trait(
        "_mapping",
        0,
        "Grows where the page wants the map; from then on it is told which points are listed",
        check=Whole(*ID),
    ),
    Trait(
        "_refresh",
        0,
        "Grows where what has been written to the store since is to be taken in",
        check=Whole(*ID),
    ),
    Trait("_wanted", {}, "What the page wants next; the newest counts", check=Wish()),
)  # fmt: skip
