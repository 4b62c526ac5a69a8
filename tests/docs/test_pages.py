"""The pages under docs: what a reader would stumble over."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path

import pytest

from benchmarks.geometry import TRANSFORMS
from tests.docs.wording import slips
from xwidget import checks
from xwidget.batch.store.schema import COLUMNS
from xwidget.export.formats import FORMATS
from xwidget.methods import METHODS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_table_is_a_table(page: Path) -> None:
    lines = page.read_text("utf-8").splitlines()
    for is_row, block in groupby(lines, lambda line: line.startswith("|")):
        rows = list(block)
        if is_row:
            assert len(rows) > 2, rows[0]
            assert re.fullmatch(r"[|:\- ]+", rows[1]), f"no table, but plain text: {rows[0]}"
            assert len({row.replace("\\|", "").count("|") for row in rows}) == 1, rows[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_numbers_and_words_are_written_in_one_way(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    assert slips(text) == []


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")), ids=lambda page: page.name)
def test_links_of_a_page_outside_the_site_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]*)(?:#([^)]*))?\)", page.read_text("utf-8"))
    inside = [link for link in links if not link[0].startswith("http")]
    assert inside
    for path, anchor in inside:
        target = ROOT / path
        assert target.is_file(), path
        headings = (
            re.findall(r"^#+ (.*)", target.read_text("utf-8"), re.MULTILINE) if anchor else []
        )
        assert not anchor or anchor in map(_anchor, headings), f"{path}#{anchor}"


def _anchor(heading: str) -> str:
    """Return a heading's anchor as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_explanations_are_saved_under_the_ending_that_the_menu_gives_them() -> None:
    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    saved = r"\b(?:ex|explanation|w)\.save\(f?\"(.*?)\"|Explanation\.load\(\"(.*?)\""
    files = ["".join(names) for names in re.findall(saved, text)]
    assert len(files) > 4
    assert [file for file in files if not file.endswith(f".{FORMATS['explanation'].ending}")] == []


def test_the_page_on_checks_names_each_of_them() -> None:
    text = (ROOT / "docs/concepts/checks.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| *")]
    named = [name for row in rows for name in re.findall(r"\*([a-z ]+)\*", row)]
    named += re.findall(r"^- \*([a-z ]+)\*:", text, re.MULTILINE)
    assert sorted(named) == sorted(checks.NAMES)


def test_the_page_on_stores_lists_all_columns() -> None:
    text = (ROOT / "docs/reference/store.md").read_text("utf-8")
    rows = re.findall(r"^\| `(.*?)` \| (.*?) \| (.*?) \|$", text, re.MULTILINE)
    kinds = {"list<string>": "list of string"}
    told = [(each.name, kinds.get(each.kind, each.kind), each.words) for each in COLUMNS]
    assert rows == told


def test_the_page_on_geometry_lists_what_its_benchmark_measures() -> None:
    text = (ROOT / "docs/concepts/geometry.md").read_text("utf-8")
    head, *rows = re.findall(r"^\| ([a-z].*?) +\|", text, re.MULTILINE)
    assert head == "transform"
    assert rows == list(TRANSFORMS)


@pytest.mark.parametrize("name", METHODS)
def test_a_method_stands_in_the_reference_and_in_the_guide(name: str) -> None:
    guide = (ROOT / "docs/guide/other_methods.md").read_text("utf-8")
    reference = (ROOT / "docs/reference/methods.md").read_text("utf-8")
    function = METHODS[name].attribute
    assert f"| `{name}` |" in guide
    assert f".. autofunction:: {function.__module__}.{function.__name__}\n" in reference


def test_the_readme_ranks_pixels_as_the_report_does() -> None:
    report = (ROOT / "docs/reports/methods.md").read_text("utf-8")
    (said,) = re.findall(r"^- \*\*Ranking pixels.*?(?=^- \*\*)", README, re.MULTILINE | re.DOTALL)
    for net in ("efficientnet_lite0", "squeezenet"):
        glance = report.split(f"\n## {net}\n")[1].split("\n###")[0]
        for method in ("xwidget, generation", "RISE", "Grad-CAM", "LIME"):
            (line,) = re.findall(rf"^\| {method} +\|(.*)", glance, re.MULTILINE)
            figure = line.split("|")[1].strip(" *")
            assert figure in said, f"{method}, 20% of the pixels on {net}: {figure}"
    unfinished = re.findall(r"Not finished: (\d+) of 40", report)
    assert all(f"{count} " in said for count in unfinished)
    assert bool(unfinished) == ("so far" in said)
