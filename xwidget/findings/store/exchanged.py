"""The findings of a store, in files of other programs: out, and in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, BinaryIO

from xwidget.findings import formats
from xwidget.findings.finding import Finding
from xwidget.findings.formats import Picture, Written
from xwidget.findings.keeping import Kept
from xwidget.findings.store import accepted
from xwidget.findings.store.filter import Filter
from xwidget.findings.store.loading import load, load_all

if TYPE_CHECKING:
    import pandas

    from xwidget.findings.store.sql.database import Database


class Exchanged:
    """The findings of a store, in files of other programs."""

    author: str
    _database: Database

    def export(
        self,
        to: str | os.PathLike[str] | BinaryIO | None = None,
        *,
        format: str = "xwidget",
        digest: str | None = None,
    ) -> Written:
        """Write the newest versions of findings as a file.

        The own format has the reviews, too, as they are kept: this is not blind.

        Parameters
        ----------
        to, format
            As in :func:`xwidget.findings.formats.write`.
        digest
            Of one image; None for the findings of all.

        Returns
        -------
        Written
            The file, and notes: what its coordinates are of, and what it cannot hold.

        Raises
        ------
        ValueError, OSError
            As :func:`xwidget.findings.formats.write`.
        """
        found = self._database.findings.list(Filter(digest=digest))
        ids = {each.id for each in found}
        reviews = [
            each for each in self._database.reviews.list(None, None, digest) if each.finding in ids
        ]
        return formats.write(found, to, format=format, reviews=reviews)

    def load(
        self,
        source: str | os.PathLike[str] | bytes | BinaryIO,
        images: Sequence[Picture] | None = None,
        *,
        skip: bool = False,
    ) -> tuple[Finding, ...]:
        """Keep the findings of a file, and its reviews.

        The whole file is read before the first is kept, so that a file in which something is wrong
        changes nothing. A finding that the store has already becomes a new version of it, if the
        file's was changed later. One that was deleted comes back, as a new version. A review takes
        the place of an older one by the same person; one without an author is taken for yours.

        Parameters
        ----------
        source, images, skip
            As in :func:`xwidget.findings.formats.read`.

        Returns
        -------
        tuple of Finding
            The file's findings, as the store has them now.

        Raises
        ------
        ValueError, OSError
            As :func:`xwidget.findings.formats.read`.
        StoreError
            If they could not be kept. Loading the file again keeps none twice.

        Examples
        --------
        >>> import xwidget as xw
        >>> from xwidget.findings.region import Point
        >>> store = xw.FindingStore(":memory:", author="Ada")
        >>> found = store.add(Finding(Point(9, 9), (224, 224), "spurious", label="grid"))
        >>> other = xw.FindingStore(":memory:", author="Grace")
        >>> [finding.author for finding in other.load(store.export().data)]
        ['Ada']
        """
        reviews = self._database.reviews
        return tuple(
            load_all(
                formats.opened(source, images),
                self._loaded,
                lambda id, author: reviews.list(id, author, None),
                reviews.add,
                author=self.author,
                skip=skip,
            )
        )

    def _loaded(self, finding: Finding) -> Finding:
        # What a file says of a finding, its author said, whoever loads it.
        database, author = self._database.findings, finding.author.strip() or self.author

        def put(mine: Finding, base: int, act: str) -> Kept:
            return database.put(mine, base, accepted.act(act), author)

        return load(database.get, put, database.record_effect, finding)

    def to_pandas(self) -> pandas.DataFrame:
        """Return the newest versions of all findings as a DataFrame, a row each.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        return formats.to_pandas(self._database.findings.list(Filter()))
