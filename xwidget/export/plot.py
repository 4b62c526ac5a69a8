"""Drawing an explanation with matplotlib, which is optional."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from xwidget.attribution import Attribution
from xwidget.catalog import defenses
from xwidget.catalog.games import GAMES
from xwidget.export.caption import doubtful
from xwidget.support.figures import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from xwidget.checks import Checks
    from xwidget.record import Record

_SIDE = 2.9  # inches of one picture's longer side
_LONGEST = 24  # characters of a name that fit above a picture, beside the score
_ALONE = 36  # and where there is no score
_PER_INCH = 14  # characters of a verdict, in bold
_LINE = 0.2  # inches
_BAR = 0.9  # inches beside a heat, for its scale
_INK, _FAINT, _ALARM = "#1f2328", "#656d76", "#7a3d00"


def plot(explanation: Record, *others: Attribution) -> Figure:
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

    for each in others:
        _check(each, explanation)
    rows = len(explanation.targets)
    rules = GAMES.get(explanation.game)
    takes = rules is not None and not rules.keeps
    verdicts = [checks.summary for checks in explanation.checks]
    said = [explanation.says(target) for target in explanation.targets]
    height, width = explanation.image.shape[:2]
    unit = _SIDE / max(height, width)
    columns = 3 + len(others)
    across = columns * width * unit + _BAR * (1 + len(others))
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
        grid = figure.add_gridspec(
            2 * rows, columns, wspace=0.04, height_ratios=[tall, strip] * rows
        )
        for k in range(rows):
            pictured, shown, heated = (figure.add_subplot(grid[2 * k, n]) for n in range(3))
            name = explanation.short_names[k]
            before, after = explanation.image_scores[k], explanation.scores[k]
            pictured.imshow(explanation.image)
            _caption(pictured, _short(name), f"image {before:.3f}")
            # Seen is the paper; under it lies the evidence itself, which the axes give to a caller.
            shown.imshow(explanation.evidence[k])
            shown.imshow(explanation.on_paper(k))
            _caption(shown, "Remains" if takes else "Evidence", f"optimized {after:.3f}")
            mask = explanation.masks[k].mean(0)
            _heat(heated, mask)
            _caption(heated, "Mask", f"{percent(mask.mean())} {'taken away' if takes else 'shown'}")
            for n, each in enumerate(others, 3):
                beside = figure.add_subplot(grid[2 * k, n])
                _caption(beside, _short(each.method, _ALONE), "")
                if (place := _place(each, explanation, k)) is not None:
                    values = each.relevance[place]
                    _heat(beside, values, float(np.abs(each.relevance).max()) if each.signed else 0)
            below = figure.add_subplot(grid[2 * k + 1, :])
            below.set_title(says[k], loc="left", fontsize=10, color=_INK)
            _verdict(below, wrapped[k], explanation.checks[k])
        title = f"{explanation.game}, {defenses.named(explanation.defense, explanation.game)}"
        figure.suptitle(title, x=0.01, ha="left", fontsize=10, color=_FAINT)
    return figure


def _heat(axes: Axes, values: npt.NDArray[np.float32], most: float = 0) -> None:
    """Draw values from 0 to 1, or signed ones from -most to most, with their scale."""
    # Never stretched to the values that occur: equal colors mean equal values, in every row.
    low, high = (-most, most) if most else (0.0, 1.0)
    heat = axes.imshow(values, cmap="PuOr_r" if most else "viridis", vmin=low, vmax=high)
    ticks = [low, (low + high) / 2, high]
    figure = axes.get_figure()
    assert figure is not None
    bar = figure.colorbar(heat, ax=axes, ticks=ticks, fraction=0.045, pad=0.03)
    bar.ax.set_yticklabels([f"{tick:.3g}".replace("-", "−") for tick in ticks])
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, labelsize=8, labelcolor=_FAINT)


def _check(attribution: object, explanation: Record) -> None:
    if not isinstance(attribution, Attribution):
        raise TypeError(f"plot takes attributions, got {type(attribution).__name__}")
    if attribution.size != explanation.image.shape[:2]:
        raise ValueError(
            f"the attribution by {attribution.method} has {attribution.size} values, but the image "
            f"has {explanation.image.shape[:2]} pixels"
        )
    ours = explanation.origin.digest if explanation.origin else ""
    if ours and attribution.digest and attribution.digest != ours:
        raise ValueError(
            f"the attribution by {attribution.method} is of another image: the digests differ"
        )


def _place(attribution: Attribution, explanation: Record, k: int) -> int | None:
    """Return where an attribution has the k-th target; None where it has it not."""
    target, name = explanation.targets[k], explanation.names[k]
    if target not in attribution.targets:
        return None
    place = attribution.position(target)
    # The index of a contrast or a score is another one's with another classifier.
    return place if attribution.names[place] in ("", f"class {target}", name) else None


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


def _short(name: str, most: int = _LONGEST) -> str:
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def _caption(axes: Axes, name: str, score: str) -> None:
    axes.set_title(name, loc="left", fontsize=10, color=_INK)
    axes.set_title(score, loc="right", fontsize=9, color=_FAINT)
    axes.set_axis_off()
