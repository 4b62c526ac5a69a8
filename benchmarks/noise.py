"""Backgrounds that no run has seen: smooth noise of several strengths."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

#: Strengths of the unseen backgrounds, in deviations of the image, and the seed of each.
UNSEEN = tuple((strength, 9000 + n) for n, strength in enumerate((0.1, 0.2, 0.35, 0.5) * 2))

_CORRELATION = 0.6  # of the color channels, about that of photos


def unseen(x: Tensor) -> Tensor:
    """Return backgrounds (8, 3, H, W) for a normalized image (3, H, W), the same every time."""
    size = (x.shape[-2], x.shape[-1])
    return torch.stack([strength * x.std() * pink(size, seed).to(x) for strength, seed in UNSEEN])


def pink(size: tuple[int, int], seed: int) -> Tensor:
    """Return noise whose spectrum falls as that of photos, 1/f: (3, H, W), mean 0, deviation 1.

    Parameters
    ----------
    size
        Height and width.
    seed
        Of the noise; the same gives the same on every machine.
    """
    height, width = size
    white = np.random.default_rng(seed).standard_normal((3, height, width))
    white[1:] = _CORRELATION * white[0] + np.sqrt(1 - _CORRELATION**2) * white[1:]
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None])
    frequency[0, 0] = np.inf  # no mean
    noise = np.fft.irfft2(np.fft.rfft2(white) / frequency, s=size)
    return torch.from_numpy(noise / max(float(noise.std()), 1e-12)).float()
