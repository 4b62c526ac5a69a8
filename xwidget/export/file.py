"""An explanation as a safetensors file: arrays and text only, so that opening one runs no code."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from safetensors import safe_open
from safetensors.numpy import save

from xwidget.checks import Checks
from xwidget.origin import Origin
from xwidget.record import Record
from xwidget.support import files
from xwidget.support.texts import text_of
from xwidget.trace import Frames, Trace

# A file says what it is and which layout it has, so that a foreign or a newer one is told apart.
_KIND = "xwidget.Explanation"
_LAYOUT = "3"
_READ = ("1", "2", "3")  # 1 has neither relevance nor checks, 2 no checksum
_SINCE_2 = frozenset({"relevance", "checks"})
_KINDS = {
    "image": np.uint8,
    "reference": np.uint8,
    "targets": np.int64,
    "masks": np.float32,
    "relevance": np.float32,
    "image_scores": np.float64,
    "scores": np.float64,
    "trace.score": np.float64,
    "trace.mask_mean": np.float64,
    "trace.sparsity": np.float64,
    "frames.iterations": np.int64,
    "frames.masks": np.uint8,
}
_TEXTS = frozenset({"names", "settings", "diagnostics", "checks"})
_CHECKSUM = "sha256"

Arrays = Mapping[str, npt.NDArray[Any]]
Made = TypeVar("Made", bound=Record)


def write(explanation: Record, path: str | os.PathLike[str]) -> None:
    """Write an explanation's file; see ``Explanation.save``."""
    arrays = {
        name: np.ascontiguousarray(_array(explanation, name), kind) for name, kind in _KINDS.items()
    }
    about = {
        "kind": _KIND,
        "layout": _LAYOUT,
        "names": json.dumps(explanation.names),
        "short_names": json.dumps(explanation.short_names),
        "settings": json.dumps(explanation.settings),
        "diagnostics": json.dumps(explanation.diagnostics),
        "checks": json.dumps([checks.describe() for checks in explanation.checks]),
    }
    if explanation.origin is not None:
        about["origin"] = json.dumps(explanation.origin.describe())
    files.replace(path, save(arrays, {**about, _CHECKSUM: _checksum(about, arrays)}))


def size(explanation: Record) -> int:
    """Return how many bytes the file will have, but for its texts, without making it."""
    return sum(
        _array(explanation, name).size * np.dtype(kind).itemsize for name, kind in _KINDS.items()
    )


def last_masks(explanation: Made) -> Made:
    """Return the same with the last of the kept iterations alone."""
    frames = explanation.frames
    return replace(explanation, frames=Frames(frames.iterations[-1:], frames.masks[-1:]))


def read(path: str | os.PathLike[str], make: Callable[..., Made]) -> Made:
    """Read a file that ``write`` wrote, and give its contents to ``make``: ``Explanation``."""
    path = files.as_path(path)
    if not files.is_there(path):
        raise FileNotFoundError(f"there is no file {str(path)!r}")
    # Whatever a file holds, the caller has one kind of error to catch.
    try:
        about, arrays, others = _opened(path)
    except Exception as error:
        raise ValueError(
            f"{str(path)!r} is not an explanation saved by xwidget, or it is damaged: it "
            f"cannot be read as safetensors ({text_of(error)})"
        ) from error
    if about.get("kind") != _KIND:
        raise ValueError(
            f"{str(path)!r} is a safetensors file, but not an explanation saved by xwidget; it "
            f"holds {', '.join(sorted([*arrays, *others])[:5]) or 'nothing'}"
        )
    layout = about.get("layout")
    if layout not in _READ:
        raise ValueError(
            f"{str(path)!r} has layout {str(layout)[:20]!r}, and this xwidget reads layouts "
            f"{', '.join(_READ)}; upgrade xwidget, or the file is damaged"
        )
    try:
        return make(**_restored(about, arrays))
    except KeyError as error:
        raise ValueError(f"{str(path)!r} is damaged: it has no {error}") from error
    except Exception as error:
        raise ValueError(f"{str(path)!r} is damaged: {text_of(error)}") from error


def _opened(path: Path) -> tuple[Mapping[str, str], Arrays, list[str]]:
    """Return the texts, our own arrays, and the names of others, which are not read."""
    with safe_open(path, framework="numpy") as file:
        names = list(file.keys())
        arrays = {name: file.get_tensor(name) for name in names if name in _KINDS}
        return file.metadata() or {}, arrays, [name for name in names if name not in _KINDS]


def _restored(about: Mapping[str, str], arrays: Arrays) -> dict[str, Any]:
    """Return the fields of an explanation."""
    if _CHECKSUM in about or about["layout"] == _LAYOUT:
        told = {name: text for name, text in about.items() if name != _CHECKSUM}
        if about[_CHECKSUM] != _checksum(told, arrays):
            raise ValueError("its checksum does not match: some of it has changed")
    left_out = _SINCE_2 if about["layout"] == "1" else frozenset()
    for name in _KINDS.keys() - left_out:
        if arrays[name].dtype != _KINDS[name]:
            kind = np.dtype(_KINDS[name])
            raise ValueError(f"{name} has type {arrays[name].dtype}; expected {kind}")
    texts = {name: json.loads(about[name], parse_constant=_refuse) for name in _TEXTS - left_out}
    if not all(isinstance(name, str) for name in texts["names"]):
        raise ValueError("names holds what is no text")
    since_2: dict[str, Any] = {}
    if not left_out:
        since_2["relevance"] = arrays["relevance"]
        since_2["checks"] = tuple(map(Checks.read, texts["checks"]))
    return {
        "image": arrays["image"],
        "reference": arrays["reference"],
        "targets": tuple(arrays["targets"].tolist()),
        "names": tuple(texts["names"]),
        "short_names": _short_names(about),
        "origin": _origin(about),
        "masks": arrays["masks"],
        "image_scores": arrays["image_scores"],
        "scores": arrays["scores"],
        "trace": Trace(arrays["trace.score"], arrays["trace.mask_mean"], arrays["trace.sparsity"]),
        "frames": Frames(arrays["frames.iterations"], arrays["frames.masks"]),
        "diagnostics": texts["diagnostics"],
        "settings": texts["settings"],
        **since_2,
    }


def _short_names(about: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names in few words; none from files that have none."""
    names = json.loads(about.get("short_names", "[]"))
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError("short_names holds what is no text")
    return tuple(names)


def _origin(about: Mapping[str, str]) -> Origin | None:
    """Return the original's digest, name, size and geometry; None from files that have none."""
    described = json.loads(about.get("origin", "null"), parse_constant=_refuse)
    return None if described is None else Origin.read(described)


def _checksum(about: Mapping[str, str], arrays: Arrays) -> str:
    """Return the SHA-256 of all texts and arrays, whatever their order in the file."""
    found = hashlib.sha256()
    for name in sorted(about):
        found.update(f"{name}={len(about[name])}:{about[name]}".encode())
    for name in sorted(arrays):
        array = arrays[name]
        found.update(f"{name}={array.dtype.str}{array.shape}:".encode())
        found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()


def _array(explanation: Record, name: str) -> npt.NDArray[Any]:
    found: Any = explanation
    for part in name.split("."):
        found = getattr(found, part)
    return np.asarray(found)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number that it may hold")
