"""The runs of an Inspector: the masks that its page draws, and the variants of the main run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from xwidget.catalog import comparisons
from xwidget.engine.run import Run
from xwidget.engine.settings import Settings
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


def alternatives(settings: Settings, by: str) -> dict[str, Settings]:
    """Return what a run is compared with, and itself, by name.

    Parameters
    ----------
    settings
        Of the run.
    by
        As in ``comparisons.alternatives``, which also raises what this does.
    """
    own: str = getattr(settings, by) if by in comparisons.COMPARISONS else ""
    changes: dict[str, dict[str, Any]] = {n: {by: n} for n in comparisons.alternatives(by, own)}
    return {name: replace(settings, **change) for name, change in changes.items()}
