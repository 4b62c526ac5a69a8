"""A photo that fades to paper where it is not shown: easier on the eye than a gray reference.

The same arithmetic as js/src/picture/paper.ts: a picture from Python and one from the panel are
equal.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from xwidget.catalog.games import GAMES

Bytes = npt.NDArray[np.uint8]

LIGHT, LIGHT_LINE = (236, 234, 228), (186, 183, 174)
"""Paper and its hatching on a light page: white and black things of a photo stand out from it."""
#: On a dark page: as far from black as from white, as a photo's darkest parts are evidence too.
DARK, DARK_LINE = (118, 116, 110), (82, 80, 76)


def on_paper(image: Bytes, mask: Bytes, *, rest: bool = False, dark: bool = False) -> Bytes:
    """Return an image on paper, opaque where a mask shows it.

    A pixel is as opaque as the greatest of its three mask values. A channel that is shown less than
    that is filled up with the pixel's own gray, and the less so the more the channels differ
    (fourth power): small differences leave the photo its natural colors, while of a pixel shown in
    red alone nothing but its red remains, on black. So no color appears that is neither the photo's
    nor shown. With mask values ``m``, the greatest of a pixel ``M``, the least ``L``, a pixel's
    gray ``g = (299 R + 587 G + 114 B) / 1000``, each channel is
    ``floor((m * image + (M - m) * g * (1 - ((M - L) / M)**4) + (255 - M) * paper) / 255 + 0.5)``.

    Parameters
    ----------
    image
        (H,W,3) uint8.
    mask
        (3,H,W) uint8: 255 is shown, 0 is not.
    rest
        Show what the mask does not, on hatched paper: something was here and was taken away.
    dark
        For a dark page.

    Returns
    -------
    ndarray
        (H,W,3) uint8.
    """
    shown = np.moveaxis(mask, 0, -1).astype(np.float64)
    if rest:
        shown = 255 - shown
    x = image.astype(np.float64)
    most = shown.max(-1, keepdims=True)
    least = shown.min(-1, keepdims=True)
    apart = np.divide(most - least, most, out=np.zeros_like(most), where=most > 0)
    gray = (299 * x[..., :1] + 587 * x[..., 1:2] + 114 * x[..., 2:]) / 1000
    square = apart * apart
    gray = gray * (1 - square * square)
    height, width = image.shape[:2]
    paper = _sheet(height, width, rest, dark)
    # Added up in the order of paper.ts: the sums must not differ in their last bit.
    drawn = ((255 - most) * paper + (most - shown) * gray + shown * x) / 255
    washed: Bytes = np.floor(drawn + 0.5).astype(np.uint8)
    return washed


def left_to_net(image: Bytes, mask: Bytes, game: str) -> Bytes:
    """Return on paper what a game leaves to the net, of a mask of what it shows.

    That is what is shown; or, where the game shows what it takes away, what remains.
    """
    rules = GAMES.get(game)
    return on_paper(image, mask, rest=rules is not None and not rules.keeps)


def check_view(view: str) -> None:
    """Raise a ValueError where a picture cannot be had in this view."""
    if view not in ("evidence", "paper"):
        raise ValueError(f"view is {view!r}; expected 'evidence' or 'paper'")


def _sheet(height: int, width: int, hatched: bool, dark: bool) -> npt.NDArray[np.float64]:
    """Return the paper itself, (H,W,3) or what broadcasts to it."""
    plain, line = (DARK, DARK_LINE) if dark else (LIGHT, LIGHT_LINE)
    if not hatched:
        return np.array(plain, np.float64)
    # As in JavaScript, halves are rounded up.
    period = max(4, int(np.floor(max(height, width) / 32 + 0.5)))
    y, x = np.indices((height, width))
    lined = (x + y) % period < period // 4
    return np.where(lined[..., None], np.array(line, np.float64), np.array(plain, np.float64))
