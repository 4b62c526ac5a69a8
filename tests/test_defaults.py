"""What torch makes by default, of which type and where, is the user's own and changes nothing."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torchvision import transforms
from torchvision.transforms._presets import ImageClassification

import xwidget as xw
from xwidget import metrics

SIDE = 16
PHOTO = np.random.default_rng(0).integers(0, 256, (24, 32, 3), np.uint8)
PIPELINE = transforms.Compose(
    [
        transforms.Resize((SIDE, SIDE)),
        transforms.ToTensor(),
        transforms.Normalize((0.5, 0.4, 0.3), (0.2, 0.3, 0.4)),
    ]
)


def net(seed: int) -> nn.Module:
    torch.manual_seed(seed)
    layers: list[nn.Module] = [
        nn.Conv2d(3, 6, 3, padding=1),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.Conv2d(6, 6, 3),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Linear(24, 3),
    ]
    with torch.no_grad():
        layers[-1].weight.mul_(9)  # type: ignore[operator, union-attr]
    return nn.Sequential(*layers).eval()


NET, OTHER = net(0), net(1)


@pytest.fixture(params=["float64", "bfloat16", "float16", "meta"])
def default(request: pytest.FixtureRequest) -> Iterator[Callable[[], None]]:
    """Set a default; "meta", whose tensors hold nothing, stands for any other device."""

    def set_() -> None:
        if request.param == "meta":
            torch.set_default_device("meta")
        else:
            torch.set_default_dtype(getattr(torch, request.param))

    yield set_
    torch.set_default_dtype(torch.float32)
    torch.set_default_device(None)


def classifier() -> xw.Classifier:
    return xw.Classifier(NET, size=SIDE, mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.4))


def explained(**settings: Any) -> list[Any]:
    found = xw.explain(
        classifier(), PHOTO, [0, 2], iterations=12, plan="plain", progress=False, **settings
    )
    checks = [check.value for each in found.checks for check in each if check.value is not None]
    assert found.masks.dtype == np.float32
    return [found.masks, found.relevance, found.scores, found.evidence, checks]


def brushed() -> list[Any]:
    widget = xw.Inspector(classifier(), PHOTO, targets=1, iterations=2)
    try:
        mask = np.linspace(0, 1, SIDE * SIDE, dtype=np.float32).reshape(SIDE, SIDE)
        return [list(widget.test(mask).scores.values())]
    finally:
        widget.close()


def measured() -> list[Any]:
    clf = classifier()
    x = clf.prepare(PHOTO)
    order = torch.from_numpy(np.random.default_rng(1).random((SIDE, SIDE), np.float32))
    mask = order.expand(3, -1, -1)
    return [
        metrics.deletion(clf, x, 0, order, steps=4).scores,
        metrics.insertion(clf, x, 0, order, steps=4).scores,
        metrics.road(clf, x, 0, order).scores,
        metrics.ranks(order),
        metrics.fused(order, 1 - order),
        metrics.evidence_scores(clf, x, mask, 0).shown,
        list(metrics.small_moves(clf, (mask * x)[None], x, 0).values()),
        metrics.handed_over(clf.picture(x), clf),
    ]


ASKED: dict[str, Callable[[], list[Any]]] = {
    "prepare": lambda: [classifier().prepare(PHOTO)],
    "prepare gray": lambda: [xw.Classifier(NET, size=SIDE, mean=[0.4]).prepare(PHOTO)],
    "picture": lambda: [classifier().picture(classifier().prepare(PHOTO))],
    "weights transform": lambda: [
        xw.Classifier(
            NET, preprocess=ImageClassification(crop_size=SIDE, resize_size=SIDE)
        ).prepare(PHOTO)
    ],
    "predict": lambda: [[score for *_, score in classifier().predict(PHOTO)]],
    "classes": lambda: [[len(classifier().categories)]],
    "explain": explained,
    "explain, deletion": lambda: explained(game="deletion"),
    "explain, noise": lambda: explained(reference="noise", sparsity=0.001),
    "explain, blur": lambda: explained(reference="blur", defense="clamp"),
    "explain with a witness": lambda: explained(
        witness=xw.Classifier(OTHER, size=12, mean=0.5, std=0.5)
    ),
    "Inspector.test": brushed,
    "metrics": measured,
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_everything_is_as_with_the_defaults(
    default: Callable[[], None], ask: Callable[[], list[Any]]
) -> None:
    wanted = ask()
    default()
    for now, before in zip(ask(), wanted, strict=True):
        np.testing.assert_allclose(np.asarray(now), np.asarray(before), rtol=1e-5, atol=1e-6)
        assert getattr(now, "dtype", None) == getattr(before, "dtype", None)


def test_a_pipeline_that_follows_the_default_is_still_float32(
    default: Callable[[], None],
) -> None:
    wanted = xw.Classifier(NET, preprocess=PIPELINE).prepare(PHOTO)
    default()
    clf = xw.Classifier(NET, preprocess=PIPELINE)
    assert clf.mean == (0.5, 0.4, 0.3)
    x = clf.prepare(PHOTO)
    assert x.dtype == torch.float32
    assert x.device.type == "cpu"
    torch.testing.assert_close(x, wanted, rtol=0, atol=0.02)  # its own numbers may be half as long
    xw.explain(clf, PHOTO, [0], iterations=3, progress=False)


MAKERS = {"tensor", "zeros", "ones", "full", "empty", "rand", "randn", "randint", "linspace"}
COUNTERS = {"randperm", "arange"}  # of whole numbers: of one type, whatever the default


def test_whatever_makes_a_tensor_says_of_which_type_and_where() -> None:
    silent = []
    for path in sorted(Path(xw.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            module, said = node.func.value, {word.arg for word in node.keywords}
            if not isinstance(module, ast.Name) or module.id != "torch":
                continue
            makes = node.func.attr in MAKERS and not {"dtype", "device"} <= said
            counts = node.func.attr in COUNTERS and "device" not in said
            if makes or counts or (node.func.attr == "Generator" and not node.args):
                silent.append(f"{path.name}:{node.lineno} torch.{node.func.attr}")
    assert not silent
