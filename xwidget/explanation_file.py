"""An explanation as a safetensors file: arrays and text only, so that opening one runs no code."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from xwidget.checks import Checks
from xwidget.explanation import Explanation
from xwidget.trace import Frames, Trace

# A file says what it is and which layout it has, so that a foreign or a newer one is told apart.
_KIND = "xwidget.Explanation"
_LAYOUT = "2"
_READ = ("1", "2")  # layout 1 has neither relevance nor checks
_ARRAYS = (
    "image",
    "reference",
    "targets",
    "masks",
    "relevance",
    "image_scores",
    "scores",
    "trace.score",
    "trace.mask_mean",
    "trace.sparsity",
    "frames.iterations",
    "frames.masks",
)


def write(explanation: Explanation, path: str | os.PathLike[str]) -> None:
    """Write an explanation's file; see ``Explanation.save``."""
    path = Path(path)
    arrays = {name: np.ascontiguousarray(_array(explanation, name)) for name in _ARRAYS}
    about = {
        "kind": _KIND,
        "layout": _LAYOUT,
        "names": json.dumps(explanation.names),
        "settings": json.dumps(explanation.settings),
        "diagnostics": json.dumps(explanation.diagnostics),
        "checks": json.dumps([checks.describe() for checks in explanation.checks]),
    }
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(save(arrays, about))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def read(path: str | os.PathLike[str]) -> Explanation:
    """Read a file that ``write`` wrote; see ``Explanation.load``."""
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"there is no file {str(path)!r}")
    try:
        with safe_open(path, framework="numpy") as file:
            about = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise ValueError(
            f"{str(path)!r} is not an explanation saved by xwidget, or it is damaged: it "
            f"cannot be read as safetensors ({error})"
        ) from error
    return _restored(str(path), about, arrays)


def _restored(
    path: str, about: Mapping[str, str], arrays: Mapping[str, npt.NDArray[Any]]
) -> Explanation:
    if about.get("kind") != _KIND:
        raise ValueError(
            f"{path!r} is a safetensors file, but not an explanation saved by xwidget; it "
            f"holds {', '.join(sorted(arrays)[:5]) or 'nothing'}"
        )
    layout = about.get("layout")
    if layout not in _READ:
        raise ValueError(
            f"{path!r} has layout {layout}, and this xwidget reads layouts "
            f"{' and '.join(_READ)}; upgrade xwidget"
        )
    try:
        since_2 = {} if layout == "1" else _since_2(about, arrays)
        return Explanation(
            image=arrays["image"],
            reference=arrays["reference"],
            targets=tuple(arrays["targets"].tolist()),
            names=tuple(json.loads(about["names"])),
            masks=arrays["masks"],
            image_scores=arrays["image_scores"],
            scores=arrays["scores"],
            trace=Trace(arrays["trace.score"], arrays["trace.mask_mean"], arrays["trace.sparsity"]),
            frames=Frames(arrays["frames.iterations"], arrays["frames.masks"]),
            diagnostics=json.loads(about["diagnostics"]),
            settings=json.loads(about["settings"]),
            **since_2,
        )
    except KeyError as error:
        raise ValueError(f"{path!r} is damaged: it has no {error}") from error
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path!r} is damaged: {error}") from error


def _since_2(about: Mapping[str, str], arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, Any]:
    return {
        "relevance": arrays["relevance"],
        "checks": tuple(map(Checks.read, json.loads(about["checks"]))),
    }


def _array(explanation: Explanation, name: str) -> npt.NDArray[Any]:
    found: Any = explanation
    for part in name.split("."):
        found = getattr(found, part)
    return np.asarray(found, np.int64) if name == "targets" else found
