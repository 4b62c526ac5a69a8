"""Drawing clusters with matplotlib, which is optional."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

from xwidget.batch.clusters.file import Labels
from xwidget.batch.clusters.vectors import Reals
from xwidget.support.needed import needed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIDE = 1.05  # inches of a picture
_MAP = 3.6  # inches of the map's side
_TITLE = 0.9  # inches
_POINT = 900.0  # area of all points together, in square points
_LARGEST, _SMALLEST = 28.0, 2.0


class Row(NamedTuple):
    """One cluster as it is drawn.

    Attributes
    ----------
    title
        Its heading.
    mask
        (32, 32) in [0,1]: its mean mask.
    examples
        Pictures of typical explanations, as files in memory.
    """

    title: str
    mask: Reals
    examples: Sequence[bytes]


def plot(xy: Reals, labels: Labels, rows: Sequence[Row], examples: int) -> Figure:
    """Draw the map, and a row of pictures for each cluster.

    Parameters
    ----------
    xy
        (N, 2) in [0,1]: places on the map.
    labels
        (N,): the cluster of each.
    rows
        The clusters.
    examples
        Number of pictures beside each mean mask.

    Raises
    ------
    ModuleNotFoundError
        If matplotlib is not installed.
    """
    pyplot = needed("matplotlib.pyplot", "plot", "plot()")

    from xwidget.export.figure import new as new_figure

    # Made outside the style: a notebook's first figure changes settings, which have to last.
    height = max(_MAP, len(rows) * (_SIDE + 0.1))
    figure = new_figure(_MAP + _TITLE + (examples + 1) * _SIDE, height)
    with pyplot.style.context("default"):
        widths = [_MAP, _TITLE, *[_SIDE] * (examples + 1)]
        grid = figure.add_gridspec(len(rows), examples + 3, width_ratios=widths, wspace=0.03)
        axis = figure.add_subplot(grid[:, 0])
        _draw_map(axis, xy, labels)
        for k, row in enumerate(rows):
            heading = figure.add_subplot(grid[k, 1])
            heading.text(1, 0.5, row.title, ha="right", va="center", fontsize=8, color=_color(k))
            heading.axis("off")
            mean = figure.add_subplot(grid[k, 2])
            mean.imshow(row.mask, cmap="viridis", vmin=0, vmax=float(row.mask.max()) or 1)
            mean.axis("off")
            pictures = [figure.add_subplot(grid[k, 3 + n]) for n in range(len(row.examples))]
            for picture, data in zip(pictures, row.examples, strict=True):
                picture.imshow(np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))
                picture.axis("off")
            if k == 0:
                mean.set_title("mean mask", fontsize=8)
                pictures[0].set_title("typical evidence", fontsize=8, loc="left")
    return figure


def _draw_map(axis: Axes, xy: Reals, labels: Labels) -> None:
    size = float(np.clip(_POINT / len(xy) ** 0.5 / 4, _SMALLEST, _LARGEST))
    for number in range(int(labels.max()) + 1):
        x, y = xy[labels == number].T
        axis.scatter(x, y, size, c=_color(number), linewidths=0, label=str(number))
    axis.set(xlim=(-0.03, 1.03), ylim=(1.03, -0.03), aspect="equal", xticks=[], yticks=[])
    axis.legend(fontsize=8, title="cluster", title_fontsize=8)


def _color(number: int) -> str:
    return f"C{number % 10}"
