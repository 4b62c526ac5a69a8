"""The Inspector as a person finds it on the page, and as its kernel knows it."""

import base64
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Locator, Page

from tests.browser.jupyter import POLL, TIMEOUT, Notebook

Pixels = npt.NDArray[np.uint8]

CANVAS = """(canvas) => {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  let bytes = "";
  for (let i = 0; i < data.length; i += 4) {
    bytes += String.fromCharCode(data[i], data[i + 1], data[i + 2]);
  }
  return { width, height, rgb: btoa(bytes) };
}"""

FRAMES = """() => new Promise((drawn) => {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(drawn)));
})"""

# A small net in an endless hurry: an iteration takes milliseconds, a run as long as a test wants.
SMALL_NET = """
import numpy as np
import torch
import xwidget as xw

torch.manual_seed(0)
torch.set_num_threads(1)
net = torch.nn.Sequential(
    torch.nn.Conv2d(3, 8, 3, padding=1),
    torch.nn.ReLU(),
    torch.nn.AdaptiveAvgPool2d(4),
    torch.nn.Flatten(),
    torch.nn.Linear(128, 5),
)
names = ["apple", "banana", "cherry", "date", "elderberry"]
clf = xw.Classifier(net, size=32, mean=(0.5,) * 3, std=(0.25,) * 3, categories=names)
photo = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
"""

# Runs that go on as long as they are told, also where nothing changes any more.
ENDLESS = """
from dataclasses import replace
from xwidget.engine.optimize import optimize

class Endless(xw.Inspector):
    @staticmethod
    def _engine(clf, x, targets, settings, **options):
        return optimize(clf, x, targets, replace(settings, early_stop=False), **options)
"""


def painted(page: Page, milliseconds: float = 0) -> None:
    """Wait so long, and until the page has drawn what it was told by then: two frames."""
    page.wait_for_timeout(milliseconds)
    page.evaluate(FRAMES)


@dataclass(frozen=True)
class Inspector:
    """One view of an Inspector on the page."""

    root: Locator

    @classmethod
    def on(cls, notebook: Notebook, number: int = 0) -> "Inspector":
        """Return the view that stands at this place, from the top, once it is there."""
        notebook.wait_for(".xwidget-inspector", number + 1)
        return cls(notebook.page.locator(".xwidget-inspector").nth(number))

    def wait_for(self, *, seconds: float = TIMEOUT, **data: object) -> None:
        """Wait for ``data-*`` attributes: ``wait_for(status="done", iteration=20)``."""
        selector = "".join(f'[data-{name}="{value}"]' for name, value in data.items())
        self.root.and_(self.root.page.locator(selector)).wait_for(timeout=seconds * 1000)

    def wait_for_more_than(self, iteration: int) -> None:
        """Wait until a later iteration is drawn."""
        self.root.page.wait_for_function(
            "([root, iteration]) => Number(root.dataset.iteration) > iteration",
            arg=[self.root.element_handle(), iteration],
            polling=POLL,
        )

    @property
    def status(self) -> str:
        return self.root.get_attribute("data-status") or ""

    @property
    def iteration(self) -> int:
        return int(self.root.get_attribute("data-iteration") or -1)

    @property
    def target(self) -> int:
        return int(self.root.get_attribute("data-target") or -1)

    @property
    def canvas(self) -> Locator:
        """The main picture's."""
        return self.root.locator("canvas").first

    @property
    def slider(self) -> Locator:
        return self.root.get_by_role("slider", name="Iteration")

    @property
    def classes(self) -> Locator:
        return self.root.get_by_role("group", name="Classes", exact=True).get_by_role("button")

    @property
    def pressed_classes(self) -> int:
        return self.classes.and_(self.root.page.locator('[aria-pressed="true"]')).count()

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def pixels(self) -> Pixels:
        """What the main canvas holds: (H, W, 3)."""
        return pixels_of(self.canvas)

    def place_of(self, x: int, y: int) -> tuple[float, float]:
        """Where the middle of a pixel of the image is in the window."""
        box = self.canvas.bounding_box()
        assert box is not None
        height, width = self.pixels().shape[:2]
        return (
            box["x"] + (x + 0.5) * box["width"] / width,
            box["y"] + (y + 0.5) * box["height"] / height,
        )

    def point_at(self, x: int, y: int) -> None:
        """Move the mouse to the middle of a pixel of the image."""
        self.canvas.scroll_into_view_if_needed()
        self.root.page.mouse.move(*self.place_of(x, y))

    def point_at_screen(self, x: int, y: int) -> None:
        """The same where the picture is enlarged: nothing is scrolled."""
        self.root.page.mouse.move(*self.place_of(x, y))

    def side_by_side(self, layout: str) -> None:
        """Choose what is side by side: "single", "views", "classes", "game" ..."""
        self.root.get_by_role("combobox", name="Side by side").select_option(layout)
        painted(self.root.page, 150)  # the pictures are painted in the frame after

    def readout(self) -> list[float]:
        """The numbers that the readout shows, in reading order."""
        text = self.root.get_by_role("status", name="Pixel").inner_text()
        return [float(number) for number in re.findall(r"-?\d*\.?\d+(?:e-?\d+)?", text)]


def pixels_of(canvas: Locator) -> Pixels:
    """What a canvas holds: (H, W, 3)."""
    read = canvas.evaluate(CANVAS)
    rgb = np.frombuffer(base64.b64decode(read["rgb"]), np.uint8)
    return rgb.reshape(read["height"], read["width"], 3)


def from_kernel(notebook: Notebook, expression: str) -> Any:
    """Evaluate a JSON-able expression in the notebook's kernel."""
    return json.loads(notebook.execute(f"import json; print(json.dumps({expression}))"))


def wait_in_kernel(notebook: Notebook, expression: str, about: str = "") -> None:
    """Wait until an expression is true in the kernel: it hears of the page after a while."""
    deadline = time.monotonic() + TIMEOUT / 3
    while not from_kernel(notebook, f"bool({expression})"):
        if time.monotonic() > deadline:
            raise AssertionError(f"in the kernel, not so: {expression} {about}".rstrip())
        notebook.page.wait_for_timeout(POLL)


def array_from_kernel(notebook: Notebook, expression: str) -> Pixels:
    """Evaluate a uint8 array in the notebook's kernel."""
    array = f"np.ascontiguousarray({expression})"
    code = f"base64.b64encode({array}.tobytes()).decode(), list({array}.shape)"
    notebook.execute("import base64, numpy as np")
    data, shape = from_kernel(notebook, f"[{code}]")
    return np.frombuffer(base64.b64decode(data), np.uint8).reshape(shape)


def shows(readout: Sequence[float], values: Sequence[float]) -> bool:
    """Return True if values stand beside each other in a readout."""
    wanted = list(values)
    return any(
        list(readout[start : start + len(wanted)]) == wanted for start in range(len(readout))
    )
