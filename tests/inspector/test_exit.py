"""A script that ends while something runs ends well."""

import subprocess
import sys
import threading
import time

import pytest

from xwidget.engine.step_threads import StepThreads
from xwidget.support.threads import EndingThread, end_all

BEGIN = """
import time
import numpy as np
import xwidget as xw
from torch import nn

net = nn.Sequential(
    nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 4)
)
clf = xw.Classifier(net, size=24)
pixels = np.random.default_rng(0).integers(0, 256, (24, 24, 3), np.uint8)


def inspector():
    w = xw.Inspector(clf, pixels, iterations=100_000)
    w.run()
    return w


def until_it_steps(*inspectors):
    while not all(w.iteration > 2 for w in inspectors):
        time.sleep(0.01)
"""
CASES = {
    "an Inspector": "w = inspector(); until_it_steps(w)",
    "six Inspectors": "ws = [inspector() for _ in range(6)]; until_it_steps(*ws)",
    "a Gallery": """
g = xw.Gallery(clf, [pixels] * 4, iterations=100_000)
g.run()
while g.inspector is None:
    time.sleep(0.01)
until_it_steps(g.inspector)
""",
    "a method beside a run": """
from xwidget.inspector.features.beside import panes
panes.HEAD_START = 0
w = inspector()
w.add_method("occlusion", window=1, stride=1)
until_it_steps(w)
while not w._beside[0]["progress"]:
    time.sleep(0.01)
""",
    "a run that rests": """
w, other = inspector(), inspector()
until_it_steps(w)
w._session.views.take(1, 1, 1)
w._session.views.take(1, 0, 0)
assert w._session.views.resting
""",
}


@pytest.mark.parametrize("case", CASES)
def test_a_script_that_ends_while_something_runs_ends_well(case):
    script = f"{BEGIN}\n{CASES[case]}\nprint('the end')"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_who_waits_before_the_end_of_the_process_is_not_left_waiting():
    script = f"import atexit\natexit.register(lambda: print(w.wait(30)))\n{BEGIN}\nw = inspector()"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=25, check=False
    )
    assert (done.returncode, done.stdout) == (0, "True\n")


def test_threads_of_steps_end_idle_or_at_work():
    threads, go, at_work = StepThreads(), threading.Event(), threading.Event()
    names = []

    def work():
        names.append(threading.current_thread())
        at_work.set()
        go.wait(10)

    threads.do(lambda: names.append(threading.current_thread()))
    asking = threading.Thread(target=lambda: (threads.do(work), threads.do(lambda: None)))
    busy = threading.Thread(target=lambda: threads.do(work))
    asking.start()
    at_work.wait(10)
    busy.start()
    while len(names) < 3:
        time.sleep(0.01)
    threads.end()
    go.set()
    asking.join(10)
    busy.join(10)
    assert not asking.is_alive()
    for thread in names:
        thread.join(2)
        assert not thread.is_alive()


def test_a_thread_that_does_not_end_is_not_waited_for_without_end(monkeypatch):
    monkeypatch.setattr("xwidget.support.threads._SECONDS", 0.3)
    go, asked = threading.Event(), []
    thread = EndingThread(lambda: go.wait(20), lambda: asked.append(1), "stuck")
    thread.start()
    began = time.monotonic()
    end_all()
    assert asked
    assert time.monotonic() - began < 5
    go.set()
    thread.join(5)
