"""The reviews of a store: blind, until one's own is given."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from xwidget.findings.keeping import Review
from xwidget.findings.store import accepted

if TYPE_CHECKING:
    from xwidget.findings.store.sql.database import Database


class Reviewed:
    """The reviews of a store."""

    author: str
    _database: Database

    def review(self, review: Review, act: str | None = None) -> Review:
        """Keep a review. An earlier one of the same person stays, but counts no more.

        Parameters
        ----------
        review
            Of a finding of this store.
        act
            As in :meth:`put`; None for a new one.

        Raises
        ------
        KeyError
            If there is no such finding.
        ValueError
            If the review has no author.
        """
        accepted.name("the review's author", review.author)
        return self._database.reviews.add(
            review, str(uuid.uuid4()) if act is None else accepted.act(act)
        )

    def judge(
        self, id: str, verdict: str, *, kind: str = "", reason: str = "", by: str | None = None
    ) -> Review:
        """Review a finding: the same as :meth:`review`, made from its parts.

        Examples
        --------
        >>> import xwidget as xw
        >>> from xwidget.findings.finding import Finding
        >>> from xwidget.findings.region import Point
        >>> store = xw.FindingStore(":memory:", author="Ada")
        >>> found = store.add(Finding(Point(9, 9), (224, 224), "core"))
        >>> store.reviews(found.id, by="Grace")  # blind, until she has judged
        ()
        >>> given = store.judge(found.id, "spurious", reason="only the grid", by="Grace")
        >>> [(review.author, review.verdict) for review in store.reviews(found.id, by="Grace")]
        [('Ada', 'core'), ('Grace', 'spurious')]
        """
        author = self.author if by is None else by
        return self.review(Review(id, author, verdict, kind, reason))

    def reviews(
        self,
        id: str | None = None,
        author: str | None = None,
        *,
        digest: str | None = None,
        by: str | None = None,
    ) -> tuple[Review, ...]:
        """Return the newest review of each person.

        Parameters
        ----------
        id
            Of one finding, without any if there is no such finding; None for all.
        author
            Of one person; None for all.
        digest
            Of one image's findings, by its ``seen.digest``; None for all.
        by
            Name of who asks. Then it is blind: the reviews of a finding are shown to those only who
            have judged it themselves, and the verdict of who marked it is one of them. The finding
            itself, which others may read, has that verdict all the same. None for the reviews as
            they are kept.
        """
        id = None if id is None else accepted.text("id", id)
        author = None if author is None else accepted.text("author", author)
        digest = None if digest is None else accepted.text("digest", digest)
        if by is None:
            return self._database.reviews.list(id, author, digest)
        return tuple(
            review
            for of in self._database.reviews.judgments(id, digest).values()
            if any(each.author == by for each in of)
            for review in of
            if author is None or review.author == author
        )

    def all_judgments(
        self, ids: Iterable[str] | None = None, *, digest: str | None = None
    ) -> dict[str, tuple[Review, ...]]:
        """Return all that people said of each finding, to summarize it: this is not blind.

        Parameters
        ----------
        ids
            Of findings; None for all. Deleted ones are left out.
        digest
            Of one image's findings, by its ``seen.digest``; None for all.

        Returns
        -------
        dict
            For each id, what each person said last, in a review or in the finding itself. Its
            verdict is the judgment of who gave it: of who marked it; or of another, who changed it,
            beside the verdict that the first one gave.
        """
        digest = None if digest is None else accepted.text("digest", digest)
        found = self._database.reviews.judgments(digest=digest)
        return found if ids is None else {id: found[id] for id in ids if id in found}
