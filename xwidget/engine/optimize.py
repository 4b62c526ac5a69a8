"""The optimization: projected gradient descent on a mask, one step after another, no I/O and no
threads.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from xwidget.catalog.games import GAMES
from xwidget.classifier import Classifier
from xwidget.engine.batches import Batches
from xwidget.engine.defense import Guard
from xwidget.engine.device import pick
from xwidget.engine.early_stop import EarlyStop
from xwidget.engine.plan import Plan
from xwidget.engine.ranking import ranked, scoring
from xwidget.engine.references import make_reference
from xwidget.engine.rules import RULES
from xwidget.engine.selfcheck import check_reference
from xwidget.engine.settings import Settings
from xwidget.engine.similarity import similar
from xwidget.engine.smoothing import smoothed
from xwidget.engine.sparsity import NOTHING, Auto, Fixed, Sparsity
from xwidget.engine.state import State
from xwidget.engine.step import Step
from xwidget.engine.trust import Control, Tried, check
from xwidget.engine.turns import GivenUp, breathe
from xwidget.engine.views import views_of
from xwidget.engine.watch import NotFiniteError, Watch

#: For how many steps the control class is explained, if the run had as many.
CONTROL_STEPS = 20
_CHECKED = 8  # pictures at once: as many as fit the cache of a small machine
_TIES = 1e-3  # how much the masks themselves weigh in the order


# Gradients are needed whatever the caller's mode; a generator has it changed back at every yield.
@torch.inference_mode(False)
def optimize(
    clf: Classifier,
    x: Tensor,
    targets: Sequence[int],
    settings: Settings,
    *,
    start: State | None = None,
    checked: bool = True,
    ranks: bool = True,
    again: bool = False,
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
        Game, defense and the rest. Without ``start``, iterations 0 (the starting mask) to
        ``settings.iterations`` are yielded, with it that many after it.
    start
        State of an earlier step with the same targets, image and settings.
    checked
        Whether the last step brings checks, see ``trust``.
    ranks
        Whether it ranks the pixels as ``settings.ranking`` says, or by what was shown on the way.
    again
        Whether to yield the step of ``start`` alone, once more: it was cut during its checks.

    Raises
    ------
    DefenseError
        If the net cannot be defended.
    ValueError
        If the net's scores or gradients are not finite, at the image, at the reference or on the
        way; if it gives the image other scores at the end than at the start.
    WeightsChangedError
        If it was trained meanwhile.

    Notes
    -----
    Wagner et al., CVPR 2019: Eq. 1-3 for the games, Eq. 4-6 for the defense. The gradient of the
    sparsity term does not pass through the net and is added outside the defense.

    Iteration 0 is the mask at the game's start; the first step is taken from ``Game.first``.

    Each step sees the mask in several views (``views``): their mean steers, and the scores of a
    step are those of the first, the plain one, in which a person sees the evidence.
    """
    watch = Watch(clf, targets, pick(settings.device))
    with watch.explaining():
        yield from _optimized(watch, clf, x, targets, settings, start, checked, ranks, again)


def _optimized(
    watch: Watch,
    clf: Classifier,
    x: Tensor,
    targets: Sequence[int],
    settings: Settings,
    start: State | None,
    checked: bool,
    ranks: bool,
    again: bool,
) -> Generator[Step]:
    device = pick(settings.device)
    game = GAMES[settings.game]
    x = x.to(device, copy=x.is_inference())  # such a tensor lets no gradient through
    count = len(targets)
    index = torch.tensor(targets, dtype=torch.int64, device=device)
    image = x.expand(count, -1, -1, -1).contiguous()
    reference = make_reference(settings.reference, x, clf.mean, clf.std, settings.seed)
    rule = RULES[settings.rule]
    policy: Sparsity = Auto(game) if settings.sparsity == "auto" else Fixed(settings.sparsity)
    views = views_of(settings, clf, x, reference)
    batches = Batches(clf, views.images, count, settings.strategy, Plan.read(settings.plan))
    unchanging = EarlyStop()

    def chosen(logits: Tensor, index: Tensor) -> Tensor:
        scores = clf.scores(logits).unflatten(0, (-1, len(index)))
        found: Tensor = scores.gather(2, index.expand(len(scores), -1)[..., None])
        return found[..., 0].float()

    def at_image(guard: Guard, seen: Sequence[int], index: Tensor) -> tuple[Tensor]:
        clf.check_scores(guard.image_logits, "this image")
        return (chosen(guard.image_logits, index),)

    def forward(
        guard: Guard, seen: Sequence[int], masks: Tensor, index: Tensor
    ) -> tuple[Tensor, Tensor]:
        with torch.enable_grad():
            e = views.blend(masks, references, seen)
            logits = guard(e if e.requires_grad else e.requires_grad_())
        with torch.no_grad():
            return logits, chosen(guard.undefended(e) if guard.clamps else logits, index)

    def look(guard: Guard, seen: Sequence[int], mask: Tensor, index: Tensor) -> tuple[Tensor, ...]:
        return forward(guard, seen, mask.expand(len(seen), *mask.shape), index)[1:]

    def at_reference(
        guard: Guard, seen: Sequence[int], mask: Tensor, index: Tensor
    ) -> tuple[Tensor, ...]:
        logits, scores = forward(guard, seen, mask.expand(len(seen), *mask.shape), index)
        check_reference(clf, logits, settings.reference)
        return (scores,)

    def descend(
        guard: Guard, seen: Sequence[int], mask: Tensor, index: Tensor
    ) -> tuple[Tensor, ...]:
        masks = mask.repeat(len(seen), 1, 1, 1, 1).requires_grad_()
        logits, scores = forward(guard, seen, masks, index)
        with torch.enable_grad():
            phi = similar(settings.similarity, clf, logits, index.repeat(len(seen)))
            phi = game.sign * phi.sum()
        return scores, *torch.autograd.grad(phi, masks)  # through Eq. 1

    def outside(guard: Guard, seen: Sequence[int], mask: Tensor) -> tuple[Tensor]:
        masks = mask.expand(len(seen), *mask.shape)
        share = guard.outside(views.blend(masks, references, seen))
        return (share.unflatten(0, (len(seen), -1)),)

    references = views.references(0)
    alone = batches.alone()
    (at_images,) = batches.run(at_image, index)
    image_scores = at_images[0]
    scores = image_scores
    if start is None:
        (at_references,) = batches.run(at_reference, torch.zeros_like(image), index)
        steers, plain = (
            ends if game.keeps else ends[::-1]
            for ends in (
                (at_references.mean(0), at_images.mean(0)),
                (at_references[0], image_scores),
            )
        )
        # The mask at the start does not compete: it may be the image, which always does the work.
        first_shown = game.shown(torch.full_like(image, game.first))
        memory = policy.begin(first_shown, steers, plain)
        scores = image_scores if game.start else at_references[0]
        mask = torch.full_like(image, game.start)
        memory = {
            **memory,
            "path": torch.zeros_like(image),
            "expected": torch.full_like(image_scores, torch.nan),
            "blank": at_references[0],
            "image": image_scores,
            "pushed": torch.zeros_like(image_scores),
            "reached": torch.zeros_like(image_scores),
        }
        start = State(0, {"mask": mask, **rule.begin(image), **memory})
        first, last = 0, settings.iterations
    else:
        first, last = start.iteration + 1, start.iteration + settings.iterations
        if again:
            first = last = start.iteration
        watch.resumed(start.tensors["image"].to(device), image_scores)

    tensors = {name: tensor.to(device) for name, tensor in start.tensors.items()}
    weight = torch.zeros(count, dtype=torch.float32, device=device)
    iteration = start.iteration

    while True:
        mask = tensors["mask"]
        shown = game.shown(mask)
        if iteration == 0:
            masks, kept = shown, scores
        else:
            references = views.references(iteration)
            by_view, *gradients = batches.run(look if iteration == last else descend, mask, index)
            scores = by_view[0]
            watch.weights()
            watch.figures(iteration, *by_view, last=iteration == last)
        if iteration >= first:
            if iteration:
                if not again:
                    expected = _steady(by_view.mean(0), tensors["expected"], views.drawn)
                    tensors = {
                        **tensors,
                        **policy.observe(shown, expected, scores, tensors),
                        "expected": expected,
                        "path": tensors["path"] + shown,
                    }
                masks, kept = policy.incumbent(shown, scores, tensors)
            stopped = "iterations" if iteration == last else None
            if (
                settings.early_stop
                and stopped is None
                and unchanging.reached(iteration, masks, kept)
            ):
                stopped = "converged"
            left, checks = None, None
            relevance = path = _relevance(tensors["path"], iteration, masks)
            if stopped:
                try:
                    watch.ended(alone, batches.alone())
                    (shares,) = batches.run(outside, game.shown(masks))
                    left = shares[0]
                    if ranks and game.keeps and settings.ranking == "trials":
                        # Where nothing speaks for a class, nothing speaks most for it.
                        some = (image_scores - tensors["blank"] > NOTHING).nonzero()[:, 0]
                        scores_of = scoring(clf, batches.forward, index[some], batches.plan.batch)
                        better = ranked(scores_of, views, relevance[some], iteration, settings.seed)
                        relevance = relevance.index_copy(0, some, better)
                    if checked:
                        tried = Tried(
                            iteration,
                            stopped,
                            kept,
                            image_scores,
                            tensors["blank"],
                            tensors["pushed"],
                            tensors["reached"],
                            _control(clf, x, targets, settings, batches.plan, iteration)
                            if game.keeps
                            else None,
                            batches.nonlinearities,
                            batches.open,
                        )
                        checks = check(
                            clf,
                            batches.forward,
                            x,
                            reference,
                            settings,
                            targets,
                            masks,
                            tried,
                            batches.plan.batch or _CHECKED,
                        )
                except (KeyboardInterrupt, GivenUp):
                    stopped = "interrupted"  # the step itself is done
            yield Step(
                iteration=iteration,
                targets=tuple(targets),
                masks=masks,
                scores=kept,
                image_scores=image_scores,
                sparsity=weight,
                nonlinearities=batches.nonlinearities,
                outside=left,
                state=State(iteration, tensors),
                plan=batches.plan,
                independent=batches.independent,
                stopped=stopped,
                relevance=relevance,
                path=path,
                checks=checks,
                open=batches.open,
            )
            if stopped:
                return
        if iteration == 0:
            mask = torch.full_like(mask, game.first)
            _, *gradients = batches.run(descend, mask, index)
        with torch.no_grad():
            gradient = smoothed(gradients[0].sum(0), game.smoothing, iteration + 1)
            largest = gradient.abs().flatten(1).amax(1)
            watch.figures(iteration, largest, last=False)
            weight = policy.weight(largest, tensors)
            total = gradient + (-1 if game.shows_complement else 1) * _rows(weight)
            scale = torch.maximum(largest, weight).clamp_min(torch.finfo(total.dtype).tiny)
            step, memory = rule.step(total / _rows(scale), tensors, iteration + 1)
            mask = (mask - step).clamp_(0, 1)
            if (lost := policy.lost(tensors)) is not None:
                mask = torch.where(_rows(lost), game.shown(tensors["best"]), mask)
                memory = {**memory, **rule.forget(memory, lost)}
        pushed = tensors["pushed"] + (weight < 0)
        reached = tensors["reached"] + (largest > 0)
        tensors = {**tensors, **memory, "mask": mask, "pushed": pushed, "reached": reached}
        iteration += 1


def _control(
    clf: Classifier,
    x: Tensor,
    targets: Sequence[int],
    settings: Settings,
    plan: Plan,
    iterations: int,
) -> Control | None:
    """Explain the least likely other class for a few steps: a sound defense finds nothing to show.

    It is played on the reference alone, where it is easiest to be fooled: a few undefended steps
    bring any class there.

    Returns
    -------
    Control
        None where there is no other class; NaN reached where the net is not finite on the way.
    """
    if not clf.classes:
        return None
    named = {index for target in targets for index in clf.classes_of(target)}
    image_scores = clf.classify(x.cpu())[: clf.classes].double()
    image_scores[list(named)] = torch.inf
    least = int(image_scores.argmin())
    if not bool(image_scores[least].isfinite()):
        return None
    drawn = isinstance(settings.reference, str) and settings.reference == "drawn"
    count = min(CONTROL_STEPS, iterations)
    settings = replace(
        settings,
        iterations=count,
        reference="zero" if drawn else settings.reference,
        plan=plan,
        early_stop=False,
    )
    run = optimize(clf, x, [least], settings, checked=False, ranks=False)
    found = []
    try:
        for step in run:
            found.append(step.scores[0])
            if step.stopped == "interrupted":
                raise KeyboardInterrupt
            breathe()
    except NotFiniteError:
        return Control(least, torch.nan, torch.nan, len(found))
    scores = torch.stack(found)
    return Control(least, float(scores[1:].max()), float(scores[0]), count)


def _steady(now: Tensor, before: Tensor, drawn: bool) -> Tensor:
    """Return the expected scores (K,): one draw says little, the last few say more."""
    if not drawn:
        return now
    return torch.where(before.isnan(), now, (now + before) / 2)


def _relevance(path: Tensor, iterations: int, masks: Tensor) -> Tensor:
    """Return the order of the pixels (K, H, W), in [0, 1], that a run found: what was shown of them
    on the way, on average; of equal ones those that are shown now come first.
    """
    average = path / max(iterations, 1)
    return torch.lerp(average, masks, _TIES).mean(1).clamp_(0, 1)


def _rows(values: Tensor) -> Tensor:
    return values.view(-1, 1, 1, 1)
