"""A model of timm with its own data configuration: the library's own scores, defended."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import xwidget as xw
from tests.libraries.photo import photo

timm = pytest.importorskip("timm")

MODELS: dict[str, dict[str, Any]] = {
    "resnet18": {"num_classes": 5},
    "vit_tiny_patch16_224": {"img_size": 32, "num_classes": 5, "depth": 2},
    "deit_tiny_distilled_patch16_224": {"img_size": 32, "num_classes": 5, "depth": 2},
    "swin_tiny_patch4_window7_224": {
        "img_size": 32,
        "num_classes": 5,
        "depths": (1, 1),
        "num_heads": (1, 2),
        "embed_dim": 8,
        "window_size": 4,
    },
    "test_efficientnet": {},
    "tresnet_m": {"num_classes": 5, "layers": [1, 1, 1, 1], "width_factor": 0.25},
}


@pytest.mark.filterwarnings("error::UserWarning:xwidget")
@pytest.mark.parametrize("name", MODELS)
def test_scores_are_those_of_the_library_and_places_are_known(name: str) -> None:
    torch.manual_seed(0)
    model = timm.create_model(name, pretrained=False, **MODELS[name]).eval()
    clf = xw.from_timm(model)
    config = timm.data.resolve_model_data_config(model)
    if "img_size" in MODELS[name]:
        config["input_size"] = (3, 32, 32)
    assert clf.size == config["input_size"][1:]
    assert clf.name.startswith(f"{name}.")
    transform = timm.data.create_transform(**config, is_training=False)
    with torch.no_grad():
        logits = model(transform(photo())[None])
    subject = xw.Subject(clf, photo())
    torch.testing.assert_close(subject.scores, logits[0].softmax(0))
    center = subject.geometry.to_input((74.5, 49.5))
    assert center is not None
    assert abs(center - [(clf.size[1] - 1) / 2, (clf.size[0] - 1) / 2]).max() < 1


@pytest.mark.parametrize("name", ["vit_tiny_patch16_224", "swin_tiny_patch4_window7_224"])
def test_activations_are_defended_in_a_run_that_checks_itself(name: str) -> None:
    clf = xw.from_timm(timm.create_model(name, pretrained=False, **MODELS[name]))
    found = xw.explain(clf, photo(), targets=[1], iterations=3, progress=False)
    assert found.diagnostics["nonlinearities"] == 2  # one in each block
    assert found.masks.shape == (1, 3, 32, 32)


def test_names_are_those_of_the_configuration_or_of_imagenet() -> None:
    options = {"pretrained": False, "img_size": 32, "depth": 1}
    clf = xw.from_timm(timm.create_model("vit_tiny_patch16_224", **options))
    assert clf.categories[:2] == ("tench, Tinca tinca", "goldfish, Carassius auratus")
    assert clf.index("espresso") == 967
    own = timm.create_model("vit_tiny_patch16_224", num_classes=2, **options)
    assert xw.from_timm(own).categories == ("class 0", "class 1")
    own.pretrained_cfg = {
        **own.pretrained_cfg,
        "label_names": ("n1", "n2"),
        "label_descriptions": {"n2": "dog"},
    }
    assert xw.from_timm(own).categories == ("n1", "dog")
    assert xw.from_timm(own, categories=["a", "b"]).categories == ("a", "b")


def test_what_is_no_classifier_of_timm_is_refused_in_words() -> None:
    with pytest.raises(TypeError, match=r"xw.from_timm\(timm.create_model\('resnet18'"):
        xw.from_timm("resnet18")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a Linear; expected one of timm"):
        xw.from_timm(torch.nn.Linear(1, 1))
    with pytest.raises(ValueError, match="it returns features and no classes"):
        xw.from_timm(timm.create_model("test_efficientnet", pretrained=False, num_classes=0))
    gray = timm.create_model("test_efficientnet", pretrained=False, in_chans=1, num_classes=4)
    with pytest.raises(
        ValueError, match=r"images of 1 channel, .*xw.Classifier\(model, size="
    ) as said:
        xw.from_timm(gray)
    made = eval(str(said.value).split("one std: ")[1], {"xw": xw, "model": gray})
    assert len(xw.Subject(made, photo()).scores) == 4
