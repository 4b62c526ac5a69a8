"""A run watched: weights that change under it, and numbers that are none, end it in words."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from xwidget.classifier import Classifier
from xwidget.net.outputs import agree

_SAME = 0.01  # scores of one image by one net, run in different ways
_EVERY = 10  # iterations from one look to the next: each waits for a device that is no CPU


class WeightsChangedError(ValueError):
    """The net was trained, or given other weights, while it was explained."""


class NotFiniteError(ValueError):
    """A score or a gradient became NaN or infinite on the way."""


class Watch:
    """Watch the weights of a classifier's net from now on."""

    def __init__(self, clf: Classifier) -> None:
        self._clf = clf
        # Inference tensors count no changes.
        self._parameters = [p for p in clf.net.parameters() if not p.is_inference()]
        self._versions = [parameter._version for parameter in self._parameters]

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Say of whatever goes wrong inside the ``with`` block that the weights changed, if so."""
        try:
            yield
        except Exception as error:
            if not isinstance(error, WeightsChangedError) and self.changed:
                raise self._changed_error() from error
            raise

    def weights(self) -> None:
        """Raise WeightsChangedError where the net's weights are other ones than at the start."""
        if self.changed:
            raise self._changed_error()

    def resumed(self, before: Tensor, now: Tensor) -> None:
        """Raise where a run goes on with other scores (K,) of the image than it began with."""
        if bool((before - now).abs().max() > _SAME):
            raise self._changed_error()

    def ended(self, before: Tensor, now: Tensor) -> None:
        """Raise where the net gives images other logits (B, C) than at the start."""
        self.weights()
        if not agree(before, now):
            raise ValueError(
                f"{self._clf.name} gives the image other scores now than when the run began: its "
                "weights were changed by way of parameter.data, or it changes itself in its forward"
                " (a counter, a cache, running statistics). Wait for training to end, explain a "
                "copy, xw.Classifier(copy.deepcopy(net), ...), or keep no such state in eval mode"
            )

    @property
    def changed(self) -> bool:
        """True if the weights are other ones than at the start."""
        return any(
            parameter._version != version
            for parameter, version in zip(self._parameters, self._versions, strict=True)
        )

    def _changed_error(self) -> WeightsChangedError:
        return WeightsChangedError(
            f"the weights of {self._clf.name} changed while it was explained; wait for training to "
            "end, or explain a copy: xw.Classifier(copy.deepcopy(net), ...)"
        )


class Finite:
    """The rows of a run, and whether all their numbers were numbers.

    Parameters
    ----------
    rows
        How many there are.
    device
        Where the run is.
    """

    def __init__(self, rows: int, device: torch.device) -> None:
        self._every = 1 if device.type == "cpu" else _EVERY
        self._bad = torch.zeros(rows, dtype=torch.bool, device=device)

    def part(self, rows: Tensor) -> Finite:
        """Return the same of some rows."""
        found = copy.copy(self)
        vars(found).update(_bad=self._bad[rows])
        return found

    def lost(self, iteration: int, *figures: Tensor, last: bool) -> list[int]:
        """Take in figures (R,) of an iteration; return the rows of which one so far was NaN or
        infinite, as far as it is time to look.
        """
        for values in figures:
            self._bad |= ~values.isfinite()
        look = last or iteration % self._every == 0
        return self._bad.nonzero()[:, 0].tolist() if look and bool(self._bad.any()) else []


def not_finite(clf: Classifier, target: int, iteration: int) -> NotFiniteError:
    """Return the error of a target whose score or gradient became NaN or infinite."""
    return NotFiniteError(
        f"by iteration {iteration} the score of {clf.categories[target]!r} or its gradient was NaN "
        f"or infinite: {clf.name} is not finite for all that lies between the image and the "
        "reference. Look for a division by zero, a logarithm or a root in it (add a small eps), "
        "use it in float32 (net.float()), or try another reference: "
        'reference="blur" or "noise"'
    )
