"""The plan of a run: it changes how a result is computed, not the result."""

from __future__ import annotations

import gc
import threading
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import xwidget as xw
from xwidget.engine import plan as planning
from xwidget.engine.batches import Batches
from xwidget.engine.defense import Guard
from xwidget.engine.early_stop import PATIENCE, EarlyStop
from xwidget.engine.fold import fold
from xwidget.engine.optimize import optimize
from xwidget.engine.plan import Plan
from xwidget.engine.runner import Runner
from xwidget.engine.settings import Settings
from xwidget.engine.strategies import DEFENSES
from xwidget.engine.views import DRAWN

IMAGE = np.random.default_rng(0).random((16, 16, 3))


class Block(nn.Module):
    """Convolutions and batch norms, joined as they are in real nets."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two, self.three = (nn.Conv2d(8, 8, 3, padding=1) for _ in range(3))
        self.first, self.second, self.third = (nn.BatchNorm2d(8) for _ in range(3))

    def forward(self, batch: Tensor) -> Tensor:
        rows, columns = batch.shape[-2:]  # what symbolic tracers give up on
        h = F.relu(self.first(self.one(F.pad(batch, (0, columns % 2, 0, rows % 2)))))
        both = self.two(h)
        h = F.silu(self.second(both)) + both  # what is between is used twice: not to be folded
        return self.third(self.three(h)) + self.third(h)  # nor a norm that is called twice


class Joined(nn.Module):
    """Batch norms of what was put together, and is gone when the next convolution runs."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(3, 3, 1) for _ in range(6))
        self.norms = nn.ModuleList(nn.BatchNorm2d(6) for _ in range(6))

    def forward(self, batch: Tensor) -> Tensor:
        for conv, norm in zip(self.convs, self.norms, strict=True):
            batch = conv(norm(torch.cat([batch, batch], 1))[:, :3])
        return batch.mean((2, 3))


def test_a_norm_of_what_no_convolution_made_is_not_folded() -> None:
    net = Joined().eval()
    assert not fold(net, net, torch.rand(1, 3, 8, 8))


@pytest.fixture
def clf() -> xw.Classifier:
    torch.manual_seed(2)
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, bias=False), Block(), nn.Flatten(), nn.Linear(8 * 196, 5)
    )
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean = torch.randn(8)
            module.running_var = torch.rand(8) + 0.5
            nn.init.normal_(module.weight)
            nn.init.normal_(module.bias)
    return xw.Classifier(net, size=16, mean=0.5, std=0.5)


@pytest.fixture
def image(clf: xw.Classifier) -> Tensor:
    return clf.prepare(IMAGE).expand(3, -1, -1, -1).contiguous()


PLANS = [
    Plan(fold=True),
    Plan("channels_last"),
    Plan("channels_last", fold=True, batch=2),
    Plan(batch=1),
]


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_a_plan_changes_nothing_beyond_rounding(
    clf: xw.Classifier, image: Tensor, plan: Plan
) -> None:
    plain, planned = (p.prepare(clf, image.device, image) for p in (Plan(), plan))
    torch.testing.assert_close(planned(image), plain(image), rtol=1e-4, atol=1e-4)
    settings = Settings(game="deletion", sparsity=0.0)
    runs = [
        list(optimize(clf, image[0], [0, 1, 2], replace(settings, iterations=4, plan=p)))[-1]
        for p in (Plan(), plan)
    ]
    torch.testing.assert_close(runs[1].scores, runs[0].scores, rtol=1e-3, atol=1e-4)
    assert float((runs[1].masks - runs[0].masks).abs().mean()) < 1e-3


@pytest.mark.parametrize("name", ["paper", "directional"])
@pytest.mark.parametrize("plan", [*PLANS, Plan(autocast="bfloat16")], ids=str)
def test_bounds_are_recorded_through_the_plan_that_runs(
    clf: xw.Classifier, image: Tensor, plan: Plan, name: str
) -> None:
    pictures = torch.stack([image[0], image[0].flip(-1)])
    runner = Runner(clf, pictures[0], 6, plan)
    batches = Batches(runner, pictures[:, None], 3, DEFENSES[name])

    def gradients(guard: Guard, seen: Sequence[int], index: Tensor) -> tuple[Tensor, ...]:
        e = pictures[list(seen)].repeat_interleave(len(index), 0).requires_grad_()
        pair = [torch.autograd.grad(run(e)[:, 1].sum(), e)[0] for run in (guard, guard.undefended)]
        return tuple(each.unflatten(0, (len(seen), -1)) for each in (*pair, guard.outside(e)))

    guarded, free, outside = batches.run(gradients, torch.arange(3))
    assert guarded.shape == (2, 3, *image.shape[1:]), "(V, K, ...)"
    assert torch.equal(guarded, free)
    assert not outside.any()


def test_what_is_folded_is_what_is_certain(clf: xw.Classifier, image: Tensor) -> None:
    before = {name: value.clone() for name, value in clf.net.state_dict().items()}
    twin = clf.twin("cpu")
    assert fold(twin, twin, image[:1])
    block = twin[1]
    assert isinstance(block.first, nn.Identity)
    assert isinstance(block.second, nn.BatchNorm2d)
    assert isinstance(block.third, nn.BatchNorm2d)
    assert all(torch.equal(value, before[name]) for name, value in clf.net.state_dict().items())


def test_a_fold_that_changes_the_net_is_found_out() -> None:
    class NoBias(nn.Conv2d):  # a bias that folding adds is lost here
        def forward(self, batch: Tensor) -> Tensor:
            return F.conv2d(batch, self.weight)

    net = nn.Sequential(NoBias(3, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten())
    net.append(nn.Linear(4 * 196, 2))
    nn.init.ones_(net[1].bias)
    clf = xw.Classifier(net, size=16, mean=0.5, std=0.5)
    x = clf.prepare(IMAGE)[None]
    forward = Plan(fold=True).prepare(clf, x.device, x)
    assert torch.equal(forward(x), clf.logits(clf.twin("cpu"), x))


def test_a_run_follows_weights_that_were_trained_on(clf: xw.Classifier, image: Tensor) -> None:
    plan = Plan("channels_last", fold=True)
    old = plan.prepare(clf, image.device, image)(image)
    with torch.no_grad():
        clf.net[1].one.weight.mul_(3)
    new = plan.prepare(clf, image.device, image)(image)
    assert not torch.allclose(old, new, rtol=1e-2)
    torch.testing.assert_close(new, clf.logits(clf.twin("cpu"), image), rtol=1e-4, atol=1e-4)


def test_the_choice_is_made_once_and_can_be_told(
    clf: xw.Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    timed: list[int] = []

    def seconds(forwards: list[object], image: Tensor) -> list[float]:
        timed.append(len(image))
        return [1.0, 0.5]

    monkeypatch.setattr(planning, "_seconds", seconds)
    ex = xw.explain(clf, IMAGE, [0], iterations=1, progress=False)
    assert ex.diagnostics["plan"] == {
        "memory_format": "channels_last",
        "fold": True,
        "autocast": None,
        "batch": None,
    }
    xw.explain(clf, IMAGE, [1], iterations=1, progress=False)
    xw.explain(clf, IMAGE, [0, 1], iterations=1, progress=False)
    views = len(DRAWN)
    assert timed == [views, 2 * views], "chosen once for each number of classes"
    again = xw.explain(clf, IMAGE, [0], iterations=1, progress=False, plan=ex.diagnostics["plan"])
    np.testing.assert_array_equal(again.masks, ex.masks)
    told = xw.explain(clf, IMAGE, [0], iterations=1, progress=False, plan="plain")
    assert told.diagnostics["plan"] == Plan().describe()


def test_workers_that_time_differently_agree_where_the_plan_is_given(
    clf: xw.Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explain(seconds: tuple[float, float], plan: object) -> xw.Explanation:
        monkeypatch.setattr(planning, "_seconds", lambda forwards, image: seconds)
        planning._chosen.clear()  # as in another process
        return xw.explain(clf, IMAGE, [0], iterations=8, progress=False, plan=plan)  # type: ignore[arg-type]

    usual, other = (1.0, 1.0), (1.0, 0.5)
    first, second = (explain(seconds, "auto") for seconds in (usual, other))
    assert first.diagnostics["plan"] != second.diagnostics["plan"]
    assert not np.array_equal(first.masks, second.masks)
    assert float(np.abs(first.masks - second.masks).mean()) < 1e-3
    for plan in ("folded", "plain", first.diagnostics["plan"], second.diagnostics["plan"]):
        first, second = (explain(seconds, plan) for seconds in (usual, other))
        assert first.diagnostics["plan"] == second.diagnostics["plan"]
        for name in ("masks", "relevance", "scores"):
            np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    assert explain(other, "folded").diagnostics["plan"] == Plan(fold=True).describe()


@pytest.mark.parametrize(
    "wrong", ["fast", {"layout": "NCHW"}, {"batch": 0}, {"autocast": "int8"}, {"memory_format": ""}]
)
def test_a_plan_that_is_none_is_refused_in_words(clf: xw.Classifier, wrong: object) -> None:
    with pytest.raises(ValueError, match="plan"):
        xw.explain(clf, IMAGE, [0], progress=False, plan=wrong)  # type: ignore[arg-type]


class Greedy(nn.Module):
    """A net that has no memory for more than two images."""

    def __init__(self, error: type[Exception], words: str) -> None:
        super().__init__()
        self.hidden, self.layer = nn.Linear(3 * 256, 8), nn.Linear(8, 6)
        self.error, self.words = error, words

    def forward(self, batch: Tensor) -> Tensor:
        if len(batch) > 2:
            raise self.error(self.words)
        return self.layer(F.relu(self.hidden(batch.flatten(1))))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError, ""),
        (RuntimeError, "[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"),
        (getattr(torch, "OutOfMemoryError", RuntimeError), "CUDA out of memory. Tried to allocate"),
    ],
)
def test_a_batch_that_does_not_fit_is_split(error: type[Exception], words: str) -> None:
    clf = xw.Classifier(Greedy(error, words), size=16, mean=0.5, std=0.5)
    split = xw.explain(clf, IMAGE, range(6), iterations=3, progress=False)
    assert split.diagnostics["plan"]["batch"] == 2
    for row in (0, 5):
        alone = xw.explain(clf, IMAGE, [row], iterations=3, progress=False)
        np.testing.assert_allclose(split.masks[row], alone.masks[0], atol=1e-4)


def test_other_errors_are_not_taken_for_a_lack_of_memory() -> None:
    clf = xw.Classifier(Greedy(RuntimeError, "shapes differ"), size=16, mean=0.5, std=0.5)
    with pytest.raises(Exception, match="shapes differ"):
        xw.explain(clf, IMAGE, range(6), iterations=1, progress=False)


def test_a_run_ends_where_nothing_changes(clf: xw.Classifier) -> None:
    # Nothing is to be seen on a picture that is its own reference.
    gray = np.full((16, 16, 3), 0.5)
    ex = xw.explain(clf, gray, [0, 1], iterations=400, progress=False)
    assert ex.diagnostics["stopped"] == "converged"
    assert PATIENCE <= len(ex.trace) - 1 < 400
    assert np.isfinite(ex.diagnostics["outside_bounds"]).all()
    full = xw.explain(clf, gray, [0, 1], iterations=90, progress=False, early_stop=False)
    assert full.diagnostics["stopped"] == "iterations"
    assert len(full.trace) == 91


def test_slow_drift_is_change() -> None:
    early_stop, masks = EarlyStop(), torch.full((2, 3, 4, 4), 0.5)
    for n in range(300):
        moving = torch.tensor([0.5, 0.5 + 1e-4 * n])  # of one target only
        assert not any(early_stop.reached(n, masks, moving))
    assert any(early_stop.reached(n, masks, moving)[0] for n in range(300, 350))


def test_nothing_grows_over_a_hundred_explanations(clf: xw.Classifier) -> None:
    def alive() -> dict[str, int]:
        gc.collect()
        return {
            "tensors": sum(issubclass(type(thing), Tensor) for thing in gc.get_objects()),
            "modules": sum(issubclass(type(thing), nn.Module) for thing in gc.get_objects()),
            "hooks": sum(
                len(module._forward_hooks) + len(module._forward_pre_hooks)
                for module in clf.net.modules()
            ),
            "threads": threading.active_count(),
            "files": len(list(Path("/proc/self/fd").iterdir())) if Path("/proc").exists() else 0,
        }

    def explain(times: int) -> None:
        for n in range(times):
            ex = xw.explain(clf, IMAGE, [n % 5], iterations=2, progress=False)
            assert ex.settings["reference"] == "drawn", "what is drawn anew is watched, too"
            assert {"unseen backgrounds", "control"} <= {item.name for item in ex.checks[0].items}

    tracemalloc.start()
    try:
        explain(40)  # caches fill
        before, (held, _) = alive(), tracemalloc.get_traced_memory()
        explain(100)
        after, (more, _) = alive(), tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert all(after[kind] <= before[kind] for kind in before), (before, after)
    assert more - held < 100_000, "less than a kilobyte for each"
