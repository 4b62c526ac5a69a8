"""The findings of an exported page, and what a page needs to know before more are marked there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from xwidget.findings.finding import KINDS, Finding, Seen
from xwidget.record import Record
from xwidget.support import texts

_DIGITS = 32  # of a digest


def checked(explanation: Record, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings of an explanation's image, without those that are deleted.

    Raises
    ------
    ValueError, TypeError
        If one is of another image, or none.
    """
    found = tuple(findings)
    frame = explanation.image.shape[:2]
    digest = "" if explanation.origin is None else explanation.origin.digest
    for each in found:
        if not isinstance(each, Finding):
            raise TypeError(f"findings holds a {type(each).__name__}; expected Finding objects")
        if each.frame != frame or (digest and each.seen.digest not in ("", digest)):
            name = texts.shown(each.seen.image, texts.NAME) or "another image"
            height, width = each.frame
            raise ValueError(
                f"finding {each.id} is of {name}, {width}×{height}, and not of the image that is "
                "explained; give those of this image alone"
            )
    return tuple(each for each in found if not each.deleted)


def setup(explanation: Record, net: str, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the trait ``_findings`` of a page; findings made there are kept by the browser.

    An explanation does not know the weights: findings made there have none, not even those of
    earlier findings, which may be of an earlier state of the net.

    Parameters
    ----------
    explanation
        What the page shows.
    net
        The classifier's name.
    findings
        Those that it holds.
    """
    base = _seen(explanation, net)
    labels = dict.fromkeys(each.label for each in findings if each.label)
    return {
        "ready": True,
        "store": "",
        "reason": "",
        "author": "",
        "kinds": list(dict.fromkeys([*KINDS, *(each.kind for each in findings if each.kind)])),
        "labels": list(labels),
        "scope": f"page/{_place(explanation)}/{net}",
        "base": base.describe(),
    }


def _place(explanation: Record) -> str:
    """Return a key of the picture: the same where a region lies in the same place of it."""
    origin = explanation.origin
    height, width = explanation.image.shape[:2]
    if origin is None:
        return f"{_digest(explanation.image.tobytes())}/{height}×{width}"
    geometry = json.dumps(origin.geometry.describe(), sort_keys=True)
    return f"{origin.digest[:_DIGITS]}/{height}×{width}/{_digest(geometry.encode())}"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:_DIGITS]


def _seen(explanation: Record, net: str) -> Seen:
    origin = explanation.origin
    if origin is None:
        return Seen(model=net)
    geometry = origin.geometry.describe()
    return Seen(origin.digest, origin.name, origin.size, geometry, net)
