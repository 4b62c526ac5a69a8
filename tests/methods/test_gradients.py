"""Integrated Gradients and its kin: what their values add up to, and whose colors they name."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import xwidget as xw
from tests.methods.nets import PATCHES, colors, picture
from xwidget.methods import task
from xwidget.methods.drawn import Drawn


def test_integrated_gradients_add_up_to_what_the_image_adds_to_the_logit() -> None:
    clf = colors()
    subject = xw.Subject(clf, picture())
    found = xw.attribute(
        subject, method="integrated_gradients", targets=[0, 1], steps=200, progress=False
    )
    with torch.no_grad():
        logits = clf.logits(clf.twin(), torch.stack([subject.x, torch.zeros_like(subject.x)]))
    gains = (logits[0] - logits[1]).numpy()
    assert found.values.sum((1, 2, 3)) == pytest.approx(gains, rel=0.02)
    assert found.checks == ("", "")


def test_too_few_steps_are_told() -> None:
    found = xw.attribute(
        colors(), picture(), "integrated_gradients", "red", steps=2, progress=False
    )
    assert found.checks[0].endswith("; take more steps")


@pytest.mark.filterwarnings("ignore:Colors returns scores")
def test_rounding_asks_for_no_more_steps_where_the_image_adds_nothing() -> None:
    clf = colors()
    with torch.no_grad():
        clf.net.head.weight.mul_(1e-6)  # type: ignore[union-attr,operator]
    found = xw.attribute(clf, picture(), "integrated_gradients", "red", steps=2, progress=False)
    assert found.checks == ("",)


def test_values_of_a_score_are_in_units_of_the_score() -> None:
    def share(outputs: torch.Tensor) -> torch.Tensor:
        return outputs[:, 0].sigmoid()

    for method, few in {"integrated_gradients": {"steps": 2}, "occlusion": {"window": 16}}.items():
        for target, unit in ((share, "score"), ("red", "logit"), (("red", "blue"), "logit")):
            found = xw.attribute(colors(), picture(), method, [target], progress=False, **few)
            assert found.scale.startswith(f"in units of the {unit}"), method


def test_a_seed_draws_the_same_numbers_whatever_the_device() -> None:
    with Drawn(3):
        torch.randn(4, 5)
        here = torch.randn(4, 5)
    with Drawn(3):
        elsewhere = torch.randn(4, 5, device="meta")  # a device without a source of its own
        second = torch.randn(4, 5)
    assert elsewhere.device.type == "meta"
    assert torch.equal(here, second)
    with Drawn(3):
        assert not torch.equal(torch.zeros(4, 5).normal_(), here)


@pytest.mark.parametrize("method", ["integrated_gradients", "gradient_shap"])
def test_what_speaks_for_red_is_the_red_channel(method: str) -> None:
    found = xw.attribute(colors(), picture(), method, [0, 1], progress=False)
    rows, columns = PATCHES[0]
    red = found.values[0, :, rows, columns].mean((1, 2))
    assert red[0] == red.max() > 0
    rows, columns = PATCHES[1]
    blue = found.values[1, :, rows, columns].mean((1, 2))
    assert blue[2] == blue.max() > 0


def test_gradient_shap_adds_up_to_about_what_the_image_adds_to_plain_colors() -> None:
    clf = colors()
    subject = xw.Subject(clf, picture())
    found = xw.attribute(
        subject, method="gradient_shap", targets=[0, 1], samples=3000, noise=0, progress=False
    )
    plain = 2 * torch.rand(16, 3, 1, 1, generator=torch.Generator().manual_seed(0)) - 1
    with torch.no_grad():
        net = clf.twin()
        gain = clf.logits(net, subject.x[None])[0] - clf.logits(
            net, plain.expand(-1, -1, 32, 32)
        ).mean(0)
    assert found.values.sum((1, 2, 3)) == pytest.approx(gain.numpy(), rel=0.15)


def test_samples_do_not_depend_on_how_many_fit_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    clf = colors()
    few = {"gradient_shap": {"samples": 14}, "rise": {"masks": 33}, "lime": {"samples": 40}}
    few |= {"smoothgrad": {"samples": 14}}
    for method, options in few.items():
        many = xw.attribute(clf, picture(), method, 0, progress=False, **options)
        with monkeypatch.context() as patch:
            patch.setitem(task._BATCH, "cpu", 3)
            less = xw.attribute(clf, picture(), method, 0, progress=False, **options)
        assert np.allclose(many.values, less.values, atol=1e-5), method


def test_smoothgrad_keeps_signs_where_asked_to() -> None:
    found = xw.attribute(colors(), picture(), "smoothgrad", 0, signed=True, progress=False)
    rows, columns = PATCHES[0]
    assert found.signed
    assert (np.sign(found.values[0, :, rows, columns].mean((1, 2))) == [1, -1, -1]).all()
