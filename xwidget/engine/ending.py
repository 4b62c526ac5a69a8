"""The end of images: their order of pixels put to the test, and the checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, repeat

import torch
from torch import Tensor

from xwidget.checks import Checks
from xwidget.classifier import Classifier
from xwidget.engine.cohort import Case, Cohort
from xwidget.engine.control import Control
from xwidget.engine.ranking import ranked, scoring
from xwidget.engine.sparsity import NOTHING
from xwidget.engine.step import Step
from xwidget.engine.together import Left, Together
from xwidget.engine.trust import Tried, check
from xwidget.engine.turns import GivenUp, breathe
from xwidget.engine.views import Views

#: For how many steps the control class is explained, if the run had as many.
CONTROL_STEPS = 20


def finish(leaving: Sequence[Left], *, checked: bool, ranks: bool) -> list[Step]:
    """Return the last steps of images that are over, at one iteration or another.

    What they are asked at the end is asked of them together, where they are asked the same.

    Parameters
    ----------
    leaving
        The images, of one runner, and why they are over: "iterations" or "converged".
    checked, ranks
        As in ``optimize``.
    """
    cohorts = [cohort for cohort, _ in leaving]
    steps = [cohort.step() for cohort in cohorts]
    try:
        steps = [_looked_at(cohort, step) for cohort, step in zip(cohorts, steps, strict=True)]
        if ranks and cohorts[0].game.keeps and cohorts[0].settings.ranking == "trials":
            orders = _ranked(cohorts)
            steps = [
                replace(step, relevance=order) for step, order in zip(steps, orders, strict=True)
            ]
        if checked:
            tried = iter(controls(cohorts) if cohorts[0].game.keeps else repeat(None))
            steps = [
                replace(step, checks=_checked(each, step, list(islice(tried, len(each[0].cases)))))
                for each, step in zip(leaving, steps, strict=True)
            ]
    except (KeyboardInterrupt, GivenUp):
        return [replace(step, stopped="interrupted") for step in steps]  # the steps are done
    return [
        replace(step, stopped=str(reason)) for (_, reason), step in zip(leaving, steps, strict=True)
    ]


def _looked_at(cohort: Cohort, step: Step) -> Step:
    """Return a step with the share of activations out of bounds, of a net that is as it was."""
    runner = cohort.runner
    runner.watch.ended(cohort.alone, runner.alone(cohort.x))
    passes = cohort.passes(cohort.iteration)
    (shares,) = cohort.batches.run(passes.outside, cohort.game.shown(cohort.masks))
    return replace(step, outside=shares[0])


def _checked(left: Left, step: Step, controls: list[Control | None]) -> tuple[Checks, ...]:
    cohort, reason = left
    runner, tensors = cohort.runner, cohort.tensors
    tried = Tried(
        cohort.iteration,
        str(reason),
        cohort.kept,
        cohort.image_scores,
        tensors["blank"],
        tensors["pushed"],
        tensors["reached"],
        controls,
        step.nonlinearities,
        step.open,
    )
    return check(
        runner.clf,
        runner.forward,
        cohort.x,
        cohort.references,
        cohort.settings,
        cohort.targets,
        cohort.masks,
        tried,
        runner.most,
    )


def _ranked(cohorts: Sequence[Cohort]) -> tuple[Tensor, ...]:
    """Return the order of the rows of each cohort, put to the test together."""
    relevance = torch.cat([cohort.relevance() for cohort in cohorts])
    sizes = [len(cohort.targets) for cohort in cohorts]
    image, blank, index = (
        torch.cat(parts)
        for parts in zip(
            *((each.image_scores, each.tensors["blank"], each.index) for each in cohorts),
            strict=True,
        )
    )
    # Where nothing speaks for a class, nothing speaks most for it.
    some = (image - blank > NOTHING).nonzero()[:, 0]
    if not len(some):
        return torch.split(relevance, sizes)
    runner, count = cohorts[0].runner, sizes[0] // len(cohorts[0].cases)
    scores = scoring(runner.clf, runner.forward, index[some], runner.most)
    rows = some.tolist()
    views = Views.join([cohort.views for cohort in cohorts]).part([row // count for row in rows])
    taken = [each.iteration for each in cohorts for _ in each.targets]
    iterations = [taken[row] for row in rows]
    better = ranked(scores, views, relevance[some], iterations, cohorts[0].settings.seed)
    return torch.split(relevance.index_copy(0, some, better), sizes)


def controls(cohorts: Sequence[Cohort]) -> list[Control | None]:
    """Explain the least likely other class of each image for a few steps: a sound defense finds
    nothing to show.

    It is played on the reference alone, where it is easiest to be fooled: a few undefended steps
    bring any class there.

    Returns
    -------
    list
        Of all images of the first cohort, then of the next. None where there is no other class;
        with NaN reached where the net is not finite on the way.
    """
    cases = [
        (_control_case(cohort.runner.clf, case), min(CONTROL_STEPS, cohort.iteration))
        for cohort in cohorts
        for case in cohort.cases
    ]
    for count in {steps for _, steps in cases}:
        _play(cohorts[0], [case for case, steps in cases if steps == count and case.targets], count)
    scores = _scores([case for case, _ in cases])
    return [_control(case, told, steps) for (case, steps), told in zip(cases, scores, strict=True)]


def _control_case(clf: Classifier, case: Case) -> Case:
    other = _least_likely(clf, case)
    return Case(case.x, () if other is None else (other,))


def _play(like: Cohort, cases: Sequence[Case], count: int) -> None:
    """Take some steps on images, as a cohort does but on the reference alone."""
    settings = like.settings
    drawn = isinstance(settings.reference, str) and settings.reference == "drawn"
    played = Together(
        like.runner,
        replace(
            settings,
            iterations=count,
            reference="zero" if drawn else settings.reference,
            early_stop=False,
        ),
    )
    if cases:
        played.add(cases)
    while played.cohorts:
        breathe()
        played.advance()  # an image that fails leaves before its last step


def _scores(cases: Sequence[Case]) -> Iterator[list[float]]:
    """Yield the scores of each image on its course; a device is waited for once."""
    courses = [[figures[0, row] for figures, row in case.course] for case in cases]
    told = [score for course in courses for score in course]
    known = iter(torch.stack(told).tolist() if told else [])
    for course in courses:
        yield list(islice(known, len(course)))


def _control(case: Case, scores: list[float], steps: int) -> Control | None:
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
