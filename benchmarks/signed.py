"""Does the defense hold where activations are signed? Small nets that tell gratings apart.

    python -m benchmarks.signed --quick
    python -m benchmarks.signed --write docs/reports/signed.md

Each net is the same but for its activation. From nothing at all, the image's least likely class is
to be generated, which must fail, and its true class, which must not: a defense that lets nothing
happen would be no good either. What deletion takes away is shown to a net of other weights.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from statistics import mean
from unittest import mock

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import xwidget as xw
from benchmarks.records import Row
from xwidget.engine.defense import Bound
from xwidget.engine.optimize import optimize
from xwidget.engine.settings import Settings
from xwidget.engine.strategies import DEFENSES
from xwidget.studies.tables import machine, number, percent, table, versions

ACTIVATIONS: Mapping[str, type[nn.Module]] = {
    "ReLU": nn.ReLU,
    "SiLU": nn.SiLU,
    "GELU": nn.GELU,
    "Hardswish": nn.Hardswish,
}
SIDE = 32
# Four orientations, each in two colors.
CLASSES = 8
COLORS = torch.tensor([[1.0, 0.6, 0.3], [0.3, 0.6, 1.0]])
# Standard deviations of what is not the class: what could be made use of against the net.
NOISE = 0.6

# Steps of training, images for each net, iterations of a run.
FULL, QUICK = (300, 8, 100), (120, 4, 40)

#: What is added to a defense's name where its bounds are ``tight``.
TIGHT = ", h ≤ h(x)"


def gratings(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Return pictures (count, 3, 32, 32) of about unit variance, mean 0, and classes (count,)."""
    rng = torch.Generator().manual_seed(seed)

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(count, 1, 1, generator=rng)

    classes = torch.randint(CLASSES, (count,), generator=rng)
    angle = (classes % 4).view(-1, 1, 1) * (math.pi / 4) + uniform(-0.2, 0.2)
    y, x = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    along = x * angle.cos() + y * angle.sin()
    wave = (2 * math.pi * along / uniform(5, 9) + uniform(0, 2 * math.pi)).sin()
    color = COLORS[classes // 4][:, :, None, None] * uniform(0.7, 1.3)[:, None]
    noise = torch.randn(count, 3, SIDE, SIDE, generator=rng)
    return color * wave[:, None] + NOISE * noise, classes


def train(activation: type[nn.Module], steps: int, seed: int = 0) -> nn.Module:
    """Return a net of four convolutions that tells the classes apart."""
    torch.manual_seed(seed)
    widths = (3, 24, 32, 48, 64)
    layers: list[nn.Module] = []
    for k, (before, after) in enumerate(pairwise(widths)):
        conv = nn.Conv2d(before, after, 3, 2 if k else 1, 1, bias=False)
        layers += [conv, nn.BatchNorm2d(after), activation()]
    net = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, CLASSES))
    optimizer = torch.optim.Adam(net.parameters(), 2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    for step in range(steps):
        images, classes = gratings(64, 1000 + step)
        optimizer.zero_grad()
        F.cross_entropy(net(images), classes).backward()
        optimizer.step()
        schedule.step()
    return net.eval()


@contextmanager
def tight(on: bool = True) -> Iterator[None]:
    """Bound activations by [min(0, h(x)), h(x)] where the image's own is negative, too.

    Eq. 4 lets such an activation rise to 0. But 0 is not where a SiLU is silent: far left it is.
    """
    of = Bound.of

    def tight_of(activation: Tensor, non_negative: bool, rows: int, pictures: int = 1) -> Bound:
        bound = of(activation, non_negative, rows, pictures)
        if bound.by_picture:
            blocks = activation.unflatten(0, (pictures, -1))
            return replace(bound, upper=blocks.amax(1, keepdim=True))
        whole = len(bound.upper) != 1
        return replace(bound, upper=activation if whole else activation.amax(0, keepdim=True))

    if not on:
        yield
        return
    with mock.patch.object(Bound, "of", tight_of):
        yield


def generate(
    net: nn.Module, images: Tensor, classes: Tensor, defense: str, iterations: int
) -> list[Row]:
    """Return the generated scores of the least likely and of the true class of each image."""
    clf = xw.Classifier(net, size=SIDE)
    settings = Settings(game="generation", defense=defense, sparsity=0.0)
    least = torch.stack([clf.classify(x).argmin() for x in images])
    rows: list[Row] = []
    for x, *targets in zip(images, least.tolist(), classes.tolist(), strict=True):
        *_, last = optimize(
            clf,
            x,
            targets,
            replace(settings, iterations=iterations, plan="plain", early_stop=False),
        )
        rows.append(
            {
                "least": float(last.scores[0]),
                "true": float(last.scores[1]),
                "reached": bool(last.scores[1] >= 0.9 * last.image_scores[1]),
            }
        )
    return rows


def delete(
    net: nn.Module,
    judge: nn.Module,
    images: Tensor,
    classes: Tensor,
    defense: str,
    iterations: int,
) -> list[Row]:
    """Return the share of the true class's score that deletion takes away, by the net and another.

    1 is what taking everything away does. ``shuffled`` is the share for the other net where the
    pixels of the same mask have changed places: what any mask of that size would do to it.
    """
    clf, other = xw.Classifier(net, size=SIDE), xw.Classifier(judge, size=SIDE)
    settings = Settings(game="deletion", defense=defense)
    rng = torch.Generator().manual_seed(0)
    rows: list[Row] = []
    for x, target in zip(images, classes.tolist(), strict=True):
        *_, last = optimize(
            clf,
            x,
            [target],
            replace(settings, iterations=iterations, plan="plain", early_stop=False),
        )
        left = 1 - last.masks[0]  # the reference is zero
        moved = left.flatten(1)[:, torch.randperm(SIDE * SIDE, generator=rng)].view_as(left)
        rows.append(
            {
                "own": _share(clf, target, x, left * x),
                "mask": float(last.masks.mean()),
                "other": _share(other, target, x, left * x),
                "shuffled": _share(other, target, x, moved * x),
            }
        )
    return rows


def _share(clf: xw.Classifier, target: int, x: Tensor, e: Tensor) -> float:
    image, explanation, nothing = (float(clf.classify(of)[target]) for of in (x, e, 0 * x))
    return (image - explanation) / (image - nothing)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    options = _options(arguments)
    names = options.activations or list(ACTIVATIONS)
    steps, count, iterations = QUICK if options.quick else FULL
    ways = [(name, False) for name in DEFENSES] + [("paper", True), ("directional", True)]
    generated: list[list[object]] = []
    deleted: list[list[object]] = []
    right: list[str] = []
    for name in names:
        nets = [train(ACTIVATIONS[name], steps, seed) for seed in range(2)]
        images, classes = gratings(count, 1)
        with torch.no_grad():
            held = gratings(200, 2)
            correct = torch.cat([net(held[0]).argmax(1) == held[1] for net in nets])
        right.append(f"{name} {correct.float().mean():.1%}")
        for defense, narrow in ways:
            began = time.perf_counter()
            label = f"{defense}{TIGHT if narrow else ''}"
            with tight(narrow):
                runs = [
                    (
                        generate(net, images, classes, defense, iterations),
                        delete(net, judge, images, classes, defense, iterations),
                    )
                    for net, judge in (nets, nets[::-1])
                ]
            generated.append([name, label, *_generated([row for rows, _ in runs for row in rows])])
            deleted.append([name, label, *_deleted([row for _, rows in runs for row in rows])])
            line = [*generated[-1], *deleted[-1][2:], f"{time.perf_counter() - began:.0f} s"]
            sys.stderr.write(f"{' | '.join(map(str, line))}\n")
    page = _PAGE.format(
        date=date.today(),
        command=f"python -m benchmarks.signed{' --quick' if options.quick else ''}",
        machine=machine(),
        versions=versions(),
        images=count,
        iterations=iterations,
        right=", ".join(right),
        generated=table(
            ["activation", "defense", "least generated", "p(least)", "true reached", "p(true)"],
            generated,
        ),
        findings="" if options.quick or options.activations else _FINDINGS,
        deleted=table(
            ["activation", "defense", "own", "mask", "other net", "shuffled", "beyond size"],
            deleted,
        ),
    )
    sys.stdout.write(page)
    if options.write:
        options.write.write_text(page, encoding="utf-8")
    return 0


def _generated(rows: Sequence[Row]) -> list[str]:
    return [
        percent([row["least"] > 0.5 for row in rows]),
        number(mean(row["least"] for row in rows)),
        percent([row["reached"] for row in rows]),
        number(mean(row["true"] for row in rows)),
    ]


def _deleted(rows: Sequence[Row]) -> list[str]:
    own, mask, other, shuffled = (
        mean(row[key] for row in rows) for key in ("own", "mask", "other", "shuffled")
    )
    return [number(value) for value in (own, mask, other, shuffled, other - shuffled)]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.signed", description=(__doc__ or "").splitlines()[0]
    )
    add = parser.add_argument
    add("activations", nargs="*", choices=[[], *ACTIVATIONS], help="default: all")
    add("--quick", action="store_true", help="shorter training, fewer images")
    add("--write", type=Path, metavar="FILE", help="write a page with the tables")
    return parser.parse_args(arguments)


_PAGE = """\
# Signed activations

The bounds of Eq. 4-5 are made for ReLU, which is inactive at 0. SiLU, GELU and Hardswish approach 0
for strongly negative inputs, but dip below 0 in between. An activation that the image puts into the
dip may therefore rise to 0 within its bounds. This report tests whether the defense holds
nevertheless, and whether tighter bounds would be better.

Measured {date} by `{command}` on {machine}.
{versions}.

For each activation, two networks of four convolutions are trained to distinguish noisy gratings of
four orientations in two colors. Their accuracy on new gratings: {right}.
Each explains {images} images in {iterations} iterations. `h ≤ h(x)` marks the tighter bounds
[min(0, h(x)), h(x)] in place of [min(0, h(x)), max(0, h(x))].

## Generation, without sparsity

A good defense keeps the least likely class out and lets the true class through. `least generated`:
a score above 0.5 for the least likely class; `true reached`: at least 0.9 p(x) for the true one.
Scores are means.

{generated}

## Deletion, `sparsity="auto"`

The true class is deleted for one network, and the result is judged by the other one, which was
trained from other random weights. All figures are means.

- `own`, `other net`: share of the score that each of the two networks loses; 1 is the loss when
  everything is taken away.
- `mask`: share of the image taken away.
- `shuffled`: share that the other network loses when the pixels of the mask are shuffled, as any
  mask of that size takes something away.
- `beyond size`: `other net` − `shuffled`. It is 0 for a mask of noise that only its own network
  sees.

{deleted}
{findings}"""

# Said of the full tables only.
_FINDINGS = """
## Conclusions from the run of 2026-11-23

- The directional defense, the default for generation, keeps the least likely class out with every
  activation. The paper's rule lets it through in a few cases with GELU and Hardswish, and in none
  with the tighter bounds.
- The paper's rule, the default for deletion, takes at least as much from the other network with
  signed activations as with ReLU. With the tighter bounds it needs larger masks and takes less
  beyond their size. The bounds of Eq. 4-5 are therefore used for every activation.
- The directional rule is unsuitable for deletion here: shuffling the pixels of its masks makes them
  no worse.
- The judge is weak. Undefended deletion affects it nearly as much with half the mask: networks this
  small hardly allow for noise that only one of them sees.
"""


if __name__ == "__main__":
    raise SystemExit(main())
