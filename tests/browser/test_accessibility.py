"""The panel for those who do not see it, do not use a mouse, or want nothing to move."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenNotebook
from tests.browser.inspector import ENDLESS, SMALL_NET, Inspector
from tests.browser.jupyter import Notebook, Server, write_notebook
from tests.browser.test_screen_reader import nameless

AXE = Path(__file__).parents[2] / "js" / "node_modules" / "axe-core" / "axe.min.js"

RUN_AXE = """async () => {
  const { violations, passes } = await axe.run(".xwidget-inspector");
  const told = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => [id, ...nodes.map((node) => node.html + node.failureSummary)]);
  return { told, passes: passes.length };
}"""

# What Tab stops at: of a group of radio buttons only the one that is chosen.
STOPS = """(root) => {
  const all = [...root.querySelectorAll(
    "button, summary, input, select, textarea, a[href], [tabindex]")];
  const stops = all.filter((element) =>
    element.tabIndex >= 0 && !element.disabled && element.checkVisibility()
    && !(element.type === "radio" && !element.checked));
  for (const [number, element] of stops.entries()) element.dataset.stop = number;
  return stops.length;
}"""

# A hidden radio button shows its focus on the label's text beside it.
FOCUS = """(root) => {
  const element = document.activeElement;
  if (!root.contains(element)) return null;
  const shown = [element, element.nextElementSibling].filter(Boolean).some((each) => {
    const { outlineStyle, outlineWidth, opacity } = getComputedStyle(each);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 1 && opacity !== "0";
  });
  return { stop: Number(element.dataset.stop ?? -1), shown, html: element.outerHTML.slice(0, 200) };
}"""

MOVING = """(root) => document.getAnimations()
  .filter(({ effect }) => root.contains(effect.target)).length"""
TRANSITIONS = """(root) => [root, ...root.querySelectorAll("*")].filter((element) =>
  ["", "::before", "::after"].some((part) => {
    const style = getComputedStyle(element, part);
    return style.transitionDuration.split(", ").some((time) => parseFloat(time) > 0)
      || style.animationName !== "none";
  })).map((element) => element.className)"""


# What a screen reader would tell by itself, from now on.
LISTEN = """(root) => {
  window.told = [];
  const known = new Map();
  const POLITE = ["status", "alert", "log"];
  const live = (node) => {
    for (let at = node; at && at !== root; at = at.parentElement) {
      const said = at.getAttribute("aria-live") ?? (POLITE.includes(at.role) ? "polite" : null);
      if (said) return said === "off" ? null : at;
    }
    return null;
  };
  new MutationObserver((changes) => {
    const heard = changes.map(({ target }) => live(target.parentElement && target.nodeType === 3
      ? target.parentElement : target));
    for (const at of new Set(heard.filter(Boolean))) {
      if (at.textContent && known.get(at) !== at.textContent) window.told.push(at.textContent);
      known.set(at, at.textContent);
    }
  }).observe(root, { subtree: true, childList: true, characterData: true });
}"""


@pytest.fixture(scope="module")
def shared(server: Server, open_shared: OpenNotebook) -> Notebook:
    cells = [SMALL_NET, ENDLESS, "w = Endless(clf, photo, iterations=100_000); w"]
    notebook = open_shared(write_notebook(server.root / "accessibility.ipynb", cells))
    notebook.run_all()
    return notebook


@pytest.fixture
def running(shared: Notebook) -> Inspector:
    """An Inspector in the middle of a long run."""
    inspector = Inspector.on(shared)
    if inspector.status == "stopped":  # by a test before; a new panel runs by itself
        inspector.button("Run").click()
    inspector.wait_for(status="running")
    inspector.wait_for_more_than(iteration=10)
    return inspector


def stop(inspector: Inspector) -> None:
    inspector.button("Stop").click()
    inspector.wait_for(status="stopped")


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm --prefix js ci")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(shared: Notebook, running: Inspector, theme: str) -> None:
    def check() -> None:
        found = shared.page.evaluate(RUN_AXE)
        assert found["told"] == []
        assert found["passes"] > 10

    shared.page.evaluate(AXE.read_text("utf-8"))
    shared.set_theme(theme)
    check()
    stop(running)
    check()
    # What axe would say of a field without a name: it does look.
    slider = running.slider.element_handle()
    slider.evaluate("(slider) => slider.removeAttribute('aria-label')")
    assert shared.page.evaluate(RUN_AXE)["told"]
    slider.evaluate("(slider) => slider.setAttribute('aria-label', 'Iteration')")


@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
def test_tab_reaches_every_control_shows_where_it_is_and_leaves(
    shared: Notebook, running: Inspector, key: str
) -> None:
    stop(running)
    count = running.root.evaluate(STOPS)
    assert count > 10
    ends = [running.root.locator(f'[data-stop="{number}"]') for number in (0, count - 1)]
    (ends[0] if key == "Tab" else ends[1]).focus()
    # A focus that a script set may be drawn otherwise than one from the keyboard.
    shared.page.keyboard.press(key)
    shared.page.keyboard.press("Shift+Tab" if key == "Tab" else "Tab")
    reached = []
    for _ in range(2 * count):
        focus = running.root.evaluate(FOCUS)
        if focus is None:
            break
        assert focus["shown"], focus
        reached.append(focus["stop"])
        shared.page.keyboard.press(key)
    else:
        pytest.fail(f"{key} never left the panel: {reached}")
    assert sorted(reached) == list(range(count))


def test_nothing_moves_for_who_asked_for_that(shared: Notebook, running: Inspector) -> None:
    assert running.root.evaluate(MOVING) > 0
    shared.page.emulate_media(reduced_motion="reduce")
    try:
        assert running.root.evaluate(MOVING) == 0
        assert running.root.evaluate(TRANSITIONS) == []
    finally:
        shared.page.emulate_media(reduced_motion="no-preference")
    stop(running)


def test_a_run_talks_of_its_beginning_and_end_alone(shared: Notebook, running: Inspector) -> None:
    assert nameless(running.root) == []
    expect(running.button("Run more")).to_be_visible()
    expect(running.button("Stop")).to_be_enabled()
    picture = running.root.get_by_role("application", name="Picture")
    picture.focus()
    picture.press("ArrowRight")
    readout = running.readout()
    running.root.evaluate(LISTEN)
    running.wait_for_more_than(iteration=running.iteration + 300)
    assert running.readout() != readout  # it was there to be told
    assert shared.page.evaluate("window.told") == []
    stop(running)
    shared.page.wait_for_timeout(500)
    told = shared.page.evaluate("window.told")
    assert "stopped" in told
    assert len(told) < 6, told
    shared.page.evaluate("window.told.length = 0")
    picture.press("ArrowDown")
    shared.page.wait_for_timeout(200)
    assert [words[:1] for words in shared.page.evaluate("window.told")] == ["x"]
