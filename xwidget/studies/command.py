"""``python -m xwidget.studies``: studies of photos and networks, and a report on them."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import torch

from xwidget.classifier import Classifier
from xwidget.engine.device import pick
from xwidget.loading import MODEL, by_name
from xwidget.studies import markdown, report, written
from xwidget.studies.lab import Lab, Options, lab_of
from xwidget.studies.photos import LABELS, photos_of
from xwidget.studies.pictures import Pictures
from xwidget.studies.records import Records
from xwidget.studies.runner import NotKept, Run
from xwidget.studies.table import STUDIES
from xwidget.support import files, texts

ALL = "all"
DEMO = "efficientnet_lite0"
BAD, INTERRUPTED = 2, 130

_ABOUT = (
    "Measure what the paper claims on photos and networks of yours, and write a report. What was "
    "measured is kept in a folder beside the report: the same command goes on where it ended."
)
_LINE = texts.Room(600)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``python -m xwidget.studies``; return its exit code.

    Parameters
    ----------
    arguments
        The words after the program's name; None for those that it was started with.
    """
    parser = argparse.ArgumentParser(prog="python -m xwidget.studies")
    fill(parser)
    return run(parser.parse_args(arguments))


def fill(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command, and what it does."""
    parser.description = _ABOUT
    _add_arguments(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Measure what is left, and write the report.

    Returns
    -------
    int
        2 for bad input, 130 if it was interrupted, 1 if nothing could be measured, else 0.
    """
    try:
        out = _out(given.out)
        results = _results(out)
        lab = _lab(given, Records([results / "rows.jsonl"]))
    except KeyboardInterrupt:
        return INTERRUPTED
    except (ValueError, TypeError, OSError, ImportError) as error:
        _say(f"error: {texts.text_of(error)}")
        return BAD
    torch.backends.cudnn.allow_tf32 = False  # as exact as on a CPU
    names = list(STUDIES) if ALL in given.study else list(dict.fromkeys(given.study))
    work = Run(
        lab,
        {name: STUDIES[name] for name in names},
        Pictures(results / "pictures"),
        not given.quiet,
    )
    try:
        work.go()
    except ValueError as error:  # of a study's own input, before it is measured
        _say(f"error: {texts.text_of(error)}")
        return BAD
    except NotKept as error:
        _say(f"error: a result cannot be kept: {texts.text_of(error.__cause__ or error)}")
        return BAD
    command = _command(given)
    files.replace(out, report.page(work, command).encode("utf-8"))
    pages = markdown.write(work, given.write, command) if given.write else []
    return _told(work, [out, *pages])


def _told(work: Run, paths: Sequence[Path]) -> int:
    """Say what was measured; return the exit code."""
    outcomes = work.outcomes()
    for path in paths:
        sys.stdout.write(f"{path}\n")
    for outcome in outcomes:
        if outcome.skipped:
            _say(f"{outcome.name} was skipped: {outcome.skipped}")
        if outcome.errors:
            _say(f"{outcome.name}: {len(outcome.errors)} measurements failed, see the report")
    if words := written.incomplete(work):
        _say(words)
    if work.interrupted:
        return INTERRUPTED
    return 0 if any(outcome.rows for outcome in outcomes) else 1


def _lab(given: argparse.Namespace, records: Records) -> Lab:
    pick(given.device)
    if given.marks is not None and not given.marks.exists():
        raise ValueError(f"there are no marks at {str(given.marks)!r}; check it")
    classifiers: dict[str, Classifier] = {}
    for model in given.model or [DEMO]:
        clf = by_name(model)
        if clf.name in classifiers:
            raise ValueError(f"two networks are called {clf.name!r}; give each a name of its own")
        classifiers[clf.name] = clf
    photos = {
        name: photos_of(
            given.photos, clf.categories[: clf.classes], given.labels, given.limit, given.seed
        )
        for name, clf in classifiers.items()
    }
    witness = by_name(given.witness) if given.witness else None
    options = Options(given.iterations, given.seed, given.device, given.marks)
    return lab_of(list(classifiers.values()), photos, witness, options, records)


def _out(path: Path) -> Path:
    if path.is_dir():
        raise ValueError(f"--out {str(path)!r} is a folder; give the path of a file, report.html")
    if path.suffix == ".results":
        raise ValueError(f"--out {str(path)!r} is where results are kept; end it in .html")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _results(out: Path) -> Path:
    """Return the folder of the results, where rows can be written."""
    folder = out.with_suffix(".results")
    folder.mkdir(exist_ok=True)
    with (folder / "rows.jsonl").open("a"):
        return folder


def _command(given: argparse.Namespace) -> str:
    """Return the command that was typed, with the names of folders instead of their paths."""
    words = [
        "python -m xwidget.studies",
        *given.study,
        "--photos",
        shlex.quote(given.photos.resolve().name),
    ]
    for name in ("model", "labels", "witness", "iterations", "limit", "seed", "device", "marks"):
        value = getattr(given, name)
        for one in value if isinstance(value, list) else [value]:
            if one is not None and one != _DEFAULTS.get(name):
                shown = one.resolve().name if isinstance(one, Path) else str(one)
                words += [f"--{name}", shlex.quote(shown)]
    return " ".join([*words, "--out", shlex.quote(given.out.name)])


_DEFAULTS = {"labels": "folder", "seed": 0}


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    listed = "; ".join(f"{name}: {study.title}" for name, study in STUDIES.items())
    add("study", metavar="STUDY", nargs="+", type=_study, help=f"{listed}; {ALL}: all of them")
    add("--photos", metavar="FOLDER", type=Path, required=True, help="the photos")
    add("--out", metavar="FILE", type=Path, required=True, help="the report, such as report.html")
    add("--write", metavar="FOLDER", type=Path, help="write the tables as Markdown, too")
    add(
        "--model",
        action="append",
        metavar="MODEL",
        help=f"{MODEL}; may be given again. {DEMO} by default",
    )
    add("--witness", metavar="MODEL", help="a second network; by default the next one, if any")
    add(
        "--labels",
        choices=list(LABELS),
        default=_DEFAULTS["labels"],
        help="where the classes of photos come from: the names of their folders; the class index "
        "that their own names begin with (088_macaw.jpg); none, so that each stands for its most "
        "likely class, as do photos without a label",
    )
    add("--marks", metavar="FOLDER", type=Path, help="marked regions, for the study of lesions")
    add("--limit", metavar="N", type=_whole, help="use so many photos, drawn at random")
    add("--iterations", metavar="N", type=_whole, help="of every explanation, at most")
    add("--seed", metavar="N", type=_seed, default=_DEFAULTS["seed"], help="of all that is drawn")
    add("--device", help="where to compute, such as cuda; by default what is fastest")
    add("--quiet", action="store_true", help="show no progress")


def _study(name: str) -> str:
    if name in STUDIES or name == ALL:
        return name
    near = get_close_matches(name, [*STUDIES, ALL], 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(STUDIES)}, {ALL}"
    raise argparse.ArgumentTypeError(f"there is no study {name!r}; {hint}")


def _whole(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r}; expected a whole number from 1")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**63:
        raise argparse.ArgumentTypeError(f"{text!r}; expected a whole number from 0")
    return int(text)


def _say(words: str) -> None:
    sys.stderr.write(f"{texts.shown(words, _LINE)}\n")
