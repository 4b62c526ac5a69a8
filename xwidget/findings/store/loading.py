"""Loading: a finding of a file is kept, unless what is kept of it already was changed later."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from xwidget.findings.finding import Effect, Finding
from xwidget.findings.keeping import Kept
from xwidget.findings.store.errors import StoreError
from xwidget.findings.times import now, parsed

_LOADED: Final = uuid.UUID("2f0b3d1e-5c44-4f3a-8f0f-9a3c4d9a7b11")
"""Makes the acts: the same finding on the same version is the same act."""
_ATTEMPTS: Final = 100


def compared(kept: Finding, finding: Finding) -> str:
    """Return the outcome of loading a finding of a file where one is kept: ``"deleted"`` (it comes
    back), ``"earlier"`` (what is kept was changed earlier: the file's takes its place), ``"same"``
    or ``"later"`` (what is kept stays).
    """
    if kept.deleted and not finding.deleted:
        return "deleted"
    ours, theirs = parsed(kept.changed), parsed(finding.changed)
    return "same" if ours == theirs else "later" if ours > theirs else "earlier"


def load(
    get: Callable[[str], Finding],
    put: Callable[[Finding, int, str], Kept],
    record_effect: Callable[[str, int, Effect], None],
    finding: Finding,
) -> Finding:
    """Return a finding of a file as it is kept. Where it is there, the one that was changed later
    stays, the file's as a new version; one that was deleted comes back as a new version. Loading a
    file again keeps none twice.

    Parameters
    ----------
    get, put, record_effect
        As a ``Store`` has them.
    finding
        As the file has it.

    Raises
    ------
    StoreError
        If others change it all the time; or as ``get``, ``put`` and ``record_effect``.
    """
    for _ in range(_ATTEMPTS):
        base, mine = 0, finding
        try:
            newest = get(finding.id)
        except KeyError:
            pass
        else:
            found = compared(newest, finding)
            if found in ("same", "later"):
                return newest
            if found == "deleted":  # what is done now is later than that
                mine = replace(finding, changed=now())
            base = newest.version
        act = str(uuid.uuid5(_LOADED, f"{finding.id} {finding.changed} {base}"))
        kept = put(mine, base, act)
        if kept.clash is not None:
            continue
        if base and finding.effect is not None:
            record_effect(finding.id, kept.finding.version, finding.effect)
            return replace(kept.finding, effect=finding.effect)
        return kept.finding
    raise StoreError(f"finding {finding.id} is changed by others all the time; try again")
