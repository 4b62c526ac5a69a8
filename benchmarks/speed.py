"""The duration of an explanation: python -m benchmarks.speed [--quick] [--photos FOLDER] [--write
docs/reports/speed.md].

All of it is measured on the CPU. Times of an iteration are medians of several that take turns, so
that what else the machine does hits all; they are shown as ratios to the *bare* pass: one forward
and backward pass, to the input, of the net as it comes, of as many rows.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import torch
import torch.nn.functional as F

import xwidget as xw
from benchmarks.photos import read_photos
from benchmarks.plain import explain_plainly
from xwidget import metrics
from xwidget.catalog.games import GAMES
from xwidget.engine.optimize import optimize
from xwidget.engine.plan import Plan, choose
from xwidget.engine.settings import Settings
from xwidget.engine.step import Step
from xwidget.engine.strategies import DEFENSES
from xwidget.engine.views import DRAWN, PLAIN
from xwidget.studies.tables import machine, number, table, versions

NETS = ("squeezenet", "efficientnet_lite0")
PHOTO = "coffee"
SAMPLES = (PHOTO, "chelsea", "rocket")
VIEWS = {"drawn": len(DRAWN), "zero": len(PLAIN)}
COUNTS = (1, 3)  # classes
DEFAULT = GAMES[Settings.game].defense
#: What an iteration may cost, against the bare pass by the same plan.
GOAL = 1.25
#: Iterations at which a run's result is compared with its last one.
LOOKS = (5, 10, 20, 35, 50, Settings.iterations)
#: The share of the last result that counts as having it.
MOST = 0.9
CPU = torch.device("cpu")
_FOREVER = 10**6
_WARM = 2
_CURVE = 28  # steps of deletion and insertion

LEGEND = f"""\
An iteration runs each class once for each view: {VIEWS["drawn"]} views with `reference="drawn"`,
the default, {VIEWS["zero"]} with a fixed reference. `rows` is the resulting size of the batch.

- `bare`: one forward and backward pass of as many rows, down to the input, without a plan.
- `planned`: the same pass by the plan that the run chose, as a share of `bare`.
- `loop`: a whole iteration by that plan, as a share of `bare`: the pass, the views, the defense,
  the step, the sparsity and the mask shown.
- `÷ planned`: `loop` divided by `planned`, the cost of the defense and the loop. The goal is at
  most {GOAL}."""

WHOLE = f"""\
`xw.explain` with the defaults, for the most likely classes, up to {Settings.iterations} iterations,
with a classifier that was just loaded. Medians over photos.

- `preparing`: choosing the plan, folding, recording bounds, up to the first mask.
- `checks`: the last evaluation and the checks.
- `first step`: from the beginning until the mask has changed.
- `{MOST:.0%} there`: from the beginning until the result for the most likely class is
  {MOST:.0%} as good as the final one, and stays so, in both insertion − deletion of the relevance
  ({_CURVE} steps) and the score of the mask on the reference. Both are evaluated after iterations
  {", ".join(map(str, LOOKS))}, once the clock has stopped. For several classes the iteration is
  that of the run for one class, as classes do not affect each other.
- `at iteration`: the iteration at which that was, on the worst photo."""

PLAIN_LOOP = """\
Generation of the most likely class. `plain` is a direct implementation of FGVis
(`benchmarks/plain.py`): forward hooks on the ReLU modules and Adam on the mask, with the paper's
rule (Eq. 6) or the directional one, and the data mean as the reference. `zero` is xwidget with the
same reference, `drawn` with the default, which sees each mask in three views. `0.9 p(x)` is the
time until 90% of the image's score is reached; for xwidget it includes choosing the plan, folding
and recording bounds. `plain's best` is the highest score that the plain loop reaches."""

NOTES = """\
## Faster settings

- `reference="zero"` takes less than half of the time. Its evidence holds on that one background.
- `plan={"memory_format": "channels_last", "autocast": "bfloat16"}` computes in bfloat16 where torch
  can. It is never chosen by default, as it changed the image's score on SqueezeNet by up to 0.02.
  On a processor with bfloat16 instructions, SqueezeNet takes two thirds of the time;
  EfficientNet-Lite0 takes longer than without."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repeats and photos, no memory")
    parser.add_argument(
        "--photos", type=Path, metavar="FOLDER", help="labelled photos, of which a few are added"
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="write a page with the tables")
    parser.add_argument("--peak", nargs=4, metavar="WHAT", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peak:
        name, reference, count, what = arguments.peak
        sys.stdout.write(f"{_peak(name, reference, int(count), what)}\n")
        return
    quick = arguments.quick
    pictures: list[Any] = [xw.sample(name) for name in SAMPLES[: 1 if quick else None]]
    if arguments.photos:
        found = read_photos(arguments.photos)
        pictures += [photo.path for photo in found[: 1 if quick else 3]]
    began = time.monotonic()
    parts = [
        "# Speed",
        f"Measured {date.today()} by `python -m benchmarks.speed{' --quick' if quick else ''}` on "
        f"{machine()}.\n{versions()}.\n\nAll on the CPU; see [](gpu.md) for a GPU.",
    ]
    if quick:
        parts.append("**Quick run**: few repeats, few photos. The last digits are noise.")
    parts += [
        "## An iteration",
        _iterations(4 if quick else 15, memory=not quick),
        LEGEND,
        "The same for each defense, as ÷ planned, with one class and drawn backgrounds:",
        _defenses(4 if quick else 10),
        "## A whole explanation",
        _whole(pictures),
        f"{WHOLE}\n\nPhotos: {len(pictures)}.",
        "## Against a plain loop",
        _against_plain(40 if quick else 100),
        PLAIN_LOOP,
        NOTES,
        f"The benchmark took {time.monotonic() - began:.0f} s.",
    ]
    page = "\n\n".join(parts)
    sys.stdout.write(page + "\n")
    if arguments.write:
        arguments.write.write_text(page + "\n", encoding="utf-8")


def _iterations(repeats: int, memory: bool) -> str:
    rows = []
    worst = 0.0
    for name in NETS:
        for reference, views in VIEWS.items():
            for count in COUNTS:
                took, plan = _measure(name, reference, count, (DEFAULT,), repeats)
                bare, planned, loop = took.values()
                worst = max(worst, loop / planned)
                row = [
                    name,
                    reference,
                    count,
                    count * views,
                    f"{1e3 * bare:.0f} ms",
                    number(planned / bare, 2),
                    number(loop / bare, 2),
                    number(loop / planned, 2),
                ]
                if memory:
                    peaks = [_in_own_process(name, reference, count, w) for w in ("bare", "loop")]
                    row.append(f"{peaks[1] - peaks[0]} MiB")
                rows.append([*row, plan.memory_format + (", folded" if plan.fold else "")])
    head = ["net", "reference", "classes", "rows", "bare", "planned", "loop", "÷ planned"]
    verdict = "reached" if worst <= GOAL else "missed"
    lines = [table([*head, *(["memory"] if memory else []), "plan"], rows)]
    lines.append(f"The goal, ÷ planned at most {GOAL}, is {verdict}: the highest is {worst:.2f}.")
    if memory:
        lines.append(
            "`memory`: peak memory beyond that of the bare pass, each measured in its own process."
        )
    return "\n\n".join(lines)


def _defenses(repeats: int) -> str:
    rows = []
    for name in NETS:
        took, _ = _measure(name, Settings.reference, 1, tuple(DEFENSES), repeats)
        rows.append([name, *(number(took[what] / took["planned"], 2) for what in DEFENSES)])
    return table(["net", *DEFENSES], rows)


def _measure(
    name: str, reference: Any, count: int, defenses: Sequence[str], repeats: int
) -> tuple[dict[str, float], Plan]:
    """Return the seconds of each kind of pass, and the plan that the loops ran by."""
    clf = xw.load(name)
    x = clf.prepare(xw.sample(PHOTO))
    image = x.expand(count * VIEWS[reference], -1, -1, -1).contiguous()
    targets = clf.classify(x).topk(count).indices.tolist()
    plan = choose(clf, CPU, image)
    ways: dict[str, Callable[[], object]] = {
        "bare": _pass(Plan().prepare(clf, CPU, image), image),
        "planned": _pass(plan.prepare(clf, CPU, image), image),
    }
    for defense in defenses:
        settings = Settings(defense=defense, reference=reference, device="cpu")
        steps = optimize(
            clf, x, targets, replace(settings, iterations=_FOREVER, plan=plan, early_stop=False)
        )
        ways[defense] = steps.__next__
    return _medians(ways, repeats), plan


@dataclass(frozen=True)
class _Run:
    """The times of events, in seconds from the beginning; steps of ``LOOKS`` and the last one."""

    times: list[float]
    whole: float
    steps: dict[int, Step]

    @property
    def parts(self) -> tuple[float, float, float]:
        """Preparing; iterations; the last one with the checks, and the rest."""
        first, last = self.times[0], self.times[-2]
        return first, last - first, self.whole - last


def _whole(pictures: Sequence[Any]) -> str:
    rows = []
    for name in NETS:
        there: list[int] = []
        for count in COUNTS:
            runs = []
            for n, picture in enumerate(pictures):
                clf = xw.load(name)  # a new one each time: a known one has its plan
                x = clf.prepare(picture)
                targets = clf.classify(x).topk(count).indices.tolist()
                runs.append(_timed(clf, picture, targets))
                if len(there) == n:
                    there.append(_most(clf, x, targets[0], runs[-1].steps))
            prepared, iterated, checked = zip(*(run.parts for run in runs), strict=True)
            # Runs of more classes may end later, or earlier, than that of one.
            most = [
                run.times[min(k, len(run.times) - 1)] for run, k in zip(runs, there, strict=True)
            ]
            rows.append(
                [
                    name,
                    count,
                    *(
                        _seconds(median(values))
                        for values in (
                            prepared,
                            iterated,
                            checked,
                            [run.whole for run in runs],
                            [run.times[1] for run in runs],
                            most,
                        )
                    ),
                    max(there),
                ]
            )
    head = ["net", "classes", "preparing", "iterations", "checks", "whole", "first step"]
    return table([*head, f"{MOST:.0%} there", "at iteration"], rows)


def _timed(clf: xw.Classifier, picture: Any, targets: Sequence[int]) -> _Run:
    times: list[float] = []
    steps: dict[int, Step] = {}

    def keep(step: Step) -> None:
        times.append(time.perf_counter() - began)
        if step.iteration in LOOKS or step.stopped:
            steps[step.iteration] = step

    began = time.perf_counter()
    xw.explain(clf, picture, targets, device="cpu", progress=False, on_step=keep)
    return _Run(times, time.perf_counter() - began, steps)


def _most(clf: xw.Classifier, x: torch.Tensor, target: int, steps: dict[int, Step]) -> int:
    """Return the first of some iterations from which on a result is as good as most of the last."""
    found = {}
    for iteration, step in steps.items():
        order = step.masks[0].mean(0) if step.relevance is None else step.relevance[0]
        above, below = (
            curve(clf, x, target, order, steps=_CURVE).auc
            for curve in (metrics.insertion, metrics.deletion)
        )
        found[iteration] = above - below, float(step.scores[0])
    last = max(found)
    reached = last
    for iteration in sorted(found, reverse=True):
        # Where the last figure is negative, nothing was found, and so nothing before the end.
        if any(now < MOST * end for now, end in zip(found[iteration], found[last], strict=True)):
            break
        reached = iteration
    return reached


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
        order.reverse()  # what ran before leaves its mark on caches
    return {what: median(seconds) for what, seconds in took.items()}


def _in_own_process(*what: object) -> int:
    command = [sys.executable, "-m", "benchmarks.speed", "--peak", *map(str, what)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _peak(name: str, reference: str, count: int, what: str) -> int:
    """Return how much this process grows at most while it works, in MiB."""
    clf = xw.load(name)
    x = clf.prepare(xw.sample(PHOTO))
    image = x.expand(count * VIEWS[reference], -1, -1, -1).contiguous()
    before = _resident()
    seen = [before]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.001):
            seen.append(_resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    if what == "bare":
        run = _pass(Plan().prepare(clf, CPU, image), image)
        for _ in range(6):
            run()
    else:
        settings = Settings(reference=reference, device="cpu")
        for _ in optimize(
            clf, x, list(range(count)), replace(settings, iterations=6), checked=False
        ):
            pass
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
        ours = [
            _curve(float(step.scores[0]) for step in _steps(clf, x, target, reference, iterations))
            for reference in ("zero", "drawn")
        ]
        for rule, plain in curves.items():
            rows.append(
                [
                    name,
                    rule,
                    *(f"{1e3 * _each(curve):.0f} ms" for curve in (plain, *ours)),
                    number(max(score for _, score in plain)),
                    *(_seconds(_reached(curve, enough)) for curve in (plain, *ours)),
                ]
            )
    head = ["net", "plain rule", "iteration: plain", "zero", "drawn", "plain's best"]
    return table([*head, "0.9 p(x): plain", "zero", "drawn"], rows)


def _steps(
    clf: xw.Classifier, x: torch.Tensor, target: int, reference: str, iterations: int
) -> Iterable[Step]:
    settings = Settings(reference=reference, device="cpu")
    return optimize(
        clf, x, [target], replace(settings, iterations=iterations, early_stop=False), checked=False
    )


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
