"""The contract of a lesson and its page: one table of its traits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

from xwidget.inspector.page.entries import Trait
from xwidget.inspector.page.kinds import ID, Flag, Kind, Record, Text, whole

MOST_ANSWER = 2_000_000
"""Bytes of an answer that a page sends, about."""


class Illustration(TypedDict):
    """A picture of a step."""

    src: Annotated[str, "A `data:` URL."]
    caption: str


class Asked(TypedDict):
    """A question, without its answer."""

    id: str
    kind: str
    prompt: Annotated[str, "HTML of one line."]
    options: list[str]
    pictures: Annotated[list[str], "Of the options, or to be matched with them: `data:` URLs."]
    several: Annotated[bool, "Whether several options may be chosen."]
    places: Annotated[int, "Number of pictures to be matched."]
    required: Annotated[bool, "Whether the lesson goes on only once it is answered."]
    panel: Annotated[bool, "Whether the panel asks it."]
    key: Annotated[str, "Answer, tolerance and feedback (HTML): base64 of JSON."]


class StepOf(TypedDict):
    """One step."""

    title: str
    text: Annotated[str, "HTML."]
    pictures: list[Illustration]
    panel: Annotated[int, "The explanation in the panel; −1 for no panel."]
    place: Annotated[str, "What the panel shows at first, as the links of pages say it."]
    questions: list[Asked]


class Given(TypedDict):
    """An answer."""

    question: Annotated[str, "The question's id."]
    kind: str
    step: int
    value: Any
    right: bool | None
    result: dict[str, Any]
    seconds: float
    tries: int
    time: Annotated[str, "ISO 8601."]


@dataclass(frozen=True)
class StepPlace(Kind):
    """Place of a step."""

    hint = int
    words = "the place of a step"

    def _read(self, name: str, value: Any, widget: Any) -> int:
        return whole("the place of a step", value, 0, widget.count - 1)


@dataclass(frozen=True)
class Beat(Kind):
    """A number that grows."""

    hint = int
    words = ""

    def _read(self, name: str, value: Any, widget: Any) -> int:
        return whole(name, value, *ID)


TRAITS: tuple[Trait, ...] = (
    # Set by the kernel.
    Trait("_title", "", "The lesson's title"),
    Trait("_lesson_id", "", "Digest of its questions"),
    Trait("_steps", [], "The steps, in order", list[StepOf]),
    Trait(
        "_asked",
        [],
        "What goes into a file of answers of each question: right answers as keys, as on the page, "
        "and of a region the photo and the evidence as `data:` URLs",
        list[dict[str, Any]],
    ),
    Trait("_shown", -1, "The step whose panel is there; −1 before the first"),
    Trait("_words", "", "Why a panel is not there"),
    Trait("answers", [], "All answers, in the order in which they were given", list[Given]),
    # Set by both sides.
    Trait("step", 0, "The step that is shown", check=StepPlace()),
    Trait("student", "", "The student's name", check=Text(200)),
    Trait(
        "_answered",
        {},
        "The page's newest answer: `question`, `value`, `seconds`, and `beat`, which grows",
        check=Record(MOST_ANSWER),
    ),
    Trait("_reset", 0, "Grows with each wish to begin again", check=Beat()),
    Trait("_here", False, "Whether a page shows the lesson, which opens its panel", check=Flag()),
)
