"""An Inspector's place in a notebook: a panel, and a picture where there is none."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from xwidget.export import still
from xwidget.inspector.features.guessing import Guessing
from xwidget.inspector.features.still import StillPicture
from xwidget.inspector.notebook.afterimage import picture
from xwidget.inspector.notebook.displayed import Bundle, Displayed
from xwidget.inspector.page.panel import Panel
from xwidget.lessons import answered_html
from xwidget.support.jpeg import to_data_url

_SMALL = 160  # px, of the picture that a guess is marked in


class Display:
    """Display an Inspector in a cell's output.

    Parameters
    ----------
    panel
        Of the Inspector.
    picture
        What stands in for it.
    guessing
        What was asked.
    """

    def __init__(self, panel: Panel, picture: StillPicture, guessing: Guessing) -> None:
        self._panel = panel
        self._picture = picture
        self._guessing = guessing
        self._displayed = Displayed(self._keepsake, lambda: panel.session.closed)

    def begin(self) -> None:
        """Keep what follows it up to date."""
        self._panel.watch(self._on_status, "status")
        self._panel.watch(lambda _: self._on_status(self._panel.get("status")), "_guess")

    def bundle(self, widget: Bundle | None) -> Bundle | None:
        """Return a widget's bundle with a still picture for where no widget can be shown."""
        if widget is None:
            return None
        data, metadata = widget
        alt = {"image/png": {"alt": self._picture.alt()}}
        return {**data, "image/png": still.png(self._picture.sheet())}, {**metadata, **alt}

    def show(self, bundle: Callable[[], Bundle | None]) -> None:
        """Display a widget's bundle, as ``Displayed.show``."""
        self._displayed.show(bundle)

    def _on_status(self, status: str) -> None:
        if status != "running":
            self._displayed.renew()

    def _keepsake(self) -> str:
        """Return the picture, and what was answered, as HTML."""
        shown = to_data_url(self._picture.sheet())
        return picture(shown, self._picture.alt(), self._answers())

    def _answers(self) -> str:
        answers = self._panel.get("answers")
        if not answers or self._guessing.hides:
            return ""
        image = Image.fromarray(self._panel.subject.picture)
        image.thumbnail((_SMALL, _SMALL))
        photo = to_data_url(image)
        prompts = self._guessing.prompts.items()
        return answered_html.table(
            answers, {id: {"prompt": prompt, "picture": photo} for id, prompt in prompts}
        )
