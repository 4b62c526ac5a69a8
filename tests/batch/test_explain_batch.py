"""The engine's stream of many images: each as ``explain`` has it, whoever is beside it."""

from __future__ import annotations

import functools
import gc
import itertools
import threading
import time
import weakref
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import xwidget as xw
from xwidget.batch import choice
from xwidget.batch.choice import pinned
from xwidget.batch.chosen import Chosen
from xwidget.batch.done import Done
from xwidget.batch.explain_batch import explain_batch
from xwidget.batch.lane import Lane
from xwidget.batch.lanes import THREAD
from xwidget.engine.ending import finish
from xwidget.engine.plan import Plan
from xwidget.engine.settings import Settings
from xwidget.engine.step import Step
from xwidget.engine.together import Left, Together
from xwidget.engine.views import views_in
from xwidget.engine.watch import WeightsChangedError

SIDE = 12
ROWS: list[int] = []
SETTINGS = Settings(iterations=6, plan="plain")


class Net(nn.Module):
    """A net of three classes, which may be made to fail."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.body = nn.Sequential(
            nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 100, 3)
        ).double()
        self.most = 10**6

    def forward(self, batch: Tensor) -> Tensor:
        ROWS.append(len(batch))
        if batch.requires_grad and len(batch) > self.most:
            raise MemoryError("out of memory")
        x = batch.double()
        bright = x.mean((1, 2, 3))
        lost = ((bright > 0.5) & (bright < 1.5))[:, None]
        return torch.where(lost, torch.nan, 5 * self.body(x))


def classifier() -> xw.Classifier:
    return xw.Classifier(Net(), size=SIDE, mean=0.5, std=0.5, categories=["a", "b", "c"])


@pytest.fixture
def clf() -> xw.Classifier:
    return classifier()


@functools.cache
def alone(seed: int, targets: tuple[int, ...] = (0,)) -> xw.Explanation:
    """Explain an image with a net of its own."""
    options = {"iterations": SETTINGS.iterations, "plan": "plain", "progress": False}
    return xw.explain(classifier(), picture(seed), targets, **options)  # type: ignore[arg-type]


def picture(seed: int) -> Any:
    return np.random.default_rng(seed).random((SIDE, SIDE, 3))


def subjects(clf: xw.Classifier, count: int) -> Iterator[tuple[int, xw.Subject]]:
    for seed in range(count):
        yield seed, xw.Subject(clf, picture(seed))


def explained(rows: Iterable[Done[int]]) -> dict[int, xw.Explanation]:
    found = {row.key: row.found for row in rows}
    for each in found.values():
        assert isinstance(each, xw.Explanation), each
    return found  # type: ignore[return-value]


def lanes() -> set[threading.Thread]:
    """Return the threads of lanes that are there now, those that other tests left too."""
    return {thread for thread in threading.enumerate() if thread.name == THREAD}


WAYS = [(1, 1), (3, 1), (1, 2), (2, 2)]


@pytest.fixture(params=["as they come", "together"])
def ends(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How images end: on a CPU as they come, elsewhere several together."""
    if request.param == "together":
        monkeypatch.setattr(Lane, "_enough", 3)


@pytest.mark.usefixtures("ends")
@pytest.mark.parametrize(("slots", "workers"), WAYS)
def test_each_image_has_what_explain_finds(clf: xw.Classifier, slots: int, workers: int) -> None:
    rows = explain_batch(clf, subjects(clf, 5), ["b", 0], SETTINGS, slots=slots, workers=workers)
    found = explained(rows)
    assert sorted(found) == [0, 1, 2, 3, 4]
    for seed, ex in found.items():
        expected = alone(seed, (1, 0))
        assert ex.targets == (1, 0)
        np.testing.assert_allclose(ex.masks, expected.masks, atol=1e-5)
        np.testing.assert_allclose(ex.trace.score, expected.trace.score, atol=1e-5)
        np.testing.assert_allclose(ex.trace.mask_mean, expected.trace.mask_mean, atol=1e-5)
        assert [each.summary for each in ex.checks] == [each.summary for each in expected.checks]
        assert ex.settings == expected.settings
        assert set(ex.diagnostics) == set(expected.diagnostics)
        assert ex.origin == expected.origin
        assert ex.frames.iterations.tolist() == [0, 6]
        assert np.array_equal(ex.frames.masks[-1][0], np.floor(255 * ex.masks[0] + 0.5))


@pytest.mark.parametrize("repeat", [False, True])
def test_each_image_may_have_targets_of_its_own(clf: xw.Classifier, repeat: bool) -> None:
    own = Chosen(1, lambda subject: [int(subject.scores.argmin())])
    rows = explain_batch(clf, subjects(clf, 4), own, SETTINGS, slots=4, workers=1, repeat=repeat)
    found = explained(rows)
    least = {key: int(subject.scores.argmin()) for key, subject in subjects(clf, 4)}
    assert len(set(least.values())) > 1
    assert {key: ex.targets for key, ex in found.items()} == {k: (t,) for k, t in least.items()}
    for seed, ex in found.items():
        np.testing.assert_allclose(ex.masks, alone(seed, ex.targets).masks, atol=1e-5)
    (wrong,) = explain_batch(clf, subjects(clf, 1), Chosen(2, own.of), SETTINGS, workers=1)
    assert isinstance(wrong.found, ValueError)
    assert "1 targets came; expected 2 for every image" in str(wrong.found)


def test_masks_on_the_way_are_kept_where_they_are_asked_for(clf: xw.Classifier) -> None:
    rows = explain_batch(clf, subjects(clf, 3), [0], SETTINGS, slots=2, workers=1, light=False)
    for seed, ex in explained(rows).items():
        assert ex.frames.iterations.tolist() == list(range(7))
        apart = ex.frames.masks.astype(int) - alone(seed).frames.masks.astype(int)
        assert np.abs(apart).max() <= 1


@pytest.mark.usefixtures("ends")
@pytest.mark.parametrize(("slots", "workers"), WAYS)
def test_an_image_that_fails_is_told_and_the_others_go_on(
    clf: xw.Classifier, slots: int, workers: int
) -> None:
    def images() -> Iterator[tuple[int, xw.Subject | Exception]]:
        for seed, subject in subjects(clf, 5):
            if seed == 1:
                subject.x += 2  # on the way to it the net is NaN
            if seed == 3:
                subject.x[:] = torch.nan
            yield seed, subject if seed != 2 else ValueError("no picture")

    settings = Settings(iterations=20, plan="plain", reference="zero", sparsity=0.0)
    rows = {
        row.key: row
        for row in explain_batch(clf, images(), [0], settings, slots=slots, workers=workers)
    }
    assert sorted(rows) == [0, 1, 2, 3, 4]
    assert [seed for seed in rows if isinstance(rows[seed].found, xw.Explanation)] in (
        [0, 4],
        [4, 0],
    )
    assert "NaN or infinite" in str(rows[1].found)
    assert str(rows[2].found) == "no picture"
    assert "NaN" in str(rows[3].found)
    assert all(row.seconds >= 0 for row in rows.values())


@pytest.mark.usefixtures("ends")
def test_where_memory_is_short_the_batch_is_halved_and_no_image_is_lost(clf: xw.Classifier) -> None:
    views = 3
    net = clf.net
    assert isinstance(net, Net)
    net.most = 2 * views
    ROWS.clear()
    rows = explain_batch(clf, subjects(clf, 5), [0], SETTINGS, slots=4, workers=1)
    found = explained(rows)
    assert sorted(found) == [0, 1, 2, 3, 4]
    assert max(ROWS) > 2 * views, "it was tried"
    np.testing.assert_allclose(found[4].masks, alone(4).masks, atol=1e-5)


class Dependent(Net):
    """A net in which each picture is seen beside the mean of all."""

    def forward(self, batch: Tensor) -> Tensor:
        return super().forward(batch - 0.1 * batch.mean(0, keepdim=True))


class Branching(Net):
    """A net with one more nonlinearity where all pictures are dark, which one of them is alone."""

    def forward(self, batch: Tensor) -> Tensor:
        logits = super().forward(batch)
        return (
            torch.relu(logits) if len(batch) > 3 and float(batch.detach().std()) < 0.3 else logits
        )


@pytest.mark.parametrize("net", [Dependent, Branching])
def test_a_net_that_bears_no_others_beside_an_image_is_given_one_at_a_time(net: type[Net]) -> None:
    clf = xw.Classifier(net(), size=SIDE, mean=0.5, std=0.5)
    found = explained(explain_batch(clf, subjects(clf, 3), [0], SETTINGS, slots=3, workers=1))
    assert len(found) == 3
    expected = xw.explain(clf, picture(2), [0], iterations=6, plan="plain", progress=False)
    np.testing.assert_allclose(found[2].masks, expected.masks, atol=1e-5)


def test_a_batch_that_one_image_ends_is_as_large_again_once_that_one_is_known(
    clf: xw.Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    marked = 1.25

    def advance(self: Together) -> Any:
        if any(case.x[0, 0, 0] == marked for cohort in self.cohorts for case in cohort.cases):
            raise RuntimeError("not with this one")
        return step(self)

    step = Together.advance
    monkeypatch.setattr(Together, "advance", advance)
    images = list(subjects(clf, 9))
    images[1][1].x[0, 0, 0] = marked
    found = {}
    for row in explain_batch(clf, images, [0], SETTINGS, slots=3, workers=1):
        found[row.key] = row.found
        if row.key == 1:
            ROWS.clear()
    assert str(found.pop(1)) == "not with this one"
    assert all(isinstance(each, xw.Explanation) for each in found.values())
    assert 3 * len(views_in(SETTINGS)) in ROWS


def test_the_last_images_join_the_batch_that_is_at_work(clf: xw.Classifier) -> None:
    def images() -> Iterator[tuple[int, xw.Subject]]:
        for seed, subject in subjects(clf, 9):
            if seed in (1, 2):
                subject.x += 2  # two of the first eight leave early
            yield seed, subject

    settings = Settings(iterations=20, plan="plain", reference="zero", sparsity=0.0)
    ROWS.clear()
    assert len(list(explain_batch(clf, images(), [0], settings, slots=8, workers=1))) == 9
    assert 7 * len(views_in(settings)) in ROWS


def test_what_is_done_with_does_not_wait_for_images_that_are_slow_to_come(
    clf: xw.Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []

    def images() -> Iterator[tuple[int, xw.Subject]]:
        for seed, subject in subjects(clf, 6):
            taken.append(seed)
            yield seed, subject
            time.sleep(2)  # longer than an image takes, on a busy machine too

    ahead = [
        len(taken) - n
        for n, _ in enumerate(explain_batch(clf, images(), [0], SETTINGS, slots=1, workers=2), 1)
    ]
    assert max(ahead) <= 2


def test_weights_that_change_end_the_images_at_work_alone(clf: xw.Classifier) -> None:
    def images() -> Iterator[tuple[int, xw.Subject] | None]:
        yield from subjects(clf, 2)
        yield None  # both are at work
        with torch.no_grad():
            next(clf.net.parameters()).mul_(-1)
        while len(done) < 2:
            yield None
        yield 2, xw.Subject(clf, picture(2))

    done: list[Done[int]] = []
    for row in explain_batch(clf, images(), [0], SETTINGS, slots=4, workers=1):
        done.append(row)
    assert [type(row.found) for row in done[:2]] == [WeightsChangedError] * 2
    after = done[2].found
    assert isinstance(after, xw.Explanation)
    expected = xw.explain(clf, picture(2), [0], iterations=6, plan="plain", progress=False)
    np.testing.assert_array_equal(after.masks, expected.masks)


def test_images_of_other_sizes_pass_in_batches_of_their_own() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)
    ).double()

    def whole(image: Any) -> Tensor:
        image = image.resize((SIDE * image.width // image.height, SIDE))
        return torch.from_numpy(np.array(image, np.float32).transpose(2, 0, 1) / 255 - 0.5)

    clf = xw.Classifier(net, preprocess=whole, size=SIDE, mean=[0.5] * 3, std=[1.0] * 3)
    sizes = [(12, 12), (12, 14), (12, 14), (12, 12)]
    images = [
        (n, xw.Subject(clf, np.random.default_rng(n).random((*size, 3))))
        for n, size in enumerate(sizes)
    ]
    for n, ex in explained(explain_batch(clf, images, [0], SETTINGS, slots=3, workers=1)).items():
        assert ex.masks.shape[2:] == sizes[n]


@pytest.mark.parametrize("workers", [1, 2])
def test_images_are_taken_few_ahead_and_nothing_is_kept(clf: xw.Classifier, workers: int) -> None:
    before = lanes()
    taken: list[weakref.ref[xw.Subject]] = []

    def endless() -> Iterator[tuple[int, xw.Subject]]:
        for seed in itertools.count():
            subject = xw.Subject(clf, picture(seed))
            taken.append(weakref.ref(subject))
            yield seed, subject
            del subject

    rows = explain_batch(clf, endless(), [0], SETTINGS, slots=2, workers=workers)
    found = [weakref.ref(next(rows).found) for _ in range(6)]
    assert len(taken) <= 6 + 2 * workers + workers + (workers > 1)
    rows.close()
    gc.collect()
    assert [each() for each in found] == [None] * 6
    assert [each() for each in taken] == [None] * len(taken)
    assert lanes() <= before


def test_a_source_that_has_none_at_the_moment_holds_nothing_up(clf: xw.Classifier) -> None:
    asked: list[int] = []

    def images() -> Iterator[tuple[int, xw.Subject] | None]:
        yield None
        yield from subjects(clf, 1)
        while not done:
            asked.append(1)
            yield None

    done: list[Done[int]] = []
    for row in explain_batch(clf, images(), [0], SETTINGS, slots=4, workers=1):
        done.append(row)
    assert len(done) == 1
    assert len(asked) > 3, "once for each step"


def test_a_stream_that_is_left_ends_within_a_step(clf: xw.Classifier) -> None:
    before = lanes()
    told: list[tuple[int, int]] = []

    def press(key: int, iteration: int) -> None:
        told.append((key, iteration))
        raise KeyboardInterrupt

    forever = Settings(iterations=10**6, plan="plain", early_stop=False)
    rows = explain_batch(
        clf,
        subjects(clf, 10**6),
        [0],
        forever,
        workers=2,
        on_step=press,
    )
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        next(rows)
    assert time.monotonic() - began < 30
    assert told
    assert lanes() <= before


def test_an_error_of_the_source_comes_out_as_it_is(clf: xw.Classifier) -> None:
    def images() -> Iterator[tuple[int, xw.Subject]]:
        yield from subjects(clf, 1)
        raise OSError("the disk is gone")

    rows = explain_batch(clf, images(), [0], SETTINGS, workers=2)
    with pytest.raises(OSError, match="the disk is gone"):
        list(rows)


def test_torch_has_as_many_threads_as_before(clf: xw.Classifier) -> None:
    before = torch.get_num_threads()
    list(explain_batch(clf, subjects(clf, 2), [0], SETTINGS, workers=2))
    after: list[int] = []
    thread = threading.Thread(target=lambda: after.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    assert [torch.get_num_threads(), *after] == [before, before]


def test_a_witness_is_heard_and_a_run_repeated(clf: xw.Classifier) -> None:
    other = classifier()
    asked = {"witness": other, "repeat": True}
    images = list(subjects(clf, 2))
    rows = explained(explain_batch(clf, images, [0], SETTINGS, workers=2, **asked))  # type: ignore[arg-type]
    expected = xw.explain(clf, picture(1), [0], iterations=6, plan="plain", progress=False, **asked)  # type: ignore[arg-type]
    assert {"seeds", "witness"} <= {item.name for item in expected.checks[0].items}
    assert rows[1].checks == expected.checks
    assert rows[1].frames.iterations.tolist() == [0, 6]
    heard = explained(explain_batch(clf, images, [0], SETTINGS, witness=other, slots=2, workers=1))
    for seed in (0, 1):
        assert heard[seed].checks[0]["witness"] == rows[seed].checks[0]["witness"]


def test_what_is_chosen_once_is_not_chosen_again(
    clf: xw.Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = xw.Subject(clf, picture(0)).x
    found, slots, workers = pinned(clf, [0], Settings(iterations=2), x, workers=1)
    assert (slots, workers) == (2, 1)
    monkeypatch.setattr("xwidget.engine.plan._seconds", None)
    plan = found.plan
    assert isinstance(plan, Plan)
    for ex in explained(explain_batch(clf, subjects(clf, 2), [0], found, slots=2)).values():
        assert ex.diagnostics["plan"] == plan.describe()


def test_a_given_plan_gives_the_mask_of_the_image_alone_to_the_last_bit(
    clf: xw.Classifier,
) -> None:
    settings = Settings(iterations=6, plan="folded")
    x = xw.Subject(clf, picture(0)).x
    assert pinned(clf, [0], settings, x, workers=1).slots == 1
    assert pinned(clf, [0, 1, 2], Settings(iterations=6), x, workers=1).slots == 1  # of nine rows
    together = explained(explain_batch(clf, subjects(clf, 3), [0], settings, workers=2))
    alone = xw.explain(clf, picture(2), [0], iterations=6, plan="folded", progress=False)
    assert np.array_equal(together[2].masks, alone.masks)


def test_a_gpu_is_given_as_many_images_as_half_of_its_free_memory_holds(
    clf: xw.Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, found in {
        "empty_cache": None,
        "reset_peak_memory_stats": None,
        "memory_allocated": 2**20,
        "max_memory_allocated": 3 * 2**20,
        "mem_get_info": (40 * 2**20, 80 * 2**20),
    }.items():
        monkeypatch.setattr(torch.cuda, name, lambda *_, found=found: found)
    x = xw.Subject(clf, picture(0)).x
    assert choice._fitting(clf, x, (0,), SETTINGS) == 10


def at_work(clf: xw.Classifier) -> Lane[int]:
    """A lane of four with two images of two iterations and one that has just come."""
    lane: Lane[int] = Lane(clf, [0], SETTINGS, Plan(), 4, None, light=True)
    for seed, subject in subjects(clf, 3):
        if seed == 2:
            assert [lane.advance() for _ in range(2)] == [[], []]
        lane.put(seed, subject, 0.0)
    return lane


def to_the_end(lane: Lane[int]) -> list[list[Done[int]]]:
    """Take a lane on until it has no image; return what each step ended."""
    steps = []
    while lane.busy:
        if found := lane.advance(last=True):
            steps.append(found)
    return steps


def test_images_that_came_at_other_times_end_together_each_with_its_own_mask(
    clf: xw.Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Lane, "_enough", 3)
    (ended,) = to_the_end(at_work(clf))
    for seed, ex in explained(ended).items():
        np.testing.assert_allclose(ex.masks, alone(seed).masks, atol=1e-5)
        assert ex.checks[0].summary == alone(seed).checks[0].summary
    assert len(ended) == 3


@pytest.mark.parametrize(
    ("error", "tries"), [(MemoryError, [3, 2, 1, 1, 1]), (OSError, [3, 1, 1, 1])]
)
def test_where_images_cannot_end_together_they_do_so_in_parts(
    clf: xw.Classifier,
    monkeypatch: pytest.MonkeyPatch,
    error: type[Exception],
    tries: list[int],
) -> None:
    counts = []

    def one_at_most(leaving: Sequence[Left], **options: bool) -> list[Step]:
        counts.append(sum(len(cohort.cases) for cohort, _ in leaving))
        if counts[-1] > 1:
            raise error("out of memory")
        return finish(leaving, **options)

    monkeypatch.setattr(Lane, "_enough", 3)
    monkeypatch.setattr("xwidget.batch.lane.finish", one_at_most)
    (ended,) = to_the_end(at_work(clf))
    for seed, ex in explained(ended).items():
        np.testing.assert_allclose(ex.masks, alone(seed).masks, atol=1e-5)
    assert counts == tries


def test_on_a_device_that_is_no_cpu_the_only_batch_has_a_thread_of_its_own(
    clf: xw.Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xwidget.batch.explain_batch.pick", lambda _: torch.device("meta"))
    before, during = lanes(), set()
    rows = explain_batch(clf, subjects(clf, 3), [0], SETTINGS, slots=2, workers=1)
    for row in rows:
        during |= lanes()
        assert isinstance(row.found, xw.Explanation)
        np.testing.assert_allclose(row.found.masks, alone(row.key).masks, atol=1e-5)
    assert len(during - before) == 1
