"""A run watched: weights that change under it, and numbers that are none, end it in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    """Watch a run from its start.

    Parameters
    ----------
    clf
        The classifier.
    targets
        The classes that are explained, K of them.
    device
        Where the run is.
    """

    def __init__(self, clf: Classifier, targets: Sequence[int], device: torch.device) -> None:
        self._clf = clf
        self._targets = tuple(targets)
        self._every = 1 if device.type == "cpu" else _EVERY
        # Inference tensors count no changes.
        self._parameters = [p for p in clf.net.parameters() if not p.is_inference()]
        self._versions = [parameter._version for parameter in self._parameters]
        self._bad = torch.zeros(len(targets), dtype=torch.bool, device=device)

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Say of whatever goes wrong inside the ``with`` block that the weights changed, if so."""
        try:
            yield
        except Exception as error:
            if not isinstance(error, WeightsChangedError) and self._changed:
                raise self._changed_error() from error
            raise

    def weights(self) -> None:
        """Raise WeightsChangedError where the net's weights are other ones than at the start."""
        if self._changed:
            raise self._changed_error()

    def figures(self, iteration: int, *figures: Tensor, last: bool) -> None:
        """Raise NotFiniteError where a figure (K,) of some iteration so far was NaN or infinite."""
        for values in figures:
            self._bad |= ~values.isfinite()
        if (last or iteration % self._every == 0) and bool(self._bad.any()):
            self.weights()
            row = int(self._bad.int().argmax())
            name = self._clf.categories[self._targets[row]]
            raise NotFiniteError(
                f"by iteration {iteration} the score of {name!r} or its gradient was NaN or "
                f"infinite: {self._clf.name} is not finite for all that lies between the image and "
                "the reference. Look for a division by zero, a logarithm or a root in it (add a "
                "small eps), use it in float32 (net.float()), or try another reference: "
                'reference="blur" or "noise"'
            )

    def resumed(self, before: Tensor, now: Tensor) -> None:
        """Raise where a run goes on with other scores (K,) of the image than it began with."""
        if bool((before - now).abs().max() > _SAME):
            raise self._changed_error()

    def ended(self, before: Tensor, now: Tensor) -> None:
        """Raise where the net gives the image other logits (C,) than at the start."""
        self.weights()
        if not agree(before, now):
            raise ValueError(
                f"{self._clf.name} gives the image other scores now than when the run began: its "
                "weights were changed by way of parameter.data, or it changes itself in its forward"
                " (a counter, a cache, running statistics). Wait for training to end, explain a "
                "copy, xw.Classifier(copy.deepcopy(net), ...), or keep no such state in eval mode"
            )

    @property
    def _changed(self) -> bool:
        return any(
            parameter._version != version
            for parameter, version in zip(self._parameters, self._versions, strict=True)
        )

    def _changed_error(self) -> WeightsChangedError:
        return WeightsChangedError(
            f"the weights of {self._clf.name} changed while it was explained; wait for training to "
            "end, or explain a copy: xw.Classifier(copy.deepcopy(net), ...)"
        )
