"""Kinds of questions: what a value of each is, and when it is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xwidget.findings import runs
from xwidget.support import arguments, texts, wire

LONGEST = 10_000
"""Characters of a text that is an answer, and of one that belongs to a question."""

MOST_OPTIONS = 26
"""Options of a question: one a letter."""

_MOST_SIDE = 4096


@dataclass(frozen=True)
class Asked:
    """A question, as far as its kind needs to know it.

    Attributes
    ----------
    options
        Texts to choose from; empty where the panel makes them.
    answer
        The right value, or None; for "choice" a tuple of texts.
    several
        Whether several options may be chosen at once.
    tolerance
        How far a number may be off.
    places
        How many values a matching has; 0 where that is not known.
    """

    options: tuple[str, ...] = ()
    answer: Any = None
    several: bool = False
    tolerance: float = 0.0
    places: int = 0


@dataclass(frozen=True)
class Kind:
    """One kind of question.

    Attributes
    ----------
    words
        What is asked for, for errors and the documentation.
    check
        Returns a value as JSON has it; ValueError in words for what is none.
    right
        Whether a checked value is right; None where there is no right answer.
    options
        Whether it chooses among options.
    """

    words: str
    check: Callable[[Asked, Any], Any]
    right: Callable[[Asked, Any], bool] | None = None
    options: bool = False


def option(asked: Asked, value: Any) -> str:
    """Return the text of an option that is given by its text, or its place from 0."""
    if arguments.is_whole(value) and asked.options:
        if not 0 <= value < len(asked.options):
            last = len(asked.options) - 1
            raise ValueError(f"there is no option {value}; places are 0 to {last}")
        return asked.options[int(value)]
    if not isinstance(value, str):
        raise ValueError(f"an option is its text or its place, got {wire.shown(value)}")
    if asked.options and value not in asked.options:
        there = ", ".join(map(repr, asked.options))
        raise ValueError(f"there is no option {wire.shown(value)}; there are {there}")
    return texts.shown(value, texts.NAME)


def _one(asked: Asked, value: Any) -> str | list[str]:
    if not asked.several:
        return option(asked, value)
    chosen = {option(asked, each) for each in _list(value)}
    return [each for each in asked.options or sorted(chosen) if each in chosen]


def _is_chosen(asked: Asked, value: Any) -> bool:
    answer = asked.answer
    return set(value) == set(answer) if asked.several else value in answer


def _each(asked: Asked, value: Any) -> list[str]:
    found = [option(asked, each) for each in _list(value)]
    if asked.places and len(found) != asked.places:
        raise ValueError(f"{asked.places} options are expected, one for each; got {len(found)}")
    return found


def _list(value: Any) -> Sequence[Any]:
    if not isinstance(value, (list, tuple)) or len(value) > MOST_OPTIONS:
        raise ValueError(f"a list of options is expected, got {wire.shown(value)}")
    return value


def _number(_: Asked, value: Any) -> float:
    number = arguments.real(value)
    if number is None or not 0 <= number <= 1:
        raise ValueError(f"a number from 0 to 1 is expected, got {wire.shown(value)}")
    return number


def _text(_: Asked, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"a text is expected, got {wire.shown(value)}")
    return texts.valid(value[:LONGEST]).replace("\0", "")


def _region(_: Asked, value: Any) -> dict[str, Any]:
    return packed(value)


def packed(value: Any) -> dict[str, Any]:
    """Return a region as JSON has it: the size of the picture, and COCO's compressed run lengths.

    Raises
    ------
    ValueError
        If it is none, or has no pixel.
    """
    if not isinstance(value, Mapping):
        raise ValueError(f"a region has a size and counts, got {wire.shown(value)}")
    size, counts = value.get("size"), value.get("counts")
    if not (
        isinstance(size, (list, tuple))
        and len(size) == 2
        and all(arguments.is_whole(side) and 1 <= side <= _MOST_SIDE for side in size)
    ):
        raise ValueError(f"a region's size is its height and width, got {wire.shown(size)}")
    height, width = map(int, size)
    if isinstance(counts, (list, tuple)):
        if not all(map(arguments.is_whole, counts)):
            raise ValueError("a region's run lengths are whole numbers")
        mask = runs.filled([int(each) for each in counts], (height, width))
    elif isinstance(counts, str):
        mask = runs.decode(counts, (height, width))
    else:
        raise ValueError(f"a region's counts are run lengths, got {wire.shown(counts)}")
    if not mask.any():
        raise ValueError("a region has one pixel or more, got none")
    return {"size": [height, width], "counts": runs.encode(mask)}


KINDS: Mapping[str, Kind] = {
    "region": Kind("a part of the photo, marked with the brush", _region),
    "class": Kind("a class", _one, _is_chosen, options=True),
    "channel": Kind("a color channel", _one, _is_chosen, options=True),
    "method": Kind(
        "for each pane, the method that made it",
        _each,
        lambda asked, value: value == list(asked.answer),
        options=True,
    ),
    "choice": Kind("one of the options, or several", _one, _is_chosen, options=True),
    "match": Kind(
        "for each picture, one of the options",
        _each,
        lambda asked, value: value == list(asked.answer),
        options=True,
    ),
    "number": Kind(
        "a number from 0 to 1",
        _number,
        lambda asked, value: bool(abs(value - asked.answer) <= asked.tolerance + 1e-9),
    ),
    "text": Kind("a text", _text),
}
"""By name."""
