"""A page's acts with what is beside the evidence."""

import threading

import numpy as np

from tests.inspector.fakes import SIDE
from xwidget import Attribution

QUICK = np.linspace(1, 0, SIDE * SIDE, dtype=np.float32).reshape(SIDE, SIDE)


def pane_of(page, label):
    return next((each for each in page.pump().state["_beside"] if each["label"] == label), None)


def until_state(page, label, state):
    """Wait until a pane is in a state; return its entry."""
    page.until(lambda page: (pane_of(page, label) or {}).get("state") == state)
    return pane_of(page, label)


def ask(page, kind, **fields):
    """Send a command; return its reply and the reply's buffer."""
    ask.number += 1
    number = ask.number
    page.send({"type": kind, "id": number, **fields})

    def found(page):
        return [each for each in page.messages if each[0].get("id") == number]

    page.until(found)
    ((content, buffers),) = found(page)
    return content, b"".join(buffers)


ask.number = 5000


def threads():
    """Return the threads of what is beside."""
    names = ("quick", "slow", "kept", "measures", "values")
    return [each for each in threading.enumerate() if each.name in [f"xwidget {n}" for n in names]]


def one(values, target=0, **fields):
    return Attribution.from_array(values, target, **fields)
