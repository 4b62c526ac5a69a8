"""Stand-ins for what surrounds the Inspector: the engine, the comm, and the page."""

import json
import threading
import time
import weakref
from types import SimpleNamespace

import comm.base_comm
import torch
from torch import nn

from xwidget.attribution import Attribution
from xwidget.checks import Checks
from xwidget.classifier import Classifier
from xwidget.engine.state import State
from xwidget.engine.step import Step
from xwidget.frames import Frame, decode, encode
from xwidget.inspector import Inspector
from xwidget.inspector.page import contract, kinds

SAFETY = 30.0  # seconds after which a test that hangs is given up; never a statement about speed
SIDE = 4
NAMES = ["anvil", "banjo", "cello", "drum", "easel", "flute"]


FINDING = {
    "id": "00000000-0000-4000-8000-000000000001",
    "frame": [SIDE, SIDE],
    "region": {"type": "box", "x": 1, "y": 1, "width": 2, "height": 2},
    "verdict": "core",
}
"""What a page sends to keep a box."""


def classifier():
    """Return a net of six classes whose scores fall from anvil to flute on any light picture."""
    net = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, len(NAMES)))
    with torch.no_grad():
        net[2].weight.fill_(1 / 3)
        net[2].bias.copy_(-torch.arange(len(NAMES)).float())
    return Classifier(net, size=SIDE, mean=[0.5] * 3, std=[0.5] * 3, categories=NAMES, name="tiny")


def level(target, iteration, game="generation"):
    """Return the byte that fills the fake engine's mask."""
    return (7 * iteration + 31 * target + 3 * len(game)) % 256


class Engine:
    """An ``optimize`` whose masks name their target and iteration, as slow as a test wants it.

    Parameters
    ----------
    fails_at
        Iteration at which it raises.
    """

    def __init__(self, fails_at=None):
        self.calls = []
        self.plans = []  # of each call
        self.converges_at = None  # iteration at which a run ends early
        self.fails_at = fails_at
        self.checks = {}  # by class: made with a run's last step; none at all where it is empty
        self.closed = 0
        self.masks = weakref.WeakSet()
        self._held = False
        self._permits = threading.Semaphore(0)

    def hold(self):
        """Stop before every step until ``allow`` or ``release``."""
        self._held = True
        return self

    def allow(self, steps=1):
        self._permits.release(steps)

    def release(self):
        self._held = False
        self._permits.release(1000)

    def __call__(self, clf, x, targets, settings, *, start):
        assert settings.early_stop
        iterations = settings.iterations
        self.plans.append(settings.plan)
        self.calls.append((tuple(targets), iterations, start and start.iteration, settings))
        first = 0 if start is None else start.iteration + 1
        last = iterations if start is None else start.iteration + iterations
        image_scores = clf.classify(x)[list(targets)]
        try:
            for iteration in range(first, last + 1):
                if self._held:
                    self._permits.acquire()
                if iteration == self.fails_at:
                    raise ValueError("the net's scores are NaN")
                reason = "iterations" if iteration == last else None
                if iteration == self.converges_at:
                    reason = "converged"
                yield self._step(tuple(targets), iteration, reason, settings, image_scores)
                if reason:
                    return
        finally:
            self.closed += 1

    def _step(self, targets, iteration, reason, settings, image_scores):
        levels = [level(target, iteration, settings.game) for target in targets]
        rows = [torch.full((3, SIDE, SIDE), value / 255) for value in levels]
        masks = torch.stack(rows)
        self.masks.add(masks)
        ones = torch.ones(len(targets))
        return Step(
            iteration=iteration,
            targets=targets,
            masks=masks,
            scores=ones * iteration / 1000,
            image_scores=image_scores,
            sparsity=ones * iteration * 1.23456e-7,
            nonlinearities=1,
            outside=None,
            state=State(iteration, {"mask": masks}),
            stopped=reason,
            checks=tuple(self.checks.get(target, Checks()) for target in targets)
            if self.checks and reason
            else None,
        )


class Methods:
    """A ``xwidget.methods`` of three: "quick", "slow", which waits where it is held, and "broken".

    The values of both fall from the first pixel to the last; those of "slow" are signed.
    """

    def __init__(self):
        self.calls = []  # name, target, and the rest
        self.unfit = {}  # reasons by name
        self._allowed = threading.Event()
        self._allowed.set()
        self.METHODS = {
            name: SimpleNamespace(
                label=name.title(),
                about=f"It is {name}.",
                quick=name != "slow",
                signed=name == "slow",
                missing="",
                check=lambda options: None,
                unfit=lambda net, name=name: self.unfit.get(name, ""),
            )
            for name in ("quick", "slow", "broken")
        }

    def hold(self):
        """Let "slow" wait in its midst until ``release``, or until it is cancelled."""
        self._allowed.clear()

    def release(self):
        self._allowed.set()

    def attribute(self, subject, *, method, targets, on_progress, cancel, **rest):
        (target,) = targets
        self.calls.append((method, target, rest))
        if method == "broken":
            raise ValueError("the net has no feature maps")
        if method == "slow":
            on_progress(0.25)
            while not self._allowed.wait(0.01):
                if cancel():
                    raise RuntimeError("given up")
        values = torch.linspace(1, -1 if method == "slow" else 0, SIDE * SIDE)
        found = values.view(1, SIDE, SIDE) / (target + 1)
        label = self.METHODS[method].label
        return Attribution.from_array(found, [target], method=label, digest=subject.digest)


class RecordingComm(comm.base_comm.BaseComm):
    """A comm whose other end is a list."""

    def __init__(self, *args, **kwargs):
        self.sent = []
        self.broken = []
        super().__init__(*args, **kwargs)

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        try:
            json.dumps(data, allow_nan=False, ensure_ascii=False).encode("utf-8")
        except ValueError as error:
            self.broken.append((data, error))
        self.sent.append((msg_type, data, [bytes(b) for b in buffers or []]))


class Page:
    """The other end of a widget's comm: keeps state, acknowledges frames, sends what it is told.

    Parameters
    ----------
    acks
        Whether it acknowledges.
    """

    def __init__(self, widget, acks=True):
        self.comm = widget.comm
        self.acks = acks
        self.state = {}
        self.updates = []  # every state update, frames decoded
        self.messages = []
        self._read = 0
        self._numbers = 0  # of edits

    def pump(self):
        while self._read < len(self.comm.sent):
            _, data, buffers = self.comm.sent[self._read]
            self._read += 1
            if data.get("method") == "custom":
                self.messages.append((data["content"], buffers))
            elif "state" in data:
                self._update(data, buffers)
        assert not self.comm.broken
        return self

    def _update(self, data, buffers):
        update = dict(data["state"])
        for path, buffer in zip(data["buffer_paths"], buffers, strict=True):
            update[path[0]] = buffer
        if update.get("_frame"):
            update["_frame"] = frame = decode(update["_frame"])
            if self.acks and frame.seq:
                self.send({"type": "ack", "seq": frame.seq})
        self.state |= update
        self.updates.append(update)

    @property
    def frames(self):
        return [u["_frame"] for u in self.updates if u.get("_frame")]

    @property
    def failures(self):
        return [content for content, _ in self.messages if content["type"] == "failed"]

    def answers(self, kind):
        return [(c, b) for c, b in self.messages if c["type"] == kind]

    def send(self, content):
        self._say({"method": "custom", "content": content})

    def set(self, **state):
        self._say({"method": "update", "state": state, "buffer_paths": []})

    def edit(self, mask, seq=1, target=0, iteration=0, way="message"):
        """Test an edited mask: uint8 (3, H, W), or bytes as they are."""
        data = mask
        if not isinstance(mask, bytes):
            data = encode(Frame(mask, target=target, iteration=iteration, seq=seq))
        self._numbers += 1
        command = {"type": "test", "id": self._numbers}
        said = {"method": "custom", "content": command}
        if way == "trait":
            update = {"method": "update", "state": {"_command": command}}
            said = {**update, "buffer_paths": [["_command", "buffer"]]}
        self._say(said, [memoryview(data)])

    def hello(self):
        self.send({"type": "hello", "protocol": 2})
        return self

    def until(self, wanted):
        """Read messages until ``wanted(self)``."""
        until(lambda: wanted(self.pump()))
        return self

    def until_status(self, status):
        return self.until(lambda page: page.state.get("status") == status)

    def until_answer(self, kind):
        """Read messages until there is an answer of this kind; return those that there are."""
        return self.until(lambda page: page.answers(kind)).answers(kind)

    def until_iteration(self, iteration):
        return self.until(lambda page: page.frames and page.frames[-1].iteration >= iteration)

    def _say(self, data, buffers=()):
        self.comm.handle_msg({"content": {"data": data}, "buffers": list(buffers)})


def fitting(name, **given):
    """Return a command with fields that it takes."""
    fields = contract.COMMAND[name].fields
    made = {field: _smallest(kind) for field, kind in fields.items()}
    right = {
        "hello": {"protocol": contract.PROTOCOL},
        "review": {"finding": FINDING["id"]},
        "beside_add": {"method": "quick"},
        "guess_commit": {"guess": {"value": "the wheel"}},
        "contrast": {"target": 0, "other": 1},
        "read_findings": {
            "buffer": b'{"format": "xwidget findings", "version": 1, "findings": []}',
        },
    }
    return {"type": name, **made, **right.get(name, {}), **given}


def _smallest(kind):
    if isinstance(kind, kinds.Word):
        return kind.among[0]
    if isinstance(kind, kinds.PanelSetting):
        return kind.setting.default
    if isinstance(kind, kinds.Record):
        return FINDING
    return {int: getattr(kind, "low", 0), float: 0.5, bool: False, bytes: b"", str: "x"}[kind.hint]


def until(wanted):
    """Wait until ``wanted()``."""
    end = time.monotonic() + SAFETY
    while not wanted():
        assert time.monotonic() < end, "never came true"
        time.sleep(0.001)


def drawn(widget):
    """Return the target and iteration that the widget's frame names."""
    frame = decode(widget._frame)
    return frame.target, frame.iteration


def reached(widget, iteration, target=0):
    """Wait until the worker has come this far; the page may not have heard of it yet."""
    until(lambda: widget._session.runs.nearest(target) == iteration)


def inspector_class(engine, base=Inspector):
    """Return an Inspector that runs on a fake engine."""
    return type("FakeInspector", (base,), {"_engine": staticmethod(engine)})


def workers():
    """Return the threads of all Inspectors."""
    return [thread for thread in threading.enumerate() if thread.name == "xwidget"]
