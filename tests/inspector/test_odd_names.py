"""Names that no page can show as they are: nothing fails, and every page gets something valid."""

import json
import os
import re

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from tests.inspector.fakes import NAMES, SIDE, Page, inspector_class, until
from xwidget import Classifier, Explanation
from xwidget.gallery import Gallery
from xwidget.gallery.opened import OpenedInspector
from xwidget.support import texts, wire

PICTURE = np.full((SIDE, SIDE, 3), 200, dtype=np.uint8)
HALF = "\ud800x"
ODD = {
    "half a pair": HALF,
    "the other half": "x\udfff",
    "a byte that is no UTF-8": os.fsdecode(b"caf\xe9"),
    "NUL": "a\0b",
    "lines": "two\nlines",
    "turned around": "\u202egnp.exe\u202c",
    "long": "n" * 10_000,
    "HTML": "</script><img src=x onerror=alert(1)>",
    "empty": "",
}
each = pytest.mark.parametrize("name", ODD.values(), ids=ODD)


def classifier(name):
    net = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, len(NAMES)))
    with torch.no_grad():
        net[2].weight.fill_(1 / 3)
        net[2].bias.copy_(-torch.arange(len(NAMES)).float())
    names = [name, f"{name} two", *NAMES[2:]]
    return Classifier(net, size=SIDE, mean=[0.5] * 3, std=[0.5] * 3, categories=names, name=name)


@pytest.fixture
def odd(engine):
    """Make an Inspector whose net and first classes have a name, run it, and show it."""
    made = []

    def odd(name, targets=1):
        made.append(inspector_class(engine)(classifier(name), PICTURE, targets, iterations=5))
        return made[-1], Page(made[-1]).hello().until_status("done")

    yield odd
    for widget in made:
        widget.close()


def is_plain(text, most=400):
    """Return True if a page can show a text as it is."""
    text.encode("utf-8")
    return len(text) <= most and not re.search("[\0\u202a-\u202e]", text)


@each
def test_a_page_is_told_something_that_it_can_show(odd, name):
    widget, page = odd(name)
    page.send({"type": "categories"})
    ((names, _),) = page.pump().answers("categories")  # which checks that each message is UTF-8
    widget.add(1)
    page.until_status("done")
    widget.test(np.ones((SIDE, SIDE)))
    page.until(lambda page: page.state.get("_tested"))
    top = [told for _, told, _ in page.state["_tested"]["top"]]
    classes = [told["name"] for told in page.state["_classes"]]
    for told in [*names["names"], *top, *classes, page.state["_net_name"]]:
        assert is_plain(told)
        assert "\n" not in told
    assert not page.failures
    assert widget.explanation.names == (name, f"{name} two")  # in Python it stays what it is
    bundle, _ = widget._repr_mimebundle_()
    assert is_plain(bundle["text/plain"])
    for thing in (widget, widget.tested, widget.explanation, widget._session.clf):
        assert is_plain(repr(thing), 4000)


@each
def test_what_is_taken_away_has_it(odd, name, tmp_path):
    widget, page = odd(name)
    for format in ("explanation", "page"):
        page.send({"type": "save", "format": format})
    page.until(lambda page: len(page.answers("saved")) == 2)
    (saved, (data,)), (exported, (html,)) = page.answers("saved")
    assert re.fullmatch(r"[a-z0-9_-]{0,80}\.xwidget", saved["name"])
    assert re.fullmatch(r"[a-z0-9_-]{0,80}\.html", exported["name"])
    (tmp_path / "x").write_bytes(data)
    assert Explanation.load(tmp_path / "x").names == (name,)
    text = html.decode("utf-8")
    assert "<img src=x" not in text
    assert "\0" not in text
    (block,) = re.findall(r'id="xwidget-data">(.*?)</script>', text, re.DOTALL)
    (told,) = [each["name"] for each in json.loads(block)["traits"]["_classes"]]
    assert is_plain(told)
    assert widget.to_pil().size == (SIDE, SIDE)


@each
def test_a_class_is_asked_for_by_it(odd, name):
    widget, _ = odd("anvil")
    with pytest.raises(ValueError, match=r"no class|fits"):
        widget.add(f"{name} that is not there")
    if name:
        widget, _ = odd(name, targets=[name])
        assert widget.target == 0


@each
def test_a_file_may_be_called_so(engine, name, tmp_path):
    if "\0" in name or "/" in name or not name or len(name) > 200:
        name = "photo"  # which no file system has
    try:
        Image.fromarray(PICTURE).save(tmp_path / f"{name}.png")
        os.fsencode(name)
    except (OSError, UnicodeError):
        (tmp_path / "other.txt").write_text("no image")
        images = {name: tmp_path / "other.txt"}
    else:
        images = tmp_path
    gallery = type(
        "FakeGallery", (Gallery,), {"_inspector": inspector_class(engine, OpenedInspector)}
    )(classifier(name), images, targets=1, iterations=5)
    strip = Page(gallery._strip)
    strip.set(_here=True)
    until(lambda: gallery.status in ("done", "error"))
    told = json.dumps(strip.pump().state["_items"], ensure_ascii=False)
    assert is_plain(told, 4000)
    gallery.close()


@each
def test_an_error_is_told_with_it(odd, engine, name):
    widget, page = odd("anvil")

    def fail(*args, **options):
        raise ValueError(f"first line\n{name}\nlast line")

    widget._session._optimize = fail
    page.send({"type": "run"})
    page.until_status("error")
    told = page.state["error"]
    assert is_plain(told, texts.WORDS.characters)
    assert told.endswith("last line")
    assert name in widget.error  # in Python there is all of it
    with pytest.raises(ValueError, match="last line"):
        widget.wait()


def test_an_error_of_thousands_of_lines_is_told_in_a_few(odd):
    widget, page = odd("anvil")

    def fail(*args, **options):
        raise RuntimeError("\n".join(f"line {n} " + 100 * "x" for n in range(5000)))

    widget._session._optimize = fail
    page.send({"type": "run"})
    page.until_status("error")
    told = page.state["error"].splitlines()
    assert len(told) <= texts.WORDS.lines
    assert told[0].startswith("RuntimeError: line 0")
    assert told[-1].endswith("x" * 20)
    assert "…" in page.state["error"]
    assert len(page.state["error"]) <= texts.WORDS.characters
    assert len(widget.error) > 100_000


def test_what_is_refused_is_not_told_at_full_length(odd):
    _, page = odd("anvil")
    page.set(game="x" * 1_000_000)
    page.send({"type": "x" * 1_000_000})
    page.send({"type": "add", "target": "x" * 1_000_000, "more": "y" * 1_000_000})
    assert len(page.pump().failures) == 3
    for failure in page.failures:
        assert len(str(failure)) < 2000
    assert len(page.state["error"]) <= texts.WORDS.characters


def test_a_hundred_thousand_names_are_told_in_bounds():
    names = [f"class {n} " + "x" * 10_000 for n in range(1000)] * 100
    told = wire.listed(names)
    assert len(told) == len(names)
    assert told[5].startswith("class 5 ")
    assert sum(map(len, told)) <= 4_000_000
    short = [f"class {n}" for n in range(1000)]
    assert wire.listed(short) == short


def test_a_traces_numbers_come_through_as_they_are():
    trace = {"0": {"scores": [0.5, None, 1], "frames": (0, 1), "stopped": None, "x": b"\0"}}
    assert wire.clean(trace) == {**trace, "0": {**trace["0"], "frames": [0, 1]}}
