"""What the Inspector's panel does in JupyterLab, with a net small enough to be quick."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.browser.conftest import OpenNotebook
from tests.browser.inspector import (
    ENDLESS,
    SMALL_NET,
    Inspector,
    array_from_kernel,
    from_kernel,
    wait_in_kernel,
)
from tests.browser.jupyter import Notebook, Server, write_notebook
from tests.kernels.described import FORKED

FOREVER = 100_000  # iterations: hours


Run = Callable[..., Notebook]


@pytest.fixture
def run(server: Server, open_notebook: OpenNotebook, request: pytest.FixtureRequest) -> Run:
    """Open a notebook that defines the small net, then runs these cells."""

    def run(*cells: str, kernel: str = FORKED, **options: Any) -> Notebook:
        path = server.root / f"{request.node.name}.ipynb"
        notebook = open_notebook(write_notebook(path, [SMALL_NET, *cells], kernel), **options)
        notebook.run_all()
        return notebook

    return run


@pytest.mark.parametrize(("kernel", "generation"), [("python3", 7), ("ipykernel-6", 6)])
def test_stop_ends_a_run_that_has_hours_to_go(run: Run, kernel: str, generation: int) -> None:
    notebook = run(ENDLESS, f"w = Endless(clf, photo, iterations={FOREVER}); w", kernel=kernel)
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="running")
    inspector.wait_for_more_than(iteration=10)
    inspector.button("Stop").click()
    inspector.wait_for(status="stopped")

    assert from_kernel(notebook, "__import__('ipykernel').version_info[0]") == generation
    assert from_kernel(notebook, "[w.status, w.iteration]") == ["stopped", inspector.iteration]
    np.testing.assert_array_equal(
        inspector.pixels(), array_from_kernel(notebook, "w.explanation.evidence[0]")
    )


def test_a_stopped_run_goes_on_from_where_it_was(run: Run) -> None:
    notebook = run("w = xw.Inspector(clf, photo, iterations=20); w")
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="done", iteration=20)
    inspector.button("Run more").click()
    inspector.wait_for(status="done", iteration=40)
    assert from_kernel(notebook, "len(w.explanation.trace.score)") == 41
    inspector.button("Run").click()
    inspector.wait_for(status="done", iteration=20)


def test_a_reloaded_page_shows_what_it_showed(run: Run) -> None:
    notebook = run("w = xw.Inspector(clf, photo, iterations=30); w")
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="done", iteration=30)
    second = from_kernel(notebook, "w.explanation.targets[1]")
    inspector.classes.nth(1).click()
    inspector.wait_for(target=second)
    kept = from_kernel(notebook, "[int(i) for i in w.explanation.frames.iterations]")
    inspector.slider.press("ArrowLeft")
    inspector.wait_for(target=second, iteration=kept[-2])
    wait_in_kernel(notebook, f"w.iteration == {kept[-2]}")
    before = inspector.pixels()

    notebook.save()
    notebook.reload()
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="done", target=second, iteration=kept[-2])
    np.testing.assert_array_equal(inspector.pixels(), before)
    inspector.classes.first.click()
    inspector.wait_for(target=from_kernel(notebook, "w.explanation.targets[0]"))
    inspector.button("Run").click()
    inspector.wait_for(status="done", iteration=30)


def test_two_inspectors_on_a_page_mind_their_own_business(run: Run) -> None:
    notebook = run(
        ENDLESS,
        f"a = Endless(clf, photo, iterations={FOREVER}); a",
        "b = xw.Inspector(clf, 255 - photo, iterations=15); b",
    )
    first, second = Inspector.on(notebook, 0), Inspector.on(notebook, 1)
    first.wait_for_more_than(iteration=15)
    second.wait_for(status="done", iteration=15)
    first.button("Stop").click()
    first.wait_for(status="stopped")
    assert second.status == "done"
    for inspector, name in ((first, "a"), (second, "b")):
        np.testing.assert_array_equal(
            inspector.pixels(), array_from_kernel(notebook, f"{name}.explanation.evidence[0]")
        )


def test_two_views_of_an_inspector_agree(run: Run) -> None:
    notebook = run("w = xw.Inspector(clf, photo, iterations=15); w", "w")
    first, second = Inspector.on(notebook, 0), Inspector.on(notebook, 1)
    for view in (first, second):
        view.wait_for(status="done", iteration=15)
    second.classes.nth(2).click()
    target = from_kernel(notebook, "w.explanation.targets[2]")
    for view in (first, second):
        view.wait_for(target=target)
    np.testing.assert_array_equal(first.pixels(), second.pixels())


def test_a_class_is_added_by_typing_part_of_its_name(run: Run) -> None:
    notebook = run("w = xw.Inspector(clf, photo, targets=['apple'], iterations=15); w")
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="done", iteration=15)
    field = inspector.root.get_by_role("combobox", name="Add class")
    field.click()
    field.press_sequentially("elder")
    inspector.root.get_by_role("option", name="elderberry").wait_for()
    field.press("Enter")
    inspector.wait_for(status="done", target=4, iteration=15)
    assert from_kernel(notebook, "list(w.explanation.targets)") == [0, 4]
    np.testing.assert_array_equal(
        inspector.pixels(), array_from_kernel(notebook, "w.explanation.evidence[1]")
    )


def test_changing_the_game_runs_it(run: Run) -> None:
    notebook = run("w = xw.Inspector(clf, photo, iterations=15); w")
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="done", iteration=15)
    inspector.root.get_by_label("Game").select_option("deletion")
    # None while the new run has no iteration yet.
    wait_in_kernel(
        notebook, "getattr(w.explanation, 'settings', {'game': ''})['game'] == 'deletion'"
    )
    inspector.wait_for(status="done", iteration=15)


def test_an_error_of_the_net_is_told_in_the_panel(run: Run) -> None:
    notebook = run(
        "w = xw.Inspector(clf, photo, iterations=15)\n"
        "forward = net[0].forward\n"
        "def fail(x):\n"
        "    if torch.is_grad_enabled():\n"
        "        raise RuntimeError('the net is out of order')\n"
        "    return forward(x)\n"
        "net[0].forward = fail\n"
        "w"
    )
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="error")
    assert "the net is out of order" in inspector.root.get_by_role("alert").inner_text()


def test_it_sits_in_a_box_and_closes(run: Run) -> None:
    notebook = run(
        "import ipywidgets\n"
        "w = xw.Inspector(clf, photo, iterations=15)\n"
        "ipywidgets.VBox([ipywidgets.HTML('above'), w])"
    )
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="done", iteration=15)
    notebook.execute("w.close()")
    inspector.root.wait_for(state="detached")


# What a color is worth on a canvas, which knows every notation: its luminance in [0, 1].
LUMINANCES = """(root) => {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const luminance = (layers) => {
    context.clearRect(0, 0, 1, 1);
    for (const color of layers) {
      context.fillStyle = color;
      context.fillRect(0, 0, 1, 1);
    }
    const linear = [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)]
      .map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const paper = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      layers.unshift(getComputedStyle(at).backgroundColor);
    }
    return layers;
  };
  const texts = [...root.querySelectorAll("*")].filter((element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && !element.closest(":disabled, .xw-sr")
    && [...element.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim()));
  return texts.map((element) => {
    const below = paper(element);
    const ink = luminance([...below, getComputedStyle(element).color]);
    return { text: element.textContent.trim(), ink, paper: luminance(below) };
  });
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_word_is_legible_in_the_theme(run: Run, theme: str) -> None:
    notebook = run("w = xw.Inspector(clf, photo, iterations=15); w")
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="done", iteration=15)
    notebook.set_theme(theme)
    words = inspector.root.evaluate(LUMINANCES)
    assert len(words) > 10
    for word in words:
        assert theme == "light" or word["paper"] < 0.3, f"a white box in the dark: {word}"
        darker, lighter = sorted((word["ink"], word["paper"]))
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, word  # WCAG 2, level AA


def test_pixels_are_whole_on_a_sharp_screen(run: Run) -> None:
    notebook = run("w = xw.Inspector(clf, photo, iterations=15); w", device_scale_factor=1.5)
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="done", iteration=15)
    box = inspector.canvas.bounding_box()
    assert box is not None
    scale = box["width"] / 32 * 1.5
    assert scale == pytest.approx(round(scale), abs=1e-3)
    assert inspector.canvas.evaluate("(c) => getComputedStyle(c).imageRendering") == "pixelated"


def test_the_panel_fits_a_narrow_cell_and_does_not_jump(run: Run) -> None:
    notebook = run(
        ENDLESS,
        "w = Endless(clf, photo, iterations=400); w",
        viewport={"width": 700, "height": 1000},
    )
    inspector = Inspector.on(notebook)
    inspector.wait_for_more_than(iteration=0)
    height = inspector.root.evaluate("(root) => root.offsetHeight")
    inspector.wait_for(status="done", iteration=400)
    assert inspector.root.evaluate("(root) => root.offsetHeight") == height
    assert inspector.root.evaluate("(root) => root.scrollWidth <= root.clientWidth")


def test_a_saved_notebook_is_small_and_keeps_a_picture(run: Run, server: Server) -> None:
    notebook = run("w = xw.Inspector(clf, photo, iterations=15); w.wait(60)", "w")
    Inspector.on(notebook).wait_for(status="done", iteration=15)
    notebook.save()
    (path,) = server.root.glob("test_a_saved_notebook*.ipynb")
    assert path.stat().st_size < 1_000_000
    outputs = json.loads(path.read_text())["cells"][-1]["outputs"]
    assert any("image/png" in output.get("data", {}) for output in outputs)
