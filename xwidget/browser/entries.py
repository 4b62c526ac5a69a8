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
    "id, image, label, label_index, target, target_name, prediction, prediction_name, score, "
    "image_score, verdict, summary, error, digest, height, width"
)


def entries(
    store: ExplanationStore, numbers: Mapping[str, int], show: str, counting: Counting
) -> tuple[list[Entry], bytes]:
    """Return rows for the page, see ``contract.Entry``, and their pictures. A row that cannot be
    read, or is not there any more, is one with an error that says why.

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
    try:
        return _read(store, numbers, show, counting)
    except Exception as error:  # whatever a damaged file, or a disk that is away, raises
        if len(numbers) == 1:
            ((id, number),) = numbers.items()
            return [_unread(id, number, error)], b""
    ids, half = list(numbers), len(numbers) // 2
    parts = [
        entries(store, {id: numbers[id] for id in part}, show, counting)
        for part in (ids[:half], ids[half:])
    ]
    return [each for made, _ in parts for each in made], b"".join(data for _, data in parts)


def _read(
    store: ExplanationStore, numbers: Mapping[str, int], show: str, counting: Counting
) -> tuple[list[Entry], bytes]:
    ids = list(numbers)
    pictures = [each or b"" for each in store.values(ids, PICTURES[show])]
    ways = store.values(ids, "origin")
    facts = _facts(store, ids)
    made = [
        _entry(facts[id], numbers[id], len(picture), _findings(facts[id], origin, counting))
        for id, picture, origin in zip(ids, pictures, ways, strict=True)
    ]
    return made, b"".join(pictures)


def _unread(id: str, number: int, error: Exception) -> Entry:
    return {
        "row": number,
        "name": _short(id.rpartition("/")[0]),
        "target": "",
        "label": "",
        "other": "",
        "prediction": "",
        "score": None,
        "image_score": None,
        "verdict": "",
        "summary": "",
        "error": texts.shown(f"the row cannot be read: {texts.text_of(error)}"),
        "bytes": 0,
    }


def _facts(store: ExplanationStore, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    among = ", ".join("'" + id.replace("'", "''") + "'" for id in ids)
    found = store.query(f"SELECT {_FACTS} FROM rows WHERE id IN ({among})")
    return {row["id"]: row for row in found.to_pylist()}


def _entry(
    row: Mapping[str, Any], number: int, size: int, findings: list[tuple[str, int]]
) -> Entry:
    other = row["label_index"] is None or row["label_index"] != row["target"]
    return {
        "row": number,
        "name": _short(row["image"]),
        "target": _first(row["target_name"]),
        "label": _first(row["label"]),
        "other": _first(row["label"]) if other else "",
        "prediction": _first(row["prediction_name"]) if _wrong(row) else "",
        "score": _figure(row["score"]),
        "image_score": _figure(row["image_score"]),
        "verdict": row["verdict"] or "",
        "summary": texts.shown(row["summary"] or ""),
        "error": texts.shown(row["error"] or ""),
        "bytes": size,
        "findings": findings,
    }


def about(store: ExplanationStore, id: str) -> str:
    """Return in words which class the image of a row has, and which is predicted; "" where neither
    is known, or the row cannot be read.
    """
    try:
        row = _facts(store, [id])[id]
    except Exception:  # what the row's own Inspector says why
        return ""
    label, prediction = _first(row["label"]), _first(row["prediction_name"])
    if label and row["prediction"] == row["label_index"] is not None:
        return f"labeled and predicted {prediction or label}"
    parts = [f"labeled {label}"] if label else []
    parts += [f"predicted {prediction}"] if prediction else []
    return ", ".join(parts)


def _wrong(row: Mapping[str, Any]) -> bool:
    return row["label_index"] is not None and row["prediction"] != row["label_index"]


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
    return None if value is None else round(value, 6)
