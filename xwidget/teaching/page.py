"""A lesson as one HTML file that needs no kernel and no network.

The page holds the sheet with a model in place of the kernel (js/src/handout), and the panels as
xwidget/export/page.py has them, each of which is made when its step is shown.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from xwidget import assets
from xwidget.catalog.controls import check
from xwidget.export import page
from xwidget.export.guessing.kept import Guess, of_record
from xwidget.support import arguments, files
from xwidget.teaching.content import Content

KEYFRAMES = 4
"""Masks of each class in a panel unless told otherwise: a lesson has several panels."""

# The scripts in the order in which they run.
_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
script-src $digests; style-src 'unsafe-inline'; img-src data: blob:; \
base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<link rel="icon" href="data:,">
<style>$css</style>
</head>
<body>
<main>
<div id="xwidget-lesson">
<div class="xl-still">
<h1>$title</h1>
<noscript><p>The panels and questions of this lesson need JavaScript.</p></noscript>
$text
</div>
</div>
<footer>Made with xwidget</footer>
</main>
$data
<!--
$licenses
-->
$scripts
</body>
</html>
""")


def write(content: Content, path: str | os.PathLike[str], keyframes: int | None = None) -> Path:
    """Write a lesson's page; see ``Lesson.export_html``."""
    count = KEYFRAMES if keyframes is None else arguments.whole("keyframes", keyframes)
    return files.replace(path, text(content, count).encode("utf-8", errors="replace"))


def text(content: Content, keyframes: int) -> str:
    """Return a lesson as the text of one HTML page.

    Parameters
    ----------
    content
        What it is.
    keyframes
        Masks of each class in each panel, >= 1.
    """
    panels = {
        f"xwidget-panel-{panel}": page.data(content.sources[panel].explanation, keyframes)
        for panel in sorted({panel for panel in content.panels if panel >= 0})
    }
    about = {
        "_title": content.title,
        "_lesson_id": content.id,
        "_steps": content.described(),
        "_asked": content.asked(),  # with evidence, which is known by now
    }
    held: dict[str, Any] = {"xwidget-lesson-data": about, **panels}
    guesses = _guesses(content)
    for place, guess in guesses.items():
        held[f"xwidget-step-{place}"] = {"traits": guess.traits()}
    scripts = [_inline("portable.js"), _inline("handout.js")]
    if any(guess.needs_script for guess in guesses.values()):
        # A page of its own has no modules: the fourth script leaves there what it exports.
        scripts.insert(0, _inline("guess.js").replace(*page.AS_VALUE, 1))
    styles = ("widget.css", "portable.css", "lessons.css", "handout.css")
    return _PAGE.substitute(
        digests=" ".join(f"'sha256-{_digest(script)}'" for script in scripts),
        title=escape(content.title),
        css="".join(map(_inline, styles)),
        text="\n".join(_section(step) for step in about["_steps"]),
        data="\n".join(_data(id, value) for id, value in held.items()),
        licenses=assets.text("LICENSES.txt").replace("--", "- -"),
        scripts="\n".join(f"<script>{script}</script>" for script in scripts),
    )


def _guesses(content: Content) -> dict[int, Guess]:
    """Return the panels' questions and controls by step, where there are any.

    The network says what the evidence scores by area, where it is here.
    """
    found = {}
    for place, step in enumerate(content.steps):
        asked, panel = content.asked_in_panel(place), content.panels[place]
        if panel < 0 or (asked is None and step.controls is None):
            continue
        source, target = content.sources[panel], content.places[place].target
        if asked is not None and source.clf is not None:
            inspector = source.open(ended=True)
            try:
                found[place] = inspector.for_page(
                    content.places[place], step.controls, asked, place
                )
            finally:
                inspector.close()
        else:
            controls = check(step.controls)
            found[place] = of_record(source.explanation, target, asked, controls)
    return found


def _section(step: Any) -> str:
    """Return a step as it is read without the script: no panel, and no question."""
    return f"<section>\n<h2>{escape(step['title'])}</h2>\n{step['text']}</section>"


def _data(id: str, value: Any) -> str:
    # So that no text in it can end the element that holds it.
    packed = json.dumps(value, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    return f'<script type="application/json" id="{id}">{packed}</script>'


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _inline(name: str) -> str:
    """Return a script or style sheet so that no text in it ends its element."""
    return re.sub(r"<(/(?:script|style)|!--)", r"<\\\1", assets.text(name), flags=re.I).strip()
