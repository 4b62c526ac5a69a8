"""``python -m xwidget explain``: the images of a folder, explained into a store."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xwidget.batch.store.store import ExplanationStore
from xwidget.batch.stream import EXECUTORS, explain_many
from xwidget.classifier import Classifier
from xwidget.engine.setting import Setting
from xwidget.engine.setting_kinds import Choice, Flag
from xwidget.engine.settings import SETTINGS
from xwidget.loading import load
from xwidget.support import texts

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001

_INTERRUPTED = 130
_FEW = 10
_LINE = texts.Room(400)
_MODEL = (
    "name of a network, as xw.load takes it (efficientnet_lite0, resnet50, ...); or "
    "MODULE:NAME of a Classifier of yours, or of a function that makes one"
)


def add_to(commands: Commands) -> None:
    """Add the command to those that there are."""
    parser = commands.add_parser(
        "explain",
        help="explain the images of a folder, and keep the explanations",
        description=(
            "Explain all images of a folder, or of its subfolders, whose names are their labels. "
            "What the store has already is left out, so that a run that was ended goes on."
        ),
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="the images")
    parser.add_argument("--model", required=True, help=_MODEL)
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
    parser.add_argument("--executor", choices=list(EXECUTORS), default="local")
    parser.add_argument("--workers", type=int, help="batches at once")
    parser.add_argument("--batch", type=int, help="most images in one batch")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    settings = parser.add_argument_group("settings", "As in xw.explain.")
    for setting in SETTINGS.values():
        _add(settings, setting)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Explain the images, and say what the store has then; return 130 if it was interrupted."""
    settings = {name: getattr(given, name) for name in SETTINGS if getattr(given, name) is not None}
    stream = explain_many(
        classifier(given.model),
        given.folder,
        given.target and [_value(target) for target in given.target],
        out=given.out,
        retry=given.retry,
        executor=given.executor,
        workers=given.workers,
        batch=given.batch or "auto",
        witness=given.witness and classifier(given.witness),
        repeat=given.repeat,
        progress=not given.quiet,
        **settings,
    )
    store = stream.run()
    assert store is not None
    sys.stdout.write("".join(f"{texts.shown(line, _LINE)}\n" for line in summary(store)))
    return _INTERRUPTED if stream.interrupted else 0


def classifier(model: str) -> Classifier:
    """Return the classifier that has a name, or that a module has.

    Raises
    ------
    ValueError, TypeError
        If there is none.
    """
    module, _, name = model.partition(":")
    if not name:
        return load(model)
    if "" not in sys.path:
        sys.path.insert(0, "")  # modules of the folder that this is run in
    try:
        found = getattr(importlib.import_module(module), name)
    except (ModuleNotFoundError, AttributeError) as error:
        raise ValueError(f"there is no {model!r}: {error}; expected MODULE:NAME") from error
    if not isinstance(found, Classifier) and callable(found):
        found = found()
    if not isinstance(found, Classifier):
        raise TypeError(
            f"{model!r} is a {type(found).__name__}; expected a Classifier, or a function that "
            "makes one"
        )
    return found


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
    flag, words = f"--{setting.name.replace('_', '-')}", setting.words.replace("%", "%%")
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
