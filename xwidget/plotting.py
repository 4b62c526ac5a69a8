"""Drawing an explanation with matplotlib, which is optional."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from xwidget.explanation import Explanation

_SIDE = 2.9  # inches of one picture's longer side
_LONGEST = 24  # characters of a name that fit above a picture, beside the score
_INK, _FAINT = "#1f2328", "#656d76"


def plot(explanation: Explanation) -> Figure:
    """Draw image, evidence and mask heat of every class of an explanation, a row each.

    Raises
    ------
    ModuleNotFoundError
        Where matplotlib is not installed.
    """
    try:
        import matplotlib
        from matplotlib import pyplot
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'plot() needs matplotlib, which is optional. Install it:  pip install "xwidget[plot]"',
            name="matplotlib",
        ) from error

    rows = len(explanation.targets)
    height, width = explanation.image.shape[:2]
    unit = _SIDE / max(height, width)
    # The pictures carry the colors; the page around them is plain and light whatever the style.
    with pyplot.style.context("default"):
        figure, grid = pyplot.subplots(
            rows,
            3,
            squeeze=False,
            figsize=(3 * width * unit + 0.9, rows * (height * unit + 0.35) + 0.3),
            layout="constrained",
            gridspec_kw={"wspace": 0.04},
            facecolor="white",
        )
        for k, (pictured, shown, heated) in enumerate(grid):
            name = explanation.names[k]
            before, after = explanation.image_scores[k], explanation.scores[k]
            pictured.imshow(explanation.image)
            _caption(pictured, _short(name), f"image {before:.3f}")
            shown.imshow(explanation.evidence[k])
            _caption(shown, "Evidence", f"optimized {after:.3f}")
            # Never stretched to the values that occur: equal colors mean equal values, everywhere.
            mask = explanation.masks[k].mean(0)
            heat = heated.imshow(mask, cmap="viridis", vmin=0, vmax=1)
            _caption(heated, "Mask", f"mean {mask.mean():.3f}")
            bar = figure.colorbar(heat, ax=heated, ticks=[0, 0.5, 1], fraction=0.045, pad=0.03)
            bar.outline.set_visible(False)
            bar.ax.tick_params(length=0, labelsize=8, labelcolor=_FAINT)
        title = f"{explanation.game}, {explanation.defense} defense"
        figure.suptitle(title, x=0.01, ha="left", fontsize=10, color=_FAINT)
        if "inline" in matplotlib.get_backend():
            # A notebook shows the figure that the cell returns; left open it would show it twice.
            pyplot.close(figure)
    return figure


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1].rstrip() + "…"


def _caption(axes: Axes, name: str, score: str) -> None:
    axes.set_title(name, loc="left", fontsize=10, color=_INK)
    axes.set_title(score, loc="right", fontsize=9, color=_FAINT)
    axes.set_axis_off()
