"""A lesson's content as its page gets it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xwidget.catalog import controls
from xwidget.explanation import Explanation
from xwidget.lessons import Question, Step
from xwidget.paper import on_paper
from xwidget.pixels import quantize
from xwidget.support import texts
from xwidget.teaching import markdown, pictures
from xwidget.teaching.contract import Asked, StepOf
from xwidget.teaching.place import Place, read
from xwidget.teaching.sources import Source

_IN_PANEL = frozenset({"class", "method"})


@dataclass(frozen=True)
class Content:
    """Steps with what they show, checked.

    Attributes
    ----------
    title
        The lesson's.
    steps
        As they were given, but that each question has an id of its own.
    sources
        What panels show, in order.
    panels
        Of each step: the place of its source, or -1.
    places
        Of each step: what its panel shows at first.
    """

    title: str
    steps: tuple[Step, ...]
    sources: tuple[Source, ...]
    panels: tuple[int, ...]
    places: tuple[Place, ...]

    @classmethod
    def of(cls, title: str, steps: Sequence[Step], sources: Mapping[str, Source]) -> Content:
        """Return a lesson's content.

        Raises
        ------
        ValueError, TypeError
            If a step shows what there is not, or two questions have one id.
        """
        if not isinstance(title, str) or not title.strip():
            raise ValueError(f"a lesson has a title, got {title!r}")
        if isinstance(steps, Step) or not all(isinstance(step, Step) for step in steps):
            raise TypeError("the steps of a lesson are a list of xw.Step")
        if not steps:
            raise ValueError("a lesson has one step or more, got none")
        panels, places = [], []
        for number, step in enumerate(steps, 1):
            try:
                panel = _panel(step.explanation, list(sources))
                known = list(sources.values())[panel].known if panel >= 0 else None
                place = read(step.panel, known)
                panels.append(panel)
                _check(step, panel)
                places.append(
                    _settled(place, known) if any(map(in_panel, step.questions)) else place
                )
                controls.check(step.controls)
            except (ValueError, TypeError) as error:
                raise type(error)(f"step {number}: {error}") from None
        return cls(
            texts.shown(title.strip(), texts.NAME),
            _named(steps),
            tuple(sources.values()),
            tuple(panels),
            tuple(places),
        )

    @property
    def questions(self) -> dict[str, tuple[int, Question]]:
        """The questions by id, each with the place of its step."""
        return {
            str(question.id): (place, question)
            for place, step in enumerate(self.steps)
            for question in step.questions
        }

    def asked_in_panel(self, place: int) -> Question | None:
        """Return the question of a step's panel, as plain text; None for nothing."""
        question = next(filter(in_panel, self.steps[place].questions), None)
        if question is None:
            return None
        own = question.feedback
        plain = (
            markdown.plain(own)
            if isinstance(own, str)
            else {name: markdown.plain(text) for name, text in own.items()}
        )
        return replace(question, prompt=markdown.plain(question.prompt), feedback=plain)

    @property
    def id(self) -> str:
        """Digest of the questions, but for their words: these may hold figures of a run."""
        asked = [
            {name: value for name, value in question.asked.items() if name != "prompt"}
            for _, question in self.questions.values()
        ]
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]

    def asked(self) -> list[dict[str, Any]]:
        """Return the questions as files of answers have them."""
        found = []
        for place, question in self.questions.values():
            about = {**question.asked, "step": place, "prompt": markdown.plain(question.prompt)}
            if question.kind == "region":
                source = self.sources[self.panels[place]]
                about["picture"] = pictures.data_url(source.picture, pictures.SMALL)
                if source.known is not None:
                    evidence = _evidence(source.known, self.places[place])
                    about["evidence"] = pictures.data_url(evidence, pictures.SMALL)
            if question.answer is not None:
                about["key"] = question.key({})
            found.append(about)
        return found

    def described(self) -> list[StepOf]:
        """Return the steps for the page."""
        found = []
        for place in range(len(self.steps)):
            try:
                found.append(self._described(place))
            except (ValueError, TypeError) as error:
                raise type(error)(f"step {place + 1}: {error}") from None
        return found

    def heading(self, place: int) -> str:
        """Return the title of a step."""
        step = self.steps[place]
        found = step.title or markdown.plain(markdown.split(step.text)[0])
        return texts.shown(found or f"Step {place + 1}", texts.NAME)

    def _described(self, place: int) -> StepOf:
        step = self.steps[place]
        rest = step.text if step.title else markdown.split(step.text)[1]
        return {
            "title": self.heading(place),
            "text": markdown.html(rest),
            "pictures": [
                {"src": pictures.data_url(image), "caption": texts.shown(caption, texts.NAME)}
                for caption, image in pictures.with_captions(step.picture)
            ],
            "panel": self.panels[place],
            "place": self.places[place].link,
            "questions": [_asked(question) for question in step.questions],
        }


def in_panel(question: Question) -> bool:
    """Return whether the panel asks a question, and not the lesson beside it."""
    if question.kind == "channel":  # its options are known, its answer is in the evidence
        return question.answer is None
    return question.kind == "region" or (question.kind in _IN_PANEL and not question.options)


def _asked(question: Question) -> Asked:
    own = question.feedback
    feedback = {"": own} if isinstance(own, str) else own
    said = {name: markdown.html(text) for name, text in feedback.items() if text}
    plain = question.asked
    return {
        "id": plain["id"],
        "kind": plain["kind"],
        "prompt": markdown.line(question.prompt),
        "options": plain["options"],
        "pictures": [pictures.data_url(image, 320) for image in question.pictures],
        "several": plain["several"],
        "places": plain["places"],
        "required": plain["required"],
        "panel": in_panel(question),
        "key": question.key(said),
    }


def _panel(given: int | str | None, names: Sequence[str]) -> int:
    """Return the place of what a step shows, by its name or place; -1 for nothing."""
    if given is None:
        return -1
    if isinstance(given, str) and given in names:
        return names.index(given)
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < len(names):
        return given
    there = ", ".join(map(repr, names)) or "none"
    raise ValueError(f"there is no explanation {given!r}; the lesson has {there}")


def _check(step: Step, panel: int) -> None:
    asked = [question for question in step.questions if in_panel(question)]
    if asked and panel < 0:
        raise ValueError(
            f'a question of the kind "{asked[0].kind}" is asked in the panel, and the step has no '
            "explanation"
        )
    if len(asked) > 1:
        raise ValueError("a panel asks one question at a time; make a second step of the other")
    if panel >= 0 and step.picture is not None and asked:
        raise ValueError("a step has a question in its panel, or a picture beside it, not both")


def _named(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return the steps with an id of its own for each question."""
    seen: dict[str, int] = {}
    made = []
    for number, step in enumerate(steps, 1):
        questions = []
        for question in step.questions:
            id = str(question.id)
            count = seen[id] = seen.get(id, 0) + 1
            if count > 1:
                if replace(question, id=None).id != id:
                    raise ValueError(f"step {number}: there is a question {id!r} already")
                question = replace(question, id=f"{id}-{count}")
            questions.append(question)
        made.append(replace(step, question=tuple(questions)) if questions else step)
    return tuple(made)


def _settled(place: Place, explanation: Explanation | None) -> Place:
    """Return a place that names its class: the likeliest, where the step names none."""
    if explanation is None or place.target is not None:
        return place
    return replace(place, target=explanation.targets[int(explanation.image_scores.argmax())])


def _evidence(explanation: Explanation, place: Place) -> Any:
    """Return the evidence that a guess is compared with, on paper, (H,W,3) uint8."""
    mask = explanation.masks[explanation.position(place.target)]
    return on_paper(explanation.image, quantize(mask))
