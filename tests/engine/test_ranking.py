"""The order of the pixels that trials find: by scores with a known answer, and in a run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import xwidget as xw
from xwidget.engine import ending
from xwidget.engine.optimize import optimize
from xwidget.engine.ranking import AREAS, EACH, Scores, ranked, scoring
from xwidget.engine.settings import Settings
from xwidget.engine.views import DRAWN, PLAIN, View, Views

SIDE = 48
WHITE, GRAY = torch.ones(3, SIDE, SIDE), torch.zeros(3, SIDE, SIDE)
ALONE = Views([PLAIN], WHITE[None], GRAY[None], 0)


def place(down: int, right: int) -> Tensor:
    """A square of 12 x 12, which is a sixteenth of the picture."""
    found = torch.zeros(SIDE, SIDE, dtype=torch.bool)
    found[down : down + 12, right : right + 12] = True
    return found


PLACES = torch.stack([place(4, 4), place(30, 20)])


def seen(pictures: Tensor, numbers: Tensor) -> Tensor:
    """Score of a class: how much of its place is shown."""
    shown = (pictures[:, 0] * PLACES[numbers]).flatten(1).sum(1) / 144
    return (8 * shown - 4).sigmoid()


def noise(count: int = 2) -> Tensor:
    return torch.rand(count, SIDE, SIDE, generator=torch.Generator().manual_seed(1))


def first(order: Tensor, area: float) -> Tensor:
    return order >= order.flatten().topk(round(area * order.numel())).values[-1]


def test_what_the_class_needs_comes_first() -> None:
    begun = noise()
    orders = ranked(seen, ALONE, begun, [70, 70], 0)
    for before, order, needed in zip(begun, orders, PLACES, strict=True):
        assert float(first(before, 0.1)[needed].float().mean()) < 0.2
        assert float(first(order, 0.1)[needed].float().mean()) > 0.5
        assert float(first(order, 0.3)[needed].float().mean()) > 0.95


def test_an_order_has_its_values_and_within_a_band_its_neighbors_as_before() -> None:
    begun = noise()
    orders = ranked(seen, ALONE, begun, [70, 70], 0)
    torch.testing.assert_close(
        orders.flatten(1).sort().values, begun.flatten(1).sort().values, atol=2e-3, rtol=0
    )
    for before, order in zip(begun, orders, strict=True):
        inside = first(order, AREAS[0])
        assert len(order.unique()) == SIDE**2
        assert torch.equal(before[inside].argsort(), order[inside].argsort())


def test_classes_do_not_depend_on_each_other_and_a_seed_repeats_itself() -> None:
    together = ranked(seen, ALONE, noise(), [30, 30], 5)

    def second(pictures: Tensor, numbers: Tensor) -> Tensor:
        return seen(pictures, numbers + 1)

    torch.testing.assert_close(ranked(second, ALONE, noise()[1:], [30], 5)[0], together[1])
    assert torch.equal(ranked(seen, ALONE, noise(), [30, 30], 5), together)
    assert not torch.equal(ranked(seen, ALONE, noise(), [30, 30], 6), together)


@pytest.mark.parametrize("score", [0.0, 0.7, torch.nan])
def test_where_trials_say_nothing_the_order_is_smoothed_alone(score: float) -> None:
    begun = noise()
    begun[:, :, 24:] += 1
    orders = ranked(lambda p, n: torch.full((len(p),), score), ALONE, begun, [70, 70], 0)
    assert orders.isfinite().all()
    assert (first(orders[0], 0.3)[:, 24:]).sum() > 0.99 * first(orders[0], 0.3).sum()


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (5, 1)])
def test_any_picture_has_an_order(size: tuple[int, int]) -> None:
    picture = torch.ones(3, *size)
    views = Views([DRAWN], picture[None], 0 * picture[None], 0)
    orders = ranked(lambda p, n: p[:, 0].flatten(1).mean(1), views, picture, [EACH] * 3, 0)
    assert orders.shape == picture.shape
    assert orders.isfinite().all()


def test_pixels_are_shown_on_the_reference_and_moved_with_the_image() -> None:
    image = torch.rand(3, 6, 8, generator=torch.Generator().manual_seed(2))
    views = Views(
        [(View(), View(noise=0.5, right=2, mirrored=True))], image[None], 0 * image[None] - 1, 0
    )
    pixels = torch.zeros(2, 6, 8, dtype=torch.bool)
    pixels[0, 1, 3] = pixels[1, :, 5] = True
    plain, moved = (views.show(pixels, view) for view in (0, 1))
    assert torch.equal(plain[0, :, 1, 3], image[:, 1, 3])
    assert torch.equal(moved[0, :, 1, 6], image[:, 1, 3])
    assert torch.equal(moved[1, :, :, 4], image[:, :, 5])
    for pictures in (plain, moved):
        assert (pictures != -1).flatten(1).sum(1).tolist() == [3, 3 * 6]


def test_images_that_took_more_steps_or_fewer_are_ranked_as_each_is_alone() -> None:
    begun, steps = noise(3), [21, 70, EACH - 1]

    def from_row(row: int) -> Scores:
        return lambda pictures, numbers: seen(pictures, (row + numbers) % len(PLACES))

    together = ranked(from_row(0), ALONE, begun, steps, 5)
    for row, count in enumerate(steps):
        alone = ranked(from_row(row), ALONE, begun[row : row + 1], [count], 5)[0]
        torch.testing.assert_close(alone, together[row])
    assert torch.equal(together[2], begun[2])


def test_a_run_of_a_few_steps_is_not_ranked() -> None:
    begun = noise()
    assert ranked(seen, ALONE, begun, [EACH - 1] * 2, 0) is begun
    assert ranked(seen, ALONE, begun[:0], [], 0).shape == (0, SIDE, SIDE)


@pytest.fixture
def clf() -> xw.Classifier:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(6 * 196, 4))
    return xw.Classifier(net, size=16)


@pytest.fixture
def x(clf: xw.Classifier) -> Tensor:
    return clf.prepare(np.random.default_rng(0).random((16, 16, 3)))


@pytest.mark.parametrize(
    ("game", "ranking", "ranks", "changed"),
    [
        ("generation", "trials", True, True),
        ("preservation", "trials", True, True),
        ("generation", "trials", False, False),
        ("generation", "path", True, False),
        ("deletion", "trials", True, False),
    ],
)
def test_a_run_is_ranked_at_its_end_in_games_that_keep_the_class(
    clf: xw.Classifier, x: Tensor, game: str, ranking: str, ranks: bool, changed: bool
) -> None:
    settings = Settings(game=game, iterations=EACH)
    asked = replace(settings, ranking=ranking)
    target = int((clf.classify(x) - clf.classify(torch.zeros_like(x))).argmax())
    found = list(optimize(clf, x, [target], asked, checked=False, ranks=ranks))
    path = list(optimize(clf, x, [target], replace(settings, ranking="path"), checked=False))
    same = [torch.equal(a.relevance, b.relevance) for a, b in zip(found, path, strict=True)]
    assert same == [True] * EACH + [not changed]
    assert torch.equal(found[-1].masks, path[-1].masks)
    assert torch.equal(found[-1].path, path[-1].relevance)


def test_a_class_that_the_net_does_not_see_is_not_ranked(x: Tensor) -> None:
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 196, 3))
    with torch.no_grad():
        net[3].bias[2] = -30.0
    clf = xw.Classifier(net, size=16)
    found, path = (
        list(optimize(clf, x, [0, 2], Settings(iterations=EACH, ranking=how), checked=False))[-1]
        for how in ("trials", "path")
    )
    assert found.relevance is not None
    assert path.relevance is not None
    assert torch.equal(found.relevance[1], path.relevance[1])


def test_a_run_that_is_stopped_while_it_is_ranked_keeps_what_it_has(
    clf: xw.Classifier, x: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> Tensor:
        raise KeyboardInterrupt

    monkeypatch.setattr(ending, "ranked", stopped)
    target = int((clf.classify(x) - clf.classify(torch.zeros_like(x))).argmax())
    last = list(optimize(clf, x, [target], Settings(iterations=EACH)))[-1]
    assert last.stopped == "interrupted"
    assert last.checks is None
    assert last.relevance is last.path


def test_small_batches_score_the_same(clf: xw.Classifier, x: Tensor) -> None:
    net = clf.twin("cpu")
    numbers = torch.tensor([0, 1, 1, 0, 1])
    pictures = torch.randn(5, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    whole, parts = (
        scoring(clf, lambda batch: clf.logits(net, batch), torch.tensor([3, 1]), batch)(
            pictures, numbers
        )
        for batch in (5, 2)
    )
    expected = clf.scores(clf.logits(net, pictures)).detach()[range(5), [3, 1, 1, 3, 1]]
    torch.testing.assert_close(whole, expected.float())
    torch.testing.assert_close(parts, whole)
