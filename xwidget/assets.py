"""The page's scripts and style sheets, which are built from js/src."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "inspector" / "static"
#: All that is built; without one of them, something in a notebook or on a page is not shown.
NAMES = (
    *("annotate.js", "beside.js", "guess.js"),
    *("browser.css", "browser.js"),
    *("gallery.css", "gallery.js"),
    *("handout.css", "handout.js"),
    *("lessons.css", "lessons.js"),
    *("portable.css", "portable.js"),
    *("widget.css", "widget.js"),
)


def static(name: str) -> Path | str:
    """Return a part of the page: as a file that anywidget watches only where that is asked for.

    A watched file keeps every widget that was ever made from it: its signal is connected to each.
    """
    watched = os.environ.get("ANYWIDGET_HMR") == "1"
    return FOLDER / name if watched else text(name)


def text(name: str) -> str:
    """Return a part of the page as it is now."""
    return (FOLDER / name).read_text("utf-8")
