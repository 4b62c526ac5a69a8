"""The weights of a run: its continuation, and runs compared with it, must have the same."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn

from xwidget.classifier import Classifier
from xwidget.engine.watch import WeightsChangedError
from xwidget.net.fingerprint import fingerprint
from xwidget.net.versions import versions

_SAME = 2e-3  # scores of one image by one net, run in different ways


class Weights:
    """Remember a net's parameters and buffers, by a checksum.

    Parameters
    ----------
    net
        The net, as it is now.
    """

    def __init__(self, net: nn.Module) -> None:
        self._versions = versions(net)
        self._parameters = _checksum(net.parameters())
        self._buffers = _checksum(net.buffers())
        self._name: str | None = None

    def name(self, net: nn.Module) -> str | None:
        """Return the fingerprint of the net as it was remembered, which is computed at the first
        call; None if the net has other weights by then.
        """
        if self._name is None:
            now = Weights(net)
            if (now._parameters, now._buffers) == (self._parameters, self._buffers):
                self._name = fingerprint(net)
        return self._name

    def check(
        self, clf: Classifier, x: Tensor, scores: Mapping[int, float], *, quick: bool = False
    ) -> None:
        """Raise WeightsChangedError where the net is not the same any more.

        Buffers may change, as counters and caches do, while the image's scores do not.

        Parameters
        ----------
        clf
            With the net.
        x
            Normalized image (3, H, W).
        scores
            Its scores in [0, 1] by class index, as they were.
        quick
            Whether to compare values only where torch noticed a change.
        """
        if quick and versions(clf.net) == self._versions:
            return
        now = Weights(clf.net)
        changed = now._parameters != self._parameters
        if not changed and now._buffers != self._buffers and scores:
            image = clf.classify(x)
            changed = any(abs(float(image[t]) - score) > _SAME for t, score in scores.items())
        if changed:
            raise WeightsChangedError(
                f"the weights of {clf.name} changed since this run began, and new results would"
                " be of another net; start it again with w.run(), or explain a copy: "
                "xw.Classifier(copy.deepcopy(net), ...)"
            )


def _checksum(tensors: Iterable[Tensor]) -> int:
    total = 0
    for tensor in tensors:
        try:
            flat = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
            total = zlib.crc32(flat.numpy().data, total)
        except (RuntimeError, TypeError, NotImplementedError):  # sparse, quantized, on "meta"
            continue
    return total
