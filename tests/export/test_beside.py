"""What stands beside the evidence, on an exported page."""

import base64
import zlib

import numpy as np

from xwidget.export.beside import NOTHING, Beside, PaneValues
from xwidget.export.compared import Compared

TARGETS = (3, 5)


def pane(id, *targets, state="running"):
    said = {"seq": 1, "scale": 1.0, "clipped": 0.0, "unit": "", "seconds": 1.0, "note": ""}
    return {
        "id": id,
        "kind": "method",
        "name": "gradcam",
        "label": "Grad-CAM",
        "about": "",
        "signed": False,
        "channels": 1,
        "state": state,
        "progress": 0.5,
        "error": "",
        "targets": {str(target): said for target in targets},
    }


def values(id, target, size=100):
    noise = np.random.default_rng(id).bytes(size)
    return PaneValues(id, target, {"seq": 1, "height": 1, "width": 1}, size, lambda: noise)


def test_the_values_are_those_that_a_page_asks_a_kernel_for():
    found = Beside([pane(2, 3)], [values(2, 3), values(0, 3)]).describe(TARGETS)
    assert found["values"].keys() == {"2/3", "0/3"}
    kept = found["values"]["2/3"]
    assert zlib.decompress(base64.b64decode(kept["bytes"])) == values(2, 3).make()
    assert (kept["seq"], kept["height"]) == (1, 1)
    assert (found["panes"][0]["state"], found["panes"][0]["progress"]) == ("done", 1.0)


def test_classes_that_are_not_explained_and_panes_without_values_are_left_out():
    panes = [pane(1, 3, 9), pane(2)]
    found = Beside(panes, [values(1, 3), values(1, 9)]).describe(TARGETS)
    assert found["values"].keys() == {"1/3"}
    assert [[*each["targets"]] for each in found["panes"]] == [["3"]]


def test_what_finds_no_room_is_said():
    panes = [pane(1, 3), pane(2, 3, 5), pane(3, 3)]
    kept = [values(1, 3), values(2, 3, 5000), values(3, 3), values(2, 5)]
    found = Beside(panes, kept).describe(TARGETS, most=1000)
    assert found["values"].keys() == {"1/3", "3/3", "2/5"}
    errors = [each["error"] for each in found["panes"]]
    assert (errors[0], errors[2]) == ("", "")
    assert "too large" in errors[1]
    alone = Beside([pane(2, 3)], kept[1:2]).describe(TARGETS, most=1000)
    assert (alone["panes"][0]["state"], alone["values"]) == ("failed", {})


def test_values_are_made_and_packed_well_only_where_there_may_be_room(monkeypatch):
    made, levels, compress = [], [], zlib.compress

    def lazy(id, size, text):
        def make():
            made.append(id)
            return text

        return PaneValues(id, 3, {"seq": 1}, size, make)

    monkeypatch.setattr(zlib, "compress", lambda b, at: levels.append(at) or compress(b, at))
    noise = np.random.default_rng(0).bytes(3000)
    kept = [lazy(1, 3000, noise), lazy(2, 900_000, bytes(900_000)), lazy(3, 900, noise[:900])]
    found = Beside([pane(id, 3) for id in (1, 2, 3)], kept).describe(TARGETS, most=1300)
    assert found["values"].keys() == {"3/3"}
    assert made == [1, 3]
    assert levels == [1, 9]


def test_the_places_by_our_own_evidence_alone_are_beside_nothing():
    nothing = {"panes": [], "values": {}, "scores": [], "choice": {}}
    assert Beside([], [values(0, 3)]).describe(TARGETS) == nothing
    assert NOTHING.describe(TARGETS) == nothing


def test_a_page_begins_with_what_was_chosen_as_far_as_it_is_there():
    compared = Compared([{"share": 0.2, "target": target, "scores": {}} for target in (3, 9)])
    choice = {"share": 0.2, "differences": [5, 9], "models": [2, 8]}
    found = Beside([pane(2, 3)], [values(2, 3)], compared, choice).describe(TARGETS)
    assert found["choice"] == {"share": 0.2, "differences": [5], "models": [2]}
    assert [each["target"] for each in found["scores"]] == [3]
    for alone in (choice, {"share": 0.2}, {"differences": [5]}):
        found = Beside([], [values(0, 3)], compared, alone).describe(TARGETS)
        assert found["choice"] == {"share": None, "differences": [], **alone, "models": []} | (
            {"differences": [5]} if "differences" in alone else {}
        )
        assert [*found["values"]] == ["0/3"]
