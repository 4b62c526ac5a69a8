"""A run that can be cut and go on: its settings and history, and what it still has to do."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from torch import Tensor

from xwidget.classifier import Classifier
from xwidget.engine.device import pick
from xwidget.engine.history import History
from xwidget.engine.progress import Progress
from xwidget.engine.settings import Settings
from xwidget.engine.state import State
from xwidget.engine.step import Step
from xwidget.engine.weights import Weights
from xwidget.engine.witness import Witness
from xwidget.explanation import Explanation
from xwidget.net.fingerprint import fingerprint
from xwidget.subject import Subject
from xwidget.support.texts import in_words

Optimize: TypeAlias = Callable[..., Generator[Step]]
"""The engine: ``optimize``, or what a test has in its place."""


@dataclass(frozen=True)
class Stretch:
    """One call of the engine; one of no iterations makes the checks of the step at its start."""

    run: Run
    targets: tuple[int, ...]
    iterations: int
    start: State | None = None

    @property
    def last(self) -> int:
        """The iteration at which it ends."""
        return self.iterations + (self.start.iteration if self.start else 0)

    def steps(
        self, clf: Classifier, x: Tensor, optimize: Optimize, witness: Witness | None = None
    ) -> Generator[Step]:
        """Yield its steps, the last with the witness's word among its checks.

        Parameters
        ----------
        clf, x
            The classifier and the normalized image (3, H, W).
        optimize
            The engine; a test may bring its own.
        witness
            Another net that is asked of each class's last mask; None for none.
        """
        settings = replace(self.run.settings, iterations=max(1, self.iterations))
        options = {} if self.iterations else {"again": True}
        made = optimize(clf, x, self.targets, settings, start=self.start, **options)
        # Closed at the end, so that the engine lets go at once.
        with closing(made) as steps:
            for step in steps:
                if witness is None or step.checks is None:
                    yield step
                else:
                    seen = step.checks, step.targets, step.masks, x, settings
                    yield replace(step, checks=witness.heard(*seen))


@dataclass(eq=False)
class Run:
    """Settings, the masks and curves made with them, and how far they have come.

    Parameters
    ----------
    number
        No other run of an Inspector has it; 0 for none.
    seconds
        Spent by the stretches that are over.
    stopped
        Why the newest stretch ended: "iterations", "converged", "interrupted", "error"; "running"
        if it did not.
    weights
        Of the net that it is of; None before its first stretch.
    """

    number: int
    settings: Settings
    history: History = field(default_factory=History)
    seconds: float = 0.0
    progress: Progress | None = None
    stopped: str = "running"
    weights: Weights | None = None

    @property
    def newest(self) -> int:
        """The newest iteration of any class; 0 before the first."""
        tracks = map(self.history.track, self.history.targets)
        return max((track.iteration for track in tracks), default=0)

    def begin(self, clf: Classifier | None, x: Tensor | None, main: Run | None) -> None:
        """Begin a stretch; a run beside a main one, or its own next stretch, must be of its net.

        Raises
        ------
        WeightsChangedError
            If the net has changed since.
        """
        self.stopped = "running"
        if main is not None and clf is not None and x is not None:
            main.check(clf, x)
        elif clf is not None:
            self.weights = Weights(clf.net)

    def check(self, clf: Classifier, x: Tensor, *, quick: bool = False) -> None:
        """Raise WeightsChangedError where the net is another than it was when this run began."""
        if self.weights is not None:
            tracks = map(self.history.track, self.history.targets)
            scores = {track.target: track.image_score for track in tracks}
            self.weights.check(clf, x, scores, quick=quick)

    def net(self, clf: Classifier) -> str | None:
        """Return the fingerprint of the net that it is of, see ``Weights.name``; that of the net as
        it is now where it was made elsewhere.
        """
        return fingerprint(clf.net) if self.weights is None else self.weights.name(clf.net)

    def stretches(self, targets: Iterable[int], goal: int) -> list[Stretch]:
        """Return the stretches that bring each of these classes to an iteration."""
        groups: dict[int, list[int]] = {}
        new = []
        for target in targets:
            if target not in self.history.targets:
                new.append(target)
            elif (at := self.history.track(target).iteration) < goal:
                groups.setdefault(at, []).append(target)
        found = [
            Stretch(self, tuple(group), goal - at, self._state(group))
            for at, group in sorted(groups.items(), reverse=True)
        ]
        return [*found, Stretch(self, tuple(new), goal)] if new else found

    def rechecks(self, targets: Iterable[int]) -> list[Stretch]:
        """Return the stretch that makes missing checks of these classes, without a step."""
        left = tuple(target for target in targets if not len(self.history.track(target).checks))
        return [Stretch(self, left, 0, self._state(left))] if left else []

    def open(self, targets: Iterable[int]) -> list[int]:
        """Return those of these classes in whose masks something may still change."""
        ended = {t for t in self.history.targets if self.history.track(t).stopped == "converged"}
        return [target for target in targets if target not in ended]

    def _state(self, targets: Iterable[int]) -> State:
        return State.join(self.history.track(target).state for target in targets)

    def nearest(self, target: int, iteration: int | None = None) -> int | None:
        """Return the kept iteration nearest to one asked for; None before the class's first.

        Parameters
        ----------
        target
            Class index.
        iteration
            None for the newest.
        """
        if target not in self.history.targets:
            return None
        track = self.history.track(target)
        return track.iteration if iteration is None else track.nearest(iteration)

    def explanation(self, subject: Subject) -> Explanation | None:
        """Return the explanation so far; None before the first step."""
        if not self.history.targets or self.progress is None:
            return None
        diagnostics = {
            "seconds": self.progress.seconds,
            "device": str(pick(self.settings.device)),
            "stopped": self.stopped,
        }
        return self.history.explanation(subject, self.settings, diagnostics)


def as_error(error: BaseException) -> Exception:
    """Return an error of a net or an observer as one that can be raised again: one that would end
    the interpreter, such as ``SystemExit``, is put into words.
    """
    if isinstance(error, Exception):
        return error
    made = RuntimeError(
        f"{in_words(error)} was raised by the network, or by what is called during a run; it has "
        "ended"
    )
    made.__cause__ = error
    return made
