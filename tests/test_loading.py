"""Trained classifiers are found by name, or the way to them is told."""

from __future__ import annotations

import urllib.error
from pathlib import Path
from typing import Any

import pytest
import torch
import torchvision
from PIL import Image
from torch import nn

from xwidget.loading import load


def test_an_unknown_name_lists_the_nearest() -> None:
    with pytest.raises(ValueError, match="'resnet50'"):
        load("resnet55")
    with pytest.raises(ValueError, match="efficientnet_lite0"):
        load("qqqq")
    with pytest.raises(TypeError, match=r"Classifier\(net"):
        load(nn.ReLU())  # type: ignore[arg-type]


def test_a_torchvision_net_brings_its_own_preprocessing_and_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    weights = torchvision.models.SqueezeNet1_1_Weights.DEFAULT
    state = torchvision.models.squeezenet1_1(weights=None).state_dict()
    monkeypatch.setattr(type(weights), "get_state_dict", lambda *_, **__: state)
    clf = load("SqueezeNet1-1")
    assert (clf.name, clf.size, clf.mean) == (
        "squeezenet1_1",
        (224, 224),
        (0.485, 0.456, 0.406),
    )
    assert clf.index("espresso") == 967
    assert len(clf.predict(Image.new("RGB", (64, 48), (200, 30, 0)))) == 5


def test_without_a_connection_the_way_out_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def offline(*_: Any, **__: Any) -> None:
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.setattr(torch.hub, "download_url_to_file", offline)
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    with pytest.raises(ConnectionError, match=r'load\("efficientnet_lite0"\)') as caught:
        load("resnet18")
    assert str(tmp_path) in str(caught.value)
    assert "resnet18-f37072fd.pth" in str(caught.value)


def test_the_name_of_a_family_finds_the_net_that_needs_no_download() -> None:
    with pytest.raises(ValueError, match="efficientnet_lite0"):
        load("efficientnet")
