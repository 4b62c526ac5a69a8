"""The things that a store is made with, alike for all its files: settings, net, versions."""

from __future__ import annotations

import base64
import hashlib
import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from typing import Any

import torch
from torch import Tensor

from xwidget.batch.store.schema import LAYOUT
from xwidget.classifier import Classifier
from xwidget.engine.settings import Settings
from xwidget.net.fingerprint import fingerprint
from xwidget.origin import digest
from xwidget.support.png import to_png

# What may be another when a store is gone on with: it changes nothing beyond rounding.
_FREE_SETTINGS = frozenset({"device", "plan"})
_FREE = frozenset({"versions", "reference_picture"})


def about(
    clf: Classifier,
    targets: tuple[int, ...] | None,
    settings: Settings,
    witness: Classifier | None = None,
    *,
    repeat: bool = False,
) -> dict[str, Any]:
    """Return the things that a store is made with, JSON-able.

    Parameters
    ----------
    clf
        The classifier.
    targets
        Indices of the targets of every image; None for the most likely class of each.
    settings, witness, repeat
        As in ``explain``.
    """
    names = clf.categories
    told: dict[str, Any] = {
        "layout": LAYOUT,
        "net": clf.name,
        "weights": fingerprint(clf.net),
        "preprocessing": clf.preprocess.description,
        "size": list(clf.size),
        "mean": list(clf.mean),
        "std": list(clf.std),
        "activation": clf.activation,
        "categories": _digest(names[: clf.classes]),
        "targets": None if targets is None else [[each, names[each]] for each in targets],
        "settings": settings.describe(),
        "witness": None if witness is None else [witness.name, fingerprint(witness.net)],
        "repeat": repeat,
        "versions": {
            "xwidget": metadata.version("xwidget"),
            "torch": str(torch.__version__),
            "python": platform.python_version(),
        },
    }
    if isinstance(settings.reference, Tensor):
        picture = clf.picture(settings.reference)
        told["settings"]["reference"] = f"tensor {digest(picture)}"
        told["reference_picture"] = base64.b64encode(to_png(picture)).decode("ascii")
    return told


def _digest(names: Sequence[str]) -> str:
    text = json.dumps(list(names)).encode("utf-8")
    return f"{hashlib.sha256(text).hexdigest()} of {len(names)} names"


def written(told: Mapping[str, Any]) -> bytes:
    """Return it as it stands in a file."""
    return json.dumps(told, sort_keys=True).encode("utf-8")


def expect(kept: Mapping[str, Any], now: Mapping[str, Any], folder: object) -> None:
    """Raise ValueError, which names the differences, unless a store can be gone on with.

    Parameters
    ----------
    kept
        What the store was made with.
    now
        What it shall be gone on with.
    folder
        Where it is, for the message.
    """
    found = list(_differences(kept, now))
    if found:
        raise ValueError(
            f"the store {str(folder)!r} was made with other things: {'; '.join(found)}. "
            "Give another folder as out, or what the store was made with"
        )


def _differences(kept: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted({*kept, *now} - _FREE - {"settings"}):
        if kept.get(name) != now.get(name):
            yield f"{name} {_said(kept.get(name))} there, {_said(now.get(name))} here"
    old, new = kept.get("settings", {}), now["settings"]
    for name in sorted({*old, *new} - _FREE_SETTINGS):
        if old.get(name) != new.get(name):
            yield f"{name}={old.get(name)!r} there, {name}={new.get(name)!r} here"


def _said(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 60 else f"{text[:40]}…"
