"""The masks of a run, as frames."""

from __future__ import annotations

from xwidget.engine.run import Run
from xwidget.frames import Frame


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
