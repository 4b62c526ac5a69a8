"""An explanation: the result of a run, and the ways to look at it and to take it along."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from xwidget.checks import wrapped
from xwidget.export.caption import under
from xwidget.paper import check_view
from xwidget.record import Record
from xwidget.support import texts
from xwidget.support.figures import defended, percent
from xwidget.trace import Bytes, Frames, Reals, Trace

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Bytes", "Explanation", "Frames", "Reals", "Trace"]


class Explanation(Record):
    """Which pixels, in which color, a net relies on for K classes of one image.

    Attributes
    ----------
    image
        (H,W,3) uint8: what the net saw, in true color.
    reference
        (H,W,3) uint8: what is seen where the mask is 0.
    targets
        K class indices.
    names
        Their names.
    masks
        (K,3,H,W) float32 in [0,1]: what is shown, one value per pixel and color channel.
    image_scores
        (K,) float: p_c(x), the score of the image.
    scores
        (K,) float: p_c(e), the score of what was optimized.
    trace, frames
        How it came about: numbers of every iteration, masks of some.
    diagnostics
        What is worth knowing about the run; JSON-able, None for a number that is not finite.
        "independent" is False where the net ran on one picture at a time, and so slower, because
        its answer for a picture depends on what else is in the batch.
    settings
        What was asked for: "game", "defense", "sparsity", ...; JSON-able.
    relevance
        (K,H,W) float32, finite, >= 0: how much each pixel counts, which orders pixels better than
        a mask does: where a mask is 1 it says no more. The masks' mean over the color channels
        unless the run found more.
    checks
        What speaks for and against trusting it, one per target; "not checked" where the run was
        stopped before it ended.
    short_names
        The names in few words, see ``Classifier.short_names``. Without: short where that tells the
        K classes apart.

    Raises
    ------
    ValueError, TypeError
        Where shapes, types or ranges do not fit together.
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
            "evidence", the very colors that :attr:`evidence` holds; or "paper", the image's own
            colors fading to paper where nothing is shown. Where the game takes away, "paper" is
            what remains, with what is taken away hatched.
        caption
            Whether it stands on a strip with what it is, and how far to trust it, in words.

        Raises
        ------
        ValueError
            Where the class was not explained, or there is no such view.
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
            Where to; an existing file is replaced once the new one is on the disk. Several threads
            or processes may save to one path: the last to finish wins.
        frames
            Whether the masks of all kept iterations go along: most of the file's size. Without,
            only the last ones do; the curves stay.

        Raises
        ------
        io.UnsupportedOperation
            Where the path is a folder, a pipe or a device; an OSError and a ValueError.
        OSError
            Where the file cannot be written; FileNotFoundError where there is no such folder.
        """
        from xwidget.export.file import write

        write(self if frames else self._without_frames(), path)

    def _without_frames(self) -> Explanation:
        """Return the same with the last of the kept iterations alone."""
        kept = Frames(self.frames.iterations[-1:], self.frames.masks[-1:])
        return replace(self, frames=kept)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Explanation:
        """Read a file that :meth:`save` wrote.

        A checksum over all that it holds tells a file that has changed since. Nothing else in the
        file is read.

        Raises
        ------
        ValueError
            Where the file is not one of these, is damaged, or is from a newer version, whatever is
            wrong with it.
        FileNotFoundError
            Where there is no file.
        """
        from xwidget.export.file import read

        return read(path, cls)

    def plot(self) -> Figure:
        """Draw image, evidence and mask heat, one row per class.

        The heat is the mean of the mask's three channels, on a scale that is always 0 to 1: masks
        of different classes, runs and nets may be compared.

        Returns
        -------
        matplotlib.figure.Figure
            A notebook shows it once, by the end of the cell, however the cell ends;
            ``.savefig(path)`` writes it. It stays with pyplot until shown or closed.

        Raises
        ------
        ModuleNotFoundError
            Where matplotlib is not installed; the message names the extra that brings it.

        Examples
        --------
        >>> explain(clf, photo).plot().savefig("espresso.png")  # doctest: +SKIP
        """
        from xwidget.export.plot import plot

        return plot(self)

    def export_html(
        self,
        path: str | os.PathLike[str],
        keyframes: int | None = None,
        target: int | str | None = None,
    ) -> Path:
        """Write one HTML file that needs no kernel and no network, and is still interactive.

        It is the Inspector's panel, to look at: classes, views, iterations, values under the
        pointer. Nothing in it can reach the network.

        Parameters
        ----------
        path
            Where to; an existing file is replaced once the new one is complete.
        keyframes
            How many iterations' masks of each class it holds, >= 1: the last, the first, and
            others evenly spread over those that were kept; all where there are fewer. None is 8.
            A mask takes some 60 kB at 224×224 pixels, and in proportion at other sizes: the sample
            photo with three classes makes 1.5 MB, with 16 masks each 2.6 MB, with one 0.3 MB.
        target
            Class drawn first, index or name; None for the one with the highest image score.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        ValueError
            Where ``keyframes`` is no such number, or the class was not explained.
        io.UnsupportedOperation
            Where the path is a folder, a pipe or a device; an OSError and a ValueError.
        OSError
            Where the file cannot be written; FileNotFoundError where there is no such folder.

        Examples
        --------
        >>> explain(clf, photo).export_html("espresso.html")  # doctest: +SKIP
        """
        from xwidget.export.page import KEYFRAMES, write

        count = KEYFRAMES if keyframes is None else keyframes
        drawn = None if target is None else self.targets[self.position(target)]
        return write(self, path, count, drawn)

    def __repr__(self) -> str:
        height, width = self.image.shape[:2]
        last = max(len(self.trace) - 1, 0)
        head = f"Explanation: {self.game}, {defended(self.defense)}, {last} iterations, "
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
        file = io.BytesIO()
        under(Image.fromarray(side_by_side), self.says(), self.checks[0]).save(file, "PNG")
        return file.getvalue()
