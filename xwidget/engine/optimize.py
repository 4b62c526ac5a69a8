"""The optimization: projected gradient descent on a mask, one step after another, no I/O and no
threads.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from xwidget.checks import Checks
from xwidget.classifier import Classifier
from xwidget.engine.batches import Batches
from xwidget.engine.defense import Guard
from xwidget.engine.device import pick
from xwidget.engine.games import GAMES
from xwidget.engine.plan import Plan
from xwidget.engine.references import make_reference
from xwidget.engine.rules import RULES
from xwidget.engine.settings import Settings
from xwidget.engine.similarity import SIMILARITIES
from xwidget.engine.sparsity import Auto, Fixed, Sparsity
from xwidget.engine.stall import Stall
from xwidget.engine.state import State


@dataclass(frozen=True, slots=True)
class Step:
    """One iteration's result.

    Parameters
    ----------
    iteration
        Steps taken so far; 0 is the starting mask.
    targets
        Class indices, K of them.
    masks
        What is shown: (K, 3, H, W) float32 in [0, 1], on the run's device, never changed
        afterwards.
    scores
        Scores (K,) in [0, 1] of the optimized input that belongs to these masks.
    image_scores
        Scores (K,) in [0, 1] of the image itself.
    sparsity
        Weights lambda (K,) of the step before.
    nonlinearities
        Number of defended nonlinearities.
    outside
        Share of activations out of bounds (K,) in [0, 1]; on a run's last step only, else None.
    state
        What ``optimize(..., start=state)`` goes on from.
    plan
        How the net is run.
    stopped
        Why the run ends here: "iterations" or "converged"; None where it goes on.
    relevance
        The order of the pixels that the run found so far: (K, H, W) float32 in [0, 1]; None where
        it is the masks' mean over the color channels.
    checks
        What speaks for and against each mask, K of them; on a run's last step only, else None.
    """

    iteration: int
    targets: tuple[int, ...]
    masks: Tensor
    scores: Tensor
    image_scores: Tensor
    sparsity: Tensor
    nonlinearities: int
    outside: Tensor | None
    state: State
    plan: Plan = field(default_factory=Plan)
    stopped: str | None = None
    relevance: Tensor | None = None
    checks: tuple[Checks, ...] | None = None


# Gradients are needed whatever the caller's mode; a generator has it changed back at every yield.
@torch.inference_mode(False)
def optimize(
    clf: Classifier,
    x: Tensor,
    targets: Sequence[int],
    settings: Settings,
    *,
    iterations: int,
    start: State | None = None,
    plan: object = "auto",
    early_stop: bool = False,
) -> Generator[Step]:
    """Optimize one mask per target, all in one batch, and yield every step.

    Parameters
    ----------
    clf
        The classifier; its net is not touched, a frozen twin that shares its weights is used.
    x
        Normalized image (3, H, W), from ``clf.prepare``.
    targets
        Class indices, K of them.
    settings
        Game, defense and the rest.
    iterations
        Number of steps: without ``start`` iterations 0 (the starting mask) to ``iterations`` are
        yielded, with it the ``iterations`` after it.
    start
        State of an earlier step with the same targets, image and settings.
    plan
        How to run the net, see ``Plan.read``.
    early_stop
        Whether to end where nothing changes any more, see ``Stall``.

    Raises
    ------
    DefenseError
        If the net cannot be defended.
    ValueError
        If the net's scores are not finite.

    Notes
    -----
    Wagner et al., CVPR 2019: Eq. 1-3 for the games, Eq. 4-6 for the defense. The gradient of the
    sparsity term does not pass through the net and is added outside the defense.

    Iteration 0 is the mask at the game's start; the first step is taken from ``Game.first``.
    """
    device = pick(settings.device)
    game = GAMES[settings.game]
    x = x.to(device, copy=x.is_inference())  # such a tensor lets no gradient through
    count = len(targets)
    index = torch.tensor(targets, device=device)
    image = x.expand(count, -1, -1, -1).contiguous()
    reference = make_reference(settings.reference, x, clf.mean, clf.std, settings.seed)
    similarity = SIMILARITIES[settings.similarity]
    rule = RULES[settings.rule]
    policy: Sparsity = Auto(game) if settings.sparsity == "auto" else Fixed(settings.sparsity)
    batches = Batches(clf, image, settings.strategy, Plan.read(plan))
    stall = Stall()

    def chosen(logits: Tensor, index: Tensor) -> Tensor:
        return clf.scores(logits).gather(1, index[:, None])[:, 0].float()

    def at_image(guard: Guard, index: Tensor) -> tuple[Tensor]:
        return (chosen(guard.image_logits, index),)

    def forward(guard: Guard, e: Tensor, index: Tensor) -> tuple[Tensor, Tensor]:
        with torch.enable_grad():
            logits = guard(e.requires_grad_())
        with torch.no_grad():
            return logits, chosen(guard.undefended(e) if guard.clamps else logits, index)

    def look(guard: Guard, e: Tensor, index: Tensor) -> tuple[Tensor, ...]:
        return forward(guard, e, index)[1:]

    def descend(guard: Guard, e: Tensor, index: Tensor) -> tuple[Tensor, ...]:
        logits, scores = forward(guard, e, index)
        with torch.enable_grad():
            phi = game.sign * similarity(logits, index, clf.activation).sum()
        return scores, *torch.autograd.grad(phi, e)

    def blend(mask: Tensor) -> Tensor:
        return torch.lerp(reference.expand_as(image), image, mask)  # Eq. 1

    (image_scores,) = batches.run(at_image, index)
    scores = image_scores
    if start is None:
        (reference_scores,) = batches.run(look, reference.repeat(count, 1, 1, 1), index)
        ends = (reference_scores, image_scores) if game.keeps else (image_scores, reference_scores)
        # The mask at the start does not compete: it may be the image, which always does the work.
        memory = policy.begin(game.shown(torch.full_like(image, game.first)), *ends)
        scores = image_scores if game.start else reference_scores
        mask = torch.full_like(image, game.start)
        start = State(0, {"mask": mask, **rule.begin(image), **memory})
        first, last = 0, iterations
    else:
        first, last = start.iteration + 1, start.iteration + iterations

    tensors = {name: tensor.to(device) for name, tensor in start.tensors.items()}
    weight = torch.zeros(count, device=device)
    iteration = start.iteration

    while True:
        mask = tensors["mask"]
        shown = game.shown(mask)
        if iteration == 0:
            masks, kept = shown, scores
        else:
            scores, *gradients = batches.run(
                look if iteration == last else descend, blend(mask), index
            )
        if iteration >= first:
            if iteration:
                tensors = {**tensors, **policy.observe(shown, scores, tensors)}
                masks, kept = policy.incumbent(shown, scores, tensors)
            stopped = "iterations" if iteration == last else None
            if early_stop and stopped is None and stall.reached(iteration, masks, kept):
                stopped = "converged"
            outside = None
            if stopped:
                (outside,) = batches.run(
                    lambda guard, e: (guard.outside(e),), blend(game.shown(masks))
                )
            yield Step(
                iteration=iteration,
                targets=tuple(targets),
                masks=masks,
                scores=kept,
                image_scores=image_scores,
                sparsity=weight,
                nonlinearities=batches.nonlinearities,
                outside=outside,
                state=State(iteration, tensors),
                plan=batches.plan,
                stopped=stopped,
            )
            if stopped:
                return
        if iteration == 0:
            mask = torch.full_like(mask, game.first)
            _, *gradients = batches.run(descend, blend(mask), index)
        (gradient,) = gradients
        with torch.no_grad():
            gradient = gradient * (image - reference)  # by the chain rule of Eq. 1
            largest = gradient.abs().flatten(1).amax(1)
            weight = policy.weight(largest, tensors)
            total = gradient + (-1 if game.shows_complement else 1) * _rows(weight)
            scale = torch.maximum(largest, weight).clamp_min(torch.finfo(total.dtype).tiny)
            step, memory = rule.step(total / _rows(scale), tensors, iteration + 1)
            mask = (mask - step).clamp_(0, 1)
            if (lost := policy.lost(tensors)) is not None:
                mask = torch.where(_rows(lost), game.shown(tensors["best"]), mask)
                memory = {**memory, **rule.forget(memory, lost)}
        tensors = {**tensors, **memory, "mask": mask}
        iteration += 1


def _rows(values: Tensor) -> Tensor:
    return values.view(-1, 1, 1, 1)
