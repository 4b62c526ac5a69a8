"""What speaks for and against a run: made at its end, and gone as soon as it goes on."""

import base64
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from tests.inspector.fakes import reached
from xwidget.checks import Check, Checks

MOVES = Check("small moves", 0.12, False, "Moved, it keeps 12%.", {"shift 1": 0.12})
DOUBTFUL = Checks((MOVES,), "doubtful", "Doubtful: moved by a pixel, it keeps 12%.")
HOLDS = Checks((Check("control", 0.001, True, "Another class scores 0.001."),), "holds", "Holds.")


@pytest.fixture(autouse=True)
def checked(engine):
    engine.checks = {0: DOUBTFUL, 1: HOLDS, 2: HOLDS, 3: DOUBTFUL}


def verdicts(checks):
    return {int(target): each["verdict"] for target, each in checks.items()}


def test_they_are_sent_at_the_end_of_a_run_before_it_is_said_to_be_done(show, engine):
    engine.hold()
    widget, page = show(iterations=6)
    engine.allow(6)
    reached(widget, 5)
    assert page.pump().state["_checks"] == {}
    engine.release()
    page.until_status("done")
    assert page.state["_checks"]["0"] == DOUBTFUL.describe()
    assert verdicts(page.state["_checks"]) == {0: "doubtful", 1: "holds", 2: "holds"}
    order = [name for update in page.updates for name in update if name in ("_checks", "status")]
    assert order[-2:] == ["_checks", "status"]
    assert widget.explanation.checks == (DOUBTFUL, HOLDS, HOLDS)


def test_a_new_run_clears_them_and_running_more_replaces_them(show, engine):
    widget, page = show(iterations=6)
    page.until_status("done")
    engine.hold()
    widget.run_more(4)
    engine.allow(2)
    reached(widget, 8)
    page.until(lambda page: page.state["_checks"] == {})
    assert {checks.verdict for checks in widget.explanation.checks} == {"not checked"}
    engine.checks[0] = HOLDS
    engine.allow(2)
    page.until_status("done")
    assert verdicts(page.state["_checks"])[0] == "holds"
    widget.run()
    page.until(lambda page: page.state["_checks"] == {})


def test_a_run_that_was_stopped_is_not_checked(show, engine):
    engine.hold()
    widget, page = show(iterations=50)
    engine.allow(8)
    reached(widget, 7)
    widget.stop()
    engine.release()
    page.until_status("stopped")
    assert page.state["_checks"] == {}
    (line,) = {checks.summary for checks in widget.explanation.checks}
    at = len(widget.explanation.trace) - 1
    assert line == f"Stopped at iteration {at}: not checked."
    assert repr(widget.explanation).count(line) == 3
    assert {checks.verdict for checks in widget.explanation.checks} == {"not checked"}


def test_the_others_keep_theirs_while_a_class_is_added(show, engine):
    widget, page = show(iterations=6)
    page.until_status("done")
    engine.hold()
    widget.add(3)
    engine.allow(3)
    reached(widget, 2, target=3)
    page.pump()
    assert verdicts(page.state["_checks"]) == {0: "doubtful", 1: "holds", 2: "holds"}
    engine.release()
    page.until_status("done")
    assert verdicts(page.state["_checks"])[3] == "doubtful"


def test_what_a_run_is_compared_with_has_its_own(show, engine):
    widget, page = show(iterations=6)
    page.until_status("done")
    engine.checks[0] = HOLDS
    widget.compare("defense")
    page.until(lambda page: page.state.get("_variants")).until_status("done")
    (variant,) = page.state["_variants"]
    assert verdicts(variant["checks"])[0] == "holds"
    assert verdicts(page.state["_checks"])[0] == "doubtful"
    found = {name: each.checks[0].verdict for name, each in widget.comparison.items()}
    assert found == {"auto": "doubtful", "none": "holds"}


def test_they_are_the_kernels_to_say(show):
    widget, page = show(iterations=6)
    page.until_status("done")
    page.set(_checks={})
    assert "_checks is the kernel's to set" in page.pump().failures[0]["message"]
    assert verdicts(widget._checks)[0] == "doubtful"


def test_a_saved_notebook_has_them(show):
    widget, page = show(iterations=6)
    page.until_status("done")
    saved = json.loads(json.dumps(widget.get_state(["_checks"])))
    assert saved["_checks"]["0"]["summary"] == DOUBTFUL.summary


def test_the_still_picture_says_what_they_say_of_what_is_drawn(show):
    widget, page = show(iterations=6)
    page.until_status("done")

    def strip():
        data, _ = widget._repr_mimebundle_()
        picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(data["image/png"]))))
        return picture[4:]

    assert strip()[-1, -1].tolist() != [255, 255, 255]  # what speaks against it stands out
    widget.target = 1
    assert strip()[-1, -1].tolist() == [255, 255, 255]
    widget.target, widget.iteration = 0, 3  # an earlier mask, which was not checked
    earlier = strip()
    assert earlier[-1, -1].tolist() == [255, 255, 255]
    assert earlier.min() < 140


def test_a_page_of_its_own_has_them(show, tmp_path):
    widget, page = show(iterations=6)
    page.until_status("done")
    text = widget.export_html(tmp_path / "page.html").read_text("utf-8")
    shown = json.loads(re.search(r'id="xwidget-data">(.*?)</script>', text)[1])
    assert shown["traits"]["_checks"]["0"] == DOUBTFUL.describe()
    assert f"<p>{DOUBTFUL.summary}</p>" in text  # for who has no scripts


@pytest.mark.parametrize(
    ("verdict", "passed", "sign"),
    [
        ("holds", (True, True, None), "holds"),
        ("holds", (True, False), "doubtful"),
        ("not checked", (False,), "doubtful"),
        ("doubtful", (True,), "doubtful"),
        ("no evidence", (False,), "none"),
        ("not checked", (), "unjudged"),
    ],
)
def test_a_check_that_failed_is_never_outvoted(verdict, passed, sign):
    items = tuple(Check("score", None, each, "It scores.") for each in passed)
    checks = Checks(items, verdict, "In words.")
    assert checks.sign == checks.describe()["sign"] == sign
    assert Checks.read(checks.describe()) == checks
