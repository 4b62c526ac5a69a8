"""A model of transformers with its image processor: the library's own scores, defended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import xwidget as xw
from tests.libraries.photo import photo

tr = pytest.importorskip("transformers")

SIZE = {"height": 32, "width": 32}
VIT = {
    "image_size": 32,
    "patch_size": 8,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "num_labels": 4,
}
MOBILE = {"hidden_sizes": [8] * 3, "neck_hidden_sizes": [8] * 7, "num_attention_heads": 2}
STAGES = {"depths": [1, 1], "num_heads": [1, 2], "window_size": 4}
CROP = {"size": {"height": 40, "width": 40}, "crop_size": SIZE}
Make = Callable[[], tuple[Any, Any]]

MODELS: dict[str, Make] = {
    "vit": lambda: (
        tr.ViTForImageClassification(tr.ViTConfig(**VIT)),
        tr.ViTImageProcessor(size=SIZE),
    ),
    "deit, cropped": lambda: (
        tr.DeiTForImageClassificationWithTeacher(tr.DeiTConfig(**VIT)),
        tr.DeiTImageProcessor(**CROP),
    ),
    "swin": lambda: (
        tr.SwinForImageClassification(
            tr.SwinConfig(image_size=32, patch_size=4, embed_dim=8, num_labels=4, **STAGES)
        ),
        tr.ViTImageProcessor(size=SIZE),
    ),
    "convnext, the share that is cropped": lambda: (
        tr.ConvNextForImageClassification(
            tr.ConvNextConfig(hidden_sizes=[4, 8], depths=[1, 1], num_stages=2, num_labels=4)
        ),
        tr.ConvNextImageProcessor(size={"shortest_edge": 32}, crop_pct=0.9),
    ),
    "resnet, from -1 to 1": lambda: (
        tr.ResNetForImageClassification(
            tr.ResNetConfig(embedding_size=4, hidden_sizes=[8, 16], depths=[1, 1], num_labels=4)
        ),
        tr.EfficientNetImageProcessor(size=SIZE, rescale_factor=1 / 127.5, rescale_offset=True),
    ),
    "mobilevit, blue first": lambda: (
        tr.MobileViTForImageClassification(
            tr.MobileViTConfig(image_size=32, num_labels=4, **MOBILE)
        ),
        tr.MobileViTImageProcessor(size={"shortest_edge": 36}, crop_size=SIZE),
    ),
}


def slow() -> tuple[Any, Any]:
    """Return a model with a processor of Pillow and NumPy."""
    kind = getattr(tr, "ViTImageProcessorPil", tr.ViTImageProcessor)
    return tr.ViTForImageClassification(tr.ViTConfig(**VIT)), kind(size=SIZE)


MODELS["vit, slow processor"] = slow


@pytest.mark.filterwarnings("error::UserWarning:xwidget")
@pytest.mark.parametrize("make", MODELS.values(), ids=list(MODELS))
def test_scores_are_those_of_the_library_and_places_are_known(make: Make) -> None:
    torch.manual_seed(0)
    model, processor = make()
    clf = xw.from_transformers(model, processor)
    with torch.no_grad():
        logits = model.eval()(**processor(images=photo(), return_tensors="pt")).logits
    subject = xw.Subject(clf, photo())
    torch.testing.assert_close(subject.scores, logits[0].softmax(0))
    # In its true colors: the picture is shown as the processor's own pixels.
    looked_up = np.asarray(photo())[50, 75].astype(float)
    center = subject.geometry.to_input((75, 50))
    assert center is not None
    x, y = center.round().astype(int)
    assert np.abs(subject.picture[y, x] - looked_up).max() < 12


@pytest.mark.parametrize("activation", ["gelu", "gelu_new", "quick_gelu", "gelu_python", "silu"])
def test_activations_are_defended_in_a_run_that_checks_itself(activation: str) -> None:
    config = tr.ViTConfig(**VIT, hidden_act=activation)
    clf = xw.from_transformers(
        tr.ViTForImageClassification(config), tr.ViTImageProcessor(size=SIZE)
    )
    found = xw.explain(clf, photo(), targets=[1], iterations=3, progress=False)
    assert found.diagnostics["nonlinearities"] == 2  # one in each layer
    assert found.masks.shape == (1, 3, 32, 32)


def test_names_come_along_where_the_model_has_any() -> None:
    named = tr.ViTConfig(**{**VIT, "num_labels": 2}, id2label={0: "cat, tabby", 1: "dog"})
    processor = tr.ViTImageProcessor(size=SIZE)
    clf = xw.from_transformers(tr.ViTForImageClassification(named), processor)
    assert (clf.categories, clf.short_names) == (("cat, tabby", "dog"), ("cat", "dog"))
    assert clf.name == "ViTForImageClassification"
    unnamed = tr.ViTForImageClassification(tr.ViTConfig(**VIT))
    assert xw.from_transformers(unnamed, processor).categories[1] == "class 1"
    several = tr.ViTConfig(**VIT, problem_type="multi_label_classification")
    clf = xw.from_transformers(tr.ViTForImageClassification(several), processor, name="mine")
    assert (clf.activation, clf.name) == ("sigmoid", "mine")


def test_what_cannot_be_read_is_refused_in_words() -> None:
    model, processor = MODELS["vit"]()
    with pytest.raises(TypeError, match=r"expected the model itself: .*AutoImageProcessor"):
        xw.from_transformers("google/vit-base-patch16-224", processor)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"a Linear; .*xw.from_timm"):
        xw.from_transformers(torch.nn.Linear(1, 1), processor)
    with pytest.raises(TypeError, match=r"processor is a function; expected .*image processor"):
        xw.from_transformers(model, lambda picture: picture)
    single = tr.ViTForImageClassification(tr.ViTConfig(**{**VIT, "num_labels": 1}))
    with pytest.raises(ValueError, match="the model is for regression"):
        xw.from_transformers(single, processor)
    with pytest.raises(ValueError, match=r"a ViTModel, has no head: .*AutoModelForImage"):
        xw.from_transformers(tr.ViTModel(tr.ViTConfig(**VIT)), processor)
    patches = tr.Siglip2ImageProcessor()
    with pytest.raises(ValueError, match="cut a picture into several, or into patches"):
        xw.from_transformers(model, patches)

    class Flat(type(processor)):  # type: ignore[misc]
        def __call__(self, images: Any, **options: Any) -> Any:
            made = super().__call__(images=images, **options)
            made["pixel_values"] -= made["pixel_values"].mean()
            return made

    with pytest.raises(ValueError, match="the same of a black picture and a white one"):
        xw.from_transformers(model, Flat(size=SIZE))
