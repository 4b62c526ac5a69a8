"""Drawing an explanation with matplotlib, which is optional."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from xwidget.catalog.games import GAMES
from xwidget.export.caption import doubtful
from xwidget.support.figures import defended, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from xwidget.checks import Checks
    from xwidget.record import Record

_SIDE = 2.9  # inches of one picture's longer side
_LONGEST = 24  # characters of a name that fit above a picture, beside the score
_PER_INCH = 14  # characters of a verdict, in bold
_LINE = 0.2  # inches
_INK, _FAINT, _ALARM = "#1f2328", "#656d76", "#7a3d00"


def plot(explanation: Record) -> Figure:
    """Draw image, evidence and mask heat of an explanation, one row per class.

    Raises
    ------
    ModuleNotFoundError
        If matplotlib is not installed.
    """
    try:
        from matplotlib import pyplot
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'plot() needs matplotlib, which is optional. Install it:  pip install "xwidget[plot]"',
            name="matplotlib",
        ) from error

    from xwidget.export.figure import new as new_figure

    rows = len(explanation.targets)
    rules = GAMES.get(explanation.game)
    takes = rules is not None and not rules.keeps
    verdicts = [checks.summary for checks in explanation.checks]
    said = [explanation.says(target) for target in explanation.targets]
    height, width = explanation.image.shape[:2]
    unit = _SIDE / max(height, width)
    across = 3 * width * unit + 0.9
    letters = round(across * _PER_INCH)
    says = [textwrap.fill(words, letters) for words in said]
    wrapped = [textwrap.fill(words, letters) for words in verdicts]
    strip = _LINE * max(
        f"{one}\n{other}".count("\n") + 1 for one, other in zip(says, wrapped, strict=True)
    )
    tall = height * unit + 0.3
    # Made outside the style: a notebook's first figure changes settings, which have to last.
    figure = new_figure(across, rows * (tall + strip) + 0.3)
    # The pictures carry the colors; the page around them is plain and light whatever the style.
    with pyplot.style.context("default"):
        grid = figure.add_gridspec(2 * rows, 3, wspace=0.04, height_ratios=[tall, strip] * rows)
        for k in range(rows):
            pictured, shown, heated = (figure.add_subplot(grid[2 * k, n]) for n in range(3))
            name = explanation.short_names[k]
            before, after = explanation.image_scores[k], explanation.scores[k]
            pictured.imshow(explanation.image)
            _caption(pictured, _short(name), f"image {before:.3f}")
            # Seen is the paper; under it lies the evidence itself, for who asks the axes for it.
            shown.imshow(explanation.evidence[k])
            shown.imshow(explanation.on_paper(k))
            _caption(shown, "Remains" if takes else "Evidence", f"optimized {after:.3f}")
            # Never stretched to the values that occur: equal colors mean equal values, everywhere.
            mask = explanation.masks[k].mean(0)
            heat = heated.imshow(mask, cmap="viridis", vmin=0, vmax=1)
            _caption(heated, "Mask", f"{percent(mask.mean())} {'taken away' if takes else 'shown'}")
            bar = figure.colorbar(heat, ax=heated, ticks=[0, 0.5, 1], fraction=0.045, pad=0.03)
            bar.outline.set_visible(False)
            bar.ax.tick_params(length=0, labelsize=8, labelcolor=_FAINT)
            below = figure.add_subplot(grid[2 * k + 1, :])
            below.set_title(says[k], loc="left", fontsize=10, color=_INK)
            _verdict(below, wrapped[k], explanation.checks[k])
        title = f"{explanation.game}, {defended(explanation.defense)}"
        figure.suptitle(title, x=0.01, ha="left", fontsize=10, color=_FAINT)
    return figure


def _verdict(axes: Axes, words: str, checks: Checks) -> None:
    """Write below a class's pictures what its checks say; what speaks against it stands out."""
    alarm = doubtful(checks)
    axes.text(
        0,
        1,
        words,
        va="top",
        fontsize=9,
        color=_ALARM if alarm else _FAINT,
        weight="bold" if alarm else "normal",
        in_layout=False,  # a long line must not make the pictures smaller
    )
    axes.set_axis_off()


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1].rstrip() + "…"


def _caption(axes: Axes, name: str, score: str) -> None:
    axes.set_title(name, loc="left", fontsize=10, color=_INK)
    axes.set_title(score, loc="right", fontsize=9, color=_FAINT)
    axes.set_axis_off()
