"""Panes beside the evidence, as Python, a saved notebook and an exported page have them."""

import base64
import json
import re
import zlib

import numpy as np
import pytest

from tests.inspector.beside import QUICK, ask, one, until_state
from tests.inspector.fakes import SAFETY, SIDE, until
from xwidget.frames import decode
from xwidget.inspector.features.beside import kept
from xwidget.inspector.features.beside.values import Found, scale_of


def test_methods_have_the_seed_and_the_options(make, methods):
    widget = make(seed=7)
    assert widget.add_method("slow", steps=3) == "Slow, steps 3"
    assert widget.wait(SAFETY)
    (_, _, rest), *_ = methods.calls
    assert (rest["seed"], rest["steps"], rest["progress"]) == (7, 3, False)


def test_given_values_are_shown_for_the_classes_that_they_have(ran):
    widget, page = ran
    checks = ("As far as it goes.", "")
    given = one(np.stack([QUICK, -QUICK]), [0, 5], method="<b>mine</b>", checks=checks)
    assert widget.add_attribution(given) == "<b>mine</b>"
    assert widget.add_attribution(given) == "<b>mine</b> 2"
    pane = until_state(page, "<b>mine</b>", "done")
    assert (pane["kind"], pane["signed"], pane["name"]) == ("array", True, "")
    assert widget.beside["<b>mine</b>"] is given
    assert pane["targets"]["0"]["note"] == "As far as it goes."
    widget.target = 1
    error = until_state(page, "<b>mine</b>", "failed")["error"]
    assert error == "It has no values for banjo; they were given for anvil, flute."
    widget.add(5)
    widget.target = 5
    until_state(page, "<b>mine</b>", "done")


def test_what_is_no_attribution_of_the_image_is_refused(make):
    widget = make()
    other = "0" * 64
    with pytest.raises(TypeError, match="expected an Attribution"):
        widget.add_attribution(QUICK)
    with pytest.raises(ValueError, match=r"the network's input has \(4, 4\)"):
        widget.add_attribution(one(np.eye(3)))
    with pytest.raises(ValueError, match="another image"):
        widget.add_attribution(one(QUICK, digest=other))
    with pytest.raises(ValueError, match="class 9, but tiny has 6"):
        widget.add_attribution(one(QUICK, 9))
    with pytest.raises(ValueError, match="there is no pane 'x' beside the evidence; there is none"):
        widget.remove("x")
    assert widget.beside == {}


def test_what_is_beside_cannot_be_changed(ran):
    widget, _ = ran
    widget.add_method("quick")
    assert widget.wait(SAFETY)
    with pytest.raises(TypeError):
        widget.beside["Quick"] = None


def test_python_is_told_why_there_are_no_values(ran, methods):
    widget, _ = ran
    methods.hold()
    for method in ("quick", "broken", "slow"):
        widget.add_method(method)
    until(lambda: "Quick" in widget.beside and "feature maps" in repr(widget.beside))
    assert [*widget.beside] == ["Quick"]
    with pytest.raises(KeyError, match="Broken has no values: the net has no feature maps"):
        widget.beside["Broken"]
    with pytest.raises(KeyError, match="Slow has no values: they are computed now"):
        widget.beside["Slow"]
    with pytest.raises(KeyError, match="there is no 'x' beside the evidence; there is 'Quick', 'B"):
        widget.beside["x"]
    methods.release()
    assert widget.wait(SAFETY)
    assert "Slow" in widget.beside


# A saved notebook.


def test_a_saved_notebook_keeps_the_values_of_the_class_drawn(ran, monkeypatch):
    monkeypatch.setattr(kept, "_STILL", 0.01)
    widget, page = ran
    for method in ("quick", "slow"):
        widget.add_method(method)
    page.until(lambda page: len(page.state.get("_beside_kept", {})) == 2)
    frames = {
        id: decode(zlib.decompress(base64.b64decode(packed)))
        for id, packed in page.state["_beside_kept"].items()
    }
    assert {frame.target for frame in frames.values()} == {0}
    ramp = np.linspace(1, 0, SIDE * SIDE)
    assert frames["1"].pixels.ravel().tolist() == np.floor(255 * ramp.astype("f4") + 0.5).tolist()
    signed = np.linspace(1, -1, SIDE * SIDE).astype("f4")
    assert frames["2"].pixels.ravel().tolist() == (128 + np.rint(127 * signed)).tolist()
    widget.remove("Quick")
    page.until(lambda page: [*page.state["_beside_kept"]] == ["2"])


# The scale.


def test_the_scale_of_signed_values_is_their_largest_magnitude_but_for_outliers():
    even = np.linspace(-1, 1, 2001, dtype=np.float32)[None]
    assert scale_of(even * 3, True) == 3
    assert scale_of(even.clip(0), False) == 1
    assert scale_of(np.zeros((1, 9), np.float32), True) == 1
    lone = even.copy()
    lone[0, 0] = -40
    assert 0.9 < scale_of(lone, True) < 1.01
    sparse = np.zeros((1, 5000), np.float32)
    sparse[0, 0] = 2  # all that there is
    assert scale_of(sparse, True) == 2
    found = Found(1, one(np.resize(lone, (40, 40))))
    assert 0 < found.clipped <= 2e-3


# An exported page.


def exported(path):
    (found,) = re.findall(r'id="xwidget-data">(.*?)</script>', path.read_text("utf-8"), re.DOTALL)
    return json.loads(found)


def test_an_exported_page_takes_the_values_along(ran, methods, tmp_path):
    widget, page = ran
    path = tmp_path / "page.html"
    widget.export_html(path)
    assert not exported(path).keys() & {"values"}
    assert "_beside" not in exported(path)["traits"]
    widget.add_method("quick")
    assert widget.wait(SAFETY)
    methods.hold()
    widget.add_method("slow")
    until_state(page, "Slow", "running")
    widget.export_html(path)
    (pane,) = exported(path)["traits"]["_beside"]
    assert (pane["label"], pane["state"]) == ("Quick", "done")
    values = exported(path)["values"]
    assert values.keys() == {"0/0", "1/0"}
    for id in (0, 1):
        said, buffer = ask(page, "values", pane=id, target=0)
        assert zlib.decompress(base64.b64decode(values[f"{id}/0"]["bytes"])) == buffer
        told = {name: values[f"{id}/0"][name] for name in said.keys() & values[f"{id}/0"].keys()}
        assert told.items() <= said.items()
    assert "scores" not in exported(path)
    said, file = ask(page, "save", format="page")
    assert said["type"] == "saved"
    assert b'"1/0"' in file


def test_an_exported_page_keeps_the_comparison_that_the_panel_showed(ran, methods, tmp_path):
    widget, page = ran
    widget.add_method("quick")
    assert widget.wait(SAFETY)
    page.set(_beside_choice={"share": 0.25, "differences": [], "models": []})
    said, _ = ask(page, "score_area", share=0.25, target=0)
    ask(page, "measure", pane=1, target=0)
    assert widget.wait(SAFETY)
    widget.export_html(tmp_path / "page.html")
    content = exported(tmp_path / "page.html")
    assert content["traits"]["_beside_choice"]["share"] == 0.25
    (scored,) = content["scores"]
    assert scored == {name: said[name] for name in ("share", "target", "scores")}
    text = (tmp_path / "page.html").read_text("utf-8")
    assert "Sufficiency ↑ 10%" in text
    assert '<th scope="col">25%</th>' in text


@pytest.mark.parametrize(
    "choice",
    [
        [],
        {"share": 0, "differences": [], "models": []},
        {"share": None, "differences": [True], "models": []},
        {"share": None, "differences": [], "models": [*range(101)]},
    ],
)
def test_what_a_page_chooses_is_checked(make, choice):
    with pytest.raises(ValueError, match=r"_beside_choice|its "):
        make()._beside_choice = choice
