"""The place of the net's pixels in the original photo, as the panel is told it."""

import random
import threading

import numpy as np
import pytest
import torch
from PIL import Image

from tests.inspector import fakes
from tests.inspector.acts import Acts
from tests.inspector.fakes import NAMES, SAFETY, Page, classifier, inspector_class, until
from xwidget import Classifier, Subject
from xwidget.findings import formats
from xwidget.findings.finding import Finding
from xwidget.findings.region import Box
from xwidget.inspector.features.locating import THREAD

SIDE = 32  # of fewer pixels no map is found
DOWN, ACROSS = np.mgrid[: 3 * SIDE, : 2 * SIDE]
PHOTO = np.stack([2 * DOWN, 3 * ACROSS, DOWN + ACROSS], -1).astype(np.uint8)


class Preprocess:
    """A person's own preprocess: it counts the pictures, and can be held."""

    def __init__(self):
        self.pictures = 0
        self.threads = set()
        self.go_on = threading.Event()
        self.go_on.set()

    def __call__(self, picture: Image.Image) -> torch.Tensor:
        self.pictures += 1
        self.threads.add(threading.current_thread())
        assert self.go_on.wait(SAFETY)
        small = picture.resize((SIDE, SIDE), Image.Resampling.BOX)
        return (torch.from_numpy(np.array(small)).float().permute(2, 0, 1) / 255 - 0.5) / 0.5


@pytest.fixture
def preprocess():
    return Preprocess()


@pytest.fixture
def shown(engine, preprocess, monkeypatch):
    """An Inspector with that preprocess, held before its first mask; and its page."""
    monkeypatch.setattr(fakes, "SIDE", SIDE)
    clf = Classifier(
        classifier().net,
        preprocess=preprocess,
        mean=[0.5] * 3,
        std=[0.5] * 3,
        categories=NAMES,
        name="tiny",
    )
    Subject(clf, PHOTO)
    before = preprocess.pictures
    Subject(clf, PHOTO)
    alone = preprocess.pictures - before
    engine.hold()
    before = preprocess.pictures
    widget = inspector_class(engine)(clf, PHOTO, iterations=3)
    assert preprocess.pictures - before == alone  # as for the image itself, and no ramps
    page = Page(widget).hello()
    yield widget, page
    preprocess.go_on.set()
    engine.release()
    widget.close()


def test_neither_the_cell_nor_the_run_waits_for_the_geometry(shown, engine, preprocess):
    widget, page = shown
    assert widget._geometry == {}
    preprocess.go_on.clear()
    here = {threading.current_thread()}
    preprocess.threads.clear()
    engine.release()
    page.until_status("done")
    assert widget._geometry == {}
    preprocess.go_on.set()
    page.until(lambda page: page.state["_geometry"])
    assert widget._geometry["size"] == [3 * SIDE, 2 * SIDE]
    assert page.state["_geometry"] == widget._geometry
    assert not preprocess.threads & here
    assert widget.explanation.origin.geometry.for_page() == widget._geometry


def test_a_file_in_pixels_of_the_photo_is_read_while_the_first_run_begins(shown):
    widget, page = shown
    origin = Subject(widget.findings._about.subject.clf, PHOTO).origin
    finding = Finding(Box(8, 8, 4, 4), (SIDE, SIDE), "core", seen=formats.Picture.of(origin).seen)
    data = formats.write([finding]).data
    assert widget._geometry == {}
    acts = Acts(page)
    preview, _ = acts.answer(acts.ask("read_findings", name="findings.json", buffer=data))
    assert [(row["matched"], row["reason"]) for row in preview["rows"]] == [("digest", "")]
    assert preview["rows"][0]["finding"]["region"] == finding.describe()["region"]
    # The page waits for that where a person loads a file, and asks for it.
    assert not page.state.get("_findings")
    acts.do("findings")
    assert page.state["_findings"]["ready"]


def test_an_explanation_has_the_geometry_whoever_asks_first(shown, engine, preprocess):
    widget, page = shown
    engine.release()
    page.until_status("done")
    assert widget.explanation.origin.geometry.matrix is not None


def test_a_closed_inspector_is_told_nothing(shown, engine, preprocess):
    widget, page = shown
    preprocess.go_on.clear()
    engine.release()
    page.until_status("done")
    measuring = [each for each in threading.enumerate() if each.name == THREAD]
    assert len(measuring) == 1
    widget.close()
    preprocess.go_on.set()
    measuring[0].join(SAFETY)
    assert widget._geometry == {}


def test_random_numbers_of_a_cell_are_not_drawn_again_after_the_measuring(
    shown, engine, preprocess
):
    widget, _ = shown
    preprocess.go_on.clear()
    engine.release()
    assert widget.wait(SAFETY)
    until(lambda: any(thread.name == THREAD for thread in preprocess.threads))
    drawn = random.random(), np.random.rand(), torch.rand(1).item()  # noqa: NPY002
    preprocess.go_on.set()
    until(lambda: widget._geometry)
    again = random.random(), np.random.rand(), torch.rand(1).item()  # noqa: NPY002
    assert not set(drawn) & set(again)


def test_a_thread_that_cannot_start_is_tried_again(shown, engine, monkeypatch):
    widget, page = shown
    start, failed = threading.Thread.start, []

    def starts(thread):
        if thread.name == THREAD and not failed:
            failed.append(thread)
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", starts)
    engine.release()
    page.until_status("done")
    until(lambda: widget._geometry)
    assert failed
