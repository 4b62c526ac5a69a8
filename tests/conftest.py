"""What all tests share."""

import os

import pytest

# Figures are drawn into memory: a test opens no window.
os.environ.setdefault("MPLBACKEND", "agg")
# Two test files run side by side: with more threads than cores, each waits for the others.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from xwidget.engine import interrupts


@pytest.fixture(autouse=True)
def no_interrupt_came_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's interrupt is the first one: a second one soon after would end the test run."""
    monkeypatch.setattr(interrupts, "_last", -float("inf"))
