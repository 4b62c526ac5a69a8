"""Integrated Gradients and its kin: what their values add up to, and whose colors they name."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import xwidget as xw
from tests.methods.nets import PATCHES, colors, picture


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
    assert "more steps" in found.checks[0]


@pytest.mark.parametrize("method", ["integrated_gradients", "gradient_shap"])
def test_what_speaks_for_red_is_the_red_channel(method: str) -> None:
    found = xw.attribute(colors(), picture(), method, [0, 1], progress=False)
    rows, columns = PATCHES[0]
    red = found.values[0, :, rows, columns].mean((1, 2))
    assert red[0] == red.max() > 0
    rows, columns = PATCHES[1]
    blue = found.values[1, :, rows, columns].mean((1, 2))
    assert blue[2] == blue.max() > 0


def test_smoothgrad_keeps_signs_where_asked_to() -> None:
    found = xw.attribute(colors(), picture(), "smoothgrad", 0, signed=True, progress=False)
    rows, columns = PATCHES[0]
    assert found.signed
    assert (np.sign(found.values[0, :, rows, columns].mean((1, 2))) == [1, -1, -1]).all()
