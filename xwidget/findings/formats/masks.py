"""PNG masks: one picture a finding, 0 and 255, and a table of them. A zip archive or a folder."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from PIL import Image

from xwidget.findings.finding import Finding
from xwidget.findings.formats import columns
from xwidget.findings.formats.items import Page
from xwidget.findings.formats.picture import Picture

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_UNUSUAL = re.compile(r"[^A-Za-z0-9._-]+")


def entries(
    pages: Sequence[Page], left_out: Callable[[str], None], *, of_input: bool = False
) -> dict[str, bytes]:
    """Return the files by name: a PNG for each finding, and ``index.csv``.

    Parameters
    ----------
    pages
        Images and their findings.
    left_out
        Is told of each finding without a place in its image.
    of_input
        Whether masks have the size of the network's input, and not of the original.
    """
    found: dict[str, bytes] = {}
    rows: list[dict[str, Any]] = []
    for page in pages:
        picture = page.picture.as_input if of_input else page.picture
        for finding in page.findings:
            try:
                data = _png(finding, picture)
            except ValueError as error:
                left_out(str(error))
                continue
            stem = PurePosixPath(picture.seen.image or "image").stem
            name = f"{len(rows) + 1:05}_{_UNUSUAL.sub('_', stem)[:60]}.png"
            found[name] = data
            (row,) = columns.rows([finding])
            rows.append({**row, "mask": name, "mask_of": picture.note})
    found["index.csv"] = columns.as_csv(rows, ["mask", "mask_of"])
    return found


def _png(finding: Finding, picture: Picture) -> bytes:
    mask = picture.crop(finding.region).whole()
    file = io.BytesIO()
    Image.fromarray(mask.astype(np.uint8) * 255).save(file, "PNG", compress_level=1)
    return file.getvalue()


def archive(found: Mapping[str, bytes]) -> bytes:
    """Return files as a zip archive; of the same files it is the same to the last bit."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        for name, data in found.items():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            packed = name.endswith(".png")
            entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            zipped.writestr(entry, data)
    return file.getvalue()
