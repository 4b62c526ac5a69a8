"""Contact sheets: image, evidence, mask and the rest side by side, for looking at."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

import xwidget as xw
from xwidget.explanation import blend, quantize

_GAP, _LINE = 6, 16  # pixels between pictures, and of a line of text above them
_PAPER, _INK = (255, 255, 255), (31, 35, 40)


def contact_sheet(explanation: xw.Explanation, captions: Mapping[int, str]) -> Image.Image:
    """Return a row for each target: the image, the evidence, the mask in its colors, the rest.

    Parameters
    ----------
    explanation
        What to show.
    captions
        What to say of a target, by its class index.
    """
    masks = quantize(explanation.masks)
    rest = blend(explanation.image, explanation.reference, 255 - masks)
    height, width = explanation.image.shape[:2]
    size = (4 * width + 5 * _GAP, len(masks) * (height + _LINE + _GAP) + _GAP)
    sheet = Image.new("RGB", size, _PAPER)
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(12)
    for row, target in enumerate(explanation.targets):
        top = _GAP + row * (height + _LINE + _GAP)
        name = f"{explanation.names[row]}: {captions.get(target, '')}"
        pen.text((_GAP, top), name, fill=_INK, font=font)
        tiles: list[npt.NDArray[np.uint8]] = [
            explanation.image,
            explanation.evidence[row],
            np.moveaxis(masks[row], 0, -1),
            rest[row],
        ]
        for column, tile in enumerate(tiles):
            left = _GAP + column * (width + _GAP)
            sheet.paste(Image.fromarray(np.ascontiguousarray(tile)), (left, top + _LINE))
    return sheet


def picture_path(folder: Path, *parts: object) -> Path:
    """Return where a sheet belongs: its parts joined, without what file systems refuse."""
    name = "-".join(str(part) for part in parts if part is not None)
    return folder / ("".join(c if c.isalnum() or c in "-_." else "_" for c in name) + ".png")
