"""A failed check by random weights of our own evidence, among the checks of its verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

NAME = "sanity check"
"""Of the item, which informs: a verdict asks whether the evidence is enough for the network, not
whether it depends on its weights."""

_OURS = 0  # the pane of our own evidence


def with_failed(
    checks: Mapping[str, Mapping[str, Any]], measured: Iterable[Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return the trait ``_checks`` with an item, the first, where the evidence failed.

    Parameters
    ----------
    checks
        The trait as it is.
    measured
        The trait ``_measured``.
    """
    failed = {
        str(entry["target"]): entry["randomized"]
        for entry in measured
        if entry["pane"] == _OURS and entry["randomized"] and not entry["randomized"]["passes"]
    }
    return {
        target: {
            **each,
            "items": [
                *([_item(failed[target])] if target in failed else []),
                *(item for item in each["items"] if item["name"] != NAME),
            ],
        }
        for target, each in checks.items()
    }


def _item(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": NAME,
        "value": found["similarity"],
        "passed": None,
        "words": found["words"],
        "details": {},
    }
