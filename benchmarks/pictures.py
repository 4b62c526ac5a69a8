"""Pictures to look at: sheets that show all of a photo, and evidence alone, to be guessed at."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from benchmarks.records import Row
from benchmarks.runs import Found, evidence
from benchmarks.subjects import Subject, Task

_GAP, _LINE = 6, 16  # pixels between pictures, and of a line of text above them
_PAPER, _INK = (255, 255, 255), (31, 35, 40)


def code(subject: Subject) -> str:
    """Return the name of a photo's pictures: it must not give away their content."""
    return hashlib.sha256(subject.photo.name.encode()).hexdigest()[:8]


def are_there(folder: Path, subject: Subject, tasks: Sequence[Task]) -> bool:
    """Return True if a subject's pictures were drawn."""
    sheet, alone = _paths(folder, subject, tasks)
    return all(path.exists() for path in (sheet, *alone.values()))


def draw(folder: Path, subject: Subject, shown: Sequence[tuple[Task, Found, Row]]) -> None:
    """Write a subject's sheet, its evidence one by one, and a line of the key to the names.

    Parameters
    ----------
    folder
        Where to: "evidence" in it gives nothing away; "sheets" does, and holds the key.
    subject
        A net with a photo.
    shown
        Runs, what they found, and their rows.
    """
    sheet, alone = _paths(folder, subject, [task for task, _, _ in shown])
    for path in (sheet, *alone.values()):
        path.parent.mkdir(parents=True, exist_ok=True)
    _sheet(subject, shown).save(sheet)
    for task, found, _ in shown:
        if task in alone:
            Image.fromarray(subject.clf.picture(evidence(subject, found))).save(alone[task])
    key, line = sheet.with_name("key.csv"), f"{code(subject)},{subject.photo.name}\n"
    if not key.exists() or line not in key.read_text(encoding="utf-8"):
        with key.open("a", encoding="utf-8") as out:
            out.write(line)


def _paths(folder: Path, subject: Subject, tasks: Sequence[Task]) -> tuple[Path, dict[Task, Path]]:
    """Return where the sheet belongs, and the evidence of each run for the photo's class."""
    name = f"{code(subject)}-{subject.name}"
    own = [task for task in tasks if task.role == "true"]
    alone = {task: folder / "evidence" / f"{name}-{task.name}.png" for task in own}
    return folder / "sheets" / f"{name}.png", alone


def _sheet(subject: Subject, shown: Sequence[tuple[Task, Found, Row]]) -> Image.Image:
    """Return a row for each run: the image, the evidence, the mask in its colors, the rest."""
    clf = subject.clf
    height, width = subject.x.shape[-2:]
    size = (4 * width + 5 * _GAP, len(shown) * (height + _LINE + _GAP) + _GAP)
    sheet = Image.new("RGB", size, _PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    for place, (task, found, row) in enumerate(shown):
        top = _GAP + place * (height + _LINE + _GAP)
        pen.text((_GAP, top), _caption(task, row), fill=_INK, font=font)
        mask = (found.mask * 255).round().byte().permute(1, 2, 0).numpy()
        tiles: list[npt.NDArray[np.uint8]] = [
            clf.picture(subject.x),
            clf.picture(evidence(subject, found)),
            mask,
            clf.picture(evidence(subject, found, shown=False)),
        ]
        for column, tile in enumerate(tiles):
            left = _GAP + column * (width + _GAP)
            sheet.paste(Image.fromarray(np.ascontiguousarray(tile)), (left, top + _LINE))
    return sheet


def _caption(task: Task, row: Row) -> str:
    return (
        f"{row['name']}, {task.game}, {task.defense}: image {row['image_score']:.3f}, evidence "
        f"{row['shown']:.3f}, mask {row['mask']:.3f}, rest {row['hidden']:.3f}"
    )
