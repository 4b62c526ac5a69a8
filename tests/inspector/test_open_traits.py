"""What a page may set, of all that is synced: what is declared open, and nothing else."""

import importlib
import math
import pkgutil

import ipywidgets
import numpy as np
import pytest

import xwidget.inspector
from tests.inspector.fakes import SAFETY, Page, classifier, fitting, inspector_class
from xwidget.frames import Frame, encode
from xwidget.gallery import Gallery
from xwidget.gallery import contract as strip
from xwidget.gallery.opened import OpenedInspector
from xwidget.inspector.page import contract
from xwidget.inspector.page.kinds import Flag, Text
from xwidget.inspector.page.refusing import GuardedWidget

EVIL = "export default {render: () => fetch('https://example.org')}"

#: What makes a page a page, or tells a person what is so: never to be set by one.
NEVER = {
    "layout",
    "_esm",
    "_css",
    "_anywidget_id",
    "_model_name",
    "_view_module",
    "_dom_classes",
} | {*("tooltip", "status", "error", "_words", "_settings", "_formats", "comm", "keys")}


def opened(traits):
    """Return the traits that a page may set: those of both sides, and the count of views."""
    return {each.name for each in [*traits, contract.VIEW_COUNT] if each.owner == "both"}


@pytest.fixture
def gallery(engine):
    cls = type("FakeGallery", (Gallery,), {"_inspector": inspector_class(engine, OpenedInspector)})
    made = cls(classifier(), [np.full((4, 4, 3), 200, np.uint8)], iterations=5)
    yield made
    made.close()


@pytest.fixture
def everyone(make, gallery):
    """All widgets that a page may meet, by name, and what of each is open."""
    return {
        "inspector": (make(), opened(contract.TRAITS)),
        "strip": (gallery._strip, opened(strip.TRAITS)),
        "gallery": (gallery, {"_view_count"}),
    }


def all_classes():
    for module in pkgutil.walk_packages(xwidget.__path__, "xwidget."):
        importlib.import_module(module.name)
    found, waiting = set(), [ipywidgets.Widget]
    while waiting:
        waiting += (below := waiting.pop().__subclasses__())
        found |= {cls for cls in below if cls.__module__.startswith("xwidget.")}
    return found


def of_its_kind(value):
    """Return another value of the same type, which a trait would take."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    kinds = {str: EVIL, bytes: memoryview(b"x"), dict: {"0": {}}, type(None): "x"}
    return kinds.get(type(value), ["x"])


def test_every_widget_of_ours_is_guarded():
    classes = all_classes()
    assert {cls.__name__ for cls in classes} >= {"Inspector", "Strip", "Gallery"}
    assert all(issubclass(cls, GuardedWidget) for cls in classes)


@pytest.mark.parametrize("who", ["inspector", "strip", "gallery"])
def test_no_page_sets_what_is_not_declared_open(everyone, who):
    widget, open_ = everyone[who]
    page = Page(widget).pump()
    assert not open_ & NEVER
    every = {*widget.keys, "comm", "keys", "_lock", "_property_lock", "close", "run", "nonsense"}
    assert {"layout", "_model_name", "_view_module", "_dom_classes", "tooltip"} <= every
    assert {name for name, t in widget.traits(sync=True).items() if t.metadata.get("open")} == open_
    for name in sorted(every - open_):
        before = getattr(widget, name, None)
        page.updates.clear()
        page.messages.clear()
        sent = len(widget.comm.sent)
        page.set(**{name: of_its_kind(before)})
        if name != "error":  # which says that it was refused
            assert getattr(widget, name, None) == before
        (failure,) = page.pump().failures
        assert failure["request"]["name"] == name
        assert len(str(failure)) < 400
        # Nothing of it goes to other views: what is sent is the value in force.
        methods = [data["method"] for _, data, _ in widget.comm.sent[sent:]]
        assert "echo_update" not in methods
        assert all(EVIL not in str(data.get("state", "")) for _, data, _ in widget.comm.sent[sent:])


def test_a_page_that_brings_another_panel_is_refused(make):
    widget = make()
    page, before = Page(widget), widget._esm
    page.set(_esm=EVIL, _css="* {display: none}", _anywidget_id="other", game="deletion")
    assert (widget._esm, widget.game) == (before, "deletion")
    assert {f["request"]["name"] for f in page.pump().failures} == {"_esm", "_css", "_anywidget_id"}
    assert page.state["_esm"] == before
    assert "is the kernel's to set" in widget.error


def test_a_host_counts_views_where_the_kernel_asks_it_to(make):
    widget = make()
    widget._view_count = 0
    page = Page(widget)
    page.set(_view_count=2)
    assert widget._view_count == 2
    for bad in (-1, None, "x", 2**70, math.nan):
        page.set(_view_count=bad)
    assert widget._view_count == 2
    assert len(page.pump().failures) == 5


# What no page of ours sends.

DEEP: list[object] = []
for _ in range(5000):
    DEEP = [DEEP]
ODD = [
    math.nan,
    math.inf,
    -math.inf,
    -1,
    1.5,
    2**70,
    10**5000,
    "x" * 1_000_000,
    "\ud800x",
    "\0",
    [],
    {},
    DEEP,
    {"a": DEEP},
    b"bytes",
    True,
    None,
]
FIELDS = [(kind, name) for kind, command in contract.COMMAND.items() for name in command.fields]


def state_of(widget):
    held = {name: getattr(widget, name) for name in widget.keys if name != "error"}
    return {name: value for name, value in held.items() if name != "_trace"}


def fits(value, kind, name):
    """Return whether it is what may be left out, or a text or a flag like any other."""
    if value is None:
        return name in contract.COMMAND[kind].optional
    field = contract.COMMAND[kind].fields[name]
    if isinstance(field, Text):
        return isinstance(value, str) and len(value) <= field.most and name != "finding"
    return isinstance(field, Flag) and isinstance(value, bool)


@pytest.mark.parametrize(("kind", "name"), FIELDS)
def test_a_command_with_an_odd_field_is_refused_and_changes_nothing(show, engine, kind, name):
    widget, page = show()
    page.until_status("done")
    assert widget._parts.line.wait(SAFETY)
    before, calls = state_of(widget), len(engine.calls)
    for value in ODD:
        if fits(value, kind, name):
            continue
        page.messages.clear()
        page.send({**fitting(kind), name: value})
        (failure,) = page.until(lambda page: page.failures).failures
        assert failure["request"]["type"] == kind
        assert len(str(failure)) < 1000
    assert state_of(widget) == before
    assert len(engine.calls) == calls


@pytest.mark.parametrize("value", ODD, ids=lambda value: str(type(value).__name__))
def test_an_odd_message_is_refused(show, engine, value):
    widget, page = show()
    page.until_status("done")
    before = state_of(widget)
    page.send(value)
    page.send({"type": value})
    page.set(_command=value)
    page.set(_command={"id": value, "type": "run"})
    page.set(_command={"id": 1, "type": value})
    assert len(page.pump().failures) == 5
    assert all(len(str(failure)) < 1000 for failure in page.failures)
    changed = {n for n, v in state_of(widget).items() if v != before[n]}
    assert changed <= {"_command"}
    assert len(engine.calls) == 1


@pytest.mark.parametrize("who", ["inspector", "strip", "gallery"])
def test_an_odd_value_is_refused_or_harmless(everyone, who):
    widget, open_ = everyone[who]
    page = Page(widget).pump()
    for name in sorted(open_, key=lambda name: name in ("_here", "paused")):  # which start the work
        for value in [*ODD, object()]:
            before, known = getattr(widget, name), len(page.pump().failures)
            page.set(**{name: value})
            after = getattr(widget, name)
            refused = page.pump().failures[known:]
            assert all(len(str(failure)) < 1500 for failure in refused)
            if refused:
                assert after == before
            else:  # a value that means something
                plain = (int, bool, str, bytes, float, list)
                assert type(after) in plain or (name, after) == ("controls", None), (name, value)
            assert len(str(widget.get_state("error" if who == "inspector" else name))) < 2500


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "update",
        {},
        {"method": "jump"},
        {"method": ["update"]},
        {"method": "update"},
        {"method": "update", "state": []},
        {"method": "update", "state": {}, "buffer_paths": [["_frame"]]},  # its buffer is missing
        {"method": "update", "state": {}, "buffer_paths": 7},
        {"method": "update", "state": {}, "buffer_paths": [[]]},
        {"method": "update", "state": {}, "buffer_paths": [["_command", "x"]]},
        {"method": "update", "state": {"_command": 7}, "buffer_paths": [["_command", "buffer"]]},
        {
            "method": "update",
            "state": {"_command": {"a": {"b": {}}}},
            "buffer_paths": [["_command", "a", "b", "c"]],
        },
        {"method": "update", "state": {}, "buffer_paths": [[{}]]},
        {"method": "update", "state": {}, "buffer_paths": [["_esm"]]},
    ],
)
@pytest.mark.parametrize("who", ["inspector", "strip", "gallery"])
def test_a_message_that_cannot_be_read_is_refused(everyone, who, data):
    widget, _ = everyone[who]
    page = Page(widget).pump()
    before = state_of(widget)
    one = [memoryview(b"x")] if data and ("_esm" in str(data) or "_command" in str(data)) else []
    widget.comm.handle_msg({"content": {"data": data}, "buffers": one})
    (failure,) = page.pump().failures
    assert failure["message"]
    assert state_of(widget) == before


@pytest.mark.parametrize(
    "edit",
    [
        b"x",
        b"XWFR" + bytes(44),
        encode(Frame(np.zeros((3, 4, 5), np.uint8))),
        encode(Frame(np.zeros((1, 4, 4), np.uint8))),
        encode(Frame(np.zeros((3, 4, 4), np.uint8)))[:-1],
        encode(Frame(np.zeros((3, 4, 4), np.uint8))) + b"x",
        bytes(10_000_000),
    ],
    ids=len,
)
def test_an_edit_that_is_no_mask_is_refused(show, edit):
    widget, page = show()
    page.until_status("done")
    page.edit(edit)
    (failure,) = page.pump().failures
    assert failure["request"]["type"] == "test"
    assert widget._edited == b""
    assert widget.tested is None
