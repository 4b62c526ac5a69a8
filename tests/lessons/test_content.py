"""What the page of a lesson gets: safe HTML, small pictures, answers that are not in sight."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

import xwidget as xw
from tests.lessons.conftest import FRUIT, PHOTO
from xwidget.explanation import Explanation
from xwidget.lessons import keys
from xwidget.paper import on_paper
from xwidget.pixels import quantize
from xwidget.teaching import Lesson, markdown, pictures, place
from xwidget.teaching.content import Content
from xwidget.teaching.sources import sources

Make = Callable[..., Lesson]


def content(*steps: xw.Step, explained: Any = None) -> Content:
    return Content.of("Fruit", steps, sources({"fruit": explained} if explained else None, None))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("two *words*", "<p>two <em>words</em></p>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("<b onclick=x>a</b>", "<p>&lt;b onclick=x&gt;a&lt;/b&gt;</p>\n"),
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>\n"),
        (
            '[a](https://x.org "<b>")',
            '<p><a href="https://x.org" title="&lt;b&gt;" target="_blank" '
            'rel="noopener noreferrer">a</a></p>\n',
        ),
    ],
)
def test_markdown_becomes_html_that_runs_nothing(text: str, html: str) -> None:
    assert markdown.html(text) == html


def test_a_picture_from_the_network_is_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"step 1.*picture="):
        Lesson("Fruit", [xw.Step("![cat](https://x.org/cat.png)")])


def test_the_heading_of_the_text_is_the_title_unless_the_step_has_one() -> None:
    first, second, third = content(
        xw.Step("# A *ripe* one #\nText."), xw.Step("# Own\nText.", title="Given"), xw.Step("Text.")
    ).described()
    assert (first["title"], first["text"]) == ("A ripe one", "<p>Text.</p>\n")
    assert (second["title"], "Own" in second["text"]) == ("Given", True)
    assert third["title"] == "Step 3"


def test_a_question_brings_its_answer_and_feedback_packed() -> None:
    (step,) = content(xw.Step("?", question=FRUIT)).described()
    (asked,) = step["questions"]
    shown = {name: value for name, value in asked.items() if name != "key"}
    assert "long" not in json.dumps(shown)
    key = json.loads(base64.b64decode(asked["key"]))
    assert key["answer"] == ["banana"]
    assert key["feedback"] == {"": "<p>It is <strong>long</strong>.</p>\n"}


def test_pictures_are_small_and_within_the_page() -> None:
    large = np.zeros((900, 1800, 3), np.uint8)
    (step,) = content(xw.Step("?", picture={"Dark": large, "Bright": large + 255})).described()
    assert [each["caption"] for each in step["pictures"]] == ["Dark", "Bright"]
    assert all(each["src"].startswith("data:image/jpeg;base64,") for each in step["pictures"])
    assert len(step["pictures"][0]["src"]) < 20_000


def test_a_question_that_is_asked_twice_has_two_ids() -> None:
    sure = xw.Question("choice", "Sure?", ["yes", "no"])
    made = content(*(xw.Step("?", question=sure) for _ in range(3)))
    assert list(made.questions) == [sure.id, f"{sure.id}-2", f"{sure.id}-3"]


def test_the_lessons_id_changes_with_its_questions_alone() -> None:
    first = content(xw.Step("One", question=FRUIT))
    assert content(xw.Step("Two"), xw.Step("One.", question=FRUIT)).id == first.id
    other = xw.Question("choice", "Which fruit?", ["apple", "pear"])
    assert content(xw.Step("One", question=other)).id != first.id


def test_the_evidence_is_of_the_class_that_is_asked_about(explained: Explanation) -> None:
    likeliest = int(explained.image_scores.argmax())
    other = (likeliest + 1) % len(explained.targets)
    region = xw.Question("region", "Where?")
    steps = [
        xw.Step("?", "fruit", question=region),
        xw.Step("?", "fruit", {"target": explained.targets[other]}, question=region),
        xw.Step("?", "fruit"),
    ]
    made = content(*steps, explained=explained)
    targets = [explained.targets[likeliest], explained.targets[other], None]
    assert [each.target for each in made.places] == targets
    found = [each["evidence"] for each in made.asked()]
    assert found == [
        pictures.data_url(on_paper(explained.image, quantize(explained.masks[k])), pictures.SMALL)
        for k in (likeliest, other)
    ]
    assert found[0] != found[1]


def test_a_file_of_answers_has_the_photo_of_a_region_and_what_is_right_as_a_key(
    explained: Explanation,
) -> None:
    region = xw.Question("region", "Where?")
    made = content(xw.Step("?", "fruit", question=[region, FRUIT]), explained=explained)
    where, which = made.asked()
    assert where["picture"].startswith("data:image/jpeg;base64,")
    assert where["evidence"].startswith("data:image/jpeg;base64,")
    assert where["evidence"] != where["picture"]
    assert not {"picture", "evidence"} & {*which}
    assert "key" not in where
    assert "banana" not in which["key"]
    key = keys.opened(which["key"], "choice")
    assert key is not None
    assert key.answer == ["banana"]


@pytest.mark.parametrize(
    ("given", "link"),
    [
        ({}, ""),
        ({"target": 3, "view": "mask"}, "class=3&view=mask"),
        ({"target": "date", "iteration": 4, "layout": "views"}, "class=3&iteration=4&layout=views"),
        ({"zoom": (2, 0.5, 0.25), "channel": "red"}, "channel=red&zoom=2%2C0.5%2C0.25"),
    ],
)
def test_what_a_panel_shows_is_said_as_links_say_it(
    explained: Explanation, given: dict[str, Any], link: str
) -> None:
    assert place.read(given, explained).link == link


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (lambda: xw.Step("?", "friut"), "step 1: there is no explanation 'friut'; the lesson has"),
        (lambda: xw.Step("?", 1), "there is no explanation 1"),
        (lambda: xw.Step("?", "fruit", {"veiw": "mask"}), "did you mean 'view'"),
        (lambda: xw.Step("?", "fruit", {"view": "masks"}), "did you mean 'mask'"),
        (lambda: xw.Step("?", "fruit", {"target": "pear"}), "class 'pear' was not explained"),
        (lambda: xw.Step("?", "fruit", {"game": "chess"}), "game"),
        (lambda: xw.Step("?", panel={"view": "mask"}), "no explanation to show"),
        (lambda: xw.Step("?", question=xw.Question("region", "?")), "the step has no explanation"),
    ],
)
def test_a_step_that_cannot_be_shown_says_which_and_why(
    explained: Explanation, step: Callable[[], xw.Step], words: str
) -> None:
    with pytest.raises((ValueError, TypeError), match=words):
        content(step(), explained=explained)


def test_what_is_no_explanation_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="explanations holds 3 as 'fruit'"):
        xw.Lesson("Fruit", [xw.Step("?")], {"fruit": 3})


def test_the_photo_of_a_step_is_not_changed(make: Make) -> None:
    before = PHOTO.copy()
    make(xw.Step("?", picture=PHOTO))
    np.testing.assert_array_equal(PHOTO, before)


def test_a_picture_of_noise_travels_as_well() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (288, 288, 3), np.uint8)
    (described,) = content(xw.Step("Noise", picture=noise)).described()
    scheme, _, data = described["pictures"][0]["src"].partition(",")
    assert scheme == "data:image/jpeg;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (288, 288)
