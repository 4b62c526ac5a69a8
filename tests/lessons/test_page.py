"""A lesson as a page: it holds everything, and reaches nothing."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

import xwidget as xw
from tests.export.test_page import NASTY, Elements
from tests.lessons.conftest import FRUIT, PHOTO
from xwidget.explanation import Explanation
from xwidget.inspector.features.beside.feature import Beside
from xwidget.inspector.work.lock import INSPECTORS
from xwidget.teaching import Lesson
from xwidget.teaching.panel import StepInspector

Make = Callable[..., Lesson]


def page(lesson: Lesson, tmp_path: Path) -> str:
    return lesson.export_html(tmp_path / "lesson.html").read_text("utf-8")


def test_a_page_runs_its_own_scripts_and_loads_nothing(make: Make, tmp_path: Path) -> None:
    text = page(make(xw.Step("?", "fruit", question=FRUIT)), tmp_path)
    scripts = re.findall(r"<script>(.*?)</script>", text, re.S)
    allowed = {
        f"'sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}'"
        for each in scripts
    }
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    assert set(re.findall(r"'sha256-[^']*'", policy[1])) == allowed
    assert "default-src 'none'" in policy[1]
    tags = Elements(text).tags
    assert [(tag, at) for tag, at in tags if re.match("http|//", at.get("src") or "")] == []
    assert {tag for tag, _ in tags} & {"link", "iframe", "object"} == {"link"}


def test_each_explanation_is_there_once_whatever_the_number_of_steps(
    make: Make, tmp_path: Path, explained: Explanation
) -> None:
    steps = [xw.Step("a", "fruit"), xw.Step("b", "fruit", {"view": "mask"}), xw.Step("c")]
    lesson = make(*steps, explanations={"fruit": explained, "unused": explained})
    assert re.findall(r'id="(xwidget-panel-\d+)"', page(lesson, tmp_path)) == ["xwidget-panel-0"]


def test_what_is_explained_for_the_page_is_evidence_in_its_files(
    make: Make, tmp_path: Path, clf: xw.Classifier
) -> None:
    asked = xw.Question("region", "Where?")
    lesson = make(xw.Step("?", 0, question=asked), explanations=[xw.Subject(clf, PHOTO)])
    held = re.search(r'id="xwidget-lesson-data">(.*?)</script>', page(lesson, tmp_path), re.S)
    assert held is not None
    (about,) = json.loads(held[1])["_asked"]
    assert about["evidence"].startswith("data:image/jpeg;base64,")


def test_no_text_ends_its_element(make: Make, tmp_path: Path) -> None:
    asked = xw.Question("choice", NASTY, [NASTY, "b"], 0, NASTY)
    lesson = make(xw.Step(NASTY, question=asked, title=NASTY, picture={NASTY: xw.sample("coffee")}))
    found = Elements(page(lesson, tmp_path))
    assert [at for tag, at in found.tags if tag == "img" and at.get("onerror")] == []
    assert sum(tag == "script" for tag, _ in found.tags) == 3


def test_without_scripts_the_texts_are_there_and_no_answer(make: Make, tmp_path: Path) -> None:
    text = page(make(xw.Step("# Ripe\nLook at *it*.", question=FRUIT)), tmp_path)
    before = text[: text.index("<script")]
    assert "<h2>Ripe</h2>\n<p>Look at <em>it</em>.</p>" in before
    assert "banana" not in before


@pytest.mark.parametrize("keyframes", [0, 1.5, True])
def test_keyframes_are_a_whole_number(make: Make, tmp_path: Path, keyframes: object) -> None:
    with pytest.raises((ValueError, TypeError), match="keyframes"):
        make(xw.Step("?")).export_html(tmp_path / "lesson.html", keyframes)  # type: ignore[arg-type]


def test_what_a_panel_asks_is_there_by_step_with_the_networks_scores_by_area(
    make: Make, tmp_path: Path
) -> None:
    asked = xw.Question("region", "Where?", id="where")
    lesson = make(xw.Step("a", "fruit"), xw.Step("b", "fruit", controls=["views"], question=asked))
    text = page(lesson, tmp_path)
    assert re.findall(r'id="(xwidget-step-\d+)"', text) == ["xwidget-step-1"]
    traits = json.loads(Elements(text).texts["xwidget-step-1"])["traits"]
    assert traits["controls"] == ["views"]
    assert traits["_guess"]["question"]["id"] == "where"
    facts = json.loads(zlib.decompress(base64.b64decode(traits["_guess_kept"]["facts"])))
    assert all(isinstance(score, float) for _, score in facts["curve"])
    assert text.index("xwidgetGuess = ") < text.index("xwidgetPanel:")
    without = page(make(xw.Step("b", "fruit", question=asked), clf=None), tmp_path)
    facts = json.loads(Elements(without).texts["xwidget-step-0"])["traits"]["_guess_kept"]["facts"]
    assert json.loads(zlib.decompress(base64.b64decode(facts)))["curve"] == []


def test_a_panel_is_made_ready_for_the_page_with_the_lock_and_asks_the_network_once(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, calls = [], []
    before, alone = StepInspector.prepare, Beside.alone
    monkeypatch.setattr(
        StepInspector,
        "prepare",
        lambda self, *given: (held.append(INSPECTORS.owned), before(self, *given))[1],
    )
    monkeypatch.setattr(
        Beside, "alone", lambda self, *given: (calls.append(1), alone(self, *given))[1]
    )
    make(xw.Step("?", "fruit", question=xw.Question("region"))).export_html(tmp_path / "page.html")
    assert held == [True]
    assert calls == [1]


def test_without_questions_and_locks_the_fourth_script_is_left_out(
    make: Make, tmp_path: Path
) -> None:
    assert "xwidgetGuess = " not in page(make(xw.Step("a", "fruit")), tmp_path)
