"""The caption under a picture: its sentence and its verdict, which must not claim more."""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image, ImageDraw, ImageFont

from xwidget.checks import Checks
from xwidget.support import texts

_LEAST = 224  # px; a smaller picture stands on a strip that can be read
_ROOM = texts.Room(600)  # a name may have thousands of characters
_WHITE, _INK = (255, 255, 255), (74, 81, 88)
_TINT, _ALARM = (255, 244, 224), (122, 61, 0)  # of a verdict against the picture: 8 : 1


def doubtful(checks: Checks) -> bool:
    """Return True if something speaks against an explanation."""
    # Of what is not there, no test says anything.
    return checks.sign == "doubtful"


def under(picture: Image.Image, says: str, checks: Checks) -> Image.Image:
    """Return an RGB picture on a strip that says what it is, and what its checks came to.

    Parameters
    ----------
    picture
        Any.
    says
        What it is, in one sentence; "" for none.
    checks
        Of its class.
    """
    width = max(picture.width, _LEAST)
    size = max(12, width // 50)
    font = ImageFont.load_default(size)
    alarm = doubtful(checks)
    pad = size // 2
    left = pad + (size + pad if alarm else 0)
    told = _lines(says, font, width - 2 * pad) if says else []
    lines = _lines(checks.summary, font, width - left - pad)
    line = round(size * 1.35)
    top = picture.height
    above = pad + line * len(told) if told else 0
    sheet = Image.new("RGB", (width, top + above + 2 * pad + line * len(lines)), _WHITE)
    sheet.paste(picture, (0, 0))
    draw = ImageDraw.Draw(sheet)
    for n, words in enumerate(told):
        draw.text((pad, top + pad + n * line), words, _INK, font)
    top += above
    if alarm:
        draw.rectangle((0, top, width, sheet.height), fill=_TINT)
        _sign(draw, pad, top + pad, size)
    for n, words in enumerate(lines):
        draw.text((left, top + pad + n * line), words, _ALARM if alarm else _INK, font)
    return sheet


def _sign(draw: ImageDraw.ImageDraw, x: int, y: int, size: int) -> None:
    """Draw a warning triangle: the strip's color alone tells some readers nothing."""
    corners = [(x + size / 2, y), (x, y + size), (x + size, y + size)]
    draw.polygon(corners, fill=_ALARM)
    stem = max(1, size // 8)
    middle = x + size / 2
    draw.rectangle((middle - stem / 2, y + size * 0.35, middle + stem / 2, y + size * 0.65), _TINT)
    draw.rectangle((middle - stem / 2, y + size * 0.77, middle + stem / 2, y + size * 0.88), _TINT)


def _lines(
    text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: float
) -> list[str]:
    """Return a text in lines that fit; a word that alone is too long is broken."""
    lines = [""]
    for word in _parts(texts.shown(text, _ROOM), font, width):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _parts(
    text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: float
) -> Iterator[str]:
    for word in text.split():
        rest = word
        while font.getlength(rest) > width and len(rest) > 1:
            fits = len(rest) - 1
            while fits > 1 and font.getlength(rest[:fits]) > width:
                fits -= 1
            yield rest[:fits]
            rest = rest[fits:]
        yield rest
