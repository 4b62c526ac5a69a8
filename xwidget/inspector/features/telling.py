"""Telling: findings as a page may have them, another's judgment only once one's own is given."""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace
from typing import Any

from xwidget.findings import withholding
from xwidget.findings.collection import Findings
from xwidget.findings.finding import Finding
from xwidget.findings.keeping import Review, by_finding
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
    elsewhere
        Returns why an effect of a finding is not one of this net: then it is not told, either.
    """

    def __init__(
        self, findings: Findings, keeper: Keeper, elsewhere: Callable[[Finding], str]
    ) -> None:
        self._findings = findings
        self._keeper = keeper
        self._judged: set[tuple[str, str]] = set()  # author of a review, id of its finding
        self._elsewhere = elsewhere

    def withholds(self, finding: Finding) -> bool:
        """Return whether the judgment and the effect of a finding are not told yet; they are not
        where the store cannot say it now.
        """
        if not self._of_another(finding):
            return False
        author = self._findings.author
        if (author, finding.id) not in self._judged:
            try:
                self.note(self._keeper.store.reviews(finding.id, author))
            except (OSError, RuntimeError):
                logging.getLogger("xwidget").warning("reviews cannot be read", exc_info=True)
        return (author, finding.id) not in self._judged

    def note(self, reviews: Iterable[Review]) -> None:
        """Note who judged what: it is told to them from then on, also while the store is busy."""
        self._judged.update((each.author, each.finding) for each in reviews)

    def record(self, finding: Finding) -> dict[str, Any]:
        """Return a finding as JSON-able values, marked as ``withheld`` or not."""
        return withholding.record(self.here(finding), self.withholds(finding))

    def records(self, findings: Iterable[Finding], judged: set[str]) -> list[dict[str, Any]]:
        """Return findings, each as ``record`` does; ``judged`` are the ids of those that were."""
        return [
            withholding.record(self.here(each), self._withheld(each, judged)) for each in findings
        ]

    def reviews(self, findings: Iterable[Finding], reviews: Iterable[Review]) -> list[Review]:
        """Return those of the reviews of findings that are told: all of what one judged oneself."""
        author, those = self._findings.author, by_finding(reviews)
        return [
            review
            for each in findings
            for review in those.get(each.id, ())
            if not self._keeper.blind
            or (each.author == author and each.verdict)
            or any(own.author == author for own in those[each.id])
        ]

    def all(self) -> tuple[Sequence[Finding], frozenset[str]]:
        """Return all findings, and the ids of those of which the judgment is not told yet."""
        found = self._findings.list()
        digest, author = self._findings.picture.seen.digest, self._findings.author
        reviews = self._keeper.store.reviews(author=author, digest=digest)
        judged = {each.finding for each in reviews}
        withheld = frozenset(each.id for each in found if self._withheld(each, judged))
        return [*map(self.here, found)], withheld

    def here(self, finding: Finding) -> Finding:
        """Return a finding without an effect that was measured on another net; stores keep it."""
        other = finding.effect is not None and self._elsewhere(finding)
        return replace(finding, effect=None) if other else finding

    def _withheld(self, finding: Finding, judged: Container[str]) -> bool:
        return self._of_another(finding) and finding.id not in judged

    def _of_another(self, finding: Finding) -> bool:
        return self._keeper.blind and finding.author not in ("", self._findings.author)
