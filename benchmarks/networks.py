"""Does the defense hold on every network? All classification models of torchvision, random weights.

For each net the activations that one forward pass computes are counted at the lowest level, kernel
by kernel, knowing nothing of how xwidget finds them; then the defense must have met as many, find
its own bounds kept when the image is run again, and give the undefended gradient to the last bit.
"""

from __future__ import annotations

import argparse
import fnmatch
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
import torchvision
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

import xwidget as xw
from benchmarks.records import Records, Row
from xwidget.engine.defense import Guard
from xwidget.engine.strategies import DEFENSES
from xwidget.studies.tables import machine, percent, table, versions

_DOCS = Path(__file__).parents[1] / "docs" / "reports" / "networks.md"
QUICK = ("alexnet", "squeezenet1_1", "resnet18", "mobilenet_v3_small", "efficientnet_b0", "swin_t")
DEFENDED = ("paper", "directional")
_SIDE = 64
# The least that a net takes: its convolutions, or the patches of its attention, fit only then.
_SIDES = {"inception_v3": 75, "maxvit_t": 224, "vit_h_14": 56}
# What else an elementwise kernel may be: arithmetic and masks, the temperature of Swin V2's
# attention (exp), and the divisor of a normalization (clamp_min).
_ARITHMETIC = {"add", "sub", "rsub", "mul", "div", "exp", "clamp_min", "clone", "copy"} | {
    "eq",
    "ne",
    "masked_fill",
}
# Elementwise kernels that torch does not tag so.
_UNTAGGED = {"hardtanh", "hardswish"}


_PAGE = """# Networks

Measured {date} by `{command}` on {machine}.
{versions}.

Random weights, batch norm statistics from one batch of noise, two classes at once, small images.

- *called*: nonlinear elementwise kernels of one forward pass, counted below autograd, independently
  of how xwidget finds them.
- *defended*: activations that the defense found; "+ 1" is a last activation that makes the scores
  and is left alone.
- *same gradient*: the defended gradient at e = x compared with the undefended one.
- *outside, other image*: share of the activations of another image that are out of bounds, which
  shows that there was something to defend.

{report}
"""


class Activations(TorchDispatchMode):
    """Count the elementwise kernels that run inside the ``with`` block and are no arithmetic."""

    def __init__(self) -> None:
        super().__init__()
        self.kernels: Counter[str] = Counter()

    def __torch_dispatch__(
        self,
        func: Any,
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        name = func.name().partition("::")[2].partition(".")[0].rstrip("_")
        elementwise = torch.Tag.pointwise in func.tags or name in _UNTAGGED
        self.kernels[name] += elementwise and name not in _ARITHMETIC
        return func(*args, **(kwargs or {}))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; return 0 where all nets hold."""
    options = _options(arguments)
    names = QUICK if options.quick else torchvision.models.list_models(module=torchvision.models)
    if options.models:
        names = [n for n in names if any(fnmatch.fnmatch(n, p) for p in options.models)]
    records = Records([options.records] if options.records else [])
    for name in names:
        row = {"kind": "network", "net": name}
        if row not in records:
            row |= measure(name)
            records.add([row])
            sys.stderr.write(f"{name}: {'holds' if holds(row) else row}\n")
    rows = sorted(records.rows, key=lambda row: row["net"])
    sys.stdout.write(report(rows) + "\n")
    if options.write:
        _DOCS.write_text(page(rows, options.quick), encoding="utf-8")
    return 0 if all(map(holds, rows)) else 1


def measure(name: str) -> Row:
    """Return the table's row of one of torchvision's models."""
    began = time.perf_counter()
    torch.manual_seed(0)
    side = _SIDES.get(name, _SIDE)
    net = build(name, side)
    clf = xw.Classifier(net, size=side, name=name)
    twin = clf.twin()
    image = torch.randn(1, 3, side, side).expand(2, -1, -1, -1).contiguous()

    def forward(batch: Tensor) -> Tensor:
        return clf.logits(twin, batch)

    with torch.no_grad(), Activations() as seen:
        forward(image)
    row: Row = {"side": side, "called": {k: v for k, v in sorted(seen.kernels.items()) if v}}
    plain = gradient(forward, image)
    row["alive"] = bool(plain.isfinite().all() and plain.count_nonzero() > plain.numel() / 2)
    for defense in DEFENDED:
        try:
            guard = Guard(forward, image, DEFENSES[defense])
        except ValueError as error:
            return row | {"refused": str(error)}
        row["defended"] = guard.nonlinearities
        # A last activation that makes the scores is left alone.
        row["on_scores"] = len(guard._bounds) - guard.nonlinearities
        row[defense] = torch.equal(gradient(guard, image), plain)
    row["outside"] = float(guard.outside(torch.randn_like(image)).mean())
    row["seconds"] = time.perf_counter() - began
    return row


def build(name: str, side: int) -> nn.Module:
    """Return a model with random weights whose activations are of order one."""
    options: dict[str, Any] = {}
    if name.startswith("vit"):
        options["image_size"] = side
    if name in {"googlenet", "inception_v3"}:
        options["init_weights"] = False  # takes minutes, and no part in this
    net = torchvision.models.get_model(name, **options)
    if name.startswith("vit"):
        nn.init.normal_(net.heads.head.weight, std=0.02)  # zero to begin with: no gradient at all
    # A new batch norm normalizes nothing, and after fifty of them nothing is left of the image.
    norms = [module for module in net.modules() if isinstance(module, nn.BatchNorm2d)]
    net.eval()
    for norm in norms:
        norm.train()
        norm.momentum = 1.0
    with torch.no_grad():
        net(torch.randn(4, 3, side, side))
    return net.eval()


def gradient(forward: Callable[[Tensor], Tensor], image: Tensor) -> Tensor:
    """Return the gradient of two classes' cross-entropy at an image (2, 3, H, W)."""
    e = image.clone().requires_grad_()
    loss = F.cross_entropy(forward(e), torch.tensor([0, 1]), reduction="sum")
    (result,) = torch.autograd.grad(loss, e)
    return result


def holds(row: Row) -> bool:
    """Return True if a net is defended as it should be, and that it means something."""
    return "refused" not in row and (
        row["defended"] + row["on_scores"] == sum(row["called"].values())
        and all(row[defense] for defense in DEFENDED)
        and row["alive"]
        and row["outside"] > 0
    )


def report(rows: Sequence[Row]) -> str:
    """Return the table and its summary."""
    head = [
        "net",
        "pixels",
        "called",
        "defended",
        "self-check",
        *(f"{defense}: same gradient" for defense in DEFENDED),
        "outside, other image",
    ]
    cells = [
        [
            row["net"],
            row["side"],
            ", ".join(f"{count} {name}" for name, count in row["called"].items()),
            f"{row['defended']} + {row['on_scores']}" if row.get("on_scores") else row["defended"],
            "passes",
            *("bit for bit" if row[defense] else "NO" for defense in DEFENDED),
            f"{row['outside']:.0%}",
        ]
        if "refused" not in row
        else [row["net"], row["side"], None, None, row["refused"], None, None, None]
        for row in rows
    ]
    share = percent([holds(row) for row in rows])
    return f"{table(head, cells)}\n\nThe defense holds on {share} of these networks."


def page(rows: Sequence[Row], quick: bool) -> str:
    """Return the text of docs/reports/networks.md."""
    return _PAGE.format(
        command="python -m benchmarks.networks" + (" --quick" if quick else ""),
        date=date.today().isoformat(),
        machine=machine(),
        versions=versions(),
        report=report(rows),
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.networks", description=(__doc__ or "").splitlines()[0]
    )
    add = parser.add_argument
    add("models", nargs="*", help='names or patterns such as "resnet*"; default: all')
    add("--quick", action="store_true", help=f"only {', '.join(QUICK)}")
    add("--records", type=Path, help="JSON-lines file: what is in it is not measured again")
    add("--write", action="store_true", help="write docs/reports/networks.md")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    raise SystemExit(main())
