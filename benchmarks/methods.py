"""All methods compared: at equal area, by curves, on other networks, and by sanity checks.

    python -m benchmarks.methods --quick
    python -m benchmarks.methods --photos FOLDER --json results.jsonl --write page.md

A run can be stopped and started again (``--json``), cut into parts of the photos (``--part``) and
merged (``--json a.jsonl b.jsonl --report``). On a GPU (``--device cuda``), several parts at once
keep it busy. Seconds of such a run say little; those of a short one by itself can stand in the page
instead (``--clock``)::

    python -m benchmarks.methods --limit 6 --steps 0 --witnesses --checked 0 --json clock.jsonl
    python -m benchmarks.methods --json results.jsonl --report --clock clock.jsonl --write page.md
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

import xwidget as xw
from benchmarks import loop
from benchmarks.answers import CEILING, FUSED, GAMES, RANDOM, Answers, label, names
from benchmarks.comparison import compared
from benchmarks.kept import Kept
from benchmarks.photos import read_photos
from benchmarks.records import Records, Row
from benchmarks.subjects import Subject
from benchmarks.trials import attempt, trials
from xwidget.studies.tables import machine, versions

NETS = ("efficientnet_lite0", "squeezenet")
WITNESSES = ("efficientnet_lite0", "efficientnet_lite1", "efficientnet_lite2", "squeezenet")
_NAMED = f"of {', '.join(names())}, or {CEILING!r}; default: all but the last"
_BATCH = 64  # on an accelerator
#: What --quick does instead of the defaults.
QUICK: dict[str, Any] = {
    "limit": 1,
    "steps": 14,
    "witness_steps": 7,
    "iterations": 20,
    "nets": ["efficientnet_lite0"],
    "witnesses": ["squeezenet"],
    "methods": [*GAMES, FUSED, "gradcam", RANDOM],
}


def main(
    arguments: Sequence[str] | None = None, load: Callable[[str], xw.Classifier] = xw.load
) -> None:
    """Measure what is not measured yet, and print the tables."""
    options = _options(arguments)
    torch.backends.cudnn.allow_tf32 = False  # as exact as on a CPU

    def tables(records: Records) -> str:
        known = len(read_photos(options.photos)) if options.report and options.photos else 0
        clock = Records([options.clock]).rows if options.clock else []
        return report(records.rows, known, clock)

    loop.run(options, lambda records: _measure(options, records, load), tables, _HEAD)


def report(rows: Sequence[Row], photos: int = 0, clock: Sequence[Row] = ()) -> str:
    """Return all tables of rows, and what they say, as Markdown.

    Parameters
    ----------
    rows
        From a run, whether it is finished or not.
    photos
        How many photos there are to be; 0 for as many as the rows say.
    clock
        Rows of a run whose seconds are shown instead; empty for none.
    """
    parts = ["\n".join(_counted(rows, photos)), _INTERVALS]
    curves = [row for row in rows if row["kind"] == "curve"]
    parts += compared(curves, clock)
    made = [row for row in rows if row["kind"] == "made"]
    parts.append(
        "\n".join(
            f"- {name}: " + "; ".join(sorted({str(row[key]) for row in made}))
            for name, key in (
                ("Machine", "machine"),
                ("Device", "device"),
                ("Versions", "versions"),
                ("Measured", "date"),
            )
            if made
        )
    )
    timed = [row for row in clock if row["kind"] == "made"]
    if timed:
        words = sorted({f"{row['device']} ({row['machine']}), {row['date']}" for row in timed})
        parts[-1] += f"\n- Seconds: from a run by itself on {'; '.join(words)}."
    elif len({row["device"] for row in made}) > 1:
        parts[-1] += "\n- Seconds are of several devices: compare them roughly."
    return "\n\n".join(part for part in parts if part)


def _counted(rows: Sequence[Row], known: int) -> list[str]:
    """Say how many photos of each net are in, how many are to come, and what is left out."""
    nets: dict[str, list[Row]] = {}
    for row in rows:
        if row["kind"] == "photo":
            nets.setdefault(row["net"], []).append(row)
    said = []
    for net, photos in nets.items():
        right = [row["photo"] for row in photos if row["right"]]
        measured = [row for row in rows if row["net"] == net]
        there = len(_whole(measured))
        count = max([known, len(photos), *(row.get("photos", 0) for row in photos)])
        said.append(
            f"- {net}: {len(right)} of {len(photos)} photos classified correctly; only these are "
            "used."
        )
        if there < count - len(photos) + len(right):
            said[-1] += (
                f" **Not finished: {there} of {count} photos are measured with all methods so "
                "far.** Photos come in the order of their names; these are no random draw."
            )
        said += _without(measured)
    return said


def _without(rows: Sequence[Row]) -> list[str]:
    """Say which methods a net has no rows of, and why."""
    there = {row["order"] for row in rows if row["kind"] == "curve"}
    why = {row["order"]: f" ({row['why']})" for row in rows if row["kind"] == "refused"}
    missing = [label(name) + why.get(name, "") for name in names() if name not in there]
    return [f"  - Not measured: {'; '.join(missing)}."] if missing else []


def _whole(rows: Sequence[Row]) -> set[str]:
    """Return the photos of a net that each method has its answer of: measured, or refused."""
    methods: dict[str, set[str]] = {}
    for row in rows:
        if row["kind"] in ("curve", "refused"):
            methods.setdefault(row["order"], set()).add(row["photo"])
    return set.intersection(*methods.values()) if methods else set()


def _measure(
    options: argparse.Namespace, records: Records, load: Callable[[str], xw.Classifier]
) -> None:
    """Go through all photos and nets, or this part of them, until time is up."""
    photos = read_photos(options.photos)[: options.limit]
    batch = None if options.device in (None, "cpu") else _BATCH
    nets = loop.judges([*options.nets, *options.witnesses], load, options.device, batch)
    others = [name for name in options.witnesses if name in nets]
    mine = list(enumerate(photos))[options.part[0] :: options.part[1]]
    pairs = list(itertools.product(mine, [net for net in options.nets if net in nets]))
    ends = time.monotonic() + 60 * options.minutes
    for n, ((place, photo), net) in enumerate(pairs, 1):
        if time.monotonic() > ends:
            loop.say(f"time is up after {n - 1} of {len(pairs)}; the same command goes on")
            return
        subject = Subject.of(net, photo, nets, others)
        if {**subject.identity, "kind": "photo"} not in records:
            records.add([{**subject.row(), "photos": len(photos)}, _made(subject)])
        if not subject.right:
            continue
        title = f"{n} of {len(pairs)}: {net}, {photo.name}"
        checked = options.checked is None or place < options.checked
        for method, seconds in _photo(subject, options, records, checked, ends):
            loop.say(f"{title}, {method}: {seconds:.1f} s")


def _made(subject: Subject) -> Row:
    device = str(subject.judge.device)
    if subject.judge.device.type == "cuda":
        device = torch.cuda.get_device_name(subject.judge.device)
    return {
        **subject.identity,
        "kind": "made",
        "machine": machine(),
        "device": device,
        "versions": versions(),
        "date": time.strftime("%Y-%m-%d"),
    }


def _photo(
    subject: Subject, options: argparse.Namespace, records: Records, checked: bool, ends: float
) -> Iterator[tuple[str, float]]:
    """Measure what is left of a net and a photo; yield each method and its seconds."""
    kept = Kept([options.maps] if options.maps else [])
    classes = subject.true, subject.target("least")
    asked: dict[str, Answers] = {}

    def answers(image: xw.Subject, weights: str = "") -> Answers:
        if weights not in asked:
            targets = classes if not weights else classes[:1]
            name = subject.name, subject.photo.name + weights
            asked[weights] = Answers(
                image, targets, options.iterations, options.device, (kept, name)
            )
        return asked[weights]

    found = answers(xw.Subject(subject.clf, subject.photo.path))
    wanted = list(trials(subject, options.steps, options.witness_steps, checked))
    for method in options.methods:
        left = [trial for trial in wanted if trial.row(subject, method) not in records]
        if not left or time.monotonic() > ends:
            continue
        began = time.monotonic()
        try:
            found.of(method)
        except (ModuleNotFoundError, ValueError) as error:
            loop.say(f"without {method} on {subject.name}: {error}")
            if isinstance(error, ValueError):  # a package may come yet
                refused = {"kind": "refused", "order": method, "why": str(error)}
                records.add([{**subject.identity, **refused}])
            continue
        # What fails from here on is a fault of a metric: no row may be missing for that.
        records.add(attempt(subject, method, found, answers, left))
        yield method, time.monotonic() - began


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.methods", description=(__doc__ or "").splitlines()[0]
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="one photo, few steps and methods: a minute or two")
    add("--photos", help="folder, or list of path,label; default: foolbox's or scikit-image's")
    add("--limit", type=int, help="the first so many photos")
    add("--nets", nargs="+", help="names that xw.load knows")
    add("--witnesses", nargs="*", help="other nets to ask; default: all that are installed")
    add("--methods", nargs="+", choices=(*names(), CEILING), metavar="NAME", help=_NAMED)
    add("--iterations", type=int, help="of the games; default: as of xw.explain")
    add("--steps", type=int, help="of the curves on the own net, 224 by default; 0: none")
    add("--witness-steps", type=int, help="of the curves on other nets, 28 by default; 0: none")
    add("--checked", type=int, help="random weights on the first so many photos; default: all")
    add("--device", help="such as cuda; default: nets are asked on the CPU, methods run on a GPU")
    add("--threads", type=int, help="of torch")
    add("--json", type=Path, nargs="+", default=[], help="files of results; the first is added to")
    add("--maps", type=Path, help="folder to keep all maps in")
    add("--minutes", type=float, default=float("inf"), help="start nothing new after so long")
    add(
        "--part",
        type=loop.part,
        default=(0, 1),
        metavar="1/4",
        help="every fourth photo, from the first",
    )
    add("--clock", type=Path, help="file of a run by itself, whose seconds are reported")
    add("--report", action="store_true", help="measure nothing, print what the files hold")
    add("--write", type=Path, help="Markdown file to write the tables to")
    options = parser.parse_args(arguments)
    usual = {
        "limit": None,
        "steps": 224,
        "witness_steps": 28,
        "iterations": None,
        "nets": list(NETS),
        "witnesses": list(WITNESSES),
        "methods": list(names()),
    }
    for name, value in usual.items():
        if getattr(options, name) is None:
            setattr(options, name, QUICK[name] if options.quick else value)
    return options


_INTERVALS = """\
Square brackets hold 95% intervals: of means, medians and their differences from 10,000 bootstrap
resamples of the photos, of shares of photos by Wilson's method. Round brackets in the head of a
column hold the number of photos, which its methods share."""

_HEAD = """\
# All methods compared

Nobody has to believe a map: the network can be asked. Here, the evidence of xwidget and the maps of
other methods (`xw.methods()`) rank the pixels of the same photos, and are put to the same tests, on
their own network and on others, which had no part in making them. `xwidget, generation` is what
`xw.explain` gives with the defaults. Signed values are ranked by value, what speaks most for the
class first; equal values come in a random order.

Measured by `python -m benchmarks.methods`; see `--help` for photos of your own, other networks and
methods, and [Measure and compare methods](../guide/measuring.md) for the same figures of one
photo."""


if __name__ == "__main__":
    main()
