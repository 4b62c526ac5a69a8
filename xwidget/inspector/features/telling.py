"""Telling: findings as a page may have them, another's judgment only once one's own is given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from xwidget.findings.collection import Findings
from xwidget.findings.finding import Finding
from xwidget.findings.opening import Keeper

_WITHHELD: dict[str, Any] = {
    "verdict": "",
    "kind": "",
    "reason": "",
    "confidence": None,
    "effect": None,
}


class Telling:
    """Describe findings to a page: of another author's, what they said and what was measured is
    withheld until one has given a verdict of one's own.

    All of it may wait for a disk or a server.

    Parameters
    ----------
    findings
        The findings, and the name of who looks at them.
    keeper
        Where reviews are kept, and whether they are blind there.
    """

    def __init__(self, findings: Findings, keeper: Keeper) -> None:
        self._findings = findings
        self._keeper = keeper

    def withholds(self, finding: Finding) -> bool:
        """Return whether the judgment and the effect of a finding are not told yet."""
        if not self._of_another(finding):
            return False
        return not self._keeper.store.reviews(finding.id, self._findings.author)

    def record(self, finding: Finding) -> dict[str, Any]:
        """Return a finding as JSON-able values, marked as ``withheld`` or not."""
        return _record(finding, self.withholds(finding))

    def records(self, findings: Iterable[Finding], judged: set[str]) -> list[dict[str, Any]]:
        """Return findings, each as ``record`` does; ``judged`` are the ids of those that were."""
        return [
            _record(each, self._of_another(each) and each.id not in judged) for each in findings
        ]

    def _of_another(self, finding: Finding) -> bool:
        return self._keeper.blind and finding.author not in ("", self._findings.author)


def with_withheld(finding: Finding, record: dict[str, Any], before: Finding) -> Finding:
    """Return a finding that a page changed, with what was withheld from the page that sent it."""
    if record.get("withheld") is not True:
        return finding
    return replace(finding, **{name: getattr(before, name) for name in _WITHHELD})


def _record(finding: Finding, withheld: bool) -> dict[str, Any]:
    described = {**finding.describe(), "withheld": withheld}
    return {**described, **_WITHHELD} if withheld else described
