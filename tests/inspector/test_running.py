"""Runs as a page sees them: starting, streaming, stopping, going on, adding classes."""

import gc

import pytest
from ipywidgets.widgets.widget import _instances

from tests.inspector.fakes import (
    SAFETY,
    SIDE,
    Page,
    drawn,
    level,
    reached,
    workers,
)
from xwidget.frames import PICTURE, decode

LONG = 100_000  # iterations: longer than any test


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
    assert welcome == {"type": "welcome", "protocol": 2, "run": 0}
    assert widget.status == page.state["status"] == "running"
    engine.release()
    page.until_status("done")
    assert [call[:2] for call in engine.calls] == [((0, 1, 2), 5)]


def test_a_welcome_tells_by_which_way_the_hello_came(show):
    _, page = show()
    page.set(_command={"id": 7, "type": "hello", "protocol": 2})
    first, *_, last = (welcome for welcome, _ in page.pump().answers("welcome"))
    assert "id" not in first
    assert last["id"] == 7


def test_a_second_hello_starts_nothing(show, engine):
    widget, page = show()
    page.until_status("done").hello().pump()
    assert page.answers("welcome")[-1][0]["run"] == 1
    assert widget.status == "done"
    assert len(engine.calls) == 1


def test_a_page_of_another_protocol_is_told_so(make):
    widget = make()
    page = Page(widget)
    page.send({"type": "hello", "protocol": 1})
    (failure,) = page.pump().failures
    assert "protocol 1, the kernel 2" in failure["message"]
    assert failure["request"] == {"type": "hello", "protocol": 1}
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
    assert trace["1"]["lambdas"] == pytest.approx([i * 1.23456e-7 for i in range(41)], rel=1e-3)
    assert trace["1"]["stopped"] == "iterations"
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


def test_progress_says_what_the_run_was_made_with_whatever_is_set_now(show):
    widget, page = show(iterations=7)
    page.until_status("done")
    widget.sparsity, widget.iterations, widget.game = 1e-3, 9, "deletion"
    widget.run_more(3)
    page.until_status("done")
    progress = page.state["_progress"]
    made = {"game": "generation", "defense": "auto", "iterations": 7, "sparsity": "auto"}
    assert progress["settings"].items() >= made.items()


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
    assert page.state["_trace"]["0"]["stopped"] is None
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


def test_a_page_asks_for_one_class_rather_than_another(show, engine):
    widget, page = show()
    page.until_status("done")
    page.send({"type": "contrast", "id": 7, "target": 1, "other": 2})
    page.until(lambda page: page.state["target"] == 6 and page.state["status"] == "done")
    (added,) = (entry for entry in widget._classes if entry["index"] == 6)
    assert added["name"] == "banjo rather than cello"
    assert [name for name, _ in added["contrast"]] == ["banjo", "cello"]
    assert engine.calls[-1][0] == (6,)
    page.send({"type": "contrast", "id": 8, "target": 1, "other": 1})
    page.until(lambda page: page.state["error"])  # of a class and itself


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


def test_after_a_stop_in_the_queue_a_class_waits_and_nothing_else_can_go_on(make, engine):
    widget = make([0])
    with widget._lock:  # the worker cannot begin
        widget.run()
        widget.stop()
        widget.add(3)
        for command in (widget.run_more, lambda: widget.compare("game")):
            with pytest.raises(RuntimeError, match="start one first"):
                command()
    assert widget.wait(SAFETY)
    assert (widget.status, widget.error, widget.target) == ("stopped", "", 3)
    widget.run()
    assert widget.wait(SAFETY)
    assert [call[0] for call in engine.calls] == [(0, 3)]
    assert drawn(widget) == (3, 5)
