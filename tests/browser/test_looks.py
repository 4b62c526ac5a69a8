"""What the pictures look like, against pictures that were looked at and kept (tests/browser/looks).

Of what no font or kernel has a part in: canvases, grid, cursor, divider. After a change that is
meant, look at the new ones that a failing test leaves beside its page, and put them in their place.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.inspector import (
    Inspector,
    painted,
)
from xwidget.explanation import Explanation, Frames, Trace

LOOKS = Path(__file__).parent / "looks"
SIDE = 40


@pytest.fixture(scope="module")
def explanation() -> Explanation:
    """A picture of smooth colors, and two masks: a ring, and nothing."""
    y, x = np.mgrid[:SIDE, :SIDE] / (SIDE - 1)
    image = np.stack([255 * x, 255 * y, 255 * (1 - x)], -1).astype(np.uint8)
    away = np.hypot(x - 0.5, y - 0.4)
    ring = np.exp(-((20 * (away - 0.28)) ** 2))
    masks = np.stack([np.stack([ring, ring * x, ring * y]), np.zeros((3, SIDE, SIDE))])
    quantized = np.floor(255 * masks + 0.5).astype(np.uint8)
    curve = np.array([[0.1, 0.1], [0.8, 0.2]])
    return Explanation(
        image=image,
        reference=np.full_like(image, 128),
        targets=(3, 5),
        names=("ring", "nothing"),
        masks=(quantized / np.float32(255)).astype(np.float32),
        image_scores=np.array([0.9, 0.1]),
        scores=curve[-1],
        trace=Trace(curve, curve / 4, curve * 0),
        frames=Frames(np.array([0, 1]), np.stack([quantized // 2, quantized])),
        diagnostics={"seconds": 1.0, "device": "cpu", "net": "none", "stopped": "iterations"},
        settings={"game": "generation", "defense": "auto", "sparsity": "auto", "seed": 0},
    )


@pytest.fixture(params=[1, 2])
def page(
    request: pytest.FixtureRequest, browser: Browser, explanation: Explanation, tmp_path: Path
) -> Iterator[Page]:
    path = explanation.export_html(tmp_path / "page.html")
    context = browser.new_context(
        viewport={"width": 700, "height": 1200}, device_scale_factor=request.param, offline=True
    )
    page = context.new_page()
    page.goto(path.as_uri())
    Inspector(page.locator(".xwidget-inspector")).wait_for(status="done", iteration=1, target=3)
    painted(page, 200)
    yield page
    context.close()


def evidence(inspector: Inspector) -> None:
    """Choose the view of the net's own colors."""
    inspector.root.get_by_role("radio", name="Evidence").check(force=True)


@pytest.fixture
def inspector(page: Page) -> Inspector:
    return Inspector(page.locator(".xwidget-inspector"))


def check(page: Page, name: str, tmp_path: Path, place: int = 0) -> None:
    """Compare a picture, as it is on the screen, with the one that was kept."""
    page.mouse.move(0, 0)
    painted(page, 150)
    shot = page.locator(".xw-frame").nth(place).screenshot()
    seen = np.asarray(Image.open(BytesIO(shot)).convert("RGB")).astype(int)
    ratio = int(page.evaluate("devicePixelRatio"))
    kept = LOOKS / f"{name}-{ratio}x.png"
    (tmp_path / kept.name).write_bytes(shot)
    assert kept.exists(), f"nothing to compare with: look at {tmp_path / kept.name}"
    expected = np.asarray(Image.open(kept).convert("RGB")).astype(int)
    assert seen.shape == expected.shape
    # A line between two pixels may be mixed otherwise by another version of the browser.
    differs = (abs(seen - expected) > 8).any(-1).mean()
    assert differs < 0.002, f"{differs:.1%} of the pixels differ: look at {tmp_path / kept.name}"


@pytest.mark.parametrize("view", ["Paper", "Evidence", "Mask", "Heat", "Overlay", "Image", "Rest"])
def test_every_view(page: Page, inspector: Inspector, tmp_path: Path, view: str) -> None:
    inspector.root.get_by_role("radio", name=view, exact=True).check(force=True)
    check(page, view.lower(), tmp_path)


def test_enlarged_pixels_have_a_grid(page: Page, inspector: Inspector, tmp_path: Path) -> None:
    evidence(inspector)
    inspector.point_at(12, 16)
    for _ in range(2):
        inspector.root.get_by_role("application").press("+")
    inspector.root.get_by_role("application").blur()
    check(page, "grid", tmp_path)


def test_the_threshold(page: Page, inspector: Inspector, tmp_path: Path) -> None:
    evidence(inspector)
    inspector.root.get_by_role("slider", name="Threshold").fill("128")
    check(page, "threshold", tmp_path)


def test_the_divider(page: Page, inspector: Inspector, tmp_path: Path) -> None:
    evidence(inspector)
    inspector.side_by_side("divider")
    labels = page.locator(".xw-corner")
    labels.evaluate_all("(all) => all.forEach((label) => { label.style.display = 'none'; })")
    check(page, "divider", tmp_path)


def test_a_mask_of_zeros_says_so_in_words(page: Page, inspector: Inspector) -> None:
    inspector.classes.nth(1).click()
    inspector.wait_for(target=5)
    assert inspector.root.get_by_role("application").inner_text() == "No evidence"
    inspector.root.get_by_role("radio", name="Image").check(force=True)
    assert inspector.root.get_by_role("application").inner_text() == ""
