"""The history of a run: score curves and keyframes, one track per target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from xwidget.checks import Checks
from xwidget.engine.plan import Plan
from xwidget.engine.references import make_reference
from xwidget.engine.settings import Settings
from xwidget.engine.state import State
from xwidget.engine.step import Step
from xwidget.explanation import Explanation
from xwidget.origin import Origin
from xwidget.subject import Subject
from xwidget.trace import Frames, Trace

Bytes = npt.NDArray[np.uint8]


def quantize(mask: Tensor) -> Bytes:
    """Return a mask in [0, 1] as uint8, 255 times it and rounded half up."""
    values: Bytes = mask.mul(255).add_(0.5).floor_().byte().cpu().numpy()
    return values


def is_keyframe(iteration: int) -> bool:
    """Return True if an iteration's mask is kept: all up to 16, then eight for each doubling."""
    return iteration % (1 << max(0, iteration.bit_length() - 4)) == 0


@dataclass
class Track:
    """One target's way through a run; row i of each list belongs to iteration i.

    Figures stay on the run's device until someone asks: fetching one waits for all work there.
    """

    target: int
    _figures: list[tuple[float, ...]] = field(default_factory=list)
    _fresh: list[Tensor] = field(default_factory=list)
    keyframes: dict[int, Bytes] = field(default_factory=dict)
    outside: float = float("nan")
    _step: Step | None = None
    _row: int = 0

    @property
    def iteration(self) -> int:
        """The last iteration, -1 before the first."""
        return len(self._figures) + len(self._fresh) - 1

    @property
    def scores(self) -> list[float]:
        """Scores of the optimized input, in [0, 1]."""
        return [score for score, _, _ in self._fetched()]

    @property
    def means(self) -> list[float]:
        """Means of the mask, in [0, 1]."""
        return [mean for _, mean, _ in self._fetched()]

    @property
    def sparsity(self) -> list[float]:
        """Weights lambda."""
        return [weight for _, _, weight in self._fetched()]

    def _fetched(self) -> list[tuple[float, ...]]:
        if self._fresh:
            self._figures += map(tuple, torch.stack(self._fresh).tolist())
            self._fresh.clear()
        return self._figures

    @property
    def mask(self) -> Bytes:
        """The last mask (3, H, W)."""
        return quantize(self.last)

    @property
    def last(self) -> Tensor:
        """The last mask (3, H, W), float32 in [0, 1]."""
        return self._latest.masks[self._row]

    @property
    def relevance(self) -> Tensor:
        """The order of the pixels that the run found so far: (H, W), float32 in [0, 1]."""
        found = self._latest.relevance
        return self.last.mean(0) if found is None else found[self._row]

    @property
    def path(self) -> Tensor:
        """The order of the pixels by what was shown of them on the way: (H, W), in [0, 1]."""
        found = self._latest.path
        return self.relevance if found is None else found[self._row]

    @property
    def checks(self) -> Checks:
        """The checks of the last mask; those of an earlier one would not apply to it."""
        made = self._latest.checks
        return Checks() if made is None else made[self._row]

    @property
    def state(self) -> State:
        """The state from which ``optimize`` continues for this target alone."""
        return self._latest.state[self._row]

    @property
    def image_score(self) -> float:
        """The image's own score, in [0, 1]."""
        return float(self._latest.image_scores[self._row])

    @property
    def stopped(self) -> str | None:
        """The reason of its end at the last iteration, see ``Step``; None if there is none."""
        return self._latest.stopped

    @property
    def nonlinearities(self) -> int:
        """Number of defended nonlinearities."""
        return self._latest.nonlinearities

    @property
    def undefended(self) -> int:
        """Number of nonlinearities that cannot be defended, as they work on what is found."""
        return self._latest.open

    @property
    def independent(self) -> bool | None:
        """True if the net can be given several pictures at once; None if that was not tried."""
        return self._latest.independent

    @property
    def plan(self) -> Plan:
        """The plan by which the net was run."""
        return self._latest.plan

    @property
    def _latest(self) -> Step:
        if self._step is None:
            raise LookupError(f"class {self.target} has no iteration yet")
        return self._step

    @property
    def frames(self) -> list[int]:
        """Iterations whose mask can be shown: the keyframes and the last one."""
        kept = list(self.keyframes)
        return (
            kept
            if self.iteration < 0 or self.iteration in self.keyframes
            else [*kept, self.iteration]
        )

    def nearest(self, iteration: int) -> int:
        """Return the kept iteration nearest to one asked for."""
        return min(self.frames, key=lambda kept: (abs(kept - iteration), kept))

    def frame(self, iteration: int) -> Bytes:
        """Return the mask (3, H, W) of a kept iteration."""
        return self.mask if iteration == self.iteration else self.keyframes[iteration]

    def add(self, step: Step, row: int) -> None:
        """Append the row of a step that belongs to this target."""
        again = step.iteration == self.iteration and not len(self.checks)  # it was cut then
        if step.iteration != self.iteration + (not again):
            raise ValueError(f"expected iteration {self.iteration + 1}, got {step.iteration}")
        self.end(step, row)
        if again:
            return
        figures = (step.scores[row], self.last.mean(), step.sparsity[row])
        self._fresh.append(torch.stack([figure.float() for figure in figures]))
        if is_keyframe(step.iteration):
            self.keyframes[step.iteration] = self.mask

    def end(self, step: Step, row: int) -> None:
        """Take the row of a step that belongs to this target for the newest."""
        self._step, self._row = step, row
        if step.outside is not None:
            self.outside = float(step.outside[row])


class History:
    """The tracks of a run, in the order in which their targets were added."""

    def __init__(self) -> None:
        self._tracks: dict[int, Track] = {}

    @classmethod
    def of(cls, figures: Tensor, frames: Mapping[int, Bytes], last: Step) -> History:
        """Return the history of a run that is over.

        Parameters
        ----------
        figures
            Of each iteration the scores, the masks' means and the weights (T, 3, K).
        frames
            The masks (K, 3, H, W) of some iterations.
        last
            The last step.
        """
        found, values = cls(), figures.tolist()
        for row, target in enumerate(last.targets):
            track = Track(
                target,
                [(score[row], mean[row], weight[row]) for score, mean, weight in values],
                keyframes={iteration: masks[row] for iteration, masks in frames.items()},
            )
            track.end(last, row)
            found._tracks[target] = track
        return found

    @property
    def targets(self) -> tuple[int, ...]:
        """Class indices."""
        return tuple(self._tracks)

    def track(self, target: int) -> Track:
        """Return one target's track; KeyError if there is none."""
        return self._tracks[target]

    def add(self, step: Step) -> None:
        """Take in a step of some of the targets, or of new ones."""
        for row, target in enumerate(step.targets):
            self._tracks.setdefault(target, Track(target)).add(step, row)

    def explanation(
        self,
        subject: Subject,
        settings: Settings,
        diagnostics: Mapping[str, Any],
        origin: Origin | None = None,
    ) -> Explanation:
        """Return the run so far as an Explanation.

        Parameters
        ----------
        subject, settings
            What the run was made with.
        diagnostics
            What only the caller knows, such as ``"seconds"``; the rest is added.
        origin
            Of the original image; None for the subject's, which may have to be measured.
        """
        tracks, clf, x = list(self._tracks.values()), subject.clf, subject.x
        reference = make_reference(settings.reference, x, clf.mean, clf.std, settings.seed)
        common = sorted(set.intersection(*(set(track.frames) for track in tracks)))
        return Explanation(
            image=subject.picture,
            origin=subject.origin if origin is None else origin,
            reference=clf.picture(reference),
            targets=self.targets,
            names=tuple(clf.categories[target] for target in self.targets),
            short_names=tuple(clf.short_names[target] for target in self.targets),
            masks=np.stack([track.last.cpu().numpy() for track in tracks]),
            image_scores=np.array([track.image_score for track in tracks]),
            scores=np.array([track.scores[-1] for track in tracks]),
            trace=Trace(
                score=_columns([track.scores for track in tracks]),
                mask_mean=_columns([track.means for track in tracks]),
                sparsity=_columns([track.sparsity for track in tracks]),
            ),
            frames=Frames(
                iterations=np.array(common),
                masks=np.stack([[track.frame(i) for track in tracks] for i in common]),
            ),
            relevance=np.stack([track.relevance.cpu().numpy() for track in tracks]),
            checks=tuple(_checks(track, diagnostics.get("stopped")) for track in tracks),
            settings=settings.describe(),
            diagnostics={
                "net": clf.name,
                "defense": settings.played,
                "nonlinearities": tracks[0].nonlinearities,
                "outside_bounds": [track.outside for track in tracks],
                "plan": tracks[0].plan.describe(),
                "independent": tracks[0].independent,
                "dtype": str(x.dtype).removeprefix("torch."),
                **_beyond_classes(subject, self.targets),
                **({"undefended": tracks[0].undefended} if tracks[0].undefended else {}),
                **diagnostics,
            },
        )


def _beyond_classes(subject: Subject, targets: Iterable[int]) -> dict[str, Any]:
    """Return the diagnostics of targets that are no classes; empty where all are."""
    extras = {target: subject.clf.extra(target) for target in targets}
    found = {
        str(target): extra.describe(subject.scores.tolist())
        for target, extra in extras.items()
        if extra is not None
    }
    return {"targets": found} if found else {}


def _checks(track: Track, stopped: object) -> Checks:
    """Return a class's checks; where it was cut before there were any, that says so."""
    cut = {"interrupted": "Stopped", "error": "Failed"}
    if len(track.checks) or track.stopped is not None or stopped not in cut:
        return track.checks
    line = f"{cut[str(stopped)]} at iteration {track.iteration}: not checked."
    return Checks(summary=line)


def _columns(rows: list[list[float]]) -> npt.NDArray[np.float64]:
    """Return lists as the columns of one array, the shorter ones filled up with NaN."""
    longest = max(map(len, rows))
    return np.array([row + [np.nan] * (longest - len(row)) for row in rows]).T
