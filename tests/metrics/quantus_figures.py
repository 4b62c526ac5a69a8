"""Figures of Quantus of a net and maps that are written down.

    python -m tests.metrics.quantus_figures

Quantus brings OpenCV, scikit-learn and 200 MB: too much for every test run. What it says is kept in
quantus.json, which this makes anew (pip install quantus==0.6.0), and the tests compare with that.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

import xwidget as xw

FILE = Path(__file__).with_name("quantus.json")
VERSION = "0.6.0"
SIZE, STEP = 6, 4
#: Shares of the pixels that are filled in.
GONE = (0.1, 0.3, 0.6, 0.9)


def _numbers(*shape: int, scale: float) -> Tensor:
    """Return numbers that are the same on every machine, between -scale and scale."""
    count = torch.arange(torch.Size(shape).numel(), dtype=torch.float64)
    return (scale * torch.sin(count * count + 1)).view(shape).float()


def net() -> nn.Sequential:
    """Return a small net with two classes."""
    made = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(4 * SIZE**2, 2)
    )
    with torch.no_grad():
        for weight in made.parameters():
            weight.copy_(_numbers(*weight.shape, scale=0.4))
    return made.eval()


def classifier() -> xw.Classifier:
    """Return the net, which is given pixels as they are."""
    return xw.Classifier(net(), size=SIZE, mean=0, std=1, categories=["cat", "dog"])


def image() -> Tensor:
    """Return an image (3, H, W)."""
    return _numbers(3, SIZE, SIZE, scale=1.0)


def relevance() -> Tensor:
    """Return a map (H, W) of which no two values are the same."""
    return _numbers(SIZE, SIZE, scale=2.0) + torch.linspace(0, 1e-3, SIZE**2).view(SIZE, SIZE)


def order() -> list[int]:
    """Return the pixels in reading order, the most relevant first."""
    found: list[int] = relevance().flatten().argsort(descending=True).tolist()
    return found


def maps() -> tuple[np.ndarray, np.ndarray]:
    """Return two maps with equal values in them."""
    other = _numbers(2 * SIZE**2, scale=1.0)[SIZE**2 :].numpy()
    return relevance().flatten().numpy().round(1), other.round(1)


def gradients(model: nn.Module, inputs: Any, targets: Any, **_: Any) -> np.ndarray:
    """Return the gradient of the classes' logits, added up over colors, (N, 1, H, W)."""
    x = torch.as_tensor(np.asarray(inputs), dtype=torch.float32).requires_grad_()
    logits = model(x)[torch.arange(len(x)), torch.as_tensor(np.asarray(targets))]
    (found,) = torch.autograd.grad(logits.sum(), x)
    return found.sum(1, keepdim=True).numpy()


def figures() -> dict[str, Any]:
    """Return what Quantus says."""
    import quantus
    from quantus.functions.perturb_func import noisy_linear_imputation
    from quantus.functions.similarity_func import correlation_spearman

    batch, x, target = image()[None].numpy(), image().double().numpy(), np.array([1])
    told = {"normalise": False, "abs": False, "disable_warnings": True}
    flipping = quantus.PixelFlipping(features_in_step=3 * STEP, perturb_baseline=0.0, **told)
    (curve,) = flipping(net(), batch, target, relevance()[None, None].numpy(), softmax=True)
    filled = [
        noisy_linear_imputation(x, np.array(order()[: round(share * SIZE**2)]), 0) for share in GONE
    ]
    check = quantus.MPRT(return_last_correlation=True, skip_layers=True, **told)
    asked = {"explain_func": gradients, "explain_func_kwargs": {}}
    known = gradients(net(), batch, target)
    (random,) = check(net(), batch, target, known, **asked)
    blind = {**asked, "explain_func": lambda *_, **__: relevance()[None, None].numpy()}
    (same,) = check(net(), batch, target, relevance()[None, None].numpy(), **blind)
    return {
        "quantus": VERSION,
        "pixel flipping": np.asarray(curve, np.float64).tolist(),
        "imputation": [np.asarray(each, np.float64).round(9).tolist() for each in filled],
        "spearman": float(correlation_spearman(*maps())),
        "randomization": {"gradient": float(random), "blind": float(same)},
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(figures()) + "\n", encoding="utf-8")
