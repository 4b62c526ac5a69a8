"""The page's scripts travel with every widget and every exported page: none grows unnoticed."""

import gzip
from pathlib import Path

import pytest

import xwidget

STATIC = Path(xwidget.__file__).parent / "inspector" / "static"

#: Most bytes of each file, gzipped by zlib.
BUDGETS = {
    # The panel: each Inspector brings its own, and a saved notebook may hold them all. `gzip -9`,
    # which packs otherwise and adds the file's name, makes up to 60 more: 45,000 at most.
    "widget.js": 44_940,
    "widget.css": 6_500,
    # Findings, loupe, pinned pixels and help, which the panel loads after its first paint.
    "annotate.js": 41_500,
    # Other methods, models and classes beside the evidence, which it loads when they are asked for.
    "beside.js": 19_400,
    # A question that is asked first, and locked controls: only where there is one of them.
    "guess.js": 12_000,
    # The first three, with what stands in for a kernel: once in a page, beside about 60 kB a mask.
    "portable.js": 101_400,
    "portable.css": 600,
    # A strip of thumbnails, beside an Inspector, which brings the panel.
    "gallery.js": 5_000,
    "gallery.css": 2_000,
    # A wall of thumbnails, beside an Inspector: once in a notebook, above a store.
    "browser.js": 40_000,
    "browser.css": 2_500,
    # The sheet of a lesson, beside an Inspector, and on a page, with what stands in for a kernel.
    "lessons.js": 6_150,
    "lessons.css": 3_000,
    "handout.js": 7_900,
    "handout.css": 300,
    # What others' licenses ask for; it stays with the installed package.
    "LICENSES.txt": 1_000,
}


@pytest.mark.parametrize("name", BUDGETS)
def test_a_file_of_the_page_stays_within_its_budget(name: str) -> None:
    size = len(gzip.compress((STATIC / name).read_bytes(), 9))
    assert size <= BUDGETS[name]


def test_each_file_of_the_page_has_a_budget() -> None:
    assert {path.name for path in STATIC.iterdir()} == set(BUDGETS)
