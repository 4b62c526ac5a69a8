"""One answer of a student: to one question of a lesson or of a panel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from xwidget.findings import times
from xwidget.lessons.kinds import KINDS, Asked
from xwidget.support import arguments, texts, wire

_MOST_STEPS = 10_000
_MOST_NUMBER = 1e9
_MOST_RESULTS = 40


@dataclass(frozen=True)
class Answer:
    """One answer.

    Attributes
    ----------
    question
        The question's id.
    kind
        Its kind.
    step
        Place of the step in the lesson, from 0; 0 in a panel alone.
    value
        What was answered: an option's text or a list of those, a number, a text, or a region as
        ``{"size": [h, w], "counts": "..."}``, COCO's compressed run lengths.
    right
        Whether it is right; None where no right answer is known.
    result
        The outcome. Of a region ``area``, the share of pixels; ``overlap``, the share of the
        guess that is among the evidence's first pixels of equal area; ``chance``, what that is for
        any pixels; ``score``, the network's score of the guess shown alone, or None, and then
        ``why_no_score``; ``evidence``, that of the evidence's first pixels of equal area;
        ``image``, that of the photo.
    seconds
        From when the question was shown to the answer.
    tries
        How often it was answered, this included.
    time
        When, ISO 8601.
    """

    question: str
    kind: str
    step: int
    value: Any
    right: bool | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    tries: int = 1
    time: str = field(default_factory=times.now)

    @classmethod
    def read(cls, value: Any) -> Answer:
        """Return the answer that a page or a file describes.

        Raises
        ------
        ValueError
            If it is none; the message says why.
        """
        if not isinstance(value, Mapping):
            raise ValueError(f"an answer is an object, got {wire.shown(value)}")
        question, kind = value.get("question"), value.get("kind")
        if not isinstance(question, str) or not question:
            raise ValueError(f"an answer names its question, got {wire.shown(question)}")
        if not isinstance(kind, str) or kind not in KINDS:
            raise ValueError(f"an answer's kind is one of {', '.join(KINDS)}")
        given = value.get("value")
        several = kind in ("class", "channel", "choice") and isinstance(given, list)
        right = value.get("right")
        if right is not None and not isinstance(right, bool):
            raise ValueError(f"right is true, false or null, got {wire.shown(right)}")
        time = value.get("time", "")
        times.parsed(time)
        return cls(
            question=texts.shown(question, texts.NAME),
            kind=kind,
            step=_whole("step", value.get("step", 0), 0),
            value=KINDS[kind].check(Asked(several=several), given),
            right=right,
            result=_result(value.get("result", {})),
            seconds=_seconds(value.get("seconds", 0.0)),
            tries=_whole("tries", value.get("tries", 1), 1),
            time=time,
        )

    def record(self) -> dict[str, Any]:
        """Return it as JSON-able values, which :meth:`read` takes."""
        return {
            "question": self.question,
            "kind": self.kind,
            "step": self.step,
            "value": self.value,
            "right": self.right,
            "result": dict(self.result),
            "seconds": round(self.seconds, 3),
            "tries": self.tries,
            "time": self.time,
        }


def _whole(name: str, value: Any, least: int) -> int:
    if not arguments.is_whole(value) or not least <= value <= _MOST_STEPS:
        raise ValueError(f"{name} is a whole number from {least}, got {wire.shown(value)}")
    return int(value)


def _seconds(value: Any) -> float:
    number = arguments.real(value)
    if number is None or number < 0:
        raise ValueError(f"seconds is a number from 0, got {wire.shown(value)}")
    return number


def _result(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping) or len(value) > _MOST_RESULTS:
        raise ValueError(f"a result is an object, got {wire.shown(value)}")
    found: dict[str, Any] = {}
    for name, each in value.items():
        plain = each is None or isinstance(each, (bool, str))
        if not isinstance(name, str) or not (plain or _moderate(each)):
            raise ValueError(f"a result holds {wire.shown(name)}: {wire.shown(each)}")
        found[texts.shown(name, texts.NAME)] = texts.shown(each) if isinstance(each, str) else each
    return found


def _moderate(value: Any) -> bool:
    """Return whether a value is a number that can be added up with others."""
    return isinstance(value, (int, float)) and -_MOST_NUMBER <= value <= _MOST_NUMBER
