"""The Inspector in the hands of a Python user: errors, observers, waiting, closing."""

import _thread
import base64
import gc
import io
import json
import signal
import threading
import weakref

import ipywidgets
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from ipywidgets.widgets.widget import _instances
from PIL import Image

from tests.inspector.fakes import (
    SAFETY,
    SIDE,
    Engine,
    Page,
    classifier,
    drawn,
    inspector_class,
    level,
    reached,
    until,
    workers,
)
from xwidget.frames import decode

LONG = 100_000  # iterations: longer than any test


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
    until(lambda: not workers())


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


@pytest.fixture
def interruptible():
    """Ctrl-C as at a terminal: a process started in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
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
    widget = make()
    assert repr(widget) == "<Inspector tiny: 3 classes, generation, idle>"
    widget.wait()
    widget.close()
    assert repr(widget) == "<Inspector tiny: 3 classes, generation, closed>"


def test_repr_says_that_a_run_rests_or_waits(make, monkeypatch):
    widget = make(iterations=100_000)
    widget.run()
    until(lambda: widget.iteration > 1)
    assert repr(widget).endswith("generation, running>")
    widget._session.views.take(1, 1, 1)
    widget._session.views.take(1, 0, 0)
    assert repr(widget).endswith("generation, running, rests until it is shown>")
    monkeypatch.setattr(widget._session, "_say_waiting", lambda *_: None)
    widget._session.waits = "its turn"
    widget._session.views.take(1, 1, 1)
    assert repr(widget).endswith("generation, running, waiting for its turn>")


@pytest.mark.parametrize("ran", [False, True])
def test_a_closed_one_is_displayed_as_text(make, ran):
    widget, shell = make(), InteractiveShell()
    if ran:
        widget.wait()
    widget.close()
    shell.user_ns["w"] = widget
    with capture_output() as cell:
        result = shell.run_cell("w")
    assert result.success
    assert "<Inspector tiny: 3 classes, generation, closed>" in cell.stdout
    assert "Traceback" not in cell.stdout + cell.stderr


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
    both = picture()[:SIDE]  # the words are below
    assert (both[:, :SIDE] == 200).all()
    m = level(0, 5)
    assert (both[:, SIDE + 8 : 2 * SIDE + 8] == (m * 200 + (255 - m) * 128 + 127) // 255).all()


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
    gone = [weakref.ref(clf), weakref.ref(widget._session.x)]
    widget.run()
    until(lambda: widget.iteration >= 3)
    del clf
    widget.close()
    assert not workers()
    assert widget.status == "stopped"
    until(lambda: not [each for each in threading.enumerate() if each.name == "xwidget findings"])
    gc.collect()
    assert [ref() for ref in gone] == [None, None]
    until(lambda: not len(engine.masks))  # the worker's last frame may still hold one
    assert engine.closed == 1
    assert widget.explanation is None
    assert widget.wait(1)
    others = (lambda: widget.add(4), lambda: widget.compare("game"), lambda: widget.test(None))
    for command in (widget.run, widget.run_more, widget.to_pil, *others):
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
    until(lambda: not [each for each in threading.enumerate() if each.name == "xwidget findings"])
    gc.collect()
    assert not [ref for ref in gone if ref() is not None]


def test_a_layout_of_the_users_own_is_not_closed(make):
    layout = ipywidgets.Layout(width="1px")
    make(layout=layout).close()
    assert layout.comm is not None
    layout.close()


# Exporting.


def exported(path):
    text = path.read_text("utf-8")
    data = text.partition('id="xwidget-data">')[2].partition("</script>")[0]
    return json.loads(data)


def test_an_inspector_is_exported_with_the_class_that_is_drawn(show, tmp_path):
    widget, page = show(iterations=40)
    page.until_status("done")
    widget.target = 2
    path = widget.export_html(str(tmp_path / "page.html"), keyframes=3)
    assert path == tmp_path / "page.html"
    traits = exported(path)["traits"]
    assert (traits["target"], traits["iteration"], traits["status"]) == (2, 40, "done")
    assert traits["_net_name"] == "tiny"
    assert [each["name"] for each in traits["_classes"]] == ["anvil", "banjo", "cello"]
    frames = traits["_trace"]["2"]["frames"]
    assert (len(frames), frames[0], frames[-1]) == (3, 0, 40)
    assert traits["_trace"]["2"]["scores"] == page.state["_trace"]["2"]["scores"]


def test_a_run_under_way_is_exported_as_far_as_it_is(show, engine, tmp_path):
    engine.hold()
    widget, _ = show(iterations=30)
    engine.allow(11)
    reached(widget, 10)
    traits = exported(widget.export_html(tmp_path / "page.html"))["traits"]
    assert traits["iteration"] >= 10
    assert traits["status"] == "stopped"


def test_there_is_nothing_to_export_before_the_first_iteration_and_after_close(make, tmp_path):
    widget = make()
    with pytest.raises(RuntimeError, match="nothing to export yet"):
        widget.export_html(tmp_path / "page.html")
    widget.close()
    with pytest.raises(RuntimeError, match="closed"):
        widget.export_html(tmp_path / "page.html")
    assert not list(tmp_path.iterdir())


def test_plan_and_witness_are_checked_before_anything_runs(make):
    with pytest.raises(ValueError, match="plan must be"):
        make(plan="fast")
    with pytest.raises(TypeError, match="witness is a str"):
        make(witness="squeezenet")
    other = classifier()
    other._names = ("anvil", "banjo", "x", "y", "z", "w")
    with pytest.raises(ValueError, match="no class named 'cello'"):
        make(3, witness=other)
    widget = make(2, witness=other, plan="plain")
    with pytest.raises(ValueError, match="no class named 'drum'"):
        widget.add("drum")
    assert widget.target == 0
    assert [known["name"] for known in widget._classes] == ["anvil", "banjo"]


def test_an_early_stop_is_done_and_said_in_the_explanation_and_the_page(show, engine):
    engine.converges_at = 6
    widget, page = show(iterations=40)
    page.until_status("done")
    assert page.state["_trace"]["0"]["stopped"] == "converged"
    assert page.state["_progress"]["iteration"] == 6
    assert widget.explanation.diagnostics["stopped"] == "converged"
