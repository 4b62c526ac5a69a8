"""One judgment on a whole cluster: a finding on each of its explanations."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from xwidget.batch.clusters.vectors import chunks
from xwidget.batch.store.restoring import expect_same_net, mask_of
from xwidget.batch.store.store import ExplanationStore
from xwidget.catalog.games import GAMES
from xwidget.classifier import Classifier
from xwidget.findings.finding import Effect, Finding, Seen
from xwidget.findings.given import region_of
from xwidget.findings.region import Region
from xwidget.findings.store.loading import load
from xwidget.findings.store.store import FindingStore
from xwidget.metrics.effect import Effects
from xwidget.support.png import to_png

_SPACE: Final = uuid.UUID("6d1f6a52-9f0e-4b6c-9c55-0b6f1b7f3f0d")
"""Makes the ids: the same label on the same explanation is the same finding."""

_COLUMNS = ("id", "image", "digest", "target", "target_name", "iterations", "image_score", "score",
            "verdict", "origin", "height", "width", "path")  # fmt: skip


def judge(
    store: ExplanationStore,
    ids: Sequence[str],
    region: Any,
    findings: FindingStore,
    *,
    clf: Classifier | None,
    measured: int,
    apart: str = "",
    **said: Any,
) -> list[Finding]:
    """Keep a finding for each explanation of a cluster; return them in the order of the ids.

    Parameters
    ----------
    store
        The store.
    ids
        Of the cluster's rows.
    region
        As a user gives it, in pixels of the net's input.
    findings
        Where they are kept.
    clf
        The classifier that measures the effect; None measures nothing.
    measured
        Most explanations on which it is measured.
    apart
        Makes the findings others than those of the same label that were kept with another text.
    **said
        Verdict, label, kind and reason.

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit.
    StoreError
        If a finding cannot be kept; those before it are, and the same call goes on with them.
    """
    about = store.metadata
    if clf is not None:
        expect_same_net(clf, about)
    rows = list(_rows(store, ids))
    frame = rows[0]["height"], rows[0]["width"]
    place = region_of(region, frame)
    made = [
        Finding(place, frame, author=findings.author, seen=_seen(row, about), **said)
        for row in rows
    ]  # what is wrong, or cannot be measured, is found before any finding is kept
    drawn = _drawn(len(rows), measured) if clf is not None else frozenset()
    told = []
    for n, (row, finding) in enumerate(zip(rows, made, strict=True)):
        finding = replace(finding, id=_id(finding, apart))
        if clf is not None and n in drawn:
            finding = replace(finding, effect=_measured(store, row, clf, place, findings))
        told.append(finding)
    return [load(findings.get, findings.put, findings.record_effect, each) for each in told]


def _rows(store: ExplanationStore, ids: Sequence[str]) -> Any:
    for part in chunks(ids):
        columns = [store.values(part, name) for name in _COLUMNS]
        for values in zip(*columns, strict=True):
            yield dict(zip(_COLUMNS, values, strict=True))


def _drawn(count: int, most: int) -> frozenset[int]:
    """Return which of a cluster are measured: drawn, as typical ones would flatter it."""
    return frozenset(np.random.default_rng(0).permutation(count)[:most].tolist())


def _id(finding: Finding, apart: str) -> str:
    seen = finding.seen
    key = (seen.digest, seen.image, seen.weights, seen.preprocessing, seen.target, finding.label)
    others = [apart] if apart else []
    return str(uuid.uuid5(_SPACE, json.dumps([*key, finding.author, *others])))


def _seen(row: Mapping[str, Any], about: Mapping[str, Any]) -> Seen:
    origin = {} if row["origin"] is None else json.loads(row["origin"])
    settings = about["settings"]
    game, defense = settings["game"], settings["defense"]
    return Seen(
        digest=row["digest"] or "",
        image=row["image"],
        size=tuple(origin["size"]) if origin else None,
        geometry=origin.get("geometry"),
        model=about["net"],
        weights=about["weights"],
        preprocessing=about["preprocessing"],
        target=row["target"],
        class_name=row["target_name"],
        game=game,
        defense=GAMES[game].defense if defense == "auto" else defense,
        iteration=row["iterations"],
        image_score=row["image_score"],
        score=row["score"],
        checks=row["verdict"],
        version=about["versions"]["xwidget"],
    )


def _measured(
    store: ExplanationStore,
    row: Mapping[str, Any],
    clf: Classifier,
    region: Region,
    findings: FindingStore,
) -> Effect:
    """Return the effect of a region on one explanation's target; its picture is kept."""
    subject = store.subject(row["id"], clf)
    effect = Effects(subject)(region, row["target"])
    mask = mask_of({**row, "error": "", "mask": store.values([row["id"]], "mask")[0]}).sum(0)
    inside, total = float(mask[region.mask(mask.shape)].sum()), float(mask.sum())
    seen = _seen(row, store.metadata)
    if seen.digest:
        findings.save_input(
            seen.digest, seen.preprocessing, to_png(subject.picture), seen.geometry,
            name=seen.image, size=seen.size,
        )  # fmt: skip
    return replace(effect, share=min(1.0, inside / total) if total > 0 else None)
