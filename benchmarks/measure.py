"""Measure one explanation, or one other method, on one photo: everything the tables are made of."""

from __future__ import annotations

import inspect
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

import xwidget as xw
from benchmarks.baselines import METHODS
from benchmarks.records import Row
from benchmarks.subjects import Subject, Task, method_row, task_rows
from benchmarks.tables import machine, versions
from xwidget import metrics
from xwidget.engine.games import GAMES
from xwidget.engine.rules import RULES
from xwidget.explanation import blend, quantize

#: A change of the score up to this counts as none: there is no way to it to be timed.
NOTHING = 0.005


def run_task(subject: Subject, task: Task, steps: int) -> tuple[list[Row], xw.Explanation]:
    """Explain the true and the least likely class in one batch, and measure both.

    Parameters
    ----------
    subject, task
        What is asked of what.
    steps
        Of the deletion and insertion curves; 0 leaves them out.

    Returns
    -------
    rows, explanation
        A row for each role.

    Raises
    ------
    KeyboardInterrupt
        If the run was interrupted: half a run is not measured.
    """
    targets = [subject.true, int(subject.scores.argmin())][: len(task.roles)]
    clock: list[float] = []
    given: dict[str, Any] = {"sparsity": task.sparsity}
    if task.rule is not None:
        given["rule"] = task.rule
    began = time.perf_counter()
    with _rate(task.rule, task.rate):
        explanation = xw.explain(
            subject.clf,
            subject.photo.path,
            targets,
            game=task.game,
            defense=task.defense,
            iterations=task.iterations,
            progress=False,
            on_step=lambda step: clock.append(time.perf_counter() - began),
            **given,
        )
    seconds = time.perf_counter() - began
    diagnostics = explanation.diagnostics
    if diagnostics.get("stopped") == "interrupted":
        raise KeyboardInterrupt
    halves = metrics.evidence_scores(subject.clf, subject.x, explanation)
    optimized, other = "shown", "hidden"
    if GAMES[task.game].shows_complement:
        optimized, other = other, optimized
    ranked = metrics.relevance(subject.clf, subject.x, explanation)
    rows = []
    for k, row in enumerate(task_rows(subject, task, steps)):
        reached = reached_at(explanation.trace.score[:, k], GAMES[task.game].keeps)
        rows.append(
            {
                **row,
                "target": targets[k],
                "name": explanation.names[k],
                "image_score": float(explanation.image_scores[k]),
                "score": float(getattr(halves, optimized)[k]),
                "clamped": _number(getattr(halves, f"{optimized}_clamped")[k]),
                "complement": float(getattr(halves, other)[k]),
                "complement_clamped": _number(getattr(halves, f"{other}_clamped")[k]),
                "blank": float(halves.blank[k]),
                "blank_clamped": _number(halves.blank_clamped[k]),
                **_testimony(subject, explanation, k, (optimized, other)),
                "outside": _number(_of(diagnostics.get("outside_bounds"), k)),
                "mask": float(explanation.masks[k].mean()),
                "pushed": bool((explanation.trace.sparsity[:, k] < 0).any()),
                "iterations_90": reached,
                "seconds_90": None if reached is None else clock[min(reached, len(clock) - 1)],
                "iterations_run": len(explanation.trace) - 1,
                "seconds": seconds,
                "stopped": _of(diagnostics.get("stopped"), k),
                **(_curves(subject, targets[k], ranked[k], steps) if row["role"] == "true" else {}),
                **_where(),
            }
        )
    return rows, explanation


def run_method(subject: Subject, method: str, steps: int) -> Row:
    """Rank the pixels for the true class by another method, and measure it."""
    began = time.perf_counter()
    relevance = METHODS[method](subject.clf, subject.x, subject.true)
    seconds = time.perf_counter() - began
    return {
        **method_row(subject, method, steps),
        "seconds": seconds,
        **_curves(subject, subject.true, relevance, steps),
        **_where(),
    }


def reached_at(scores: npt.NDArray[np.float64], keeps: bool) -> int | None:
    """Return the first iteration at which 90 % of the final value is reached; None for no change.

    For a game that takes the class away: 90 % of the way down.

    Parameters
    ----------
    scores
        Of every iteration (T,); NaN where there is none.
    keeps
        Whether the game keeps the class.
    """
    scores = scores[np.isfinite(scores)]
    if not len(scores) or (scores[-1] if keeps else scores[0] - scores[-1]) < NOTHING:
        return None
    there = (
        scores >= 0.9 * scores[-1]
        if keeps
        else scores <= scores[0] - 0.9 * (scores[0] - scores[-1])
    )
    return int(there.argmax())


def _testimony(
    subject: Subject, explanation: xw.Explanation, k: int, halves: tuple[str, str]
) -> Row:
    """Return what the witness says of both halves, as shares of what it says of the photo.

    Noise that only one net sees does not move another one. Nothing is said of a photo that the
    witness itself does not recognize, nor of the least likely class.
    """
    witness = subject.witness
    if witness is None or not witness.right or explanation.targets[k] != subject.true:
        return {}
    clf = witness.clf
    rest = blend(explanation.image, explanation.reference, 255 - quantize(explanation.masks[k]))
    pictures = {"image": explanation.image, "shown": explanation.evidence[k], "hidden": rest}
    mean, std = (torch.tensor(values).view(3, 1, 1) for values in (clf.mean, clf.std))
    scores = {}
    for half, picture in pictures.items():
        color = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None] / 255
        sized = F.interpolate(color, clf.size, mode="bilinear", antialias=True)[0]
        scores[half] = float(clf.classify((sized - mean) / std)[witness.true])
    return {
        "witness": witness.name,
        "witness_score": scores[halves[0]] / scores["image"],
        "witness_complement": scores[halves[1]] / scores["image"],
    }


def _curves(subject: Subject, target: int, relevance: Tensor, steps: int) -> Mapping[str, float]:
    if not steps:
        return {}
    clf, x = subject.clf, subject.x
    return {
        "deletion": metrics.deletion(clf, x, target, relevance, steps=steps).auc,
        "insertion": metrics.insertion(clf, x, target, relevance, steps=steps).auc,
    }


def _where() -> Row:
    return {"machine": machine(), "versions": versions(), "date": time.strftime("%Y-%m-%d")}


def _of(value: Any, k: int) -> Any:
    """Return a target's own value, where a run says one for each."""
    return value[k] if isinstance(value, list) else value


def _number(value: float | None) -> float | None:
    """Return a number as JSON has it: None for NaN."""
    return None if value is None or not np.isfinite(value) else float(value)


@contextmanager
def _rate(rule: str | None, rate: float | None) -> Iterator[None]:
    """Turn the rate of a step rule, which is no public setting: nobody should need to."""
    if rate is None:
        yield
        return
    name = rule or inspect.signature(xw.explain).parameters["rule"].default
    known: Any = RULES[name]
    before, known.rate = known.rate, rate
    try:
        yield
    finally:
        known.rate = before
