"""Targets beyond a class: a contrast of two classes, and any score of what the net returns."""

from __future__ import annotations

import numpy as np
import pytest
from torch import Tensor

import xwidget as xw
from tests.methods.nets import colors, inside, picture
from tests.methods.test_attribute import FEW, OF_A_CNN


def test_a_contrast_is_the_difference_of_its_classes_where_a_method_is_linear_in_the_logit() -> (
    None
):
    clf = colors()
    contrast = xw.attribute(
        clf, picture(), "integrated_gradients", [("red", "blue")], progress=False
    )
    red, blue = xw.attribute(clf, picture(), "integrated_gradients", [0, 1], progress=False).values
    assert contrast.values.shape == (1, 3, 32, 32)
    assert np.allclose(contrast.values[0], red - blue, atol=1e-5)


@pytest.mark.parametrize("method", ["gradcam", "lrp", "rise"])
def test_what_is_no_score_is_refused_by_its_name(method: str) -> None:
    for factor, words in ((float("nan"), "NaN or infinite"), (0, "spans 7 to 7")):
        score = xw.Score(lambda z, factor=factor: z[:, 0] * factor + 7, name="mine")
        with pytest.raises(ValueError, match=f"the score 'mine' of this image (is )?{words}"):
            xw.attribute(colors(), picture(), method, score, progress=False)


@pytest.mark.parametrize("method", OF_A_CNN)
def test_any_score_of_what_the_net_returns_is_a_target(method: str) -> None:
    def redness(outputs: Tensor) -> Tensor:
        return 3 * outputs[:, 0] - 4

    score = xw.Score(redness, name="redness", log_odds=True)
    found = xw.attribute(
        colors(), picture(), method, [score], progress=False, **FEW.get(method, {})
    )
    assert found.targets == (2,)
    assert inside(found.relevance[0], 0, margin=4) > 0.9
    assert inside(found.relevance[0], 1, margin=4) < 0.1
