"""Agreement of an attribution with regions that a user gives, such as marked lesions.

All of it is measured beside chance: what the same values would reach at any other place. A map
that shows everything covers every region.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from xwidget.attribution import Attribution
from xwidget.explanation import Explanation
from xwidget.findings.proposals import automatic
from xwidget.findings.region import Mask
from xwidget.metrics.placing import Place, placed
from xwidget.metrics.ranking import ranks
from xwidget.preprocessing.geometry import Geometry
from xwidget.support import arguments

Reals: TypeAlias = npt.NDArray[np.float64]

QUARTER, HALF = 0.25, 0.5


@dataclass(frozen=True, eq=False)
class Beside:
    """A figure, and what chance reaches.

    Attributes
    ----------
    value
        In [0,1]: one number, or one for each of R regions.
    chance
        The same where the values lie anywhere else: the mean over all places that they can be moved
        to, around the borders.
    """

    value: Reals
    chance: Reals

    @property
    def mean(self) -> float:
        """The figure, or its mean over the regions."""
        return float(np.mean(self.value))

    @property
    def by_chance(self) -> float:
        """The figure that chance reaches, or its mean over the regions."""
        return float(np.mean(self.chance))

    def __repr__(self) -> str:
        return f"{self.mean:.3f} (chance {self.by_chance:.3f})"


@dataclass(frozen=True, eq=False)
class RegionAgreement:
    """The agreement of an attribution with R regions.

    Attributes
    ----------
    threshold
        Value from which a pixel counts as shown.
    shown
        Share of the pixels that are shown.
    areas
        (R,) share of the pixels that belong to each region.
    coverage
        (R,) share of each region that is shown.
    hit_25, hit_50
        (R,) 1 for each region of which 25% or 50% is shown, else 0.
    iou
        Intersection of all that is shown with all regions, over their union.
    pointing
        1 if the most relevant pixel lies in a region, or near enough; else 0. Of several equal
        pixels, the share that does.
    mass
        Share of the positive values that lie in the regions; NaN where there are none.
    rank
        Share of the K most relevant pixels that lie in the regions, which have K pixels.
    """

    threshold: float
    shown: float
    areas: Reals
    coverage: Beside
    hit_25: Beside
    hit_50: Beside
    iou: Beside
    pointing: Beside
    mass: Beside
    rank: Beside

    def __repr__(self) -> str:
        names = ("coverage", "hit_25", "hit_50", "iou", "pointing", "mass", "rank")
        lines = [f"  {name:<9}{getattr(self, name)!r}" for name in names]
        count = len(self.areas)
        head = f"Agreement with {count} region{'s' * (count > 1)}, {self.shown:.1%} shown:"
        return "\n".join([head, *lines])


def region_agreement(
    attribution: Attribution | Explanation,
    regions: Place | Iterable[Place],
    target: int | None = None,
    *,
    threshold: float | None = None,
    tolerance: float = 0.0,
    geometry: Geometry | None = None,
) -> RegionAgreement:
    r"""Measure how far an attribution and given regions agree.

    With the pixels shown :math:`S = \{p : v_p \ge t\}` in any color channel, a region
    :math:`G_i`, all regions :math:`G = \bigcup_i G_i` and the positive values :math:`v^+`:

    .. math::

        \text{coverage}_i = \frac{|S \cap G_i|}{|G_i|} \qquad
        \text{IoU} = \frac{|S \cap G|}{|S \cup G|} \qquad
        \text{mass} = \frac{\sum_{p \in G} v^+_p}{\sum_p v^+_p} \qquad
        \text{rank} = \frac{|P_{|G|} \cap G|}{|G|}

    where :math:`P_K` are the K most relevant pixels. A region is hit at 25% or 50% if its coverage
    is at least that.

    Parameters
    ----------
    attribution
        Any method's, or an explanation: then the mask says what is shown and where the mass lies,
        and ``relevance`` the order of the pixels.
    regions
        One or several: regions, or masks (H, W) of bool, or of 0 and 1.
    target
        Class index; None for the only one.
    threshold
        Value from which a pixel is shown, >= 0. None: the largest one above which at least 40% of
        the evidence lies, as for proposals.
    tolerance
        Distance in pixels, >= 0, up to which the most relevant pixel may miss the regions. Zhang et
        al. give 15.
    geometry
        Of the subject, if regions are in pixels of the original: ``subject.geometry``. By default
        they are in pixels of the net's input.

    Returns
    -------
    RegionAgreement
        Each figure beside chance. Where values are moved anywhere, coverage is expected to be the
        share shown, mass and rank the regions' area; the chances of a hit and of the IoU are
        counted over all places.

    Raises
    ------
    ValueError, TypeError
        If the class is unknown, a number is out of range, or a region is of another size or
        outside of what the net sees.

    Notes
    -----
    Hits at 25% and 50%: Wagner et al., CVPR 2019, arXiv 1908.02686, compare evidence in fundus
    images with marked lesions at these overlaps; the overlap is defined here as the region's
    coverage. Pointing game: Zhang et al., *Top-down Neural Attention by Excitation Backprop*, IJCV
    2018, arXiv 1608.00507. Relevance mass and rank accuracy: Arras, Osman and Samek, *CLEVR-XAI*,
    Information Fusion 2022, arXiv 2003.07258.

    Examples
    --------
    >>> from xwidget.findings.region import Box
    >>> values = np.zeros((20, 20))
    >>> values[2:6, 2:6] = 1
    >>> found = region_agreement(Attribution.from_array(values, 0), Box(2, 2, 4, 8))
    >>> found.coverage, found.mass, found.iou.mean
    (0.500 (chance 0.040), 1.000 (chance 0.080), 0.5)
    """
    values, relevance = _values(attribution, target)
    inside = placed(regions, (values.shape[-2], values.shape[-1]), geometry)
    limit = automatic(values) if threshold is None else _from_0("threshold", threshold)
    shown: Mask = np.logical_or.reduce((values >= limit) & (values > 0), 0)
    together: Mask = np.logical_or.reduce(inside, 0)
    sizes = inside.sum((1, 2))
    overlaps = _moved_overlaps(shown, np.concatenate([inside, together[None]]))
    coverages = overlaps[:-1] / sizes[:, None]
    union = int(shown.sum() + together.sum()) - overlaps[-1]
    area = together.mean()
    mass = values.sum(0)
    total = float(mass.sum())
    near = _near(together, _from_0("tolerance", tolerance))
    best = relevance == relevance.max()
    first = ranks(relevance).numpy() < together.sum()

    def beside(value: npt.ArrayLike, chance: npt.ArrayLike) -> Beside:
        return Beside(np.asarray(value, np.float64), np.asarray(chance, np.float64))

    return RegionAgreement(
        threshold=float(limit),
        shown=float(shown.mean()),
        areas=sizes / shown.size,
        coverage=beside(coverages[:, 0], coverages.mean(1)),
        hit_25=beside(coverages[:, 0] >= QUARTER, (coverages >= QUARTER).mean(1)),
        hit_50=beside(coverages[:, 0] >= HALF, (coverages >= HALF).mean(1)),
        iou=beside(overlaps[-1, 0] / union[0], (overlaps[-1] / union).mean()),
        pointing=beside(near[best].mean(), near.mean()),
        mass=beside(float(mass[together].sum()) / total if total else np.nan, area),
        rank=beside(first[together].mean(), area),
    )


def _values(attribution: Attribution | Explanation, target: int | None) -> tuple[Reals, Reals]:
    """Return the positive values (C, H, W) of a class, and its relevance (H, W)."""
    if isinstance(attribution, Explanation):
        order, attribution = attribution.attribution, attribution.mask_attribution
    elif isinstance(attribution, Attribution):
        order = attribution
    else:
        raise TypeError(
            f"the first argument is of type {type(attribution).__name__}; expected an Attribution "
            "or an Explanation: Attribution.from_array(values, target)"
        )
    k = attribution.position(target)
    values = attribution.values[k].astype(np.float64).clip(min=0)
    values = values.reshape(-1, *attribution.size)
    return values, order.relevance[k].astype(np.float64)


def _moved_overlaps(shown: Mask, inside: Mask) -> Reals:
    """Return how many pixels of masks (N, H, W) are shown where what is shown is moved to any of
    H W places, around the borders: (N, H W), where it is first.
    """
    size = shown.shape
    moved = np.fft.irfft2(
        np.fft.rfft2(inside.astype(np.float64)) * np.fft.rfft2(shown.astype(np.float64)).conj(),
        s=size,
    )
    counts: Reals = moved.round().reshape(len(inside), -1)
    return counts


def _near(inside: Mask, tolerance: float) -> Mask:
    """Return the pixels whose centers are within a distance of one that is inside."""
    reach = int(tolerance)
    if not reach:
        return inside
    height, width = inside.shape
    padded = np.pad(inside, reach)
    near = np.zeros_like(inside)
    for down in range(-reach, reach + 1):
        # Row by row: a disc is a stack of bars.
        half = int(np.sqrt(tolerance**2 - down**2))
        sums = np.cumsum(np.pad(padded[reach + down : reach + down + height], ((0, 0), (1, 0))), 1)
        left = np.arange(width) + reach - half
        near |= sums[:, left + 2 * half + 1] > sums[:, left]
    return near


def _from_0(name: str, value: object) -> float:
    number = arguments.real(value)
    if number is None or number < 0:
        raise ValueError(f"{name}={value!r}; expected a number from 0")
    return number
