"""Several images in one batch: each is explained as if it were alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

import xwidget as xw
from xwidget.engine.cohort import Case
from xwidget.engine.defense import Guard
from xwidget.engine.ending import finish
from xwidget.engine.optimize import optimize
from xwidget.engine.plan import Plan
from xwidget.engine.runner import Runner
from xwidget.engine.settings import Settings
from xwidget.engine.step import Step
from xwidget.engine.together import Left, Together
from xwidget.engine.views import DRAWN, PLAIN, View, Views
from xwidget.engine.watch import NotFiniteError

SIDE = 12
PAIRS = [(0, 1), (2, 0), (3, 1), (1, 2), (0, 3)]
FINE = torch.float64


class Net(nn.Module):
    """A net of four classes; NaN for pictures of some brightness."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.body = nn.Sequential(
            nn.Conv2d(3, 6, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(6, 6, 3, stride=2),
            nn.SiLU(),
            nn.Flatten(),
            nn.Linear(6 * 25, 4),
        )

    def forward(self, batch: Tensor) -> Tensor:
        bright = batch.mean((1, 2, 3))
        return torch.where(
            ((bright > 0.5) & (bright < 1.5))[:, None], torch.nan, 6 * self.body(batch)
        )


def classifier(dtype: torch.dtype = FINE) -> xw.Classifier:
    return xw.Classifier(Net().to(dtype), size=SIDE, mean=0.5, std=0.5)


def pictures(dtype: torch.dtype = FINE) -> list[Tensor]:
    drawn = torch.Generator().manual_seed(0)
    found = [torch.randn(3, SIDE, SIDE, generator=drawn, dtype=FINE).to(dtype) for _ in PAIRS]
    found[1] = found[1][:1].expand(3, -1, -1).contiguous()  # a gray one
    return found


class Played:
    """Images that were explained together, each taken in at a turn of its own."""

    def __init__(
        self,
        clf: xw.Classifier,
        images: Sequence[Tensor],
        targets: Sequence[tuple[int, ...]],
        settings: Settings,
        enters: Sequence[int] | None = None,
        *,
        ends_once: bool = False,
    ) -> None:
        self.cases = [Case(x, each) for x, each in zip(images, targets, strict=True)]
        self.steps: dict[int, Step] = {}
        self.errors: dict[int, Exception] = {}
        self.sizes: list[int] = []
        self._over: list[Left] = []
        together = Together(Runner(clf, images[0], 1, Plan.read(settings.plan)), settings)
        waiting = list(range(len(images)))
        while waiting or together.cohorts:
            now = [n for n in waiting if not enters or enters[n] <= len(self.sizes)]
            waiting = [n for n in waiting if n not in now]
            if now:
                together.add([self.cases[n] for n in now])
            self.sizes.append(sum(len(cohort.cases) for cohort in together.cohorts))
            for left in together.advance():
                if isinstance(left.reason, Exception):
                    self.errors.update(dict.fromkeys(self._numbers(left), left.reason))
                else:
                    self._over.append(left)
            if not ends_once or not (waiting or together.cohorts):
                self._end()

    def _numbers(self, left: Left) -> list[int]:
        return [self.cases.index(case) for case in left.cohort.cases]

    def _end(self) -> None:
        if not self._over:
            return
        steps = finish(self._over, checked=True, ranks=True)
        for left, step in zip(self._over, steps, strict=True):
            for place, n in enumerate(self._numbers(left)):
                count = len(self.cases[n].targets)
                self.steps[n] = step.part(slice(place * count, (place + 1) * count))
        self._over.clear()


def same(played: Step, alone: Step, within: float) -> None:
    """Assert that two last steps are the same but for rounding."""
    assert (played.iteration, played.stopped) == (alone.iteration, alone.stopped)
    assert played.targets == alone.targets
    assert float((played.masks - alone.masks).abs().max()) <= within
    for name in ("scores", "image_scores", "outside"):
        torch.testing.assert_close(
            getattr(played, name), getattr(alone, name), rtol=within, atol=10 * within
        )


@pytest.mark.parametrize("game", ["generation", "deletion"])
@pytest.mark.parametrize("enters", [[0, 0, 0, 0, 0], [0, 2, 2, 5, 14]], ids=["at once", "in turn"])
def test_an_image_of_a_batch_is_explained_as_it_is_alone(game: str, enters: list[int]) -> None:
    clf, images = classifier(), pictures()
    settings = Settings(game=game, iterations=11, plan="plain")
    played = Played(clf, images, PAIRS, settings, enters)
    assert max(played.sizes) == (4 if any(enters) else 5)
    for n, (x, targets) in enumerate(zip(images, PAIRS, strict=True)):
        steps = list(optimize(clf, x, targets, settings))
        found, alone = played.steps[n], steps[-1]
        same(found, alone, 1e-5)
        assert found.relevance is not None
        torch.testing.assert_close(found.relevance, alone.relevance, rtol=0, atol=1e-5)
        assert found.checks is not None
        assert alone.checks is not None
        for ours, theirs in zip(found.checks, alone.checks, strict=True):
            assert [item.words for item in ours.items] == [item.words for item in theirs.items]
        curve = torch.stack([figures[0, row : row + 2] for figures, row in played.cases[n].course])
        torch.testing.assert_close(
            curve, torch.stack([step.scores.float() for step in steps]), rtol=1e-5, atol=1e-6
        )


@pytest.mark.parametrize(
    "change", [{"sparsity": 1e-3}, {"rule": "momentum"}, {"reference": "blur"}]
)
def test_so_it_is_in_single_precision_and_with_other_settings(change: dict[str, object]) -> None:
    clf, images = classifier(torch.float32), pictures(torch.float32)
    settings = Settings(iterations=9, plan="plain", **change)  # type: ignore[arg-type]
    played = Played(clf, images, PAIRS, settings, [0, 0, 2, 2, 2])
    for n, (x, targets) in enumerate(zip(images, PAIRS, strict=True)):
        *_, alone = optimize(clf, x, targets, settings)
        same(played.steps[n], alone, 1e-3)


def test_an_image_that_is_not_finite_leaves_and_the_others_go_on() -> None:
    clf, images = classifier(), pictures()
    images[2] += 2  # between it and the reference the net is NaN
    settings = Settings(iterations=30, plan="plain", reference="zero", sparsity=0.0)
    played = Played(clf, images, PAIRS, settings)
    with pytest.raises(NotFiniteError) as told:
        list(optimize(clf, images[2], PAIRS[2], settings))
    assert {n: str(error) for n, error in played.errors.items()} == {2: str(told.value)}
    assert (played.sizes[0], played.sizes[-1]) == (5, 4)
    for n in (0, 1, 3, 4):
        *_, alone = optimize(clf, images[n], PAIRS[n], settings)
        same(played.steps[n], alone, 1e-5)


def test_an_image_in_which_nothing_changes_any_more_leaves_early() -> None:
    clf, images = classifier(), pictures()
    images[1] = torch.zeros_like(images[1])  # its own reference
    settings = Settings(iterations=60, plan="plain")
    played = Played(clf, images[:2], PAIRS[:2], settings)
    assert (played.steps[0].stopped, played.steps[1].stopped) == ("iterations", "converged")
    *_, alone = optimize(clf, images[1], PAIRS[1], settings)
    same(played.steps[1], alone, 1e-5)
    assert (played.sizes[0], played.sizes[-1]) == (2, 1)


@pytest.mark.parametrize("game", ["generation", "deletion"])
def test_images_that_took_other_numbers_of_steps_may_end_together(game: str) -> None:
    clf, images = classifier(), pictures()[:3]
    images[1] = torch.zeros_like(images[1])
    settings = Settings(game=game, iterations=60, plan="plain")
    played = Played(clf, images, PAIRS[:3], settings, [0, 0, 4], ends_once=True)
    assert [played.steps[n].iteration for n in range(3)] == [60, 50, 60]
    for n, (x, targets) in enumerate(zip(images, PAIRS, strict=False)):
        *_, alone = optimize(clf, x, targets, settings)
        found = played.steps[n]
        same(found, alone, 1e-4)
        assert found.relevance is not None
        torch.testing.assert_close(found.relevance, alone.relevance, rtol=0, atol=1e-4)
        assert found.checks is not None
        assert alone.checks is not None
        assert [str(each) for each in found.checks] == [str(each) for each in alone.checks]


def test_each_image_has_its_own_views_and_all_the_same_draws() -> None:
    images = pictures()[:3]
    still = View(noise=DRAWN[2].noise / 2)
    described = [DRAWN, (DRAWN[0], still, DRAWN[2]), (DRAWN[0], DRAWN[1], still)]
    apart = [
        Views([views], x[None], torch.full_like(x, 0.1)[None], 4)
        for views, x in zip(described, images, strict=True)
    ]
    together = Views.join(apart)
    references = together.references(5)
    assert torch.equal(references, torch.cat([views.references(5) for views in apart], 1))
    masks = torch.rand(3, 3 * 2, 3, SIDE, SIDE, dtype=FINE)
    pixels = masks[0, :, 0] > 0.5
    blended = together.blend(masks, references, range(3)).view(3, 3, 2, 3, SIDE, SIDE)
    shown = [together.show(pixels, view).view(2, 3, 3, SIDE, SIDE) for view in range(3)]
    for n, views in enumerate(apart):
        rows = slice(2 * n, 2 * n + 2)
        one = views.blend(masks[:, rows], views.references(5), range(3))
        assert torch.equal(blended[:, n], one.view(3, 2, 3, SIDE, SIDE))
        for view in range(3):
            assert torch.equal(shown[view][:, n], views.show(pixels[n::3], view))
        part = together.part([n])
        assert part.described == [described[n]]
        assert torch.equal(part.images, views.images)


def test_a_view_is_made_milder_for_the_image_alone_that_the_net_does_not_know_in_it() -> None:
    images = torch.stack(pictures()[:4])
    images[1, :, :, SIDE // 2 :] += 3
    images[3, :, :, SIDE // 2 :] += 3

    def upright(batch: Tensor) -> Tensor:
        """Know a picture unless its left half is much the brighter one."""
        left, right = (half.mean((1, 2, 3)) for half in batch.split(SIDE // 2, 3))
        return torch.where(left - right > 1, 0.1, 0.9).double()[:, None]

    views = Views([DRAWN] * 4, images, torch.zeros_like(images), 0).bearable(upright)
    mild = (*DRAWN[:2], View(noise=DRAWN[2].noise))
    assert views.described == [DRAWN, mild, DRAWN, mild]
    plain = Views([PLAIN] * 4, images, torch.zeros_like(images), 0)
    assert plain.bearable(upright) is plain


def test_a_step_of_all_images_is_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    clf, images = classifier(), pictures()
    together = Together(Runner(clf, images[0], 1, Plan()), Settings(reference="zero"))
    together.add([Case(x, each) for x, each in zip(images, PAIRS, strict=True)])
    rows: list[int] = []
    call = Guard.__call__
    monkeypatch.setattr(Guard, "__call__", lambda self, e: rows.append(len(e)) or call(self, e))
    for _ in range(10):
        assert not together.advance()
    assert rows == [2 * 5] * 10
