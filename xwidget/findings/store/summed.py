"""The findings of a store, summed up: roll-ups and the report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xwidget.findings import report
from xwidget.findings.inputs import Given
from xwidget.findings.rollup import BY, Rollup, rollup
from xwidget.findings.store.filter import Filter

if TYPE_CHECKING:
    from xwidget.findings.store.sql.database import Database


class Summed:
    """The findings of a store, summed up."""

    _database: Database

    def rollup(self, by: Sequence[str] = BY) -> Rollup:
        """Return the roll-up of all findings with what everybody said of them: this is not blind.

        Parameters
        ----------
        by
            Names of what its rows tell apart: some of ``"label"``, ``"class_name"``, ``"model"``,
            ``"kind"``, ``"author"``, ``"image"``, ``"game"`` and ``"weights"``.

        Raises
        ------
        ValueError
            If ``by`` names something else.

        Examples
        --------
        >>> import xwidget as xw
        >>> from xwidget.findings.finding import Finding
        >>> from xwidget.findings.region import Point
        >>> store = xw.FindingStore(":memory:", author="Ada")
        >>> found = store.add(Finding(Point(9, 9), (224, 224), "spurious", label="grid"))
        >>> given = store.judge(found.id, "spurious", by="Grace")
        >>> store.rollup(by=["label"]).rows[0].raters
        ('Ada', 'Grace')
        """
        found = self._database.findings.list(Filter())
        return rollup(found, self._database.reviews.judgments(), by)

    def report(
        self,
        path: str | os.PathLike[str],
        *,
        by: Sequence[str] = BY,
        images: Given | None = None,
        title: str | None = None,
    ) -> Path:
        """Write a report on all findings as one HTML file, which runs no script.

        Parameters
        ----------
        path
            The file.
        by
            As in :meth:`rollup`.
        images
            Images by the digest or the name of their image, used before those that the store
            keeps of the network's input.
        title
            Heading of the report; None for one that names the network.

        Raises
        ------
        ValueError, TypeError
            If ``by`` names something else, or an image cannot be read.
        OSError
            If the file cannot be written.
        """
        return report.write(
            path,
            self._database.findings.list(Filter()),
            self._database.reviews.judgments(),
            inputs=self._database.inputs.find,
            images=images,
            by=by,
            title=title,
        )
