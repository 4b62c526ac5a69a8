"""A question, with all that a panel adds to it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from xwidget.lessons.question import Question
from xwidget.support import wire

OWN = "our evidence"
"""The name of the panel's own evidence among methods."""

_OPTIONS = 5  # classes to choose from, where the panel chooses them
_SEED = 0


@dataclass(frozen=True)
class Shown:
    """The part of a panel that can be asked about.

    Attributes
    ----------
    target
        Index of the class drawn.
    name
        Its name.
    classes
        Names of the classes to choose from, the one that the network sees first.
    panes
        Numbers and labels of the evidence and of what stands beside it, 0 for the evidence.
    """

    target: int
    name: str
    classes: Sequence[str] = ()
    panes: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asking:
    """A question with all that the panel adds to it.

    Attributes
    ----------
    question
        With options, and with its answer as far as that is known.
    target
        The class that it is about.
    panes
        Of a question about methods: numbers of the panes in the order in which they are shown.
    """

    question: Question
    target: int
    panes: tuple[int, ...] = ()

    def describe(self) -> dict[str, Any]:
        """Return it as the page reads it, without the answer."""
        asked = self.question.asked
        kept = {name: asked[name] for name in ("id", "kind", "prompt", "options", "several")}
        return {**kept, "target": self.target, "panes": list(self.panes)}

    def state(self, **known: Any) -> dict[str, Any]:
        """Return the trait ``_guess`` of a question that nobody has answered yet."""
        return {
            "question": self.describe(),
            "value": None,
            "committed": False,
            "revealed": False,
            "waits": "",
            "right": None,
            "result": {},
            "evidence": None,
            "feedback": "",
            "tries": 0,
            **known,
        }

    def answered(self, answer: Any) -> Asking:
        """Return it with its answer, unless it has one."""
        if answer is None or self.question.answer is not None:
            return self
        return replace(self, question=replace(self.question, answer=answer))


def asking(asked: Any, shown: Shown) -> Asking:
    """Return a question with all that a panel adds to it.

    Parameters
    ----------
    asked
        True for a region, the name of a kind, or a ``Question``.
    shown
        What the panel shows.

    Raises
    ------
    ValueError, TypeError
        If it is none of these, or the panel has nothing that it could be about.
    """
    question = _question(asked)
    kind = question.kind
    if question.pictures or kind == "match":
        raise ValueError("a question with pictures is one of a lesson's: a panel shows no others")
    made: dict[str, Any] = {} if question.prompt else {"prompt": _PROMPTS[kind].format(shown.name)}
    panes: tuple[int, ...] = ()
    if kind == "class" and question.options is None:
        known = [question.answer[0]] if question.answer else []
        made |= _of_classes([*dict.fromkeys([*known, *shown.classes])], question)
    if kind == "method":
        panes = _shuffled(sorted(shown.panes))
        options = question.options or [*dict.fromkeys(shown.panes.values())]
        if len(options) > 1:  # before that there is nothing to choose from
            made |= {"options": sorted(options)}
            made |= {"answer": [shown.panes[pane] for pane in panes]}
    if isinstance(asked, Question):
        made["id"] = question.id  # by which who asks knows it
    else:  # not made of the panel's own words, which may change
        made["id"] = _id(kind, shown.target)
    return Asking(replace(question, **made), shown.target, panes)


_PROMPTS = {
    "region": "Brush the part of the photo that you think the network relies on for “{}”.",
    "class": "What does the network see?",
    "channel": "In which color channel is the evidence for “{}” strongest?",
    "method": "Which picture is made by which method?",
    "choice": "What do you think?",
    "number": "What do you think, from 0 to 1?",
    "text": "What do you think?",
}


def _id(kind: str, target: int) -> str:
    return kind if kind in ("class", "method") else f"{kind}-{target}"


def _question(asked: Any) -> Question:
    if isinstance(asked, Question):
        return asked
    if asked is True:
        return Question("region")
    if isinstance(asked, str) and asked in ("region", "class", "channel", "method"):
        return Question(asked)
    kinds = "True, 'region', 'class', 'channel', 'method' or a Question"
    raise (ValueError if isinstance(asked, str) else TypeError)(
        f"guess is {kinds}, got {wire.shown(asked)}"
    )


def _of_classes(names: list[str], question: Question) -> dict[str, Any]:
    chosen = names[:_OPTIONS]
    if len(chosen) < 2:
        raise ValueError(
            "to ask for a class there must be two at least to choose from: explain several, or "
            "give the Question options"
        )
    answer = question.answer if question.answer is not None else chosen[0]
    return {"options": _shuffled(sorted(chosen)), "answer": answer}


def _shuffled(values: Sequence[Any]) -> tuple[Any, ...]:
    """Return values in an order that tells nothing, always the same."""
    return tuple(random.Random(_SEED).sample(values, len(values)))
