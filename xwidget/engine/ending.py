"""The end of images: their order of pixels put to the test, and the checks."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from xwidget.classifier import Classifier
from xwidget.engine.cohort import Case, Cohort
from xwidget.engine.ranking import ranked, scoring
from xwidget.engine.sparsity import NOTHING
from xwidget.engine.step import Step
from xwidget.engine.together import Together
from xwidget.engine.trust import Control, Tried, check
from xwidget.engine.turns import GivenUp, breathe

#: For how many steps the control class is explained, if the run had as many.
CONTROL_STEPS = 20


def finish(cohort: Cohort, reason: str, *, checked: bool, ranks: bool) -> Step:
    """Return the last step of images that are over.

    Parameters
    ----------
    cohort
        The images.
    reason
        Why: "iterations" or "converged".
    checked, ranks
        As in ``optimize``.
    """
    step = cohort.step()
    runner, settings = cohort.runner, cohort.settings
    try:
        runner.watch.ended(cohort.alone, runner.alone(cohort.x))
        passes = cohort.passes(cohort.iteration)
        (shares,) = cohort.batches.run(passes.outside, cohort.game.shown(cohort.masks))
        step = replace(step, outside=shares[0])
        if ranks and cohort.game.keeps and settings.ranking == "trials":
            step = replace(step, relevance=_ranked(cohort))
        if checked:
            tensors = cohort.tensors
            tried = Tried(
                cohort.iteration,
                reason,
                cohort.kept,
                cohort.image_scores,
                tensors["blank"],
                tensors["pushed"],
                tensors["reached"],
                controls(cohort) if cohort.game.keeps else [None] * len(cohort.cases),
                step.nonlinearities,
                step.open,
            )
            checks = check(
                runner.clf,
                runner.forward,
                cohort.x,
                cohort.references,
                settings,
                cohort.targets,
                cohort.masks,
                tried,
                runner.most,
            )
            step = replace(step, checks=checks)
    except (KeyboardInterrupt, GivenUp):
        return replace(step, stopped="interrupted")  # the step itself is done
    return replace(step, stopped=reason)


def _ranked(cohort: Cohort) -> Tensor:
    relevance, count = cohort.relevance(), len(cohort.targets) // len(cohort.cases)
    # Where nothing speaks for a class, nothing speaks most for it.
    some = (cohort.image_scores - cohort.tensors["blank"] > NOTHING).nonzero()[:, 0]
    if not len(some):
        return relevance
    runner = cohort.runner
    scores = scoring(runner.clf, runner.forward, cohort.index[some], runner.most)
    views = cohort.views.part((some // count).tolist())
    better = ranked(scores, views, relevance[some], cohort.iteration, cohort.settings.seed)
    return relevance.index_copy(0, some, better)


def controls(cohort: Cohort) -> list[Control | None]:
    """Explain the least likely other class of each image for a few steps: a sound defense finds
    nothing to show.

    It is played on the reference alone, where it is easiest to be fooled: a few undefended steps
    bring any class there.

    Returns
    -------
    list
        None where there is no other class; with NaN reached where the net is not finite on the way.
    """
    settings, runner = cohort.settings, cohort.runner
    drawn = isinstance(settings.reference, str) and settings.reference == "drawn"
    count = min(CONTROL_STEPS, cohort.iteration)
    others = [_least_likely(runner.clf, case) for case in cohort.cases]
    cases = [
        Case(case.x, () if other is None else (other,))
        for case, other in zip(cohort.cases, others, strict=True)
    ]
    played = Together(
        runner,
        replace(
            settings,
            iterations=count,
            reference="zero" if drawn else settings.reference,
            early_stop=False,
        ),
    )
    if any(case.targets for case in cases):
        played.add([case for case in cases if case.targets])
    while played.cohorts:
        breathe()
        played.advance()  # an image that fails leaves before its last step
    return [_control(case, count) for case in cases]


def _control(case: Case, steps: int) -> Control | None:
    scores = [float(figures[0, row]) for figures, row in case.course]
    if not scores:
        return None
    (target,) = case.targets
    if len(scores) <= steps:
        return Control(target, torch.nan, torch.nan, len(scores))
    return Control(target, max(scores[1:]), scores[0], steps)


def _least_likely(clf: Classifier, case: Case) -> int | None:
    if not clf.classes:
        return None
    named = {index for target in case.targets for index in clf.classes_of(target)}
    known = clf.classify(case.x.cpu()) if case.scores is None else case.scores
    scores = known[: clf.classes].double()
    scores[list(named)] = torch.inf
    least = int(scores.argmin())
    return least if bool(scores[least].isfinite()) else None
