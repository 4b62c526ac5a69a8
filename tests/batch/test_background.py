"""A batch in the background: the most urgent first, cut where that changes, ended within a step."""

import threading

import pytest
import torch

from tests.batch.test_stream import classifier, picture
from tests.inspector.fakes import SAFETY, until
from xwidget.batch.background import THREAD, Background
from xwidget.batch.common import Common
from xwidget.batch.task import Task
from xwidget.engine.settings import Settings

COUNT = 4


class Host:
    """Has a batch explained in the order of ``places``; what it is told is written down."""

    def __init__(self, **options):
        clf = classifier()
        common = Common(clf, lambda subject: (0,), Settings(iterations=8, plan="plain"), **options)
        self.tasks = [Task(i, f"photo {i}", picture(i), common) for i in range(COUNT)]
        self.places = list(range(COUNT))
        self.halted = False
        self.began = []
        self.told = self.failures = 0
        self.all_ended = False

    def order(self):
        return [self.tasks[place] for place in self.places]

    def first(self, place):
        return False

    def occupied(self):
        return self.halted

    def cuts(self, task):
        if self.began[-1:] != [task.index]:
            self.began.append(task.index)
        return self.halted or task.index != next(
            place for place in self.places if self.tasks[place].state != "explained"
        )

    def watches(self):
        return False

    def tell(self):
        self.told += 1

    def failed(self):
        self.failures += 1

    def ended(self):
        self.all_ended = True


@pytest.fixture
def run():
    """Start batches; each is ended, and its thread is gone."""
    made = []

    def run(host, keep=COUNT):
        made.append(Background(host, lambda: (0, 0), keep))
        made[-1].start()
        return made[-1]

    yield run
    for each in made:
        each.end()
        each.join()
    assert not [thread for thread in threading.enumerate() if thread.name == THREAD]


def done(host):
    until(lambda: all(task.state == "explained" for task in host.tasks))


def test_all_are_looked_at_and_then_explained_the_most_urgent_first(run):
    host = Host()
    host.places = [2, 0, 3, 1]
    run(host)
    done(host)
    assert host.began == [2, 0, 3, 1]
    assert all(len(task.explanation.trace) == 9 for task in host.tasks)
    assert host.told > COUNT


def test_one_at_work_is_cut_for_a_more_urgent_one_and_goes_on_later(run):
    host = Host()
    began, go_on = threading.Event(), threading.Event()
    real = host.tasks[0].common.optimize

    def slow(clf, x, targets, settings, *, start):
        for step in real(clf, x, targets, settings, start=start):
            if step.iteration == 3:
                began.set()
                assert go_on.wait(SAFETY)
            yield step

    for task in host.tasks:
        object.__setattr__(task.common, "optimize", slow)
    run(host)
    assert began.wait(SAFETY)
    host.places = [3, 0, 1, 2]
    go_on.set()
    done(host)
    assert host.began == [0, 3, 0, 1, 2]
    assert [len(task.explanation.trace) for task in host.tasks] == [9] * COUNT


def test_only_so_many_hold_a_whole_run_and_the_most_urgent_do(run):
    host = Host()
    run(host, keep=2)
    done(host)
    assert [task.heavy for task in host.tasks] == [True, False, False, True]
    assert all(task.explanation is not None for task in host.tasks)


def test_one_that_is_halted_goes_on_when_it_is_woken(run):
    host = Host()
    host.halted = True
    background = run(host)
    until(lambda: all(task.described for task in host.tasks))
    assert not host.began
    host.halted = False
    background.wake()
    done(host)


def test_an_error_of_the_host_ends_the_thread_and_the_next_start_goes_on(run):
    host = Host()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(host, "first", lambda place: 1 / 0)
        background = run(host)
        until(lambda: host.failures == 1 and not background.started)
    background.start()
    done(host)


def test_its_end_within_a_run_is_within_a_step(run):
    host = Host()
    background = run(host)
    until(lambda: host.began)
    background.end()
    background.join()
    assert host.all_ended
    assert sum(task.state == "explained" for task in host.tasks) < COUNT
    assert torch.is_grad_enabled()
