"""The report on findings in a real browser: hostile texts run nothing, narrow pages fit."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.findings.marks import finding, seen
from xwidget.findings import report
from xwidget.findings.finding import Finding
from xwidget.findings.region import Polygon
from xwidget.findings.rollup import rollup

RUN = "window.fired.push(1)"
HOSTILE = [
    f"<script>{RUN}</script>",
    f'"><img src=x onerror="{RUN}">',
    f"'><svg onload='{RUN}'>",
    f"</style><script>{RUN}</script>",
    f"</svg></title></textarea><iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<a href='javascript:{RUN}' autofocus onfocus='{RUN}'>x</a>",
    f"-->]]><details open ontoggle={RUN}>",
    f"&lt;script&gt;{RUN}&lt;/script&gt;",
    f"{RUN}\u202e\u2028<!--<script>{RUN}//-->",
    f"$title ${{css}} <style>@import 'javascript:{RUN}'</style>",
]
# Where a text of another person can stand.
TEXTS = ("label", "reason", "kind", "author")
SEEN = (
    *("class_name", "model", "image", "game", "defense", "checks", "version"),
    *("weights", "digest", "preprocessing"),
)


def hostile(text: str, place: int) -> list[Finding]:
    """Return a finding for each field that holds the text, and one for all of them."""
    texts = [{name: text} for name in TEXTS] + [dict.fromkeys(TEXTS, text)]
    seens = [{name: text} for name in SEEN] + [dict.fromkeys(SEEN, text)]
    marks = [finding(f"{place}", **each) for each in texts]  # type: ignore[arg-type]
    return marks + [
        finding(f"{place}").edited(seen=seen(place, **{"class_name": "carton", **each}))
        for each in seens
    ]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 900, "height": 900})
    context.add_init_script("window.fired = []")
    yield context.new_page()
    context.close()


def executed(page: Page) -> int:
    """Give what would run the time to, touch what can be touched, and count."""
    page.evaluate("document.querySelectorAll('a, [tabindex]').forEach((each) => each.focus())")
    page.wait_for_timeout(100)
    return int(page.evaluate("window.fired.length"))


@pytest.mark.parametrize("guarded", [True, False], ids=["as written", "without its policy"])
def test_hostile_texts_in_a_report_run_nothing(page: Page, tmp_path: Path, guarded: bool) -> None:
    marks = [mark for i, text in enumerate(HOSTILE) for mark in hostile(text, i)]
    said = [(mark.id, text, "core", text, text) for mark in marks for text in HOSTILE[:3]]
    text = report.page(marks, said, title=HOSTILE[0])
    if not guarded:  # it must not be what keeps the texts from running
        text, count = re.subn(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", text)
        assert count == 1
    (tmp_path / "report.html").write_text(text, "utf-8")
    page.goto((tmp_path / "report.html").as_uri())
    assert page.locator("article").count() == len(marks) == 16 * len(HOSTILE)
    assert page.locator("script, iframe, img, style + style, details").count() == 0
    assert HOSTILE[1] in page.locator("h2").all_text_contents()
    assert executed(page) == 0


def test_the_browser_would_run_them(page: Page, tmp_path: Path) -> None:
    """The test above can fail."""
    (tmp_path / "raw.html").write_text("<!doctype html>" + HOSTILE[0] + HOSTILE[1], "utf-8")
    page.goto((tmp_path / "raw.html").as_uri())
    assert executed(page) == 2


def test_hostile_texts_in_a_notebooks_table_run_nothing(page: Page) -> None:
    marks = [mark for i, text in enumerate(HOSTILE) for mark in hostile(text, i)]
    rolled = rollup(marks, [(mark.id, HOSTILE[0], "core") for mark in marks])
    page.goto("about:blank")
    page.evaluate("(html) => { document.body.innerHTML = html; }", rolled._repr_html_())
    assert page.locator("tbody tr").count() == len(rolled.rows) > len(HOSTILE)
    assert page.locator("script, iframe, img, svg, details").count() == 0
    assert executed(page) == 0


@pytest.mark.parametrize("width", [320, 500, 1400])
def test_a_report_never_scrolls_sideways(page: Page, tmp_path: Path, width: int) -> None:
    long = "a" * 150
    marks = [finding(i, label=long, reason=long, author=long, kind=long) for i in range(3)]
    path = report.write(tmp_path / "report.html", marks)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(path.as_uri())
    root = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert root[0] <= root[1]


def test_a_region_is_drawn_on_its_pixels(page: Page, tmp_path: Path) -> None:
    """Green inside the region, red outside: the whole picture darkens all red, and no green."""
    ring = ((4.0, 4.0), (28.0, 4.0), (28.0, 28.0), (4.0, 28.0))
    hole = ((12.0, 12.0), (20.0, 12.0), (20.0, 20.0), (12.0, 20.0))
    region = Polygon((ring, hole))
    inside = region.mask((32, 32))
    picture = np.where(inside[..., None], [0, 255, 0], [255, 0, 0]).astype(np.uint8)
    path = report.write(
        tmp_path / "r.html",
        [finding(0, region=region)],
        images={"photo 0": Image.fromarray(picture)},
    )
    page.goto(path.as_uri())
    page.add_style_tag(content=".halo, .edge { display: none } .pictures svg { width: 320px }")
    whole = page.locator("article svg").nth(1)
    shot = tmp_path / "whole.png"
    whole.screenshot(path=shot)
    seen_pixels = np.asarray(Image.open(shot).convert("RGB"), np.int64)[5::10, 5::10]
    green, red = seen_pixels[..., 1], seen_pixels[..., 0]
    # The corners of the picture are round, and a photo's colors run at edges.
    core = np.zeros((32, 32), bool)
    core[2:-2, 2:-2] = True
    bright, dark = core & (green > 200), core & (red > 90) & (red < 160)
    assert (bright & ~inside).sum() == (dark & inside).sum() == 0
    assert bright.sum() + dark.sum() > 0.7 * core.sum()
