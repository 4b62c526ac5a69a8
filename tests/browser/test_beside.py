"""What stands beside the evidence in JupyterLab: every kind of pane, pixel by pixel."""

import re

import numpy as np
import numpy.typing as npt
import pytest
from playwright.sync_api import Locator

from tests.browser.inspector import (
    Inspector,
    Pixels,
    array_from_kernel,
    from_kernel,
    painted,
    pixels_of,
    wait_in_kernel,
)
from tests.browser.jupyter import Notebook
from tests.browser.test_accessibility import AXE, RUN_AXE

INSPECTOR = "2, sparsity=0.001"

#: 20% of the 32×32 pixels: those that less than 20% are ranked above.
TOP = 205
#: ColorBrewer's RdBu around light paper, from against the class to for it.
DIVERGING = np.array(
    [
        *[(33, 102, 172), (67, 147, 195), (146, 197, 222), (236, 234, 228)],
        *[(244, 165, 130), (214, 96, 77), (178, 24, 43)],
    ]
)
#: Ends and middle of viridis (Smith & van der Walt), and the quarters.
VIRIDIS = {
    0: (68, 1, 84),
    64: (59, 82, 139),
    128: (33, 145, 140),
    191: (92, 200, 99),
    255: (253, 231, 37),
}

SECOND = """
torch.manual_seed(3)
second = xw.Classifier(
    torch.nn.Sequential(
        torch.nn.Conv2d(3, 6, 5, padding=2), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(4),
        torch.nn.Flatten(), torch.nn.Linear(96, 5),
    ),
    size=32, mean=(0.5,) * 3, std=(0.25,) * 3, categories=names, name="another net",
)
w.add_model(second)
y, x = np.mgrid[:32, :32] / 31
w.add_attribution(xw.Attribution.from_array(
    np.stack([y * x, 1 - y * x]), list(w.explanation.targets), method="<b>a ramp</b>"
))
w.wait()
"""


@pytest.fixture
def inspector(notebook: Notebook) -> Inspector:
    """The panel with nothing beside, by value."""
    inspector = Inspector.on(notebook)
    if inspector.button("End test").is_visible():
        inspector.button("End test").click()
    wait_in_kernel(notebook, "w.tested is None")
    return inspector


def menu(inspector: Inspector, *entries: str) -> None:
    """Open the menu "Beside", choose these entries, and leave it."""
    inspector.button("Beside").click()
    opened = inspector.root.get_by_role("menu", name="Beside")
    for entry in entries:
        opened.get_by_role("menuitemcheckbox", name=entry).first.click()
    inspector.root.page.keyboard.press("Escape")
    opened.wait_for(state="detached")


def pane(inspector: Inspector, name: str) -> Locator:
    """A picture that stands beside, once it is drawn."""
    page = inspector.root.page
    found = inspector.root.locator(".xw-pane").filter(
        has=page.get_by_role("application", name=f"Picture, {name}")
    )
    found.get_by_role("img", name=re.compile("values from|ranks first")).wait_for()
    painted(page, 150)  # painted in the frame after
    return found


def canvas(inspector: Inspector, name: str) -> Pixels:
    return pixels_of(pane(inspector, name).locator("canvas").first)


def values(notebook: Notebook, label: str) -> npt.NDArray[np.float64]:
    """What a pane has of the class that is drawn, the mean over the colors: (H, W)."""
    of = f"w.beside[{label!r}]"
    found = from_kernel(notebook, f"{of}.values[{of}.targets.index(w.target)].tolist()")
    array = np.array(found)
    return array.mean(0) if array.ndim == 3 else array


def check_unit(pixels: Pixels, values: npt.NDArray[np.float64]) -> None:
    """Viridis on the fixed scale from 0 to 1: within 3 levels where it is known."""
    level = np.round(255 * values)
    met = 0
    for known, color in VIRIDIS.items():
        there = pixels[level == known].astype(int)
        met += len(there)
        assert np.abs(there - color).max(initial=0) <= 3
    assert met > 0
    light = pixels.astype(float) @ (0.299, 0.587, 0.114)
    assert np.all(np.diff(light.reshape(-1)[np.argsort(values, axis=None)]) > -2)


def check_signed(pixels: Pixels, values: npt.NDArray[np.float64], scale: float) -> None:
    """Red-orange for the class, blue against it, the paper's color at 0, on ±scale."""
    at = np.linspace(-1, 1, len(DIVERGING))
    share = np.clip(values / scale, -1, 1)
    expected = np.stack([np.interp(share, at, DIVERGING[:, c]) for c in range(3)], -1)
    # A level of 255 of the scale, at most 0.5 of them off.
    assert np.abs(pixels - expected).max() <= 2
    assert (share > 0.05).any()
    assert (share < -0.05).any()


def test_an_entry_stays_under_the_pointer_while_what_is_put_beside_moves_the_tools(
    notebook: Notebook, inspector: Inspector
) -> None:
    button = inspector.button("Beside")
    button.click()
    before = button.bounding_box()
    opened = inspector.root.get_by_role("menu", name="Beside")
    names = ["Grad-CAM", "LayerCAM"]
    boxes = [
        opened.get_by_role("menuitemcheckbox", name=name).first.bounding_box() for name in names
    ]
    for name, box in zip(names, boxes, strict=True):
        assert box is not None
        # Where it stood when the menu opened: nothing waits until it stands still.
        notebook.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        wait_in_kernel(notebook, f"{name!r} in w.beside")
        pane(inspector, name)
    assert button.bounding_box() != before
    for name in names:
        notebook.execute(f"w.remove({name!r})")
    notebook.page.keyboard.press("Escape")
    opened.wait_for(state="detached")
    inspector.root.locator(".xw-pane").nth(1).wait_for(state="detached")


def test_what_is_said_of_two_pictures_follows_them_at_once(
    notebook: Notebook, inspector: Inspector
) -> None:
    menu(inspector, "LayerCAM")
    pane(inspector, "LayerCAM")
    gap = inspector.root.evaluate("""root => {
      const box = (of) => root.querySelector(of).getBoundingClientRect();
      return box('.xw-compared').top - box('.xw-stage').bottom;
    }""")
    assert 0 <= gap < 16
    menu(inspector, "LayerCAM")
    inspector.root.locator(".xw-pane").nth(1).wait_for(state="detached")


def test_methods_are_put_beside_from_the_menu_each_in_its_own_colors(
    notebook: Notebook, inspector: Inspector
) -> None:
    menu(inspector, "Grad-CAM", "Integrated Gradients")
    drawn = canvas(inspector, "Grad-CAM")
    check_unit(drawn, values(notebook, "Grad-CAM"))

    drawn = canvas(inspector, "Integrated Gradients")
    told = from_kernel(notebook, "w._beside[1]['targets'][str(w.target)]")
    check_signed(drawn, values(notebook, "Integrated Gradients"), told["scale"])
    title = pane(inspector, "Integrated Gradients").locator(".xw-pane-title").inner_text()
    assert float(re.search(r"±([\d.e-]+)", title).group(1)) == pytest.approx(  # type: ignore[union-attr]
        told["scale"], rel=0.01
    )


def test_the_menu_obeys_the_keyboard(notebook: Notebook, inspector: Inspector) -> None:
    keys = notebook.page.keyboard
    focused = "e => e === e.getRootNode().activeElement"
    button = inspector.button("Beside")
    button.focus()
    keys.press("Enter")
    items = inspector.root.get_by_role("menu", name="Beside").locator("[role^=menuitem]")
    items.nth(1).wait_for()
    assert items.nth(0).evaluate(focused)
    keys.press("ArrowDown")
    assert items.nth(1).evaluate(focused)
    keys.press("i")
    assert items.filter(has_text="Integrated Gradients").first.evaluate(focused)
    keys.press("End")
    assert items.last.evaluate(focused)
    cut = """e => {
      const { top, bottom } = e.getBoundingClientRect();
      return top < 0 || bottom > innerHeight || e.closest('.jp-OutputArea-output').scrollTop > 0;
    }"""
    assert not inspector.root.get_by_role("menu", name="Beside").evaluate(cut)
    keys.press("PageUp")  # of the menu: the page stays where it is
    assert items.nth(0).evaluate(focused)
    keys.press("Escape")
    assert items.count() == 0
    assert button.evaluate(focused)
    keys.press("Enter")
    items.nth(1).wait_for()
    notebook.page.evaluate("() => dispatchEvent(new Event('resize'))")
    items.nth(0).wait_for(state="detached")


def test_models_and_arrays_from_python_and_a_difference_of_classes_stand_beside(
    notebook: Notebook, inspector: Inspector
) -> None:
    notebook.execute(SECOND)
    # A name is a text, whatever it looks like.
    drawn = canvas(inspector, "<b>a ramp</b>")
    check_unit(drawn, values(notebook, "<b>a ramp</b>"))
    # What another model relies on is looked at as ours is: its evidence, on the same reference.
    of = "w.beside['another net']"
    mask = np.array(
        from_kernel(notebook, f"{of}.values[{of}.targets.index(w.target)].tolist()")
    ).transpose(1, 2, 0)
    image = array_from_kernel(notebook, "w.explanation.image").astype(float)
    reference = array_from_kernel(notebook, "w.explanation.reference").astype(float)
    expected = mask * image + (1 - mask) * reference
    assert np.abs(canvas(inspector, "another net") - expected).max() <= 1.5

    first = from_kernel(notebook, "list(w.explanation.targets).index(w.target)")
    names = from_kernel(notebook, "[clf.short_names[t] for t in w.explanation.targets]")
    menu(inspector, f"Difference to {names[1 - first]}")
    masks = array_from_kernel(
        notebook, "np.floor(255 * w.explanation.masks + .5).astype(np.uint8)"
    ).astype(int)
    expected = (masks[first] - masks[1 - first]).mean(0) / 255
    check_signed(canvas(inspector, f"{names[first]} − {names[1 - first]}"), expected, 1.0)


def test_by_area_every_picture_shows_as_many_pixels_and_they_are_ranked(
    notebook: Notebook, inspector: Inspector
) -> None:
    root = inspector.root
    root.locator("input[value=mask]").check(force=True)
    root.get_by_role("radio", name="By area").check(force=True)
    panes = root.locator(".xw-pane")
    count = panes.count()
    assert count == 6
    notebook.page.wait_for_function(
        "() => document.querySelectorAll('.xw-ranking tbody tr b').length >= 5"
        " && !document.querySelector('.xw-ranking[data-pending]')"
    )
    painted(notebook.page, 300)
    for k in range(count):
        shown = pixels_of(panes.nth(k).locator("canvas").first)
        assert set(np.unique(shown)) == {0, 255}, k
        assert (shown[..., 0] == 255).sum() == TOP, k

    # Each row is what the net says of these pixels on the reference.
    rows = root.locator(".xw-ranking tbody tr").all()
    scores = {
        row.get_by_role("rowheader").locator("span").inner_text(): row.locator("td b").inner_text()
        for row in rows
    }
    grades = [float(score) for of, score in scores.items() if score != "–" and of != "another net"]
    assert grades == sorted(grades, reverse=True)
    # What another net says of its own evidence ranks with none of that.
    assert "by itself" in root.locator(".xw-ranking tr", has_text="another net").inner_text()
    shown = pixels_of(pane(inspector, "Grad-CAM").locator("canvas").first) > 0
    notebook.execute(f"top = np.array({shown.astype(int).tolist()}, np.float32).transpose(2, 0, 1)")
    said = from_kernel(notebook, "w.test(top).scores[clf.short_names[w.target]]")
    assert float(scores["Grad-CAM"].replace("<", "")) == pytest.approx(said, abs=0.0006)
    inspector.button("End test").click()

    # The slider reaches another share, for all of them.
    root.get_by_role("slider", name="Area").fill("10")
    painted(notebook.page, 300)
    for k in range(count):
        shown = pixels_of(panes.nth(k).locator("canvas").first)
        assert (shown[..., 0] == 255).sum() == 103, k


def test_the_net_scores_what_a_picture_beside_shows_and_it_is_removed(
    notebook: Notebook, inspector: Inspector
) -> None:
    root = inspector.root
    beside = pane(inspector, "<b>a ramp</b>")
    shown = pixels_of(beside.locator("canvas").first) > 0
    beside.locator("canvas").first.click()
    inspector.button("Only what is shown").click()
    wait_in_kernel(notebook, "w.tested is not None")
    tested = array_from_kernel(notebook, "np.round(255 * w.tested.mask).astype(np.uint8)")
    np.testing.assert_array_equal(tested.transpose(1, 2, 0) > 0, shown)
    inspector.button("End test").click()

    root.get_by_role("button", name="Remove <b>a ramp</b>").first.click()
    beside.wait_for(state="detached")
    wait_in_kernel(notebook, "'<b>a ramp</b>' not in w.beside")
    menu(inspector, "Grad-CAM")  # a second time takes it away
    wait_in_kernel(notebook, "'Grad-CAM' not in w.beside")


def test_measures_and_the_sanity_check_are_asked_for_and_shown(
    notebook: Notebook, inspector: Inspector
) -> None:
    measures = inspector.root.get_by_role("region", name="Measures")
    measures.get_by_role("button", name="Measure", exact=True).click()
    row = measures.get_by_role("row").filter(has_text="Integrated Gradients")
    row.wait_for()
    of = from_kernel(
        notebook, "next(p['id'] for p in w._beside if p['label'] == 'Integrated Gradients')"
    )
    said = from_kernel(
        notebook,
        f"next(m for m in w._measured if m['pane'] == {of} and m['measures'])['measures']['own']",
    )
    figures = [
        float(cell.replace("<", "").replace("−", "-")) for cell in row.inner_text().split()[2:]
    ]
    expected = [*said["sufficiency"], *said["comprehensiveness"]]
    assert figures == pytest.approx(expected, abs=0.0051)
    assert measures.get_by_role("img", name="Deletion curves").locator("path").count() >= 3

    # Where there is room, the curves stand in one row.
    boxes = [figure.bounding_box() for figure in measures.locator("figure").all()]
    assert len({round(box["y"]) for box in boxes if box}) == 1
    assert len({round(box["x"]) for box in boxes if box}) == 3

    measures.get_by_role("button", name="Sanity check").click()
    told = measures.get_by_role("list", name="Sanity check").get_by_role("listitem")
    told.filter(has_text="Integrated Gradients").wait_for()
    words = from_kernel(
        notebook,
        f"next(m for m in w._measured if m['pane'] == {of} and m['randomized'])"
        "['randomized']['words']",
    )
    assert told.filter(has_text="Integrated Gradients").get_attribute("title") == words


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm --prefix js ci")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(notebook: Notebook, inspector: Inspector, theme: str) -> None:
    notebook.set_theme(theme)
    notebook.page.evaluate(AXE.read_text())
    inspector.button("Beside").click()
    inspector.root.get_by_role("menu", name="Beside").wait_for()
    found = notebook.page.evaluate(RUN_AXE)
    assert found["told"] == []
    notebook.page.keyboard.press("Escape")
