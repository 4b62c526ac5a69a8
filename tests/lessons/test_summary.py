"""What a class answered: figures by question and student, and files that are wrong."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import xwidget as xw
from tests.export.test_page import Elements
from xwidget.commands.main import main
from xwidget.findings import runs
from xwidget.lessons import Answer, Answers, Question, summary

FRUIT = Question("choice", "Which <fruit>?", ["apple", "banana", "cherry"], "banana", id="fruit")
WHERE = Question("region", "Where?", id="where")
SURE = Question("number", "How sure?", id="sure")
WHY = Question("text", "Why?", id="why")
WHICH = Question(
    "match", "Which is which?", ["cat", "dog", "cow"], ["dog", "cat", "cow"], id="m", pictures="abc"
)
ASKED = {
    str(each.id): {**each.asked, "step": step}
    for step, each in enumerate((FRUIT, WHERE, SURE, WHY))
}


def region(columns: slice) -> dict[str, Any]:
    mask = np.zeros((4, 8), bool)
    mask[:, columns] = True
    return {"size": [4, 8], "counts": runs.encode(mask)}


def answer(question: Question, value: Any, **more: Any) -> Answer:
    right = question.is_right(value)
    step = int(ASKED[str(question.id)]["step"])
    time = "2026-01-31T12:00:00Z"
    return Answer(str(question.id), question.kind, step, value, right, time=time, **more)


def hand_in(folder: Path, student: str, *answers: Answer, file: str = "", **more: Any) -> None:
    given = Answers("Fruit", "1a", student, answers, ASKED, **more)
    given.save(folder / f"{file or student}.json")


def html(folder: Path) -> str:
    return str(summary(folder)._repr_html_())


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return three students' files, one of them in a folder of its own."""
    found = {"area": 0.5, "overlap": 0.75, "chance": 0.5, "score": None}
    (tmp_path / "late").mkdir()
    hand_in(tmp_path, "Ana", answer(FRUIT, "banana", seconds=4.0), answer(SURE, 0.25))
    hand_in(
        tmp_path,
        "Ben",
        answer(FRUIT, "apple", seconds=8.0),
        answer(FRUIT, "banana", tries=2),
        answer(WHERE, region(slice(0, 4)), result=found),
    )
    hand_in(
        tmp_path / "late",
        "Cleo",
        answer(FRUIT, "banana", seconds=6.0),
        answer(WHERE, region(slice(2, 6)), result={**found, "overlap": 0.25, "score": 0.5}),
        answer(WHY, "=HYPERLINK(1) <b>it is</b> yellow"),
    )
    return tmp_path


def hand_in_one(folder: Path, question: Question, *values: Any, told: bool = True) -> None:
    """Hand in a file a value, which has the key if it is told."""
    asked = {**question.asked, "step": 0} | ({"key": question.key({})} if told else {})
    for place, value in enumerate(values):
        right = question.is_right(value)
        given = Answer(str(question.id), question.kind, 0, value, right)
        name = f"student {place}"
        Answers("One", "1a", name, (given,), {str(question.id): asked}).save(
            folder / f"{name}.json"
        )


def row(found: Any, question: str) -> dict[str, Any]:
    (match,) = (each for each in found.rows if each["question"] == question)
    return dict(match)


def test_the_first_answer_of_each_student_counts(folder: Path) -> None:
    found = row(summary(folder), "fruit")
    assert found["n"] == 3
    assert found["right"] == pytest.approx(2 / 3)
    assert found["choices"] == {"apple": 1, "banana": 2, "cherry": 0}
    assert (found["changed"], found["seconds"]) == (1, 6.0)
    assert found["right_choices"] == ["banana"]


def test_regions_are_compared_with_chance_and_added_up(folder: Path) -> None:
    found = summary(folder)
    where = row(found, "where")
    assert (where["overlap"], where["chance"], where["score"]) == (0.5, 0.5, 0.5)
    assert where["right"] is None
    shares = found.heat("where")
    np.testing.assert_array_equal(shares[0], [0.5, 0.5, 1, 1, 0.5, 0.5, 0, 0])
    with pytest.raises(ValueError, match="no region"):
        found.heat("fruit")


def test_each_student_has_a_row(folder: Path) -> None:
    rows = {each["student"]: each for each in summary(folder).students}
    assert [
        (rows[name]["answered"], rows[name]["right"], rows[name]["judged"]) for name in rows
    ] == [
        (2, 1, 1),
        (2, 0, 1),
        (3, 1, 1),
    ]
    assert rows["Cleo"]["file"] == "late/Cleo.json"
    assert rows["Ben"]["overlap"] == 0.75


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"format": "xwidget findings"}', "not a file of answers"),
        (b'{"format": "xwidget answers", "ver', "torn"),
        (json.dumps({"format": "xwidget answers", "version": 9}).encode(), "version 9"),
    ],
)
def test_a_bad_file_is_a_problem_and_not_the_end(folder: Path, data: bytes, words: str) -> None:
    (folder / "bad.json").write_bytes(data)
    found = summary(folder)
    assert len(found.students) == 3
    (problem,) = found.problems
    assert problem.file == "bad.json"
    assert words in problem.words


def test_an_answer_of_another_kind_than_its_question_is_left_out_and_told(folder: Path) -> None:
    before = row(summary(folder), "fruit")
    hand_in(folder, "Odd", replace(answer(SURE, 0.5), question="fruit"), answer(SURE, 0.5))
    found = summary(folder)
    assert row(found, "fruit") == before
    assert 0.5 in row(found, "sure")["numbers"]
    (problem,) = (each for each in found.problems if each.file == "Odd.json")
    assert problem.words == (
        "the answer to 'fruit' is left out: it is of kind 'number', the question of kind 'choice'"
    )
    assert problem.words.split(":")[0] in html(folder).replace("&#x27;", "'")


def test_of_two_files_of_one_student_the_fuller_one_counts(folder: Path) -> None:
    hand_in(folder, "ana", answer(FRUIT, "cherry"), file="ana (1)")
    found = summary(folder)
    assert row(found, "fruit")["choices"]["cherry"] == 0
    (problem,) = found.problems
    assert problem.file == "ana (1).json"
    assert "second file of this lesson, Ana.json" in problem.words


def test_a_student_may_hand_in_several_lessons(folder: Path, tmp_path: Path) -> None:
    for lesson in ("10 · Late", "2 · Early"):
        asked = {"w": {**WHERE.asked, "id": "w", "prompt": f"Where in {lesson}?", "step": 0}}
        given = Answer("w", "region", 0, region(slice(0, 2)), result={"overlap": 0.5})
        Answers(lesson, lesson, "ana", (given,), asked).save(tmp_path / f"{lesson[:2]}.json")
    found = summary(folder)
    assert [each.lesson for each in found.lessons] == ["2 · Early", "10 · Late", "Fruit"]
    assert [len(each.students) for each in found.lessons] == [1, 1, 3]
    assert found.problems == []
    assert [each["lesson"] for each in found.rows] == ["2 · Early", "10 · Late", *["Fruit"] * 4]
    text = found.to_html(tmp_path / "all.html").read_text("utf-8")
    assert "<h1>3 lessons</h1>" in text
    assert '<p class="about">3 students</p>' in text
    assert text.index("Where in 2") < text.index("Where in 10") < text.index("Which &lt;fruit")
    rows = table(found.to_csv(tmp_path / "all.csv"))
    assert [(each["lesson"], each["student"]) for each in rows][:3] == [
        ("2 · Early", "ana"),
        ("10 · Late", "ana"),
        ("Fruit", "Ana"),
    ]
    assert (rows[0]["Where in 2 · Early? [w]"], rows[0]["Where in 10 · Late? [w]"]) == ("0.5", "")


def test_of_two_versions_the_newest_counts_where_as_many_files_are_of_each(tmp_path: Path) -> None:
    for year, question in (("2026", FRUIT), ("2027", SURE), ("2025", WHY)):
        id, value = str(question.id), {"fruit": "apple", "sure": 0.5, "why": "so"}[str(question.id)]
        given = Answer(id, question.kind, 0, value, time=f"{year}-01-31T12:00:00Z")
        Answers("Fruit", year, year, (given,), {id: {**question.asked, "step": 0}}).save(
            tmp_path / f"{year}.json"
        )
    found = summary(tmp_path)
    assert [each["question"] for each in found.rows] == ["sure"]
    assert [each.file for each in found.problems] == ["2025.json", "2026.json"]


@pytest.mark.parametrize(
    ("value", "name"),
    [(0.3, "0.3 – 0.4"), (0.29, "0.2 – 0.3"), (0.7, "0.7 – 0.8"), (1, "0.9 – 1.0")],
)
def test_a_number_on_an_edge_is_in_the_upper_bin(tmp_path: Path, value: float, name: str) -> None:
    hand_in_one(tmp_path, SURE, value)
    (full,) = re.findall(r">([^<>]*)</th><td class=\"bar\"><i style=\"width:100", html(tmp_path))
    assert full == name


def test_a_number_is_shown_beside_the_right_one(tmp_path: Path) -> None:
    asked = Question("number", "How many?", answer=0.97, tolerance=0.1, id="n")
    hand_in_one(tmp_path, asked, 0.5, 0.9)
    found = row(summary(tmp_path), "n")
    assert (found["answer"], found["tolerance"], found["right"]) == (0.97, 0.1, 0.5)
    assert "Right: <b>0.97</b>; 0.87 to 1 counts as right." in html(tmp_path)
    assert "0.9 – 1.0&nbsp;✓" in html(tmp_path)


def test_what_older_files_do_not_tell_of_a_number_is_said(tmp_path: Path) -> None:
    hand_in_one(tmp_path, Question("number", answer=0.9, id="n"), 0.9, told=False)
    assert row(summary(tmp_path), "n")["answer"] is None
    assert "What is right is not in these files." in html(tmp_path)


def test_a_matching_is_right_in_part(tmp_path: Path) -> None:
    hand_in_one(tmp_path, WHICH, ["dog", "cow", "cat"], ["cow", "dog", "cat"])
    found = row(summary(tmp_path), "m")
    assert found["answer"] == ["dog", "cat", "cow"]
    assert [each["n_right"] for each in found["places"]] == [1, 0, 0]
    assert found["places"][0]["choices"] == {"cat": 0, "dog": 1, "cow": 1}
    assert "On average 0.5 of 3 are right." in html(tmp_path)


@pytest.mark.parametrize(
    ("last", "n_right"),
    [(["dog", "cat", "cow"], [2, 1, 1]), (["cat", "dog", "cow"], [None, None, None])],
)
def test_a_matching_without_a_key_is_known_by_an_answer_that_is_right(
    tmp_path: Path, last: list[str], n_right: list[int | None]
) -> None:
    hand_in_one(tmp_path, WHICH, ["dog", "cow", "cat"], last, told=False)
    assert [each["n_right"] for each in row(summary(tmp_path), "m")["places"]] == n_right


def test_a_right_option_is_marked_that_nobody_chose(tmp_path: Path) -> None:
    hand_in_one(tmp_path, FRUIT, "apple", "cherry")
    assert row(summary(tmp_path), "fruit")["right_choices"] == ["banana"]
    assert "banana&nbsp;✓" in html(tmp_path)


@pytest.mark.parametrize("key", ["", "no base64", "bnVsbA==", "W10=", SURE.key(), WHICH.key()])
def test_a_key_that_somebody_changed_is_as_none(tmp_path: Path, key: str) -> None:
    asked = {"n": {"id": "n", "kind": "number", "key": key}}
    Answers("One", "1", "Ana", (Answer("n", "number", 0, 0.5, True),), asked).save(
        tmp_path / "a.json"
    )
    assert row(summary(tmp_path), "n")["answer"] is None


def test_students_without_a_name_are_told_apart_by_their_files(folder: Path) -> None:
    for file in ("one", "two"):
        hand_in(folder, "", answer(FRUIT, "cherry"), file=file)
    found = summary(folder)
    assert {"one", "two"} <= {each["student"] for each in found.students}
    assert row(found, "fruit")["n"] == 5
    assert found.problems == []


def test_renamed_questions_are_said_and_the_others_count(folder: Path) -> None:
    renamed = replace(answer(SURE, 0.5), question="certain")
    other = Answers("Fruit", "2b", "Dan", (answer(FRUIT, "apple"), renamed), {})
    other.save(folder / "dan.json")
    found = summary(folder)
    assert row(found, "fruit")["n"] == 4
    assert "certain" not in {each["question"] for each in found.rows}
    (problem,) = found.problems
    assert "another version" in problem.words
    assert "1 of its 2 answers" in problem.words


def test_the_page_shows_all_and_runs_nothing(folder: Path, tmp_path: Path) -> None:
    text = summary(folder).to_html(tmp_path / "summary.html").read_text("utf-8")
    tags = Elements(text).tags
    assert {tag for tag, _ in tags} & {"script", "b"} <= {"b"}
    assert "Which &lt;fruit&gt;?" in text
    assert "&lt;b&gt;it is&lt;/b&gt;" in text
    (picture,) = (at["src"] for tag, at in tags if tag == "img")
    assert str(picture).startswith("data:image/jpeg")
    assert "66.7% right" in text


@pytest.mark.parametrize("evidence", ["real", "data:image/jpeg;base64,AAAA", "https://x/y.jpg", 3])
def test_the_evidence_stands_beside_what_was_marked(tmp_path: Path, evidence: Any) -> None:
    file = io.BytesIO()
    Image.new("RGB", (8, 4), (0, 200, 0)).save(file, "JPEG")
    real = "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()
    asked = {"where": {**ASKED["where"], "evidence": real if evidence == "real" else evidence}}
    marked = answer(WHERE, region(slice(0, 4)))
    Answers("Fruit", "1a", "Ana", (marked,), asked).save(tmp_path / "ana.json")
    shown = [at for tag, at in Elements(html(tmp_path)).tags if tag == "img"]
    assert [at["alt"] == "The evidence" for at in shown] == [False, True][
        : 1 + (evidence == "real")
    ]
    if evidence == "real":
        data = base64.b64decode(str(shown[1]["src"]).partition(",")[2])
        picture = Image.open(io.BytesIO(data))
        assert picture.size == (320, 160)  # as large as what was marked
        assert np.abs(np.subtract(picture.getpixel((9, 9)), (0, 200, 0))).max() < 6


def test_the_evidence_is_that_of_most_files(tmp_path: Path) -> None:
    for name, evidence in {"ana": None, "ben": "changed", "cleo": "real", "dan": "real"}.items():
        about = {} if evidence is None else {"evidence": f"data:image/jpeg;base64,{evidence}"}
        asked = {"where": {**ASKED["where"], **about}}
        given = Answers("Fruit", "1a", name, (answer(WHERE, region(slice(0, 4))),), asked)
        given.save(tmp_path / f"{name}.json")
    (lesson,) = summary(tmp_path).lessons
    assert lesson.answers.questions["where"]["evidence"].endswith("real")


def test_the_table_begins_no_formula(folder: Path, tmp_path: Path) -> None:
    path = summary(folder).to_csv(tmp_path / "answers.csv")
    by_name = {each["student"]: each for each in table(path)}
    ana = by_name["Ana"]
    fruit = "Which <fruit>? [fruit]"
    assert (ana["lesson"], ana[fruit], ana[f"right: {fruit}"]) == ("Fruit", "banana", "yes")
    assert (by_name["Ben"]["Where? [where]"], by_name["Ben"]["Why? [why]"]) == ("0.75", "")
    assert "right: Why? [why]" not in ana
    assert by_name["Cleo"]["Why? [why]"].startswith("'=HYPERLINK")


def test_a_folder_without_files_is_summed_up_too(tmp_path: Path) -> None:
    found = summary(tmp_path)
    assert (found.rows, found.students, found.problems) == ([], [], [])
    assert "No answers" in found._repr_html_()
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        summary(tmp_path / "none")


def test_the_command_writes_and_says_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.json").write_text("{")
    out = [str(folder / name) for name in ("s.html", "s.csv")]
    assert main(["answers", str(folder), "--out", out[0], "--csv", out[1]]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Fruit: 3 students\n  1. Which <fruit>?: 3 answers, 66.7% right\n")
    assert "overlap 50.0%, chance 50.0%" in said
    assert "bad.json: left out" in said
    assert all(Path(path).stat().st_size > 100 for path in out)
    assert main(["answers", str(folder / "none")]) == 1


def test_the_module_is_public() -> None:
    assert xw.lessons.summary is summary
