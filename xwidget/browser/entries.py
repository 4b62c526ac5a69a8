"""Rows of a store as the page draws them: facts of each, and all pictures in one buffer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from xwidget.batch.store.store import ExplanationStore
from xwidget.browser.contract import Entry
from xwidget.findings.spot import Spot, way_of
from xwidget.gallery.counting import Counting
from xwidget.names import shortened
from xwidget.support import texts

PICTURES = {"evidence": "thumbnail", "image": "photo"}
"""The columns with the pictures, by what the page calls them."""

_FACTS = (
    "id, image, label, label_index, target_name, prediction, prediction_name, score, image_score, "
    "verdict, summary, error, digest, height, width"
)


def entries(
    store: ExplanationStore, numbers: Mapping[str, int], show: str, counting: Counting
) -> tuple[list[Entry], bytes]:
    """Return rows for the page, see ``contract.Entry``, and their pictures.

    Parameters
    ----------
    store
        Where they are.
    numbers
        Numbers of the rows by id, in order.
    show
        What pictures show.
    counting
        Counts findings.
    """
    ids = list(numbers)
    facts = _facts(store, ids)
    pictures = [each or b"" for each in store.values(ids, PICTURES[show])]
    ways = store.values(ids, "origin")
    made = [
        _entry(facts[id], numbers[id], len(picture), _findings(facts[id], origin, counting))
        for id, picture, origin in zip(ids, pictures, ways, strict=True)
    ]
    return made, b"".join(pictures)


def _facts(store: ExplanationStore, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    among = ", ".join("'" + id.replace("'", "''") + "'" for id in ids)
    found = store.query(f"SELECT {_FACTS} FROM rows WHERE id IN ({among})")
    return {row["id"]: row for row in found.to_pylist()}


def _entry(
    row: Mapping[str, Any], number: int, size: int, findings: list[tuple[str, int]]
) -> Entry:
    wrong = row["label_index"] is not None and row["prediction"] != row["label_index"]
    return {
        "row": number,
        "name": _short(row["image"]),
        "target": _first(row["target_name"]),
        "label": _first(row["label"]),
        "prediction": _first(row["prediction_name"]) if wrong else "",
        "score": _figure(row["score"]),
        "image_score": _figure(row["image_score"]),
        "verdict": row["verdict"] or "",
        "summary": texts.shown(row["summary"] or ""),
        "error": texts.shown(row["error"] or ""),
        "bytes": size,
        "findings": findings,
    }


def _findings(
    row: Mapping[str, Any], origin: str | None, counting: Counting
) -> list[tuple[str, int]]:
    if not row["digest"]:
        return []
    geometry = None if origin is None else json.loads(origin)["geometry"]
    spot = Spot(row["digest"], (row["height"], row["width"]), way_of(geometry))
    return [(_short(verdict), count) for verdict, count in counting.of(spot)]


def _first(name: str | None) -> str:
    return shortened([name])[0] if name else ""


def _short(name: str) -> str:
    return texts.shown(name, texts.NAME)


def _figure(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
