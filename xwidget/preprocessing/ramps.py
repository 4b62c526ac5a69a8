"""Measuring a preprocess's geometry: pictures whose brightness tells the place are sent through it.

Where the colors of what comes out are known, one picture may do, with a ramp in each color. Else
two flat pictures tell, for each pixel that comes out, what brightness becomes there; padding does
not follow it. Two ramps, one mostly along each axis, then tell where the pixel comes from. Their
slant makes the 256 steps of 8-bit pictures fall differently in each row, so that they average out.
A third ramp, of lower contrast, and the person's own picture must agree with the map that was
found: a transform that looks at the content treats them differently.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from torch import Tensor

from xwidget.images import Picture, to_pil
from xwidget.preprocessing import randomness
from xwidget.preprocessing.geometry import Geometry, Size, as_matrix
from xwidget.support import texts

Reals: TypeAlias = npt.NDArray[np.float64]
Prepare: TypeAlias = Callable[[Picture], Tensor]

# Brightness of the two flat pictures, of 255: room on either side for resampling to overshoot.
_DARK, _BRIGHT = 32, 223
# Shares of x and y in the two ramps, and in the third, which begins at _START.
_ACROSS, _DOWN = (0.9, 0.1), (0.1, 0.9)
_THIRD, _START = (0.15, 0.15), 0.2  # off the middle, so that a negative is not taken for a turn
_RAMPS = ((_ACROSS, 0.0), (_DOWN, 0.0), (_THIRD, _START))
_FLATS = (((0.0, 0.0), 0.0), ((0.0, 0.0), 1.0))
_BEYOND = 0.1  # of the contrast: what is brighter or darker than a ramp is padding
_FEWEST = 16  # places that tell a map
_SMALL = 8  # pixels below which a failure is the picture's, not the transform's
_SLOW = 2.0  # seconds of one picture beyond which no more are tried
_MOST = 128  # places along an axis that are looked at
_TRIPLES, _JUDGES = 100, 400  # maps that are tried, and the places that vote on them
# A place follows brightness where it does so by this share of what most do.
_FOLLOWS = 0.25
_AGREE = 0.97  # share of the places inside of the original that the map must explain
_TONE = 0.03  # of the contrast: how far the third ramp may be from the first two
_LIKE = 0.7  # correlation of the person's picture with what comes out
_PLAIN = 3.0  # deviation, of 255, below which a picture has too little to compare

_TOO_SMALL = "a picture of {}×{} pixels is too small to measure what preprocess does"
RANDOM = "preprocess is random: the same picture comes out differently each time"
INTERRUPTED = "measuring what preprocess does was interrupted"
_WARP = "no straight map fits: preprocess bends the picture, or its scale of brightness"
_CONTENT = "preprocess treats each picture by its own content, such as its contrast or its borders"
_SIZE = "the size of what preprocess returns depends on the content of the picture"
_OPAQUE = "what preprocess returns does not follow the brightness of the picture"


@dataclass(frozen=True)
class _Places:
    """Places of the input (N, 2), where each comes from (N, 2), and its third ramp (N,)."""

    input: Reals
    original: Reals
    third: Reals

    def at(self, chosen: npt.NDArray[np.bool_]) -> _Places:
        return _Places(self.input[chosen], self.original[chosen], self.third[chosen])


class _NoMap(Exception):
    """There is no map; the text says why."""


def measure(
    prepare: Prepare, picture: Picture, input_size: Size, colors: Prepare | None = None
) -> Geometry:
    """Find the map from what a preprocess returns to the picture that it is given.

    It takes the time of one picture, or of six. On the main thread, global random states are left
    as they were; on another they are not touched, as what the main one draws meanwhile would be
    drawn again.

    Parameters
    ----------
    prepare
        From a picture (H,W,3) to what a net sees, (C,H',W').
    picture
        (H,W,3), uint8 or float32 in [0,1]: the ramps have its size and type.
    input_size
        Height and width of what comes out of the picture itself.
    colors
        Where these are known: from a picture to what a net sees of it in true color, (3,H',W') in
        [0,1], red first.

    Returns
    -------
    Geometry
        Without a matrix, and with the reason, where no map was found that fits.
    """
    size = (picture.shape[0], picture.shape[1])
    whole = picture.dtype == np.uint8
    alone = threading.current_thread() is threading.main_thread()
    with randomness.left_alone() if alone else contextlib.nullcontext():
        if colors is not None:
            try:
                matrix, residual = _in_color(colors, size, whole, input_size)
                return Geometry(input_size, size, as_matrix(matrix), residual)
            except KeyboardInterrupt:  # a person's
                raise
            except BaseException:  # the ramps of gray say why, if they fail too
                pass
        try:
            matrix, residual = _in_gray(prepare, size, whole, input_size)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # even of a preprocess that ends the interpreter
            return Geometry(input_size, size, None, reason=_reason(error))
    return Geometry(input_size, size, as_matrix(matrix), residual)


def _reason(error: BaseException) -> str:
    if isinstance(error, _NoMap):
        return str(error)
    told = str(error) if isinstance(error, (TypeError, ValueError)) else texts.in_words(error)
    return f"preprocess failed on a ramp of xwidget's own: {told}"


def like(geometry: Geometry, picture: Picture, seen: npt.NDArray[np.uint8]) -> Geometry:
    """Return a map as it is where it takes what the net sees to the picture, else none.

    Parameters
    ----------
    geometry
        As ``measure`` found it on ramps.
    picture
        (H,W,3): what was prepared.
    seen
        (H',W',3): the colors of what came out.
    """
    if geometry.matrix is None or _is_like(geometry, picture, seen):
        return geometry
    return Geometry(geometry.input_size, geometry.original_size, None, reason=_CONTENT)


def _in_color(colors: Prepare, size: Size, whole: bool, input_size: Size) -> tuple[Reals, float]:
    """Return the map (2, 3) and its residual, of one picture that has a ramp in each color."""
    picture = _ramp(size, whole, *_RAMPS[0])
    for color in (1, 2):
        picture[..., color] = _ramp(size, whole, *_RAMPS[color])[..., color]
    rgb = colors(picture)
    if tuple(rgb.shape[1:]) != input_size:
        raise _NoMap(_SIZE)
    steps = _steps(input_size)
    told = (_thinned(rgb, steps) * 255 - _DARK) / (_BRIGHT - _DARK)
    seen = np.all((told > -_BEYOND) & (told < 1 + _BEYOND), axis=0)
    return _fitted(_places(told[:, seen], seen, size, steps), size, steps)


def _in_gray(prepare: Prepare, size: Size, whole: bool, input_size: Size) -> tuple[Reals, float]:
    """Return the map (2, 3) and its residual, of two flat pictures and three ramps."""
    if min(size) < 2:
        raise _NoMap(_TOO_SMALL.format(*size))
    began = time.monotonic()
    first, same = randomness.repeats(lambda: prepare(_ramp(size, whole, *_RAMPS[0])))
    if not same:
        raise _NoMap(RANDOM)
    if time.monotonic() - began > _SLOW:
        raise _NoMap("preprocess takes too long to be tried on several pictures")
    outputs = [first]
    for each in (*_RAMPS[1:], *_FLATS):  # no generator: StopIteration would pass for its end
        outputs.append(prepare(_ramp(size, whole, *each)))
    if {tuple(x.shape[1:]) for x in outputs} != {input_size}:
        raise _NoMap(_SIZE)
    steps = _steps(input_size)
    places = _decoded(outputs, size, steps)
    try:
        return _fitted(places, size, steps)
    except _NoMap:
        if min(size) < _SMALL:
            raise _NoMap(_TOO_SMALL.format(*size)) from None
        raise


def _ramp(size: Size, whole: bool, share: tuple[float, float], start: float = 0.0) -> Picture:
    """Return a gray picture from dark (0) to bright (1): ``start`` and the shares of x and y."""
    height, width = size
    span = _BRIGHT - _DARK
    across = (_DARK + span * start) + np.linspace(0, span * share[0], width)
    down = np.linspace(0, span * share[1], height)
    gray: Picture
    if whole:  # in 16 bits: of a large photo, floats would take several times as long
        columns = (across * 256 + 128).astype(np.uint16)
        gray = ((down * 256).astype(np.uint16)[:, None] + columns >> 8).astype(np.uint8)
    else:
        gray = ((down[:, None] + across) / 255).astype(np.float32)
    picture: Picture = np.empty((*size, 3), gray.dtype)
    for color in range(3):
        picture[..., color] = gray
    return picture


def _steps(input_size: Size) -> Size:
    """Return the steps between the places of the input that are looked at, down and across."""
    return -(-input_size[0] // _MOST), -(-input_size[1] // _MOST)


def _thinned(x: Tensor, steps: Size) -> Reals:
    rows, columns = steps
    found: Reals = x[:, rows // 2 :: rows, columns // 2 :: columns].double().numpy()
    return found


def _decoded(outputs: list[Tensor], size: Size, steps: Size) -> _Places:
    """Return where each place of the input comes from that follows the picture's brightness."""
    coarse = [_thinned(x, steps) for x in outputs]
    dark, bright = coarse[3], coarse[4]
    contrast = bright - dark
    finite = np.isfinite(contrast)
    strength = np.where(finite, np.abs(contrast), 0)
    best = int(np.median(strength.reshape(len(strength), -1), 1).argmax())
    usual = float(np.median(strength[best][strength[best] > 0])) if strength[best].any() else 0.0
    follows = finite[best] & (strength[best] > _FOLLOWS * usual)
    if usual < 1e-6 or follows.sum() < _FEWEST:
        raise _NoMap(_OPAQUE)
    told = [
        ((x[best] - dark[best]) / np.where(follows, contrast[best], 1))[follows] for x in coarse[:3]
    ]
    if not all(np.isfinite(values).all() for values in told):
        raise _NoMap(_OPAQUE)
    return _places(np.stack(told), follows, size, steps)


def _places(told: Reals, seen: npt.NDArray[np.bool_], size: Size, steps: Size) -> _Places:
    """Return the places that are seen, of the brightness (3, N) of the ramps there, in [0,1]."""
    rows, columns = steps
    shares = np.linalg.inv(np.array([_ACROSS, _DOWN])) @ told[:2]
    i, j = np.nonzero(seen)
    places = np.stack([j * columns + columns // 2, i * rows + rows // 2], -1).astype(np.float64)
    if len(places) < _FEWEST:
        raise _NoMap(_OPAQUE)
    return _Places(places, shares.T * np.array([size[1] - 1, size[0] - 1]), told[2])


def _fitted(places: _Places, size: Size, steps: Size) -> tuple[Reals, float]:
    """Return the map (2, 3) that explains the places, and its residual."""
    # A level of 8-bit brightness, in pixels of the original.
    level = max(size) / (_BRIGHT - _DARK) / max(_ACROSS)
    extent, spread = np.ptp(places.input, 0), np.ptp(places.original, 0)
    scale = float(np.sqrt(np.prod(spread + 1) / np.prod(extent + np.array(steps[::-1]))))
    near = max(0.5, scale) + level  # half a pixel where the nearest one is taken
    matrix = _voted(places, near)
    end = np.array([size[1] - 1, size[0] - 1])
    margin = np.minimum(2 * max(scale, 1.0), end / 4)
    inside: npt.NDArray[np.bool_] = np.zeros(len(places.input), bool)
    fits = inside
    for _ in range(4):
        mapped = places.input @ matrix[:, :2].T + matrix[:, 2]
        # Near the borders a filter sees less on one side, and upsampling repeats the last pixel.
        inside = np.all((mapped >= margin) & (mapped <= end - margin), axis=1)
        off = places.original - mapped
        fits = inside & (np.abs(off).max(1) < near)
        if fits.sum() < 9 or min(np.ptp(places.input[fits], 0)) == 0:
            raise _NoMap(_WARP)
        matrix = _least_squares(places.at(fits))
    off = places.original - (places.input @ matrix[:, :2].T + matrix[:, 2])
    if fits.sum() < _AGREE * inside.sum():
        raise _NoMap(_WARP)
    residual = _block_residual(places.input[inside], off[inside])
    if residual > max(0.6, scale / 2):
        raise _NoMap(_WARP)
    kept = places.at(fits)
    share = (kept.input @ matrix[:, :2].T + matrix[:, 2]) / end
    expected = _START + share @ np.array(_THIRD)
    if np.abs(kept.third - expected).mean() > _TONE:
        raise _NoMap(_CONTENT)
    return matrix, residual


def _voted(places: _Places, near: float) -> Reals:
    """Return, of maps through three places each, the one that most places agree with."""
    rng = np.random.default_rng(0)
    count = len(places.input)
    corners = rng.integers(0, count, (_TRIPLES, 3))
    jury = places.at(rng.permutation(count)[:_JUDGES])  # type: ignore[arg-type]
    ones = np.ones((_TRIPLES, 3, 1))
    inputs = np.concatenate([places.input[corners], ones], 2)
    # Three places on or near one line tell nothing about the other direction.
    wide = np.abs(np.linalg.det(inputs)) > 0.02 * np.prod(np.ptp(places.input, 0) + 1)
    if not wide.any():
        raise _NoMap(_OPAQUE)
    maps = np.linalg.solve(inputs[wide], places.original[corners[wide]])
    mapped = np.einsum("nk,mkd->mnd", np.c_[jury.input, np.ones(len(jury.input))], maps)
    votes = (np.abs(mapped - jury.original).max(2) < near).sum(1)
    return np.asarray(maps[votes.argmax()].T)


def _least_squares(places: _Places) -> Reals:
    inputs = np.c_[places.input, np.ones(len(places.input))]
    solved = np.asarray(np.linalg.lstsq(inputs, places.original, rcond=None)[0].T, np.float64)
    if abs(np.linalg.det(solved[:, :2])) < 1e-9:
        raise _NoMap(_OPAQUE)
    return solved


def _block_residual(inputs: Reals, off: Reals, blocks: int = 8) -> float:
    """Return the largest mean distance over some blocks of the input."""
    low, span = inputs.min(0), np.ptp(inputs, 0) + 1e-9
    row, column = (((inputs - low) / span * blocks).astype(int).clip(0, blocks - 1)).T
    where = row * blocks + column
    counts = np.bincount(where, minlength=blocks**2)
    # Blocks cut by a border hold few places.
    full = counts >= max(1, np.median(counts[counts > 0]) / 2)
    means = [np.bincount(where, off[:, axis], blocks**2)[full] / counts[full] for axis in (0, 1)]
    return float(np.hypot(*means).max())


def _is_like(geometry: Geometry, picture: Picture, seen: npt.NDArray[np.uint8]) -> bool:
    """Return True if the picture, looked up by the map, resembles what the net sees of it."""
    cells = (min(24, seen.shape[0]), min(24, seen.shape[1]))
    matrix = np.array(geometry.matrix)
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    step = max(1, round(scale * min(seen.shape[0] / cells[0], seen.shape[1] / cells[1]) / 3))
    small = np.asarray(to_pil(picture).convert("L").reduce(step), np.float64)
    # 3×3 points in each cell of the input, as points of the small picture.
    y, x = (
        (np.arange(3 * n) + 0.5) / 3 * (side / n) - 0.5
        for n, side in zip(cells, seen.shape, strict=False)
    )
    points = geometry.to_original(np.stack(np.meshgrid(x, y), -1))
    assert points is not None
    where = np.rint((points + 0.5) / step - 0.5).astype(int)
    end = np.array(small.shape[::-1]) - 1
    there = ((where >= 0) & (where <= end)).all(-1)
    column, row = where.clip(0, end).transpose(2, 0, 1)

    def by_cell(values: Reals) -> Reals:
        cut: Reals = values.reshape(cells[0], 3, cells[1], 3).mean((1, 3))
        return cut

    full = by_cell(there.astype(np.float64)) == 1
    ours = by_cell(small[row, column])[full]
    box = to_pil(seen).convert("L").resize(cells[::-1], 4)
    theirs = np.asarray(box, np.float64)[full]
    if len(ours) < 9 or min(ours.std(), theirs.std()) < _PLAIN:
        return True
    return bool(abs(np.corrcoef(ours, theirs)[0, 1]) >= _LIKE)
