"""The result of a run: what is shown, how it came about, and views of it. Plain data, no net."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from xwidget.catalog import sentences
from xwidget.checks import Checks, wrapped
from xwidget.export.caption import under
from xwidget.names import shortened
from xwidget.paper import check_view, left_to_net
from xwidget.pixels import blend, quantize
from xwidget.support import texts
from xwidget.support.figures import defended, percent
from xwidget.trace import Bytes, Frames, Reals, Trace, expect, freeze, plain, within

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST = 2**31  # classes, and more than any net has

__all__ = ["Bytes", "Explanation", "Frames", "Reals", "Trace"]


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
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

    image: Bytes
    reference: Bytes
    targets: tuple[int, ...]
    names: tuple[str, ...]
    masks: npt.NDArray[np.float32]
    image_scores: Reals
    scores: Reals
    trace: Trace
    frames: Frames
    diagnostics: dict[str, Any]
    settings: dict[str, Any]
    # Neither is None or empty once it is made: what is left out gets its value there.
    relevance: npt.NDArray[np.float32] = None  # type: ignore[assignment]
    checks: tuple[Checks, ...] = ()
    short_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("image", "reference"):
            freeze(self, name, np.uint8)
        freeze(self, "masks", np.float32)
        for name in ("image_scores", "scores"):
            freeze(self, name, np.float64)
        object.__setattr__(self, "targets", tuple(int(target) for target in self.targets))
        object.__setattr__(self, "names", tuple(str(name) for name in self.names))
        for name in ("diagnostics", "settings"):
            object.__setattr__(self, name, plain(name, dict(getattr(self, name))))
        short = tuple(map(str, self.short_names)) or shortened(self.names)
        object.__setattr__(self, "short_names", short)
        self._check()
        given: Any = self.relevance
        if given is None:
            object.__setattr__(self, "relevance", self.masks.mean(1))
        freeze(self, "relevance", np.float32)
        object.__setattr__(self, "checks", self._own_checks())
        self._check_trust()

    def _check(self) -> None:
        if not self.targets:
            raise ValueError("an explanation has at least one target, but targets is empty")
        if not all(0 <= target < _MOST for target in self.targets):
            raise ValueError(f"targets are class indices from 0, but these are {self.targets}")
        if len(set(self.targets)) != len(self.targets):
            raise ValueError(f"targets names a class twice: {self.targets}")
        if self.image.ndim != 3 or self.image.shape[2] != 3:
            raise ValueError(f"image has shape {self.image.shape}; expected (H,W,3)")
        count, (height, width) = len(self.targets), self.image.shape[:2]
        if not height or not width:
            raise ValueError(f"image has shape {self.image.shape}, which has no pixels")
        expect("reference", self.reference, (height, width, 3))
        expect("masks", self.masks, (count, 3, height, width))
        expect("image_scores", self.image_scores, (count,))
        expect("scores", self.scores, (count,))
        expect("trace.score", self.trace.score, (len(self.trace), count))
        expect("frames.masks", self.frames.masks, (len(self.frames), count, 3, height, width))
        if len(self.names) != count:
            raise ValueError(f"names has {len(self.names)} names for {count} targets")
        if len(self.short_names) != count:
            raise ValueError(f"short_names has {len(self.short_names)} names for {count} targets")
        # NaN is in no range, so it is caught here too.
        if not ((self.masks >= 0) & (self.masks <= 1)).all():
            raise ValueError(
                f"masks lie in [0,1], but these span {self.masks.min():.4g} to "
                f"{self.masks.max():.4g}"
            )
        within("image_scores", self.image_scores)
        within("scores", self.scores)
        seconds = self.diagnostics.get("seconds", 0.0)
        if not isinstance(seconds, (int, float)) or not seconds >= 0:
            raise ValueError(f'diagnostics["seconds"] is a number from 0, not {seconds!r}')

    def _own_checks(self) -> tuple[Checks, ...]:
        """Return the checks as a file would give them back, "not checked" where there are none."""
        for each in self.checks:
            if not isinstance(each, Checks):
                raise TypeError(f"checks holds {each!r}; expected xwidget.checks.Checks")
        described = plain("checks", [each.describe() for each in self.checks])
        return tuple(map(Checks.read, described)) or (Checks(),) * len(self.targets)

    def _check_trust(self) -> None:
        count, (height, width) = len(self.targets), self.image.shape[:2]
        expect("relevance", self.relevance, (count, height, width))
        if not (np.isfinite(self.relevance) & (self.relevance >= 0)).all():
            raise ValueError(
                f"relevance is finite and at least 0, but this spans {self.relevance.min():.4g} "
                f"to {self.relevance.max():.4g}"
            )
        if len(self.checks) != count:
            raise ValueError(f"checks has {len(self.checks)} entries for {count} targets")

    @property
    def game(self) -> str:
        """The game played: "preservation", "deletion", "generation" or "repression"."""
        return str(self.settings.get("game", ""))

    @property
    def defense(self) -> str:
        """The defense asked for, see ``Settings``; ``"auto"`` is the game's own."""
        return str(self.settings.get("defense", ""))

    @cached_property
    def evidence(self) -> Bytes:
        """What a person sees: (K,H,W,3) uint8, the image where the mask is 1, else the reference.

        In integers, so that every reader of a mask's bytes gets the very same picture:
        ``(m * image + (255 - m) * reference + 127) // 255`` with ``m = floor(255 * mask + 0.5)``.
        """
        evidence = blend(self.image, self.reference, quantize(self.masks))
        evidence.setflags(write=False)
        return evidence

    def says(self, target: int | str | None = None) -> str:
        """Return what the picture of a class is, in one sentence.

        What speaks for and against trusting it is in ``checks``: see their ``summary``.

        Parameters
        ----------
        target
            Class index or name, one of ``targets`` or ``names``; None for the first.

        Raises
        ------
        ValueError
            Where the class was not explained.

        Examples
        --------
        >>> explain(clf, photo).says("espresso")  # doctest: +SKIP
        'This alone makes the net say espresso: 0.86 (photo 0.95).'
        """
        k = self._position(target)
        score, image = float(self.scores[k]), float(self.image_scores[k])
        return self.checks[k].says or sentences.says(self.game, self.short_names[k], score, image)

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
        k = self._position(target)
        check_view(view)
        picture = Image.fromarray(self.evidence[k] if view == "evidence" else self._on_paper(k))
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
        drawn = None if target is None else self.targets[self._position(target)]
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
            [self.image, gap, self.evidence[0], gap, self._on_paper(0)], axis=1
        )
        file = io.BytesIO()
        under(Image.fromarray(side_by_side), self.says(), self.checks[0]).save(file, "PNG")
        return file.getvalue()

    def _on_paper(self, k: int) -> Bytes:
        return left_to_net(self.image, quantize(self.masks[k]), self.game)

    def _position(self, target: int | str | None) -> int:
        if target is None:
            return 0
        if isinstance(target, str):
            names = [name.casefold() for name in self.names]
            if names.count(target.casefold()) == 1:
                return names.index(target.casefold())
        elif target in self.targets:
            return self.targets.index(target)
        explained = ", ".join(
            f"{index} {name!r}" for index, name in zip(self.targets, self.names, strict=True)
        )
        raise ValueError(f"class {target!r} was not explained; these were: {explained}")
