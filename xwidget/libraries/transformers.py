"""A classifier of a model of Hugging Face's transformers and its image processor."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from torch import Tensor, nn

from xwidget.categories import Categories
from xwidget.classifier import Classifier
from xwidget.net.activation import Activation

_CLOSE = 1e-3  # of what is read to what is measured, of 1
_SIDE = 64  # pixels of the flat pictures
# What a model names its classes that was given no names.
_UNNAMED = re.compile(r"LABEL_\d+")

_LOAD = (
    "from transformers import AutoImageProcessor, AutoModelForImageClassification; "
    "xw.from_transformers(AutoModelForImageClassification.from_pretrained(...), "
    "AutoImageProcessor.from_pretrained(...))"
)


class ProcessedImage:
    """A transform from a PIL image to what a model sees of it, by its image processor.

    Parameters
    ----------
    processor
        An image processor of transformers.

    Attributes
    ----------
    mean, std
        Per channel that comes out: it is ``(rgb - mean) / std`` with rgb in [0,1], whatever the
        processor's rescaling, normalization and offset.
    """

    def __init__(self, processor: Any) -> None:
        self._processor = processor
        self.__name__ = type(processor).__name__
        self.mean, self.std = _colors(self, processor)

    def __call__(self, picture: Image.Image) -> Tensor:
        """Return the net's input (3,H,W).

        Raises
        ------
        ValueError
            If the processor makes several pictures, or something else, of one.
        """
        made = self._processor(images=picture, return_tensors="pt")
        values = made.get("pixel_values")
        name = type(self._processor).__name__
        if not isinstance(values, Tensor):
            raise ValueError(
                f"{name} returns {', '.join(map(str, made)) or 'nothing'}; expected pixel_values, "
                "as AutoImageProcessor makes them for AutoModelForImageClassification"
            )
        if values.ndim != 4 or len(values) != 1:
            raise ValueError(
                f"{name} makes pixel_values of shape {tuple(values.shape)} of one picture; "
                "expected (1,3,H,W). Processors that cut a picture into several, or into patches, "
                "cannot be used: wrap the model, xw.Classifier(net, size=..., mean=..., std=...)"
            )
        return values[0]


def from_transformers(
    model: nn.Module,
    processor: Any,
    *,
    categories: Categories | None = None,
    activation: Activation | None = None,
    name: str | None = None,
) -> Classifier:
    """Return the classifier of a transformers model and its image processor.

    Images are prepared by the processor itself, so that the scores are those of the library's own
    pipeline.

    Parameters
    ----------
    model
        From ``AutoModelForImageClassification``: a ViT, DeiT, Swin, ConvNeXt, ResNet, ... It is
        never modified.
    processor
        From ``AutoImageProcessor``, fast or slow; or a processor that holds one, as CLIP's. Size,
        crop, rescaling, mean and standard deviation are its own.
    categories
        Names of the classes, as ``Classifier`` takes them; by default ``model.config.id2label``,
        where it has names.
    activation
        As in ``Classifier``; by default "sigmoid" where ``model.config.problem_type`` says
        "multi_label_classification", else "softmax".
    name
        Name of the net; by default the one that it was loaded by, or that of its class.

    Raises
    ------
    ModuleNotFoundError
        If transformers is not installed; the message has the command.
    TypeError
        If these are not a model and a processor of transformers.
    ValueError
        If the model has no head or is for regression, or what the processor makes of a picture
        cannot be shown in its colors.

    Examples
    --------
    >>> from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessor
    >>> sizes = dict(hidden_size=8, intermediate_size=8, num_attention_heads=1)
    >>> config = ViTConfig(image_size=32, num_hidden_layers=1, **sizes)
    >>> processor = ViTImageProcessor(size={"height": 32, "width": 32})
    >>> from_transformers(ViTForImageClassification(config), processor).size
    (32, 32)
    """
    _check_model(model)
    _check_head(model)
    config: Any = model.config
    if activation is None:
        activation = _activation(config)
    return Classifier(
        model,
        preprocess=ProcessedImage(_image_processor(processor)),
        categories=_names(config) if categories is None else categories,
        activation=activation,
        name=_name(model) if name is None else name,
    )


def _check_model(model: object) -> None:
    if isinstance(model, str):
        raise TypeError(f"model is {model!r}; expected the model itself: {_LOAD}")
    try:
        from transformers import PreTrainedModel
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'transformers is not installed; pip install "xwidget[transformers]"'
        ) from error
    if not isinstance(model, PreTrainedModel):
        way = ""
        if isinstance(model, nn.Module):
            way = "; for timm's models: xw.from_timm(model), for others: xw.Classifier(net, ...)"
        raise TypeError(
            f"model is a {type(model).__name__}; expected one of transformers, from "
            f"AutoModelForImageClassification{way}"
        )


def _check_head(model: Any) -> None:
    """Raise ValueError for a base model: what others hold, and put a head on."""
    name = type(model).__name__
    if model.base_model is model and name.endswith("Model"):
        raise ValueError(
            f"the model, a {name}, has no head: it returns features and no classes; load it by "
            "AutoModelForImageClassification.from_pretrained(...)"
        )


def _image_processor(processor: Any) -> Any:
    from transformers.image_processing_utils import BaseImageProcessor

    found = getattr(processor, "image_processor", processor)
    if isinstance(found, BaseImageProcessor):
        return found
    raise TypeError(
        f"processor is a {type(processor).__name__}; expected the model's image processor, from "
        "AutoImageProcessor.from_pretrained(...)"
    )


def _activation(config: Any) -> Activation:
    problem = getattr(config, "problem_type", None)
    if problem == "regression" or (problem is None and config.num_labels == 1):
        raise ValueError(
            "the model is for regression (config.problem_type, or a single label), so its output "
            'is no logit; where it is one, of yes against no, give activation="sigmoid"'
        )
    return "sigmoid" if problem == "multi_label_classification" else "softmax"


def _names(config: Any) -> Categories | None:
    names = {int(index): str(label) for index, label in config.id2label.items()}
    return None if all(map(_UNNAMED.fullmatch, names.values())) else names


def _name(model: Any) -> str:
    loaded = str(getattr(model, "name_or_path", "") or "")
    if not loaded:
        return type(model).__name__
    # The last part of a folder's path: the rest is the machine's.
    return Path(loaded).name if Path(loaded).is_absolute() or Path(loaded).is_dir() else loaded


def _colors(transform: ProcessedImage, processor: Any) -> tuple[list[float], list[float]]:
    """Return mean and std: those that the processor names where they are what it does, else what
    it does to black and white.
    """
    black, white = (
        _middle(transform(Image.new("RGB", (_SIDE, _SIDE), color))) for color in ("black", "white")
    )
    if not bool(((white - black).abs() > 1e-9).all()):
        raise ValueError(
            f"{type(processor).__name__} makes the same of a black picture and a white one, so "
            "pictures cannot be shown in their colors; expected one that rescales and normalizes "
            "all pictures alike"
        )
    std = 1 / (white - black)
    mean = -black * std
    named = _named(processor, len(mean))
    if named is None or not np.allclose(named, [mean, std], rtol=0, atol=_CLOSE):
        return mean.tolist(), std.tolist()
    return named


def _middle(x: Tensor) -> Tensor:
    return x[:, x.shape[1] // 2, x.shape[2] // 2].double()


def _named(processor: Any, channels: int) -> tuple[list[float], list[float]] | None:
    found = []
    for values in (getattr(processor, "image_mean", None), getattr(processor, "image_std", None)):
        if not isinstance(values, Sequence) or len(values) != channels:
            return None
        found.append([float(value) for value in values])
    return found[0], found[1]
