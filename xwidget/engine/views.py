"""The views of each step on the evidence: on backgrounds drawn anew, and slightly moved.

Against a flat reference a whisper of the image, a sprinkle of a few percent of its entries, can
bring a class back: an answer to that one background on that one grid of pixels, in which no other
net sees anything. So every step looks at the mask in several views at once. Each has a background
of its own, smooth noise like that of photos or none, and may see image and mask moved by a few
pixels or mirrored; its bounds are recorded on the image as it sees it. Where the mask is 1 a view
is the image whatever its background is, so nothing is filtered there.

The first view is the plain one: the image on the reference, as a person is shown it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from xwidget.classifier import Classifier
from xwidget.engine.moves import shifted
from xwidget.engine.settings import Settings

# The net bears a view in which its best class keeps this share of its score for the image: one that
# reads digits knows no mirrored ones.
_BEARABLE = 0.5
_HALVINGS = 2
# Noise fields that are drawn from, by the slope of their spectra; photos have 1.
_SLOPES = (0.8, 1.0, 1.0, 1.25)
_CORRELATION = 0.6  # of the color channels, about that of photos


@dataclass(frozen=True, slots=True)
class View:
    """One way of looking.

    Parameters
    ----------
    noise
        Deviation of the noise behind the evidence, in deviations of the image; 0 for none.
    down, right
        By how many pixels image and mask are moved.
    mirrored
        Whether they are mirrored, left to right.
    """

    noise: float = 0.0
    down: int = 0
    right: int = 0
    mirrored: bool = False

    @property
    def moves(self) -> bool:
        """True if it moves or mirrors the image."""
        return bool(self.down or self.right or self.mirrored)

    def move(self, batch: Tensor) -> Tensor:
        """Return pictures or masks (N, 3, H, W) as they are seen here."""
        if self.mirrored:
            batch = batch.flip(-1)
        return shifted(batch, self.down, self.right) if self.down or self.right else batch


#: The plain view alone: every step sees the evidence as a person does.
PLAIN = (View(),)
#: The views of ``reference="drawn"``.
DRAWN = (
    View(),
    View(noise=0.1, down=-2, right=-1),
    View(noise=0.3, down=2, right=2, mirrored=True),
)


class Views:
    """The V views of a run on B images of one size; all images have the same draws.

    Parameters
    ----------
    views
        For each image the descriptions of its views, the plain one first.
    images
        Normalized images (B, 3, H, W).
    references
        What stands where nothing is shown (B, 3, H, W); noise is added to it.
    seed
        Of the draws: the same seed draws the same at an iteration, for every class and image, and
        however a run came there.

    Attributes
    ----------
    images
        The images as each view sees them (V, B, 3, H, W).
    described, reference, seed
        The views, the references and the seed, as they were given.
    """

    def __init__(
        self, views: Sequence[tuple[View, ...]], images: Tensor, references: Tensor, seed: int
    ) -> None:
        self.described = list(views)
        self.reference = references
        self.seed = seed
        self._columns = list(zip(*views, strict=True))
        self._moves = [_Moves(column, images.device) for column in self._columns]
        self.images = torch.stack([moves(images[:, None])[:, 0] for moves in self._moves])
        self._deviations = [
            image.std() if image.numel() > 1 else image.new_zeros(()) for image in images
        ]
        self._amounts = [self._noise(range(len(column)), column) for column in self._columns]
        size = (images.shape[-2], images.shape[-1])
        noisy = any(view.noise for column in self._columns for view in column)
        self._fields = [
            smooth_noise(size, (seed, n), slope).to(images)
            for n, slope in enumerate(_SLOPES if noisy else ())
        ]
        # Gray, as every picture of a net for gray ones is.
        self._gray = (images == images[:, :1]).flatten(1).all(1)
        self._some_gray = noisy and bool(self._gray.any())

    @classmethod
    def join(cls, parts: Sequence[Views]) -> Views:
        """Put the images of several runs with one seed beside each other."""
        if len(parts) == 1:
            return parts[0]
        return cls(
            [views for part in parts for views in part.described],
            torch.cat([part.images[0] for part in parts]),
            torch.cat([part.reference for part in parts]),
            parts[0].seed,
        )

    def part(self, images: Sequence[int]) -> Views:
        """Return the views of some of the images, of one as often as it is named."""
        some = list(images)
        if some == list(range(len(self.described))):
            return self
        views = [self.described[image] for image in some]
        return Views(views, self.images[0, some], self.reference[some], self.seed)

    def __len__(self) -> int:
        return len(self._columns)

    @property
    def drawn(self) -> bool:
        """True if there is anything random in them."""
        return bool(self._fields)

    def bearable(self, scores: Callable[[Tensor], Tensor], classes: int | None = None) -> Views:
        """Return these views, no more different from the plain one than the net bears.

        A view that shows the image itself so that the net hardly knows it any more asks too much of
        a mask, too: it is left unmoved, or its noise is halved, up to twice.

        Parameters
        ----------
        scores
            The net: images (N, 3, H, W) to scores (N, outputs).
        classes
            How many of the outputs, the first ones, are classes, of which the best one is followed;
            None for all. Of a net without any, the outputs are followed together.
        """
        if len(self) == 1:
            return self
        images = self.images[0]
        whole = scores(images)
        best = None if classes == 0 else whole[:, :classes].argmax(1)

        def unknown(some: Sequence[int], pictures: Tensor) -> list[int]:
            """Return the images that the net does not know in pictures of some (b, n, 3, H, W)."""
            found = scores(pictures.flatten(0, 1)).unflatten(0, (len(some), -1)).mean(1)
            known = found >= _BEARABLE * whole[some]
            fine = known.all(1) if best is None else known.gather(1, best[some, None])[:, 0]
            return [image for image, each in zip(some, fine.tolist(), strict=True) if not each]

        columns = []
        for seen, column in zip(self.images, self._columns, strict=True):
            views = list(column)
            if some := [image for image, view in enumerate(views) if view.moves]:
                for image in unknown(some, seen[some][:, None]):
                    views[image] = View(noise=views[image].noise)
            some = [image for image, view in enumerate(views) if view.noise]
            for _ in range(_HALVINGS if some else 0):
                amounts = self._noise(some, [views[image] for image in some])[:, None]
                noise = amounts * self._tinted(torch.stack(self._fields[1:3]), some)
                some = unknown(some, images[some][:, None] + noise)
                for image in some:
                    views[image] = replace(views[image], noise=views[image].noise / 2)
                if not some:
                    break
            columns.append(views)
        found = list(zip(*columns, strict=True))
        return self if found == self.described else Views(found, images, self.reference, self.seed)

    def references(self, iteration: int) -> Tensor:
        """Return the backgrounds (V, B, 3, H, W) of an iteration."""
        random = np.random.default_rng((self.seed, 1, iteration))
        return torch.stack([self._background(view, random) for view in range(len(self))])

    def _background(self, view: int, random: np.random.Generator) -> Tensor:
        if not any(each.noise for each in self._columns[view]):
            return self.reference
        field = self._fields[random.integers(len(self._fields))]
        # A field repeats itself beyond its borders: moved and turned around, it is a new one.
        down, right = (int(random.integers(side)) for side in field.shape[-2:])
        sign = 1 if random.integers(2) else -1
        moved = torch.roll(field, (down, right), (-2, -1))
        fields = self._tinted(moved[None], range(len(self.described)))[:, 0]
        noise: Tensor = sign * self._amounts[view] * fields
        return self.reference + noise

    def _noise(self, images: Sequence[int], views: Sequence[View]) -> Tensor:
        """Return the deviations (b, 1, 1, 1) of the noise in a view of some images."""
        found = [
            view.noise * self._deviations[image] for image, view in zip(images, views, strict=True)
        ]
        return torch.stack(found).view(-1, 1, 1, 1)

    def _tinted(self, fields: Tensor, images: Sequence[int]) -> Tensor:
        """Return fields (n, 3, H, W) as some images have them (b, n, 3, H, W)."""
        if not self._some_gray:
            return fields[None]
        gray = self._gray[list(images)].view(-1, 1, 1, 1, 1)
        return torch.where(gray, fields[:, :1], fields)

    def show(self, pixels: Tensor, view: int) -> Tensor:
        """Return pictures (n * B, 3, H, W) of some pixels (n * B, H, W), bool, alone on the
        reference, moved as in a view: of each image one, then the next of each.
        """
        rows = pixels.unflatten(0, (-1, len(self.described))).transpose(0, 1)[:, :, None]
        seen = self._moves[view](rows.to(self.images.dtype))
        shown = torch.where(seen > 0.5, self.images[view][:, None], self.reference[:, None])
        return shown.transpose(0, 1).flatten(0, 1)

    def blend(self, masks: Tensor, references: Tensor, views: Sequence[int]) -> Tensor:
        """Return the optimized inputs (v * B * K, 3, H, W) of some views, one after another, each
        with the K of one image, then those of the next.

        Parameters
        ----------
        masks
            (v, B * K, 3, H, W): m in Eq. 1, for each of these views.
        references
            (V, B, 3, H, W), of all of them.
        views
            Which ones.
        """
        count = len(self.described)
        return torch.cat(
            [
                torch.lerp(
                    references[view][:, None],
                    self.images[view][:, None],
                    self._moves[view](mask.unflatten(0, (count, -1))),
                ).flatten(0, 1)
                for view, mask in zip(views, masks, strict=True)
            ]
        )


class _Moves:
    """One view's moves of the images of a batch."""

    def __init__(self, views: Sequence[View], device: torch.device) -> None:
        moves = [replace(view, noise=0.0) for view in views]
        first, *others = dict.fromkeys(moves)
        self._first = first
        self._others = [
            (
                other,
                torch.tensor([move == other for move in moves], dtype=torch.bool, device=device),
            )
            for other in others
        ]

    def __call__(self, batch: Tensor) -> Tensor:
        """Return pictures or masks (B, n, C, H, W), n of each image, as they are seen."""
        flat = batch.flatten(0, 1)
        seen: Tensor = self._first.move(flat).unflatten(0, batch.shape[:2])
        for other, those in self._others:
            moved = other.move(flat).unflatten(0, batch.shape[:2])
            seen = torch.where(those.view(-1, 1, 1, 1, 1), moved, seen)
        return seen


def views_in(settings: Settings) -> tuple[View, ...]:
    """Return the views of each step, as long as the net bears them."""
    drawn = isinstance(settings.reference, str) and settings.reference == "drawn"
    return DRAWN if drawn else PLAIN


def views_of(
    settings: Settings,
    clf: Classifier,
    images: Tensor,
    references: Tensor,
    scores: Callable[[Tensor], Tensor],
) -> Views:
    """Return the views of the steps: on drawn backgrounds, or on the one reference.

    Parameters
    ----------
    settings, clf
        Of the run.
    images, references
        Normalized (B, 3, H, W).
    scores
        The net: images (N, 3, H, W) to scores (N, outputs).
    """
    views = [views_in(settings)] * len(images)
    with torch.no_grad():
        found = Views(views, images, references, settings.seed)
        return found.bearable(scores, clf.classes if clf.extras else None)


def smooth_noise(size: tuple[int, int], seed: int | Sequence[int], slope: float = 1.0) -> Tensor:
    """Return noise whose spectrum falls as that of photos, 1 / frequency: (3, H, W), mean 0,
    deviation 1, its channels correlated as those of photos. It repeats itself beyond its borders.

    Parameters
    ----------
    size
        Height and width.
    seed
        The same gives the same on every machine and device. What is returned is not to be written
        to.
    slope
        The power of the frequency; 0 is white.
    """
    return _smooth_noise(size, seed if isinstance(seed, int) else tuple(seed), slope)


@functools.lru_cache(maxsize=16)  # all images of a batch have the same: 10 MB of 224 x 224
def _smooth_noise(size: tuple[int, int], seed: int | tuple[int, ...], slope: float) -> Tensor:
    height, width = size
    white = np.random.default_rng(seed).standard_normal((3, height, width))
    white[1:] = _CORRELATION * white[0] + np.sqrt(1 - _CORRELATION**2) * white[1:]
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None])
    frequency[0, 0] = np.inf  # no mean
    noise = np.fft.irfft2(np.fft.rfft2(white) / frequency**slope, s=size)
    return torch.from_numpy(noise / max(float(noise.std()), 1e-12)).float()
