"""A summary as HTML that holds all it shows, and runs nothing."""

from __future__ import annotations

import base64
import contextlib
import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from xwidget.lessons.one_lesson import ONE_EACH, LessonSummary, Row
from xwidget.lessons.reading import Problem
from xwidget.support.figures import percent
from xwidget.support.jpeg import to_data_url

_SIDE = 320  # px of a heat map
_MARKED = np.array([230, 85, 13])  # orange, on a photo in gray
_FULL = 0.85  # of that color where everybody marked
_TEXTS = 200
_BINS = 10
_READ = (
    "Overlap beside chance: as much as by chance is what marking at random finds, too; the further "
    "above it, the more of the guess lies where the evidence is."
)

# The page may run nothing, whatever a text in it says.
_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>$title</title>
<style>
body { max-width: 1000px; margin: 0 auto; padding: 24px clamp(8px, 4vw, 32px) 48px; }
$css
</style>
</head>
<body class="xwidget-summary">
$body
</body>
</html>
""")


def _css() -> str:
    return Path(__file__).with_name("summary.css").read_text("utf-8")


def page(lessons: Sequence[LessonSummary], problems: Sequence[Problem]) -> str:
    """Return a page."""
    title = escape(f"Answers: {_title(lessons)}")
    return _PAGE.substitute(title=title, css=_css(), body=_body(lessons, problems))


def part(lessons: Sequence[LessonSummary], problems: Sequence[Problem]) -> str:
    """Return the same for a notebook's cell."""
    return f'<style>{_css()}</style><div class="xwidget-summary">{_body(lessons, problems)}</div>'


def _title(lessons: Sequence[LessonSummary]) -> str:
    if len(lessons) == 1:
        return _name(lessons[0])
    return f"{len(lessons)} lessons" if lessons else "No answers"


def _name(lesson: LessonSummary) -> str:
    return lesson.lesson or "A lesson without a title"


def _count(n: int, thing: str) -> str:
    return f"{n} {thing}{'' if n == 1 else 's'}"


def _body(lessons: Sequence[LessonSummary], problems: Sequence[Problem]) -> str:
    parts = [f"<h1>{escape(_title(lessons))}</h1>"]
    if len(lessons) == 1:
        parts += _lesson(lessons[0], "h2")
    else:
        parts.append(_contents(lessons))
        for place, each in enumerate(lessons):
            head = f'<h2 id="{_anchor(place)}">{escape(_name(each))}</h2>'
            parts += ['<section class="lesson">', head, *_lesson(each, "h3"), "</section>"]
    return "\n".join(filter(None, [*parts, _problems(problems)]))


def _anchor(place: int) -> str:
    return f"xwidget-lesson-{place + 1}"


def _contents(lessons: Sequence[LessonSummary]) -> str:
    """Return a table of the lessons, which lead to their sections."""
    names = {each["student"].casefold() for lesson in lessons for each in lesson.students}
    lines = "".join(
        f'<tr><th scope="row"><a href="#{_anchor(place)}">{escape(_name(each))}</a></th>'
        f"<td>{_count(len(each.students), 'student')}</td>"
        f"<td>{_count(len(each.rows), 'question')}</td></tr>"
        for place, each in enumerate(lessons)
    )
    about = f'<p class="about">{_count(len(names), "student")}</p>'
    return f"{about}<table>{lines}</table>" if lines else about


def _lesson(lesson: LessonSummary, tag: str) -> list[str]:
    count = f"{_count(len(lesson.students), 'student')}, {_count(len(lesson.rows), 'question')}"
    regions = any(row["overlap"] is not None for row in lesson.rows)
    return [
        f'<p class="about">{count}. The first answer of each counts.</p>',
        f'<p class="about">{_READ}</p>' if regions else "",
        *(_question(row, lesson, tag) for row in lesson.rows),
        _students(lesson, tag),
    ]


def _question(row: Mapping[str, Any], lesson: LessonSummary, tag: str) -> str:
    facts = [_count(row["n"], "answer")]
    if row["right"] is not None:
        facts.append(f"<b>{percent(row['right'])} right</b>")
    if row["changed"]:
        facts.append(f"{row['changed']} answered again")
    if row["seconds"] is not None:
        facts.append(f"median time to answer {row['seconds']:.0f} s")
    matched = row["kind"] in ONE_EACH
    return "\n".join(
        [
            '<section class="question">',
            f"<{tag}><small>Step {row['step'] + 1}</small> {escape(_prompt(row))}</{tag}>",
            f'<p class="facts">{" · ".join(facts)}</p>',
            _region(row, lesson) if row["kind"] == "region" else "",
            _matching(row) if matched else _bars(row["choices"], row["n"], row["right_choices"]),
            _numbers(row),
            _texts(row["values"]),
            "</section>",
        ]
    )


def _prompt(row: Mapping[str, Any]) -> str:
    return str(row["prompt"] or row["question"])


def _bars(counts: Mapping[str, int], n: int, right: Sequence[str] = ()) -> str:
    if not counts:
        return ""
    most = max(1, n)
    lines = [
        f'<tr{" class=right" if name in right else ""}><th scope="row">{escape(name)}'
        f"{'&nbsp;✓' if name in right else ''}</th>"
        f'<td class="bar"><i style="width:{100 * count / most:.1f}%"></i></td>'
        f"<td>{count}</td></tr>"
        for name, count in counts.items()
    ]
    return f'<table class="bars">{"".join(lines)}</table>'


def _matching(row: Mapping[str, Any]) -> str:
    """Return a table of what was chosen for each picture: a matching may be right in part."""
    places = row["places"]
    if not places or not row["n"]:
        return ""
    known = [each["n_right"] for each in places if each["n_right"] is not None]
    told = (
        f"<p>On average {sum(known) / row['n']:.1f} of {len(places)} are right.</p>"
        if known
        else "<p>What is right is not in these files.</p>"
    )
    titles = ["Picture" if row["kind"] == "match" else "Pane", "Right", *places[0]["choices"]]
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in titles)
    lines = "".join(
        f'<tr><th scope="row">{each["place"]}</th><td>{_share(each["n_right"], row["n"])}</td>'
        + "".join(
            f"<td class=right>{count} ✓</td>" if name == each["answer"] else f"<td>{count}</td>"
            for name, count in each["choices"].items()
        )
        + "</tr>"
        for each in places
    )
    return f"{told}{_table(head, lines)}"


def _share(n: int | None, of: int) -> str:
    return "–" if n is None else f"{n} of {of}"


def _table(head: str, lines: str) -> str:
    return (
        f'<div class="scroll"><table class="wide"><thead><tr>{head}</tr></thead>'
        f"<tbody>{lines}</tbody></table></div>"
    )


def _numbers(row: Mapping[str, Any]) -> str:
    numbers = row["numbers"]
    if not numbers:
        return ""
    answer = row["answer"]
    counts = Counter(map(_bin, numbers))
    bars = _bars(
        {_bin_name(place): counts[place] for place in range(_BINS)},
        len(numbers),
        [] if answer is None else [_bin_name(_bin(answer))],
    )
    return f"<p>{_right_number(row)} Mean of the answers {row['mean']:.2f}.</p>{bars}"


def _right_number(row: Mapping[str, Any]) -> str:
    answer, off = row["answer"], row["tolerance"]
    if answer is None:
        return "" if row["right"] is None else "What is right is not in these files."
    low, high = (_number(min(1.0, max(0.0, answer + side * off))) for side in (-1, 1))
    return f"Right: <b>{_number(answer)}</b>; {low} to {high} counts as right."


def _number(value: float) -> str:
    return f"{round(value, 3):g}"


def _bin(value: float) -> int:
    """Return the bin of a number from 0 to 1: on an edge the upper one, of 1 the last."""
    return min(_BINS - 1, int(_BINS * value + 1e-9))


def _bin_name(place: int) -> str:
    return f"{place / _BINS:.1f} – {(place + 1) / _BINS:.1f}"


def _texts(values: Sequence[str]) -> str:
    said = "".join(f"<li>{escape(value)}</li>" for value in values[:_TEXTS])
    more = f"<p>… and {len(values) - _TEXTS} more</p>" if len(values) > _TEXTS else ""
    return f'<ul class="texts">{said}</ul>{more}' if said else ""


def _region(row: Mapping[str, Any], lesson: LessonSummary) -> str:
    words = []
    if row["overlap"] is not None and row["chance"] is not None:
        words.append(
            f"On average {percent(row['overlap'])} of a guess is among the pixels that the "
            f"evidence ranks first; by chance it would be {percent(row['chance'])}."
        )
    if row["score"] is not None:
        words.append(f"Shown alone, guesses score {row['score']:.2f} on average.")
    return f"<p>{' '.join(words)}</p>{_heat(row['question'], lesson)}"


def _heat(question: str, lesson: LessonSummary) -> str:
    try:
        shares = lesson.heat(question)
    except ValueError:  # nobody marked anything
        return ""
    about = lesson.answers.questions[question]
    marked = (
        f'<figure><img src="{heat_map(shares, str(about.get("picture", "")))}" '
        'alt="How many students marked each part of the photo">'
        '<figcaption>marked by nobody <i class="scale"></i> by all</figcaption></figure>'
    )
    return f'<div class="beside">{marked}{_evidence(about, shares.shape)}</div>'


def _evidence(about: Mapping[str, Any], shape: tuple[int, ...]) -> str:
    """Return the evidence as large as what was marked; "" where the file has none."""
    opened = _picture(str(about.get("evidence", "")))
    if opened is None:
        return ""
    src = to_data_url(opened.convert("RGB").resize(_size(shape)))
    picture = f'<img src="{src}" alt="The evidence">'
    return f"<figure>{picture}<figcaption>the evidence</figcaption></figure>"


def _students(lesson: LessonSummary, tag: str) -> str:
    if not lesson.students:
        return ""
    judged = any(each["judged"] for each in lesson.students)
    regions = any(each["overlap"] is not None for each in lesson.students)
    columns: dict[str, Callable[[Row], str]] = {
        "Student": lambda each: escape(each["student"]),
        "Answered, of all questions": lambda each: _share(each["answered"], len(lesson.rows)),
        "Right, of those with a right answer": lambda each: _share(each["right"], each["judged"]),
        "Overlap of regions, beside chance": _overlap,
        "Time to answer, in all": lambda each: f"{each['seconds'] / 60:.1f} min",
        "File": lambda each: escape(each["file"]),
    }
    shown = [
        (name, said)
        for name, said in columns.items()
        if (judged or not name.startswith("Right")) and (regions or not name.startswith("Overlap"))
    ]
    head = "".join(f'<th scope="col">{name}</th>' for name, _ in shown)
    lines = "".join(
        "<tr>" + "".join(f"<td>{said(each)}</td>" for _, said in shown) + "</tr>"
        for each in lesson.students
    )
    return f"<section><{tag}>Students</{tag}>{_table(head, lines)}</section>"


def _overlap(each: Mapping[str, Any]) -> str:
    if each["overlap"] is None:
        return "–"
    chance = "" if each["chance"] is None else f", chance {percent(each['chance'])}"
    return f"{percent(each['overlap'])}{chance}"


def _problems(problems: Sequence[Problem]) -> str:
    if not problems:
        return ""
    lines = "".join(
        f'<tr><th scope="row">{escape(each.file)}</th><td>{escape(each.words)}</td></tr>'
        for each in problems
    )
    return f'<section><h2>Problems</h2><table class="problems">{lines}</table></section>'


def heat_map(shares: npt.NDArray[np.float64], photo: str = "") -> str:
    """Return a picture of how many marked each pixel, as a ``data:`` URL.

    Parameters
    ----------
    shares
        (H,W) in [0,1].
    photo
        What was marked, as a ``data:`` URL of a JPEG; without one, or with one that cannot be read,
        white stands in its place.
    """
    size = _size(shares.shape)
    opened = _picture(photo)
    ground = Image.new("L", size, 255) if opened is None else opened.convert("L").resize(size)
    drawn = Image.fromarray((255 * shares).round().astype(np.uint8)).resize(size)
    alpha = np.asarray(drawn, np.float64)[..., None] / 255 * _FULL
    mixed = np.asarray(ground, np.float64)[..., None] * (1 - alpha) + _MARKED * alpha
    return to_data_url(Image.fromarray(mixed.round().astype(np.uint8)))


def _size(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return width and height of a picture of so many rows and columns."""
    height, width = shape
    scale = _SIDE / max(height, width)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _picture(url: str) -> Image.Image | None:
    """Return the JPEG of a ``data:`` URL; None for what is none: anyone may write a file."""
    with contextlib.suppress(Exception):
        opened = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])), formats=["JPEG"])
        if max(opened.size) <= 4 * _SIDE:
            opened.load()
            return opened
    return None
