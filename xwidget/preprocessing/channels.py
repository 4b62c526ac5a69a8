"""Mean and std per channel, and the order of the channels: believed only where they are proven."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xwidget.preprocessing import transforms
from xwidget.preprocessing.probing import FLATS, HALF, RGB, Channels, Order, Probed, middle

# A flat picture must come back within this of its own color, of 1, for mean and std to be believed;
# 8-bit pictures are never more exact than half of 0.004.
_BELIEVED = 0.006
# Half of the contrast must come out as half of it, on average over a picture, of 1.
_LINEAR = 0.02


@dataclass(frozen=True)
class Colors:
    """Mean and std, red first, and what is doubtful about them, in words."""

    mean: Channels
    std: Channels
    doubt: str = ""


def settle(
    transform: object,
    found: Probed,
    mean: tuple[float, ...] | None,
    std: tuple[float, ...] | None,
) -> Colors:
    """Settle mean and std: given or read, and held against the results for test pictures.

    Parameters
    ----------
    transform
        The user's.
    found
        The results for test pictures.
    mean, std
        As the user gave them: one number or three; None for what was not given.

    Raises
    ------
    ValueError
        If they contradict the transform, or cannot be read from it and were not given.
    """
    parts = list(transforms.steps(transform))
    read = _normalizations(parts)
    opaque = len(parts) == 1 and parts[0] is transform
    guessed = [] if opaque and not read else [*read, ((0.0,) * 3, (1.0,) * 3)]
    for candidate in guessed:
        if (proven := _proven(candidate, found)) is not None:
            _check_agree(mean, std, candidate, proven)
            return proven
    if found.random and read and mean is None and std is None:
        return Colors(*_placed(read[0], found.order))
    if mean is None or std is None:
        raise ValueError(
            f"mean and std cannot be read from preprocess ({type(transform).__name__})"
            f"{_reason(found)}; give both mean= and std= as it applies them to rgb in [0,1], so "
            "that the picture can be shown in its colors"
        )
    return _given((three(mean), three(std)), found)


def three(values: Sequence[float]) -> Channels:
    """Return three numbers of one or three."""
    return (values[0],) * 3 if len(values) == 1 else (values[0], values[1], values[2])


def _normalizations(parts: Sequence[object]) -> list[tuple[Channels, Channels]]:
    """Return the mean and std of each step that may normalize, and those of all in turn."""
    found: list[tuple[Channels, Channels]] = []
    for step in parts:
        mean, std = (transforms.numbers_of(step, name) for name in ("mean", "std"))
        if mean is not None and std is not None and min(map(abs, std)) > 0:
            found.append((three(mean), three(std)))
    if len(found) > 1:
        mean_in_turn, std_in_turn = np.zeros(3), np.ones(3)
        for one in found:
            mean_in_turn = mean_in_turn + std_in_turn * np.array(one[0])
            std_in_turn = std_in_turn * np.array(one[1])
        found.append((three(mean_in_turn.tolist()), three(std_in_turn.tolist())))
    return found


def _proven(candidate: tuple[Channels, Channels], found: Probed) -> Colors | None:
    """Return a mean and std, red first, where all test pictures bear them out."""
    if found.flats is None:
        return None
    for mean, std in _readings(candidate, found.order):
        if not _misfit(mean, std, found) and (found.random or _linear(mean, std, found)):
            return Colors(mean, std)
    return None


def _readings(
    candidate: tuple[Channels, Channels], order: Order
) -> Iterator[tuple[Channels, Channels]]:
    """Yield a mean and std red first: as they stand after the channels were reordered, or before.

    Neither is known: a pipeline may normalize and then reorder.
    """
    yield _placed(candidate, order)
    if order != RGB:
        yield candidate


def _placed(candidate: tuple[Channels, Channels], order: Order) -> tuple[Channels, Channels]:
    mean, std = (three([one[order.index(color)] for color in RGB]) for one in candidate)
    return mean, std


def _misfit(mean: Channels, std: Channels, found: Probed) -> str:
    """Tell in words how a flat picture would be shown in another color; empty where all fit."""
    assert found.flats is not None
    shown = _shown(mean, std, found)
    # Of a gray mix of the colors, only grays can come back.
    rows = len(FLATS) - 3 if _is_gray(shown) else len(FLATS)
    error = np.abs(shown - np.array(FLATS)).max(1)[:rows]
    worst = int(np.nan_to_num(error, nan=np.inf).argmax())
    if error[worst] <= _BELIEVED:
        return ""
    seen = found.flats[worst]
    return (
        f"preprocess turns a flat picture of color {_words(FLATS[worst])} into {_words(seen)}, "
        f"which with mean={_words(mean)} and std={_words(std)} is shown as {_words(shown[worst])}"
    )


def _shown(mean: Channels, std: Channels, found: Probed) -> npt.NDArray[np.float64]:
    assert found.flats is not None
    seen = found.flats[:, [found.order.index(color) for color in RGB]]
    shown: npt.NDArray[np.float64] = seen * np.array(std) + np.array(mean)
    return shown


def _is_gray(shown: npt.NDArray[np.float64]) -> bool:
    """Return True if red, green and blue are mixed into one gray: in shares that add up to 1."""
    pure = shown[2:]
    alike = np.abs(shown - shown.mean(1, keepdims=True)).max() <= _BELIEVED
    shares = pure.min() >= -_BELIEVED and abs(pure[:, 0].sum() - 1) <= 3 * _BELIEVED
    return bool(alike and shares)


def _linear(mean: Channels, std: Channels, found: Probed) -> bool:
    """Return True if a picture of half the contrast comes out so: none is scaled by itself."""
    if found.busy is None or found.dimmed is None or found.busy.shape != found.dimmed.shape:
        return False
    index = [found.order.index(color) for color in RGB]
    full, half = (
        middle(x.expand(3, -1, -1))[index].double().numpy() * np.reshape(std, (3, 1, 1))
        + np.reshape(mean, (3, 1, 1))
        for x in (found.busy, found.dimmed)
    )
    return bool(np.abs(half - (full * HALF[0] + HALF[1])).mean() <= _LINEAR)


def _check_agree(
    mean: tuple[float, ...] | None,
    std: tuple[float, ...] | None,
    read: tuple[Channels, Channels],
    proven: Colors,
) -> None:
    for name, ours, theirs in (
        ("mean", mean, (read[0], proven.mean)),
        ("std", std, (read[1], proven.std)),
    ):
        if ours is not None and not any(np.allclose(three(ours), each) for each in theirs):
            raise ValueError(
                f"{name}={ours} contradicts preprocess, which has {theirs[1]}; leave {name} out"
            )


def _given(given: tuple[Channels, Channels], found: Probed) -> Colors:
    if found.flats is None or not np.isfinite(found.flats).all():
        return Colors(*given, f"mean and std are taken as given, unchecked{_reason(found)}")
    readings = [given, *_readings(given, found.order)]
    misfits = [_misfit(*reading, found) for reading in readings]
    if "" in misfits:
        return Colors(*readings[misfits.index("")])
    return Colors(*given, f"{misfits[0]}: colors will look wrong; check mean and std")


def _reason(found: Probed) -> str:
    if found.flats is None:
        return f": {found.failure}"
    if not np.isfinite(found.flats).all():
        return (
            ": preprocess gives NaN for a flat picture, as where every picture is standardized by "
            "its own mean and spread (those of a typical picture serve)"
        )
    return ""


def _words(values: Sequence[float] | npt.NDArray[np.float64]) -> str:
    return "(" + ", ".join(f"{value:.3g}" for value in values) + ")"
