"""What a notebook shows of an explanation's plot: the picture, exactly once."""

import base64
import io
import subprocess
import sys
from pathlib import Path

import nbclient
import nbformat
import numpy as np
import pytest
from PIL import Image

from tests.test_explanation import parts
from xwidget.explanation import Explanation

pytest.importorskip("matplotlib")

# A cell, and how many pictures it shows.
CELLS = [
    ("ex.plot()", 1),
    ("ex.plot();", 1),
    ("figure = ex.plot()", 1),
    ("figure", 1),  # asked for again
    ("ex.plot()\nnumber = 1", 1),
    ("ex.plot()\nnumber", 1),
    ("ex.plot()\nex.plot()", 2),
    ("for _ in range(3):\n    ex.plot()", 3),
    ("from IPython.display import display\ndisplay(ex.plot())\nprint('after')", 1),
    ("import matplotlib.pyplot as plt\nplt.close(ex.plot())", 0),
    ("number", 0),
    ("plt.plot([1, 2])", 1),  # one of the user's own, shown as ever
]

BACKENDS = {
    "as notebooks start": (None, ""),
    "inline": (None, "%matplotlib inline"),
    "agg": ("agg", ""),  # as on servers, and where a library asks for it
}


@pytest.fixture(scope="module", params=BACKENDS, ids=list(BACKENDS))
def shown(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> list[list[np.ndarray]]:
    """The pictures that each cell shows."""
    backend, magic = BACKENDS[request.param]
    path = tmp_path_factory.mktemp("plots") / "explanation"
    Explanation(**parts()).save(path)
    load = f"from xwidget.explanation import Explanation\nex = Explanation.load({str(path)!r})"
    sources = [f"{load}\n{magic}", *(source for source, _ in CELLS)]
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, sources)))
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MPLBACKEND", raising=False)
        if backend:
            patch.setenv("MPLBACKEND", backend)
        nbclient.NotebookClient(notebook, timeout=180).execute()
    return [
        [picture(output) for output in cell.outputs if "image/png" in output.get("data", {})]
        for cell in notebook.cells[1:]
    ]


def picture(output: nbformat.NotebookNode) -> np.ndarray:
    png = io.BytesIO(base64.b64decode(output.data["image/png"]))
    return np.asarray(Image.open(png).convert("RGB"))


def test_a_plot_is_shown_once_however_its_cell_ends(
    request: pytest.FixtureRequest, shown: list[list[np.ndarray]]
) -> None:
    counts = [len(pictures) for pictures in shown]
    if "agg" in request.node.callspec.id:
        counts[-1] += 1  # there pyplot's own figures are shown nowhere
    assert counts == [count for _, count in CELLS]


def test_what_is_shown_is_the_evidence(shown: list[list[np.ndarray]]) -> None:
    evidence = np.asarray(Explanation(**parts()).to_pil(view="paper")).reshape(-1, 3)
    for pixels in (pixels for pictures in shown[:-1] for pixels in pictures):
        assert min(pixels.shape[:2]) > 300
        colors = set(map(tuple, pixels.reshape(-1, 3)[::7]))
        assert colors >= set(map(tuple, evidence))


def test_a_script_saves_the_plot_and_opens_no_window(tmp_path: Path) -> None:
    Explanation(**parts()).save(tmp_path / "explanation")
    script = """
from xwidget.explanation import Explanation
figure = Explanation.load("explanation").plot()
figure.savefig("plot.png")
import matplotlib.pyplot as plt
assert plt.gcf() is figure
plt.close(figure)
assert not plt.get_fignums()
"""
    ran = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
    assert np.asarray(Image.open(tmp_path / "plot.png")).std() > 20
