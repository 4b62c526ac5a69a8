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
    """The V views of a run on one image.

    Parameters
    ----------
    views
        Their descriptions, the plain one first.
    image
        Normalized image (3, H, W).
    reference
        What stands where nothing is shown (3, H, W); noise is added to it.
    seed
        Of the draws: the same seed draws the same at an iteration, for every class and however
        a run came there.
    """

    def __init__(self, views: Sequence[View], image: Tensor, reference: Tensor, seed: int) -> None:
        self._views = tuple(views)
        self._reference = reference
        self._seed = seed
        self._deviation = image.std() if image.numel() > 1 else image.new_zeros(())
        self.images = torch.cat([view.move(image[None]) for view in self._views])
        size = (image.shape[-2], image.shape[-1])
        noisy = any(view.noise for view in self._views)
        self._fields = [
            smooth_noise(size, (seed, n), slope).to(image)
            for n, slope in enumerate(_SLOPES if noisy else ())
        ]
        if bool((image == image[:1]).all()):  # gray, as every picture of a net for gray ones is
            self._fields = [field[:1].expand_as(field) for field in self._fields]

    def __len__(self) -> int:
        return len(self._views)

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
        image = self.images[0]
        whole = scores(image[None])[0]
        followed = [int(whole[:classes].argmax())] if classes != 0 else range(len(whole))

        def known(pictures: Tensor) -> bool:
            found = scores(pictures)
            return all(found[:, one].mean() >= _BEARABLE * whole[one] for one in followed)

        views = []
        for view, seen in zip(self._views, self.images, strict=True):
            if view.moves and not known(seen[None]):
                view = View(noise=view.noise)
            for _ in range(_HALVINGS):
                field = view.noise * self._deviation * torch.stack(self._fields[1:3])
                if not view.noise or known(image + field):
                    break
                view = replace(view, noise=view.noise / 2)
            views.append(view)
        if views == list(self._views):
            return self
        return Views(views, image, self._reference, self._seed)

    def references(self, iteration: int) -> Tensor:
        """Return the backgrounds (V, 3, H, W) of an iteration."""
        random = np.random.default_rng((self._seed, 1, iteration))
        return torch.stack([self._background(view, random) for view in self._views])

    def _background(self, view: View, random: np.random.Generator) -> Tensor:
        if not view.noise:
            return self._reference
        field = self._fields[random.integers(len(self._fields))]
        # A field repeats itself beyond its borders: moved and turned around, it is a new one.
        down, right = (int(random.integers(side)) for side in field.shape[-2:])
        sign = 1 if random.integers(2) else -1
        moved = torch.roll(field, (down, right), (-2, -1))
        return self._reference + sign * view.noise * self._deviation * moved

    def show(self, pixels: Tensor, view: int) -> Tensor:
        """Return pictures (N, 3, H, W) of some pixels (N, H, W), bool, alone on the reference,
        moved as in a view.
        """
        seen = self._views[view].move(pixels[:, None].to(self.images.dtype))
        return torch.where(seen > 0.5, self.images[view], self._reference)

    def blend(self, masks: Tensor, references: Tensor, views: Sequence[int]) -> Tensor:
        """Return the optimized inputs (v * K, 3, H, W) of some views, one view after another.

        Parameters
        ----------
        masks
            (v, K, 3, H, W): m in Eq. 1, for each of these views.
        references
            (V, 3, H, W), of all of them.
        views
            Which ones.
        """
        return torch.cat(
            [
                torch.lerp(
                    references[view].expand_as(mask),
                    self.images[view].expand_as(mask),
                    self._views[view].move(mask),
                )
                for view, mask in zip(views, masks, strict=True)
            ]
        )


def views_of(settings: Settings, clf: Classifier, x: Tensor, reference: Tensor) -> Views:
    """Return the views of the steps: on drawn backgrounds, or on the one reference."""
    drawn = isinstance(settings.reference, str) and settings.reference == "drawn"
    views = Views(DRAWN if drawn else PLAIN, x, reference, settings.seed)

    net = clf.twin(x.device)

    def scores(images: Tensor) -> Tensor:  # one by one: some nets take no more
        return torch.cat([clf.scores(clf.logits(net, one[None].clone())) for one in images])

    with torch.no_grad():
        return views.bearable(scores, clf.classes if clf.extras else None)


def smooth_noise(size: tuple[int, int], seed: int | Sequence[int], slope: float = 1.0) -> Tensor:
    """Return noise whose spectrum falls as that of photos, 1 / frequency: (3, H, W), mean 0,
    deviation 1, its channels correlated as those of photos. It repeats itself beyond its borders.

    Parameters
    ----------
    size
        Height and width.
    seed
        The same gives the same on every machine and device.
    slope
        The power of the frequency; 0 is white.
    """
    height, width = size
    white = np.random.default_rng(seed).standard_normal((3, height, width))
    white[1:] = _CORRELATION * white[0] + np.sqrt(1 - _CORRELATION**2) * white[1:]
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None])
    frequency[0, 0] = np.inf  # no mean
    noise = np.fft.irfft2(np.fft.rfft2(white) / frequency**slope, s=size)
    return torch.from_numpy(noise / max(float(noise.std()), 1e-12)).float()
