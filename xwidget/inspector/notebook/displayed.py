"""A widget in a cell's output, and below it what a saved notebook shows in its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xwidget.inspector.notebook.afterimage import PANEL, Afterimage

Bundle = tuple[dict[str, Any], dict[str, Any]]


class Displayed:
    """Display a widget, and keep what follows it up to date.

    Parameters
    ----------
    keepsake
        Returns what a saved notebook shows, as HTML.
    ended
        Returns whether the widget is closed: what follows it stays as it is then.
    panel
        As in ``Afterimage``.
    """

    def __init__(
        self, keepsake: Callable[[], str], ended: Callable[[], bool], panel: str = PANEL
    ) -> None:
        self._keepsake = keepsake
        self._ended = ended
        self._panel = panel
        self._afterimage: Afterimage | None = None
        """The output that follows it in the notebook, once it was displayed."""

    def show(self, bundle: Callable[[], Bundle | None]) -> None:
        """Display a widget's bundle, and what a saved notebook shows in its place.

        Raises
        ------
        NotImplementedError
            If it has none: then it is displayed as whatever IPython makes of it.
        """
        from IPython.display import display

        # Of a closed one ipywidgets takes the method away.
        made = None if self._ended() else bundle()
        if made is None:
            raise NotImplementedError
        data, metadata = made
        display(data, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]
        if self._afterimage is None:
            self._afterimage = Afterimage(self._panel)
        self._afterimage.display(self._keepsake())

    def renew(self) -> None:
        """Bring what follows it up to date, where it was displayed."""
        if self._afterimage is not None and not self._ended():
            self._afterimage.renew(self._keepsake())
