"""Scores of many pictures by one copy of a net."""

from __future__ import annotations

import torch

import xwidget as xw
from tests.engine.test_vmap import Mapped, OneByOne
from xwidget.metrics.judge import Judge


def test_an_ensemble_with_a_template_that_has_no_numbers_is_judged_as_net_by_net() -> None:
    pictures = torch.rand(3, 3, 16, 16)
    mapped, alone = (
        Judge(xw.Classifier(net, size=16)).all_scores(pictures)
        for net in (Mapped(2, "meta"), OneByOne(2))
    )
    torch.testing.assert_close(mapped, alone)
