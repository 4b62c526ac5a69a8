"""The trials in a fresh environment, by the names of the extras; "" is xwidget alone.

This file is run by the Python of that environment, which has nothing but xwidget and one extra.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("MPLBACKEND", "agg")


def alone() -> str:
    """Import, look through the installation, explain, save, export, and show a panel."""
    import xwidget as xw

    assert "torch" not in sys.modules, "the import of xwidget imports torch"
    told = doctor()
    ex = explained()
    ex.save("made.xwidget")
    assert xw.Explanation.load("made.xwidget").targets == ex.targets
    ex.export_html("made.html")
    assert Path("made.html").stat().st_size > 100_000
    clf, image = tiny()
    widget = xw.Inspector(clf, image, iterations=2)
    widget.run()
    widget.wait(60)
    assert widget.explanation.targets
    widget.close()
    if importlib.util.find_spec("sqlalchemy") is None:
        refused(lambda: xw.FindingStore("made.sqlite"), "pip install")
    return f"doctor: {told['broken']} broken"


def findings() -> str:
    """Keep a finding."""
    import xwidget as xw
    from xwidget.findings.finding import Finding
    from xwidget.findings.region import Box

    with xw.FindingStore("made.sqlite", author="Ada") as store:
        store.add(Finding(Box(1, 2, 3, 4), (32, 32), "core", label="mark"))
    with xw.FindingStore("made.sqlite") as store:
        (found,) = store.list()
    return found.label


def postgres() -> str:
    """Ask for a server that is not there."""
    import xwidget as xw

    refused(lambda: xw.FindingStore("postgresql://ada@127.0.0.1:1/none"), "127.0.0.1")
    return "a server that is not there is said not to be there"


def plot() -> str:
    """Draw an explanation."""
    explained().plot()
    return "drawn"


def demo() -> str:
    """Load the network and a photo; look for the extensions of JupyterLab; keep and draw."""
    import xwidget as xw

    clf = xw.load("efficientnet_lite0")
    (_, name, _), *_ = clf.predict(xw.sample("coffee"), k=1)
    assert name == "espresso", name
    lines = [line for group in doctor()["checkup"].values() for line in group]
    states = [line["state"] for line in lines if "for this environment" in line["name"]]
    assert states == ["ok", "ok"], states
    return f"{name}, {plot()}, {findings()}"


def methods() -> str:
    """Ask every other method."""
    import xwidget as xw
    from xwidget.methods import METHODS

    clf, image = tiny()
    asked = [name for name, method in METHODS.items() if not unfit(method, clf)]
    for name in asked:
        options = {"masks": 8} if name == "rise" else {"samples": 8} if name == "lime" else {}
        found = xw.attribute(clf, image, name, 0, progress=False, **options)
        assert found.targets == (0,)
    return f"{len(asked)} methods"


def many() -> str:
    """Explain images into a store, and read it."""
    return f"{len(kept('local').ids)} rows"


def ray() -> str:
    """The same with Ray's workers."""
    return f"{len(kept('ray').ids)} rows"


def clusters() -> str:
    """Cluster the rows of a store."""
    import xwidget as xw

    return f"{len(set(xw.cluster(kept('local', 24)).labels))} clusters"


def lessons() -> str:
    """Write a lesson as a page."""
    import xwidget as xw

    xw.Lesson("Made", [xw.Step("*Look.*", "it")], {"it": explained()}).export_html("made.html")
    assert "<em>Look.</em>" in Path("made.html").read_text("utf-8")
    return "written"


def timm() -> str:
    """Explain a model of timm."""
    import timm

    import xwidget as xw

    model = timm.create_model("mobilenetv3_small_050", pretrained=False)
    clf = xw.from_timm(model.eval())
    xw.explain(clf, tiny()[1], 0, iterations=1, progress=False)
    return clf.name


def transformers() -> str:
    """Explain a model of transformers."""
    from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessor

    import xwidget as xw

    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = ViTConfig(image_size=32, patch_size=8, intermediate_size=16, num_labels=3, **sizes)
    model = ViTForImageClassification(config).eval()
    processor = ViTImageProcessor(size={"height": 32, "width": 32})
    clf = xw.from_transformers(model, processor)
    xw.explain(clf, tiny()[1], 0, iterations=1, progress=False)
    return type(model).__name__


TRIED: dict[str, Callable[[], str]] = {
    "": alone,
    "clusters": clusters,
    "demo": demo,
    "findings": findings,
    "lessons": lessons,
    "many": many,
    "methods": methods,
    "plot": plot,
    "postgres": postgres,
    "ray": ray,
    "timm": timm,
    "transformers": transformers,
}


def tiny() -> tuple[Any, Any]:
    """Return a small classifier, and an image."""
    import numpy as np
    import torch

    import xwidget as xw

    torch.manual_seed(0)
    nn = torch.nn
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
    )
    clf = xw.Classifier(net, size=32, categories=["a", "b"], name="tiny")
    return clf, np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)


def explained() -> Any:
    """Return an explanation of two iterations."""
    import xwidget as xw

    clf, image = tiny()
    return xw.explain(clf, image, 0, iterations=2, progress=False)


def kept(executor: str, count: int = 3) -> Any:
    """Return a store of a few images."""
    import numpy as np

    import xwidget as xw

    clf, _ = tiny()
    draw = np.random.default_rng(1)
    images = {
        f"{n}": draw.integers(0, 256, (32, 32, 3), dtype=np.uint8) // (1 + n % 3)
        for n in range(count)
    }
    more = {"iterations": 2, "executor": executor, "progress": False}
    store = xw.explain_many(clf, images, [0], out="store", **more).run()
    assert store is not None
    assert not store.errors, store.errors
    assert len(store.select("error = ''")) == count
    return store


def doctor() -> Any:
    """Return the answer of ``python -m xwidget doctor``, in which nothing is broken."""
    command = [sys.executable, "-m", "xwidget", "doctor", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def unfit(method: Any, clf: Any) -> bool:
    """Return whether a method cannot explain this classifier."""
    return bool(method.unfit(clf.net))


def refused(work: Callable[[], Any], words: str) -> None:
    """Check that something fails with an error that has these words."""
    said = ""
    try:
        work()
    except Exception as error:
        said = str(error)
    assert words in said, said or f"it did not fail; expected an error with {words!r}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        print(TRIED[sys.argv[1] if len(sys.argv) > 1 else ""]())
        os.chdir("/")
