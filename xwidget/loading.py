"""Trained classifiers by name: from installed packages, or from torchvision."""

from __future__ import annotations

import http.client
from difflib import get_close_matches

import torch
import torchvision

from xwidget import zoo
from xwidget.classifier import Classifier


def load(name: str) -> Classifier:
    """Load a trained classifier by name.

    Parameters
    ----------
    name
        ``"efficientnet_lite0"``, ``"efficientnet_lite1"``, ``"efficientnet_lite2"`` or
        ``"squeezenet"``, whose weights come as installed packages; or any classification model of
        torchvision, whose default weights are downloaded at first use.

    Raises
    ------
    ValueError
        If the name is unknown; the message lists the nearest.
    TypeError
        If it is not a string.
    ModuleNotFoundError
        If the package with the weights is not installed.
    ConnectionError
        If the weights have to be downloaded and cannot be.

    Examples
    --------
    >>> load("efficientnet_lite0").size
    (224, 224)
    """
    if not isinstance(name, str):
        raise TypeError(
            f"load takes a name, not a {type(name).__name__}; for your own net use "
            "Classifier(net, ...)"
        )
    wanted = name.strip().lower().replace("-", "_")
    if wanted in zoo.NETWORKS:
        recipe = zoo.NETWORKS[wanted]()
        return Classifier(
            recipe.net, preprocess=recipe.preprocess, categories=recipe.categories, name=wanted
        )
    known = torchvision.models.list_models(module=torchvision.models)
    if wanted not in known:
        close = get_close_matches(wanted, [*zoo.NETWORKS, *known], n=4, cutoff=0.5)
        # First of all those of its family that need no download.
        ready = [name for name in zoo.NETWORKS if name.startswith(wanted)]
        close = [*ready, *(name for name in close if name not in ready)]
        hint = (
            f"did you mean {' or '.join(map(repr, close))}?"
            if close
            else (f"there are {', '.join(zoo.NETWORKS)}, and torchvision's classification models")
        )
        raise ValueError(f"no classifier {name!r}; {hint}")
    weights = torchvision.models.get_model_weights(wanted).DEFAULT
    try:
        net = torchvision.models.get_model(wanted, weights=weights)
    except (OSError, http.client.HTTPException) as error:
        folder = f"{torch.hub.get_dir()}/checkpoints"
        raise ConnectionError(
            f"the weights of {wanted} could not be downloaded ({error}). Without a connection: put "
            f"the file from {weights.url} into {folder}, or use "
            'load("efficientnet_lite0"), which needs no download'
        ) from error
    return Classifier(
        net,
        preprocess=weights.transforms(),
        categories=weights.meta["categories"],
        name=wanted,
    )
