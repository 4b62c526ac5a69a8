"""Detection of random transforms, which return the same picture differently each time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

from xwidget.images import Picture

# How often a small picture is tried where random numbers are drawn, but made no difference yet.
_TRIES = 40
# A transform that takes its time, a detector say, is not tried on everything.
_SECONDS = 5.0
_TRAINED = (nn.modules.dropout._DropoutNd, nn.modules.batchnorm._BatchNorm)


def is_random(
    prepare: Callable[[Picture], Tensor | None],
    pictures: Sequence[Picture],
    steps: Iterable[object],
) -> bool:
    """Return True if some picture comes out differently when it is prepared again.

    Parameters
    ----------
    prepare
        From a picture (H,W,3) to what a net sees, or None.
    pictures
        To try; the first of them, a small one, more often.
    steps
        What ``prepare`` is made of: a step with a probability ``p`` strikes sooner or later.
    """
    drawn, late = False, time.monotonic() + _SECONDS
    for picture in pictures:
        if time.monotonic() > late:
            break
        before = state()
        if not _alike(prepare(picture), prepare(picture)):
            return True
        drawn = drawn or state() != before
    if not drawn:
        return False
    first = prepare(pictures[0])
    for _ in range(_TRIES):
        if not _alike(first, prepare(pictures[0])):
            return True
        if time.monotonic() > late:
            break
    chances = (getattr(step, "p", None) for step in steps)
    return any(isinstance(p, float) and 0 < p < 1 for p in chances)


def repeats(prepare: Callable[[], Tensor]) -> tuple[Tensor, bool]:
    """Prepare a picture, and tell whether it would come out the same again.

    It is prepared again only where random numbers were drawn.
    """
    before = state()
    x = prepare()
    return x, state() == before or _alike(x, prepare())


def warning(steps: Iterable[object]) -> str:
    """Return the words for a person whose transform, made of these steps, is random."""
    trained = in_training(steps, known=False)
    way_out = ", or bring its modules into eval mode, module.eval()" if trained else ""
    return (
        "preprocess is random: the same picture comes out differently each time, so what is "
        "predicted, what is drawn and what is explained are not the same. Give the transform used "
        "for validation (Resize and CenterCrop in place of RandomResizedCrop; no flips, jitter or "
        f"erasing){way_out}"
    )


def in_training(steps: Iterable[object], known: bool = True) -> list[str]:
    """Return the kinds of modules in training mode that do something else in it.

    With ``known=False`` also those that may: modules of neither torch nor torchvision.
    """
    modules = (m for step in steps if isinstance(step, nn.Module) for m in step.modules())
    found = (type(m).__name__ for m in modules if m.training and _minds(m, known))
    return list(dict.fromkeys(found))


def state() -> tuple[bytes, object, object]:
    """Return the global states of torch, numpy and random, in a form that can be compared."""
    _, keys, place, *_ = np.random.get_state()  # noqa: NPY002
    return (
        torch.random.get_rng_state().numpy().tobytes(),
        (np.asarray(keys).tobytes(), place),
        random.getstate(),
    )


@contextmanager
def left_alone() -> Iterator[None]:
    """Give the global states back as they were."""
    plain, legacy = random.getstate(), np.random.get_state()  # noqa: NPY002
    with torch.random.fork_rng(devices=[]):
        try:
            yield
        finally:
            random.setstate(plain)
            np.random.set_state(legacy)  # noqa: NPY002


def _minds(module: nn.Module, known: bool) -> bool:
    """Return True if a module does something else in training, or may, where ``known`` is False."""
    own = not type(module).__module__.startswith("torch")
    return isinstance(module, _TRAINED) or (own and not known)


def _alike(first: Tensor | None, again: Tensor | None) -> bool:
    if first is None or again is None:
        return first is again
    return first.shape == again.shape and torch.allclose(
        first, again, rtol=0, atol=1e-6, equal_nan=True
    )
