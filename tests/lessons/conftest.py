"""Lessons before a tiny net."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import comm
import numpy as np
import pytest

import xwidget as xw
from tests.browsing.conftest import tiny_net
from tests.inspector.fakes import RecordingComm, workers
from xwidget.explanation import Explanation
from xwidget.teaching import Lesson

PHOTO = np.random.default_rng(1).integers(0, 256, (40, 32, 3), dtype=np.uint8)
FRUIT = xw.Question("choice", "Which fruit?", ["apple", "banana"], "banana", "It is **long**.")


@pytest.fixture(autouse=True)
def _recorded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Let every widget talk to a list, and leave no thread behind."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(comm, "create_comm", RecordingComm)
    before = workers()
    yield
    assert workers() == before


@pytest.fixture(scope="session")
def clf() -> xw.Classifier:
    """Return the net of the explanation."""
    return tiny_net()


@pytest.fixture(scope="session")
def explained(clf: xw.Classifier) -> Explanation:
    """Return an explanation of two classes."""
    return xw.explain(clf, PHOTO, targets=[1, 3], iterations=12, progress=False)


@pytest.fixture
def make(clf: xw.Classifier, explained: Explanation) -> Iterator[Callable[..., Lesson]]:
    """Make lessons of these steps; each is closed at the end."""
    made: list[Lesson] = []

    def make(*steps: xw.Step, **others: Any) -> Lesson:
        given = {"explanations": {"fruit": explained}, "clf": clf, **others}
        made.append(xw.Lesson("Fruit", steps, **given))
        return made[-1]

    yield make
    for each in made:
        each.close()
