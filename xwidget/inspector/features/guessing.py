"""Guess first: a question is answered before the panel shows what the network relies on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from xwidget.assets import text
from xwidget.catalog import controls
from xwidget.export.guessing import judging
from xwidget.export.guessing.asking import OWN, Asking, Shown, asking
from xwidget.export.guessing.judging import AREAS, Facts
from xwidget.export.guessing.kept import Guess, kept_facts
from xwidget.findings import times
from xwidget.inspector.features.feature import Feature
from xwidget.inspector.page.commands import Handler
from xwidget.inspector.page.drawn import Drawn
from xwidget.inspector.page.panel import Panel
from xwidget.lessons.answer import Answer
from xwidget.places import Places, first
from xwidget.support import texts, wire
from xwidget.support.line import Line
from xwidget.support.texts import in_words

Alone: TypeAlias = Callable[[Sequence[npt.NDArray[np.bool_]], int], list[float | None]]
"""Scores of some pixels alone, of a class."""

_OTHERS = 4  # classes that are likely, but not explained, to choose from
_WAITS = "The network is still at work: the result is there once it has ended."
_NO_EVIDENCE = "There is no evidence: the run ended before it found any."
_ENDED = ("done", "stopped", "error")


@dataclass(frozen=True)
class _Committed:
    """A guess that is to be judged, though something else is asked by then."""

    asked: Asking
    value: Any
    tries: int
    seconds: float  # that it took

    def is_in(self, state: Mapping[str, Any]) -> bool:
        """Return whether it is the guess that a panel shows."""
        return (
            bool(state)
            and state["committed"]
            and state["question"]["id"] == self.asked.question.id
            and (state["value"], state["tries"]) == (self.value, self.tries)
        )


class Guessing(Feature):
    """Ask, take a guess, say what it is worth; lock controls.

    Parameters
    ----------
    panel
        All that it sees of its Inspector.
    drawn
        What is drawn: a question is about that class.
    places
        Returns each pixel's place by the evidence of a class so far, None where there is none; with
        the lock held.
    alone
        Scores pixels alone; without the lock.
    """

    def __init__(
        self,
        panel: Panel,
        drawn: Drawn,
        places: Callable[[int], Places | None],
        alone: Alone,
    ) -> None:
        super().__init__(panel)
        self._drawn = drawn
        self._places = places
        self._alone = alone
        self._line = Line("xwidget guess")
        self.prompts: dict[str, str] = {}
        """Of all questions that were asked so far, by id."""
        self._asked: Asking | None = None
        self._given: Any = None  # what was asked for, to ask it again of what is there by then
        self._facts: Facts | None = None  # of the run that has ended
        self._waiting: list[_Committed] = []  # for the end of the run

    @property
    def commands(self) -> Mapping[str, Handler]:
        """Commit, reveal, begin again."""
        return {
            "guess_commit": self._commit,
            "guess_reveal": self._reveal,
            "guess_reset": self._reset,
        }

    @property
    def hides(self) -> bool:
        """True while the panel does not show what the network relies on."""
        state = self._panel.get("_guess")
        return bool(state) and not state["revealed"]

    @property
    def busy(self) -> bool:
        """True while a guess is not judged yet."""
        return bool(self._waiting) or not self._line.wait(0)

    def begin(self) -> None:
        """Hear of the run's end, of panes beside, and of controls that are locked."""
        self._panel.watch(lambda _: self._look(), "status")
        self._panel.watch(lambda _: self._again(), "_beside")
        self._panel.watch(self._lock, "controls")
        self._lock(self._panel.get("controls"))

    def close(self) -> None:
        """Let go of the evidence."""
        self._facts = None

    # From Python.

    def ask(self, asked: Any) -> None:
        """Ask something, in place of what was asked before; None or False for nothing.

        Parameters
        ----------
        asked
            True for a region, the name of a kind, or a ``Question``.

        Raises
        ------
        ValueError, TypeError
            If it is none of these, or there is nothing that it could be about.
        """
        with self._panel.lock:
            self._panel.check_open()
            if asked is None or asked is False:
                self._asked, self._given = None, None
                self._panel.tell(_guess={}, _guess_kept={})
                return
            self._asked, self._given = asking(asked, self._shown()), asked
            self.prompts[str(self._asked.question.id)] = self._asked.question.prompt
            self._facts = None
            self._send_script()
            self._panel.tell(_guess=self._asked.state(), _guess_kept={})
            self._look()

    def restore(self, state: Mapping[str, Any]) -> None:
        """Show a guess as it was left, of a question that was asked again; the lock is held."""
        state = {**self._panel.get("_guess"), **state}
        self._panel.tell(_guess=state)
        if state["committed"] and not state["result"]:
            if not any(guess.is_in(state) for guess in self._waiting):
                asked, value = self._expected(), state["value"]
                self._waiting.append(_Committed(asked, value, state["tries"], 0.0))
            self._judge()

    def to_export(self) -> Callable[[], Guess]:
        """Return a function that makes the question ready for an exported page; it is called
        without the lock, itself with it.
        """
        asked = self._asked
        facts = None if asked is None else self._found(asked)
        chosen = self._panel.get("controls")

        def make() -> Guess:
            if asked is None or facts is None:
                return Guess(controls=chosen)
            if not self._panel.lock.owned:
                self._line.wait()  # where the network may be at just this
            whole = self._with_curve(asked, self._known(asked, facts))
            return Guess(self._with_answer(asked, whole), whole, chosen)

        return make

    def go(self, place: str) -> None:
        """Lead the panel to a view, as the links of pages say it."""
        self._send_script()
        self._panel.tell(_place=place)

    # Controls.

    def _lock(self, chosen: list[str] | None) -> None:
        if chosen is not None:
            self._send_script()
        self._panel.tell(_locked=controls.locks(chosen))

    def _send_script(self) -> None:
        if not self._panel.get("_guess_script"):
            self._panel.tell(_guess_script=text("guess.js"))

    # Commands, with the lock held.

    def _commit(self, guess: Mapping[str, Any], seconds: float) -> None:
        asked, state = self._expected(), self._panel.get("_guess")
        if state["committed"]:
            raise RuntimeError("a guess is committed already; reset it to guess again")
        value = guess.get("value")
        if asked.question.kind == "region":
            judging.pixels_of(value, self._panel.subject.picture.shape[:2])
        if asked.question.kind == "method" and asked.question.answer is None:
            raise RuntimeError("nothing stands beside the evidence yet: add a method first")
        value = asked.question.check(value)
        tries = state["tries"] + 1
        self._panel.tell(
            _guess={**state, "value": value, "committed": True, "waits": _WAITS, "tries": tries}
        )
        self._waiting.append(_Committed(asked, value, tries, seconds))
        self._judge()

    def _reveal(self) -> None:
        self._expected()
        state = self._panel.get("_guess")
        if not state["committed"]:
            raise RuntimeError("commit a guess first")
        if state["waits"]:
            raise RuntimeError(state["waits"])
        if state["question"]["target"] in self._panel.session.targets:
            self._panel.tell(target=state["question"]["target"])
        self._panel.tell(_guess={**state, "revealed": True})

    def _reset(self) -> None:
        asked = self._expected()
        tries = self._panel.get("_guess")["tries"]
        self._panel.tell(_guess=asked.state(tries=tries))

    def _expected(self) -> Asking:
        if self._asked is None:
            raise RuntimeError("nothing is asked here")
        return self._asked

    # What the panel shows.

    def _shown(self) -> Shown:
        subject, target = self._panel.subject, self._drawn.target
        clf, explained = subject.clf, self._panel.session.targets
        count = len(clf.categories)
        likeliest, *others = clf.likeliest(subject.scores, min(count, 1 + _OTHERS))
        ranked = [likeliest, *(each for each in explained if each != likeliest), *others]
        names = [texts.shown(clf.short_names[each], texts.NAME) for each in ranked]
        panes = {0: OWN, **{pane["id"]: pane["label"] for pane in self._panel.get("_beside")}}
        name = texts.shown(clf.short_names[target], texts.NAME)
        return Shown(target, name, [*dict.fromkeys(names)], panes)

    def _again(self) -> None:
        """Ask about the panes that there are now, unless that was answered."""
        state = self._panel.get("_guess")
        if not state or state["committed"] or state["question"]["kind"] != "method":
            return
        asked = asking(self._given, self._shown())
        if asked != self._asked:
            self._asked = asked
            self._panel.tell(_guess=asked.state(tries=state["tries"]))

    # The evidence, once it is there.

    def _look(self) -> None:
        """Judge what is committed, and keep what a page without a kernel needs."""
        asked, ended = self._asked, self._panel.get("status") in _ENDED
        self._facts = self._found(asked) if asked is not None and ended else None
        self._judge()
        if asked is not None and self._facts is not None:
            self._do(self._keep, asked, self._facts)

    def _found(self, asked: Asking) -> Facts | None:
        """Return the facts that the run found; None where it found nothing."""
        places = self._places(asked.target)
        mask = self._panel.runs.frame(asked.target)
        if places is None or mask is None:
            return None
        subject = self._panel.subject
        names = [texts.shown(name, texts.NAME) for name in subject.clf.short_names]
        scores = dict(zip(reversed(names), reversed(subject.scores), strict=True))
        asked_of = {name: scores[name] for name in asked.question.options or () if name in scores}
        shares = judging.channels(mask.pixels)
        return Facts(places, shares, asked_of, float(subject.scores[asked.target]))

    def _known(self, asked: Asking, facts: Facts) -> Facts:
        """Return facts with what the network has already said of the same evidence."""
        known = self._facts
        if known is None or asked is not self._asked:
            return facts
        return known if np.array_equal(known.places, facts.places) else facts

    def _with_answer(self, asked: Asking, facts: Facts) -> Asking:
        if asked.question.kind == "channel":
            return asked.answered(judging.right_channel(facts))
        return asked

    def _with_curve(self, asked: Asking, facts: Facts) -> Facts:
        """Return facts with the network's scores by area; without the lock."""
        if asked.question.kind != "region" or facts.curve:
            return facts
        counts = [round(area * facts.places.size) for area in AREAS]
        kept = [first(facts.places, count) for count in counts]
        scores = self._alone(kept, asked.target)
        return replace(facts, curve=tuple(zip(AREAS, scores, strict=True)))

    # On a thread of its own.

    def _do(self, act: Callable[..., None], *given: Any) -> None:
        self._line.add(lambda: act(*given), own=True)

    def _keep(self, asked: Asking, facts: Facts) -> None:
        try:
            whole = self._with_curve(asked, facts)
        except RuntimeError:
            return  # it was closed meanwhile
        kept = kept_facts(self._with_answer(asked, whole), whole)
        with self._panel.lock, self._panel.logged():
            if facts is self._facts and not self._panel.session.closed:
                self._facts = whole
                self._panel.tell(_guess_kept=kept)

    def _judge(self) -> None:
        """Judge the guesses that wait, where the evidence is there; the lock is held."""
        if self._panel.get("status") not in _ENDED:
            return
        waiting, self._waiting = self._waiting, []
        for guess in waiting:
            asked, kind = guess.asked, guess.asked.question.kind
            facts = self._facts if asked is self._asked else self._found(asked)
            if facts is None:
                self._settle(guess, {"problem": _NO_EVIDENCE}, None)
            elif kind == "region":
                self._do(self._score, guess, facts)
            else:
                guess = replace(guess, asked=self._with_answer(asked, facts))
                self._settle(guess, judging.result(guess.asked, guess.value, facts), None)

    def _score(self, guess: _Committed, facts: Facts) -> None:
        pixels = judging.pixels_of(guess.value, facts.places.shape)
        evidence = first(facts.places, int(pixels.sum()))
        found: dict[str, Any] = dict(judging.agreement(pixels, facts.places))
        why = ""
        scores: list[float | None] = [None, None]
        try:
            scores = self._alone([pixels, evidence], guess.asked.target)
        except Exception as error:
            why = in_words(error)
        found |= {"score": scores[0], "evidence": scores[1], "image": facts.image}
        found["why_no_score"] = why
        with self._panel.lock, self._panel.logged():
            if not self._panel.session.closed:
                self._settle(guess, found, judging.region(evidence))

    def _settle(self, guess: _Committed, result: Mapping[str, Any], evidence: Any) -> None:
        """Tell what a guess is worth, and keep the first on record; the lock is held."""
        state, question, value = self._panel.get("_guess"), guess.asked.question, guess.value
        right = question.is_right(value)
        found: dict[str, Any] = wire.clean(dict(result), texts.WORDS)  # type: ignore[assignment]
        told = {
            "waits": "",
            "right": right,
            "result": found,
            "evidence": evidence,
            "feedback": question.says(value),
        }
        answers = [*self._panel.get("answers")]
        place = next((k for k, each in enumerate(answers) if each["question"] == question.id), None)
        if place is None:
            answers.append(
                Answer(
                    question=str(question.id),
                    kind=question.kind,
                    step=0,
                    value=value,
                    right=right,
                    result=found,
                    seconds=guess.seconds,
                    tries=guess.tries,
                    time=times.now(),
                ).record()
            )
        else:  # the first stays
            answers[place] = {**answers[place], "tries": guess.tries}
        shown = {**state, **told} if guess.is_in(state) else state
        self._panel.tell(_guess=shown, answers=answers)
