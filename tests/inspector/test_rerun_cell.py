"""A cell that is run again ends what it made before, and nothing else."""

import threading

import ipywidgets
import pytest

from tests.inspector.fakes import SAFETY, until
from xwidget.inspector.notebook import rerun_cell

LONG = 100_000


@pytest.fixture
def execute(monkeypatch):
    """Return a function that makes an Inspector as a cell, or a message of a widget, would."""
    message = {}
    monkeypatch.setattr(rerun_cell, "_parent", lambda: message)

    def execute(number, cell="a cell", kind="execute_request"):
        message.clear()
        message.update(
            header={"msg_id": f"message {number}"},
            msg_type=kind,
            metadata={} if cell is None else {"cellId": cell},
        )

    return execute


def started(widget):
    widget.run()
    until(lambda: widget._session.runs.nearest(0))
    return widget


def test_run_again_a_cell_ends_its_old_run_and_keeps_the_explanation(make, execute):
    execute(1)
    old = started(make(iterations=LONG))
    execute(2)
    new = started(make(iterations=LONG))
    assert old.wait(SAFETY)
    assert (old.status, new.status) == ("stopped", "running")
    assert old.explanation is not None
    execute(3)
    make()
    assert new.wait(SAFETY)


def test_one_execution_may_make_many(make, execute):
    execute(1)
    made = [started(make(iterations=LONG)) for _ in range(3)]
    assert {widget.status for widget in made} == {"running"}
    execute(2)
    make()
    for widget in made:
        assert widget.wait(SAFETY)
    assert {widget.status for widget in made} == {"stopped"}


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("another", "execute_request"), (None, "execute_request"), ("a cell", "comm_msg")],
)
def test_no_other_cell_ends_it(make, execute, cell, kind):
    execute(1)
    old = started(make(iterations=LONG))
    execute(2, cell, kind)
    make()
    assert old.status == "running"
    assert not old.wait(0.05)


def test_a_constructor_that_raises_ends_nothing(make, execute):
    execute(1)
    old = started(make(iterations=LONG))
    execute(2)
    with pytest.raises(ValueError, match="game"):
        make(game="chess")
    assert not old.wait(0.05)


def test_a_thread_is_of_no_cell(make, execute):
    execute(1)
    old = started(make(iterations=LONG))
    execute(2)
    thread = threading.Thread(target=make)
    thread.start()
    thread.join(SAFETY)
    assert not old.wait(0.05)


def test_a_slider_of_interact_ends_the_run_before_and_no_other(make, execute):
    execute(1)
    other = started(make(iterations=LONG))
    boxes = [ipywidgets.interactive(lambda n: n, n=(0, 4)) for _ in range(2)]
    by_box = []
    for box in boxes:  # the first call, within the cell
        box.out.msg_id = "message 1"
        by_box.append(started(make(iterations=LONG)))
        box.out.msg_id = ""
    execute(2, None, "comm_msg")
    boxes[0].out.msg_id = "message 2"
    second = started(make(iterations=LONG))
    boxes[0].out.msg_id = ""
    assert by_box[0].wait(SAFETY)
    assert [w.status for w in (other, by_box[1], second)] == ["running"] * 3
    execute(3)  # the cell again: all that its sliders made goes with it
    make()
    for widget in (other, by_box[1], second):
        assert widget.wait(SAFETY)
    for box in boxes:
        box.close_all()


def test_what_is_gone_is_not_kept(make, execute):
    execute(1)
    widget = make()
    assert widget in rerun_cell._made
    execute(2)
    make()
    assert widget not in rerun_cell._made


def test_without_a_kernel_there_is_no_cell(make):
    assert rerun_cell._parent() == {}
    make()
