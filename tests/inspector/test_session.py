"""The worker, its queue and the history, without a widget."""

import gc
import threading
import weakref

import numpy as np
import pytest

from tests.inspector.fakes import SAFETY, SIDE, Engine, classifier, level, until, workers
from xwidget.checks import Check, Checks
from xwidget.engine.run import Run
from xwidget.engine.settings import Settings
from xwidget.engine.witness import Witness
from xwidget.inspector.work.lock import OwnedLock
from xwidget.inspector.work.session import Session
from xwidget.subject import Subject


class Listener:
    """Note what the session tells, and check that it holds the lock then."""

    def __init__(self, lock):
        self.lock = lock
        self.told = []

    def began(self, added):
        self._note("began", added)

    def stepped(self, step):
        self._note(step.targets, step.iteration)

    def varied(self, last):
        self._note("varied", last)

    def ending(self):
        assert not self.lock.owned

    def ended(self, status, error):
        self._note(status, error)

    def tick(self):
        assert self.lock.owned
        return

    def _note(self, *what):
        assert self.lock.owned
        assert threading.current_thread().name == "xwidget"
        self.told.append(what)

    @property
    def endings(self):
        return [status for status, _ in self.told if status in ("done", "stopped", "error")]


@pytest.fixture
def lock():
    return OwnedLock()


@pytest.fixture
def listener(lock):
    return Listener(lock)


@pytest.fixture
def session(engine, lock, listener):
    clf = classifier()
    subject = Subject(clf, np.full((SIDE, SIDE, 3), 200, dtype=np.uint8))
    session = Session(subject, [0, 1], lock, optimize=engine)
    session.listen(listener)
    yield session
    engine.release()
    session.close()


def settled(session):
    assert session.wait(SAFETY)


def test_no_thread_before_the_first_command(session):
    assert not workers()
    assert session.wait(0)


def test_a_run_goes_through_every_iteration_on_the_worker(session, listener):
    session.run(Settings(iterations=3))
    settled(session)
    steps = [((0, 1), i) for i in range(4)]
    assert listener.told == [("began", None), *steps, ("done", "")]
    assert session.runs.history.track(1).iteration == 3
    assert session.runs.progress.iteration == session.runs.progress.iterations == 3


def test_the_settings_reach_the_engine(session, engine):
    session.run(Settings(game="deletion", seed=7, iterations=1))
    settled(session)
    assert engine.calls[0][3] == Settings(game="deletion", seed=7, iterations=1)


def test_every_run_has_a_number_of_its_own(session):
    assert session.runs.number == 0
    for number in (1, 2):
        session.run(Settings(iterations=1))
        settled(session)
        assert session.runs.number == number
        assert session.runs.frame(0).run == number


def test_frames_are_those_of_class_and_iteration(session):
    session.run(Settings(iterations=40))
    settled(session)
    newest = session.runs.frame(1)
    assert (newest.target, newest.iteration) == (1, 40)
    assert (newest.pixels == level(1, 40)).all()
    assert newest.score == pytest.approx(0.040)
    assert newest.mean == pytest.approx(level(1, 40) / 255, abs=1e-6)
    kept = session.runs.frame(0, 9)
    assert (kept.pixels == level(0, 9)).all()
    assert session.runs.frame(5) is None


def test_an_iteration_that_is_not_kept_gives_the_nearest(session):
    session.run(Settings(iterations=40))
    settled(session)
    frames = session.runs.history.track(0).frames
    missing = next(i for i in range(40) if i not in frames)
    frame = session.runs.frame(0, missing)
    assert frame.iteration == min(frames, key=lambda kept: abs(kept - missing))
    assert (frame.pixels == level(0, frame.iteration)).all()


def test_stop_ends_within_one_step(session, engine, listener):
    engine.hold()
    session.run(Settings(iterations=1000))
    engine.allow(3)
    until(lambda: session.runs.nearest(0) == 2)
    session.stop()
    engine.allow(1)  # the step under way when stop came
    settled(session)
    assert listener.endings == ["stopped"]
    assert session.runs.nearest(0) == 2
    assert engine.closed == 1


def test_stop_without_a_run_is_nothing(session, listener):
    session.stop()
    session.run(Settings(iterations=1))
    settled(session)
    session.stop()
    assert listener.endings == ["done"]


def test_a_new_run_takes_the_place_of_the_old(session, engine, listener):
    engine.hold()
    session.run(Settings(iterations=1000))
    session.run(Settings(iterations=2))
    engine.release()
    settled(session)
    assert listener.endings == ["done"]
    assert session.runs.history.track(0).iteration == 2
    assert [i for told, i in listener.told if told == (0, 1)][-3:] == [0, 1, 2]


def test_run_more_goes_on_from_the_state(session, engine):
    session.run(Settings(iterations=3))
    settled(session)
    session.run_more(2)
    settled(session)
    assert [call[:3] for call in engine.calls] == [((0, 1), 3, None), ((0, 1), 2, 3)]
    assert session.runs.history.track(0).scores == pytest.approx(
        [0, 0.001, 0.002, 0.003, 0.004, 0.005]
    )
    assert session.runs.number == 1
    assert session.runs.progress.iterations == 5


def test_run_more_keeps_its_runs_settings(session, engine):
    session.run(Settings(game="deletion", iterations=1))
    session.run_more(1)
    settled(session)
    assert engine.calls[1][3].game == "deletion"


def test_run_more_without_a_run_is_refused_in_words(session):
    with pytest.raises(RuntimeError, match="no run to continue"):
        session.run_more(5)


def test_comparing_without_a_run_is_refused_in_words(session):
    with pytest.raises(RuntimeError, match="no run to compare with"):
        session.compare("game")


@pytest.mark.parametrize(
    "command", [lambda session: session.run_more(5), lambda session: session.compare("game")]
)
def test_a_first_run_that_was_stopped_in_the_queue_is_none_to_go_on_with(
    session, listener, lock, command
):
    with lock:  # the worker cannot begin
        session.run(Settings(iterations=2))
        session.stop()
        with pytest.raises(RuntimeError, match="there is no run to"):
            command(session)
    settled(session)
    assert listener.told == [("stopped", "")]


def test_a_class_added_after_a_stop_in_the_queue_waits_for_the_next_run(
    session, engine, listener, lock
):
    with lock:
        session.run(Settings(iterations=2))
        session.stop()
        session.add(4)
        assert not session.busy
    settled(session)
    assert listener.told == [("stopped", "")]
    session.run(Settings(iterations=2))
    settled(session)
    assert [call[0] for call in engine.calls] == [(0, 1, 4)]


def test_what_waits_for_a_run_in_the_queue_is_given_up_with_it(session, engine, listener, lock):
    with lock:
        session.run(Settings(iterations=2))
        session.add(4)
        session.run_more(5)
        session.compare("game")
        session.stop()
    settled(session)
    assert listener.told == [("stopped", "")]
    assert not engine.calls


def test_a_small_task_gives_way_to_what_came_later(session, engine, lock):
    engine.hold()
    session.run(Settings(iterations=3))
    engine.allow(1)
    until(lambda: session.runs.nearest(0) == 0)
    done = []

    def task(name):
        def task():
            assert not lock.owned  # it may take its time
            return lambda: done.append((name, lock.owned))

        return task

    with lock:  # the worker cannot take one before the other is there
        session.between_steps(task("early"))
        session.between_steps(task("late"))
    engine.allow(1)
    until(lambda: done)
    assert done == [("late", True)]
    assert not session.idle


def test_a_small_task_needs_no_run(session, listener):
    done = []
    session.between_steps(lambda: lambda: done.append(True))
    until(lambda: done)
    assert session.idle
    assert listener.told == []


def test_no_small_task_is_done_after_close(session):
    session.close()
    with pytest.raises(RuntimeError, match="closed"):
        session.between_steps(lambda: lambda: None)


def test_run_more_after_stop_starts_where_it_stopped(session, engine):
    engine.hold()
    session.run(Settings(iterations=1000))
    engine.allow(5)
    until(lambda: session.runs.nearest(0) == 4)
    session.stop()
    engine.release()
    settled(session)
    session.run_more(3)
    settled(session)
    assert engine.calls[-1][:3] == ((0, 1), 3, 4)


def test_an_added_class_runs_alone_and_catches_up(session, engine, listener):
    session.run(Settings(iterations=3))
    settled(session)
    session.add(4)
    settled(session)
    assert engine.calls[-1][:3] == ((4,), 3, None)
    assert ("began", 4) in listener.told
    assert session.targets == session.runs.history.targets == (0, 1, 4)


def test_classes_at_different_iterations_go_on_to_the_same_end(session, engine):
    engine.hold()
    session.run(Settings(iterations=3))
    engine.allow(1)
    until(lambda: session.runs.nearest(0) == 0)
    session.add(4)
    engine.allow(3 + 2)  # the rest of the run, two steps of the added class
    until(lambda: session.runs.nearest(4) == 1)
    session.stop()
    engine.release()
    settled(session)
    engine.calls.clear()
    session.run_more(5)
    settled(session)
    assert [call[:3] for call in engine.calls] == [((0, 1), 5, 3), ((4,), 7, 1)]
    assert {session.runs.nearest(target) for target in (0, 1, 4)} == {8}


def test_a_class_whose_turn_never_came_joins_when_more_is_run(session, engine):
    engine.hold()
    session.run(Settings(iterations=3))
    engine.allow(2)
    until(lambda: session.runs.nearest(0) == 1)
    session.add(4)
    session.stop()
    engine.release()
    settled(session)
    assert session.runs.nearest(4) is None
    session.run_more(2)
    settled(session)
    assert {session.runs.nearest(target) for target in (0, 1, 4)} == {3}


def test_a_class_added_before_the_run_is_taken_along(session, engine):
    session.add(4)
    session.run(Settings(iterations=2))
    settled(session)
    assert [call[0] for call in engine.calls] == [(0, 1, 4)]


def test_adding_a_class_twice_runs_it_once(session, engine):
    session.run(Settings(iterations=2))
    settled(session)
    session.add(4)
    session.add(4)
    settled(session)
    assert [call[0] for call in engine.calls] == [(0, 1), (4,)]


def test_an_engine_error_comes_in_words_and_with_its_traceback(session, engine, listener):
    engine.fails_at = 2
    session.run(Settings(iterations=5))
    with pytest.raises(ValueError, match="scores are NaN") as failure:
        session.wait(SAFETY)
    assert "__call__" in [entry.name for entry in failure.traceback]
    assert listener.told[-1] == ("error", "ValueError: the net's scores are NaN")
    assert session.runs.nearest(0) == 1  # what was done before stays
    assert engine.closed == 1


def test_what_waits_is_given_up_after_an_error(session, engine, listener):
    engine.fails_at = 2
    engine.hold()
    session.run(Settings(iterations=5))
    engine.allow(1)
    until(lambda: session.runs.nearest(0) == 0)
    session.add(4)
    engine.release()
    with pytest.raises(ValueError, match="NaN"):
        session.wait(SAFETY)
    assert listener.endings == ["error"]
    assert len(engine.calls) == 1


def test_a_run_after_an_error_is_a_fresh_start(session, engine, listener):
    engine.fails_at = 0
    session.run(Settings(iterations=5))
    with pytest.raises(ValueError, match="NaN"):
        session.wait(SAFETY)
    engine.fails_at = None
    session.run(Settings(iterations=1))
    settled(session)
    assert listener.endings == ["error", "done"]


def test_wait_gives_up_when_the_time_is_up(session, engine):
    engine.hold()
    session.run(Settings(iterations=5))
    assert not session.wait(0.01)
    engine.release()
    settled(session)


def test_wait_with_the_lock_held_is_refused(session, lock):
    session.run(Settings(iterations=1))
    with lock, pytest.raises(RuntimeError, match="observer"):
        session.wait(1)


def test_close_ends_the_thread_and_lets_go_of_everything(engine, lock, listener):
    engine.hold()
    clf = classifier()
    subject = Subject(clf, np.full((SIDE, SIDE, 3), 200, dtype=np.uint8))
    gone = [weakref.ref(clf), weakref.ref(subject.x)]
    session = Session(subject, [0], lock, optimize=engine)
    session.listen(listener)
    session.run(Settings(iterations=1000))
    engine.allow(3)
    until(lambda: session.runs.nearest(0) == 2)
    assert len(engine.masks)
    del clf, subject
    engine.release()
    session.close()
    gc.collect()
    assert [ref() for ref in gone] == [None, None]
    until(lambda: not len(engine.masks))  # the worker's last frame may still hold one
    assert not workers()
    assert session.wait(0)
    assert session.runs.explanation() is None
    with pytest.raises(RuntimeError, match="closed"):
        session.run(Settings(iterations=1))


def test_close_with_the_lock_held_does_not_wait_for_itself(session, engine, lock):
    session.run(Settings(iterations=10**6))
    until(lambda: session.runs.nearest(0))
    with lock:
        session.close()
        until(lambda: not workers())  # none needs the lock to end


def test_a_failure_is_forgotten_on_close(session, engine):
    engine.fails_at = 1
    session.run(Settings(iterations=5))
    with pytest.raises(ValueError, match="NaN"):
        session.wait(SAFETY)
    session.close()
    assert session.wait(0)


def test_a_forgotten_listener_ends_the_work(lock):
    engine = Engine().hold()
    clf = classifier()
    subject = Subject(clf, np.full((SIDE, SIDE, 3), 200, dtype=np.uint8))
    session = Session(subject, [0], lock, optimize=engine)
    listener = Listener(lock)
    session.listen(listener)
    session.run(Settings(iterations=10**6))
    (worker,) = workers()
    del listener
    gc.collect()
    engine.release()
    worker.join(SAFETY)
    assert not worker.is_alive()
    assert session.failure is None


def test_progress_counts_seconds_and_speed():
    from xwidget.engine.progress import Meter

    now = [10.0]
    meter = Meter(lambda: now[0])
    assert meter.rate == 0
    now[0] = 12.0  # two seconds of setting up are no iteration's fault
    for _ in range(5):
        meter.count()
        now[0] += 0.25
    assert meter.seconds == pytest.approx(3.25)
    assert meter.rate == pytest.approx(4 / 1.25)


def test_a_run_in_which_nothing_changes_any_more_ends_early_and_is_done(session, engine, listener):
    engine.converges_at = 6
    session.run(Settings(iterations=40))
    settled(session)
    assert listener.endings == ["done"]
    assert (session.runs.progress.iteration, session.runs.progress.iterations) == (6, 40)
    assert session.runs.explanation().diagnostics["stopped"] == "converged"
    assert session.runs.history.track(0).stopped == "converged"
    engine.converges_at = None
    session.run_more(4)
    settled(session)
    assert session.runs.history.track(0).iteration == 10
    assert session.runs.explanation().diagnostics["stopped"] == "iterations"


def test_a_variant_that_ended_early_is_not_run_again(session, engine, listener):
    session.run(Settings(iterations=8))
    settled(session)
    engine.converges_at = 5
    session.compare("defense")
    settled(session)
    assert listener.told[-2:] == [("varied", True), ("done", "")]
    calls = len(engine.calls)
    session.compare("defense")
    settled(session)
    assert len(engine.calls) == calls
    stopped = {name: ex.diagnostics["stopped"] for name, ex in session.runs.comparison().items()}
    assert stopped == {"auto": "iterations", "none": "converged"}


def test_the_plan_reaches_the_engine(engine, lock, listener):
    clf = classifier()
    subject = Subject(clf, np.full((SIDE, SIDE, 3), 200, dtype=np.uint8))
    plan = {"fold": True}
    session = Session(subject, [0], lock, optimize=engine)
    session.listen(listener)
    session.run(Settings(iterations=1, plan=plan))
    settled(session)
    session.close()
    assert engine.plans == [plan]


def test_a_witness_is_asked_at_the_end_of_each_run(engine, lock, listener):
    clf, other = classifier(), classifier()
    other.name = "other"
    subject = Subject(clf, np.full((SIDE, SIDE, 3), 200, dtype=np.uint8))
    session = Session(subject, [0], lock, witness=Witness(other, clf), optimize=engine)
    session.listen(listener)
    parts = ("small moves", 0.9), ("unseen backgrounds", 0.9), ("share shown", 0.1)
    made = Checks(tuple(Check(name, value, True, "Fine.") for name, value in parts), "holds", "-")
    engine.checks = {0: made, 1: made}
    session.run(Settings(iterations=3))
    settled(session)
    assert "other" in session.runs.checks(0)["witness"].words
    session.add(1)
    settled(session)
    assert [("witness" in checks) for checks in session.runs.explanation().checks] == [True, True]
    session.compare("defense")
    settled(session)
    assert all("witness" in ex.checks[0] for ex in session.runs.comparison().values())
    session.close()


def finished(session):
    """Return a run of the session's subject that was made elsewhere."""
    run, x = Run(0, Settings(iterations=2)), session.subject.x
    for stretch in run.stretches(session.targets, 2):
        for step in stretch.steps(session.subject.clf, x, Engine()):
            run.history.add(step)
    return run


class Elsewhere(Listener):
    """A listener on any thread, which may do something as a run ends."""

    meanwhile = staticmethod(lambda: None)

    def ending(self):
        self.meanwhile()

    def _note(self, *what):
        self.told.append(what)


@pytest.mark.parametrize("taken", ["done", "error"])
def test_a_run_taken_over_tells_its_end_and_keeps_its_error(session, lock, taken):
    session.listen(listener := Elsewhere(lock))
    run, failure = finished(session), ValueError("too dark") if taken == "error" else None
    session.adopt(run, taken, failure)
    assert listener.told == [(taken, "ValueError: too dark" if failure else "")]
    assert session.runs.main is run
    if failure is None:
        assert session.wait(SAFETY)
    else:
        with pytest.raises(ValueError, match="too dark") as raised:
            session.wait(SAFETY)
        assert raised.value is failure


def test_a_run_begun_while_another_is_taken_over_is_not_told_done(session, engine, lock):
    session.listen(listener := Elsewhere(lock))
    engine.hold()
    listener.meanwhile = lambda: session.run(Settings(iterations=3))
    session.adopt(finished(session), "done")
    assert listener.endings == []
    listener.meanwhile = lambda: None
    engine.release()
    assert session.wait(SAFETY)
    assert [what for what in listener.told if what[0] == "done"] == [("done", "")]


def test_no_run_is_taken_over_while_another_is_in_progress(session, engine):
    engine.hold()
    session.run(Settings(iterations=3))
    with pytest.raises(RuntimeError, match="a run is in progress; stop it"):
        session.adopt(finished(session), "done")
    engine.release()
    settled(session)


def test_a_run_of_other_classes_is_not_taken_over_and_the_way_out_is_said(session):
    run = finished(session)
    session.targets = (0,)
    with pytest.raises(ValueError, match=r"explains classes \[1\].*targets=\[0, 1\]"):
        session.adopt(run, "done")
