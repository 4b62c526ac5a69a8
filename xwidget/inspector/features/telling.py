"""Telling: findings as a page may have them, another's judgment only once one's own is given."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import Any

from xwidget.findings import withholding
from xwidget.findings.collection import Findings
from xwidget.findings.finding import Finding
from xwidget.findings.opening import Keeper


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
        return withholding.record(finding, self.withholds(finding))

    def records(self, findings: Iterable[Finding], judged: set[str]) -> list[dict[str, Any]]:
        """Return findings, each as ``record`` does; ``judged`` are the ids of those that were."""
        return [withholding.record(each, self._withheld(each, judged)) for each in findings]

    def all(self) -> tuple[Sequence[Finding], frozenset[str]]:
        """Return all findings, and the ids of those of which the judgment is not told yet."""
        found = self._findings.list()
        digest, author = self._findings.picture.seen.digest, self._findings.author
        reviews = self._keeper.store.reviews(author=author, digest=digest)
        judged = {each.finding for each in reviews}
        return found, frozenset(each.id for each in found if self._withheld(each, judged))

    def _withheld(self, finding: Finding, judged: Container[str]) -> bool:
        return self._of_another(finding) and finding.id not in judged

    def _of_another(self, finding: Finding) -> bool:
        return self._keeper.blind and finding.author not in ("", self._findings.author)
