"""However a run ends, and whatever the net or an observer raises: it ends in a status."""

import contextlib
import threading
import time

import numpy as np
import pytest

from tests.inspector.conftest import PICTURE
from tests.inspector.fakes import SAFETY, Page, classifier, until, workers
from xwidget.engine import ending, step_threads
from xwidget.engine.run import as_error
from xwidget.engine.turns import breathe
from xwidget.inspector import Inspector
from xwidget.inspector.work.worker import _JOIN_SECONDS
from xwidget.support.texts import in_words

ENDINGS = [
    SystemExit(3),
    KeyboardInterrupt(),
    GeneratorExit(),
    MemoryError(),
    RecursionError("too deep"),
    BaseException("odd"),
]
BARE = [error for error in ENDINGS if not isinstance(error, Exception)]


class Raising:
    """Make an engine raise something at an iteration."""

    def __init__(self, engine, error, at=2):
        self.engine, self.error, self.at = engine, error, at

    def __call__(self, *args, **keys):
        for step in self.engine(*args, **keys):
            if step.iteration == self.at and self.error is not None:
                raise self.error
            yield step


@pytest.fixture
def breaking(make, monkeypatch):
    """Make an Inspector whose net raises; the widget and its engine."""

    def breaking(error, **settings):
        widget = make(**settings)
        engine = Raising(widget._engine, error)
        widget._session._optimize = engine
        return widget, engine

    return breaking


@pytest.mark.parametrize("error", ENDINGS, ids=repr)
def test_what_a_net_raises_ends_its_run_and_no_other(breaking, error):
    widget, engine = breaking(error)
    with pytest.raises(RuntimeError if error in BARE else type(error)) as raised:
        widget.wait(SAFETY)
    assert widget.status == "error"
    assert type(error).__name__ in widget.error
    assert raised.value is error or raised.value.__cause__ is error
    assert widget.explanation.trace.score.shape == (2, 3)
    engine.error = None
    widget.run()
    assert widget.wait(SAFETY)
    assert (widget.status, widget.error, widget.iteration) == ("done", "", 5)


@pytest.mark.parametrize("error", BARE, ids=repr)
def test_what_an_observer_raises_ends_nothing(make, error):
    widget = make()

    def observe(change):
        raise error

    widget.observe(observe, ["iteration", "_trace", "_kept"])
    assert widget.wait(SAFETY)
    assert widget.status == "done"
    widget.unobserve_all()
    widget.run()
    assert widget.wait(SAFETY)


@pytest.mark.parametrize("error", BARE, ids=repr)
def test_what_a_net_raises_while_an_edit_is_scored_is_the_answer(show, error, monkeypatch):
    widget, page = show()
    page.until_status("done")

    def classify(x):
        raise error

    monkeypatch.setattr(widget._session.clf, "classify", classify)
    page.edit(np.zeros((3, 4, 4), np.uint8))
    page.until(lambda page: page.state.get("_tested"))
    assert type(error).__name__ in page.state["_tested"]["error"]
    monkeypatch.undo()
    page.edit(np.zeros((3, 4, 4), np.uint8), seq=3)
    page.until(lambda page: "scores" in page.state["_tested"])


def test_an_error_in_the_workers_own_loop_ends_in_a_status(show, monkeypatch):
    widget, page = show()
    page.until_status("done")

    def task():
        raise SystemExit(1)

    widget._session.between_steps(task)
    page.until_status("error")
    assert "SystemExit: 1" in widget.error
    until(lambda: not workers())
    page.send({"type": "run"})
    page.until_status("done")


def test_where_no_thread_can_be_started_the_command_is_refused(make, engine, monkeypatch):
    widget = make()
    page = Page(widget)

    def start(thread):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", start)
        with pytest.raises(RuntimeError, match="new thread"):
            widget.run()
        page.hello()
        page.send({"type": "run"})
        assert len(page.pump().failures) == 2
        assert "new thread" in widget.error
    assert (widget.status, widget._session.idle) == ("idle", True)
    assert widget.wait(SAFETY)
    assert widget.status == "done"


@pytest.mark.parametrize("error", BARE, ids=repr)
def test_a_file_that_cannot_be_written_is_refused(show, error, monkeypatch):
    _, page = show()
    page.until_status("done")

    def write(record, path):
        raise error

    monkeypatch.setattr("xwidget.export.file.write", write)
    page.send({"type": "save", "format": "explanation"})
    page.until(lambda page: page.failures)
    assert type(error).__name__ in page.failures[0]["message"]


def test_where_no_thread_can_be_started_a_file_is_refused(show, monkeypatch):
    _, page = show()
    page.until_status("done")

    def start(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    page.send({"type": "save", "format": "explanation"})
    assert "new thread" in page.pump().failures[0]["message"]


def test_a_thread_with_nothing_to_do_ends_and_another_comes(show, monkeypatch, engine):
    monkeypatch.setattr("xwidget.inspector.work.worker._LINGER_SECONDS", 0.01)
    _, page = show()
    page.until_status("done")
    until(lambda: not workers())
    page.edit(np.zeros((3, 4, 4), np.uint8))
    page.until(lambda page: page.state.get("_tested"))
    until(lambda: not workers())
    page.send({"type": "run_more", "iterations": 2})
    page.until_iteration(7).until_status("done")


def test_words_of_an_error():
    assert in_words(ValueError("why")) == "ValueError: why"
    assert in_words(KeyboardInterrupt()) == "KeyboardInterrupt"
    error = ValueError("why")
    assert as_error(error) is error


@pytest.fixture
def breathing(monkeypatch):
    """Let checks go on until they are ended, in pieces; return what is set once they have begun."""
    begun = threading.Event()

    def control(*args):
        begun.set()
        while True:
            time.sleep(0.001)
            breathe()

    monkeypatch.setattr(ending, "controls", control)
    return begun


def test_stop_during_the_checks_is_quick_and_keeps_the_last_step(breathing, monkeypatch):
    widget = Inspector(classifier(), PICTURE, [0], iterations=3, defense="none")
    try:
        widget.run()
        assert breathing.wait(SAFETY)
        page = Page(widget)
        page.edit(np.zeros((3, 4, 4), np.uint8))  # what a person tests is not kept waiting either
        page.until(lambda page: page.state.get("_tested"))
        assert widget.status == "running"
        widget.stop()
        assert widget.wait(SAFETY)
        assert widget.status == "stopped"
        assert len(widget.explanation.trace) == 4
        assert widget.explanation.checks[0].verdict == "not checked"
        assert widget._trace["0"]["stopped"] is None
        monkeypatch.undo()
        widget.run_more(2)
        assert widget.wait(SAFETY)
        assert len(widget.explanation.trace) == 6
    finally:
        monkeypatch.undo()
        widget.close()


def closed_at_once(close, took):
    began = time.monotonic()
    close()
    took.append(time.monotonic() - began)


def test_an_observer_may_close_its_inspector_between_two_pieces_of_a_step(breathing):
    widget = Inspector(classifier(), PICTURE, [0], iterations=3, defense="none")
    took, threads = [], []

    def observe(change):
        threads.append(threading.current_thread().name)
        closed_at_once(widget.close, took)

    widget.observe(observe, "error")
    widget.run()
    assert breathing.wait(SAFETY)
    widget._session.between_steps(lambda: lambda: setattr(widget, "error", "looked"))
    until(lambda: took)
    assert threads == [step_threads.THREAD]
    assert took[0] < _JOIN_SECONDS / 2
    until(lambda: not workers())
    assert widget.status == "stopped"


@pytest.mark.parametrize("locked", [False, True])
def test_two_that_are_closed_by_each_others_steps_end(make, engine, monkeypatch, locked):
    """As where a net, or an observer, closes what is no longer needed."""
    pair = [make(), make()]
    both, took = threading.Barrier(2), []
    begun = []

    def stepped(*args):
        if threading.get_ident() not in begun:
            begun.append(threading.get_ident())
            first = both.wait(SAFETY)
            other = pair[first]
            with other._lock if locked else contextlib.nullcontext():
                closed_at_once(other.close, took)
        return step(*args)

    step = engine._step
    monkeypatch.setattr(engine, "_step", stepped)
    for widget in pair:
        widget.run()
    until(lambda: len(took) == 2)
    assert max(took) < _JOIN_SECONDS / 2
    until(lambda: not workers())


def test_a_net_that_waits_for_the_run_that_it_is_part_of_is_told(make, engine, monkeypatch):
    widget = make()
    monkeypatch.setattr(engine, "_step", lambda *_: widget.wait(1))
    with pytest.raises(RuntimeError, match="would wait for itself"):
        widget.wait(SAFETY)
    assert widget.status == "error"


def test_many_runs_started_stopped_and_closed_at_once_all_end(make, engine):
    step = engine._step
    engine._step = lambda *where: (time.sleep(0.0005), step(*where))[1]
    widgets = [make([0], iterations=100_000) for _ in range(12)]
    errors = []

    def play(seed):
        random = np.random.default_rng(seed)
        end = time.monotonic() + 1.0
        try:
            while time.monotonic() < end:
                widget = widgets[random.integers(len(widgets))]
                what = random.integers(5)
                if what == 0:
                    widget.run()
                elif what == 1:
                    widget.stop()
                elif what == 2:
                    widget.wait(0.01)
                elif what == 3:
                    page = int(random.integers(3))
                    widget._session.views.take(
                        page, int(random.integers(2)), int(random.integers(2))
                    )
                else:
                    widget._session.between_steps(lambda: lambda: None)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=play, args=(seed,), daemon=True) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SAFETY)
    assert not errors
    assert not any(thread.is_alive() for thread in threads)
    for widget in widgets[::2]:
        widget.close()
    for widget in widgets[1::2]:
        widget.stop()
        assert widget.wait(SAFETY)
        widget.iterations = 2
        widget.run()
        assert widget.wait(SAFETY)
        assert widget.status == "done"
