"""How long an explanation takes: python -m benchmarks.speed [--quick] [--write docs/speed.md].

Times are medians of several runs that take turns, so that what else the machine does hits all. They
are shown as ratios to the *bare* pass: one forward and backward pass, to the input, of the net as
it comes, K images at once.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from datetime import date
from itertools import pairwise
from pathlib import Path
from statistics import median

import torch
import torch.nn.functional as F

import xwidget as xw
from benchmarks.plain import explain_plainly
from benchmarks.tables import machine, number, table, versions
from xwidget.engine.device import pick
from xwidget.engine.games import GAMES
from xwidget.engine.optimize import optimize
from xwidget.engine.plan import Plan, choose
from xwidget.engine.settings import Settings
from xwidget.engine.strategies import DEFENSES

NETS = ("squeezenet", "efficientnet_lite0")
PHOTO = "coffee"
DEFAULT = GAMES[Settings.game].defense
_FOREVER = 10**6
_WARM = 2

LEGEND = """\
- `bare`: one forward and backward pass of the net as it comes, to the input. All else is a ratio to
  it: `bare, planned` is the same pass by the plan that the run chose, the rest are whole iterations
  of `xwidget`'s loop by that plan: the pass, the defense, the step, the sparsity, the mask shown.
- `÷ planned`: the loop with generation's own defense, the directional one, against the bare pass by
  the same plan. This is what the defense and the loop cost.
- `K classes`: against one class, both with that defense.
- `memory`: how much more than the bare pass the process needs at its peak, in its own process."""

NOTES = """\
## Going faster still

- `plan={"memory_format": "channels_last", "autocast": "bfloat16"}` computes in bfloat16 where torch
  can. It is never chosen unasked: on SqueezeNet it moved the image's own score by up to .02. On a
  processor with the instructions for it SqueezeNet takes two thirds of the time, Lite0 more."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repeats and classes")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write a page with the tables")
    parser.add_argument("--peak", nargs=3, metavar=("NET", "K", "WHAT"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peak:
        name, count, what = arguments.peak
        sys.stdout.write(f"{_peak(name, int(count), what)}\n")
        return
    quick = arguments.quick
    counts = (1, 5, 10) if quick else (1, 2, 4, 5, 10)
    page = "\n\n".join(
        (
            "# Speed",
            f"Made {date.today()} by `python -m benchmarks.speed{' --quick' if quick else ''}` on "
            f"{machine()}.\n{versions()}.\n\nOn a GPU nothing was measured.",
            "## An iteration",
            _iterations(counts, 4 if quick else 9),
            LEGEND,
            "## Against a plain loop",
            _against_plain(40 if quick else 150),
            "`plain` is FGVis as one would write it down (`benchmarks/plain.py`): forward hooks on "
            "the ReLU modules and Adam on the mask, with the paper's rule (Eq. 6) or with the "
            "directional one. Generation of the most likely class; ours runs with the defaults. "
            "`best`: the plain loop's best score in as many iterations, and when both reach it; "
            "`.9 p(x)`: when 90 % of the image's own score is reached. Ours includes choosing the "
            "plan, folding and recording bounds.",
            NOTES,
        )
    )
    sys.stdout.write(page + "\n")
    if arguments.write:
        arguments.write.write_text(page + "\n", encoding="utf-8")


def _iterations(counts: Iterable[int], repeats: int) -> str:
    rows = []
    for name in NETS:
        one = 0.0
        for count in counts:
            took, plan = _measure(name, count, repeats if count > 1 else 3 * repeats)
            bare, default = took["bare"], took[DEFAULT]
            one = one or default
            peaks = [int(_in_own_process(name, count, what)) for what in ("bare", "loop")]
            rows.append(
                [
                    name,
                    count,
                    f"{1e3 * bare:.1f} ms",
                    *(number(took[what] / bare, 2) for what in ("bare, planned", *DEFENSES)),
                    number(default / took["bare, planned"], 2),
                    number(default / one, 2),
                    f"{peaks[1] - peaks[0]} MiB",
                    plan.memory_format + (", folded" if plan.fold else ""),
                ]
            )
    head = ["net", "K", "bare", "bare, planned", *DEFENSES, "÷ planned", "K classes", "memory"]
    return table([*head, "plan"], rows)


def _measure(name: str, count: int, repeats: int) -> tuple[dict[str, float], Plan]:
    """Return the seconds of each kind of pass, and the plan that the loops ran by."""
    clf = xw.load(name)
    x = clf.prepare(xw.sample(PHOTO))
    device = pick(None)
    image = x.to(device).expand(count, -1, -1, -1).contiguous()
    targets = clf.classify(x).topk(count).indices.tolist()
    plan = choose(clf, device, image)
    ways: dict[str, Callable[[], object]] = {
        "bare": _pass(Plan().prepare(clf, device, image), image),
        "bare, planned": _pass(plan.prepare(clf, device, image), image),
    }
    for defense in DEFENSES:
        steps = optimize(clf, x, targets, Settings(defense=defense), iterations=_FOREVER, plan=plan)
        ways[defense] = steps.__next__
    return _medians(ways, repeats), plan


def _pass(
    forward: Callable[[torch.Tensor], torch.Tensor], image: torch.Tensor
) -> Callable[[], object]:
    def run() -> object:
        e = (image * 0.6).requires_grad_()
        return torch.autograd.grad(-F.log_softmax(forward(e), 1)[:, 0].sum(), e)

    return run


def _medians(ways: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    took: dict[str, list[float]] = {what: [] for what in ways}
    order = list(ways)
    for n in range(_WARM + repeats):
        for what in order:
            began = time.perf_counter()
            ways[what]()
            if n >= _WARM:
                took[what].append(time.perf_counter() - began)
        order = order[3:] + order[:3]  # what ran before leaves its mark on caches
    return {what: median(seconds) for what, seconds in took.items()}


def _in_own_process(*what: object) -> str:
    command = [sys.executable, "-m", "benchmarks.speed", "--peak", *map(str, what)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _peak(name: str, count: int, what: str) -> int:
    """Return how much this process grows at most while it works, in MiB."""
    clf = xw.load(name)
    x = clf.prepare(xw.sample(PHOTO))
    image = x.expand(count, -1, -1, -1).contiguous()
    before = _resident()
    seen = [before]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.001):
            seen.append(_resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    if what == "bare":
        run = _pass(Plan().prepare(clf, image.device, image), image)
        for _ in range(6):
            run()
    else:
        list(optimize(clf, x, list(range(count)), Settings(), iterations=6))
    done.set()
    watcher.join()
    return (max(seen) - before) // 2**20


def _resident() -> int:
    """Return the memory that this process holds, in bytes; 0 where the system does not say."""
    sizes = Path("/proc/self/statm")
    return int(sizes.read_text().split()[1]) * resource.getpagesize() if sizes.exists() else 0


def _against_plain(iterations: int) -> str:
    rows = []
    for name in NETS:
        clf = xw.load(name)
        x = clf.prepare(xw.sample(PHOTO))
        target = int(clf.classify(x).argmax())
        enough = 0.9 * float(clf.classify(x)[target])
        curves = {
            rule: _curve(
                explain_plainly(clf.twin("cpu"), x, target, iterations, directional=rule != "paper")
            )
            for rule in ("paper", "directional")
        }
        steps = optimize(clf, x, [target], Settings(), iterations=iterations)
        ours = _curve(float(step.scores[0]) for step in steps)
        for rule, plain in curves.items():
            best = max(score for _, score in plain)
            plain_best, our_best = _reached(plain, best), _reached(ours, best)
            rows.append(
                [
                    name,
                    rule,
                    *(f"{1e3 * _each(curve):.1f} ms" for curve in (plain, ours)),
                    number(_each(plain) / _each(ours), 1),
                    number(best),
                    *(_seconds(reached) for reached in (plain_best, our_best)),
                    *(_seconds(_reached(curve, enough)) for curve in (plain, ours)),
                    f"{plain[-1][0]:.1f} s",
                ]
            )
    head = ["net", "plain rule", "iteration: plain", "ours", "ratio", "best", "reached: plain"]
    return table([*head, "ours", ".9 p(x): plain", "ours", "plain's whole run"], rows)


def _curve(scores: Iterable[float]) -> list[tuple[float, float]]:
    """Return when (seconds) each score came."""
    began = time.perf_counter()
    return [(time.perf_counter() - began, score) for score in scores]


def _reached(curve: list[tuple[float, float]], score: float) -> float | None:
    return next((seconds for seconds, reached in curve if reached >= score), None)


def _each(curve: list[tuple[float, float]]) -> float:
    """Return the median time of an iteration."""
    times = [seconds for seconds, _ in curve]
    return median(after - before for before, after in pairwise(times))


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.2f} s"


if __name__ == "__main__":
    main()
