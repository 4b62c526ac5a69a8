"""The picture that a saved notebook shows where a panel was and no longer can be.

JupyterLab and Notebook 7 draw an output as a widget wherever one was, and where the widget's state
was not saved an error takes the place of the output's still picture. So a second output follows, of
a kind that only pages with widgets run: it shows the picture while no panel stands above it, and
hides the error. Everywhere else it is nothing, and the first output's picture is shown.
"""

from __future__ import annotations

import json
import uuid
from html import escape

# The rules tell by what stands in the output above: a panel, a still picture, or a line of text.
# They know Jupyter's pages alone, and only once the output is in its place.
_SCRIPT = """(() => {
  if (typeof element === "undefined") return;
  const place = element[0] || element;
  const cell = ".jp-OutputArea-child";
  const node = document.createElement("figure");
  node.className = "%(name)s";
  node.innerHTML = `<style>
    .%(name)s { display: none; overflow: hidden; margin: 4px 0; }
    ${cell} .%(name)s { display: block; animation: %(name)s 1ms 1500ms backwards; }
    @keyframes %(name)s { from { max-height: 0; margin: 0; } }
    .%(name)s img { max-width: 100%%; }
    ${cell}:has(%(panel)s) + ${cell}:has(.%(name)s) { display: none; }
    ${cell}:has(+ ${cell} .%(name)s) > .jp-OutputArea-output:not(:has(*)) { display: none; }
  </style>` + %(html)s;
  place.replaceChildren(node);
})();"""

_WORDS = "A picture of what was found. Run the cell again to have the panel."


PANEL = ".xwidget-inspector, img"
"""An Inspector, or a picture of one."""


class Afterimage:
    """The output that follows a panel, wherever that is displayed.

    Parameters
    ----------
    panel
        What stands in the output above while it is not needed, as a style sheet selects it.
    """

    def __init__(self, panel: str = PANEL) -> None:
        self._panel = panel
        self._name = f"xwidget-afterimage-{uuid.uuid4().hex[:12]}"

    def display(self, html: str) -> None:
        """Put it below what was displayed last.

        Parameters
        ----------
        html
            What it shows: without scripts, and with nothing that a person wrote but as text.
        """
        self._publish(html, update=False)

    def renew(self, html: str) -> None:
        """Put another in its place; from any thread."""
        self._publish(html, update=True)

    def _publish(self, html: str, *, update: bool) -> None:
        from IPython.display import publish_display_data

        # Plain text, too, as a conversion complains of what it has no form for.
        code = script(self._name, html, self._panel)
        data = {"application/javascript": code, "text/plain": ""}
        transient = {"display_id": self._name}
        publish_display_data(data, transient=transient, update=update)  # type: ignore[no-untyped-call]


def picture(src: str, alt: str, below: str = "") -> str:
    """Return a picture as HTML.

    Parameters
    ----------
    src
        Its address.
    alt
        What it shows, in words.
    below
        HTML that stands between it and what to do.
    """
    return f'<img src="{src}" alt="{escape(alt)}">{below}<figcaption>{_WORDS}</figcaption>'


def script(name: str, html: str, panel: str) -> str:
    """Return the output's code; ``name`` is that of one panel, a CSS identifier."""
    # A converted notebook has it in a <script>, which a class's name must not end.
    held = json.dumps(html).replace("<", "\\u003c")
    return _SCRIPT % {"name": name, "panel": panel, "html": held}
