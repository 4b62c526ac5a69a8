"""Asking any method: one by name, a function, or the run of an explanation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from xwidget.attribution import Attribution
from xwidget.engine.explain import explain
from xwidget.engine.step import Step
from xwidget.errors import Cancelled
from xwidget.explanation import Explanation
from xwidget.methods.attribute import attribute as by_name
from xwidget.subject import Subject

#: A method: its name, an explanation whose run is made again, or (subject, targets) -> Attribution.
Attribute: TypeAlias = "str | Explanation | Callable[[Subject, Sequence[int]], Any]"


class Course:
    """The course of a check: several answers, one after another."""

    def __init__(
        self,
        answers: int,
        on_progress: Callable[[float], None] | None,
        cancel: Callable[[], bool] | None,
    ) -> None:
        self._all, self._done = answers, 0
        self._tell, self._cancel = on_progress, cancel

    def __call__(self, share: float) -> None:
        """Take note of the share of an answer that is there."""
        if self._tell is not None:
            self._tell((self._done + min(1.0, max(0.0, share))) / self._all)

    def canceled(self) -> bool:
        """Return True if it is not to go on."""
        return self._cancel is not None and self._cancel()

    def ask(self) -> None:
        """Raise Cancelled if it is not to go on."""
        if self.canceled():
            raise Cancelled(f"the check was canceled after {self._done} of {self._all} maps")

    def next(self) -> None:
        """Count an answer that is there."""
        self._done += 1
        self(0.0)


def answer(
    subject: Subject, attribute: Attribute, target: int, options: dict[str, Any], course: Course
) -> Attribution:
    """Return a method's attribution of a class.

    Parameters
    ----------
    subject, target
        The image before a net, and the class.
    attribute, options
        The method and its options, see :func:`xwidget.metrics.randomization`.
    course
        Is told how far it is, and asked whether to go on.

    Raises
    ------
    Cancelled
        If it is not to go on.
    ValueError, TypeError
        If there is no such method, or it returns no attribution of the image and the class.
    """
    course.ask()
    if isinstance(attribute, str):
        found: Any = by_name(
            subject,
            method=attribute,
            targets=[target],
            progress=False,
            on_progress=course,
            cancel=course.canceled,
            **options,
        )
    elif isinstance(attribute, Explanation):
        found = _explained(subject, attribute, target, options, course)
    elif callable(attribute):
        found = attribute(subject, (target,), **options)
    else:
        raise TypeError(
            f"attribute is a {type(attribute).__name__}; expected a method's name, a function from "
            "(subject, targets) to an Attribution, or an Explanation"
        )
    course.next()
    return checked(found, target, subject)


def _explained(
    subject: Subject,
    explanation: Explanation,
    target: int,
    options: dict[str, Any],
    course: Course,
) -> Explanation:
    settings = {**explanation.settings, **options}
    if settings.get("reference") == "tensor":
        raise ValueError(
            "the explanation's reference was a tensor, which it does not hold; give it again: "
            "reference=..."
        )
    iterations = int(settings["iterations"])

    def follow(step: Step) -> None:
        course.ask()
        course(step.iteration / iterations)

    return explain(subject, targets=[target], progress=False, on_step=follow, **settings)


def checked(found: Any, target: int, subject: Subject) -> Attribution:
    """Return a method's answer as an attribution that has a class; raise if it is none."""
    if isinstance(found, Explanation):
        found = found.attribution
    if not isinstance(found, Attribution):
        raise TypeError(
            f"the method returned a {type(found).__name__}; expected an Attribution: "
            "Attribution.from_array(values, target)"
        )
    found.position_of(target, subject.clf.categories, subject.clf.classes)
    if found.digest and found.digest != subject.digest:
        raise ValueError(
            f"the attribution by {found.method} is of another image than the subject: their "
            "digests differ"
        )
    if found.size != tuple(subject.clf.size):
        raise ValueError(
            f"the attribution by {found.method} has {found.size} pixels, the net's input "
            f"{tuple(subject.clf.size)}"
        )
    return found
