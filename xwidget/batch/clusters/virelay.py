"""A project for ViRelAy (Anders et al. 2021, arXiv 2106.13200), which opens clusters of
attributions in a browser: one YAML file, a label map, and three HDF5 files.

ViRelAy's "Database Specification" describes the layout; its reader differs from it in the name of
the group ``cluster``, and is followed there.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from xwidget.batch.clusters.file import ClusterFile
from xwidget.batch.store.restoring import mask_of
from xwidget.batch.store.store import ExplanationStore
from xwidget.classifier import Classifier
from xwidget.support import files, texts
from xwidget.support.needed import needed

PROJECT: Final = "project.yaml"

_LABELS, _DATA, _MASKS, _ANALYSIS = (
    "label_map.json", "dataset.h5", "attribution.h5", "analysis.h5",
)  # fmt: skip
_UNKNOWN = "unknown"
_ALL = "all"  # name of the analysis of all classes together
_COLUMNS = ("target", "target_name", "prediction", "prediction_name", "label", "label_index",
            "image_score", "prediction_score", "height", "width")  # fmt: skip
_FEW = 256  # rows in memory at once


def write(
    folder: Path, store: ExplanationStore, clusters: ClusterFile, clf: Classifier | None
) -> Path:
    """Write a project and return its YAML file.

    Parameters
    ----------
    folder
        Where to; it is made.
    store
        The store.
    clusters
        Its clusters. A sample of the project is one of their explanations, in their order.
    clf
        The classifier; needed where images are in files.

    Raises
    ------
    ValueError, OSError, ModuleNotFoundError
        As ``Clusters.to_virelay``.
    """
    h5py = needed("h5py", "clusters", "to_virelay()")
    table = store.table(["id", *_COLUMNS])
    at = {id: place for place, id in enumerate(table.column("id").to_pylist())}
    rows = table.take([at[id] for id in clusters.ids]).to_pylist()
    names = _names(rows)
    unknown = max(names) + 1
    if any(row["label_index"] is None for row in rows):
        names[unknown] = _UNKNOWN
    listed = [
        {"index": index, "word_net_id": _key(index), "name": name} for index, name in names.items()
    ]
    with _whole(folder) as part:
        with h5py.File(part / _DATA, "w") as file:
            _write_pictures(file, store, rows, clf, unknown)
        with h5py.File(part / _MASKS, "w") as file:
            _write_masks(file, store, rows, max(names) + 1)
        with h5py.File(part / _ANALYSIS, "w") as file:
            _write_analysis(file, clusters)
        (part / _LABELS).write_bytes(_json(listed))
        (part / PROJECT).write_bytes(_json(_project(store, rows, clusters)))
    return folder / PROJECT


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """Give a folder for a project's files, which come into their own where the block has ended.

    Where it raises, the folder is as it was, or not there.
    """
    there = next(each for each in (folder, *folder.parents) if each.exists())
    with files.in_words(folder, "the project"):
        part = Path(tempfile.mkdtemp(files.UNFINISHED, ".", there))
    try:
        yield part
        with files.in_words(folder, "the project"):
            folder.mkdir(parents=True, exist_ok=True)
            # Its YAML file is the last: those that it names are there.
            for name in (_DATA, _MASKS, _ANALYSIS, _LABELS, PROJECT):
                (part / name).replace(folder / name)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _names(rows: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Return the names of all classes that occur, by their indices."""
    found: dict[int, str] = {}
    for index, name in (
        ("label_index", "label"), ("prediction", "prediction_name"), ("target", "target_name"),
    ):  # fmt: skip
        for row in rows:
            if row[index] is not None:
                found[row[index]] = texts.shown(row[name] or _key(row[index]), texts.NAME)
    return dict(sorted(found.items()))


def _write_pictures(
    file: Any,
    store: ExplanationStore,
    rows: Sequence[Mapping[str, Any]],
    clf: Classifier | None,
    unknown: int,
) -> None:
    """Write the pictures that the net saw and their true classes.

    As uint8, which ViRelAy shows as it is: of floats, it guesses the range from the values.
    """
    shape = (3, rows[0]["height"], rows[0]["width"])
    data = _made(file, "data", len(rows), shape, "uint8")
    before, picture = "", np.empty(0, np.uint8)
    for n, row in enumerate(rows):
        image = row["id"].rpartition("/")[0]
        if image != before:  # the targets of an image follow each other
            before, picture = image, store.picture(row["id"], clf)
        data[n] = picture.transpose(2, 0, 1)
    labels = [unknown if row["label_index"] is None else row["label_index"] for row in rows]
    file["label"] = np.array(labels, np.uint32)


def _write_masks(
    file: Any, store: ExplanationStore, rows: Sequence[Mapping[str, Any]], classes: int
) -> None:
    """Write the masks, the targets that they are of, and the scores that the store knows."""
    shape = (3, rows[0]["height"], rows[0]["width"])
    data = _made(file, "attribution", len(rows), shape, "float32")
    scores = _made(file, "prediction", len(rows), (classes,), "float32")
    for first in range(0, len(rows), _FEW):
        part = rows[first : first + _FEW]
        masks = store.values([row["id"] for row in part], "mask")
        data[first : first + len(part)] = np.stack(
            [mask_of({**row, "error": "", "mask": mask})
             for row, mask in zip(part, masks, strict=True)]
        )  # fmt: skip
        known = np.zeros((len(part), classes), np.float32)
        for n, row in enumerate(part):
            if row["prediction"] is not None:
                known[n, row["prediction"]] = row["prediction_score"]
            known[n, row["target"]] = row["image_score"]
        scores[first : first + len(part)] = known
    file["label"] = np.array([row["target"] for row in rows], np.uint32)
    file["index"] = np.arange(len(rows), dtype=np.uint32)


def _write_analysis(file: Any, clusters: ClusterFile) -> None:
    """Write the clusters and their map: one analysis, of a class or of all."""
    told = clusters.told
    analysis = file.create_group(_ALL if told["target"] is None else _key(told["target"]))
    analysis["name"] = f"evidence, clustered by {told['by']}"
    analysis["index"] = np.arange(len(clusters.ids), dtype=np.uint32)
    places = analysis.create_dataset(f"embedding/{told['layout']}", data=clusters.xy)
    found = analysis.create_dataset(
        f"cluster/{told['method']}-{told['k']:02d}", data=clusters.labels.astype(np.uint32)
    )
    found.attrs["k"] = told["k"]
    for each in (places, found):
        each.attrs["embedding"] = told["layout"]
        each.attrs["index"] = np.arange(2, dtype=np.uint32)


def _project(
    store: ExplanationStore, rows: Sequence[Mapping[str, Any]], clusters: ClusterFile
) -> dict[str, Any]:
    about = store.metadata
    of_labels = all(row["target"] == row["label_index"] for row in rows)
    net = texts.shown(about["net"], texts.NAME)
    return {
        "project": {
            "name": f"{texts.shown(store.path.name, texts.NAME)}, {net}",
            "model": net,
            "label_map": _LABELS,
            "dataset": {
                "name": texts.shown(store.path.name, texts.NAME),
                "type": "hdf5",
                "path": _DATA,
                "input_width": rows[0]["width"],
                "input_height": rows[0]["height"],
                "down_sampling_method": "none",
                "up_sampling_method": "none",
            },
            "attributions": {
                "attribution_method": f"xwidget, {about['settings']['game']}",
                "attribution_strategy": "true_label" if of_labels else "predicted_label",
                "sources": [_MASKS],
            },
            "analyses": [
                {"analysis_method": f"{clusters.told['method']}, by {clusters.told['by']}",
                 "sources": [_ANALYSIS]}
            ],
        }
    }  # fmt: skip


def _made(file: Any, name: str, count: int, shape: tuple[int, ...], kind: str) -> Any:
    """Return a new compressed array with a row for each explanation."""
    return file.create_dataset(
        name, (count, *shape), kind, chunks=(1, *shape), compression="gzip", compression_opts=1
    )


def _key(index: int) -> str:
    """Return the key of a class without a WordNet id."""
    return f"{index:08d}"


def _json(value: Any) -> bytes:
    """Return a value as JSON, which YAML reads, too."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
