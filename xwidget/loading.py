"""Trained classifiers by name: from installed packages, or from torchvision."""

from __future__ import annotations

import http.client
import importlib
import sys
from difflib import get_close_matches

import torch

from xwidget import zoo
from xwidget.classifier import Classifier

#: The names of models, as a command line's help says them.
MODEL = (
    "name of a network, as xw.load takes it (efficientnet_lite0, resnet50, ...); or "
    "MODULE:NAME of a Classifier of yours, or of a function that makes one"
)


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
    from torchvision import models  # takes seconds to import

    known = models.list_models(module=models)
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
    weights = models.get_model_weights(wanted).DEFAULT
    try:
        net = models.get_model(wanted, weights=weights)
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


def by_name(model: str) -> Classifier:
    """Return the classifier that a command line names.

    Parameters
    ----------
    model
        A name as of :func:`load`, or MODULE:NAME of a classifier, or of a function that makes one.

    Raises
    ------
    ValueError, TypeError
        If there is none.
    """
    module, _, name = model.partition(":")
    if not name:
        return load(model)
    if "" not in sys.path:
        sys.path.insert(0, "")  # modules of the folder that this is run in
    try:
        found = getattr(importlib.import_module(module), name)
    except (ModuleNotFoundError, AttributeError) as error:
        raise ValueError(f"there is no {model!r}: {error}; expected MODULE:NAME") from error
    if not isinstance(found, Classifier) and callable(found):
        found = found()
    if not isinstance(found, Classifier):
        raise TypeError(
            f"{model!r} is a {type(found).__name__}; expected a Classifier, or a function that "
            "makes one"
        )
    return found
