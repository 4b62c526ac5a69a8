"""A net that fails is told why by what was found out, and what to do in code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import xwidget as xw
from xwidget.engine.defense import Guard
from xwidget.engine.strategies import DEFENSES

PHOTO = np.random.default_rng(0).random((28, 28, 3))


def tail() -> list[nn.Module]:
    return [nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)]


class Net(nn.Module):
    def __init__(self, forward: Callable[[nn.Module, Any], Any] | None = None) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 4, 3), *tail())
        self.way = forward

    def forward(self, x: Any) -> Any:
        assert self.way is not None
        return self.way(self.body, x)


class TwoInputs(Net):
    def forward(self, x: Tensor, age: Tensor) -> Tensor:  # type: ignore[override]
        return self.body(x)


class Unfinished(Net):
    def forward(self, x: Tensor) -> Tensor:
        return self.head(x)


class Holder(Net):
    def __init__(self) -> None:
        super().__init__()
        self.scale = torch.ones(1, device="meta")

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x * self.scale)


def inside(context: Callable[[], Any]) -> Callable[[nn.Module, Tensor], Tensor]:
    def forward(body: nn.Module, x: Tensor) -> Tensor:
        with context():
            h = body[:2](x)
        return body[2:](h)

    return forward


def unpacked(body: nn.Module, x: Any) -> Tensor:
    picture, _ = x
    return body(picture)


def own_words(body: nn.Module, x: Tensor) -> Tensor:
    raise ValueError("pictures of 224 pixels only")


def sequence(*layers: nn.Module) -> nn.Sequential:
    return nn.Sequential(*layers)


FAILING: dict[str, tuple[Callable[[], nn.Module], str]] = {
    "numpy": (
        lambda: Net(lambda body, x: body(torch.from_numpy(x.numpy()))),
        r"test_diagnosis\.py:\d+, `.*x\.numpy\(\).*`.*gradient.*which gradients cannot pass",
    ),
    "inference mode": (lambda: Net(inside(torch.inference_mode)), r"(?i)no gradient passes.*infer"),
    "no_grad": (lambda: Net(inside(torch.no_grad)), r"(?i)no gradient passes.*no_grad"),
    "four channels": (
        lambda: sequence(nn.Conv2d(4, 4, 3), *tail()),
        r"pictures of 4 channels.*3 channels, or 1",
    ),
    "six channels": (lambda: sequence(nn.Conv2d(6, 4, 3), *tail()), r"pictures of 6 channels"),
    "one channel": (
        lambda: sequence(nn.Conv2d(1, 4, 3), *tail()),
        r"gray pictures.*mean=\[0\.5\]",
    ),
    "three dimensions": (
        lambda: sequence(
            nn.Conv3d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(4, 3)
        ),
        r"Conv3d.*two dimensions",
    ),
    "784 inputs": (
        lambda: sequence(nn.Flatten(), nn.Linear(784, 8), nn.ReLU(), nn.Linear(8, 3)),
        r"784 = 1·28·28.*mean=\[0\.5\]",
    ),
    "784 in a row": (
        lambda: sequence(nn.Linear(784, 8), nn.ReLU(), nn.Linear(8, 3)),
        r"rows of 784.*nn\.Sequential\(nn\.Flatten\(\), net\).*mean=\[0\.5\]",
    ),
    "dict": (
        lambda: Net(lambda body, x: body(x["image"])),
        r"own code failed: IndexError.*test_diagnosis\.py:\d+, `.*class Wrapped\(nn\.Module\)",
    ),
    "pair": (
        lambda: Net(unpacked),
        r"own code failed: ValueError: .*`picture, _ = x`.*class Wrapped\(nn\.Module\)",
    ),
    "two inputs": (lambda: TwoInputs(), r"2 arguments, x, age.*self\.net\(x, age=\.\.\.\)"),
    "a bug": (lambda: Unfinished(), r"own code failed: AttributeError: .*'head'.*`return self\.h"),
    "words of its own": (lambda: Net(own_words), r"own code failed.*pictures of 224 pixels only"),
    "squeeze": (lambda: Net(lambda body, x: body(x).squeeze()), r"Keep the batch dimension"),
    "class indices": (
        lambda: Net(lambda body, x: body(x).argmax(1, keepdim=True)),
        r"int64 numbers.*before \.argmax",
    ),
    "complex": (
        lambda: Net(lambda body, x: torch.complex(body(x), body(x))),
        r"complex64 numbers.*\.real",
    ),
    "a map": (lambda: sequence(nn.Conv2d(3, 4, 3), nn.ReLU()), r"Is it a classification net\?"),
    "LSTM": (
        lambda: sequence(nn.Flatten(2), nn.LSTM(784, 4), nn.Linear(4, 3)),
        r"its Linear is given a tuple.*nn\.LSTM",
    ),
    "statistics of the batch": (
        lambda: sequence(
            nn.Conv2d(3, 4, 3),
            *tail()[:3],
            nn.BatchNorm1d(4, track_running_stats=False),
            nn.Linear(4, 3),
        ),
        r"statistics of a batch.*alone.*track_running_stats=True",
    ),
    "another size": (
        lambda: sequence(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 62**2, 3)),
        r"runs on pictures of 64 by 64.*size=64",
    ),
    "another device": (
        Holder,
        r"'scale' of Holder is on meta.*self\.register_buffer\('scale', \.\.\.\)",
    ),
}


@pytest.mark.parametrize("targets", [[0, 1], [0]])
@pytest.mark.parametrize("kind", FAILING)
def test_what_fails_is_told_by_its_cause(kind: str, targets: list[int]) -> None:
    build, words = FAILING[kind]
    clf = xw.Classifier(build(), size=28)
    with pytest.raises(ValueError, match=f"(?s){words}"):
        xw.explain(clf, PHOTO, targets, iterations=1, progress=False)


def test_what_the_net_raised_is_kept_as_the_cause() -> None:
    with pytest.raises(ValueError, match="224 pixels") as caught:
        xw.Classifier(Net(own_words), size=28).predict(PHOTO)
    assert str(caught.value.__cause__) == "pictures of 224 pixels only"


@pytest.mark.parametrize("error", [ZeroDivisionError, NotImplementedError, OSError, StopIteration])
def test_whatever_a_net_raises_is_told_with_its_line(error: type[Exception]) -> None:
    def fails(body: nn.Module, x: Tensor) -> Tensor:
        raise error("something else")

    with pytest.raises(ValueError, match=rf"{error.__name__}.*something else.*`raise error"):
        xw.Classifier(Net(fails), size=28).predict(PHOTO)


def test_what_the_way_out_says_works() -> None:
    with pytest.raises(ValueError, match="class Wrapped") as caught:
        xw.Classifier(FAILING["dict"][0](), size=28).predict(PHOTO)
    code = str(caught.value).partition("    class Wrapped")[2].partition("    clf =")[0]
    names: dict[str, Any] = {"nn": nn, "torch": torch}
    exec("class Wrapped" + code.replace("\n    ", "\n"), names)
    wrapped = names["Wrapped"](FAILING["dict"][0]())
    assert len(xw.Classifier(wrapped, size=28).predict(PHOTO)) == 3


def test_an_error_of_our_own_is_not_blamed_on_the_net(monkeypatch: pytest.MonkeyPatch) -> None:
    from xwidget.engine import defense

    def broken(*_: Any) -> None:
        raise RuntimeError("a fault in xwidget")

    clf = xw.Classifier(sequence(nn.Conv2d(3, 4, 3), *tail()), size=28)
    twin, image = clf.twin(), clf.prepare(PHOTO)[None]
    guard = Guard(lambda batch: clf.logits(twin, batch), image, DEFENSES["paper"])
    monkeypatch.setattr(defense, "_filter", broken)
    with pytest.raises(RuntimeError, match=r"^a fault in xwidget$"):
        guard(image.requires_grad_())
