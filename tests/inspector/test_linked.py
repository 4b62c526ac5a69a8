"""Inspectors whose iteration or class is linked, in Python and on the page, while they run."""

import faulthandler
import time

import ipywidgets
import pytest
import traitlets

from tests.inspector.conftest import PICTURE
from tests.inspector.fakes import (
    SAFETY,
    Engine,
    Page,
    classifier,
    inspector_class,
    reached,
    until,
)


class Slow(Engine):
    def __init__(self, seconds):
        super().__init__()
        self.seconds = seconds

    def _step(self, *where):
        time.sleep(self.seconds)
        return super()._step(*where)


@pytest.fixture
def pair():
    """Two Inspectors of their own pace and length, not begun."""
    made = []

    def pair(*lengths, seconds=(0.002, 0.003)):
        for length, each in zip(lengths, seconds[: len(lengths)], strict=True):
            cls = inspector_class(Slow(each))
            made.append(cls(classifier(), PICTURE, 3, iterations=length))
        return made

    faulthandler.dump_traceback_later(SAFETY, exit=True)  # two locks may wait for each other
    yield pair
    for widget in made:
        widget.close()
    faulthandler.cancel_dump_traceback_later()


def run(*widgets):
    for widget in widgets:
        widget.run()
    for widget in widgets:
        assert widget.wait(SAFETY)


@pytest.mark.parametrize("lengths", [(120, 120), (60, 150), (150, 60), (1, 100)])
def test_two_that_are_linked_in_python_end_where_their_runs_end(pair, lengths):
    a, b = pair(*lengths)
    link = traitlets.link((a, "iteration"), (b, "iteration"))
    for _ in range(2):
        run(a, b)
        assert a.iteration == b.iteration == max(lengths)
        assert a._follow
        assert b._follow
    a.iteration = 7
    assert (b.iteration, b._follow) == (7, False)
    link.unlink()


def test_what_is_linked_one_way_goes_its_own_way_while_it_runs(pair):
    a, b = pair(40, 150)
    traitlets.dlink((a, "iteration"), (b, "iteration"))
    seen = []
    b.observe(lambda change: seen.append(change["new"]), "iteration")
    run(a, b)
    assert (a.iteration, b.iteration) == (40, 150)
    assert seen == sorted(seen)


def test_three_that_are_linked_end_together(pair):
    a, b, c = pair(40, 70, 100, seconds=(0.001, 0.002, 0.003))
    traitlets.link((a, "iteration"), (b, "iteration"))
    traitlets.link((b, "iteration"), (c, "iteration"))
    run(a, b, c)
    assert {a.iteration, b.iteration, c.iteration} == {100}


def test_the_class_drawn_is_linked(pair):
    a, b = pair(60, 60)
    traitlets.link((a, "target"), (b, "target"))
    a.run()
    b.run()
    for target in (1, 2, 0, 2):
        (a if target else b).target = target
        time.sleep(0.02)
    assert a.wait(SAFETY)
    assert b.wait(SAFETY)
    assert (a.target, b.target) == (2, 2)
    assert (a.iteration, b.iteration) == (60, 60)


def test_observers_of_each_may_set_the_other(pair):
    """Each on its own thread, with what it holds: neither may wait for the other forever."""
    a, b = pair(150, 150, seconds=(0.0005, 0.0005))
    a.observe(lambda change: setattr(b, "target", change["new"] % 3), "iteration")
    b.observe(lambda change: setattr(a, "target", change["new"] % 3), "iteration")
    run(a, b)
    assert a.status == b.status == "done"


def test_a_linked_slider_follows_and_leads(pair):
    a, _ = pair(60, 1)
    slider = ipywidgets.IntSlider(max=1000)
    traitlets.link((a, "iteration"), (slider, "value"))
    a.run()
    reached(a, 20)
    slider.value = 5  # by a person, while it runs
    assert (a.iteration, a._follow) == (5, False)
    assert a.wait(SAFETY)
    assert (a.iteration, slider.value) == (5, 5)
    run(a)
    assert (a.iteration, slider.value) == (60, 60)
    slider.layout.close()
    slider.style.close()
    slider.close()


def test_a_slider_that_ends_earlier_holds_nothing_back(pair):
    a, _ = pair(60, 1)
    slider = ipywidgets.IntSlider(max=20)
    traitlets.link((a, "iteration"), (slider, "value"))
    run(a)
    assert (a.iteration, a._follow, slider.value) == (60, True, 20)


# On the page, where what is linked says `iteration` and nothing else.


def test_what_a_linked_widget_says_is_no_wish_while_a_run_is_followed(show, engine):
    engine.hold()
    widget, page = show(iterations=100_000)

    def stepped():
        engine.allow()
        time.sleep(0.05)  # the pace of frames
        return page.pump() and widget.iteration > 5

    until(stepped)
    before = widget.iteration
    for live in (3, 4, before + 9, 1):
        page.set(iteration=live)
    assert widget._follow
    assert before <= widget.iteration < before + 9
    widget.stop()
    engine.release()
    page.until_status("stopped")
    assert widget.iteration == widget._session.runs.nearest(0)
    assert page.pump().state["iteration"] == widget.iteration
    assert page.state["_live"] is False


def test_what_it_said_last_is_set_right_at_the_end(show, engine):
    """The page's own value is the linked widget's; the kernel's last step may be no news to it."""
    engine.hold()
    widget, page = show(iterations=10)
    engine.allow(11)
    reached(widget, 10)
    until(lambda: page.pump().state.get("iteration") == 10)
    widget.stop()
    page.updates.clear()
    engine.release()
    page.until_status("done")
    before = len(page.updates)
    page.send({"type": "run_more", "iterations": 5})
    page.set(iteration=2)
    page.until(lambda page: widget.status == "done")
    page.pump()
    assert [u["iteration"] for u in page.updates[before:] if "iteration" in u][-1] == 15


def test_a_person_who_scrubs_is_heard_while_a_run_is_followed(show, engine):
    engine.hold()
    widget, page = show(iterations=30)
    engine.allow(11)
    reached(widget, 10)
    page.set(_follow=False)
    page.set(iteration=4)  # on its way separately
    assert (widget.iteration, widget._follow) == (4, False)
    page.set(iteration=6)
    assert widget.iteration == 6
    engine.release()
    page.until_status("done")
    assert widget.iteration == 6


def test_what_a_linked_widget_says_is_drawn_once_nothing_runs(show):
    widget, page = show(iterations=30)
    page.until_status("done")
    page.set(iteration=8)
    page.until(lambda page: page.frames[-1].iteration == 8)
    assert not widget._follow
    page.set(iteration=31)  # another run's, which is longer
    assert widget._follow
    page.until(lambda page: page.frames[-1].iteration == 30)


def test_a_class_that_is_added_or_compared_leaves_the_class_drawn_free(show, engine):
    widget, page = show(1, iterations=30)
    page.until_status("done")
    engine.hold()
    page.send({"type": "compare", "by": "defense"})
    engine.allow(3)
    until(lambda: widget._variants)
    page.set(iteration=8)
    assert (widget.iteration, widget._follow) == (8, False)
    engine.release()
    page.until_status("done")
    assert widget.iteration == 8


def test_an_iteration_set_in_python_reaches_the_page_after_its_reason(show, engine):
    """The page must not take it for what a linked widget says."""
    engine.hold()
    widget, page = show(iterations=30)
    engine.allow(11)
    reached(widget, 10)
    page.pump().updates.clear()
    widget.iteration = 4
    said = [set(update) & {"_follow", "iteration"} for update in page.pump().updates]
    assert [each for each in said if each] in ([{"_follow"}, {"iteration"}],)


def test_an_observer_that_fails_costs_the_page_nothing(show):
    widget, page = show(iterations=30)
    page.until_status("done")
    widget.observe(lambda change: 1 / 0, ["iteration", "target"])
    page.set(iteration=8, target=1)
    page.until(lambda page: (page.frames[-1].target, page.frames[-1].iteration) == (1, 8))


def test_two_that_are_linked_to_classes_of_their_own_say_so(pair):
    a, b = pair(5, 5)
    b.add(4)
    b.target = 0
    traitlets.link((b, "target"), (a, "target"))
    page = Page(b)
    page.set(target=4)  # which a does not explain
    assert (b.target, a.target) == (4, 0)
