"""Play a game, keep what it found, and measure what the nets say of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

import xwidget as xw
from benchmarks.kept import Kept
from benchmarks.noise import unseen
from benchmarks.records import Row
from benchmarks.subjects import Subject, Task, task_row
from xwidget import metrics
from xwidget.catalog.games import GAMES
from xwidget.studies.tables import machine, versions


@dataclass(frozen=True, eq=False)
class Found:
    """The findings of a run for one class.

    Attributes
    ----------
    mask
        (3, H, W) in [0, 1]: what is shown.
    relevance
        (H, W): the order of the pixels.
    about
        What is worth knowing of the run, JSON-able.
    """

    mask: Tensor
    relevance: Tensor
    about: Row


def find(subject: Subject, task: Task, kept: Kept) -> Found:
    """Return a run's findings, from an earlier time where they are kept.

    Raises
    ------
    KeyboardInterrupt
        If the run was interrupted: half a run is not measured.
    """
    name = (subject.name, subject.photo.name, task.name)
    if (arrays := kept.get(*name)) is None:
        explanation = _run(subject, task)
        arrays = {
            "mask": explanation.masks[0].astype(np.float16),
            "relevance": _relevance(subject, explanation),
            **{key: np.asarray(value) for key, value in _about(explanation).items()},
        }
        kept.put(arrays, *name)
    about = {key: value.item() for key, value in arrays.items() if value.ndim == 0}
    mask, relevance = (torch.from_numpy(arrays[key].copy()) for key in ("mask", "relevance"))
    return Found(mask.float(), relevance.float(), about)


def measure(subject: Subject, task: Task, found: Found) -> Row:
    """Return the row of a run: what its net and others say of what it found."""
    target, judge = subject.target(task.role), subject.judge
    gray = metrics.evidence_scores(judge, subject.x, found.mask, target)
    other = metrics.evidence_scores(judge, subject.x, found.mask, target, unseen(subject.x))
    row = {
        **task_row(subject, task),
        "target": target,
        "name": subject.clf.categories[target],
        "image_score": float(subject.scores[target]),
        "mask": float(found.mask.mean()),
        "shown": float(gray.shown[0]),
        "hidden": float(gray.hidden[0]),
        "blank": float(gray.blank[0]),
        "shown_unseen": other.shown.tolist(),
        "hidden_unseen": other.hidden.tolist(),
        "blank_unseen": other.blank.tolist(),
        **found.about,
        "machine": machine(),
        "versions": versions(),
        "date": time.strftime("%Y-%m-%d"),
    }
    if task.role == "true":
        half = evidence(subject, found, shown=GAMES[task.game].keeps)
        row["moves"] = metrics.small_moves(judge, half[None], subject.x, target)
        row["shown_witness"] = _testimony(subject, evidence(subject, found))
        row["hidden_witness"] = _testimony(subject, evidence(subject, found, shown=False))
    return row


def evidence(subject: Subject, found: Found, shown: bool = True) -> Tensor:
    """Return the evidence on gray (3, H, W), normalized; with ``shown=False`` the rest."""
    mask = found.mask if shown else 1 - found.mask
    return metrics.blend(subject.x, mask, torch.zeros_like(subject.x)[None])[0]


def _testimony(subject: Subject, half: Tensor) -> dict[str, float]:
    """Return each witness's score of a picture, as a share of its score of the photo.

    Noise that only one net sees does not move another one. Nothing is said of a photo that a
    witness itself does not recognize.
    """
    picture = subject.clf.picture(half)
    shares = {}
    for name, witness in subject.witnesses.items():
        if witness.right:
            seen = metrics.handed_over(picture, witness.judge.clf)
            score = float(witness.judge.scores(seen[None], subject.true)[0])
            shares[name] = score / witness.score
    return shares


def _run(subject: Subject, task: Task) -> xw.Explanation:
    explanation = xw.explain(
        subject.clf,
        subject.photo.path,
        [subject.target(task.role)],
        game=task.game,
        defense=task.defense,
        iterations=task.iterations,
        progress=False,
    )
    if explanation.diagnostics.get("stopped") == "interrupted":
        raise KeyboardInterrupt
    return explanation


def _about(explanation: xw.Explanation) -> Row:
    stopped: Any = explanation.diagnostics.get("stopped")
    return {
        "seconds": float(explanation.diagnostics["seconds"]),
        "iterations_run": len(explanation.trace) - 1,
        "stopped": str(stopped[0] if isinstance(stopped, list) else stopped),
        "pushed": bool((explanation.trace.sparsity[:, 0] < 0).any()),
    }


def _relevance(subject: Subject, explanation: xw.Explanation) -> np.ndarray:
    """Return the order of the pixels that a run found (H, W); one that says none: by its mask."""
    relevance = getattr(explanation, "relevance", None)
    if relevance is None:
        return (explanation.masks[0] * subject.x.abs().numpy()).sum(0)
    return np.asarray(relevance[0])
