"""The Gallery: which image is explained when, what is kept, and what is left behind."""

import contextlib
import gc
import threading
import time
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import torch
import traitlets
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from ipywidgets.widgets.widget import _instances
from PIL import Image

from tests.inspector import fakes
from tests.inspector.fakes import (
    SAFETY,
    SIDE,
    Engine,
    Page,
    classifier,
    drawn,
    inspector_class,
    until,
    workers,
)
from xwidget.batch.background import _JOIN_SECONDS, THREAD
from xwidget.checks import Check, Checks
from xwidget.classifier import Classifier
from xwidget.engine import early_stop
from xwidget.frames import decode
from xwidget.gallery import Gallery
from xwidget.gallery.item import Item, in_view
from xwidget.gallery.opened import OpenedInspector
from xwidget.inspector import Inspector

LONG = 100_000  # iterations: longer than any test


def picture(number):
    """Return the image whose number ``Numbered`` reads back."""
    return np.full((SIDE, SIDE, 3), 100 + 10 * number, dtype=np.uint8)


class Numbered(Engine):
    """The fake engine, and which image it was called for."""

    def __init__(self):
        super().__init__()
        self.images = []
        self.runs = []  # (image, iterations, iteration it goes on from)

    def __call__(self, clf, x, targets, settings, *, start):
        number = (round(float(clf.picture(x).mean())) - 100) // 10
        self.images.append(number)
        self.runs.append((number, settings.iterations, start and start.iteration))
        return super().__call__(clf, x, targets, settings, start=start)


@pytest.fixture
def engine():
    return Numbered()


@pytest.fixture
def gallery(engine):
    """Make Galleries on the fake engine; each is closed at the end, and its thread is gone."""
    made = []

    def gallery(images=5, *args, **settings):
        cls = type(
            "FakeGallery", (Gallery,), {"_inspector": inspector_class(engine, OpenedInspector)}
        )
        if isinstance(images, int):
            images = {f"photo {i}": picture(i) for i in range(images)}
        made.append(cls(classifier(), images, *args, **({"iterations": 5} | settings)))
        return made[-1]

    yield gallery
    engine.release()
    for each in made:
        each.close()
    assert not threads()


def threads():
    return [thread for thread in threading.enumerate() if thread.name == THREAD]


def shown(gallery, **traits):
    """Do what a page does when it shows the strip, and what else it sets."""
    gallery._strip.set_state({"_here": True, **traits})
    return gallery


def states(gallery):
    return [item["state"] for item in gallery._strip._items]


def whole(gallery):
    return [item.name for item in gallery._items if item.heavy]


def at_work(engine, number):
    """Wait until the engine was called for an image."""
    until(lambda: engine.images and engine.images[-1] == number)


def test_the_order_of_view_is_from_the_open_one_on_and_what_is_seen_comes_first():
    items = [Item(i, str(i), None, None) for i in range(6)]
    assert [i.index for i in in_view(items, 2, frozenset())] == [2, 3, 4, 5, 0, 1]
    assert [i.index for i in in_view(items, 2, frozenset({1, 2, 4}))] == [2, 4, 1, 3, 5, 0]


# Starting.


def test_nothing_is_opened_or_run_before_it_is_shown(gallery, engine):
    made = gallery({"a": "/no/such/file.png", "b": picture(1)})
    assert made.status == "idle"
    assert made.selected == ""
    assert made.inspector is None
    assert made.explanations == {"a": None, "b": None}
    assert not threads()
    assert not engine.images


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"itertions": 5}, TypeError, "did you mean 'iterations'"),
        ({"game": "chess"}, ValueError, "game must be one of"),
        ({"iterations": 0}, ValueError, "iterations"),
        ({"targets": 11}, ValueError, "1 to 10"),
        ({"targets": ["tuba"]}, ValueError, "tuba"),
        ({"keep": 1}, ValueError, "at least 2"),
        ({"images": []}, ValueError, "no image"),
        ({"plan": "x"}, ValueError, "plan must be"),
        ({"witness": 3}, TypeError, "witness is a int"),
        ({"device": "meta"}, ValueError, "holds no numbers"),
        ({"device": "nope"}, ValueError, "cannot be used here"),
        ({"reference": torch.zeros(3, 99, 99)}, ValueError, "reference has shape"),
        ({"iterations": 10**9}, ValueError, "iterations must be a whole number"),
        ({"sparsity": 1e308}, ValueError, "number from 0 to 1e6"),
    ],
)
def test_a_bad_argument_is_refused_and_leaves_nothing(gallery, arguments, error, words):
    gc.collect()
    before = len(_instances)
    with pytest.raises(error, match=words):
        gallery(**arguments)
    assert len(_instances) == before


def test_all_images_are_explained_in_order_and_the_first_is_open(gallery, engine):
    made = shown(gallery(3, targets=2))
    assert made.wait(SAFETY)
    assert made.status == "done"
    assert engine.images == [0, 1, 2]
    assert made.selected == "photo 0"
    assert made.children == (made._strip, made.inspector)
    assert states(made) == ["explained"] * 3
    explained = made.explanations
    assert list(explained) == ["photo 0", "photo 1", "photo 2"]
    assert [ex.image[0, 0, 0] for ex in explained.values()] == [100, 110, 120]
    assert all(ex.names == ("anvil", "banjo") for ex in explained.values())


def test_a_thumbnail_names_the_three_best_classes(gallery):
    made = shown(gallery(2))
    assert made.wait(SAFETY)
    top = made._strip._items[1]["top"]
    assert [name for name, _ in top] == ["anvil", "banjo", "cello"]
    assert [score for _, score in top] == sorted((s for _, s in top), reverse=True)
    for urls in (made._strip._pictures, made._strip._evidence):
        assert all(url.startswith("data:image/jpeg;base64,") for url in urls)


def test_a_thumbnail_says_what_the_checks_say_of_its_evidence(gallery, engine):
    moves = Check("small moves", 0.12, False, "Moved, it keeps 12%.")
    engine.checks = {0: Checks((moves,), "doubtful", "Doubtful: moved, it keeps 12%.")}
    made = gallery(2)
    assert [item["verdict"] for item in made._strip._items] == ["", ""]
    shown(made)
    assert made.wait(SAFETY)
    for item in made._strip._items:
        assert item["verdict"] == "doubtful"
        said = made.explanations[item["name"]].says()
        assert "anvil" in said
        assert item["summary"] == f"{said} Doubtful: moved, it keeps 12%."
    assert made.explanations["photo 0"].checks[0].verdict == "doubtful"


def test_wait_starts_a_gallery_that_was_never_shown(gallery):
    made = gallery(2)
    assert made.wait(SAFETY)
    assert made.status == "done"


def test_wait_says_when_the_time_is_up(gallery, engine):
    engine.hold()
    assert not gallery(2).wait(0.05)


# What comes first.


def test_what_the_page_shows_is_explained_before_the_rest(gallery, engine):
    engine.hold()
    made = shown(gallery(5), _visible=[0, 3, 4])
    at_work(engine, 0)
    engine.release()
    assert made.wait(SAFETY)
    assert engine.images == [0, 3, 4, 1, 2]


@pytest.mark.parametrize("how", ["page", "open", "trait"])
def test_an_image_that_is_opened_goes_first_and_the_other_goes_on_later(gallery, engine, how):
    engine.hold()
    made = shown(gallery(4, iterations=9))
    at_work(engine, 0)
    engine.allow(4)
    until(lambda: made._items[0].inspector._session.runs.nearest(0) == 3)
    if how == "page":
        made._strip.set_state({"opened": 2})
    elif how == "trait":
        made.selected = "photo 2"
    else:
        made.open("photo 2")
        assert made.inspector is made._items[2].inspector
    until(lambda: made._items[0].paused)
    engine.allow(1)  # the step under way
    at_work(engine, 2)
    assert made.selected == "photo 2"
    assert made._strip.opened == 2
    assert made._items[0].state == "waiting"
    engine.release()
    assert made.wait(SAFETY)
    assert engine.images == [0, 2, 3, 0, 1]
    number, iterations, start = engine.runs[3]
    assert (number, start + iterations) == (0, 9)  # on from where it was, to where it was to end
    assert [len(ex.trace) for ex in made.explanations.values()] == [10] * 4


def test_an_image_explained_in_the_background_opens_as_done(gallery, engine):
    made = shown(gallery(3, iterations=40))
    assert made.wait(SAFETY)
    before = made.explanations["photo 1"]
    assert made._items[1].inspector is None  # none is built to get an explanation
    made.open(1)
    panel = made.inspector
    assert panel.status == "done"
    assert panel.error == ""
    assert made.children[1] is panel
    assert drawn(panel) == (0, 40)
    assert panel._trace["0"]["frames"] == before.frames.iterations.tolist()
    assert len(panel._trace["0"]["scores"]) == 41
    assert panel._progress["iterations"] == 40
    for name in ("masks", "evidence", "relevance", "scores"):
        np.testing.assert_array_equal(
            getattr(panel.explanation, name), getattr(before, name), err_msg=name
        )
    np.testing.assert_array_equal(panel.explanation.frames.masks, before.frames.masks)
    assert made.explanations["photo 1"].diagnostics == before.diagnostics
    assert made.wait(SAFETY)
    assert engine.images == [0, 1, 2]


def test_a_run_taken_over_can_be_scrubbed_and_goes_on(gallery, engine):
    made = shown(gallery(2, iterations=40))
    assert made.wait(SAFETY)
    made.open(1)
    panel = made.inspector
    page = Page(panel).hello()
    page.set(iteration=18, _follow=False)
    page.until_iteration(18)
    page.send({"type": "frame", "target": 1, "iteration": 9, "run": 1})
    assert decode(page.until_answer("frame")[-1][1][0]).iteration == 9
    assert engine.runs[-1] == (1, 40, None)  # showing it has started nothing
    panel.run_more(5)
    assert panel.wait(SAFETY)
    assert engine.runs[-1] == (1, 5, 40)
    assert len(panel.explanation.trace) == 46
    panel.run()
    assert panel.wait(SAFETY)
    assert panel._session.runs.number == 2


def test_the_last_masks_of_a_run_taken_over_are_kept_for_a_saved_notebook(gallery):
    made = shown(gallery(2, 2))
    assert made.wait(SAFETY)
    made.open(1)
    assert sorted(made.inspector._kept) == ["0", "1"]


def test_an_image_opened_while_it_is_explained_goes_on_from_there(gallery, engine):
    engine.hold()
    made = shown(gallery(3, iterations=9))
    engine.allow(10)
    at_work(engine, 1)
    engine.allow(4)
    until(lambda: made._items[1].share >= 3 / 9)
    threading.Thread(target=made.open, args=(1,)).start()
    until(lambda: made._schedule.wanted == 1)
    engine.allow(1)  # the step under way
    until(lambda: made.inspector is made._items[1].inspector is not None)
    assert made.inspector.status == "running"
    assert len(made.inspector._trace["0"]["scores"]) >= 4
    engine.release()
    assert made.wait(SAFETY)
    assert [number for number, *_ in engine.runs] == [0, 1, 1, 2]
    _, iterations, start = engine.runs[2]
    assert start in (3, 4)
    assert start + iterations == 9
    assert len(made.explanations["photo 1"].trace) == 10
    assert made.inspector.explanation.diagnostics["stopped"] == "iterations"


def test_a_run_cut_in_the_background_goes_on_there_when_nothing_is_more_urgent(gallery, engine):
    engine.hold()
    made = shown(gallery(4, iterations=9))
    engine.allow(10)
    at_work(engine, 1)
    engine.allow(4)
    until(lambda: made._items[1].share >= 3 / 9)
    made.selected = "photo 3"
    engine.allow(1)
    at_work(engine, 3)
    assert made._items[1].state == "waiting"
    assert made._items[1].inspector is None
    engine.release()
    assert made.wait(SAFETY)
    assert engine.images == [0, 1, 3, 1, 2]
    assert made._items[1].inspector is made._items[2].inspector is None
    assert [len(ex.trace) for ex in made.explanations.values()] == [10] * 4


def test_a_run_that_failed_in_the_background_opens_with_its_error(gallery, engine):
    engine.fails_at = 3
    made = shown(gallery(2))
    assert made.wait(SAFETY)
    said = made.errors
    made.open(1)
    assert made.inspector.status == "error"
    assert made.inspector.error == said["photo 1"] == said["photo 0"]
    assert len(made.inspector.explanation.trace) == 3
    with pytest.raises(ValueError, match=r"^the net's scores are NaN") as raised:
        made.inspector.wait(SAFETY)
    assert Path(fakes.__file__) in {Path(entry.path) for entry in raised.traceback}
    engine.fails_at = None
    made.inspector.run()
    until(lambda: states(made) == ["error", "explained"])


def test_an_explained_image_opens_though_the_net_was_trained_since(gallery, engine):
    made = shown(gallery(2, None))
    assert made.wait(SAFETY)
    before = made.explanations["photo 1"]
    with torch.no_grad():
        made._items[1].common.clf.net[2].bias.copy_(torch.arange(6.0))  # now the last class leads
    made.open(1)
    assert made.errors == {}
    assert made.inspector.status == "done"
    assert made.inspector.explanation.targets == before.targets == (0,)
    assert engine.images == [0, 1]


def test_an_inspector_that_cannot_take_the_run_over_is_closed(gallery, monkeypatch):
    made = shown(gallery(2))
    assert made.wait(SAFETY)
    gc.collect()
    before = set(_instances)

    def refuse(*args):
        raise ValueError("not this one")

    monkeypatch.setattr(OpenedInspector, "adopt", refuse)
    with pytest.raises(ValueError, match="'photo 1' cannot be opened: not this one"):
        made.open(1)
    assert set(_instances) == before
    assert made.explanations["photo 1"] is not None


def test_an_inspector_that_was_freed_tells_its_gallery_nothing_any_more(gallery, monkeypatch):
    made = shown(gallery(2))
    assert made.wait(SAFETY)
    item = made._items[0]
    freed = item.inspector
    item.free()
    woken = []
    monkeypatch.setattr(made._schedule._background, "_wake", mock.Mock(set=lambda: woken.append(1)))
    freed.status = "idle"
    assert not woken
    monkeypatch.undo()


def test_an_image_opens_as_it_was_explained_even_where_its_file_is_another_since(
    gallery, engine, tmp_path
):
    file = tmp_path / "photo.png"
    Image.fromarray(picture(1)).save(file)
    made = shown(gallery([picture(0), file]))
    assert made.wait(SAFETY)
    Image.fromarray(picture(4)).save(file)
    made.open(1)
    assert made.wait(SAFETY)
    assert engine.images == [0, 1]
    assert made.inspector.explanation.image[0, 0, 0] == 110


def test_opening_an_explained_image_asks_the_net_nothing(gallery, monkeypatch):
    made = shown(gallery(2))
    assert made.wait(SAFETY)
    passes = []
    real = Classifier.logits
    monkeypatch.setattr(Classifier, "logits", lambda *args: passes.append(args) or real(*args))
    made.open(1)
    assert made.inspector.explanation is not None
    assert not passes


def test_a_run_that_a_person_starts_in_the_panel_goes_before_the_background(gallery, engine):
    made = shown(gallery(3, iterations=9))
    assert made.wait(SAFETY)
    made.open(1)
    beside = made.inspector
    made.open(0)
    made.inspector.iterations = 20
    engine.hold()
    made.inspector.run()
    at_work(engine, 0)
    beside.run()
    until(lambda: made._items[1].paused)
    engine.release()
    until(lambda: made.inspector.status == "done")
    assert made.wait(SAFETY)
    assert len(made.explanations["photo 0"].trace) == 21
    assert len(made.explanations["photo 1"].trace) == 10


def test_a_run_that_a_person_starts_in_the_panel_cuts_the_one_in_the_background(gallery, engine):
    engine.hold()
    made = shown(gallery(2, iterations=9))
    engine.allow(10)
    at_work(engine, 1)
    engine.allow(2)
    until(lambda: made._items[1].share > 0)
    made.inspector.iterations = LONG
    made.inspector.run()
    until(lambda: engine.allow() or made._items[1].paused)
    at_work(engine, 0)
    made.inspector.stop()
    engine.release()
    assert made.wait(SAFETY)
    assert engine.images == [0, 1, 0, 1]
    assert states(made) == ["stopped", "explained"]


def test_what_a_person_stops_in_the_panel_stays_stopped(gallery, engine):
    engine.hold()
    made = shown(gallery(2, iterations=LONG))
    at_work(engine, 0)
    engine.allow(4)
    until(lambda: made.inspector.explanation is not None)
    made.inspector.stop()
    engine.allow(1)
    at_work(engine, 1)
    assert states(made)[0] == "stopped"
    assert made.explanations["photo 0"] is not None
    assert engine.images == [0, 1]


def test_stop_ends_all_of_it_and_run_goes_on(gallery, engine):
    engine.hold()
    made = shown(gallery(3, iterations=9))
    at_work(engine, 0)
    engine.allow(3)
    made.stop()
    until(lambda: made._items[0].paused)
    engine.allow(1)
    until(lambda: made.status == "stopped")
    assert made.wait(SAFETY)
    assert engine.images == [0]
    engine.release()
    made.run()
    assert made.wait(SAFETY)
    assert made.status == "done"
    assert states(made) == ["explained"] * 3
    assert engine.images[:1] + engine.images[2:] == [0, 1, 2]


def test_paused_on_the_page_only_what_is_opened_is_explained(gallery, engine):
    made = shown(gallery(4), paused=True)
    until(lambda: made.status == "stopped")
    made.open(2)
    assert made.inspector is not None
    made.inspector.wait(SAFETY)
    until(lambda: made.status == "stopped" and states(made)[2] == "explained")
    assert 1 not in engine.images
    assert 3 not in engine.images


# What goes wrong.


def test_naming_its_classes_does_not_run_the_net(gallery, monkeypatch):
    passes = []
    real = Classifier.logits
    monkeypatch.setattr(Classifier, "logits", lambda *args: passes.append(args) or real(*args))
    gallery(2, targets=["anvil", 1])
    gallery(2, targets=3)
    with pytest.raises(ValueError, match="targets=99"):
        gallery(2, targets=99)
    with pytest.raises(ValueError, match="target 99"):
        gallery(2, targets=[99])
    assert not passes


def test_a_bad_image_says_so_and_the_others_work(gallery, tmp_path):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    made = shown(gallery([broken, picture(1), tmp_path / "gone.png", picture(3)]))
    assert made.wait(SAFETY)
    assert made.status == "done"
    assert states(made) == ["error", "explained", "error", "explained"]
    assert made.selected == "image 2"  # the first that can be read
    assert set(made.errors) == {"broken.jpg", "gone.png"}
    assert "not an image that Pillow can read" in made.errors["broken.jpg"]
    assert made._strip._items[2]["error"] == made.errors["gone.png"]
    with pytest.raises(ValueError, match=r"'gone.png' cannot be opened: there is no file"):
        made.open("gone.png")
    assert made.children == (made._strip,)
    made.open("image 4")
    assert made.children == (made._strip, made.inspector)


def test_bad_images_alone_are_an_error(gallery):
    made = shown(gallery(["/no/one.png", "/no/two.png"]))
    assert made.wait(SAFETY)
    assert made.status == "error"
    assert states(made) == ["error", "error"]
    assert made.inspector is None


def test_a_run_that_fails_is_told_and_the_next_goes_on(gallery, engine):
    engine.fails_at = 3
    made = shown(gallery(2))
    assert made.wait(SAFETY)
    assert made.status == "error"
    assert "scores are NaN" in made.errors["photo 1"]
    engine.fails_at = None
    made.inspector.run()
    until(lambda: states(made) == ["explained", "error"])


@pytest.mark.parametrize(
    ("image", "error", "words"),
    [
        ("photo 9", ValueError, "no image 'photo 9'; there are photo"),
        (3, ValueError, "places are 0 to 2"),
        (1.5, TypeError, "by name or place"),
    ],
)
def test_an_image_that_is_not_there_cannot_be_opened(gallery, image, error, words):
    with pytest.raises(error, match=words):
        gallery(3).open(image)


def test_the_last_is_opened_by_minus_one(gallery):
    made = gallery(3)
    made.open(-1)
    assert made.selected == "photo 2"


def test_an_observer_may_open_but_not_wait(gallery):
    made = gallery(3)
    refused = []

    def observer(change):
        if change["new"] == "photo 0":
            made.open(2)
            try:
                made.wait()
            except RuntimeError as error:
                refused.append(str(error))

    made.observe(observer, "selected")
    shown(made)
    until(lambda: made._schedule.shown is made._items[2])
    assert made.wait(SAFETY)
    assert made.selected == "photo 2"
    assert "inside an observer" in refused[0]


# Memory.


def test_only_so_many_inspectors_live_and_the_nearest_ones_do(gallery, engine):
    made = shown(gallery(6, keep=3))
    assert made.wait(SAFETY)
    assert states(made) == ["explained"] * 6
    assert len(whole(made)) == 3
    assert whole(made)[:2] == ["photo 0", "photo 1"]
    freed = made.explanations["photo 3"]
    assert freed.frames.iterations.tolist() == [0, 5]
    assert freed.evidence.shape == (3, SIDE, SIDE, 3)
    assert len(freed.trace) == 6


def test_opening_one_that_was_freed_explains_it_anew_and_keeps_the_old_until_then(gallery, engine):
    made = shown(gallery(5, keep=2))
    assert made.wait(SAFETY)
    assert "photo 2" not in whole(made)
    before = made.explanations["photo 2"]
    engine.hold()
    made.open(2)
    at_work(engine, 2)
    assert made.explanations["photo 2"] is before
    engine.release()
    assert made.wait(SAFETY)
    assert engine.images == [0, 1, 2, 3, 4, 2]
    after = made.explanations["photo 2"]
    assert after is not before
    assert len(after.frames.iterations) == 6
    np.testing.assert_array_equal(after.evidence, before.evidence)
    assert len(whole(made)) == 2


def test_close_in_the_middle_leaves_nothing(gallery, engine):
    gc.collect()
    before = len(_instances)
    engine.hold()
    made = shown(gallery(4))
    at_work(engine, 0)
    assert threads()
    engine.release()
    made.close()
    assert not threads()
    assert len(_instances) == before
    made.close()  # twice is no error
    with pytest.raises(RuntimeError, match="closed"):
        made.open(1)
    with pytest.raises(RuntimeError, match="closed"):
        made.wait()


@pytest.mark.parametrize("of", ["gallery", "inspector"])
def test_an_observer_may_close_it(gallery, engine, monkeypatch, of):
    made = gallery(2)
    took = []

    def close(change):
        if change["new"] == "running" or took:
            return
        began = time.monotonic()
        made.close()
        took.append(time.monotonic() - began)

    if of == "gallery":
        made.observe(close, "status")
    else:
        opened = Item.open

        def watched(item, *args):
            inspector = opened(item, *args)
            inspector.observe(close, "status")
            return inspector

        monkeypatch.setattr(Item, "open", watched)
    shown(made)
    until(lambda: took)
    assert took[0] < _JOIN_SECONDS / 2
    until(lambda: not threads() and not workers())
    assert whole(made) == []


def test_one_closed_while_it_makes_an_inspector_leaves_none(gallery, monkeypatch):
    made, opened = gallery(2), Item.open
    making, closed, inspectors = threading.Event(), threading.Event(), []

    def slow(item, *args):
        making.set()
        assert closed.wait(SAFETY)
        inspectors.append(opened(item, *args))
        return inspectors[-1]

    monkeypatch.setattr(Item, "open", slow)
    shown(made)
    assert making.wait(SAFETY)
    with made._lock:  # as an observer has it
        made.close()
    closed.set()
    until(lambda: not threads() and not workers())
    assert inspectors[0]._session.closed
    assert whole(made) == []


def test_observers_of_a_gallery_and_of_an_inspector_that_set_the_other_do_not_wait(gallery, make):
    made, alone = gallery(2), make()
    made.stop()
    together = threading.Barrier(2)

    def beside(act):
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait(0.3)  # for the other, which has to wait for the lock
        act()

    made._strip.observe(lambda _: beside(lambda: setattr(alone, "iterations", 9)), "show")
    alone.observe(lambda _: beside(lambda: setattr(made, "selected", "photo 1")), "sparsity")
    setters = [
        threading.Thread(target=lambda: setattr(made._strip, "show", "evidence"), daemon=True),
        threading.Thread(target=lambda: setattr(alone, "sparsity", 0.5), daemon=True),
    ]
    for setter in setters:
        setter.start()
    for setter in setters:
        setter.join(SAFETY / 3)
        assert not setter.is_alive()
    assert (alone.iterations, made.selected) == (9, "photo 1")


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(1)])
def test_what_an_observer_raises_on_the_schedule_ends_nothing(gallery, engine, error):
    def observe(change):
        raise error

    engine.hold()
    made = shown(gallery(2))
    at_work(engine, 0)
    made.observe(observe, ["status", "selected"])
    engine.release()
    until(lambda: states(made) == ["explained", "explained"])
    until(lambda: made._strip.status == made.status == "done")
    assert threads()


def test_close_after_all_is_done_leaves_nothing(gallery):
    gc.collect()
    before = len(_instances)
    made = shown(gallery(4, keep=2))
    assert made.wait(SAFETY)
    made.close()
    assert not threads()
    assert len(_instances) == before


def test_repr_says_that_it_rests_or_is_closed(gallery, engine):
    engine.hold()
    made = shown(gallery(2))
    made._views.take(1, 0, 0)
    assert repr(made) == "<Gallery: 2 images, 0 explained, running, rests until it is shown>"
    engine.release()
    made.close()
    assert repr(made) == "<Gallery: 2 images, 0 explained, closed>"
    shell = InteractiveShell()
    shell.user_ns["g"] = made
    with capture_output() as cell:
        assert shell.run_cell("g").success
    assert "explained, closed>" in cell.stdout
    assert "Traceback" not in cell.stdout + cell.stderr


def test_its_first_argument_is_worded_as_the_inspectors():
    for made in (Gallery, lambda clf, images: Inspector(clf, images[0])):
        with pytest.raises(
            TypeError, match=r"the first argument is of type .*; expected a Classifier"
        ):
            made("efficientnet", [picture(0)])


def test_numbers_may_be_those_of_numpy(gallery):
    made = gallery(3, keep=np.int64(2), iterations=np.int32(2), sparsity=np.float32(1e-4))
    assert made.wait(np.float32(SAFETY))
    assert made.status == "done"
    made.open(np.int64(-1))
    assert made.selected == made.names[-1]


# The real engine.


def test_a_run_that_was_paused_ends_where_one_alone_does(monkeypatch):
    # A run that goes on looks for the end of change anew: here all steps are taken.
    monkeypatch.setattr(early_stop, "PATIENCE", 10**9)
    clf = classifier()
    images = {"a": picture(3), "b": picture(5)}
    settings = {"iterations": 400, "defense": "none"}  # the net is linear
    alone = Inspector(clf, images["a"], 2, **settings)
    made = Gallery(clf, images, 2, **settings)
    try:
        assert alone.wait(SAFETY)
        shown(made)
        until(lambda: made._items[0].share > 0)
        made.open("b")
        assert made.wait(SAFETY)
        assert made.status == "done"
        np.testing.assert_array_equal(made.explanations["a"].masks, alone.explanation.masks)
    finally:
        made.close()
        alone.close()


def views(count, beat, seen=0, page=1):
    return {"_views": {"page": page, "count": count, "seen": seen, "beat": beat}}


def going(gallery):
    """Return how far the runs are, all together."""
    return sum(item.share for item in gallery._items) * LONG


def test_without_a_view_of_the_strip_everything_rests(gallery, engine, monkeypatch):
    step = engine._step
    monkeypatch.setattr(engine, "_step", lambda *a: (time.sleep(0.002), step(*a))[1])
    g = shown(gallery(3, iterations=LONG), **views(1, 1, 1))
    until(lambda: going(g) > 3)
    g._strip.set_state(views(0, 2))
    until(lambda: g.inspector._progress.get("waits") == "a view")
    before = going(g)
    time.sleep(0.05)
    assert going(g) == before
    assert g.status == "running"
    g._strip.set_state(views(1, 3, 1))
    until(lambda: going(g) > before + 3)
    g._strip.set_state(views(0, 4))
    until(lambda: g.inspector._progress.get("waits") == "a view")
    before = going(g)
    assert not g.wait(0.3)
    assert going(g) > before


def test_images_that_were_never_open_are_explained_while_the_strip_is_seen(gallery):
    g = shown(gallery(4), **views(1, 1, 1))
    until(lambda: g.status == "done")
    assert states(g) == ["explained"] * 4


@pytest.mark.parametrize("error", [SystemExit(2), KeyboardInterrupt(), MemoryError()], ids=repr)
def test_an_image_at_which_the_net_raises_anything_is_told_and_the_others_go_on(
    gallery, monkeypatch, error
):
    g = gallery(3)
    classify = g._items[0].common.clf.classify

    def fail(x):
        if x.mean() < g._items[0].common.clf.prepare(picture(1)).mean() - 0.01:
            raise error
        return classify(x)

    monkeypatch.setattr(g._items[0].common.clf, "classify", fail)
    assert g.wait(SAFETY)
    assert states(g) == ["error", "explained", "explained"]
    assert type(error).__name__ in g.errors["photo 0"]


def test_where_the_schedule_itself_fails_the_next_command_works(gallery, monkeypatch):
    g = gallery(2)
    with monkeypatch.context() as patched:
        patched.setattr(Item, "look", lambda item: (_ for _ in ()).throw(SystemExit(1)))
        g.run()
        until(lambda: g.status == "error" and not threads())
    g.run()
    assert g.wait(SAFETY)
    assert g.status == "done"


@pytest.mark.parametrize("said", [{"page": 1}, {"page": 1, "count": "x", "seen": 0}, {"page": -1}])
def test_what_is_no_word_on_views_is_refused(gallery, said):
    g = gallery(2)
    with pytest.raises(traitlets.TraitError):
        g._strip._views = said
