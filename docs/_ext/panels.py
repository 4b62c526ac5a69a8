"""Live panels in the site's pages: exported from real runs while the site is built.

    ```{panel} evidence
    The caption below the panel.
    ```

``PANELS`` says which runs there are. A panel that an earlier build left in the output folder is
kept: delete the folder to make it anew.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

PHOTO, CLASS = "motorcycle", "moped"

#: Settings of the runs by the panels' names.
PANELS: dict[str, dict[str, Any]] = {
    "evidence": {},
    "deletion": {"game": "deletion"},
    "no-defense": {"defense": "none", "targets": "bagel"},
    "one-background": {"reference": "zero"},
}

_FOLDER = "panels"
_FRAME = """\
<figure class="panel">
<iframe src="{src}" title="{title}" loading="lazy"></iframe>
<figcaption>{caption}</figcaption>
</figure>
"""


class Panel(SphinxDirective):
    """One of the exported panels, by name, with a caption."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the frame that shows it."""
        name = self.arguments[0]
        if name not in PANELS:
            raise self.error(f"no panel {name!r}; there are {', '.join(PANELS)}")
        caption = " ".join(self.content)
        up = "../" * self.env.docname.count("/")
        html = _FRAME.format(
            src=f"{up}{_FOLDER}/{name}.html",
            title=escape(f"Interactive panel: {caption}"),
            caption=escape(caption),
        )
        return [nodes.raw("", html, format="html")]


def export(app: Sphinx) -> None:
    """Run and export the panels that the output folder does not hold yet."""
    import xwidget as xw  # here, so that a build without panels to make does not load a net

    folder = Path(app.outdir, _FOLDER)
    missing = [name for name in PANELS if not (folder / f"{name}.html").exists()]
    if not missing:
        return
    folder.mkdir(parents=True, exist_ok=True)
    clf, photo = xw.load("efficientnet_lite0"), xw.sample(PHOTO)
    for name in missing:
        logging.getLogger(__name__).info("running the panel %r", name)
        settings = {"targets": CLASS, "iterations": app.config.panel_iterations} | PANELS[name]
        explanation = xw.explain(clf, photo, progress=False, **settings)
        explanation.export_html(folder / f"{name}.html", keyframes=6)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive, and the runs before the pages are read."""
    app.add_config_value("panel_iterations", 70, "html", types=(int,))
    app.add_directive("panel", Panel)
    app.connect("builder-inited", export)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
