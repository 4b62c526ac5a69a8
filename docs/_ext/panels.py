"""Live panels in the site's pages: exported from real runs while the site is built.

    ```{panel} evidence
    The caption below the panel.
    ```

    ```{panels}
    tripod: The caption of a still picture, which opens its panel when it is clicked.
    moped: Another.
    ```

``PANELS`` says which runs there are. A panel that an earlier build left in the output folder is
kept: delete the folder to make it anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from frames import frame
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective


@dataclass(frozen=True)
class Run:
    """A run: a photo, a part of it (left, upper, right, lower) or all, a target and settings."""

    photo: str = "motorcycle"
    target: Any = "moped"
    part: tuple[int, int, int, int] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


#: Runs by the panels' names.
PANELS: dict[str, Run] = {
    "evidence": Run(),
    "deletion": Run(settings={"game": "deletion"}),
    "no-defense": Run(target="bagel", settings={"defense": "none"}),
    "one-background": Run(settings={"reference": "zero"}),
    # Of the gallery.
    "moped": Run(part=(433, 164, 621, 352)),
    "tripod": Run("camera", "tripod"),
    "espresso": Run("coffee", "espresso"),
    "espresso-deletion": Run("coffee", "espresso", settings={"game": "deletion"}),
    "cat": Run("chelsea", "Egyptian cat", (30, 60, 270, 300)),
    "cat-contrast": Run("chelsea", ("Egyptian cat", "tabby"), (30, 60, 270, 300)),
    "fox": Run("chelsea", "red fox", (120, 42, 202, 124)),
    "tick": Run("retina", "tick", (526, 425, 1043, 942)),
    "helmet": Run("astronaut", "football helmet", (241, 300, 435, 494)),
    "fooled": Run(
        "coffee",
        "punching bag",
        settings={"defense": "none", "reference": "zero", "sparsity": 0.0},
    ),
    "not-fooled": Run("coffee", "punching bag"),
}

_FOLDER = "panels"
_CARD = """\
<li><a class="panel-card" href="{up}{page}">
<img src="{up}{picture}" alt="" loading="lazy" width="224" height="224">
<span>{caption}</span></a></li>
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
        path, caption = f"{_FOLDER}/{name}.html", " ".join(self.content)
        return [frame(self.env.docname, path, "Interactive panel", caption)]


class Panels(SphinxDirective):
    """Still pictures that open their panels: a line each, ``name: caption``."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the list of pictures."""
        up = "../" * self.env.docname.count("/")
        cards = []
        for line in self.content:
            name, _, caption = line.partition(": ")
            if name not in PANELS:
                raise self.error(f"no panel {name!r}; there are {', '.join(PANELS)}")
            page, picture = f"{_FOLDER}/{name}.html", f"{_FOLDER}/{name}.png"
            words = escape(caption)
            cards.append(_CARD.format(up=up, page=page, picture=picture, caption=words))
        return [nodes.raw("", f'<ul class="panel-cards">\n{"".join(cards)}</ul>', format="html")]


def export(app: Sphinx) -> None:
    """Run and export the panels that the output folder does not hold yet."""
    import xwidget as xw  # here, so that a build without panels to make does not load a net

    folder = Path(app.outdir, _FOLDER)
    missing = [name for name in PANELS if not (folder / f"{name}.html").exists()]
    if not missing:
        return
    folder.mkdir(parents=True, exist_ok=True)
    clf = xw.load("efficientnet_lite0")

    @cache
    def explained(name: str) -> xw.Explanation:
        run = PANELS[name]
        photo = xw.sample(run.photo).crop(run.part) if run.part else xw.sample(run.photo)
        settings = {"iterations": app.config.panel_iterations} | dict(run.settings)
        return xw.explain(clf, photo, targets=[run.target], progress=False, **settings)

    for name in missing:
        logging.getLogger(__name__).info("running the panel %r", name)
        found = explained("evidence" if app.config.panel_draft else name)
        found.to_pil(view="paper").save(folder / f"{name}.png")
        found.export_html(folder / f"{name}.html", keyframes=6)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive, and the runs before the pages are read."""
    app.add_config_value("panel_iterations", 70, "html", types=(int,))
    app.add_config_value("panel_draft", False, "html", types=(bool,))  # one run for all
    app.add_directive("panel", Panel)
    app.add_directive("panels", Panels)
    app.connect("builder-inited", export)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
