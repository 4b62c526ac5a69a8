"""One interrupt ends one explanation; a second one soon after ends the loop."""

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

import xwidget as xw
from xwidget.engine import ending, interrupts, optimize
from xwidget.engine.cohort import Cohort
from xwidget.engine.step import Step

IMAGE = np.random.default_rng(0).random((12, 12, 3))


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the clock says; no interrupt has come yet."""
    now = [0.0]
    monkeypatch.setattr(interrupts, "_last", -float("inf"))
    monkeypatch.setattr(interrupts, "_clock", lambda: now[0])
    return now


def classifier() -> xw.Classifier:
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)
    )
    return xw.Classifier(net, size=12)


@pytest.fixture
def clf() -> xw.Classifier:
    return classifier()


def explain(clf: xw.Classifier, at: int | None = None, **settings: object) -> xw.Explanation:
    """Explain, interrupted after an iteration."""

    def press(step: Step) -> None:
        if step.iteration == at:
            raise KeyboardInterrupt

    return xw.explain(clf, IMAGE, [0], iterations=6, progress=False, on_step=press, **settings)  # type: ignore[arg-type]


def test_one_interrupt_ends_one_explanation_of_a_loop(clf: xw.Classifier) -> None:
    made = [explain(clf, at=2 if n == 1 else None) for n in range(3)]
    assert [(len(ex.trace) - 1, ex.diagnostics["stopped"]) for ex in made] == [
        (6, "iterations"),
        (2, "interrupted"),
        (6, "iterations"),
    ]


def test_a_second_one_within_two_seconds_is_raised_in_the_next_explanation(
    clf: xw.Classifier, now: list[float]
) -> None:
    assert explain(clf, at=2).diagnostics["stopped"] == "interrupted"
    now[0] += 1.9
    with pytest.raises(KeyboardInterrupt):
        explain(clf, at=0)


def test_a_later_one_ends_one_more(clf: xw.Classifier, now: list[float]) -> None:
    for _ in range(3):
        assert explain(clf, at=2).diagnostics["stopped"] == "interrupted"
        now[0] += 2.1


@pytest.mark.parametrize("where", ["control", "check"])
def test_an_interrupt_during_the_checks_keeps_the_last_step(
    clf: xw.Classifier, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def press(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ending, "controls" if where == "control" else "check", press)
    ex = explain(clf)
    assert len(ex.trace) == 7
    assert ex.diagnostics["stopped"] == "interrupted"
    assert ex.checks[0].verdict == "not checked"
    with pytest.raises(KeyboardInterrupt):  # it counts as one
        explain(clf)


def test_an_interrupt_in_the_controls_last_step_is_one_of_the_run(
    clf: xw.Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, ended = Cohort.note, []

    def press(cohort: Cohort, *args: Tensor) -> None:
        real(cohort, *args)
        ended.extend([1] if cohort.ends else [])
        if len(ended) == 2:  # the control's; the first was the run's
            raise KeyboardInterrupt

    monkeypatch.setattr(Cohort, "note", press)
    ex = explain(clf)
    assert len(ended) == 2
    assert ex.diagnostics["stopped"] == "interrupted"
    assert ex.checks[0].verdict == "not checked"
    with pytest.raises(KeyboardInterrupt):  # it counts as one
        explain(clf, at=1)


def test_an_interrupt_during_the_checks_can_be_gone_on_from(
    clf: xw.Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    x, settings = clf.prepare(IMAGE), xw.engine.settings.Settings()
    with monkeypatch.context() as patched:
        patched.setattr(ending, "check", press)
        *_, last = optimize.optimize(clf, x, [0], replace(settings, iterations=3))
    assert (last.iteration, last.stopped, last.checks) == (3, "interrupted", None)
    *_, last = optimize.optimize(clf, x, [0], replace(settings, iterations=2), start=last.state)
    assert (last.iteration, last.stopped) == (5, "iterations")
    assert last.checks


def test_an_interrupt_of_the_witness_leaves_its_check_out(
    clf: xw.Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press(*_: object) -> Tensor:
        raise KeyboardInterrupt

    monkeypatch.setattr(xw.engine.witness.Witness, "heard", press)
    ex = explain(clf, witness=classifier())
    assert ex.diagnostics["stopped"] == "iterations"
    assert "witness" not in ex.checks[0]
    assert "score" in ex.checks[0]


def test_the_second_run_interrupted_twice_ends_the_loop(
    clf: xw.Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = []
    real = optimize.optimize

    def pressed(*args: object, **keys: object) -> Iterator[Step]:
        runs.append(keys)
        if len(runs) > 1:
            raise KeyboardInterrupt
        return real(*args, **keys)  # type: ignore[arg-type]

    monkeypatch.setattr("xwidget.engine.explain.optimize", pressed)
    assert "seeds" not in explain(clf, repeat=True).checks[0]
    runs.clear()
    with pytest.raises(KeyboardInterrupt):
        explain(clf, repeat=True)


def test_a_press_of_ctrl_c_in_a_loop() -> None:
    script = """
        import os, signal, threading, time
        from tests.engine.test_interrupts import IMAGE, classifier
        import xwidget as xw

        def press(step):
            if not pressed and step.iteration == 3:
                pressed.append(True)
                os.kill(os.getpid(), signal.SIGINT)

        signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background has none
        pressed, made = [], []
        for _ in range(3):
            made.append(xw.explain(classifier(), IMAGE, [0], iterations=8, progress=False,
                                   early_stop=False, on_step=press))
        assert [len(ex.trace) < 9 for ex in made] == [True, False, False], made
    """
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True)
    assert run.returncode == 0, run.stderr.decode()


def failing(error: BaseException, calls: list[int]) -> xw.Classifier:
    """A classifier whose preprocess raises once the picture itself was prepared."""

    def preprocess(image: Image.Image) -> Tensor:
        calls.append(1)
        if calls[0] == -1 and len(calls) > 2:
            raise error
        return torch.from_numpy(
            np.array(image.resize((12, 12)), np.float32).transpose(2, 0, 1) / 255
        )

    net = classifier().net
    clf = xw.Classifier(net, preprocess=preprocess, size=12, mean=[0.0] * 3, std=[1.0] * 3)
    calls[:] = [-1]
    return clf


def test_an_interrupt_while_the_original_is_measured_keeps_what_is_explained() -> None:
    ex = explain(failing(KeyboardInterrupt(), []))
    assert (len(ex.trace) - 1, ex.diagnostics["stopped"]) == (6, "iterations")
    assert ex.checks[0].verdict != "not checked"
    assert ex.origin is not None
    assert "interrupted" in ex.origin.geometry.reason


def test_a_second_interrupt_while_the_original_is_measured_is_raised() -> None:
    with pytest.raises(KeyboardInterrupt):
        explain(failing(KeyboardInterrupt(), []), at=2)


@pytest.mark.parametrize(
    "error", [SystemExit(2), GeneratorExit(), StopIteration(), MemoryError("no"), RuntimeError("x")]
)
def test_a_preprocess_that_ends_the_interpreter_on_a_ramp_only_has_no_map(
    error: BaseException,
) -> None:
    geometry = xw.Subject(failing(error, []), IMAGE).geometry
    assert not geometry.known
    assert "failed on a ramp" in geometry.reason
    rows = list(xw.explain_many(failing(error, []), [IMAGE], [0], iterations=1, progress=False))
    assert [(row.error, row.explanation is not None) for row in rows] == [("", True)]
