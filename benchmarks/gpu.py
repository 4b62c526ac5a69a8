"""The gain of a GPU, and whether it finds the same: python -m benchmarks.gpu [--photos FOLDER].

Without a GPU it measures the CPU, to be tried out.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from statistics import median

import torch
import torch.nn.functional as F

import xwidget as xw
from benchmarks.photos import read_photos
from xwidget.engine.optimize import optimize
from xwidget.engine.plan import Plan, choose
from xwidget.engine.settings import Settings
from xwidget.engine.views import DRAWN, PLAIN
from xwidget.studies.tables import number, table, versions

NETS = ("squeezenet", "efficientnet_lite0")
VIEWS = {"drawn": len(DRAWN), "zero": len(PLAIN)}
COUNTS = (1, 3, 10)  # classes
GAMES = ("generation", "deletion")
_FOREVER, _WARM = 10**6, 3


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu")
    parser.add_argument("--photos", help="folder of labeled photos; default: as installed")
    parser.add_argument("--repeats", type=int, default=40, help="of each pass")
    parser.add_argument("--iterations", type=int, default=25, help="of the runs compared")
    options = parser.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    name = torch.cuda.get_device_name() if device.type == "cuda" else "CPU"
    paths = [photo.path for photo in read_photos(options.photos)[:2]]
    parts = [
        f"{name}. {versions()}.",
        iterations(device, paths[0], options.repeats),
        agreement(device, paths, options.iterations),
    ]
    sys.stdout.write("\n\n".join(parts) + "\n")


def iterations(device: torch.device, photo: Path, repeats: int) -> str:
    """Return the table of the cost of an iteration beside a pass of the bare net."""
    rows = []
    for name, (reference, views), count in product(NETS, VIEWS.items(), COUNTS):
        clf = xw.load(name)
        x = clf.prepare(photo)
        image = x.to(device).expand(count * views, -1, -1, -1).contiguous()
        plan = choose(clf, device, image)
        settings = Settings(reference=reference, device=str(device), plan=plan, early_stop=False)
        steps = optimize(
            clf, x, clf.likeliest(clf.classify(x), count), replace(settings, iterations=_FOREVER)
        )
        bare, planned, loop = _medians(
            [
                _pass(Plan().prepare(clf, device, image), image),
                _pass(plan.prepare(clf, device, image), image),
                steps.__next__,
            ],
            device,
            repeats,
        )
        made = plan.memory_format + (", folded" if plan.fold else "")
        figures = [f"{1e3 * bare:.1f} ms", f"{1e3 * loop:.1f} ms", number(loop / planned, 2)]
        rows.append([name, reference, count, count * views, *figures, made])
    head = ["net", "reference", "classes", "rows", "bare", "loop", "÷ planned", "plan"]
    return table(head, rows)


def agreement(device: torch.device, photos: Sequence[Path], count: int) -> str:
    """Return the table of the distances between runs on the device and the same on the CPU."""
    rows = []
    for name, photo, game in product(NETS, photos, GAMES):
        clf = xw.load(name)
        here, there = (
            xw.explain(
                clf, photo, game=game, iterations=count, device=each, plan="folded", progress=False
            )
            for each in ("cpu", str(device))
        )
        apart = abs(here.masks - there.masks).mean()
        scores = (f"{each.scores[0]:.3f}" for each in (here, there))
        verdicts = (each.checks[0].verdict for each in (here, there))
        rows.append([name, photo.stem, game, number(float(apart), 4), *scores, *verdicts])
    head = ["net", "photo", "game", "masks apart", "score, CPU", "device", "checks, CPU", "device"]
    return table(head, rows)


def _pass(
    forward: Callable[[torch.Tensor], torch.Tensor], image: torch.Tensor
) -> Callable[[], object]:
    def run() -> object:
        e = (image * 0.6).requires_grad_()
        return torch.autograd.grad(-F.log_softmax(forward(e), 1)[:, 0].sum(), e)

    return run


def _medians(
    ways: Sequence[Callable[[], object]], device: torch.device, repeats: int
) -> list[float]:
    """Return the seconds of some ways, which take turns, until the device is done with each."""
    took: list[list[float]] = [[] for _ in ways]
    for n in range(_WARM + repeats):
        for way, seconds in zip(ways, took, strict=True):
            began = time.perf_counter()
            way()
            if device.type == "cuda":
                torch.cuda.synchronize(device)
            if n >= _WARM:
                seconds.append(time.perf_counter() - began)
    return [median(seconds) for seconds in took]


if __name__ == "__main__":
    main()
