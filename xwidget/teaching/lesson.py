"""The Lesson: steps with a text, a panel and questions (kernel side)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import ipywidgets
import traitlets

from xwidget.browser.desk import Desk
from xwidget.classifier import Classifier
from xwidget.inspector.notebook.displayed import Displayed
from xwidget.inspector.notebook.rerun_cell import supersede
from xwidget.inspector.page.refusing import GuardedWidget
from xwidget.inspector.widget import Inspector
from xwidget.inspector.work.lock import INSPECTORS
from xwidget.lessons import Answer, Answers, Step
from xwidget.support import arguments, texts
from xwidget.teaching import keepsake, page, record
from xwidget.teaching.content import Content
from xwidget.teaching.panels import Panels
from xwidget.teaching.sheet import Sheet
from xwidget.teaching.sources import sources


class Lesson(GuardedWidget, ipywidgets.VBox):  # type: ignore[misc]
    r"""A notebook panel that leads through a lesson: each step has a text, may show an Inspector or
    pictures, and may ask a question, which is answered before the lesson goes on.

    Explanations are made before, so that nobody waits. :meth:`export_html` writes the lesson as one
    page, which needs no kernel.

    Parameters
    ----------
    title
        The lesson's title.
    steps
        A list of :class:`Step`.
    explanations
        What the panels show: a dict from names, by which steps call them, to what ``xw.explain``
        returned, to pairs ``(clf, explanation)``, or to a ``Subject``, which is explained when it
        is shown; or a list of those, called by their places from 0.
    clf
        The classifier of explanations that come without one. Only panels in a notebook need it.
    student
        The student's name, which the lesson asks for otherwise.

    Attributes
    ----------
    step
        Place of the step that is shown, from 0; set it to go to another one.
    student
        The student's name.
    answers
        All answers, in the order in which they were given: dicts, as ``xw.lessons.Answer`` has
        them.

    Raises
    ------
    ValueError, TypeError
        If a step shows what there is not, or two questions have one id.
    ModuleNotFoundError
        If markdown-it-py is not installed; the message names the extra that brings it.

    Notes
    -----
    ``step``, ``student`` and ``answers`` are traits: ``observe`` and ``link`` work on them. Close a
    Lesson that is no longer needed, as ipywidgets keeps every widget until then.

    Examples
    --------
    >>> import xwidget as xw
    >>> steps = [
    ...     xw.Step("# A cup\nWhat does the network see?"),
    ...     xw.Step("Guess!", question=xw.Question("choice", "What is it?", ["cup", "cat"], "cup")),
    ... ]
    >>> lesson = xw.Lesson("First", steps)
    >>> lesson.step = 1
    >>> lesson.answer(str(steps[1].questions[0].id), "cup")
    >>> [answer["right"] for answer in lesson.answers]
    [True]
    >>> lesson.close()
    """

    step = traitlets.Int(0, help="Place of the step that is shown, from 0.")
    student = traitlets.Unicode("", help="The student's name.")
    answers: Any = traitlets.List(help="All answers, in the order in which they were given.")

    def __init__(
        self,
        title: str,
        steps: Sequence[Step],
        explanations: Any = None,
        clf: Classifier | None = None,
        student: str = "",
    ) -> None:
        """Show a lesson; the class says what each parameter is.

        Raises
        ------
        ValueError, TypeError
            If a step shows what there is not, or two questions have one id.
        """
        self._content = Content.of(title, steps, sources(explanations, clf))
        self._lock = INSPECTORS
        self._ended = False
        panel = f".xwidget-lesson, .{keepsake.CLASS}"
        self._displayed = Displayed(self._keepsake, lambda: self._ended, panel)
        self._panels = Panels(self._lock, self._content, self._on_panel)
        self._sheet = Sheet(
            self._lock,
            len(self._content.steps),
            _title=self._content.title,
            _lesson_id=self._content.id,
            _steps=self._content.described(),
            _asked=self._content.asked(),
            student=texts.shown(student, texts.NAME),
        )
        self._desk = Desk("xwidget lesson")
        super().__init__([self._sheet])
        self.add_class("xwidget-lesson-box")
        self.student = self._sheet.student
        self._sheet.observe(self._on_page, ["step", "student", "_answered", "_reset", "_here"])
        supersede(self, Lesson._rest)

    # What a person calls.

    @property
    def title(self) -> str:
        """The lesson's title."""
        return self._content.title

    @property
    def inspector(self) -> Inspector | None:
        """The Inspector of the step that is shown; None where it has none, or is not open yet."""
        shown = self._sheet.shown
        return self._panels.get(self._content.panels[shown]) if shown >= 0 else None

    def open(self, step: int | None = None) -> None:
        """Go to a step: its panel is there when this returns.

        Parameters
        ----------
        step
            Its place, from 0; -1 is the last. None is reserved for ipywidgets.

        Raises
        ------
        ValueError, TypeError
            If there is no such step, or its panel cannot be opened; the message says why.
        RuntimeError
            If the Lesson is closed.
        """
        if step is None:
            super().open()
            return
        self._check_open()
        count = len(self._content.steps)
        self.step = arguments.whole("step", step, -count, count - 1) % count
        if words := self._open(self.step):
            raise ValueError(f"step {self.step} cannot be shown: {words}")

    def answer(self, question: str, value: Any, seconds: float = 0.0) -> None:
        """Answer a question that the lesson asks beside its panel, as a student does in the page.

        Parameters
        ----------
        question
            The question's id.
        value
            An option's text or its place, a list of those, a number, or a text, by its kind.
        seconds
            How long it took.

        Raises
        ------
        ValueError
            If there is no such question, or this is no answer to it; the message says why.
        """
        self.answers = record.answered(self._content, self.answers, question, value, seconds)

    def save_answers(self, path: str | os.PathLike[str]) -> Path:
        """Write the answers so far to a file, which ``xw.lessons.read_answers`` reads.

        Parameters
        ----------
        path
            Path of the file, usually ending in ``.json``; an existing one is replaced.

        Raises
        ------
        OSError, ValueError, TypeError
            If the file cannot be written.
        """
        return Answers(
            lesson=self.title,
            lesson_id=self._content.id,
            student=self.student,
            answers=tuple(map(Answer.read, self.answers)),
            questions={each["id"]: each for each in self._sheet.asked},
        ).save(path)

    def export_html(self, path: str | os.PathLike[str], keyframes: int | None = None) -> Path:
        """Write the lesson as one interactive HTML file that needs no kernel and no network.

        Answers are kept by the browser where it allows that, and saved by download. Right answers
        and feedback are in the file, in base64: not to be read by accident, but no secret.

        Parameters
        ----------
        path
            Path of the file, usually ending in ``.html``. An existing file is replaced.
        keyframes
            Masks of each class that a panel has, >= 1; None for 4. Each takes about 60 kB at 224²
            pixels, beside the 400 kB of the panel's scripts.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        ValueError, TypeError
            If ``keyframes`` is no such number.
        OSError
            If the file cannot be written.
        """
        return page.write(self._content, path, keyframes)

    def reset(self) -> None:
        """Begin again: at the first step, without answers."""
        self._check_open()
        with self._lock:
            opened = self._panels.take()
            self.children = (self._sheet,)
            self._sheet.tell(_shown=-1)
        for each in opened:
            each.close()
        self.answers, self.step = [], 0
        if self._sheet.here:
            self._open_soon()

    def close(self) -> None:
        """Free threads, Inspectors and widgets. Take ``answers`` before."""
        if hasattr(self, "_desk") and not self._ended:  # not where the constructor raised before
            with self._lock:
                self._ended = True
                self._panels.end()
            self._desk.close()
            with self._lock:
                opened = self._panels.take()
            for each in opened:
                each.close()
            self._sheet.close()
            self.layout.close()
        super().close()

    def __repr__(self) -> str:
        count = len(self._content.steps)
        at = "closed" if self._ended else f"step {self.step + 1} of {count}"
        return f"<Lesson {self.title!r}: {at}, {len(self.answers)} answers>"

    # What is shown: the traits here and those of the sheet are alike.

    @traitlets.validate("step")
    def _on_proposal(self, proposal: Any) -> int:
        return arguments.whole("step", proposal["value"], 0, len(self._content.steps) - 1)

    @traitlets.observe("step")
    def _on_step(self, change: Any) -> None:
        with self._lock:
            self._sheet.step = change["new"]
        if self._sheet.here and not self._ended:
            self._open_soon()
        self._displayed.renew()

    @traitlets.validate("student")
    def _on_name(self, proposal: Any) -> str:
        return texts.shown(proposal["value"], texts.NAME)

    @traitlets.observe("student")
    def _on_student(self, change: Any) -> None:
        with self._lock:
            self._sheet.student = change["new"]
        self._displayed.renew()

    @traitlets.validate("answers")
    def _on_proposed_answers(self, proposal: Any) -> list[Any]:
        return [Answer.read(each).record() for each in proposal["value"]]

    @traitlets.observe("answers")
    def _on_answers(self, change: Any) -> None:
        with self._lock:
            self._sheet.tell(answers=list(change["new"]))
        self._displayed.renew()

    # What a page does: on the main thread, the lock held.

    def _on_page(self, change: Any) -> None:
        if self._ended:
            return
        name, value = change["name"], change["new"]
        with self._logged():
            if name == "step":
                self.step = value
            elif name == "student":
                self.student = value
            elif name == "_answered":
                self._answered(value)
            elif name == "_reset":
                self.reset()
            elif name == "_here":
                self._open_soon()

    def _answered(self, value: Any) -> None:
        try:
            seconds = arguments.real(value.get("seconds")) or 0.0
            self.answer(str(value.get("question")), value.get("value"), max(0.0, seconds))
        except ValueError as error:
            self._sheet.refuse(value, str(error))

    # What a saved notebook shows.

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/html": self._keepsake()}, metadata

    def _ipython_display_(self) -> None:
        self._displayed.show(self._repr_mimebundle_)

    def _keepsake(self) -> str:
        place = f"step {self.step + 1} of {len(self._content.steps)}"
        words = f"{place}, {self._content.heading(self.step)}"
        asked = {each["id"]: each for each in self._sheet.asked}
        return keepsake.html(self.title, words, self.student, self.answers, asked)

    # Panels.

    def _open_soon(self) -> None:
        self._desk.do("open", partial(self._open, self.step))

    def _open(self, step: int) -> str:
        """Show the panel of a step, unless it is there; return why there is none, or ""."""
        panel = self._content.panels[step]
        words, old = self._panels.open(panel)
        with self._lock:
            shown = self._panels.get(panel)
            if not self._ended and step == self.step:
                if shown is not None:
                    answered = {each["question"] for each in self.answers}
                    self._panels.prepare(shown, step, answered)
                below = () if shown is None else (shown,)
                self.children = (self._sheet, *below)
                self._sheet.tell(_shown=step, _words=words)
        for each in old:
            each.close()
        return words

    def _on_panel(self, change: Any) -> None:
        """Take over what was answered in a panel; the lock is held."""
        for given in change["new"]:
            with self._logged():
                self.answers = record.from_panel(self._content, self.answers, given)

    def _rest(self) -> None:
        """Stop what runs: another Lesson has taken this one's place."""
        self._panels.stop()

    def _check_open(self) -> None:
        if self._ended:
            raise RuntimeError("this Lesson is closed; make a new one")
