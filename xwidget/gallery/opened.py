"""The Inspector of an opened image: what its Gallery may do with it, and a person not."""

from __future__ import annotations

from collections.abc import Callable

from xwidget.engine.run import Optimize, Run
from xwidget.inspector.widget import Inspector
from xwidget.inspector.work.views import Views


class OpenedInspector(Inspector):
    """An Inspector that takes over a run, and whose work rests while nobody looks at its Gallery.

    To a person it is an Inspector like any other.
    """

    _woken: Callable[[object], None] | None = None

    @classmethod
    def optimizer(cls) -> Optimize:
        """Return the engine: the runs in the background are to be made by the same."""
        return cls._engine

    @property
    def goal(self) -> int:
        """The iteration at which the newest run ends; 0 before the first."""
        return int(self._progress.get("iterations", 0))

    @property
    def share(self) -> float:
        """Share of the newest run that is done, in [0, 1]."""
        return min(1.0, float(self._progress.get("iteration", 0) / max(1, self.goal)))

    def adopt(self, run: Run, status: str, failure: Exception | None = None) -> None:
        """Take over a run of this image, see ``Session.adopt``."""
        self._session.adopt(run, status, failure)

    def attend(self, views: Views, woken: Callable[[object], None]) -> None:
        """Belong to a Gallery until it is closed.

        Parameters
        ----------
        views
            Who looks at the Gallery: without a view, this rests, too.
        woken
            Called after each change of the status.
        """
        self._session.views.within = views
        self._woken = woken
        self.observe(woken, "status")

    def close(self) -> None:
        """End the run, free what it holds, and tell the Gallery nothing any more."""
        woken, self._woken = self._woken, None
        if woken is not None:
            self.unobserve(woken, "status")
        super().close()
