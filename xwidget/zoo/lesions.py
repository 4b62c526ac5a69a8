"""Pictures of lesions with known truth, drawn in code: like fundus photos, but of no eye.

A network can be trained on them in under a minute, and its evidence compared with what was drawn.
They say nothing of real lesions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

Reals: TypeAlias = npt.NDArray[np.float64]
Mask: TypeAlias = npt.NDArray[np.bool_]

CLASSES: Final = ("no lesion", "bright lesions", "dark lesions")

SIDE = 96
_RADIUS = 0.46 * SIDE
# Colors, red first: of what tells the classes apart, and of what looks like it and does not.
_BRIGHT, _DARK = (0.98, 0.88, 0.45), (0.30, 0.05, 0.06)
_REFLECTION, _DUST = (0.75, 0.86, 0.97), (0.24, 0.26, 0.22)
_FINE = 4  # as many times finer are vessels drawn
_DISTRACTED = 0.7  # share of the pictures that have distractors, of each of two kinds


@dataclass(frozen=True, eq=False)
class LesionPictures:
    """Pictures (N,96,96,3), each of one class, and where its lesions are.

    Attributes
    ----------
    images
        (N,96,96,3) uint8.
    classes
        (N,) index in ``CLASSES``.
    lesions
        N arrays (R,96,96) bool: the pixels of each lesion; R is 0 without one.
    distractors
        (N,96,96) bool: spots that all classes have: bluish reflections, gray dust.
    """

    images: npt.NDArray[np.uint8]
    classes: npt.NDArray[np.int64]
    lesions: tuple[Mask, ...]
    distractors: Mask

    def __len__(self) -> int:
        return len(self.images)


def lesion_pictures(count: int, seed: int = 0) -> LesionPictures:
    """Return pictures drawn in code: a disc with vessels, and lesions on it or none.

    Bright lesions are clusters of yellowish spots, dark ones dark red blots. As large and as strong
    are the bluish reflections and the dust that pictures of all classes have.

    Parameters
    ----------
    count
        Number of pictures.
    seed
        The same draws the same.

    Examples
    --------
    >>> found = lesion_pictures(6)
    >>> found.images.shape, found.classes.tolist(), [len(each) for each in found.lesions]
    ((6, 96, 96, 3), [0, 1, 2, 0, 1, 2], [0, 1, 2, 0, 1, 3])
    """
    drawn = [_drawn(k % len(CLASSES), np.random.default_rng((seed, k))) for k in range(count)]
    return LesionPictures(
        np.stack([each[0] for each in drawn]),
        np.arange(count) % len(CLASSES),
        tuple(each[1] for each in drawn),
        np.stack([each[2] for each in drawn]),
    )


def _drawn(kind: int, random: np.random.Generator) -> tuple[npt.NDArray[np.uint8], Mask, Mask]:
    """Return a picture (96,96,3), its lesions (R,96,96), and its distractors (96,96)."""
    center = SIDE / 2 + random.uniform(-2, 2, 2)
    side = random.choice([-1, 1])
    disc = center + np.array([random.uniform(-4, 4), side * random.uniform(20, 25)])
    picture = _ground(center, random)
    dark_middle = np.exp(-(_distance(center - np.array([0, side * 12])) ** 2) / (2 * 6.0**2))
    picture *= 1 - 0.35 * dark_middle[..., None]
    for _ in range(random.integers(6, 9)):
        _paint(picture, 0.6 * _vessel(disc, random), (0.33, 0.09, 0.06))
    _paint(picture, _spot(disc, (6.5, 6.0), 0.0, 2.0), (0.97, 0.82, 0.52))
    places = _places(center, disc, random)
    lesions = []
    if kind == 1:
        for _ in range(random.integers(1, 4)):
            spots = [
                _spot(place, random.uniform(1.3, 2.4, 2), random.uniform(0, np.pi), 0.8)
                for place in next(places) + random.normal(0, 2.4, (random.integers(3, 7), 2))
            ]
            lesions.append(np.max(spots, 0))
            _paint(picture, lesions[-1], _BRIGHT)
    elif kind == 2:
        for _ in range(random.integers(2, 5)):
            radii, angle = random.uniform(2.0, 4.0, 2), random.uniform(0, np.pi)
            lesions.append(_spot(next(places), radii, angle, 0.8))
            _paint(picture, lesions[-1], _DARK)
    distractors = np.zeros((SIDE, SIDE))
    for color in (_REFLECTION, _DUST):
        for _ in range(random.integers(1, 4) if random.random() < _DISTRACTED else 0):
            radii = random.uniform(1.8, 3.6, 2)
            spot = _spot(next(places), radii, random.uniform(0, np.pi), 0.8)
            distractors = np.maximum(distractors, spot)
            _paint(picture, spot, color)
    picture += random.normal(0, 0.02, picture.shape)
    picture *= np.clip(_RADIUS - _distance(center) + 0.5, 0, 1)[..., None]
    masks = np.array([each >= 0.5 for each in lesions]).reshape(-1, SIDE, SIDE)
    return np.floor(255 * picture.clip(0, 1) + 0.5).astype(np.uint8), masks, distractors >= 0.5


def _ground(center: Reals, random: np.random.Generator) -> Reals:
    """Return the reddish ground, darker to the edge and unevenly lit."""
    color = np.array([0.66, 0.33, 0.15]) + random.uniform(-0.05, 0.05, 3)
    frequency = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None])
    frequency[0, 0] = np.inf
    noise = np.fft.irfft2(
        np.fft.rfft2(random.normal(size=(SIDE, SIDE))) / frequency**1.5, s=(SIDE, SIDE)
    )
    light = 1 - 0.35 * (_distance(center) / _RADIUS) ** 2 + 0.08 * noise / noise.std()
    ground: Reals = light[..., None] * color
    return ground


def _vessel(start: Reals, random: np.random.Generator) -> Reals:
    """Return how much a vessel covers each pixel, (96,96): a line that bends and grows thin."""
    angle, bend = random.uniform(0, 2 * np.pi), random.normal(0, 0.025)
    steps = np.arange(0, 60, 0.7)
    angles = angle + bend * steps + np.cumsum(random.normal(0, 0.06, len(steps)))
    points = start + np.cumsum(0.7 * np.stack([np.sin(angles), np.cos(angles)], -1), 0)
    width = np.linspace(random.uniform(1.0, 1.6), 0.3, len(steps))
    drawn = Image.new("L", (_FINE * SIDE, _FINE * SIDE))
    pen = ImageDraw.Draw(drawn)
    for (y, x), half in zip(_FINE * (points + 0.5), _FINE * width, strict=True):
        pen.ellipse((x - half, y - half, x + half, y + half), fill=255)
    covered: Reals = np.asarray(drawn.reduce(_FINE), np.float64) / 255
    return covered


def _places(center: Reals, disc: Reals, random: np.random.Generator) -> Iterator[Reals]:
    """Yield places on the ground, away from the bright disc and from each other."""
    taken = [disc]
    while True:
        place = center + random.uniform(-_RADIUS, _RADIUS, 2)
        if np.hypot(*(place - center)) > _RADIUS - 8:
            continue
        if all(np.hypot(*(place - other)) > 12 for other in taken) or random.random() < 0.002:
            taken.append(place)
            yield place


def _spot(place: Reals, radii: npt.ArrayLike, angle: float, soft: float) -> Reals:
    """Return how much an ellipse covers each pixel, (96,96), with a soft edge of some pixels."""
    rows, columns = np.indices((SIDE, SIDE))
    down, right = rows - place[0], columns - place[1]
    turned = np.stack(
        [
            down * np.cos(angle) + right * np.sin(angle),
            right * np.cos(angle) - down * np.sin(angle),
        ]
    )
    radii = np.asarray(radii, np.float64)
    beyond = (np.hypot(*(turned / radii[:, None, None])) - 1) * radii.mean()
    covered: Reals = np.clip(0.5 - beyond / soft, 0, 1)
    return covered


def _distance(place: npt.ArrayLike) -> Reals:
    rows, columns = np.indices((SIDE, SIDE))
    y, x = np.asarray(place, np.float64)
    distance: Reals = np.hypot(rows - y, columns - x)
    return distance


def _paint(picture: Reals, covered: Reals, color: tuple[float, float, float]) -> None:
    """Paint a color where something covers a picture (96,96,3), in place."""
    picture += covered[..., None] * (np.array(color) - picture)
