"""A classifier of a model of timm, PyTorch Image Models, with its own data configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import nn

from xwidget.categories import Categories
from xwidget.classifier import Classifier
from xwidget.net.activation import Activation


def from_timm(
    model: nn.Module,
    *,
    categories: Categories | None = None,
    activation: Activation = "softmax",
    name: str | None = None,
) -> Classifier:
    """Return the classifier of a timm model, with the preprocessing of its data configuration.

    Images are prepared by ``timm.data.create_transform`` of what
    ``timm.data.resolve_model_data_config`` says: size, crop, interpolation, mean and standard
    deviation are the model's own. A model made with another ``img_size`` gets images of that size.

    Parameters
    ----------
    model
        From ``timm.create_model``, with a head. It is never modified.
    categories
        Names of the classes, as ``Classifier`` takes them. By default those of the model's
        configuration; else those of ImageNet, where the model has a head of as many classes as its
        configuration and ImageNet-1k, -12k, -21k or -22k.
    activation
        As in ``Classifier``.
    name
        Name of the net; by default timm's, such as "resnet18.a1_in1k".

    Raises
    ------
    ModuleNotFoundError
        If timm is not installed; the message has the command.
    TypeError
        If this is not a model of timm.
    ValueError
        If the model has no head: it returns features, and no classes. If it takes another number
        of channels than 3.

    Examples
    --------
    >>> import timm
    >>> clf = from_timm(timm.create_model("resnet18", pretrained=False))
    >>> clf.size, clf.short_names[:2]
    ((224, 224), ('tench', 'goldfish'))
    """
    _check_model(model)
    from timm.data import create_transform, resolve_model_data_config

    config = resolve_model_data_config(model)
    channels = config["input_size"][0]
    _check_channels(model, config)
    if (size := _made_for(model)) is not None:
        config["input_size"] = (channels, *size)
    return Classifier(
        model,
        preprocess=create_transform(**config, is_training=False),
        categories=_names(model) if categories is None else categories,
        activation=activation,
        name=_name(model) if name is None else name,
    )


def _check_model(model: object) -> None:
    if isinstance(model, str):
        raise TypeError(
            f"model is {model!r}; expected the model itself: "
            f"xw.from_timm(timm.create_model({model!r}, pretrained=True))"
        )
    try:
        import timm  # noqa: F401
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError('timm is not installed; pip install "xwidget[timm]"') from error
    if not isinstance(model, nn.Module) or not isinstance(_config(model), Mapping):
        way = ""
        if isinstance(model, nn.Module):
            way = (
                "; for models of transformers: xw.from_transformers(model, processor), for others: "
                "xw.Classifier(net, ...)"
            )
        raise TypeError(
            f"model is a {type(model).__name__}; expected one of timm, from timm.create_model(...)"
            f"{way}"
        )
    if not getattr(model, "num_classes", 0):
        raise ValueError(
            "the model has no head (num_classes=0, or features_only=True): it returns features "
            "and no classes; make it with timm.create_model(..., num_classes=...)"
        )


def _check_channels(model: nn.Module, config: Mapping[str, Any]) -> None:
    """Raise ValueError unless a model takes colors: timm's transform makes three channels."""
    channels = _channels(model)
    if channels == 3:
        return
    size = _made_for(model) or tuple(config["input_size"][1:])
    mean, std = (round(sum(config[each]) / len(config[each]), 3) for each in ("mean", "std"))
    way = (
        "wrap it with one mean and one std: "
        f"xw.Classifier(model, size={size}, mean=[{mean}], std=[{std}])"
        if channels == 1
        else "nets of three channels or one can be explained"
    )
    raise ValueError(
        f"the model takes images of {channels} channel{'s' * (channels != 1)}, but timm prepares "
        f"them in three; {way}"
    )


def _channels(model: nn.Module) -> int:
    """Return how many channels a model's images have: as it says itself, or else as many as its
    first convolution takes, unless squares of pixels of three channels are its input.
    """
    if isinstance(stated := getattr(model, "in_chans", None), int):
        return stated
    first = _config(model).get("first_conv")
    name = first[0] if isinstance(first, (tuple, list)) and first else first
    conv = dict(model.named_modules()).get(name) if isinstance(name, str) else None
    channels = int(getattr(conv, "in_channels", 3))
    return 3 if channels in {3 * side**2 for side in (2, 3, 4)} else channels


def _config(model: nn.Module) -> Any:
    return getattr(model, "pretrained_cfg", None)


def _made_for(model: nn.Module) -> tuple[int, int] | None:
    """Return height and width that a model's position embeddings are made for; None for any."""
    size = getattr(getattr(model, "patch_embed", None), "img_size", None)
    if isinstance(size, Sequence) and len(size) == 2:
        return int(size[0]), int(size[1])
    return None


def _names(model: Any) -> Categories | None:
    from timm.data import ImageNetInfo, infer_imagenet_subset

    config, count = _config(model), model.num_classes
    labels = config.get("label_names")
    if labels and len(labels) == count:
        told = config.get("label_descriptions") or {}
        return [str(told.get(label, label)) for label in labels]
    subset = infer_imagenet_subset(model) if config.get("num_classes") == count else None
    return None if subset is None else list(ImageNetInfo(subset).label_descriptions())


def _name(model: nn.Module) -> str:
    config = _config(model)
    parts = [str(part) for part in (config.get("architecture"), config.get("tag")) if part]
    return ".".join(parts) or type(model).__name__
