"""An explanation: the result of a run, and the ways to look at it and to take it along."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from xwidget.attribution import Attribution
from xwidget.catalog import defenses
from xwidget.catalog.controls import check
from xwidget.checks import wrapped
from xwidget.export import file, page, plot
from xwidget.export.caption import under
from xwidget.export.guessing.kept import of_record
from xwidget.findings.finding import Finding
from xwidget.paper import check_view
from xwidget.record import Record
from xwidget.support import texts
from xwidget.support.figures import percent
from xwidget.trace import Frames, Trace

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Explanation", "Frames", "Trace"]


class Explanation(Record):
    """The pixels and colors of one image that a net relies on, for K classes.

    Attributes
    ----------
    image
        (H,W,3) uint8: the image as the net saw it, in true color.
    reference
        (H,W,3) uint8: the reference, which stands where the mask is 0.
    targets
        K class indices.
    names
        K class names.
    masks
        (K,3,H,W) float32 in [0,1]: the masks as shown, one value per pixel and color channel.
    image_scores
        (K,) float in [0,1]: p_c(x), the score of the image.
    scores
        (K,) float in [0,1]: p_c(e), the score of the optimized input.
    trace, frames
        The course of the run: numbers of every iteration, masks of some.
    diagnostics
        Facts about the run, JSON-able; None for a number that is not finite.
        "independent" is False if the net ran on one picture at a time, and so slower, because its
        answer for a picture depends on the rest of the batch.
    settings
        The settings of the run, JSON-able: "game", "defense", "sparsity", ...
    relevance
        (K,H,W) float32, finite, >= 0: one value per pixel, for ranking. It orders pixels better
        than a mask, which no longer distinguishes them where it is 1: the first 10%, 20% and 30%
        of them are those that score best alone, see the setting ``ranking``. By default the masks'
        mean over the color channels.
    checks
        K ``Checks``: how far the explanation can be trusted. "Not checked" if the run was stopped
        before its end.
    short_names
        K short names, see ``Classifier.short_names``; by default without synonyms where the K
        classes stay distinct.
    origin
        The ``Origin``: digest, name and size of the original image, and the map from the net's
        pixels to its own; None if it is not known, as in files of older versions.

    Raises
    ------
    ValueError, TypeError
        If shapes, types or ranges do not fit together.
    """

    def to_pil(
        self, target: int | str | None = None, *, view: str = "evidence", caption: bool = False
    ) -> Image.Image:
        """Return a class's evidence as a PIL image.

        Parameters
        ----------
        target
            Class index or name, one of ``targets`` or ``names``; None for the first.
        view
            "evidence", the colors of :attr:`evidence`; or "paper", the image's own colors fading to
            paper where nothing is shown. In deletion and repression, "paper" shows what remains,
            with hatched paper where something was taken away.
        caption
            Whether to add a strip with the sentence of :meth:`says` and the verdict.

        Raises
        ------
        ValueError
            If the class was not explained, or there is no such view.
        """
        k = self.position(target)
        check_view(view)
        picture = Image.fromarray(self.evidence[k] if view == "evidence" else self.on_paper(k))
        return under(picture, self.says(self.targets[k]), self.checks[k]) if caption else picture

    def save(self, path: str | os.PathLike[str], *, frames: bool = True) -> None:
        """Write everything to a safetensors file, which :meth:`load` reads back exactly.

        The file holds arrays and text only: opening it runs no code.

        Parameters
        ----------
        path
            Path of the file, usually ending in ``.xwidget``. An existing file is replaced once the
            new one is on the disk. Several threads or processes may save to one path: the last to
            finish wins.
        frames
            Whether to include the masks of all kept iterations, which are most of the file's size.
            If False, only the last masks and the curves are saved.

        Raises
        ------
        io.UnsupportedOperation
            If the path is a folder, a pipe or a device; an OSError and a ValueError.
        OSError
            If the file cannot be written; FileNotFoundError if there is no such folder.
        """
        file.write(self if frames else file.last_masks(self), path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Explanation:
        """Read a file that :meth:`save` wrote.

        A checksum over its contents detects a file that was changed.

        Raises
        ------
        ValueError
            If the file is of another kind, damaged, or from a newer version.
        FileNotFoundError
            If there is no file.
        """
        return file.read(path, cls)

    def plot(self, *attributions: Attribution) -> Figure:
        """Draw image, evidence and mask heat, one row per class, and other methods beside them.

        The heat is the mean of the mask's three channels on a fixed scale from 0 to 1, so that
        masks of different classes, runs and nets can be compared.

        Parameters
        ----------
        *attributions
            Each is one more column: shares on a scale from 0 to 1, signed values on a scale that is
            the same on both sides of 0 and in all rows. Where one has not the class, it is empty.

        Returns
        -------
        matplotlib.figure.Figure
            A notebook shows it once, at the end of the cell, whatever the cell's last line is;
            ``.savefig(path)`` writes it. pyplot keeps it until it is shown or closed.

        Raises
        ------
        ModuleNotFoundError
            If matplotlib is not installed; the message names the extra that brings it.
        ValueError, TypeError
            If an attribution is none, or of another image.

        Examples
        --------
        >>> explain(clf, photo).plot().savefig("espresso.png")  # doctest: +SKIP
        """
        return plot.plot(self, *attributions)

    def export_html(
        self,
        path: str | os.PathLike[str],
        keyframes: int | None = None,
        target: int | str | None = None,
        findings: Iterable[Finding] = (),
        guess: Any = None,
        controls: Sequence[str] | None = None,
    ) -> Path:
        """Write an interactive HTML file that needs no kernel and no network.

        It holds the Inspector's panel with classes, views, iterations and the values under the
        pointer. Nothing in it can reach the network.

        Parameters
        ----------
        path
            Path of the file. An existing file is replaced once the new one is complete.
        keyframes
            Number of masks per class, >= 1: those of the last iteration, the first, and others
            evenly spread over the kept ones. None means 8. A mask takes some 60 kB at 224×224
            pixels, and in proportion at other sizes. The sample photo with three classes makes
            1.5 MB, with 16 masks each 2.6 MB, with one each 0.3 MB.
        target
            Class shown first, index or name; None for the one with the highest image score.
        findings
            Findings of the image. More can be marked on the page: the browser keeps them, and they
            are downloaded as a file.
        guess
            Something that is asked before the page shows the evidence, as in ``Inspector``. What
            the network says of a guess alone is not known on a page; an Inspector's page knows more
            than this one, as it has asked the network about the evidence.
        controls
            Names of the controls that can be used, as in ``Inspector``; None for all.

        Returns
        -------
        Path
            Path of the file.

        Raises
        ------
        ValueError, TypeError
            If ``keyframes`` is no such number, the class was not explained, a finding is of another
            image, there is no such control, or nothing that could be asked.
        io.UnsupportedOperation
            If the path is a folder, a pipe or a device; an OSError and a ValueError.
        OSError
            If the file cannot be written; FileNotFoundError if there is no such folder.

        Examples
        --------
        >>> explain(clf, photo).export_html("espresso.html")  # doctest: +SKIP
        """
        count = page.KEYFRAMES if keyframes is None else keyframes
        drawn = None if target is None else self.targets[self.position(target)]
        asked = of_record(self, drawn, guess, check(controls))
        return page.write(self, path, count, drawn, findings, guess=asked)

    def __repr__(self) -> str:
        height, width = self.image.shape[:2]
        last = max(len(self.trace) - 1, 0)
        defense = defenses.named(self.defense, self.game)
        head = f"Explanation: {self.game}, {defense}, {last} iterations, "
        lines = [f"{head}{height}×{width} pixels"]
        names = [texts.shown(name, texts.NAME) for name in self.names]
        wide = max(map(len, names))
        for k, (target, name) in enumerate(zip(self.targets, names, strict=True)):
            lines.append(
                f"  {target:>4} {name:<{wide}}  image {self.image_scores[k]:.3f}  "
                f"optimized {self.scores[k]:.3f}  shown {percent(self.masks[k].mean())}"
            )
            for told in filter(None, (self.says(target), self.checks[k].summary)):
                lines += wrapped(texts.shown(told), "       ")
        return "\n".join(lines)

    def _repr_png_(self) -> bytes:
        """Show the image, the first class's evidence as it is and on paper, and what it says."""
        gap = np.full((self.image.shape[0], 8, 3), 255, np.uint8)
        side_by_side = np.concatenate(
            [self.image, gap, self.evidence[0], gap, self.on_paper(0)], axis=1
        )
        png = io.BytesIO()
        under(Image.fromarray(side_by_side), self.says(), self.checks[0]).save(png, "PNG")
        return png.getvalue()
