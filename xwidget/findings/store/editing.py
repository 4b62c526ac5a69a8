"""Editing: a change of a finding's newest version, again where others come first."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

from xwidget.findings.finding import Finding
from xwidget.findings.keeping import Kept
from xwidget.findings.store.errors import ChangedError, StoreError

NOT_EDITED: Final = {
    "id": "is given once",
    "version": "is the store's to give",
    "effect": "is measured, and kept by record_effect",
    "created": "is when it was marked",
    "changed": "is when it was last edited",
}
"""Fields of a finding that cannot be edited, and why."""

_ATTEMPTS = 100


def edit(
    get: Callable[[str], Finding],
    put: Callable[[Finding, int, str], Kept],
    finding: str | Finding,
    changes: Mapping[str, Any],
    not_edited: Mapping[str, str] = NOT_EDITED,
) -> Finding:
    """Return the new version of a finding that is given by id; or, of a finding, only if that is
    the newest.

    Parameters
    ----------
    get, put
        As a ``Store`` has them.
    finding
        Its id, or a version.
    changes
        Values by attribute.
    not_edited
        Attributes that are refused, with the reason.

    Raises
    ------
    ChangedError
        If the version that was given is not the newest.
    TypeError, ValueError, KeyError, StoreError
        If a value cannot be edited, or is out of range; or as ``get`` and ``put``.
    """
    for name, reason in not_edited.items():
        if name in changes:
            raise TypeError(f"the {name} of a finding cannot be edited: it {reason}")
    for _ in range(_ATTEMPTS):
        before = finding if isinstance(finding, Finding) else get(finding)
        mine = before.edited(**changes)
        kept = put(mine, before.version, str(uuid.uuid4()))
        if kept.clash is None:
            return kept.finding
        if isinstance(finding, Finding):
            raise ChangedError(mine, kept.clash)
    raise StoreError(f"finding {finding} is changed by others all the time; try again")
