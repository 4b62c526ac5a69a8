"""``python -m xwidget explain``: the images of a folder, explained into a store."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from xwidget.batch.store.store import ExplanationStore
from xwidget.batch.stream import EXECUTORS, explain_many
from xwidget.commands.main import INTERRUPTED
from xwidget.engine.setting import Setting
from xwidget.engine.setting_kinds import Choice, Flag
from xwidget.engine.settings import SETTINGS
from xwidget.loading import MODEL, by_name
from xwidget.support import texts

_FEW = 10
_LINE = texts.Room(400)


def fill(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command, and what it does."""
    parser.description = (
        "Explain all images of a folder, or of its subfolders, whose names are their labels. "
        "What the store has already is left out, so that a run that was ended goes on."
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="the images")
    parser.add_argument("--model", required=True, help=MODEL)
    parser.add_argument("--out", required=True, type=Path, help="folder of the store")
    parser.add_argument(
        "--target",
        action="append",
        metavar="CLASS",
        help="index or name of a class to explain; may be given again. By default, the most "
        "likely class of each image",
    )
    parser.add_argument("--witness", metavar="MODEL", help="another network, for the check")
    parser.add_argument("--repeat", action="store_true", help="run twice, for the check of seeds")
    parser.add_argument("--retry", action="store_true", help="explain images again that failed")
    parser.add_argument(
        "--executor",
        choices=list(EXECUTORS),
        default="local",
        help="local, in this process; ray, by the workers of a cluster",
    )
    parser.add_argument("--workers", type=int, help="batches at once, 1 or more")
    parser.add_argument("--batch", type=int, help="most images in one batch, 1 or more")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    settings = parser.add_argument_group("settings", "As in xw.explain.")
    for setting in SETTINGS.values():
        _add(settings, setting)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Explain the images, and say what the store has then.

    Returns
    -------
    int
        130 if it was interrupted, 1 if no image could be explained.
    """
    settings = {name: getattr(given, name) for name in SETTINGS if getattr(given, name) is not None}
    stream = explain_many(
        by_name(given.model),
        given.folder,
        given.target and [_value(target) for target in given.target],
        out=given.out,
        retry=given.retry,
        executor=given.executor,
        workers=given.workers,
        batch="auto" if given.batch is None else given.batch,
        witness=given.witness and by_name(given.witness),
        repeat=given.repeat,
        progress=not given.quiet,
        **settings,
    )
    store = stream.run()
    assert store is not None
    sys.stdout.write("".join(f"{texts.shown(line, _LINE)}\n" for line in summary(store)))
    if stream.interrupted:
        sys.stdout.write("interrupted: the same command goes on with the images that are left\n")
        return INTERRUPTED
    return 0 if store.select("error = ''") else 1


def summary(store: ExplanationStore) -> list[str]:
    """Return a few lines on a store: images, verdicts, errors."""
    verdicts = store.table(["verdict"], "error = ''").column(0).value_counts().to_pylist()
    counts = {each["values"]: each["counts"] for each in verdicts}
    errors = store.errors
    lines = [f"{len(store.images)} images in {store.path}"]
    if counts:
        said = (f"{count} {verdict}" for verdict, count in sorted(counts.items()))
        lines.append(f"explanations: {', '.join(said)}")
    if errors:
        lines.append(f"not explained: {len(errors)}")
        lines += [f"  {name}: {error}" for name, error in list(errors.items())[:_FEW]]
        lines += [f"  ... and {len(errors) - _FEW} more"] if len(errors) > _FEW else []
    return lines


def _add(group: argparse._ArgumentGroup, setting: Setting) -> None:
    flag = f"--{setting.name.replace('_', '-')}"
    words = setting.words.replace("%", "%%").replace("``", "")
    if isinstance(setting.kind, Flag):
        action = argparse.BooleanOptionalAction
        group.add_argument(flag, dest=setting.name, action=action, help=words)
    else:
        names = list(setting.kind.names) if isinstance(setting.kind, Choice) else None
        group.add_argument(flag, dest=setting.name, type=_value, choices=names, help=words)


def _value(text: str) -> Any:
    """Return a number where the text is one."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
