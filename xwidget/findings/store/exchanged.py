"""The findings of a store, in files of other programs: out, and in."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from xwidget.findings import formats
from xwidget.findings.finding import Finding, parsed
from xwidget.findings.formats import Picture, Written
from xwidget.findings.store import accepted
from xwidget.findings.store.errors import StoreError
from xwidget.findings.store.filter import Filter

if TYPE_CHECKING:
    import pandas

    from xwidget.findings.store.sql.database import Database

_LOADED = uuid.UUID("2f0b3d1e-5c44-4f3a-8f0f-9a3c4d9a7b11")
_TIMES = 100


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
        reviews = [each for each in self._database.reviews.list(None, None) if each.finding in ids]
        return formats.write(found, to, format=format, reviews=reviews)

    def load(
        self,
        source: str | os.PathLike[str] | bytes | BinaryIO,
        images: Sequence[Picture] | None = None,
        *,
        skip: bool = False,
    ) -> tuple[Finding, ...]:
        """Keep the findings of a file, and its reviews.

        The whole file is read before the first is kept. A finding that the store has already
        becomes a new version of it, if the file's was changed later; one that was deleted later
        stays deleted.

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
        read = formats.opened(source, images)
        findings = read.accepted(skip=skip)
        kept = tuple(self._loaded(finding) for finding in findings)
        ids = {each.id for each in kept}
        for review in read.reviews:
            if review.finding in ids:
                self._database.reviews.add(review, review.id)
        return kept

    def _loaded(self, finding: Finding) -> Finding:
        for _ in range(_TIMES):
            base = 0
            try:
                newest = self._database.findings.get(finding.id, None)
            except KeyError:
                pass
            else:
                if parsed(newest.changed) >= parsed(finding.changed):
                    return newest
                base = newest.version
            act = str(uuid.uuid5(_LOADED, f"{finding.id} {finding.changed} {base}"))
            kept = self._database.findings.put(finding, base, accepted.act(act), self.author)
            if kept.clash is not None:
                continue
            if base and finding.effect is not None:
                found = kept.finding
                self._database.findings.record_effect(found.id, found.version, finding.effect)
                return replace(found, effect=finding.effect)
            return kept.finding
        raise StoreError(f"finding {finding.id} is changed by others all the time; try again")

    def to_pandas(self) -> pandas.DataFrame:
        """Return the newest versions of all findings as a DataFrame, a row each.

        Raises
        ------
        ValueError
            If pandas is not installed.
        """
        return formats.to_pandas(self._database.findings.list(Filter()))
