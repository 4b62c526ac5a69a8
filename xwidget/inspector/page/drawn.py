"""The class and iteration that are drawn, as chosen by the page, Python, a link or the run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from xwidget.inspector.page.panel import Panel

TRAITS = frozenset({"target", "iteration", "_follow"})
"""The traits that say what is drawn."""


class _Stepping(threading.local):
    """Whose run has come to another iteration, while that is told on this thread."""

    drawn: Drawn | None = None


_stepping = _Stepping()


class Drawn:
    """The class and the iteration that are drawn.

    Parameters
    ----------
    panel
        Whose traits ``target``, ``iteration``, ``_follow`` and ``_live`` say it.
    """

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._refused = False  # whether the page may have an iteration that was not taken
        self.changed: Callable[[], None] = lambda: None
        """Called where another mask is to be drawn."""
        self.next_target: int | None = None
        """The added class that is drawn when its turn comes, if no other is chosen before."""

    def begin(self) -> None:
        """Watch the traits."""
        self._panel.watch(self._on_target, "target")
        self._panel.watch(self._on_iteration, "iteration")
        self._panel.watch(self._on_live, "_live")

    @property
    def target(self) -> int:
        """Index of the class."""
        return int(self._panel.get("target"))

    @property
    def iteration(self) -> int:
        """The iteration."""
        return int(self._panel.get("iteration"))

    @property
    def follows(self) -> bool:
        """True if it is the newest iteration, whichever that is."""
        return bool(self._panel.get("_follow"))

    @property
    def live(self) -> bool:
        """True if the newest mask of the class goes on changing."""
        return bool(self._panel.get("_live"))

    @property
    def wanted(self) -> int | None:
        """The iteration; None for the newest."""
        return None if self.follows else self.iteration

    def follow(self, target: int | None = None) -> None:
        """Draw the newest mask, which goes on changing: of another class, where one is given."""
        self.next_target = None
        self._panel.tell(_live=True, _follow=True, **({} if target is None else {"target": target}))

    def step_to(self, iteration: int) -> None:
        """Note the iteration that the run has come to; what is linked to it hears of it."""
        before, _stepping.drawn = _stepping.drawn, self
        try:
            self._panel.tell(iteration=iteration)
        finally:
            _stepping.drawn = before

    # What is said.

    def meant(self, taken: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the values that a page set, without an iteration that only a link on the page has
        set: a person who leaves a run sets ``_follow`` too.
        """
        if "iteration" in taken and "_follow" not in taken and self.live and self.follows:
            self._refused = True
            return {name: value for name, value in taken.items() if name != "iteration"}
        return taken

    def proposed(self, iteration: int) -> int:
        """Return the iteration to draw where one is set, here or by the page."""
        if self._panel.taking:
            return iteration
        if self.live and self.follows and _stepping.drawn not in (None, self):
            return self.iteration  # another's step, through a link: no wish
        # Before the iteration itself, which the page would take for what a linked widget says.
        self._panel.tell(_follow=self._is_newest(iteration))
        return iteration

    def _is_newest(self, iteration: int) -> bool:
        newest = self._panel.runs.nearest(self.target)
        return newest is None or iteration >= newest

    def _on_target(self, target: int) -> None:
        self.next_target = None
        self._redraw()

    def _on_iteration(self, iteration: int) -> None:
        if "_follow" not in self._panel.taking:
            self._panel.tell(_follow=self._is_newest(iteration))
        self._redraw()

    def _redraw(self) -> None:
        if not self._panel.taking:  # else once, when all is set
            self.changed()

    def _on_live(self, live: bool) -> None:
        if not live and self._refused:
            self._refused = False
            self._panel.resend("iteration")
