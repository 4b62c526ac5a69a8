"""The optimization: projected gradient descent on a mask, one step after another, no I/O and no
threads.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from xwidget.classifier import Classifier
from xwidget.engine.defense import Guard
from xwidget.engine.device import pick
from xwidget.engine.games import GAMES, Game
from xwidget.engine.references import make_reference
from xwidget.engine.rules import RULES
from xwidget.engine.settings import Settings
from xwidget.engine.similarity import SIMILARITIES
from xwidget.engine.sparsity import Auto, Fixed, Sparsity
from xwidget.engine.state import State
from xwidget.engine.strategies import DEFENSES

# At the reference itself many ReLUs are dead, and the gradient can hold every entry at 0 for good:
# the first step starts this far inwards.
_INWARDS = 0.02


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


def optimize(
    clf: Classifier,
    x: Tensor,
    targets: Sequence[int],
    settings: Settings,
    *,
    iterations: int,
    start: State | None = None,
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

    Where a game starts at the image (m = 1) nothing is out of bounds yet, so its first step is the
    undefended one; with Adam, which moves every entry alike, that step alone can be adversarial.
    """
    device = pick(settings.device)
    net = clf.twin(device)
    game = GAMES[settings.game]
    x = x.to(device)
    count = len(targets)
    index = torch.tensor(targets, device=device)
    image = x.expand(count, -1, -1, -1).contiguous()
    reference = make_reference(settings.reference, x, clf.mean, clf.std, settings.seed)
    similarity = SIMILARITIES[settings.similarity]
    rule = RULES[settings.rule]
    policy: Sparsity = Auto(game) if settings.sparsity == "auto" else Fixed(settings.sparsity)

    def chosen(logits: Tensor) -> Tensor:
        return clf.scores(logits).gather(1, index[:, None])[:, 0].float()

    guard = Guard(lambda batch: clf.logits(net, batch), image, DEFENSES[settings.defense])
    if not bool(guard.image_logits.isfinite().all()):
        raise ValueError(
            "the net's scores for this image are NaN or infinite; check its weights and how the "
            "image is normalized"
        )
    image_scores = chosen(guard.image_logits)
    if start is None:
        blank = image if not game.keeps else reference.expand_as(image)
        with torch.no_grad():
            blank_scores = chosen(guard(blank))
        start = _begin(game, image, rule.begin(image), policy, blank_scores)
        first, last = 0, iterations
    else:
        first, last = start.iteration + 1, start.iteration + iterations

    tensors = {name: tensor.to(device) for name, tensor in start.tensors.items()}
    weight = torch.zeros(count, device=device)
    iteration = start.iteration

    def look(mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        e = torch.lerp(reference.expand_as(image), image, mask).requires_grad_()  # Eq. 1
        with torch.enable_grad():
            logits = guard(e)
        with torch.no_grad():
            own = guard.undefended(e) if guard.clamps else logits
            scores = chosen(own)
        with torch.enable_grad():
            return e, similarity(logits, index, clf.activation), scores

    while True:
        mask = tensors["mask"]
        e, phi, scores = look(mask)
        shown = game.shown(mask)
        if iteration >= first:
            tensors = {**tensors, **policy.observe(shown, scores, tensors)}
            masks, kept = policy.incumbent(shown, scores, tensors)
            done = iteration == last
            outside = guard.outside(_input(game, masks, image, reference)) if done else None
            yield Step(
                iteration=iteration,
                targets=tuple(targets),
                masks=masks,
                scores=kept,
                image_scores=image_scores,
                sparsity=weight,
                nonlinearities=guard.nonlinearities,
                outside=outside,
                state=State(iteration, tensors),
            )
            if done:
                return
        if iteration == 0 and game.start == 0:
            mask = mask + _INWARDS
            e, phi, _ = look(mask)
        (gradient,) = torch.autograd.grad(game.sign * phi.sum(), e)
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


def _begin(
    game: Game, image: Tensor, memory: dict[str, Tensor], policy: Sparsity, blank: Tensor
) -> State:
    mask = torch.full_like(image, game.start)
    return State(0, {"mask": mask, **memory, **policy.begin(game.shown(mask), blank)})


def _input(game: Game, shown: Tensor, image: Tensor, reference: Tensor) -> Tensor:
    """Return the optimized input that shown masks stand for."""
    return torch.lerp(reference.expand_as(image), image, game.shown(shown))


def _rows(values: Tensor) -> Tensor:
    return values.view(-1, 1, 1, 1)
