"""The effect of a region, on nets of which the truth is known: they look at one place alone."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import xwidget as xw
from xwidget.attribution import Attribution
from xwidget.engine.views import View, Views
from xwidget.findings.region import Box, Pixels, Point, Polygon
from xwidget.metrics.effect import _OWN, Effects, effect

SIDE = 32
CORNER = Box(0, 0, 8, 8)
ELSEWHERE = Box(16, 16, 12, 12)


class Corner(nn.Module):
    """Class 1 for a bright upper left corner of 8×8 pixels; it looks nowhere else."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(8.0))

    def forward(self, x: Tensor) -> Tensor:
        seen = self.weight * x[:, :, :8, :8].mean((1, 2, 3))
        return torch.stack([torch.full_like(seen, 1.0), seen], 1)


class Depends(Corner):
    """The same, but its answer for a picture depends on the rest of the batch."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) - 5 * (len(x) - 1) * torch.tensor([0.0, 1.0])


class Spread(Corner):
    """The same, but it divides by the spread of a picture: NaN for one of a single color."""

    def forward(self, x: Tensor) -> Tensor:
        spread = x.std((1, 2, 3), keepdim=True)
        return super().forward(x * spread / spread)


class Broken(Corner):
    """NaN for every picture but the image, whose last pixel is white."""

    def forward(self, x: Tensor) -> Tensor:
        known = (x[:, :, -1, -1] > 0.99).all(1, keepdim=True)
        return torch.where(known, super().forward(x), torch.nan)


class Lit(Corner):
    """The same for what is brighter than gray, with a nonlinearity that can be defended."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(torch.relu(x))


def photo() -> np.ndarray:
    """Return gray noise with a white upper left corner and a white last pixel."""
    image = np.random.default_rng(0).uniform(0.3, 0.7, (SIDE, SIDE, 3))
    image[:8, :8] = image[-1, -1] = 1
    return image


def subject(net: nn.Module | None = None) -> xw.Subject:
    return xw.Subject(xw.Classifier(net or Corner(), size=SIDE, mean=0.5, std=0.5), photo())


def test_without_what_the_net_looks_at_the_score_drops_and_elsewhere_it_does_not() -> None:
    measure = Effects(subject())
    corner, elsewhere = measure(CORNER, 1), measure(ELSEWHERE, 1)
    assert corner.image > 0.99
    assert corner.without < 0.5
    assert corner.drop > 0.5
    assert elsewhere.drop == pytest.approx(0, abs=1e-6)


def test_only_what_the_net_looks_at_is_enough_and_only_the_rest_is_not() -> None:
    measure = Effects(subject())
    assert measure(CORNER, 1).only > 0.99
    assert measure(ELSEWHERE, 1).only < 0.5


def test_it_is_the_mean_over_backgrounds_of_a_run_that_the_run_did_not_see() -> None:
    one = subject()
    found = effect(one, CORNER, 1, draws=5, seed=3)
    views = Views(
        [(View(), View(0.1), View(0.3))], one.x[None], torch.zeros_like(one.x)[None], 3 + _OWN
    )
    backgrounds = torch.cat([views.references(0), views.references(1)[1:]])[:, 0]
    mask = torch.from_numpy(CORNER.mask((SIDE, SIDE)))
    net = one.clf.net
    with torch.no_grad():
        without = net(torch.where(mask, backgrounds, one.x)).softmax(1)[:, 1]
        only = net(torch.where(mask, one.x, backgrounds)).softmax(1)[:, 1]
    assert found.without == pytest.approx(float(without.mean()), rel=1e-5)
    assert found.only == pytest.approx(float(only.mean()), rel=1e-5)
    assert found.without_spread == pytest.approx(float(without.std(correction=0)), rel=1e-3)
    assert found.draws == 5
    assert found.without_spread > 0


def test_the_same_seed_measures_the_same_and_another_one_something_else() -> None:
    one = subject()
    found = effect(one, CORNER, 1, seed=1)
    assert effect(one, CORNER, 1, seed=1) == found
    assert effect(one, CORNER, 1, seed=2) != found


def test_a_net_whose_rows_depend_on_each_other_is_asked_one_picture_at_a_time() -> None:
    assert effect(subject(Depends()), CORNER, 1) == effect(subject(), CORNER, 1)


def test_the_whole_picture_leaves_the_backgrounds_alone_and_only_it_is_the_image() -> None:
    found = effect(subject(), Box(-5, -5, 100, 100), 1)
    assert found.area == 1
    assert found.only == pytest.approx(found.image, abs=1e-6)
    assert found.without < 0.5


@pytest.mark.parametrize(
    ("region", "pixels"),
    [
        (Point(20.5, 20.5), 1),
        (Box(10.2, 10.2, 0.1, 0.1), 1),
        (Polygon((((0, 0), (4, 0), (4, 4), (0, 4)),)), 16),
        (Pixels.of(np.eye(SIDE)), SIDE),
        (np.eye(SIDE, dtype=bool), SIDE),
        (torch.eye(SIDE), SIDE),
    ],
)
def test_regions_of_every_kind_and_masks_are_measured(region: object, pixels: int) -> None:
    found = effect(subject(), region, 1, draws=2)  # type: ignore[arg-type]
    assert found.area == pixels / SIDE**2


def test_a_class_may_be_named_and_the_effect_says_its_index() -> None:
    assert effect(subject(), CORNER, "class 1", draws=1).target == 1


def test_the_share_is_that_of_the_positive_values_inside() -> None:
    values = np.zeros((2, SIDE, SIDE), np.float32)
    values[1, :8, :8], values[1, 20, 20], values[1, 25, 25] = 0.25, 4.0, -100.0
    found = Attribution.from_array(values, [0, 1])
    measure = Effects(subject(), draws=1)
    assert measure(CORNER, 1, found).share == 0.8
    assert measure(CORNER, 0, found).share is None  # no evidence at all
    assert measure(CORNER, 1).share is None
    assert measure(CORNER, 1, Attribution.from_array(values[0], 0)).share is None


def test_the_share_of_an_explanation_is_that_of_its_mask() -> None:
    one = subject(Lit())
    ex = xw.explain(one, targets=1, iterations=20, progress=False)
    found = effect(one, CORNER, 1, attribution=ex)
    mask = ex.masks[0].mean(0, dtype=np.float64)
    assert found.share == pytest.approx(mask[:8, :8].sum() / mask.sum(), rel=1e-5)
    assert found.share > 8 * found.area


def test_the_model_is_left_as_it_was() -> None:
    net = Corner().train()
    before = copy.deepcopy(net.state_dict())
    one = subject(net)
    seen = []
    net.register_forward_hook(lambda *_: seen.append(1))
    effect(one, CORNER, 1)
    assert net.training
    assert net.weight.requires_grad
    assert net.weight.grad is None
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_weights_that_are_trained_in_place_between_two_measurements_are_seen() -> None:
    net = Corner()
    measure = Effects(subject(net))
    before = measure(CORNER, 1)
    with torch.no_grad():
        net.weight.fill_(0)
    after = measure(CORNER, 1)
    assert before.image > 0.9
    assert after.image < 0.5
    assert after.drop == 0


@pytest.mark.parametrize("step", ["Judge", "_drawn"])
def test_a_trained_net_is_not_measured_as_it_was_where_getting_ready_fails(
    monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    net = Corner()
    measure = Effects(subject(net))
    net.weight.data = torch.tensor(0.0)
    module, asked = sys.modules[Effects.__module__], []
    make = getattr(module, step)

    def fail_first(*args: object, **settings: object) -> object:
        asked.append(args)
        if len(asked) == 1:
            raise MemoryError("out of memory")
        return make(*args, **settings)

    monkeypatch.setattr(module, step, fail_first)
    with pytest.raises(MemoryError):
        measure(CORNER, 1)
    assert measure(CORNER, 1).image < 0.5
    assert len(asked) == 2


def _written_through_data(net: nn.Sequential) -> None:
    net[0].running_mean.data.fill_(9)


def _given_other_values(net: nn.Sequential) -> None:
    net[1].weight.data = torch.tensor(0.0)


def _given_another_layer(net: nn.Sequential) -> None:
    net[2] = nn.Softsign()


@pytest.mark.parametrize(
    "change", [_written_through_data, _given_other_values, _given_another_layer]
)
def test_a_net_is_measured_as_it_is_then(change: Callable[[nn.Sequential], None]) -> None:
    net = nn.Sequential(nn.BatchNorm2d(3), Corner(), nn.Identity()).eval()
    measure = Effects(subject(net))
    before = measure(CORNER, 1)
    change(net)
    after = measure(CORNER, 1)
    assert after != before
    assert after == Effects(subject(net))(CORNER, 1)


def test_a_net_that_stays_as_it_is_is_prepared_once() -> None:
    measure = Effects(subject(nn.Sequential(nn.BatchNorm2d(3), Corner()).eval()))
    judge = measure._judge
    assert measure(CORNER, 1) == measure(CORNER, 1)
    assert measure._judge is judge


def test_backgrounds_on_which_the_net_is_nan_are_left_out_and_not_counted() -> None:
    found = effect(subject(Spread()), Box(0, 0, SIDE, SIDE), 1, draws=8)
    assert found.draws == 7  # all but the data mean, of a single color
    assert np.isfinite(found.without)


REFUSED: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: effect(subject(Broken()), Box(0, 0, SIDE, SIDE), 1), ValueError, "no finite score"),
    (lambda: effect(subject(), np.ones((4, 4)), 1), ValueError, r"\(4, 4\); expected \(32, 32\)"),
    (lambda: effect(subject(), np.zeros((SIDE, SIDE)), 1), ValueError, "no pixel"),
    (lambda: effect(subject(), np.full((SIDE, SIDE), np.nan), 1), ValueError, "other than 0 and 1"),
    (lambda: effect(subject(), np.full((SIDE, SIDE), 0.5), 1), ValueError, "mask > 0.5"),
    (lambda: effect(subject(), "corner", 1), TypeError, "expected a Region"),
    (lambda: effect(subject(), Pixels.of(np.eye(4)), 1), ValueError, r"\(4, 4\)"),
    (lambda: effect(subject(), CORNER, 7), ValueError, "7"),
    (lambda: effect(subject(), CORNER, 1, draws=0), ValueError, "draws"),
    (lambda: effect(subject().clf, CORNER, 1), TypeError, r"xw.Subject\(clf, image\)"),  # type: ignore[arg-type]
    (
        lambda: effect(
            subject(), CORNER, 1, attribution=Attribution.from_array(np.ones((4, 4)), 1)
        ),
        ValueError,
        r"has \(4, 4\) pixels",
    ),
    (
        lambda: effect(
            subject(),
            CORNER,
            1,
            attribution=Attribution.from_array(np.ones((SIDE, SIDE)), 1, digest="a" * 64),
        ),
        ValueError,
        "another image",
    ),
]


@pytest.mark.parametrize(("call", "error", "words"), REFUSED)
def test_what_cannot_be_measured_is_refused_in_words(
    call: Callable[[], object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        call()
