"""How an Inspector stands in a notebook: as a panel, and as a picture where there is none."""

from __future__ import annotations

from typing import Any

import traitlets
from PIL import Image

from xwidget.export import still
from xwidget.inspector.features.results import ResultsWidget
from xwidget.inspector.notebook.afterimage import Afterimage


class ShownWidget(ResultsWidget):
    """The part of the Inspector that is displayed."""

    _afterimage: Afterimage | None = None
    """What follows it in the notebook, once it was displayed."""

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return the widget, and a still picture for where no widget can be shown."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        alt = {"image/png": {"alt": self._alt()}}
        return {**data, "image/png": still.png(self._still())}, {**metadata, **alt}

    def _ipython_display_(self) -> None:
        """Display it, and the picture that a saved notebook shows in its place."""
        from IPython.display import display

        # A closed one has no bundle: ipywidgets takes the method away.
        bundle = None if self._session.closed else self._repr_mimebundle_()
        if bundle is None:
            raise NotImplementedError  # displayed as whatever IPython makes of it
        data, metadata = bundle
        display(data, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]
        if self._afterimage is None:
            self._afterimage = Afterimage()
        self._afterimage.display(*self._keepsake())

    @traitlets.observe("status")
    def _on_end(self, change: Any) -> None:
        if self._afterimage is None or self._session.closed:
            return  # what was found stands there already
        if change["new"] != "running":
            self._afterimage.renew(*self._keepsake())

    def _keepsake(self) -> tuple[str, str]:
        """Return the picture, as base64 of a JPEG, and what it shows."""
        return still.jpeg(self._still()), self._alt()

    def _alt(self) -> str:
        with self._lock:
            return self._drawn_says() or "The image as the net sees it"

    def _still(self) -> Image.Image:
        with self._lock:
            evidence, paper = self._evidence(self.target), self._on_paper(self.target)
            if evidence is None or paper is None:
                return still.sheet(self._picture)
            says, checks = self._drawn_says(), self._drawn_checks()
            return still.sheet(self._picture, evidence, paper, says=says, checks=checks)
