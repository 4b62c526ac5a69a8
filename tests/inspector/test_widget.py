"""The Inspector against a page that is a list of messages, on a fake engine."""

import _thread
import base64
import gc
import io
import json
import threading
import weakref

import ipywidgets
import numpy as np
import pytest
import traitlets
from ipywidgets.widgets.widget import _instances
from PIL import Image

from tests.inspector.fakes import (
    NAMES,
    SAFETY,
    SIDE,
    Engine,
    Page,
    classifier,
    inspector_class,
    level,
    until,
    workers,
)
from xwidget.inspector.protocol import PICTURE, decode

LONG = 100_000  # iterations: longer than any test


def drawn(widget):
    """Return what the widget's frame says is drawn."""
    frame = decode(widget._frame)
    return frame.target, frame.iteration


def reached(widget, iteration, target=0):
    """Wait until the worker has come this far; the page may not have heard of it yet."""
    until(lambda: widget._session.nearest(target) == iteration)


# Showing and starting.


def test_an_inspector_waits_until_it_is_shown(make):
    widget = make()
    assert widget.status == "idle"
    assert not workers()
    assert widget._frame == b""
    assert widget.explanation is None


def test_hello_is_welcomed_and_starts_the_run_at_once(show, engine):
    engine.hold()
    widget, page = show()
    (welcome, _), *_ = page.pump().answers("welcome")
    assert welcome == {"type": "welcome", "protocol": 1, "run": 0}
    assert widget.status == page.state["status"] == "running"
    engine.release()
    page.until_status("done")
    assert [call[:2] for call in engine.calls] == [((0, 1, 2), 5)]


def test_a_second_hello_starts_nothing(show, engine):
    widget, page = show()
    page.until_status("done").hello().pump()
    assert page.answers("welcome")[-1][0]["run"] == 1
    assert widget.status == "done"
    assert len(engine.calls) == 1


def test_a_page_of_another_protocol_is_told_so(make):
    widget = make()
    page = Page(widget)
    page.send({"type": "hello", "protocol": 2})
    (failure,) = page.pump().failures
    assert "protocol 2, the kernel 1" in failure["message"]
    assert failure["request"] == {"type": "hello", "protocol": 2}
    assert widget.error == failure["message"]
    assert widget.status == "idle"


def test_wait_on_an_inspector_that_was_never_shown_starts_it(make):
    widget = make()
    assert widget.wait(SAFETY)
    assert widget.status == "done"
    assert widget.iteration == 5
    assert drawn(widget) == (0, 5)


def test_wait_does_not_need_a_page_that_answers(show):
    widget, page = show(iterations=300, acks=False)
    assert widget.wait(SAFETY)
    assert page.pump().frames[-1].last


def test_the_pictures_are_what_the_net_sees(make):
    widget = make()
    image = decode(widget._image)
    assert image.target == PICTURE
    assert image.pixels.shape == (3, SIDE, SIDE)
    assert (image.pixels == 200).all()
    reference = decode(widget._reference)
    assert reference.pixels.shape == (3, 1, 1)  # zero is the data mean: one color
    assert (reference.pixels == 128).all()


def test_a_reference_of_many_colors_is_sent_whole(make):
    widget = make(reference="noise")
    assert decode(widget._reference).pixels.shape == (3, SIDE, SIDE)


def test_the_most_likely_classes_come_with_names_and_scores(make):
    widget = make(2)
    assert [(c["index"], c["name"]) for c in widget._classes] == [(0, "anvil"), (1, "banjo")]
    scores = [c["score"] for c in widget._classes]
    assert scores[0] > scores[1] > 0
    assert widget.target == 0


def test_the_first_class_asked_for_is_drawn_and_the_best_is_listed_first(make):
    widget = make(["drum", 1])
    assert widget.target == 3
    assert [c["name"] for c in widget._classes] == ["banjo", "drum"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"targets": 967}, r"write targets=\[967\]"),
        ({"targets": 0}, "1 to 10"),
        ({"targets": ["tuba"]}, "tuba"),
        ({"targets": []}, "empty"),
        ({"game": "chess"}, "game must be one of"),
        ({"defense": "castle"}, "defense must be one of"),
        ({"sparsity": -1}, "sparsity must be"),
        ({"iterations": 0}, "iterations"),
        ({"iterations": 10**9}, "iterations"),
        ({"reference": "pink"}, "reference must be one of"),
    ],
)
def test_a_bad_argument_is_refused_and_leaves_nothing(make, arguments, words):
    gc.collect()
    before = len(_instances)
    with pytest.raises(ValueError, match=words):
        make(**arguments)
    assert len(_instances) == before


# A run.


def test_a_run_is_streamed_in_order_and_its_end_comes_last(show):
    _, page = show(iterations=50)
    page.until_status("done")
    iterations = [frame.iteration for frame in page.frames]
    assert iterations == sorted(iterations)
    assert iterations[-1] == 50
    assert [frame.last for frame in page.frames] == [False] * (len(iterations) - 1) + [True]
    last = page.frames[-1]
    assert (last.run, last.target) == (1, 0)
    assert (last.pixels == level(0, 50)).all()
    assert last.score == pytest.approx(0.05)
    # The end in order: frame, curves, status.
    order = [next(iter(u)) for u in page.updates if {"_frame", "_trace", "status"} & u.keys()]
    assert page.updates[-1]["status"] == "done"
    assert order.index("status") < len(order)
    where = {name: i for i, u in enumerate(page.updates) for name in u}
    assert where["_frame"] < where["_trace"] < where["status"]


def test_frame_iteration_and_progress_travel_in_one_message(show):
    _, page = show(iterations=50)
    page.until_status("done")
    for update in page.updates:
        if update.get("_frame") and update["_frame"].iteration > 0:
            assert update["_progress"]["iteration"] >= update["_frame"].iteration
            assert update["iteration"] == update["_frame"].iteration


def test_the_curves_have_every_iteration_and_say_what_is_kept(show):
    _, page = show(iterations=40)
    page.until_status("done")
    trace = page.state["_trace"]
    assert list(trace) == ["0", "1", "2"]
    assert trace["1"]["scores"] == pytest.approx([i / 1000 for i in range(41)])
    assert len(trace["1"]["means"]) == 41
    frames = trace["1"]["frames"]
    assert frames[0] == 0
    assert frames[-1] == 40
    assert frames == sorted(set(frames))


def test_progress_says_where_the_run_will_end(show):
    _, page = show(iterations=7)
    page.until_status("done")
    progress = page.state["_progress"]
    assert (progress["run"], progress["iteration"], progress["iterations"]) == (1, 7, 7)
    assert progress["seconds"] >= 0
    assert progress["rate"] >= 0


@pytest.mark.parametrize("acks", [True, False])
def test_five_thousand_fast_steps_are_few_messages(show, acks):
    widget, page = show([0], iterations=5000, acks=acks)
    page.until_status("done")
    seconds = page.state["_progress"]["seconds"]
    assert len(page.frames) <= 31 * seconds + 5
    assert len(widget.comm.sent) <= 40 * seconds + 20
    assert page.frames[-1].iteration == 5000
    assert page.frames[-1].last


def test_a_page_that_drops_some_words_still_sees_the_end(show):
    _, page = show(iterations=2000)
    heard = set()
    page.acks = False

    def answer_every_third(page):
        for frame in page.frames:
            if frame.seq % 3 == 0 and frame.seq not in heard:
                heard.add(frame.seq)
                page.send({"type": "ack", "seq": frame.seq})
        return page.state.get("status") == "done"

    page.until(answer_every_third)
    assert page.frames[-1].iteration == 2000


def test_stop_from_the_page_ends_within_one_step(show, engine):
    engine.hold()
    widget, page = show(iterations=1000)
    engine.allow(3)
    reached(widget, 2)
    page.send({"type": "stop"})
    engine.allow(1)
    page.until_status("stopped")
    assert widget.iteration == 2
    assert page.frames[-1].last
    assert widget.explanation.diagnostics["stopped"] == "interrupted"


def test_run_again_starts_over_under_a_new_number(show, engine):
    widget, page = show()
    page.until_status("done")
    page.send({"type": "run"})
    assert widget.status == "running"
    page.until(lambda page: page.frames[-1].run == 2 and page.state["status"] == "done")
    assert page.frames[-1].iteration == 5


def test_no_frame_of_an_old_run_comes_after_one_of_a_new(show, engine):
    widget, page = show(iterations=LONG)
    for _ in range(20):
        page.until_iteration(1)
        widget.run()
    widget.iterations = 3
    widget.run()
    page.until_status("done")
    runs = [frame.run for frame in page.frames]
    assert runs == sorted(runs)
    assert page.frames[-1].iteration == 3


def test_changed_settings_apply_to_the_next_run_only(show, engine):
    engine.hold()
    widget, page = show()
    page.set(game="deletion", sparsity=0.001, defense="none", iterations=2)
    engine.release()
    page.until_status("done")
    assert engine.calls[0][3].game == "generation"
    assert widget.iteration == 5
    page.send({"type": "run"})
    page.until(lambda page: len(engine.calls) == 2 and page.state["status"] == "done")
    settings = engine.calls[1][3]
    assert (settings.game, settings.sparsity, settings.defense) == ("deletion", 0.001, "none")
    assert engine.calls[1][1] == 2


def test_run_more_goes_on_from_the_state(show, engine):
    widget, page = show()
    page.until_status("done")
    page.send({"type": "run_more", "iterations": 4})
    page.until_iteration(9).until_status("done")
    assert engine.calls[-1][:3] == ((0, 1, 2), 4, 5)
    assert page.frames[-1].run == 1
    assert len(page.state["_trace"]["0"]["scores"]) == 10
    widget.run_more()  # as many as the trait says
    assert widget.wait(SAFETY)
    assert widget.iteration == 14


# Adding classes.


def test_a_class_added_after_the_run_catches_up_and_is_drawn(show, engine):
    widget, page = show()
    page.until_status("done")
    page.send({"type": "add", "target": 4})
    assert [c["name"] for c in widget._classes] == ["anvil", "banjo", "cello", "easel"]
    assert widget.status == "running"
    page.until(lambda page: page.state["target"] == 4 and page.state["status"] == "done")
    assert engine.calls[-1][:3] == ((4,), 5, None)
    assert drawn(widget) == (4, 5)
    assert (page.frames[-1].pixels == level(4, 5)).all()


def test_a_class_added_by_name_during_a_run_waits_for_its_turn(show, engine):
    engine.hold()
    widget, page = show()
    engine.allow(2)
    reached(widget, 1)
    widget.add("flute")
    assert widget.target == 0
    engine.release()
    page.until(lambda page: "5" in page.state["_trace"] and page.state["status"] == "done")
    assert widget.target == 5
    assert widget.explanation.targets == (0, 1, 2, 5)


def test_a_class_chosen_meanwhile_stays_drawn(show, engine):
    engine.hold()
    widget, page = show()
    engine.allow(2)
    reached(widget, 1)
    widget.add("flute")
    page.set(target=1)
    engine.release()
    page.until(lambda page: "5" in page.state["_trace"] and page.state["status"] == "done")
    assert widget.target == 1


def test_adding_a_class_that_is_there_draws_it(show, engine):
    widget, page = show()
    page.until_status("done")
    widget.add("cello")
    assert widget.target == 2
    assert widget.status == "done"
    assert len(engine.calls) == 1


def test_a_class_added_before_the_first_run_is_taken_along(make, engine):
    widget = make([0])
    widget.add(3)
    assert widget.status == "idle"
    assert widget.wait(SAFETY)
    assert engine.calls[0][0] == (0, 3)
    assert drawn(widget) == (3, 5)


# What is drawn.


def test_setting_the_iteration_in_python_redraws(show):
    widget, page = show(iterations=40)
    page.until_status("done")
    widget.iteration = 9
    page.until(lambda page: page.frames[-1].iteration == 9)
    assert not widget._follow
    assert (page.frames[-1].pixels == level(0, 9)).all()
    widget.iteration = 40
    assert widget._follow
    page.until(lambda page: page.frames[-1].iteration == 40)


def test_an_iteration_that_was_not_kept_draws_the_nearest(show):
    widget, page = show(iterations=40)
    page.until_status("done")
    missing = next(i for i in range(41) if i not in page.state["_trace"]["0"]["frames"])
    widget.iteration = missing
    page.until(lambda page: abs(page.frames[-1].iteration - missing) <= 2)
    assert widget.iteration == missing


def test_setting_the_class_redraws_from_both_sides(show):
    widget, page = show(iterations=40)
    page.until_status("done")
    widget.target = 1
    page.until(lambda page: (page.frames[-1].target, page.frames[-1].iteration) == (1, 40))
    page.set(target=2, iteration=3, _follow=False)
    page.until(lambda page: (page.frames[-1].target, page.frames[-1].iteration) == (2, 3))
    assert (page.frames[-1].pixels == level(2, 3)).all()
    widget.target = 0  # the iteration that a person chose stays
    page.until(lambda page: (page.frames[-1].target, page.frames[-1].iteration) == (0, 3))


def test_a_person_who_scrubs_is_left_alone_while_the_run_goes_on(show, engine):
    engine.hold()
    widget, page = show(iterations=30)
    engine.allow(11)
    reached(widget, 10)
    page.set(iteration=4, _follow=False)
    page.until(lambda page: page.frames[-1].iteration == 4)
    engine.release()
    page.until_status("done")
    assert widget.iteration == 4
    assert any(frame.last and frame.iteration == 30 for frame in page.frames)
    page.until(lambda page: page.frames[-1].iteration == 4)  # the trait holds what is drawn
    page.set(_follow=True)
    page.until(lambda page: page.frames[-1].iteration == 30)
    assert widget.iteration == 30


def test_the_pages_own_word_on_following_wins_over_the_number(show, engine):
    """The page's newest iteration may be older than the kernel's by now."""
    engine.hold()
    widget, page = show(iterations=30)
    engine.allow(11)
    reached(widget, 10)
    page.set(iteration=6, _follow=True)
    assert widget._follow
    assert all(update.get("_follow", True) for update in page.pump().updates)
    engine.release()
    page.until_status("done")
    assert widget.iteration == 30


def test_a_run_is_followed_even_after_scrubbing(show):
    widget, page = show()
    page.until_status("done")
    widget.iteration = 1
    page.send({"type": "run_more", "iterations": 2})
    page.until_status("running").until_status("done")
    assert widget.iteration == 7


def test_setting_the_iteration_five_thousand_times_sends_few_frames(show):
    widget, page = show(iterations=15, acks=False)
    page.until_status("done")
    before = len(page.frames)
    for i in range(5000):
        widget.iteration = i % 15
    page.until(lambda page: page.frames[-1].iteration == 4999 % 15)
    assert len(page.frames) - before < 2500


def test_what_the_page_sets_is_not_echoed(show):
    _, page = show()
    page.until_status("done")
    before = len(page.updates)
    page.set(game="deletion", iterations=9)
    assert not any({"game", "iterations"} & u.keys() for u in page.pump().updates[before:])


# Requests.


def test_a_frame_is_answered_with_its_bytes(show):
    _, page = show(iterations=40)
    page.until_status("done")
    page.send({"type": "frame", "target": 1, "iteration": 9})
    ((_, (raw,)),) = page.pump().answers("frame")
    frame = decode(raw)
    assert (frame.run, frame.target, frame.iteration, frame.seq) == (1, 1, 9, 0)
    assert (frame.pixels == level(1, 9)).all()


def test_a_frame_that_is_not_there_is_refused_without_alarming_the_person(show):
    widget, page = show()
    page.until_status("done")
    page.send({"type": "frame", "target": 5, "iteration": 0})
    (failure,) = page.pump().failures
    assert failure["request"] == {"type": "frame", "target": 5, "iteration": 0}
    assert widget.error == ""


def test_category_names_come_on_request_only(show):
    _, page = show()
    page.send({"type": "categories"})
    ((content, _),) = page.pump().answers("categories")
    assert content["names"] == NAMES


def test_commands_work_through_the_trait(make, engine):
    widget = make()
    page = Page(widget)
    page.set(_command={"id": 1, "type": "hello", "protocol": 1})
    page.until_status("done")
    assert page.answers("welcome")
    page.set(game="deletion", _command={"id": 2, "type": "run"})
    page.until(lambda page: len(engine.calls) == 2 and page.state["status"] == "done")
    assert engine.calls[1][3].game == "deletion"  # the traits come first
    page.set(_command={"id": 2, "type": "run"})  # the same again is no new command
    assert widget.status == "done"
    page.set(_command={"id": 3, "type": "jump"})
    assert "unknown message type 'jump'" in page.pump().failures[-1]["message"]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"type": "jump"}, "unknown message type"),
        ("run", "must be an object"),
        ({"type": "run_more", "iterations": 0}, "from 1 to 100000"),
        ({"type": "add", "target": 99}, "99"),
    ],
)
def test_a_bad_message_is_refused_in_words_and_changes_nothing(show, engine, message, words):
    widget, page = show()
    page.until_status("done")
    page.send(message)
    (failure,) = page.pump().failures
    assert words in failure["message"]
    assert failure["request"] == message
    assert page.state["error"] == failure["message"]
    assert widget.status == "done"
    assert len(engine.calls) == 1
    page.send({"type": "run"})
    assert page.pump().state["error"] == ""


def test_run_more_before_any_run_is_refused_in_words(make):
    page = Page(make())
    page.send({"type": "run_more", "iterations": 5})
    assert "no run to go on with" in page.pump().failures[0]["message"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("game", "chess"),
        ("game", 3),
        ("defense", None),
        ("iterations", 0),
        ("iterations", "abc"),
        ("iterations", True),
        ("sparsity", "much"),
        ("sparsity", -0.5),
        ("target", 5),
        ("target", "anvil"),
        ("iteration", -1),
        ("_follow", 1),
        ("_command", "run"),
        ("_command", {"type": "run"}),
        ("status", "done"),
        ("_frame", "x"),
    ],
)
def test_a_bad_value_from_the_page_changes_nothing(show, name, value):
    widget, page = show()
    page.until_status("done")
    before = getattr(widget, name)
    page.pump().updates.clear()
    page.set(**{name: value})
    assert getattr(widget, name) == before
    (failure,) = page.pump().failures
    assert failure["request"] == {"type": "set", "name": name, "value": value} or name == "_command"
    assert failure["message"] == widget.error != ""
    sent_back = [update[name] for update in page.updates if name in update]
    assert len(sent_back) == 1  # so that the control shows the value in force again
    assert widget.status == "done"


def test_a_good_value_beside_a_bad_one_is_taken(show):
    widget, page = show()
    page.set(game="deletion", iterations=0)
    assert (widget.game, widget.iterations) == ("deletion", 5)
    page.set(iterations=3)
    assert widget.error == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [("game", "chess"), ("sparsity", -1), ("iterations", 0), ("target", 5), ("iteration", -1)],
)
def test_a_bad_value_in_python_is_a_value_error(make, name, value):
    widget = make()
    before = getattr(widget, name)
    with pytest.raises(ValueError, match=name):
        setattr(widget, name, value)
    with pytest.raises(traitlets.TraitError):
        setattr(widget, name, value)
    assert getattr(widget, name) == before


# Errors.


def test_an_engine_error_is_shown_in_words_and_raised_by_wait(show, engine):
    engine.fails_at = 2
    widget, page = show()
    page.until_status("error")
    assert page.state["error"] == "ValueError: the net's scores are NaN"
    with pytest.raises(ValueError, match="scores are NaN"):
        widget.wait(SAFETY)
    assert widget.iteration == 1
    assert widget.explanation.scores == pytest.approx([0.001] * 3)
    engine.fails_at = None
    page.send({"type": "run"})
    page.until_status("done")
    assert widget.error == ""


def test_an_observer_that_raises_does_not_end_the_run(show, caplog):
    widget, page = show(iterations=20)

    def broken(change):
        raise KeyError("mine")

    widget.observe(broken, "iteration")
    widget.observe(broken, "status")
    assert widget.wait(SAFETY)
    page.until_status("done")
    assert "KeyError('mine')" in caplog.text


# Python users.


def test_observers_see_the_documented_traits(make):
    widget = make()
    seen = []
    widget.observe(lambda change: seen.append((change["name"], change["new"])))
    assert widget.wait(SAFETY)
    assert ("status", "running") in seen
    assert seen[-1] == ("status", "done")
    assert ("iteration", 5) in seen


def test_link_carries_the_iteration_to_another_widget(make):
    widget, slider = make(), ipywidgets.IntSlider(max=100)
    link = ipywidgets.link((widget, "iteration"), (slider, "value"))
    assert widget.wait(SAFETY)
    assert slider.value == 5
    slider.value = 2
    assert drawn(widget) == (0, 2) or widget.iteration == 2
    link.unlink()
    slider.close()
    slider.layout.close()
    slider.style.close()


def test_an_observer_may_stop_close_or_run_but_not_wait(make):
    widget = make(iterations=LONG)
    refused = []

    def at_five(change):
        if change["new"] >= 5 and not refused:
            try:
                widget.wait(1)
            except RuntimeError as error:
                refused.append(str(error))
            widget.stop()

    widget.observe(at_five, "iteration")
    widget.run()
    assert widget.wait(SAFETY)
    assert widget.status == "stopped"
    assert "observer" in refused[0]


def test_an_observer_may_close_the_inspector(make):
    widget = make(iterations=LONG)
    widget.observe(lambda change: widget.close(), "iteration")
    widget.run()
    until(lambda: not workers())
    assert widget.comm is None


def test_an_observer_of_the_pages_change_may_close_the_inspector(show):
    widget, page = show(iterations=LONG)
    page.until_iteration(1)
    widget.observe(lambda change: widget.close(), "game")
    page.set(game="deletion")
    assert not workers()


def test_explanation_is_there_while_the_run_goes_on(show, engine):
    engine.hold()
    widget, page = show()
    engine.allow(3)
    reached(widget, 2)
    explanation = widget.explanation
    assert explanation.diagnostics["stopped"] == "running"
    assert len(explanation.trace) == 3
    engine.release()
    page.until_status("done")
    explanation = widget.explanation
    assert explanation.targets == (0, 1, 2)
    assert explanation.names == ("anvil", "banjo", "cello")
    assert explanation.settings["game"] == "generation"
    assert explanation.diagnostics["stopped"] == "iterations"
    np.testing.assert_allclose(explanation.masks[1], level(1, 5) / 255)


def test_wait_can_be_interrupted_and_leaves_the_run_going(make, engine):
    engine.hold()
    widget = make()
    timer = threading.Timer(0.2, _thread.interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        widget.wait(SAFETY)
    timer.join()
    assert widget.status == "running"
    engine.release()
    assert widget.wait(SAFETY)
    assert widget.status == "done"


def test_wait_gives_up_when_the_time_is_up(make, engine):
    engine.hold()
    widget = make()
    assert not widget.wait(0.01)
    engine.release()
    assert widget.wait(SAFETY)


def test_settings_may_be_set_from_many_threads_while_a_run_streams(show):
    widget, page = show(iterations=3000)

    def busy(game):
        for count in range(1, 200):
            widget.iterations = count
            widget.game = game

    threads = [threading.Thread(target=busy, args=[g]) for g in ("deletion", "preservation")]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        page.set(defense="none")
        page.set(defense="paper")
        page.pump()
    page.until_status("done")
    assert page.frames[-1].iteration == 3000
    assert page.state["game"] == widget.game
    assert page.state["iterations"] == widget.iterations


def test_two_inspectors_run_at_once(show, engine):
    engine.hold()
    (one, first), (two, second) = show([0]), show([1])
    assert len(workers()) == 2
    engine.release()
    first.until_status("done")
    second.until_status("done")
    assert {frame.target for frame in first.frames} == {0}
    assert {frame.target for frame in second.frames} == {1}
    assert one.wait(SAFETY)
    assert two.wait(SAFETY)


def test_it_sits_in_a_box_and_takes_a_layout(make):
    widget = make(layout={"width": "400px"})
    box = ipywidgets.HBox([widget])
    assert widget.layout.width == "400px"
    box.close()
    box.layout.close()


def test_repr_says_what_it_shows(make):
    assert repr(make()) == "<Inspector tiny: 3 classes, generation, idle>"


def test_the_bundle_has_a_still_picture(make):
    widget = make()

    def picture():
        data, _ = widget._repr_mimebundle_()
        assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == widget.model_id
        json.dumps(data)
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(data["image/png"]))))

    assert picture().shape == (SIDE, SIDE, 3)
    assert (picture() == 200).all()
    widget.wait(SAFETY)
    both = picture()
    assert both.shape[0] == SIDE
    assert (both[:, :SIDE] == 200).all()
    m = level(0, 5)
    assert (both[:, -SIDE:] == (m * 200 + (255 - m) * 128 + 127) // 255).all()


def test_a_reloaded_page_finds_everything_in_the_state(show):
    widget, page = show()
    page.until_status("done")
    state = widget.get_state()
    frame = decode(state["_frame"])
    assert (frame.target, frame.iteration) == (state["target"], state["iteration"])
    assert state["status"] == "done"
    assert len(state["_trace"]) == 3
    again = Page(widget).hello()
    again._read = 0
    assert not again.pump().failures


# Closing.


def test_close_during_a_run_frees_thread_and_tensors(engine):
    clf = classifier()
    widget = inspector_class(engine)(clf, np.zeros((SIDE, SIDE, 3)), iterations=LONG)
    gone = [weakref.ref(clf), weakref.ref(widget._session._x)]
    widget.run()
    until(lambda: widget.iteration >= 3)
    del clf
    widget.close()
    assert not workers()
    assert widget.status == "stopped"
    gc.collect()
    assert [ref() for ref in gone] == [None, None]
    assert not len(engine.masks)
    assert engine.closed == 1
    assert widget.explanation is None
    assert widget.wait(1)
    for command in (widget.run, widget.run_more, lambda: widget.add(4)):
        with pytest.raises(RuntimeError, match="closed"):
            command()
    widget.close()  # twice is fine


def test_fifty_inspectors_leave_no_thread_and_no_registry_entry():
    gc.collect()
    before = set(_instances)
    gone = []
    for _ in range(50):
        engine = Engine()
        widget = inspector_class(engine)(classifier(), np.zeros((SIDE, SIDE, 3)), iterations=3)
        widget.wait(SAFETY)
        widget.close()
        gone.append(weakref.ref(widget))
        del widget
    gc.collect()
    assert set(_instances) == before
    assert not workers()
    assert not [ref for ref in gone if ref() is not None]


def test_a_layout_of_the_users_own_is_not_closed(make):
    layout = ipywidgets.Layout(width="1px")
    make(layout=layout).close()
    assert layout.comm is not None
    layout.close()
