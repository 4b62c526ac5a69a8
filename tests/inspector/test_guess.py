"""Guess first: what is hidden, what a guess is worth, what stays on record, and what is locked."""

import base64
import json
import threading
import zlib
from pathlib import Path

import numpy as np
import pytest

import xwidget as xw
from tests.inspector.fakes import SIDE, reached
from xwidget.catalog.controls import CONTROLS
from xwidget.export.guessing import judging
from xwidget.export.guessing.asking import OWN
from xwidget.findings import runs
from xwidget.lessons import Answer, Question
from xwidget.places import first, places_of
from xwidget.support.figures import percent

UPPER = np.arange(SIDE)[:, None] < SIDE // 2
LEFT = np.zeros((SIDE, SIDE), bool)
LEFT[:, : SIDE // 2] = True
UPPER = np.broadcast_to(UPPER, (SIDE, SIDE)).copy()


def region(pixels):
    return {"size": list(pixels.shape), "counts": runs.encode(pixels)}


def commit(page, value, seconds=3.5):
    page.send({"type": "guess_commit", "id": 1, "guess": {"value": value}, "seconds": seconds})
    return page.pump()


def judged(page, value):
    commit(page, value)
    return page.until(lambda page: page.state["_guess"]["result"]).state["_guess"]


def facts(kept):
    return json.loads(zlib.decompress(base64.b64decode(kept["facts"])))


@pytest.fixture
def asked(show):
    """Return a function that makes an Inspector which asks something, with its run done."""

    def asked(guess, **given):
        widget, page = show(guess=guess, **given)
        return widget, page.until_status("done")

    return asked


def test_a_region_is_judged_against_the_pixels_that_the_evidence_ranks_first(asked, monkeypatch):
    order = np.arange(SIDE * SIDE, dtype=np.uint16).reshape(SIDE, SIDE) * (65536 // SIDE**2)
    heard = []

    def alone(self, kept, target):
        heard.append([each.copy() for each in kept])
        return [0.25, 0.75][: len(kept)]

    beside = "xwidget.inspector.features.beside.feature.Beside."
    monkeypatch.setattr(beside + "places", lambda self, target: order)
    monkeypatch.setattr(beside + "alone", alone)
    monkeypatch.setattr("xwidget.inspector.features.guessing.AREAS", ())
    widget, page = asked(True)
    assert "anvil" in widget._guess["question"]["prompt"]
    state = judged(page, region(LEFT))
    # The first half of the pixels are the upper rows; half of the left half is among them.
    assert state["result"]["area"] == state["result"]["chance"] == 0.5
    assert state["result"]["overlap"] == 0.5
    assert (state["result"]["score"], state["result"]["evidence"]) == (0.25, 0.75)
    assert state["result"]["image"] == pytest.approx(widget._classes[0]["score"])
    np.testing.assert_array_equal(heard[-1], [LEFT, UPPER])
    assert state["evidence"] == region(UPPER)
    assert not state["revealed"]


def test_the_scores_are_the_nets_own_of_the_pixels_on_the_reference(asked):
    widget, page = asked(True)
    result = judged(page, region(LEFT))["result"]
    tested = widget.test(LEFT.astype(float))
    assert result["score"] == pytest.approx(tested.scores["anvil"], abs=1e-6)


def test_nothing_is_shown_before_it_is_revealed(asked, monkeypatch):
    widget, page = asked(True)
    hidden = widget._parts.picture
    assert hidden.alt() == "The image as the network sees it"
    assert hidden.sheet().size == (SIDE, SIDE)
    page.send({"type": "guess_reveal", "id": 1})
    assert "commit a guess first" in page.pump().state["error"]
    judged(page, region(LEFT))
    assert hidden.sheet().size == (SIDE, SIDE)
    page.send({"type": "guess_reveal", "id": 2})
    assert page.pump().state["_guess"]["revealed"]
    assert "anvil" in hidden.alt()
    assert hidden.sheet().size != (SIDE, SIDE)


def test_a_saved_notebook_has_the_guess_once_it_was_revealed(asked, monkeypatch):
    saved = []
    monkeypatch.setattr(
        "xwidget.inspector.notebook.afterimage.Afterimage._publish",
        lambda self, html, *, update: saved.append(html),
    )
    widget, page = asked(Question("region", "Where is <it>?"))
    widget._ipython_display_()
    judged(page, region(LEFT))
    assert "Where is" not in saved[-1]
    page.send({"type": "guess_reveal", "id": 1})
    page.pump()
    assert "Where is &lt;it&gt;?" in saved[-1]
    assert saved[-1].count("data:image/jpeg;base64,") == 2  # the still picture, and the guess
    (answer,) = widget.answers
    overlap = percent(answer["result"]["overlap"])
    assert f"overlap {overlap}, chance 50.0%" in saved[-1]


def test_the_result_waits_for_the_end_of_the_run(engine, show):
    engine.hold()
    widget, page = show(guess=True)
    engine.allow(2)
    reached(widget, 1)
    commit(page, region(LEFT))
    assert page.state["_guess"]["committed"]
    page.send({"type": "guess_reveal", "id": 2})
    page.pump()
    assert not page.state["_guess"]["revealed"]
    assert page.state["_guess"]["waits"] in page.state["error"]
    engine.release()
    page.until(lambda page: page.state["_guess"]["result"])
    assert page.state["_guess"]["waits"] == ""


def test_a_guess_cannot_be_changed_and_the_first_stays_on_record(asked):
    widget, page = asked(True)
    judged(page, region(LEFT))
    commit(page, region(UPPER))
    assert "committed already" in page.state["error"]
    page.send({"type": "guess_reset", "id": 3})
    assert page.pump().state["_guess"]["value"] is None
    judged(page, region(UPPER))
    (answer,) = widget.answers
    assert answer["value"] == region(LEFT)
    assert (answer["tries"], answer["seconds"]) == (2, 3.5)
    assert Answer.read(answer).record() == answer


BESIDE = "xwidget.inspector.features.beside.feature.Beside.alone"


def test_a_guess_is_judged_though_something_else_is_asked_meanwhile(asked, monkeypatch, caplog):
    free = threading.Event()

    def alone(self, kept, target):
        free.wait(10)
        return [0.5] * len(kept)

    monkeypatch.setattr(BESIDE, alone)
    widget, page = asked(True)
    id = widget._guess["question"]["id"]
    commit(page, region(LEFT))
    guessing = widget._parts.guessing
    guessing.ask("class")
    assert guessing.busy
    free.set()
    page.until(lambda page: widget.answers)
    (answer,) = widget.answers
    assert (answer["question"], answer["value"], answer["tries"]) == (id, region(LEFT), 1)
    assert answer["seconds"] == 3.5
    assert widget._guess["question"]["kind"] == "class"
    assert (widget._guess["value"], widget._guess["result"]) == (None, {})
    guessing._line.wait()
    assert not guessing.busy
    assert caplog.records == []


def test_a_guess_that_waits_for_the_run_is_judged_though_nothing_is_asked_any_more(engine, show):
    engine.hold()
    widget, page = show(guess="channel")
    engine.allow(2)
    reached(widget, 1)
    commit(page, "green")
    widget._parts.guessing.ask(None)
    engine.release()
    page.until(lambda page: widget.answers)
    (answer,) = widget.answers
    assert (answer["value"], widget._guess) == ("green", {})
    assert answer["right"] is not None


def dot():
    pixels = np.zeros((20, 20), bool)
    pixels[0, 0] = True
    return pixels


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (region(np.ones((SIDE, SIDE), bool)), "has 100.0% of the photo; a guess has 1% to 60%"),
        (region(np.zeros((SIDE, SIDE), bool)), "one pixel or more"),
        (region(dot()), "a picture of 20×20 pixels; expected 4×4"),
        ({"size": [SIDE, SIDE], "counts": "~~"}, "run lengths"),
        ({"size": [10**9, 10**9], "counts": "0"}, "height and width"),
        ("everywhere", "a region has a size and counts"),
        (None, "a region has a size and counts"),
    ],
)
def test_what_is_no_guess_is_refused_in_words(asked, value, words):
    widget, page = asked(True)
    commit(page, value)
    assert words in page.state["error"]
    assert not widget._guess["committed"]
    assert widget.answers == []


def test_a_class_is_chosen_among_those_that_are_likely(asked):
    widget, page = asked("class", targets=2)
    question = widget._guess["question"]
    assert sorted(question["options"]) == ["anvil", "banjo", "cello", "drum", "easel"]
    assert question["options"][0] != "anvil"  # shuffled, always the same way
    assert "anvil" not in question["prompt"]
    state = judged(page, "banjo")
    assert state["right"] is False
    assert state["result"]["answer"] == "anvil"
    assert state["result"]["anvil"] == pytest.approx(widget._classes[0]["score"])


def test_a_channel_is_the_one_with_most_of_the_mask():
    mask = np.zeros((3, SIDE, SIDE))
    mask[0], mask[2, 0] = 0.2, 1.0
    shares = judging.channels(mask)
    assert shares == pytest.approx({"red": 3.2 / 7.2, "green": 0.0, "blue": 4 / 7.2})
    assert judging.right_channel(judging.Facts(np.zeros((1, 1), np.uint16), shares)) == "blue"


def test_methods_are_asked_for_once_they_stand_beside(asked):
    widget, page = asked("method")
    commit(page, [])
    assert not widget._guess["committed"]
    widget.add_method("quick")
    widget.wait(10)
    question = page.pump().state["_guess"]["question"]
    names = {0: OWN, 1: "Quick"}
    assert sorted(question["panes"]) == [0, 1]
    state = judged(page, [names[pane] for pane in question["panes"]])
    assert state["right"] is True
    assert (state["result"]["matched"], state["result"]["of"]) == (2, 2)


def test_a_question_of_ones_own_has_its_answer_and_its_words(asked):
    question = xw.Question(
        "number",
        "How likely?",
        answer=0.3,
        tolerance=0.1,
        feedback={"right": "Yes.", "wrong": "No."},
    )
    widget, page = asked(question)
    assert "answer" not in widget._guess["question"]
    state = judged(page, 0.39)
    assert (state["right"], state["feedback"]) == (True, "Yes.")
    page.send({"type": "guess_reset", "id": 2})
    assert judged(page.pump(), 0.5)["feedback"] == "No."


@pytest.mark.parametrize(
    ("guess", "error", "words"),
    [
        ("regoin", ValueError, "guess is True"),
        (3, TypeError, "guess is True"),
        (xw.Question("match", "?", ["a", "b"], ["a", "b"], pictures=[1, 2]), ValueError, "lesson"),
    ],
)
def test_what_cannot_be_asked_raises(make, guess, error, words):
    with pytest.raises(error, match=words):
        make(guess=guess)


def test_the_script_comes_only_where_something_is_asked_or_locked(make):
    assert make()._guess_script == ""
    assert make(guess=True)._guess_script
    widget = make(controls=["classes"])
    assert widget._guess_script
    assert ".xw-classes" not in widget._locked["hidden"]
    assert ".xw-views" in widget._locked["hidden"]
    assert "1" in widget._locked["keys"]


def test_controls_can_be_locked_and_freed_at_any_time(make):
    widget = make()
    widget.controls = ["views", "classes"]
    assert widget.controls == ["classes", "views"]
    with pytest.raises(ValueError, match="did you mean 'views'"):
        widget.controls = ["view"]
    with pytest.raises(ValueError, match="did you mean 'save'"):
        make(controls=["safe"])
    widget.controls = None
    assert widget._locked == {}


def test_what_a_page_without_a_kernel_needs_is_kept(asked):
    widget, page = asked(True)
    page.until(lambda page: page.state.get("_guess_kept"))
    kept = widget._guess_kept
    places = np.frombuffer(zlib.decompress(base64.b64decode(kept["places"])), "<u2")
    assert places.size == SIDE * SIDE
    # The first tenth of 16 pixels is one pixel, alike by the order that is kept.
    assert (places < 65536 * 2 // 16).sum() == 2
    known = facts(kept)
    assert [area for area, _ in known["curve"]] == list(judging.AREAS)
    assert known["image"] == pytest.approx(widget._classes[0]["score"])
    assert "no network to score" in known["why_no_score"]


def test_an_export_takes_the_scores_that_are_known(asked, monkeypatch, tmp_path):
    calls = []

    def alone(self, kept, target):
        calls.append(len(kept))
        return [0.5] * len(kept)

    monkeypatch.setattr(BESIDE, alone)
    widget, _ = asked(True)
    text = widget.export_html(tmp_path / "page.html").read_text("utf-8")
    assert calls == [len(judging.AREAS)]
    data = json.loads(text.split('id="xwidget-data">')[1].split("</script>")[0])
    assert len(facts(data["traits"]["_guess_kept"])["curve"]) == len(judging.AREAS)


def test_a_page_asks_and_does_not_tell(asked, tmp_path):
    widget, _ = asked("class")
    path = widget.export_html(tmp_path / "page.html")
    text = path.read_text("utf-8")
    shown = text[text.index("<body>") : text.index('<script type="application/json"')]
    assert "anvil" not in shown
    assert "What does the network see?" in shown
    data = json.loads(text.split('id="xwidget-data">')[1].split("</script>")[0])
    assert data["traits"]["_guess"]["question"]["kind"] == "class"
    assert facts(data["traits"]["_guess_kept"])["answer"] == ["anvil"]
    assert text.count("sha256-") == 2
    plain = widget.explanation.export_html(tmp_path / "plain.html").read_text("utf-8")
    assert "xwidgetGuess = (lib)" in text
    assert "xwidgetGuess = (lib)" not in plain


def test_an_explanation_asks_on_its_page(asked, tmp_path):
    explanation = asked(None)[0].explanation
    text = explanation.export_html(
        tmp_path / "page.html", guess=True, controls=["classes"]
    ).read_text("utf-8")
    data = json.loads(text.split('id="xwidget-data">')[1].split("</script>")[0])
    assert data["traits"]["controls"] == ["classes"]
    assert facts(data["traits"]["_guess_kept"])["curve"] == []
    with pytest.raises(ValueError, match="no methods to tell apart"):
        explanation.export_html(tmp_path / "page.html", guess="method")


def test_a_tie_is_spread_over_the_picture():
    places = places_of(np.zeros((40, 40)))
    front = first(places, 400)
    assert front.sum() == 400
    for part in (front[:20, :20], front[20:, 20:]):
        assert 0.15 < part.mean() < 0.35


def test_the_guide_names_every_control():
    guide = (Path(__file__).parents[2] / "docs/guide/guessing.md").read_text("utf-8")
    rows = [f'| `"{name}"` | {each.meaning} |' for name, each in CONTROLS.items()]
    assert [row for row in rows if row not in guide] == []
