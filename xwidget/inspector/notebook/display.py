"""An Inspector's place in a notebook: a panel, and a picture where there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xwidget.export import still
from xwidget.inspector.features.still import StillPicture
from xwidget.inspector.notebook.afterimage import Afterimage
from xwidget.inspector.page.panel import Panel

Bundle = tuple[dict[str, Any], dict[str, Any]]


class Display:
    """Display an Inspector in a cell's output.

    Parameters
    ----------
    panel
        Of the Inspector.
    picture
        What stands in for it.
    """

    def __init__(self, panel: Panel, picture: StillPicture) -> None:
        self._panel = panel
        self._picture = picture
        self._afterimage: Afterimage | None = None
        """The output that follows it in the notebook, once it was displayed."""

    def begin(self) -> None:
        """Keep what follows it up to date."""
        self._panel.watch(self._on_status, "status")

    def bundle(self, widget: Bundle | None) -> Bundle | None:
        """Return a widget's bundle with a still picture for where no widget can be shown."""
        if widget is None:
            return None
        data, metadata = widget
        alt = {"image/png": {"alt": self._picture.alt()}}
        return {**data, "image/png": still.png(self._picture.sheet())}, {**metadata, **alt}

    def show(self, bundle: Callable[[], Bundle | None]) -> None:
        """Display a widget's bundle, and the picture that a saved notebook shows in its place.

        Raises
        ------
        NotImplementedError
            If it has none: then it is displayed as whatever IPython makes of it.
        """
        from IPython.display import display

        # Of a closed one ipywidgets takes the method away.
        made = None if self._panel.session.closed else bundle()
        if made is None:
            raise NotImplementedError
        data, metadata = made
        display(data, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]
        if self._afterimage is None:
            self._afterimage = Afterimage()
        self._afterimage.display(*self._keepsake())

    def _on_status(self, status: str) -> None:
        if self._afterimage is None or self._panel.session.closed:
            return  # what was found stands there already
        if status != "running":
            self._afterimage.renew(*self._keepsake())

    def _keepsake(self) -> tuple[str, str]:
        """Return the picture, as base64 of a JPEG, and what it shows."""
        return still.jpeg(self._picture.sheet()), self._picture.alt()
