"""A matplotlib figure that a notebook shows exactly once."""

from __future__ import annotations

import io
from typing import Any

import matplotlib
from matplotlib import pyplot
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


class ShownFigure(Figure):
    """A figure of pyplot's that a notebook shows once, at the end of the cell that made it.

    Whether the cell ends with it, with a semicolon, or goes on. Asked for again, it is shown again.
    """

    def _ipython_display_(self) -> None:
        if self.is_live() and self.is_open() and matplotlib.is_interactive():
            return  # it stands in a window or a widget of its own
        if self in _waiting:
            before = _waiting[: _waiting.index(self)]
            del _waiting[len(before)]
            for figure in before:  # each of which finds none before it
                _show(figure)
            pyplot.close(self)  # left open, it would be shown again at the end of the cell
        raise NotImplementedError  # shown as any figure is

    def _repr_png_(self) -> bytes | None:
        """Return the picture where matplotlib was told of no notebook."""
        if _inline():
            return None  # shown in the formats that a person chose
        file = io.BytesIO()
        self.savefig(file, format="png", bbox_inches="tight")
        return file.getvalue()

    def is_live(self) -> bool:
        """Return True if it stands in a window or a widget, not in memory only."""
        return type(self.canvas) is not FigureCanvasAgg

    def is_open(self) -> bool:
        """Return True if pyplot holds it."""
        manager = self.canvas.manager
        return manager is not None and pyplot.fignum_exists(manager.num)


_waiting: list[ShownFigure] = []
"""Those that the cell that runs now has made and not shown."""


def new(width: float, height: float) -> ShownFigure:
    """Return an empty white figure, in inches, that is shown at the end of the cell at the latest.

    A script gets an open figure of pyplot's, as any other.
    """
    figure = pyplot.figure(
        FigureClass=ShownFigure, figsize=(width, height), layout="constrained", facecolor="white"
    )
    assert isinstance(figure, ShownFigure)
    shell = _notebook()
    if shell is None or figure.is_live():
        return figure
    _waiting[:] = [each for each in _waiting if each.is_open()]
    _waiting.append(figure)
    if _inline():
        return figure  # the backend shows what is open then

    def show() -> None:
        shell.events.unregister("post_execute", show)
        if figure in _waiting:
            _show(figure)

    shell.events.register("post_execute", show)
    return figure


def _show(figure: ShownFigure) -> None:
    from IPython.display import display

    if figure.is_open():
        display(figure)  # type: ignore[no-untyped-call]


def _inline() -> bool:
    return "inline" in matplotlib.get_backend()


def _notebook() -> Any:
    """Return the shell of the notebook that runs this; None in a script or a terminal."""
    try:
        from IPython.core.getipython import get_ipython
    except ModuleNotFoundError:
        return None
    shell = get_ipython()
    return shell if hasattr(shell, "kernel") else None
