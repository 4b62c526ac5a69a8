"""The optimization: projected gradient descent on masks, of one image or of several in step with
each other. When the net is asked, and with what else beside it, is up to ``Together``.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

import torch
from torch import Tensor

from xwidget.catalog.games import GAMES
from xwidget.engine.batches import Batches
from xwidget.engine.early_stop import EarlyStop
from xwidget.engine.passes import Passes
from xwidget.engine.references import make_reference
from xwidget.engine.rules import RULES
from xwidget.engine.runner import Runner
from xwidget.engine.settings import Settings
from xwidget.engine.smoothing import smoothed
from xwidget.engine.sparsity import Auto, Fixed, Sparsity
from xwidget.engine.state import State
from xwidget.engine.step import Step
from xwidget.engine.views import views_of
from xwidget.engine.watch import Finite, NotFiniteError, not_finite

_BY_ROW = ("index", "image_scores", "weight", "masks", "kept")
_TIES = 1e-3  # how much the masks themselves weigh in the order


@dataclass(eq=False)
class Case:
    """One image and its targets.

    Parameters
    ----------
    x
        Normalized image (3, H, W), on the run's device.
    targets
        Class indices, K of them.
    scores
        Of the image (C,), in [0, 1], where they are known.
    course
        For each iteration so far the figures of all rows in step with it (3, R), see
        ``Cohort.figures``, and which of them is its first.
    """

    x: Tensor
    targets: tuple[int, ...]
    scores: Tensor | None = None
    course: list[tuple[Tensor, int]] = field(default_factory=list)


class Cohort:
    """B images of one size, of K targets each, at one iteration: R = B * K rows, the K of the first
    image, then those of the next.

    Parameters
    ----------
    runner
        The net.
    settings
        Of all images.
    cases
        The images.
    start
        State of an earlier step to go on from, of as many rows.
    again
        Whether that step is only looked at once more.

    Attributes
    ----------
    iteration
        Steps taken so far.
    first, last
        The first iteration that counts, and the one at which all images are over.
    masks, kept
        What is shown (R, 3, H, W), and its scores (R,).
    tensors
        What is carried from one iteration to the next, see ``State``.
    failed
        The images whose scores or gradients are not finite, by number.
    """

    def __init__(
        self,
        runner: Runner,
        settings: Settings,
        cases: Sequence[Case],
        *,
        start: State | None = None,
        again: bool = False,
    ) -> None:
        clf = runner.clf
        self.runner = runner
        self.settings = settings
        self.cases = list(cases)
        self.game = GAMES[settings.game]
        self.rule = RULES[settings.rule]
        auto = settings.sparsity == "auto"
        self.policy: Sparsity = Auto(self.game) if auto else Fixed(float(settings.sparsity))
        self.targets = tuple(target for case in cases for target in case.targets)
        self.index = torch.tensor(self.targets, dtype=torch.int64, device=runner.device)
        self.x = torch.stack([case.x for case in cases])
        self.references = torch.stack(
            [
                make_reference(settings.reference, case.x, clf.mean, clf.std, settings.seed)
                for case in cases
            ]
        )
        scores = partial(runner.scores, together=len(cases) > 1)
        self.views = views_of(settings, clf, self.x, self.references, scores)
        self._count = len(cases[0].targets)
        self._batches: Batches | None = Batches(
            runner, self.views.images, self._count, settings.strategy
        )
        self._unchanging = EarlyStop(len(cases))
        self._finite = Finite(len(self.targets), runner.device)
        self.failed: dict[int, NotFiniteError] = {}
        self.alone = runner.alone(self.x)
        passes = self.passes(0)
        (at_images,) = self.batches.run(passes.at_image, self.index)
        self.image_scores = at_images[0]
        self.nonlinearities, self.open = self.batches.nonlinearities, self.batches.open
        self.weight = torch.zeros_like(self.image_scores)
        self._gradients: Tensor | None = None
        self._again = again
        if start is None:
            self._begin(passes, at_images)
            self.iteration, self.first, self.last = 0, 0, settings.iterations
            self._note()
        else:
            self.tensors = {name: each.to(runner.device) for name, each in start.tensors.items()}
            self.iteration = start.iteration
            self.first = start.iteration + (not again)
            self.last = start.iteration + (0 if again else settings.iterations)
            self.masks, self.kept = self.game.shown(self.tensors["mask"]), self.image_scores
            runner.watch.resumed(self.tensors["image"], self.image_scores)

    def _begin(self, passes: Passes, at_images: Tensor) -> None:
        game, image_scores = self.game, self.image_scores
        images = self.x.repeat_interleave(self._count, 0)
        nothing = torch.zeros_like(images)
        (at_references,) = self.batches.run(passes.at_reference, nothing, self.index)
        steers, plain = (
            ends if game.keeps else ends[::-1]
            for ends in (
                (at_references.mean(0), at_images.mean(0)),
                (at_references[0], image_scores),
            )
        )
        # The mask at the start does not compete: it may be the image, which always does the work.
        first_shown = game.shown(torch.full_like(images, game.first))
        mask = torch.full_like(images, game.start)
        self.tensors = {
            "mask": mask,
            **self.rule.begin(images),
            **self.policy.begin(first_shown, steers, plain),
            "path": nothing,
            "expected": torch.full_like(image_scores, torch.nan),
            "blank": at_references[0],
            "image": image_scores,
            "pushed": torch.zeros_like(image_scores),
            "reached": torch.zeros_like(image_scores),
        }
        self.masks = game.shown(mask)
        self.kept = image_scores if game.start else at_references[0]
        self._unchanging.reached(0, self.masks, self.kept)

    @property
    def batches(self) -> Batches:
        """The bounds of these images."""
        if self._batches is None:
            self._batches = Batches(
                self.runner, self.views.images, self._count, self.settings.strategy, tested=True
            )
        return self._batches

    def release(self) -> None:
        """Let go of the bounds; where they are needed once more, they are recorded anew."""
        self._batches = None

    def passes(self, iteration: int) -> Passes:
        """Return the questions to the net at an iteration."""
        references = self.views.references(iteration)
        return Passes(self.runner.clf, self.settings, self.views, references)

    @property
    def asked(self) -> Tensor:
        """The masks (R, 3, H, W) that the net is to be asked about at this iteration."""
        mask = self.tensors["mask"]
        return mask if self.iteration else torch.full_like(mask, self.game.first)

    @property
    def told(self) -> bool:
        """True if what is shown belongs to this iteration, and to this run."""
        return self.iteration >= self.first

    @property
    def ends(self) -> bool:
        """True at the last iteration, from which no step is taken."""
        return self.iteration >= self.last

    def note(self, by_view: Tensor, gradients: Tensor | None) -> None:
        """Take note of what the net said: scores (V, R), and gradients (V, R, 3, H, W)."""
        self._gradients = gradients
        if not self.iteration:
            return
        self._check(*by_view, last=self.ends)
        if not self.told:
            return
        shown, scores = self.game.shown(self.tensors["mask"]), by_view[0]
        if not self._again:
            expected = _steady(by_view.mean(0), self.tensors["expected"], self.views.drawn)
            self.tensors = {
                **self.tensors,
                **self.policy.observe(shown, expected, scores, self.tensors),
                "expected": expected,
                "path": self.tensors["path"] + shown,
            }
        self.masks, self.kept = self.policy.incumbent(shown, scores, self.tensors)
        self._note()

    def _note(self) -> None:
        figures = self.kept, self.masks.flatten(1).mean(1), self.weight
        together = torch.stack([each.float() for each in figures])
        for image, case in enumerate(self.cases):
            case.course.append((together, image * self._count))

    def over(self) -> dict[int, str]:
        """Return the images that are over at this iteration, by number, and why."""
        if not self.told or not self.iteration:
            return {}
        images = range(len(self.cases))
        if self.ends:
            return dict.fromkeys(images, "iterations")
        if not self.settings.early_stop:
            return {}
        reached = self._unchanging.reached(self.iteration, self.masks, self.kept)
        return {image: "converged" for image in images if reached[image]}

    @torch.no_grad()
    def move(self) -> None:
        """Take a step along the gradients that were noted last, if there are any."""
        if self._gradients is None:
            return
        game, tensors = self.game, self.tensors
        gradients, self._gradients = self._gradients, None
        gradient = smoothed(gradients.sum(0), game.smoothing, self.iteration + 1)
        largest = gradient.abs().flatten(1).amax(1)
        self._check(largest, last=False)
        weight = self.policy.weight(largest, tensors)
        total = gradient + (-1 if game.shows_complement else 1) * _rows(weight)
        scale = torch.maximum(largest, weight).clamp_min(torch.finfo(total.dtype).tiny)
        step, memory = self.rule.step(total / _rows(scale), tensors, self.iteration + 1)
        mask = (self.asked - step).clamp_(0, 1)
        if (lost := self.policy.lost(tensors)) is not None:
            mask = torch.where(_rows(lost), game.shown(tensors["best"]), mask)
            memory = {**memory, **self.rule.forget(memory, lost)}
        pushed = tensors["pushed"] + (weight < 0)
        reached = tensors["reached"] + (largest > 0)
        self.tensors = {**tensors, **memory, "mask": mask, "pushed": pushed, "reached": reached}
        self.weight = weight
        self.iteration += 1

    def _check(self, *figures: Tensor, last: bool) -> None:
        """Note which images have figures (R,) that are none."""
        rows = self._finite.lost(self.iteration, *figures, last=last)
        if rows:
            self.runner.watch.weights()
        for row in reversed(rows):
            error = not_finite(self.runner.clf, self.targets[row], self.iteration)
            self.failed[row // self._count] = error

    def part(self, images: Iterable[int]) -> Cohort:
        """Return some of the images, by number, as a cohort of their own."""
        some = list(images)
        if some == list(range(len(self.cases))):
            return self
        device, count = self.runner.device, self._count
        which = torch.tensor(some, dtype=torch.int64, device=device)
        rows = (which[:, None] * count + torch.arange(count, device=device)).flatten()
        cases = [self.cases[image] for image in some]
        found = copy.copy(self)
        vars(found).update(
            cases=cases,
            targets=tuple(target for case in cases for target in case.targets),
            views=self.views.part(some),
            tensors={name: tensor[rows] for name, tensor in self.tensors.items()},
            failed={},
            **{name: vars(self)[name][which] for name in ("x", "references", "alone")},
            **{name: vars(self)[name][rows] for name in _BY_ROW},
            _batches=None,
            _gradients=None if self._gradients is None else self._gradients[:, rows],
            _unchanging=self._unchanging.part(some, rows),
            _finite=self._finite.part(rows),
        )
        return found

    def relevance(self) -> Tensor:
        """Return the order of the pixels (R, H, W), in [0, 1], that was found: what was shown of
        them on the way, on average; of equal ones those that are shown now come first.
        """
        average = self.tensors["path"] / max(self.iteration, 1)
        return torch.lerp(average, self.masks, _TIES).mean(1).clamp_(0, 1)

    def step(self) -> Step:
        """Return the iteration's result, of all rows."""
        relevance = self.relevance()
        return Step(
            iteration=self.iteration,
            targets=self.targets,
            masks=self.masks,
            scores=self.kept,
            image_scores=self.image_scores,
            sparsity=self.weight,
            nonlinearities=self.nonlinearities,
            outside=None,
            state=State(self.iteration, self.tensors),
            plan=self.runner.plan,
            independent=self.runner.independent,
            relevance=relevance,
            path=relevance,
            open=self.open,
        )


def _steady(now: Tensor, before: Tensor, drawn: bool) -> Tensor:
    """Return the expected scores (R,): one draw says little, the last few say more."""
    if not drawn:
        return now
    return torch.where(before.isnan(), now, (now + before) / 2)


def _rows(values: Tensor) -> Tensor:
    return values.view(-1, 1, 1, 1)
