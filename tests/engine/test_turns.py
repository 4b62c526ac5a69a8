"""Turns on a device: who works when, and that nothing keeps a turn forever."""

import os
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import torch

from xwidget.engine import step_threads, turns
from xwidget.engine.step_threads import StepThreads
from xwidget.engine.turns import GivenUp, Place, Rank, Turns, breathe, turns_on

SAFETY = 30.0


def until(wanted: Callable[[], object]) -> None:
    end = time.monotonic() + SAFETY
    while not wanted():
        assert time.monotonic() < end, "never came true"
        time.sleep(0.001)


class Runner:
    """A thread that takes one turn after another, each until it is let go."""

    at_work = 0

    def __init__(self, turns: Turns, rank: Rank | None = (1, 0), steps: int = 1000) -> None:
        self.rank = rank
        self.steps = steps
        self.done = 0
        self.stop = False
        self.ended: BaseException | None = None
        self.most = 0
        self._turns = turns
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        try:
            with self._turns.place(lambda: self.rank, self._meanwhile) as place:
                for _ in range(self.steps):
                    place.do(self._step)
        except BaseException as error:
            self.ended = error

    def _step(self) -> None:
        Runner.at_work += 1
        time.sleep(0.002)
        self.most = max(self.most, Runner.at_work)
        Runner.at_work -= 1
        self.done += 1

    def _meanwhile(self) -> None:
        if self.stop:
            raise GivenUp

    def end(self) -> None:
        self.stop = True
        self._turns.nudge()
        self._thread.join(SAFETY)
        assert not self._thread.is_alive()


@pytest.fixture
def run() -> Iterator[Callable[..., Runner]]:
    made: list[Runner] = []

    def run(*args: object, **keys: object) -> Runner:
        made.append(Runner(*args, **keys))  # type: ignore[arg-type]
        return made[-1]

    yield run
    for runner in made:
        runner.end()


def test_no_more_work_at_once_than_may(run: Callable[..., Runner]) -> None:
    turns = Turns(2)
    runners = [run(turns, steps=20) for _ in range(5)]
    until(lambda: all(runner.done == 20 for runner in runners))
    assert max(runner.most for runner in runners) <= 2


class Clock:
    """Seconds that go by only where a test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class Line:
    """Places that work one at a time, a step of a second each, with nobody waiting for real."""

    def __init__(self, *ranks: Rank | None) -> None:
        self.clock = Clock()
        self.turns = Turns(1, self.clock)
        self.places: list[Place] = []
        self.ranks: list[Rank | None] = []
        self.done: list[int] = []
        for rank in ranks:
            self.join(rank)

    def join(self, rank: Rank | None) -> int:
        number = len(self.places)
        self.ranks.append(rank)
        self.places.append(Place(self.turns, lambda: self.ranks[number], lambda: None))
        self.turns._places.append(self.places[-1])
        self.turns._admit(self.places[-1])
        self.done.append(0)
        return number

    def work(self, steps: int) -> list[int]:
        """Do as many steps, each by who is next; return how many each has done since before."""
        before = list(self.done)
        for _ in range(steps):
            (number,) = [n for n, place in enumerate(self.places) if self.turns._may(place)]
            place = self.places[number]
            self.turns._take(place)
            self.clock.now += 1
            self.turns._give(place)
            self.turns._admit(place)
            self.done[number] += 1
        return [now - then for now, then in zip(self.done, before, strict=True)]


def test_equals_have_as_many_turns_and_what_was_looked_at_last_has_twice() -> None:
    line = Line(*[(1, looked) for looked in (3, 1, 2, 4)])
    assert line.work(50) == [10, 10, 10, 20]


def test_the_more_urgent_comes_first_and_the_others_go_on_when_it_rests() -> None:
    line = Line((2, 9), (1, 0))
    assert line.work(10) == [0, 10]
    line.ranks[1] = None
    assert line.work(10) == [10, 0]
    line.ranks[1] = (1, 0)
    assert line.work(10) == [0, 10]


def test_who_comes_late_does_not_make_up_for_the_time_before() -> None:
    line = Line((1, 0), (1, 0))
    line.work(100)
    line.join((1, 0))
    assert max(line.work(9)) <= 5


def test_who_is_between_two_steps_is_waited_for_and_who_is_idle_is_not() -> None:
    line = Line((1, 0))
    line.turns._take(line.places[0])
    line.turns._give(line.places[0])
    assert line.turns._patience() == turns._BACK
    line.clock.now += 1
    assert line.turns._patience() == turns._POLL


def test_runs_take_turns_and_one_that_rests_lets_the_others_go_on(
    run: Callable[..., Runner],
) -> None:
    turns = Turns(1)
    later = run(turns, rank=(2, 9))
    until(lambda: later.done)
    first = run(turns, rank=(1, 0))
    until(lambda: first.done > 5)
    first.rank = None
    turns.nudge()
    resting = later.done
    until(lambda: later.done > resting + 10)
    first.rank = (1, 0)
    turns.nudge()
    again = first.done
    until(lambda: first.done > again + 10)


def test_a_persons_own_thread_never_waits_and_others_make_room() -> None:
    turns = Turns(1)
    with turns.own() as one, turns.own() as other, one.turn():
        tried = []

        def work() -> None:
            with turns.place(lambda: (0, 0), lambda: None) as place, place.turn():
                tried.append(True)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        done = threading.Thread(target=lambda: other.do(lambda: None), daemon=True)
        done.start()
        done.join(SAFETY)
        assert not done.is_alive()
        time.sleep(0.05)
        assert not tried
    thread.join(SAFETY)
    assert tried


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(1), KeyboardInterrupt()])
@pytest.mark.parametrize("threaded", [True, False])
def test_what_raises_gives_its_turn_back(error: BaseException, threaded: bool) -> None:
    turns = Turns(1)

    def fail() -> None:
        raise error

    def take() -> None:
        with turns.place(lambda: (1, 0), lambda: None) as place:
            if threaded:
                place.do(fail)
            with place.turn():
                fail()

    with pytest.raises(type(error)):
        take()
    with turns.place(lambda: (1, 0), lambda: None) as place:
        assert place.do(lambda: 7) == 7


def test_who_waits_can_give_up() -> None:
    turns = Turns(1)
    raised: list[BaseException] = []

    def give_up() -> None:
        raise GivenUp

    with turns.own() as own, own.turn(), turns.place(lambda: (1, 0), give_up) as place:

        def wait() -> None:
            try:
                place.do(lambda: None)
            except BaseException as error:
                raised.append(error)

        thread = threading.Thread(target=wait)
        thread.start()
        thread.join(SAFETY)
    assert [type(error) for error in raised] == [GivenUp]


def test_a_turn_within_a_turn_is_the_same() -> None:
    turns = Turns(1)
    with turns.place(lambda: (1, 0), lambda: None) as place:

        def nested() -> int:
            with turns.place(lambda: (1, 0), lambda: None) as inner, inner.turn():
                return 3

        assert place.do(nested) == 3


def test_a_long_step_lets_others_in_and_can_be_ended(run: Callable[..., Runner]) -> None:
    turns = Turns(1)
    asked = threading.Event()
    ended = []

    def meanwhile() -> None:
        if asked.is_set():
            raise GivenUp

    def long() -> None:
        while True:
            time.sleep(0.001)
            breathe()

    def work() -> None:
        try:
            with turns.place(lambda: (1, 0), meanwhile) as place:
                place.do(long)
        except GivenUp:
            ended.append(True)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    other = run(turns)
    until(lambda: other.done > 10)
    asked.set()
    thread.join(SAFETY)
    assert ended


def test_breathing_outside_of_a_turn_is_nothing() -> None:
    breathe()
    with Turns(1).own() as own, own.turn():
        breathe()


def test_each_device_has_turns_of_its_own() -> None:
    assert turns_on(torch.device("cpu")) is turns_on(torch.device("cpu"))
    assert turns_on(torch.device("cuda")) is turns_on(torch.device("cuda:0"))
    assert turns_on(torch.device("cuda:1")) is not turns_on(torch.device("cuda:0"))


def test_one_thread_does_what_comes_one_after_another_and_ends_when_idle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(step_threads, "_LINGER_SECONDS", 0.05)
    released = []
    monkeypatch.setattr(step_threads, "release", lambda: released.append(True))
    pair = StepThreads()
    used = [pair.do(threading.current_thread) for _ in range(20)]
    assert len(set(used)) == 1
    assert used[0] is not threading.current_thread()
    used[0].join(SAFETY)
    assert released == [True]
    assert pair.do(lambda: 5) == 5


def test_memory_can_be_released_on_any_system(monkeypatch: pytest.MonkeyPatch) -> None:
    step_threads.release()
    monkeypatch.setattr(step_threads.ctypes, "CDLL", lambda name: object())
    step_threads.release()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_process_has_turns_and_threads_of_its_own() -> None:
    cpu = turns_on(torch.device("cpu"))
    with cpu.place(lambda: (1, 0), lambda: None) as place:
        place.do(lambda: None)  # a thread waits for more, which the child will not have

        def fork() -> int:
            child = os.fork()
            if child == 0:
                with turns_on(torch.device("cpu")).place(lambda: (1, 0), lambda: None) as own:
                    os._exit(own.do(lambda: 7))
            return child

        assert os.waitstatus_to_exitcode(os.waitpid(fork(), 0)[1]) == 7
