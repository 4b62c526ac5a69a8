"""Who looks: runs rest without a view, and what is on the screen comes first."""

import asyncio
import gc
import threading
import time
import weakref

import pytest

from tests.inspector.fakes import SAFETY, Page, until
from xwidget.engine import turns
from xwidget.inspector.work.views import Views

LONG = 100_000


def say(page, count, seen=None, number=1):
    page.send({"type": "views", "page": number, "count": count, "seen": seen or 0})


def newest(widget):
    return widget._session.runs.nearest(0) or 0


def goes_on(widget):
    before = newest(widget)
    until(lambda: newest(widget) > before + 3)
    return True


def rests(widget, page):
    until(lambda: widget._progress.get("waits") == "a view")
    before = newest(widget)
    time.sleep(0.05)
    assert newest(widget) == before
    assert page.pump().state["status"] == "running"
    return True


@pytest.fixture
def slow(engine, monkeypatch):
    """Let a step take a moment: the histories of endless runs stay short."""
    step = engine._step

    def slowly(*args):
        time.sleep(0.002)
        return step(*args)

    monkeypatch.setattr(engine, "_step", slowly)


@pytest.mark.usefixtures("slow")
class TestResting:
    def test_a_run_whose_last_view_is_gone_rests_until_one_is_back(self, show):
        widget, page = show(iterations=LONG)
        say(page, 2, 1)
        assert goes_on(widget)
        say(page, 1, 1)
        assert goes_on(widget)
        say(page, 0)
        assert rests(widget, page)
        say(page, 1)
        assert goes_on(widget)
        assert "waits" not in widget._progress

    def test_the_views_of_all_pages_count(self, show):
        widget, page = show(iterations=LONG)
        say(page, 1, 1, number=1)
        say(page, 1, 1, number=2)
        say(page, 0, number=1)
        assert goes_on(widget)
        say(page, 0, number=2)
        assert rests(widget, page)

    def test_one_that_was_never_shown_runs(self, make):
        widget = make(iterations=LONG)
        widget.run()
        assert goes_on(widget)

    def test_a_page_that_says_nothing_of_views_has_one(self, show):
        widget, _ = show(iterations=LONG)
        assert goes_on(widget)

    def test_waiting_lets_it_go_on(self, show):
        widget, page = show(iterations=LONG)
        say(page, 1, 1)
        say(page, 0)
        assert rests(widget, page)
        before = newest(widget)
        assert not widget.wait(0.2)
        assert newest(widget) > before
        assert rests(widget, page)

    def test_what_is_asked_for_in_python_runs_without_a_view(self, show):
        widget, page = show(iterations=3)
        say(page, 1, 1)
        page.until_status("done")
        say(page, 0)
        widget.run_more(5)
        page.until_status("done")
        assert widget.iteration == 8

    def test_what_rests_can_be_stopped_closed_and_tested(self, show):
        widget, page = show(iterations=LONG)
        say(page, 1, 1)
        say(page, 0)
        assert rests(widget, page)
        widget._session.between_steps(lambda: lambda: setattr(widget, "error", "looked"))
        until(lambda: widget.error == "looked")
        page.send({"type": "stop"})
        page.until_status("stopped")
        assert "waits" not in page.state["_progress"]
        page.send({"type": "run"})
        say(page, 1, 1)
        say(page, 0)
        assert rests(widget, page)
        widget.close()
        assert widget.status == "stopped"

    def test_a_class_drawn_while_it_rests_is_sent(self, show):
        widget, page = show(iterations=LONG)
        say(page, 1, 1)
        assert goes_on(widget)
        say(page, 0)
        assert rests(widget, page)
        page.set(target=2)
        page.until(lambda page: page.frames[-1].target == 2)

    def test_resting_takes_no_time(self, show):
        widget, page = show(iterations=LONG)
        say(page, 1, 1)
        assert goes_on(widget)
        say(page, 0)
        assert rests(widget, page)
        time.sleep(1.2)
        say(page, 1, 1)
        assert goes_on(widget)
        widget.stop()
        page.until_status("stopped")
        spent = widget.explanation.diagnostics["seconds"]
        assert spent < 0.02 * (newest(widget) + 40)

    def test_what_is_on_the_screen_comes_before_what_is_not(self, show, monkeypatch):
        monkeypatch.setitem(turns._all, ("cpu", 0), turns.Turns(1))
        hidden, page = show(iterations=LONG)
        say(page, 1, 0)
        seen, page = show(iterations=LONG)
        say(page, 1, 1)
        assert goes_on(seen)
        assert hidden._session.views.rank()[0] > seen._session.views.rank()[0]
        until(lambda: hidden._progress.get("waits") == "its turn")
        page.send({"type": "stop"})
        assert goes_on(hidden)


def test_a_run_that_is_stopped_while_it_waits_for_its_turn_ends_at_once(make, monkeypatch):
    shared = turns.Turns(1)
    monkeypatch.setitem(turns._all, ("cpu", 0), shared)
    widget = make(iterations=LONG)
    with shared.own() as own, own.turn():
        widget.run()
        widget.stop()
        assert widget.wait(SAFETY)
    assert (widget.status, newest(widget)) == ("stopped", 0)


def test_pages_that_fall_silent_are_given_up():
    changes = []
    busy = [True]
    views = Views(lambda: changes.append(True), lambda: busy[0])
    views.take(1, 2, 1)
    views.take(2, 1, 0)
    for _ in range(6):
        views.miss()
    assert views.count == 1  # the hidden one may speak once a minute
    for _ in range(31):
        views.miss()
    assert views.resting
    views.take(1, 1, 1)
    assert not views.resting
    for _ in range(20):
        views.miss()
        views.heard()
    assert views.count == 1
    busy[0] = False
    for _ in range(200):  # without work nobody has to speak
        views.miss()
    assert views.count == 1


def test_ranks():
    views = Views()
    never = views.rank()
    views.greet()
    greeted = views.rank()
    views.take(1, 1, 1)
    seen = views.rank()
    views.take(1, 1, 0)
    hidden = views.rank()
    with views.waiting():
        waited_for = views.rank()
    views.take(1, 0, 0)
    assert views.rank() is None
    assert [rank[0] for rank in (waited_for, seen, hidden, greeted, never)] == [0, 1, 2, 2, 3]
    views.ask()
    assert views.rank()[0] == 3
    views.take(1, 1, 1)
    assert views.rank()[1] > seen[1]  # it was looked at last
    views.take(1, 0, 0)
    assert views.resting


def test_a_page_that_greets_again_is_not_looked_at_anew():
    chosen, other = Views(), Views()
    other.greet()
    chosen.take(1, 1, 1)
    other.take(2, 1, 1)
    chosen.take(1, 0, 0)
    chosen.take(1, 1, 1)  # a person came back to it
    other.greet()
    assert chosen.rank()[1] > other.rank()[1]


def test_everyone_who_waits_is_counted_from_any_thread():
    class Slow(Views):
        """Views whose count takes so long to read that another thread comes in between."""

        @property
        def _waiting(self):
            count = self.count_of_waiting
            time.sleep(0.02)
            return count

        @_waiting.setter
        def _waiting(self, value):
            self.count_of_waiting = value

    views, together = Slow(), threading.Barrier(4)

    def wait():
        together.wait(SAFETY)
        with views.waiting():
            together.wait(SAFETY)
            together.wait(SAFETY)

    threads = [threading.Thread(target=wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    together.wait(SAFETY)
    together.wait(SAFETY)
    assert views.count_of_waiting == 3
    together.wait(SAFETY)
    for thread in threads:
        thread.join(SAFETY)
    assert views.count_of_waiting == 0


def test_views_are_missed_on_the_loop_that_brings_the_messages(monkeypatch):
    monkeypatch.setattr("xwidget.inspector.work.views.BEAT", 0.001)
    views = Views()

    async def silence(views):
        views.take(1, 1, 1)
        while views.count:
            await asyncio.sleep(0.001)

    asyncio.run(asyncio.wait_for(silence(views), SAFETY))
    gone = weakref.ref(views)
    del views
    gc.collect()
    assert gone() is None


def test_nothing_waits_for_a_view_in_a_script():
    views = Views()
    thread = threading.Thread(target=lambda: views.take(1, 1, 1))
    thread.start()
    thread.join()
    assert not views.resting


def test_a_stop_before_the_first_iteration_keeps_all_of_the_run_before(show, engine):
    widget, page = show(iterations=4)
    page.until_status("done")
    before = dict(page.state)
    engine.hold()
    page.set(game="deletion")
    page.send({"type": "run"})
    until(lambda: len(engine.calls) == 2)
    assert page.pump().state["_progress"] == before["_progress"]
    assert widget.explanation.settings["game"] == "generation"
    page.send({"type": "stop"})
    engine.release()
    page.until_status("stopped")
    for name in ("_trace", "_checks", "_variants", "iteration"):
        assert page.state[name] == before[name], name
    assert page.state["_progress"]["settings"]["game"] == "generation"
    assert page.frames[-1].run == before["_frame"].run
    page.send({"type": "run"})
    page.until_status("done")
    assert (
        page.state["_progress"]["settings"]["game"]
        == widget.explanation.settings["game"]
        == "deletion"
    )
    assert page.frames[-1].run == page.state["_progress"]["run"]


def test_a_run_that_fails_before_its_first_iteration_keeps_the_one_before(show, engine):
    widget, page = show(iterations=4)
    page.until_status("done")
    engine.fails_at = 0
    page.set(game="deletion")
    page.send({"type": "run"})
    page.until_status("error")
    assert (
        page.state["_progress"]["settings"]["game"]
        == widget.explanation.settings["game"]
        == "generation"
    )
    assert len(page.state["_trace"]["0"]["scores"]) == 5


def test_an_old_page_is_told_nothing_it_must_answer(make):
    page = Page(make())
    page.send({"type": "views", "page": -1, "count": 1, "seen": 1})
    assert page.pump().failures
    assert page.state.get("error", "") == ""


def test_a_run_that_never_had_its_turn_waits_for_nothing_once_it_is_stopped(make, monkeypatch):
    monkeypatch.setattr("xwidget.inspector.work.turns._WAITS_SECONDS", 0.01)
    shared = turns.Turns(1)
    monkeypatch.setitem(turns._all, ("cpu", 0), shared)
    widget = make(iterations=LONG)
    with shared.own() as own, own.turn():
        widget.run()
        until(lambda: widget._progress == {"waits": "its turn"})
        widget.stop()
        assert widget.wait(SAFETY)
    assert (widget.status, widget._progress) == ("stopped", {})
