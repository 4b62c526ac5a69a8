"""The runs of an Inspector, and what there is to see of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from xwidget.checks import Checks
from xwidget.engine.history import History
from xwidget.engine.progress import Progress
from xwidget.engine.run import Run, Stretch
from xwidget.engine.settings import Settings
from xwidget.explanation import Explanation
from xwidget.frames import Frame
from xwidget.inspector.work.lock import OwnedLock
from xwidget.inspector.work.variants import Variants
from xwidget.subject import Subject


class Runs:
    """The main run, the variants beside it, and the run at work; from any thread.

    Parameters
    ----------
    subject
        The image before the net.
    lock
        Held for every change.
    """

    def __init__(self, subject: Subject, lock: OwnedLock) -> None:
        self._subject: Subject | None = subject
        self._lock = lock
        self._count = 0  # so far: each gets a number of its own
        self._variants = Variants(self.new)
        self.replaced: Callable[[], None] = lambda: None
        """Called once there is another main run, with the lock held."""
        self.main: Run | None = None
        self.at_work: Run | None = None
        self.starting = False
        """True if a run has begun that becomes the main one with its first step: until then all
        that there is to see is of the one before."""

    # Changes: with the lock held.

    def new(self, settings: Settings) -> Run:
        """Return a run with a number of its own."""
        self._count += 1
        return Run(self._count, settings)

    def replace_main(self, run: Run) -> None:
        """Take a run as the main one, without variants."""
        self.main, self.starting = run, False
        self._variants.clear()
        self.replaced()

    def adopt(self, run: Run) -> None:
        """Take a run that was made elsewhere as the main one."""
        self._count += 1
        run.number = self._count
        if run.progress is not None:
            run.progress = replace(run.progress, run=run.number)
        self.main = run
        self._variants.clear()
        self.replaced()

    def to_compare(self, targets: Iterable[int], by: str) -> list[Stretch]:
        """Return the stretches to run for a comparison with the main run; see ``Variants``."""
        return [] if self.main is None else self._variants.stretches(self.main, targets, by)

    def close(self) -> None:
        """Let go of everything."""
        self._subject = self.main = self.at_work = None
        self._variants.clear()

    # What there is to see.

    @property
    def all(self) -> list[Run]:
        """The main run and its variants."""
        return [*([] if self.main is None else [self.main]), *self.variants]

    @property
    def number(self) -> int:
        """Number of the main run; 0 before the first."""
        return 0 if self.main is None else self.main.number

    @property
    def variants(self) -> list[Run]:
        """The runs beside the main one."""
        return self._variants.runs

    @property
    def history(self) -> History | None:
        """Curves and masks of the main run; None before the first."""
        return None if self.main is None else self.main.history

    @property
    def progress(self) -> Progress | None:
        """Progress of the work, or of the main run if nothing runs."""
        run = self.at_work or self.main
        return None if run is None else run.progress

    def nearest(self, target: int, iteration: int | None = None) -> int | None:
        """Return the main run's kept iteration nearest to one asked for, see ``Run.nearest``."""
        with self._lock:
            return None if self.main is None else self.main.nearest(target, iteration)

    def checks(self, target: int) -> Checks:
        """Return the checks of a class's last mask in the main run."""
        with self._lock:
            history = self.history
            known = history is not None and target in history.targets
            return history.track(target).checks if history and known else Checks()

    def frame(self, target: int, iteration: int | None = None, run: int = 0) -> Frame | None:
        """Return the mask of the ``nearest`` iteration; None before the class's first.

        Parameters
        ----------
        target, iteration
            As in ``Run.nearest``.
        run
            Number of the run; 0 for the main one.

        Raises
        ------
        ValueError
            If there is no such run.
        """
        with self._lock:
            if run == 0:
                return None if self.main is None else frame_of(self.main, target, iteration)
            for known in self.all:
                if known.number == run:
                    return frame_of(known, target, iteration)
            raise ValueError(f"there is no run {run} any more")

    def explanation(self) -> Explanation | None:
        """Return the main run so far; None before the first step or after ``close``."""
        with self._lock:
            subject = None if self.main is None else self._subject
        if subject is None:
            return None
        _ = subject.origin  # measured without the lock, as that may take seconds
        with self._lock:
            if self.main is None or self._subject is None:
                return None
            return self.main.explanation(self._subject)

    def comparison(self) -> dict[str, Explanation]:
        """Return the explanations of the last comparison, by name, as far as they exist."""
        with self._lock:
            if self.main is None or self._subject is None:
                return {}
            return self._variants.comparison(self.main, self._subject)


def frame_of(run: Run, target: int, iteration: int | None = None) -> Frame | None:
    """Return the mask of the iteration nearest to one asked for; None before the class's first.

    Parameters
    ----------
    run, target, iteration
        As in ``Run.nearest``.
    """
    found = run.nearest(target, iteration)
    if found is None:
        return None
    track = run.history.track(target)
    score, mean = track.scores[found], track.means[found]
    return Frame(track.frame(found), run.number, target, found, score, mean)
