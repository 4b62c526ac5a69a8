"""What is drawn, what the page may ask for and set, and how it is refused."""

import pytest
import traitlets

from tests.inspector.fakes import (
    NAMES,
    Page,
    level,
    reached,
)
from xwidget.frames import decode

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
    page.set(_command={"id": 1, "type": "hello", "protocol": 2})
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


@pytest.mark.parametrize(
    "command",
    [
        {"type": "test"},
        {"type": "add", "target": 3},  # explained already: it is drawn
        {"type": "stop"},
        {"type": "save", "format": "explanation"},
        {"type": "run_more", "iterations": 1},
        {"type": "compare", "by": "game"},
    ],
    ids=lambda command: command["type"],
)
def test_a_command_that_is_done_takes_back_the_words_on_one_refused_before(show, command):
    widget, page = show()
    page.until_status("done")
    page.send({"type": "add", "target": 99})
    page.send({"type": "frame", "target": 3, "iteration": 1, "id": 8})
    page.send({"type": "hello", "protocol": 2, "id": 9})
    assert page.pump().state["error"] == widget.error != ""  # the page asks for itself
    if command["type"] == "test":
        page.edit(b"")
    else:
        page.send(command)
    page.until(lambda page: page.state["error"] == "")


def test_run_more_before_any_run_is_refused_in_words(make):
    page = Page(make())
    page.send({"type": "run_more", "iterations": 5})
    assert "no run to continue" in page.pump().failures[0]["message"]


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
