"""A lesson in a notebook: the kernel's side, and what a page may do to it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import xwidget as xw
from tests.inspector.fakes import Page
from tests.lessons.conftest import FRUIT, PHOTO
from xwidget.explanation import Explanation
from xwidget.inspector.features.beside.feature import Beside
from xwidget.inspector.work.lock import INSPECTORS
from xwidget.lessons import read_answers
from xwidget.teaching import Lesson

Make = Callable[..., Lesson]
SURE = xw.Question("number", "How sure are you?", required=False)


def page_of(lesson: Lesson) -> Page:
    (sheet, *_) = lesson.children
    return Page(sheet).pump()


def until(holds: Callable[[], Any]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, "it does not come to hold"
        time.sleep(0.01)


def test_a_stored_explanation_is_shown_without_a_run(make: Make, explained: Explanation) -> None:
    lesson = make(xw.Step("?"), xw.Step("!", "fruit", {"target": "date", "iteration": 4}))
    lesson.open(1)
    inspector = lesson.inspector
    assert inspector is not None
    assert lesson.children[1] is inspector
    assert (inspector.status, inspector.target, inspector.iteration) == ("done", 3, 4)
    shown = inspector.explanation
    assert shown is not None
    np.testing.assert_array_equal(shown.masks, explained.masks)
    np.testing.assert_array_equal(shown.frames.iterations, explained.frames.iterations)
    np.testing.assert_array_equal(shown.image, explained.image)
    lesson.open(0)
    assert lesson.inspector is None
    assert len(lesson.children) == 1


def test_the_page_opens_panels_as_it_goes(make: Make) -> None:
    lesson = make(xw.Step("?"), xw.Step("!", "fruit"))
    page = page_of(lesson)
    page.set(_here=True)
    page.set(step=1)
    assert lesson.step == 1
    until(lambda: page.pump().state["_shown"] == 1)
    assert lesson.inspector is not None


def test_a_panel_comes_back_as_it_was_left(make: Make) -> None:
    lesson = make(xw.Step("?", "fruit"), xw.Step("!"), xw.Step("!!", "fruit", {"target": 1}))
    lesson.open(0)
    first = lesson.inspector
    lesson.open(1)
    lesson.open(2)
    assert lesson.inspector is first


def test_an_explanation_that_needs_a_classifier_says_so(make: Make, explained: Explanation) -> None:
    lesson = make(xw.Step("?", "fruit"), clf=None)
    page = page_of(lesson)
    with pytest.raises(ValueError, match=r"needs the classifier: xw.Lesson\(..., clf=clf\)"):
        lesson.open(0)
    assert "needs the classifier" in page.pump().state["_words"]
    with_one = make(xw.Step("?", "fruit"), explanations={"fruit": (lesson_net(make), explained)})
    with_one.open(0)
    assert with_one.inspector is not None


def lesson_net(make: Make) -> xw.Classifier:
    clf = make(xw.Step("?"))._content.sources[0].clf
    assert clf is not None
    return clf


def test_a_subject_is_explained_where_it_is_shown(make: Make, clf: xw.Classifier) -> None:
    lesson = make(xw.Step("?", 0), explanations=[xw.Subject(clf, PHOTO)])
    lesson.open(0)
    assert lesson.inspector is not None
    assert lesson.inspector.status == "idle"


def test_an_answer_of_the_page_is_judged_here(make: Make) -> None:
    lesson = make(xw.Step("?", question=[FRUIT, SURE]))
    page = page_of(lesson)
    heard: list[Any] = []
    lesson.observe(lambda change: heard.append(len(change["new"])), "answers")
    page.set(_answered={"question": FRUIT.id, "value": "apple", "seconds": 2.5, "beat": 1})
    page.set(_answered={"question": FRUIT.id, "value": "banana", "seconds": 4, "beat": 2})
    page.set(_answered={"question": SURE.id, "value": 0.3, "seconds": 1, "beat": 3})
    given = page.pump().state["answers"]
    assert [(each["value"], each["right"], each["tries"]) for each in given] == [
        ("apple", False, 1),
        ("banana", True, 2),
        (0.3, None, 1),
    ]
    assert given == lesson.answers
    assert heard == [1, 2, 3]
    assert given[0]["seconds"] == 2.5


@pytest.mark.parametrize(
    "sent",
    [
        {"question": "none", "value": "apple"},
        {"question": FRUIT.id, "value": "pear"},
        {"question": FRUIT.id, "value": {"size": [1, 1]}},
        {},
        {"question": FRUIT.id, "value": "apple" * 10**6},
    ],
)
def test_what_is_no_answer_changes_nothing_and_is_told(make: Make, sent: dict[str, Any]) -> None:
    lesson = make(xw.Step("?", question=FRUIT))
    page = page_of(lesson)
    page.set(_answered={**sent, "beat": 7})
    assert lesson.answers == []
    until(lambda: page.pump().failures)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("step", step) for step in (2, -1, "1")),
        *(("student", "x" * 201), ("answers", []), ("_steps", [])),
    ],
)
def test_a_page_sets_only_what_it_may(make: Make, name: str, value: Any) -> None:
    lesson = make(xw.Step("?", question=FRUIT), xw.Step("!"))
    lesson.answer(str(FRUIT.id), 0)
    page = page_of(lesson)
    before = dict(page.state)
    page.set(**{name: value})
    assert (lesson.step, lesson.student, len(lesson.answers)) == (0, "", 1)
    assert page.pump().state["_steps"] == before["_steps"]


def test_a_file_has_all_answers_and_the_name(make: Make, tmp_path: Path) -> None:
    lesson = make(xw.Step("?"), xw.Step("!", question=FRUIT), student="Ana")
    lesson.answer(str(FRUIT.id), "banana", 3)
    page_of(lesson).set(student="Ana María")
    read = read_answers(lesson.save_answers(tmp_path / "ana.json"))
    assert (read.lesson, read.student) == ("Fruit", "Ana María")
    (answer,) = read.answers
    assert (answer.step, answer.value, answer.right, answer.seconds) == (1, "banana", True, 3)
    assert read.questions[str(FRUIT.id)]["prompt"] == "Which fruit?"


def test_beginning_again_forgets_answers_and_panels(make: Make) -> None:
    lesson = make(xw.Step("?", "fruit", question=FRUIT), xw.Step("!"))
    lesson.open(0)
    lesson.answer(str(FRUIT.id), 0)
    lesson.step = 1
    page = page_of(lesson)
    page.set(_reset=5)
    assert (lesson.step, lesson.answers) == (0, [])
    assert lesson.inspector is None
    lesson.open(0)
    assert lesson.inspector is not None


def test_answers_of_another_session_can_be_put_back(make: Make) -> None:
    lesson = make(xw.Step("?", question=FRUIT))
    lesson.answer(str(FRUIT.id), 1)
    kept = lesson.answers
    again = make(xw.Step("?", question=FRUIT))
    again.answers = kept
    assert page_of(again).state["answers"] == kept
    with pytest.raises(ValueError, match="an answer names its question"):
        again.answers = [{"value": 1}]


def test_a_closed_lesson_is_gone_with_its_panels(make: Make) -> None:
    lesson = make(xw.Step("?", "fruit"))
    lesson.open(0)
    inspector = lesson.inspector
    assert inspector is not None
    lesson.close()
    assert inspector.comm is None
    with pytest.raises(RuntimeError, match="closed"):
        lesson.open(0)


REGION = xw.Question("region", "Where is the *ripe* part?", feedback="At the **rim**.", id="where")


def guess(page: Page, widget: Any, parts: int = 2) -> None:
    """Mark the lowest of so many parts, as a page does."""
    height, width = widget.explanation.image.shape[:2]
    column = [height - height // parts, height // parts]
    value = {"size": [height, width], "counts": column * width}
    page.send({"type": "guess_commit", "id": 1, "guess": {"value": value}, "seconds": 3.5})


def test_what_the_panel_asks_is_an_answer_of_the_lesson(make: Make) -> None:
    lesson = make(
        xw.Step("?"), xw.Step("!", "fruit", {"target": "date"}, [], REGION), xw.Step(".", "fruit")
    )
    lesson.open(1)
    inspector = lesson.inspector
    assert inspector is not None
    asked = inspector._guess["question"]
    assert (asked["prompt"], asked["target"]) == ("Where is the ripe part?", 3)
    assert inspector.controls == []
    guess(Page(inspector), inspector)
    until(lambda: lesson.answers)
    (answer,) = lesson.answers
    assert (answer["question"], answer["step"], answer["seconds"]) == ("where", 1, 3.5)
    assert answer["result"]["area"] == pytest.approx(0.5)
    assert answer["result"]["chance"] == pytest.approx(0.5)
    assert isinstance(answer["result"]["score"], float)
    assert inspector._guess["feedback"] == "At the rim."


@pytest.mark.parametrize("id", ["where", None])
def test_a_region_is_an_answer_of_the_lesson_though_the_panel_words_the_question(
    make: Make, id: str | None
) -> None:
    question = xw.Question("region", id=id)
    lesson = make(xw.Step("!", "fruit", question=question))
    lesson.open(0)
    inspector = lesson.inspector
    assert inspector is not None
    guess(Page(inspector), inspector)
    until(lambda: inspector.answers)
    with INSPECTORS:  # whoever told the panel has told the lesson
        assert [answer["question"] for answer in lesson.answers] == [question.id]


def test_a_guess_is_there_as_it_was_left_and_elsewhere_nothing_is_locked(make: Make) -> None:
    lesson = make(xw.Step("!", "fruit", controls=[], question=REGION), xw.Step(".", "fruit"))
    lesson.open(0)
    inspector = lesson.inspector
    assert inspector is not None
    guess(Page(inspector), inspector)
    until(lambda: lesson.answers)
    lesson.open(1)
    assert lesson.inspector is inspector
    assert (inspector.controls, inspector._guess) == (None, {})
    lesson.open(0)
    assert inspector.controls == []
    assert inspector._guess["committed"]
    assert inspector._guess["result"] == lesson.answers[0]["result"]
    lesson.reset()
    lesson.open(0)
    again = lesson.inspector
    assert again is not None
    assert again._guess["question"]["id"] == "where"


def test_a_guess_counts_though_its_step_is_left_before_it_is_judged(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, before = threading.Event(), Beside.alone

    def alone(self: Any, kept: Any, target: int) -> Any:
        free.wait(20)
        return before(self, kept, target)

    monkeypatch.setattr(Beside, "alone", alone)
    next_one = xw.Question("region", "And there?", id="there")
    lesson = make(xw.Step("!", "fruit", question=REGION), xw.Step("!!", "fruit", question=next_one))
    lesson.open(0)
    inspector = lesson.inspector
    assert inspector is not None
    guess(Page(inspector), inspector)
    lesson.open(1)
    assert lesson.inspector is inspector
    free.set()
    until(lambda: lesson.answers)
    (answer,) = lesson.answers
    assert (answer["question"], answer["step"], answer["seconds"]) == ("where", 0, 3.5)
    assert answer["result"]["area"] == pytest.approx(0.5)
    assert inspector._guess["question"]["id"] == "there"
    assert not inspector._guess["committed"]
    lesson.open(0)
    assert inspector._guess["committed"]
    until(lambda: inspector._guess["result"])
    assert inspector._guess["result"] == answer["result"]
    assert [(each["question"], each["tries"]) for each in lesson.answers] == [("where", 1)]


def test_a_guess_is_there_after_any_number_of_other_panels(
    make: Make, clf: xw.Classifier, explained: Explanation
) -> None:
    names = ["fruit", "one", "two", "three"]
    lesson = make(
        *(xw.Step("!", name, question=REGION if name == "fruit" else ()) for name in names),
        explanations=dict.fromkeys(names, explained),
    )
    lesson.open(0)
    first = lesson.inspector
    assert first is not None
    guess(Page(first), first)
    until(lambda: lesson.answers)
    left = first._guess
    for step in (1, 2, 3, 0):
        lesson.open(step)
    again = lesson.inspector
    assert again is not None
    assert again is not first
    assert again._guess == left
    lesson.reset()
    lesson.open(0)
    assert lesson.inspector is not None
    assert not lesson.inspector._guess["committed"]


def test_to_guess_again_counts_and_the_first_answer_stays(make: Make) -> None:
    lesson = make(xw.Step("!", "fruit", question=[REGION, FRUIT]))
    lesson.open(0)
    inspector = lesson.inspector
    assert inspector is not None
    page = Page(inspector)
    guess(page, inspector)
    until(lambda: lesson.answers)
    (first,) = lesson.answers
    lesson.answer(str(FRUIT.id), 0)
    page.send({"type": "guess_reset", "id": 2})
    guess(page, inspector, 4)
    until(lambda: lesson.answers[0]["tries"] == 2)
    again, other = lesson.answers
    assert again == {**first, "tries": 2}
    assert (other["question"], other["tries"]) == (FRUIT.id, 1)


def test_each_step_says_its_place_though_it_is_that_of_the_one_before(make: Make) -> None:
    lesson = make(*(xw.Step("?", "fruit", {"view": "mask"}) for _ in range(2)))
    lesson.open(0)
    inspector = lesson.inspector
    assert inspector is not None
    first = inspector._place
    lesson.open(1)
    assert first.startswith("view=mask&")
    assert inspector._place.startswith("view=mask&")
    assert inspector._place != first
