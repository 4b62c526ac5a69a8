"""A task: one image's run, cut within a step and gone on with, on a real net."""

import contextlib
import traceback
import weakref

import numpy as np
import pytest
import torch

import xwidget as xw
from tests.batch.test_stream import classifier, picture
from xwidget.batch.common import Common
from xwidget.batch.task import Task
from xwidget.engine.settings import Settings
from xwidget.engine.turns import GivenUp, turns_on
from xwidget.engine.witness import Witness

SETTINGS = Settings(iterations=12, plan="plain", early_stop=False)


def common(clf, **options):
    return Common(clf, lambda subject: (1, 0), SETTINGS, **options)


@pytest.fixture
def clf():
    return classifier()


@pytest.fixture
def place():
    with turns_on(torch.device("cpu")).place(lambda: (0, 0), lambda: None) as place:
        yield place


def after(steps):
    """Return a function that gives a run up after so many steps."""
    left = [steps + 1]  # it is asked before the first one, too

    def between():
        left[0] -= 1
        if left[0] < 0:
            raise GivenUp

    return between


def test_a_run_cut_twice_ends_as_explain_does(clf, place):
    task = Task(0, "photo", picture(), common(clf))
    states = []
    for between in (after(3), after(5), lambda: None):
        task.go(place, between)
        states.append((task.status, task.state, task.paused, task.run.newest))
    assert states == [
        ("stopped", "waiting", True, 3),
        ("stopped", "waiting", True, 9),
        ("done", "explained", False, 12),
    ]
    alone = xw.explain(
        clf, picture(), [1, 0], iterations=12, plan="plain", early_stop=False, progress=False
    )
    for name in ("masks", "relevance", "scores", "image_scores"):
        np.testing.assert_array_equal(
            getattr(task.explanation, name), getattr(alone, name), err_msg=name
        )
    np.testing.assert_array_equal(task.explanation.trace.score, alone.trace.score)
    assert task.explanation.checks == alone.checks
    assert task.explanation.diagnostics["stopped"] == "iterations"
    assert task.share == 1


def test_one_given_up_before_its_first_step_begins_later(clf, place):
    task = Task(0, "photo", picture(), common(clf))
    task.go(place, after(-1))
    assert (task.state, task.explanation) == ("waiting", None)
    task.go(place, lambda: None)
    assert task.state == "explained"


def test_one_cut_during_its_checks_gets_them_without_another_step(clf, place, monkeypatch):
    task = Task(0, "photo", picture(), common(clf))

    def give_up(*args, **options):
        raise GivenUp

    with monkeypatch.context() as patched:
        patched.setattr("xwidget.engine.ending.check", give_up)
        for _ in range(2):
            task.go(place, lambda: None)
            assert (task.status, task.run.newest) == ("stopped", 12)
    assert task.explanation.checks[0].verdict == "not checked"
    task.go(place, lambda: None)
    assert (task.status, task.run.newest) == ("done", 12)
    alone = xw.explain(
        clf, picture(), [1, 0], iterations=12, plan="plain", early_stop=False, progress=False
    )
    assert task.explanation.checks == alone.checks
    assert task.explanation.diagnostics["stopped"] == "iterations"
    np.testing.assert_array_equal(task.explanation.masks, alone.masks)
    np.testing.assert_array_equal(task.explanation.trace.score, alone.trace.score)


def test_the_witness_is_asked_at_the_end(clf, place):
    torch.manual_seed(1)
    task = Task(0, "photo", picture(), common(clf, witness=Witness(classifier(), clf)))
    task.go(place, lambda: None)
    assert all("witness" in checks for checks in task.explanation.checks)


def test_one_that_is_freed_keeps_the_first_and_the_last_mask(clf, place):
    task = Task(0, "photo", picture(), common(clf))
    task.go(place, lambda: None)
    whole = task.explanation
    assert task.heavy
    task.free()
    assert not task.heavy
    assert task.state == "explained"
    assert task.explanation.frames.iterations.tolist() == [0, 12]
    np.testing.assert_array_equal(task.explanation.masks, whole.masks)
    task.go(place, lambda: None)
    assert len(task.explanation.frames) == len(whole.frames)


def test_one_that_is_freed_before_its_end_keeps_nothing(clf, place):
    task = Task(0, "photo", picture(), common(clf))
    task.go(place, after(3))
    task.free()
    assert (task.state, task.explanation) == ("waiting", None)


@pytest.mark.parametrize("error", [ValueError("too dark"), SystemExit(2), KeyboardInterrupt()])
def test_what_goes_wrong_on_the_way_is_said_in_words_and_what_is_done_stays(clf, place, error):
    calls = []

    def failing(*args, **options):
        for step in xw.engine.optimize.optimize(*args, **options):
            if len(calls) == 4:
                raise error
            calls.append(1)
            yield step

    task = Task(0, "photo", picture(), common(clf, optimize=failing))
    task.go(place, lambda: None)
    assert (task.status, task.state, task.run.newest) == ("error", "error", 3)
    assert type(error).__name__ in task.error
    assert isinstance(task.raised, Exception)
    assert error in (task.raised, task.raised.__cause__)
    assert "failing" in [entry.name for entry in traceback.extract_tb(error.__traceback__)]
    assert task.explanation.diagnostics["stopped"] == "error"


def test_an_error_that_is_kept_holds_nothing_of_its_run(clf, place):
    held = []

    def failing(*args, **options):
        large = torch.zeros(9)
        held.append(weakref.ref(large))
        yield from ()
        raise MemoryError

    task = Task(0, "photo", picture(), common(clf, optimize=failing))
    task.go(place, lambda: None)
    assert isinstance(task.raised, MemoryError)
    assert held[0]() is None


def test_one_whose_net_was_trained_meanwhile_is_not_gone_on_with(clf, place):
    task = Task(0, "photo", picture(), common(clf))
    task.go(place, after(3))
    with torch.no_grad():
        clf.net[0].weight.mul_(2)
    task.go(place, lambda: None)
    assert task.state == "error"
    assert "weights" in task.error


def test_a_bad_image_says_why(clf):
    task = Task(0, "lost", "/no/such.png", common(clf))
    task.describe()
    assert (task.described, task.state) == (True, "error")
    assert task.error.startswith("there is no file '/no/such.png'")


def test_the_explanation_may_be_asked_for_while_it_goes_on(clf, place):
    task, lengths = Task(0, "photo", picture(), common(clf)), []

    def between():
        with contextlib.suppress(AttributeError):  # None before the first step
            lengths.append(len(task.explanation.trace))

    task.go(place, between)
    assert lengths == list(range(1, 14))
