"""The defense against Eq. 4-6 written out by hand, in float64, on nets of two layers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import xwidget as xw
from xwidget.engine.defense import DefenseError, Guard
from xwidget.engine.plan import Plan
from xwidget.engine.strategies import DEFENSES

torch.manual_seed(0)
W1, W2 = torch.randn(6, 4, dtype=torch.float64), torch.randn(3, 6, dtype=torch.float64)
W3 = torch.randn(6, 6, dtype=torch.float64)
X = torch.randn(1, 4, 1, 1, dtype=torch.float64)
E = torch.randn(2, 4, 1, 1, dtype=torch.float64)


def net(activation: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    return lambda batch: activation(batch.flatten(1) @ W1.T) @ W2.T


def gradient(forward: Callable[[Tensor], Tensor], at: Tensor) -> Tensor:
    e = at.clone().requires_grad_()
    (result,) = torch.autograd.grad(F.cross_entropy(forward(e), torch.tensor([1] * len(e))), e)
    return result


def by_hand(
    activation: Callable[[Tensor], Tensor], name: str, x: Tensor, e: Tensor
) -> tuple[Tensor, int]:
    """Backpropagate through the two layers step by step, with the defense as in the paper."""
    upper = activation(x.flatten(1) @ W1.T).clamp_min(0)
    lower = activation(x.flatten(1) @ W1.T).clamp_max(0)
    before = (e.flatten(1) @ W1.T).requires_grad_()
    h = activation(before)
    used = h.clamp(lower, upper) if name == "clamp" else h
    p = (used @ W2.T).softmax(1)
    error = (p - F.one_hot(torch.tensor([1] * len(e)), 3)) / len(e)  # d CE / d logits
    gamma = error @ W2  # the error signal at the activation
    above, below = h > upper, h < lower
    stopped = {
        "none": torch.zeros_like(above),
        "paper": above | below,
        "directional": (above & (gamma < 0)) | (below & (gamma > 0)),
        "clamp": above | below,
    }[name]
    (local,) = torch.autograd.grad(h.sum(), before)
    result = (gamma * ~stopped * local) @ W1
    return result.view_as(e), int(stopped.sum())


GATES = [F.relu, F.relu6, F.hardtanh]
ACTIVATIONS = [*GATES, F.silu, F.gelu, F.leaky_relu, F.hardswish, F.elu, torch.tanh]


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("name", DEFENSES)
def test_gradient_is_the_papers(activation: Callable[[Tensor], Tensor], name: str) -> None:
    expected, stopped = by_hand(activation, name, X, E)
    guard = Guard(net(activation), X.expand(2, -1, -1, -1), DEFENSES[name])
    torch.testing.assert_close(gradient(guard, E), expected, rtol=1e-12, atol=1e-14)
    if name == "paper":
        assert stopped > 0, "nothing was filtered: the test would prove nothing"


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("name", ["paper", "directional", "clamp"])
def test_nothing_is_filtered_at_the_image(
    activation: Callable[[Tensor], Tensor], name: str
) -> None:
    image = X.expand(3, -1, -1, -1)
    guard = Guard(net(activation), image, DEFENSES[name])
    assert torch.equal(gradient(guard, image), gradient(net(activation), image))
    assert torch.equal(guard.outside(image), torch.zeros(3))


# Two pictures of three rows each: what is optimized for a picture stays within that picture's.
PICTURES = torch.randn(2, 4, 1, 1, dtype=torch.float64)
BLOCKS = PICTURES.repeat_interleave(3, 0)
ROWS = torch.randn(6, 4, 1, 1, dtype=torch.float64)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("name", DEFENSES)
def test_each_row_stays_within_the_bounds_of_its_own_picture(
    activation: Callable[[Tensor], Tensor], name: str
) -> None:
    expected, _ = by_hand(activation, name, BLOCKS, ROWS)
    guard = Guard(net(activation), BLOCKS, DEFENSES[name], pictures=2)
    torch.testing.assert_close(gradient(guard, ROWS), expected, rtol=1e-12, atol=1e-14)
    assert torch.equal(gradient(guard, BLOCKS), gradient(net(activation), BLOCKS))
    parts = [Guard(net(activation), x.expand(3, -1, -1, -1), DEFENSES[name]) for x in PICTURES]
    outside = [part.outside(rows) for part, rows in zip(parts, ROWS.split(3), strict=True)]
    torch.testing.assert_close(guard.outside(ROWS), torch.cat(outside))
    assert name == "none" or guard.outside(ROWS[[3, 4, 5, 0, 1, 2]]).ne(guard.outside(ROWS)).any()


def test_pictures_share_a_batch_out_evenly() -> None:
    with pytest.raises(ValueError, match="6 rows cannot be 4 pictures'"):
        Guard(net(F.relu), BLOCKS, DEFENSES["paper"], pictures=4)


@pytest.mark.parametrize("plan", [Plan(), Plan("channels_last", fold=True)], ids=str)
@pytest.mark.parametrize("name", ["paper", "directional", "clamp"])
def test_photos_in_one_batch_are_defended_as_one_by_one(name: str, plan: Plan) -> None:
    clf = xw.load("efficientnet_lite0")
    photos = torch.stack([clf.prepare(xw.sample(photo)) for photo in ("coffee", "chelsea")])
    image = photos.repeat_interleave(2, 0)
    forward = plan.prepare(clf, image.device, image)
    together = Guard(forward, image, DEFENSES[name], pictures=2)
    assert gradient(forward, image).count_nonzero() > 0
    assert torch.equal(gradient(together, image), gradient(forward, image))
    assert not together.outside(image).any()

    e = torch.lerp(image.mean((2, 3), keepdim=True), image, torch.rand(4, 1, 224, 224))
    filtered, outside = gradient(together, e), together.outside(e)
    assert not torch.allclose(filtered, gradient(forward, e)), "nothing was filtered"
    for rows in (slice(0, 2), slice(2, 4)):
        alone = Guard(forward, image[rows], DEFENSES[name])
        wanted = gradient(alone, e[rows]) / 2  # the loss is a mean over the batch
        assert F.cosine_similarity(filtered[rows].flatten(1), wanted.flatten(1)).min() > 0.999
        torch.testing.assert_close(outside[rows], alone.outside(e[rows]), rtol=1e-3, atol=1e-4)


def test_share_outside_is_counted_by_hand() -> None:
    h = F.silu(E.flatten(1) @ W1.T)
    hx = F.silu(X.flatten(1) @ W1.T)
    outside = ((h > hx.clamp_min(0)) | (h < hx.clamp_max(0))).double().mean(1)
    guard = Guard(net(F.silu), X.expand(2, -1, -1, -1), DEFENSES["paper"])
    torch.testing.assert_close(guard.outside(E).double(), outside)


class Twice(nn.Module):
    """Two layers with a rectifier after each, written in several ways."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.one, self.two, self.in_place = nn.ReLU(), nn.ReLU(), nn.ReLU(inplace=True)
        operator = torch.ops.aten.relu.default
        self.pair: tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]] = {
            "modules": (self.one, self.two),
            "reused": (self.one, self.one),
            "functional": (F.relu, torch.relu),
            "method": (Tensor.relu, lambda h: h.relu()),
            "operator": (operator, operator),
            "in place": (self.in_place, Tensor.relu_),
        }[kind]

    def forward(self, batch: Tensor) -> Tensor:
        first, second = self.pair
        return second(first(batch.flatten(1) @ W1.T) @ W3.T) @ W2.T


@pytest.mark.parametrize("name", ["paper", "directional"])
@pytest.mark.parametrize("kind", ["reused", "functional", "method", "operator", "in place"])
def test_twins_have_equal_gradients(kind: str, name: str) -> None:
    x = X.expand(2, -1, -1, -1)
    guards = [Guard(Twice(written), x, DEFENSES[name]) for written in ("modules", kind)]
    assert [guard.nonlinearities for guard in guards] == [2, 2]
    assert torch.equal(gradient(guards[1], E), gradient(guards[0], E))
    assert not torch.equal(gradient(guards[1], E), gradient(Twice(kind), E)), "nothing filtered"


@pytest.mark.parametrize("activation", [F.silu, F.relu6, F.hardtanh], ids=lambda f: f.__name__)
def test_a_residual_added_in_place_does_not_move_the_bounds(
    activation: Callable[[Tensor], Tensor],
) -> None:
    def forward(batch: Tensor) -> Tensor:
        out = activation(batch.flatten(1) @ W1.T)
        out += 1  # what is compared is the activation, not what it is turned into
        return out @ W2.T

    def plain(batch: Tensor) -> Tensor:
        return (activation(batch.flatten(1) @ W1.T) + 1) @ W2.T

    image = X.expand(2, -1, -1, -1)
    guards = [Guard(net, image, DEFENSES["paper"]) for net in (forward, plain)]
    assert torch.equal(gradient(guards[0], E), gradient(guards[1], E))
    assert not torch.equal(gradient(guards[0], E), gradient(plain, E)), "nothing filtered"


@pytest.mark.parametrize("name", ["paper", "directional"])
@pytest.mark.parametrize("activation", [F.silu, F.relu, F.relu6], ids=lambda f: f.__name__)
def test_a_signal_that_goes_elsewhere_too_is_filtered_in_one_place(
    activation: Callable[[Tensor], Tensor], name: str
) -> None:
    def forward(batch: Tensor) -> Tensor:
        before = batch.flatten(1) @ W1.T
        return (activation(before) + before) @ W2.T  # both get one gradient, the same tensor

    def apart(batch: Tensor) -> Tensor:
        before = batch.flatten(1) @ W1.T
        return activation(before) @ W2.T + before @ W2.T

    guards = [Guard(net, X.expand(2, -1, -1, -1), DEFENSES[name]) for net in (forward, apart)]
    together, separate = (gradient(guard, E) for guard in guards)
    torch.testing.assert_close(together, separate, rtol=1e-12, atol=1e-14)
    assert not torch.allclose(together, gradient(forward, E)), "nothing filtered"


def test_a_rectifier_over_class_maps_is_left_alone() -> None:
    weight = torch.randn(3, 4, 1, 1, dtype=torch.float64)

    def forward(batch: Tensor) -> Tensor:
        hidden = torch.relu(F.conv2d(batch, torch.eye(4).double()[:, :, None, None]))
        return torch.relu(F.conv2d(hidden, weight)).mean((2, 3))

    image = torch.randn(1, 4, 5, 5, dtype=torch.float64)
    assert Guard(forward, image, DEFENSES["paper"]).nonlinearities == 1


def test_a_net_without_nonlinearity_is_refused_but_not_when_undefended() -> None:
    with pytest.raises(DefenseError, match="nothing to defend"):
        Guard(lambda batch: batch.flatten(1) @ W1.T, X, DEFENSES["paper"])
    Guard(lambda batch: batch.flatten(1) @ W1.T, X, DEFENSES["none"])


def test_a_script_module_is_refused() -> None:
    net = torch.jit.trace(nn.Sequential(nn.Flatten(), nn.Linear(4, 3), nn.ReLU()).double(), X)
    with pytest.raises(DefenseError, match="ScriptModule"):
        Guard(net, X, DEFENSES["paper"])


def test_a_net_with_noise_is_refused() -> None:
    noise = count()  # never twice the same, and never below what the bounds were recorded with

    def noisy(batch: Tensor) -> Tensor:
        return F.relu(batch.flatten(1) @ W1.T + next(noise)) @ W2.T

    with pytest.raises(DefenseError, match="not deterministic"):
        Guard(noisy, X, DEFENSES["paper"])


def test_a_net_that_takes_other_ways_for_other_data_is_refused() -> None:
    def branching(batch: Tensor) -> Tensor:
        h = F.relu(batch.flatten(1) @ W1.T)
        return (F.relu(h - 1) if batch.sum() > X.sum() else h) @ W2.T

    guard = Guard(branching, X, DEFENSES["paper"])
    with pytest.raises(DefenseError, match="control flow"):
        guard(X + 1)


def test_what_is_recorded_survives_a_net_that_changes_its_input() -> None:
    def careless(batch: Tensor) -> Tensor:
        batch.sub_(1)
        return F.relu(batch.flatten(1) @ W1.T) @ W2.T

    image = X.clone()
    Guard(careless, image, DEFENSES["paper"])
    assert torch.equal(image, X)
