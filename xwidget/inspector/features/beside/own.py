"""Our own evidence as one among the panes: the order of the pixels that the run found so far."""

from __future__ import annotations

import numpy as np

from xwidget.attribution import Attribution
from xwidget.inspector.features.beside.values import Found
from xwidget.inspector.page.panel import Panel

ID = 0
"""Of our own evidence, where a command names a pane."""

_CLASSES = 10


class Own:
    """The relevance of the main run so far.

    Parameters
    ----------
    panel
        All that it sees of its Inspector.
    """

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._made: dict[int, Found] = {}  # by class
        self._seq = 0

    def found(self, target: int) -> Found:
        """Return the relevance of a class; the lock is held.

        Raises
        ------
        RuntimeError
            If there is none yet.
        """
        main = self._panel.runs.main
        if main is None or target not in main.history.targets:
            self._panel.check_open()
            raise RuntimeError("there is no evidence of this class yet; run it first")
        track = main.history.track(target)
        values = track.relevance.cpu().numpy()[None]
        known = self._made.pop(target, None)
        # The same iteration may get another order, when its checks are made.
        if known is None or not np.array_equal(known.attribution.values, values):
            self._seq += 1
            name = f"FGVis {main.settings.game} relevance"
            seconds = 0.0 if main.progress is None else main.progress.seconds
            known = Found(
                self._seq,
                Attribution(
                    (target,),
                    values,
                    name,
                    seconds=seconds,
                    names=(self._panel.subject.clf.categories[target],),
                ),
            )
        self._made[target] = known
        if len(self._made) > _CLASSES:
            del self._made[next(iter(self._made))]
        return known

    def seq(self, target: int) -> int | None:
        """Return the ``seq`` of a class as it is now; None where it has no evidence."""
        try:
            return self.found(target).seq
        except RuntimeError:
            return None

    def close(self) -> None:
        """Let go of everything."""
        self._made.clear()
