import sys

import comm
import numpy as np
import pytest

from tests.inspector.acts import Acts
from tests.inspector.fakes import (
    Engine,
    Methods,
    Page,
    RecordingComm,
    classifier,
    inspector_class,
    workers,
)
from xwidget.inspector.features.beside import method

PICTURE = np.full((4, 4, 3), 200, dtype=np.uint8)


@pytest.fixture(autouse=True)
def _recorded(monkeypatch, tmp_path):
    """Let every widget talk to a list, keep findings in a folder of its own, and leave no thread
    behind.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(comm, "create_comm", RecordingComm)
    yield
    assert not workers()


@pytest.fixture(autouse=True)
def methods(monkeypatch):
    """Three methods in place of all that there are."""
    found = Methods()
    monkeypatch.setattr(method, "METHODS", found.METHODS)
    monkeypatch.setattr(sys.modules["xwidget.methods.attribute"], "METHODS", found.METHODS)
    monkeypatch.setattr(method, "attribute", found.attribute)
    yield found
    found.release()


@pytest.fixture
def engine():
    return Engine()


@pytest.fixture
def make(engine):
    """Make Inspectors on the fake engine; each is closed at the end."""
    made = []

    def make(targets=3, *, iterations=5, **settings):
        cls = inspector_class(engine)
        made.append(cls(classifier(), PICTURE, targets, iterations=iterations, **settings))
        return made[-1]

    yield make
    engine.release()
    for widget in made:
        widget.close()


@pytest.fixture
def show(make):
    """Make an Inspector and show it: the widget and its page, hello said."""

    def show(*args, acks=True, **kwargs):
        widget = make(*args, **kwargs)
        return widget, Page(widget, acks).hello()

    return show


@pytest.fixture
def ran(show):
    """An Inspector whose run is done, and its page."""
    widget, page = show()
    return widget, page.until_status("done")


@pytest.fixture
def acts(show):
    """A page of an Inspector that has run, and its acts."""
    widget, page = show(iterations=5)
    page.until_status("done")
    page.until(lambda page: page.state.get("_findings"))
    found = Acts(page)
    found.widget = widget
    return found
