"""A step of a lesson: a text, what the panel shows, questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xwidget.lessons.question import Question


@dataclass(frozen=True)
class Step:
    """One step of a lesson.

    Parameters
    ----------
    text
        Markdown. A heading that it begins with is the step's title.
    explanation
        Which of the lesson's ``explanations`` the panel shows, by name or place; None for no panel.
    panel
        What the panel shows at first, by name: ``target`` (class index or name), ``iteration``,
        ``view`` (``"paper"``, ``"evidence"``, ``"mask"``, ``"image"``, ...), ``layout`` (side by
        side), ``channel`` (``"red"``, ``"green"``, ``"blue"``), ``threshold``, ``boost``, ``zoom``;
        and, in a notebook, the settings of the next run: ``game``, ``defense``, ``iterations``,
        ``sparsity``.
    controls
        Names of the panel's controls that can be used, see ``Inspector``; None for all.
    question
        A :class:`Question`, or a list of them.
    picture
        A picture, as ``Inspector`` takes images, in place of a panel or beside it; or a dict from
        captions to pictures.
    title
        In place of the text's heading.

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit.
    """

    text: str
    explanation: int | str | None = None
    panel: Mapping[str, Any] = field(default_factory=dict)
    controls: Sequence[str] | None = None
    question: Question | Sequence[Question] | None = None
    picture: Any = None
    title: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise TypeError(f"the text of a step is a str of Markdown, got {self.text!r}")
        if not isinstance(self.panel, Mapping):
            raise TypeError(f"panel is a dict of what the panel shows, got {self.panel!r}")
        if isinstance(self.controls, str):
            raise TypeError(f"controls is a list of names, got {self.controls!r}")
        for each in self.questions:
            if not isinstance(each, Question):
                raise TypeError(f"the question of a step is a Question, got {each!r}")
        if self.explanation is None:
            for name in ("panel", "controls"):
                if getattr(self, name):
                    raise ValueError(f"{name} is given, but no explanation to show in a panel")

    @property
    def questions(self) -> tuple[Question, ...]:
        """Its questions, in order."""
        if self.question is None:
            return ()
        if isinstance(self.question, Question):
            return (self.question,)
        return tuple(self.question)
