"""Does the defense hold where activations are signed? Generation on small nets of gratings.

Each net is the same but for its activation. From nothing at all, the image's least likely class is
to be generated, which must fail, and its true class, which must not: a defense that lets nothing
happen would be no good either. Beside the defenses of xwidget there are other rules for what counts
as evidence that is not in the image.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any
from unittest import mock

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

import xwidget as xw
from benchmarks.records import Row
from benchmarks.tables import machine, number, percent, table, versions
from xwidget.engine import batches
from xwidget.engine.defense import Guard
from xwidget.engine.nonlinearities import NONLINEARITIES
from xwidget.engine.optimize import optimize
from xwidget.engine.settings import Settings
from xwidget.engine.strategies import DEFENSES, Strategy

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

# (z, h, z(x), h(x)), the input and output of a nonlinearity for the explanation and for the image,
# to the bounds (lower, upper) of z, those of h, and where nothing at all may pass.
Rule = Callable[
    [Tensor, Tensor, Tensor, Tensor],
    tuple[tuple[Tensor, Tensor] | None, tuple[Tensor, Tensor] | None, Tensor | None],
]


def _range(at_image: Tensor) -> tuple[Tensor, Tensor]:
    return at_image.clamp_max(0), at_image.clamp_min(0)


def _no_more(at_image: Tensor) -> tuple[Tensor, Tensor]:
    return at_image.clamp_max(0), at_image


#: Rules other than xwidget's, tried with stopping all and with stopping outward only.
RULES: Mapping[str, Rule] = {
    "a: h in [min(0, h(x)), max(0, h(x))]": lambda z, h, zx, hx: (None, _range(hx), None),
    "b: z in [min(0, z(x)), max(0, z(x))]": lambda z, h, zx, hx: (_range(zx), None, None),
    "c: a and b": lambda z, h, zx, hx: (_range(zx), _range(hx), None),
    "d: c, nothing where signs differ": lambda z, h, zx, hx: (
        _range(zx),
        _range(hx),
        (z < 0) != (zx < 0),
    ),
    "e: a, nothing left of the dip": lambda z, h, zx, hx: (
        None,
        _range(hx),
        (z < -1.0) & (zx >= -1.0),
    ),
    "f: a, nothing below 0 if z(x) > 0": lambda z, h, zx, hx: (
        None,
        _range(hx),
        (z < 0) & (zx >= 0),
    ),
    "g: a, nothing below 0": lambda z, h, zx, hx: (None, _range(hx), z < 0),
    "h: h in [min(0, h(x)), h(x)]": lambda z, h, zx, hx: (None, _no_more(hx), None),
    "i: z in [min(0, z(x)), z(x)]": lambda z, h, zx, hx: (_no_more(zx), None, None),
    "j: h and i": lambda z, h, zx, hx: (_no_more(zx), _no_more(hx), None),
    "k: h, nothing below 0 if z(x) > 0": lambda z, h, zx, hx: (
        None,
        _no_more(hx),
        (z < 0) & (zx >= 0),
    ),
    "l: i, nothing below 0 if z(x) > 0": lambda z, h, zx, hx: (
        _no_more(zx),
        None,
        (z < 0) & (zx >= 0),
    ),
}


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


class Filtered(TorchFunctionMode):
    """Call ``visit(z, h)`` after every nonlinearity; its result takes the output's place."""

    def __init__(self, visit: Callable[[Tensor, Tensor], None]) -> None:
        super().__init__()
        self._visit = visit

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        output = func(*args, **(kwargs or {}))
        if func in NONLINEARITIES:
            self._visit(args[0], output)
        return output


def guard_by(rule: Rule, outward: bool) -> type[Guard]:
    """Return a guard whose gradients are filtered by a rule, for nets of one branch."""

    class ByRule(Guard):
        def __init__(
            self, forward: Callable[[Tensor], Tensor], image: Tensor, strategy: Strategy | None
        ) -> None:
            super().__init__(forward, image, strategy)
            self._seen: list[tuple[Tensor, Tensor]] = []

            def record(z: Tensor, h: Tensor) -> None:
                self._seen.append((z.detach().clone(), h.detach().clone()))

            with torch.enable_grad(), Filtered(record):
                self.undefended(image.detach().requires_grad_())

        def __call__(self, batch: Tensor) -> Tensor:
            seen = iter(self._seen)

            def visit(z: Tensor, h: Tensor) -> None:
                in_z, in_h, stop = rule(z.detach(), h.detach(), *next(seen))
                for at, bounds, never in ((z, in_z, None), (h, in_h, stop)):
                    if bounds is not None or never is not None:
                        hook(at, bounds, never)

            with Filtered(visit):
                return self.undefended(batch)

    def hook(at: Tensor, bounds: tuple[Tensor, Tensor] | None, never: Tensor | None) -> None:
        value = at.detach()

        def filtered(gradient: Tensor) -> Tensor:
            stop = torch.zeros_like(value, dtype=torch.bool) if never is None else never
            if bounds is not None:
                below, above = value < bounds[0], value > bounds[1]
                if outward:
                    below, above = below & (gradient > 0), above & (gradient < 0)
                stop = stop | below | above
            return gradient.masked_fill(stop, 0)

        at.register_hook(filtered)

    return ByRule


def measure(
    net: nn.Module, images: Tensor, classes: Tensor, defense: str, iterations: int
) -> list[Row]:
    """Return the generated scores of the least likely and of the true class of each image."""
    clf = xw.Classifier(net, size=SIDE)
    settings = Settings(game="generation", defense=defense, sparsity=0.0)
    least = torch.stack([clf.classify(x).argmin() for x in images])
    rows: list[Row] = []
    for x, *targets in zip(images, least.tolist(), classes.tolist(), strict=True):
        *_, last = optimize(clf, x, targets, settings, iterations=iterations, plan="plain")
        rows.append(
            {
                "least": float(last.scores[0]),
                "true": float(last.scores[1]),
                "reached": bool(last.scores[1] >= 0.9 * last.image_scores[1]),
            }
        )
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    options = _options(arguments)
    names = options.activations or list(ACTIVATIONS)
    steps, count, iterations = (120, 6, 40) if options.quick else (300, options.images, 100)
    defenses: dict[str, tuple[str, type[Guard]]] = {name: (name, Guard) for name in DEFENSES}
    if not options.quick or options.rules:
        for rule in RULES:
            if not options.rules or rule[0] in options.rules:
                for outward, name in ((False, "paper"), (True, "directional")):
                    defenses[f"{name}, {rule}"] = (name, guard_by(RULES[rule], outward))
    report: list[list[object]] = []
    for name in names:
        began = time.perf_counter()
        nets = [train(ACTIVATIONS[name], steps, seed) for seed in range(options.nets)]
        trained = (time.perf_counter() - began) / len(nets)
        images, classes = gratings(count, 1)
        with torch.no_grad():
            held = gratings(200, 2)
            right = torch.cat([net(held[0]).argmax(1) == held[1] for net in nets]).float().mean()
        sys.stderr.write(f"{name}: {right:.1%} right, {trained:.0f} s to train a net\n")
        for label, (defense, guard) in defenses.items():
            with mock.patch.object(batches, "Guard", guard):
                rows = [
                    row
                    for net in nets
                    for row in measure(net, images, classes, defense, iterations)
                ]
            line = [name, label, *summary(rows)]
            report.append(line)
            sys.stderr.write(f"{' | '.join(map(str, line))}\n")
    head = ["activation", "defense", "least likely generated", "mean p(least)", "true reached"]
    sys.stdout.write(f"{machine()}; {versions()}\n\n{table([*head, 'mean p(true)'], report)}\n")
    return 0


def summary(rows: Sequence[Row]) -> list[str]:
    """Return the table's cells for the runs of one net and defense."""
    least, true = ([row[name] for row in rows] for name in ("least", "true"))
    return [
        percent([p > 0.5 for p in least]),
        number(sum(least) / len(least)),
        percent([row["reached"] for row in rows]),
        number(sum(true) / len(true)),
    ]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.signed", description=(__doc__ or "").splitlines()[0]
    )
    add = parser.add_argument
    add("activations", nargs="*", choices=[[], *ACTIVATIONS], help="default: all")
    add("--quick", action="store_true", help="shorter training, fewer images, no other rules")
    add("--images", type=int, default=20, help="images for each net")
    add("--nets", type=int, default=2, help="nets of other random weights for each activation")
    add("--rules", default="", help='letters of other rules, such as "ah"; default: all')
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
