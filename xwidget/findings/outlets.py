"""The findings of one image as files, tables, sums and reports; and regions to look at next."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from xwidget.findings import formats, proposals, report
from xwidget.findings.finding import Finding, Seen
from xwidget.findings.formats import Picture, Written
from xwidget.findings.keeping import Kept, Review, Store
from xwidget.findings.proposals import Proposal
from xwidget.findings.rollup import BY, Rollup, rollup
from xwidget.findings.store.loading import load, load_all

if TYPE_CHECKING:
    import pandas


class Outlets(ABC):
    """The ways of the findings of one image, out and in."""

    # What a subclass has.

    author: str

    @abstractmethod
    def list(self) -> list[Finding]:
        """Return all of them."""

    @abstractmethod
    def keep(
        self, finding: Finding, base: int, act: str, by: str, person: str | None = None
    ) -> Kept:
        """Keep a version; ``person`` None: of who marks."""

    @abstractmethod
    def tell_reviews(self, findings: Iterable[Finding], by: str) -> None:
        """Tell of their reviews."""

    @property
    @abstractmethod
    def picture(self) -> Picture:
        """The image before the net."""

    @property
    @abstractmethod
    def _store(self) -> Store:
        """The store to read from."""

    @abstractmethod
    def _evidence(self, target: int | str | None) -> Any:
        """Return a class's mask (3, H, W); None for the class that is shown."""

    # What a person calls.

    def propose(self, target: int | str | None = None, **options: Any) -> Sequence[Proposal]:
        """Propose regions: the connected parts of a class's evidence, those that hold most first.

        Parameters
        ----------
        target
            Class index or name; None for the class that is shown.
        **options
            ``threshold``, ``least``, ``gap``, ``count`` and ``channels``, as in
            :func:`xwidget.findings.proposals.propose`.

        Returns
        -------
        list of Proposal
            Each has ``region``, which ``add`` takes; ``share`` of the evidence, and ``area``.

        Raises
        ------
        ValueError, TypeError
            If there is no such class, or an option is out of range.
        RuntimeError
            If the class has no mask yet.

        Examples
        --------
        >>> for found in w.findings.propose():  # doctest: +SKIP
        ...     w.findings.add(found.region, verdict="core")
        """
        return proposals.propose(self._evidence(target), **options)

    def to_pandas(self) -> pandas.DataFrame:
        """Return the findings as a DataFrame, a row each.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        return formats.to_pandas(self.list())

    def export(
        self,
        to: str | os.PathLike[str] | BinaryIO | None = None,
        *,
        format: str = "xwidget",
        without: Container[str] = (),
    ) -> Written:
        """Write the findings as a file, in pixels of the upright original where that is known.

        Parameters
        ----------
        to
            Path, or a binary file that is open; None returns the data only.
        format
            ``"xwidget"``, ``"coco"``, ``"w3c"``, ``"labelstudio"``, ``"labelme"``, ``"qupath"``,
            ``"cvat"``, ``"csv"``, ``"parquet"``, ``"masks"`` or ``"input masks"``.
        without
            Ids of findings that are left out.

        Returns
        -------
        Written
            The data, the ending of its name, and notes: what its coordinates are of, and what the
            format cannot hold.

        Raises
        ------
        ValueError
            If there is no such format, or what it needs is not installed.
        OSError
            If the file cannot be written.

        Examples
        --------
        >>> w.findings.export("cups.coco.json", format="coco")  # doctest: +SKIP
        """
        found = [each for each in self.list() if each.id not in without]
        ids = {each.id for each in found}
        reviews = [each for each in self._reviews() if each.finding in ids]
        return formats.write(found, to, format=format, images=[self.picture], reviews=reviews)

    def load(
        self, source: str | os.PathLike[str] | bytes | BinaryIO, *, skip: bool = False
    ) -> Sequence[Finding]:
        """Keep the findings of a file that are of this image; the page shows them at once.

        The whole file is read before the first is kept, so that a file in which something is wrong
        changes nothing. Of a finding that is known, the version that was changed last counts. One
        that was deleted comes back, as a new version. A review takes the place of an older one by
        the same person; one without an author is taken for yours.

        Parameters
        ----------
        source
            A path, the bytes of a file, or a binary file that is open: one of :meth:`export`, or
            one that an exported page made. COCO, W3C annotations, Label Studio, labelme, QuPath and
            CVAT are read, too.
        skip
            Whether to leave out what cannot be taken, instead of raising.

        Returns
        -------
        list of Finding
            As they are kept.

        Raises
        ------
        ValueError
            If it is no such file, or something in it is of another image; nothing is kept then.
        OSError, RuntimeError
            If the file cannot be read, or a finding cannot be kept.
        """
        here = self.picture
        kept = load_all(
            formats.opened(source, [here]),
            partial(self._loaded, here.seen),
            lambda id, author: self._store.reviews(id, author),
            lambda review, act: self._store.review(review, act),
            author=self.author,
            skip=skip,
        )
        self.tell_reviews(kept, "python")
        return kept

    def rollup(self, by: Sequence[str] = BY) -> Rollup:
        """Sum up the findings, with the agreement of their raters; see
        :func:`xwidget.findings.rollup.rollup`.
        """
        return rollup(self.list(), self._judgments(), by)

    def report(
        self, path: str | os.PathLike[str], *, by: Sequence[str] = BY, title: str | None = None
    ) -> Path:
        """Write a report as one HTML file that runs no script; see
        :func:`xwidget.findings.report.write`.
        """
        store = self._store
        return report.write(
            path, self.list(), self._judgments(), inputs=store.input, by=by, title=title
        )

    def _reviews(self) -> Sequence[Review]:
        """Return the reviews of this image's findings, also of those that are not listed here."""
        return self._store.reviews(digest=self.picture.seen.digest)

    def _judgments(self) -> dict[str, tuple[Review, ...]]:
        """Return everybody's judgments of this image's findings, also of those not listed here."""
        return self._store.all_judgments(digest=self.picture.seen.digest)

    def _loaded(self, base: Seen, finding: Finding) -> Finding:
        """Keep a finding of a file, as one of this image; what it says, its author said."""
        placed = replace(finding, seen=_placed(finding.seen, base))
        put = partial(self.keep, by="python", person=placed.author.strip() or None)
        return load(self._store.get, put, self._store.record_effect, placed)


def _placed(seen: Seen, base: Seen) -> Seen:
    """Return the ``Seen`` of a finding of a file, as one of this image has it."""
    return replace(
        seen,
        digest=base.digest,
        size=base.size,
        image=seen.image or base.image,
        geometry=seen.geometry or base.geometry,
    )
