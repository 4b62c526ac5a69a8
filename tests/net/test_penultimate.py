"""The features of a net: what its last layer is given, whichever layer that is."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from xwidget.net.penultimate import LastLayer

CLASSES = 5


class Tokens(nn.Module):
    """A net that gives its last layer several places, and has a layer that it never runs."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(4, CLASSES)
        self.other_head = nn.Linear(4, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(x.flatten(2).transpose(1, 2)).mean(1)


@pytest.mark.parametrize(
    ("net", "expected"),
    [
        (
            nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, CLASSES)),
            lambda x: x.mean((2, 3)),
        ),
        (  # as in SqueezeNet
            nn.Sequential(nn.Conv2d(4, CLASSES, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten()),
            lambda x: x.mean((2, 3)),
        ),
        (Tokens(), lambda x: x.mean((2, 3))),
        (  # of two such layers, the last
            nn.Sequential(nn.Conv2d(4, CLASSES, 1), nn.Flatten(), nn.Linear(45, CLASSES)),
            None,
        ),
        (nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 9)), "nothing"),
    ],
)
def test_it_hears_what_the_last_layer_is_given(net: nn.Module, expected: object) -> None:
    x = torch.randn(2, 4, 3, 3)
    last = LastLayer(net, CLASSES)
    with torch.no_grad(), last.hearing() as heard:
        net(x)
        found = heard()
    if expected == "nothing":
        assert found is None
    else:
        wanted = expected(x) if callable(expected) else net[:2](x)  # type: ignore[index]
        torch.testing.assert_close(found, wanted.detach())
    assert not any(module._forward_pre_hooks for module in net.modules())
