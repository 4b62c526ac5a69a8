"""The site: it builds without a warning, its links lead somewhere, its reference is complete."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import bs4
import ipywidgets
import pytest

import xwidget as xw
from tests.docs.wording import slips
from xwidget import metrics
from xwidget.checks import Check, Checks

ROOT = Path(__file__).parents[2]
CLASSES = (xw.Classifier, xw.Explanation, xw.Inspector, xw.Gallery, Check, Checks)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site, with panels of a few iterations."""
    out = tmp_path_factory.mktemp("site")
    sphinx = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-D",
        "panel_iterations=2",
        "-D",
        "panel_draft=1",
    ]
    built = subprocess.run([*sphinx, ROOT / "docs", out], capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return out


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, bs4.BeautifulSoup]:
    """Read every page, but neither exported panels and lessons nor the theme's own files."""
    others = ("panels", "handouts", "_static")
    found = [path for path in site.rglob("*.html") if path.parent.name not in others]
    return {path: bs4.BeautifulSoup(path.read_text("utf-8"), "html.parser") for path in found}


def test_every_link_and_anchor_leads_somewhere(
    site: Path, pages: dict[Path, bs4.BeautifulSoup]
) -> None:
    @cache
    def anchors(page: Path) -> set[str]:
        return {tag["id"] for tag in pages[page].find_all(id=True)} | {"", "#"}

    lost, seen = [], 0
    for page, soup in pages.items():
        for tag in soup.find_all(["a", "img", "iframe", "link", "script"]):
            url = urlsplit(tag.get("href") or tag.get("src") or "")
            if url.scheme or url.netloc:
                continue
            target = (page.parent / unquote(url.path)).resolve() if url.path else page
            seen += 1
            if not target.is_file():
                lost.append(f"{page.relative_to(site)}: {url.path}")
            elif target in pages and unquote(url.fragment) not in anchors(target):
                lost.append(f"{page.relative_to(site)}: {url.path}#{url.fragment}")
    assert seen > 500
    assert lost == []


def test_a_page_loads_nothing_from_the_network(pages: dict[Path, bs4.BeautifulSoup]) -> None:
    loaded = [
        tag.get("src") or tag.get("href")
        for soup in pages.values()
        for tag in soup.find_all(["img", "iframe", "script", "link"])
    ]
    assert [url for url in loaded if url and urlsplit(url).netloc] == []


def test_the_reference_has_every_public_name(pages: dict[Path, bs4.BeautifulSoup]) -> None:
    entries = {
        tag["id"]: tag.find_parent("dl")
        for page, soup in pages.items()
        if page.parent.name == "reference"
        for tag in soup.find_all("dt", id=True)
    }
    functions = [f"xwidget.{name}" for name in xw.__all__]
    functions += [f"xwidget.metrics.{name}" for name in metrics.__all__]
    assert [name for name in functions if name not in entries] == []
    for cls in CLASSES:
        place = "xwidget" if cls.__name__ in xw.__all__ else cls.__module__
        words = set(re.findall(r"\w+", entries[f"{place}.{cls.__name__}"].get_text(" ")))
        assert own_names(cls) - words == set(), cls.__name__


def own_names(cls: type) -> set[str]:
    """Return the public names that a class gets from xwidget, not from other projects."""
    ours = [base for base in cls.__mro__ if base.__module__.startswith("xwidget")]
    names = {name for base in ours for name in vars(base) if not name.startswith("_")}
    return names - (set(dir(ipywidgets.VBox)) - {"close", "open"})


def test_pages_are_spelled_in_one_way(pages: dict[Path, bs4.BeautifulSoup]) -> None:
    found = {}
    for page, soup in pages.items():
        for code in soup.find_all(["pre", "code", "script", "style"]):
            code.extract()
        if wrong := slips(soup.get_text(" ")):
            found[page.name] = wrong
    assert found == {}


def test_every_panel_that_is_made_is_shown(
    site: Path, pages: dict[Path, bs4.BeautifulSoup]
) -> None:
    made = {path.name for path in (site / "panels").iterdir()}
    frames = [Path(each["src"]) for soup in pages.values() for each in soup("iframe")]
    shown = {path.name for path in frames if path.parent.name == "panels"}
    cards = [card for soup in pages.values() for card in soup("a", class_="panel-card")]
    shown |= {Path(card["href"]).name for card in cards}
    pictures = {Path(card.img["src"]).name for card in cards}
    assert len(cards) == 12
    assert {name for name in made if name.endswith(".html")} == shown
    assert pictures < made


def test_every_lesson_is_linked(site: Path, pages: dict[Path, bs4.BeautifulSoup]) -> None:
    notebooks = {path.stem for path in (ROOT / "examples" / "lessons").glob("*.ipynb")}
    assert {path.stem for path in (site / "handouts").iterdir()} == notebooks
    links = [tag["href"] for tag in pages[site / "lessons.html"]("a", href=True)]
    assert {Path(link).stem for link in links if link.startswith("handouts/")} == notebooks
