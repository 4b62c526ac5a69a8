"""Previewing: what a file holds, before any of it is taken, as a page may have it."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import Any

from xwidget.findings import formats
from xwidget.findings.collection import Findings
from xwidget.findings.finding import Finding
from xwidget.findings.formats import Row
from xwidget.findings.formats.parsing import MOST_ENTRIES
from xwidget.findings.store.loading import compared
from xwidget.findings.withholding import with_withheld
from xwidget.inspector.features.telling import Telling

_CHANGED = (
    "it is here already, and was changed since by another, whom you have not judged: give your "
    "verdict on it first, or load the file in Python"
)
_GONE = "what its author said was withheld and is not here any more: load the file again"


class Previewing:
    """Show a page what a file holds. Of another's finding the judgment stays here, until the page
    takes the finding.

    Parameters
    ----------
    findings
        Those of the image.
    telling
        Says of which the judgment is withheld.
    kept
        Returns the version that is kept of a finding; None where none is.
    """

    def __init__(
        self, findings: Findings, telling: Telling, kept: Callable[[str], Finding | None]
    ) -> None:
        self._findings = findings
        self._telling = telling
        self._kept = kept
        self._held: dict[str, Finding] = {}  # by id: those of files that were withheld in part

    def read(self, name: str, data: bytes) -> dict[str, Any]:
        """Return the entries of a file, and notes; see ``formats.preview``."""
        read = formats.preview(data, name, [self._findings.picture])
        if len(self._held) + len(read.rows) > MOST_ENTRIES:
            self._held = {}
        found = (self._kept(row.finding.id) for row in read.rows if row.finding is not None)
        kept = {each.id: each for each in found if each is not None}
        here = {each.id for each in self._findings.among(kept.values())}
        rows = [self._row(row, kept, here) for row in read.rows]
        return {"rows": rows, "notes": [*read.notes]}

    def whole(
        self, finding: Finding, record: dict[str, Any], before: Finding | None, imported: bool
    ) -> Finding:
        """Return a finding that a page sent, with what was withheld from the page.

        Parameters
        ----------
        finding, record
            As the page sent it.
        before
            The version that is kept; None where none is.
        imported
            Whether it is of a file.

        Raises
        ------
        ValueError
            If it is, and that was read before this kernel was started.
        """
        if before is None or before.deleted:
            before = self._held.get(finding.id, before)
        if before is not None:
            return with_withheld(finding, record, before)
        if imported and record.get("withheld") is True:
            raise ValueError(_GONE)
        return finding

    def _row(self, row: Row, those: Mapping[str, Finding], here: Container[str]) -> dict[str, Any]:
        """Return an entry; ``those`` are kept, and of them ``here`` in the same place."""
        told = {**row.describe(), "base": 0, "here": ""}
        finding = row.finding
        if finding is None:
            return told
        kept = those.get(finding.id)
        if kept is not None:
            told["base"] = kept.version
            told["here"] = compared(kept, finding) if kept.id in here else "elsewhere"
        told["finding"] = self._telling.record(finding)
        if told["finding"]["withheld"]:
            self._held[finding.id] = finding
            if told["here"] == "earlier":  # the page cannot tell what of it becomes what
                return {**told, "finding": None, "reason": _CHANGED}
        return told
