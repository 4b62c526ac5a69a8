"""An ensemble that ``torch.vmap`` runs is explained as one that is run net by net."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state

import xwidget as xw

PHOTO = np.random.default_rng(0).random((16, 16, 3))


def member(seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Conv2d(3, 6, 3),
        nn.SiLU(),
        nn.Conv2d(6, 4, 3, stride=2),
        nn.ReLU(inplace=True),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4, 3),
    )
    net[-1].weight.data.mul_(5)
    return net.double().eval()  # rounding moves no mask across a kink


class OneByOne(nn.Module):
    def __init__(self, count: int) -> None:
        super().__init__()
        self.members = nn.ModuleList(map(member, range(count)))

    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([net(x) for net in self.members]).mean(0)


class Mapped(nn.Module):
    def __init__(self, count: int, device: str) -> None:
        super().__init__()
        members = [member(seed) for seed in range(count)]
        self.weights, self.statistics = stack_module_state(members)
        self.template = copy.deepcopy(members[0]).to(device)

    def forward(self, x: Tensor) -> Tensor:
        def one(weights: dict[str, Tensor], statistics: dict[str, Tensor]) -> Tensor:
            return functional_call(self.template, (weights, statistics), (x,))

        return torch.vmap(one)(self.weights, self.statistics).mean(0)


@pytest.mark.parametrize("device", ["cpu", "meta"])
@pytest.mark.parametrize("defense", ["directional", "paper", "clamp", "none"])
def test_an_ensemble_is_explained_as_net_by_net(defense: str, device: str) -> None:
    options: dict[str, Any] = {
        "iterations": 4,
        "plan": "plain",
        "progress": False,
    }  # timing chooses no layout
    for count, targets in ((2, [0, 1]), (3, [2])):
        clfs = [xw.Classifier(net, size=16) for net in (Mapped(count, device), OneByOne(count))]
        assert clfs[0].predict(PHOTO)[0][2] == pytest.approx(clfs[1].predict(PHOTO)[0][2])
        mapped, alone = (
            xw.explain(clf, PHOTO, targets, defense=defense, **options) for clf in clfs
        )
        np.testing.assert_allclose(mapped.masks, alone.masks, atol=1e-4)
        assert np.ptp(alone.masks) > 0
        if defense != "none":
            assert mapped.diagnostics["nonlinearities"] == 2
            assert alone.diagnostics["nonlinearities"] == 2 * count
