"""What a net returns is taken for what it is: logits, probabilities, or both."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import xwidget as xw

PHOTO = np.random.default_rng(0).random((16, 16, 3))


class Net(nn.Module):
    """Its logits, and what it makes of them."""

    def __init__(self, make: Callable[[Tensor], Any] = lambda z: z, outputs: int = 10) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.make = make
        self.body = nn.Sequential(
            nn.Conv2d(3, 4, 3),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(4, outputs),
        )
        self.body[-1].bias.data[0] = 3

    def forward(self, x: Tensor) -> Any:
        return self.make(self.body(x))


def classifier(make: Callable[[Tensor], Any], activation: Any, outputs: int = 10) -> xw.Classifier:
    return xw.Classifier(Net(make, outputs), size=16, activation=activation)


def right(activation: str, outputs: int = 10) -> Tensor:
    return classifier(lambda z: z, activation, outputs).classify(X)


X = torch.tensor(PHOTO).permute(2, 0, 1).float()

MISTAKEN: dict[str, tuple[Callable[[Tensor], Any], str, int, str]] = {
    "softmax in the net": (lambda z: z.softmax(1), "softmax", 10, "'none'"),
    "softmax in the net, a class each": (lambda z: z.softmax(1), "sigmoid", 10, "'none'"),
    "sigmoid in the net": (torch.sigmoid, "sigmoid", 10, "'none'"),
    "sigmoid of one output": (torch.sigmoid, "sigmoid", 1, "'none'"),
    "sigmoid in the net, one class of many": (torch.sigmoid, "softmax", 10, "'none'"),
    "two probabilities": (lambda z: z.softmax(1), "softmax", 2, "'none'"),
    "probabilities in a tuple": (lambda z: (z.softmax(1), None), "softmax", 10, "'none'"),
    "log-probabilities": (lambda z: z.log_softmax(1), "sigmoid", 10, "'softmax'"),
}


@pytest.mark.parametrize("kind", MISTAKEN)
def test_an_activation_that_is_not_the_nets_is_told_once(kind: str) -> None:
    make, activation, outputs, words = MISTAKEN[kind]
    clf = classifier(make, activation, outputs)
    told = rf"but activation='{activation}' was given.*activation={words}"
    with pytest.warns(UserWarning, match=told):
        clf.predict(PHOTO)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        clf.predict(PHOTO)
    explained = classifier(make, activation, outputs)
    with pytest.warns(UserWarning, match=words):
        xw.explain(explained, PHOTO, [0], iterations=1, progress=False)


def test_which_of_two_outputs_the_logits_are_is_decided_once_a_copy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared = []
    real = torch.allclose
    monkeypatch.setattr(torch, "allclose", lambda *a, **k: compared.append(a) or real(*a, **k))
    clf = classifier(lambda z: (z.softmax(1), z), "softmax")
    twin = clf.twin()
    for _ in range(3):
        torch.testing.assert_close(clf.logits(twin, X[None]).softmax(1)[0], right("softmax"))
    assert len(compared) == 1


def test_a_picture_of_one_color_does_not_count_as_a_look_at_the_net() -> None:
    class Dropped(Net):
        def forward(self, x: Tensor) -> Any:
            return self.body(nn.functional.dropout(x))  # dropout of zeros is zeros

    clf = xw.Classifier(Dropped(), size=16)
    clf.predict(np.zeros((16, 16, 3)))
    with pytest.raises(xw.engine.selfcheck.NotRepeatedError, match="not deterministic"):
        clf.predict(PHOTO)


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
@pytest.mark.parametrize(
    "make",
    [
        lambda z: z,
        lambda z: 0.5 + 0.01 * z,
        lambda z: z * 0,
        lambda z: z * 0 + 0.1,
    ],
    ids=["logits", "between 0 and 1 here", "zero", "constant"],
)
def test_logits_that_happen_to_lie_between_0_and_1_are_logits(
    make: Callable[[Tensor], Any], activation: str
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        classifier(make, activation).predict(PHOTO)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize(
    ("make", "activation"),
    [
        (lambda z: (z.softmax(1), z), "softmax"),
        (lambda z: [z.softmax(1), z.mean(), z], "softmax"),
        (lambda z: (z.log_softmax(1).exp(), z), "softmax"),
        (lambda z: (z, z.softmax(1)), "softmax"),
        (lambda z: (z.sigmoid(), z), "sigmoid"),
        (lambda z: {"probs": z.softmax(1), "logits": z}, "softmax"),
    ],
)
def test_of_probabilities_and_logits_the_logits_are_taken(
    make: Callable[[Tensor], Any], activation: str, dtype: torch.dtype
) -> None:
    clf = classifier(make, activation)
    clf.net.to(dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        torch.testing.assert_close(clf.classify(X), right(activation), atol=0.02, rtol=0)


def test_scores_that_a_net_makes_itself_are_taken_where_that_is_said() -> None:
    clf = classifier(lambda z: (z.softmax(1), z), "none")
    torch.testing.assert_close(clf.classify(X), right("softmax"))


def test_one_output_becomes_two_by_what_the_message_says() -> None:
    clf = classifier(lambda z: z, "softmax", 1)
    with pytest.raises(ValueError, match=r"(?s)one output.*'sigmoid'.*class Both") as caught:
        clf.predict(PHOTO)
    with pytest.raises(ValueError, match="class Both"):
        xw.Classifier(clf.net, size=16, activation="sigmoid", categories=["no", "yes"]).predict(
            PHOTO
        )
    code = str(caught.value).partition("    class Both")[2].partition("    clf =")[0]
    names: dict[str, Any] = {"nn": nn, "torch": torch}
    exec("class Both" + code.replace("\n    ", "\n"), names)
    both = xw.Classifier(names["Both"](clf.net), size=16).classify(X)
    torch.testing.assert_close(both[1:], right("sigmoid", 1))


class Random(Net):
    def forward(self, x: Tensor) -> Any:
        return nn.functional.dropout(super().forward(x))


def test_a_net_that_says_something_else_each_time_is_told() -> None:
    with pytest.raises(ValueError, match=r"Random: two forward passes.*not deterministic"):
        xw.Classifier(Random(), size=16).predict(PHOTO)
