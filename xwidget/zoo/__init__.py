"""Networks whose weights come as an installed package, and sample photos: nothing is downloaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from torch import nn

from xwidget.zoo import efficientnet_lite, squeezenet
from xwidget.zoo.photos import sample, samples

if TYPE_CHECKING:
    from torchvision.transforms._presets import ImageClassification

__all__ = ["NETWORKS", "Recipe", "sample", "samples"]


class Recipe(NamedTuple):
    """The parts of a classifier: the net, its preprocessing, and the names of its classes."""

    net: nn.Module
    preprocess: ImageClassification
    categories: tuple[str, ...]


def _efficientnet_lite(variant: int) -> Recipe:
    from torchvision.transforms import InterpolationMode

    size = efficientnet_lite.VARIANTS[variant].size
    preprocess = _for_imagenet(
        crop_size=size,
        resize_size=size + 32,
        mean=(0.5, 0.5, 0.5),
        std=(0.5, 0.5, 0.5),
        interpolation=InterpolationMode.BICUBIC,
    )
    return Recipe(efficientnet_lite.load(variant), preprocess, _imagenet_categories())


def _squeezenet() -> Recipe:
    preprocess = _for_imagenet(
        crop_size=squeezenet.SIZE,
        resize_size=256,
        mean=squeezenet.MEAN,
        std=squeezenet.STD,
    )
    return Recipe(squeezenet.load(), preprocess, _imagenet_categories())


# torchvision takes seconds to import, so that is done once a network is loaded.


def _for_imagenet(**options: Any) -> ImageClassification:
    from torchvision.transforms._presets import ImageClassification

    return ImageClassification(**options)


def _imagenet_categories() -> tuple[str, ...]:
    from torchvision.models._meta import _IMAGENET_CATEGORIES

    return tuple(_IMAGENET_CATEGORIES)


#: The networks that need no download, by name; each value builds one.
NETWORKS: Mapping[str, Callable[[], Recipe]] = MappingProxyType(
    {
        "efficientnet_lite0": lambda: _efficientnet_lite(0),
        "efficientnet_lite1": lambda: _efficientnet_lite(1),
        "efficientnet_lite2": lambda: _efficientnet_lite(2),
        "squeezenet": _squeezenet,
    }
)
