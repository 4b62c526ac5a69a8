"""One thread at a time in a widget's bookkeeping."""

import contextlib
import gc
import os
import signal
import threading
import weakref

import pytest
import traitlets

from tests.inspector.fakes import SAFETY, Page
from xwidget.inspector.page.locked import LockedWidget
from xwidget.inspector.work.lock import INSPECTORS, OwnedLock
from xwidget.net import forward


class Pair(LockedWidget):
    _esm = "export default {}"
    first = traitlets.Int().tag(sync=True)
    second = traitlets.Int().tag(sync=True)

    def __init__(self):
        self._lock = OwnedLock()
        super().__init__()


@pytest.fixture
def pair():
    pair = Pair()
    yield pair
    pair.layout.close()
    pair.close()


class Other:
    """Do something on another thread, and tell whether it has got through."""

    def __init__(self, act):
        self._thread = threading.Thread(target=act)
        self._thread.start()

    @property
    def waits(self):
        self._thread.join(0.1)
        return self._thread.is_alive()

    def finish(self):
        self._thread.join(SAFETY)
        assert not self._thread.is_alive()


def setter(pair, **values):
    def act():
        for name, value in values.items():
            setattr(pair, name, value)

    return act


def test_what_another_thread_sets_is_not_drawn_into_a_held_message(pair):
    page = Page(pair)
    with pair.hold_sync():
        pair.first = 1
        other = Other(setter(pair, second=2))
        assert other.waits
    other.finish()
    assert page.pump().updates[-2:] == [{"first": 1}, {"second": 2}]


def test_observers_are_called_one_thread_at_a_time(pair):
    inside = []

    def observer(change):
        inside.append(change["name"])
        if change["name"] == "first":
            other = Other(setter(pair, second=2))
            assert other.waits
            inside.append("end")
            others.append(other)

    others = []
    pair.observe(observer, ["first", "second"])
    pair.first = 1
    others[0].finish()
    assert inside == ["first", "end", "second"]


def test_what_a_thread_with_the_lock_sets_is_not_drawn_into_a_held_batch(pair):
    def act():
        with pair._lock:
            pair.second = 2

    with contextlib.suppress(traitlets.TraitError), pair.hold_trait_notifications():
        pair.first = 1
        other = Other(act)
        assert other.waits
        raise traitlets.TraitError
    other.finish()
    assert (pair.first, pair.second) == (0, 2)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.parametrize("here", [True, False])
def test_a_forked_process_waits_for_no_thread_of_its_parents(here):
    free, held = threading.Event(), threading.Event()

    def hold():
        with INSPECTORS, forward._lock:
            held.set()
            free.wait(SAFETY)

    other = Other(hold if not here else held.set)
    assert held.wait(SAFETY)
    with INSPECTORS if here else contextlib.nullcontext():
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                signal.alarm(5)
                with INSPECTORS:
                    taken = INSPECTORS.owned and forward._lock.acquire(timeout=0)
                os._exit(0 if taken and INSPECTORS.owned == here else 1)
            os._exit(2)
    free.set()
    other.finish()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_what_is_collected_waits_for_no_lock():
    """A thread may begin with a collection, while the one that started it holds the lock."""
    pair = Pair()
    pair.layout.close()
    pair.close()
    lock, gone = pair._lock, weakref.ref(pair)
    assert pair._inbox is not None  # as of one that a page has spoken to
    pair.itself = pair  # what only a collection frees
    del pair
    with lock:
        other = threading.Thread(target=gc.collect, daemon=True)
        other.start()
        other.join(SAFETY)
        assert not other.is_alive()
    assert gone() is None


def test_a_lock_knows_its_thread():
    lock = OwnedLock()
    seen = []
    with lock, lock:
        assert lock.owned
        Other(lambda: seen.append((lock.owned, lock.acquire(timeout=0)))).finish()
    assert not lock.owned
    assert seen == [(False, False)]
