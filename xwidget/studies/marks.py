"""Marked regions of photos: masks in a folder, or a file of findings such as COCO."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image

from xwidget.findings.formats import exchange
from xwidget.findings.proposals import parts
from xwidget.findings.region import Mask, Region
from xwidget.support import texts

_LEAST = 128  # value from which a pixel of a mask is marked, where it has more than two values


@dataclass(frozen=True)
class Marks:
    """The marked regions of one photo, in pixels of the original.

    Parameters
    ----------
    regions
        One or more.
    digest
        Fingerprint of them.
    """

    regions: tuple[Mask | Region, ...]
    digest: str


def marks_of(path: Path, names: Sequence[str]) -> dict[str, Marks]:
    """Return the marks of photos, by the photos' names; photos without any are left out.

    Parameters
    ----------
    path
        A folder of PNG files, ``NAME.png`` for the photo ``NAME.jpg``, in the same subfolder or in
        none, of which each connected part is a region; with a file of findings in it, or such a
        file itself, in any format that findings are read from (COCO, CVAT, Label Studio, ...).
    names
        Of the photos.

    Raises
    ------
    ValueError
        If there is nothing at the path, or a file cannot be read.
    """
    if not path.exists():
        raise ValueError(f"there are no marks at {str(path)!r}; check it")
    if path.is_file():
        return _of_file(path, names)
    found: dict[str, Marks] = {}
    for name in names:
        stem = PurePosixPath(name).with_suffix(".png")
        file = next((each for each in (path / stem, path / stem.name) if each.is_file()), None)
        if file is not None and (regions := list(_of_mask(file))):
            found[name] = Marks(tuple(regions), hashlib.sha256(file.read_bytes()).hexdigest())
    for file in sorted(path.glob("*.json")):
        found.update(_of_file(file, names))
    return found


def _of_mask(file: Path) -> Iterator[Mask]:
    try:
        with Image.open(file) as image:
            values = np.asarray(image.convert("L"))
    except (OSError, ValueError) as error:
        raise ValueError(f"the mask {str(file)!r} cannot be read ({error})") from error
    least = _LEAST if len(np.unique(values)) > 2 else 1
    labels = parts(values >= least)
    for label in range(1, int(labels.max(initial=0)) + 1):
        yield labels == label


def _of_file(file: Path, names: Sequence[str]) -> dict[str, Marks]:
    try:
        findings = exchange.read(file, skip=True)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"the marks {str(file)!r} cannot be read ({texts.text_of(error)})"
        ) from error
    by_image: dict[str, list[Region]] = {}
    for finding in findings:
        by_image.setdefault(PurePosixPath(finding.seen.image).stem, []).append(finding.region)
    found = {}
    for name in names:
        regions = by_image.get(PurePosixPath(name).stem)
        if regions:
            told = json.dumps([region.describe() for region in regions], sort_keys=True)
            found[name] = Marks(tuple(regions), hashlib.sha256(told.encode()).hexdigest())
    return found
