"""The lessons in the site's pages: their notebooks are run while the site is built.

    ```{lesson} 1_guess_first
    The caption below the lesson.
    ```

    {lesson-page}`1_guess_first`

The first shows the page that a notebook of examples/lessons makes in a frame, the second is a link
to it. A page that an earlier build left in the output folder is kept: delete the folder to make it
anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from frames import frame
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

NOTEBOOKS = Path(__file__).parents[2] / "examples" / "lessons"
NAMES = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))

_FOLDER = "handouts"


class LessonFrame(SphinxDirective):
    """The page of a lesson, by the name of its notebook, with a caption."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the frame that shows it."""
        name = self.arguments[0]
        if name not in NAMES:
            raise self.error(f"no lesson {name!r}; there are {', '.join(NAMES)}")
        caption = " ".join(self.content)
        return [frame(self.env.docname, f"{_FOLDER}/{name}.html", "Lesson", caption)]


class LessonLink(SphinxRole):
    """A link to the page of a lesson, by the name of its notebook."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link."""
        if self.text not in NAMES:
            words = f"no lesson {self.text!r}; there are {', '.join(NAMES)}"
            return [], [self.inliner.reporter.error(words, line=self.lineno)]
        up = "../" * self.env.docname.count("/")
        link = f'<a href="{up}{_FOLDER}/{self.text}.html">Open the lesson</a>'
        return [nodes.raw("", link, format="html")], []


def export(app: Sphinx) -> None:
    """Run the notebooks whose pages the output folder does not hold yet."""
    folder = Path(app.outdir, _FOLDER)
    missing = [name for name in NAMES if not (folder / f"{name}.html").exists()]
    if not missing:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name in missing:
        if app.config.panel_draft:
            _draft(folder / f"{name}.html")
        else:
            logging.getLogger(__name__).info("running the lesson %r", name)
            _run(NOTEBOOKS / f"{name}.ipynb", folder)


def _run(notebook: Path, folder: Path) -> None:
    """Run a notebook, which writes its page into the folder where it runs."""
    import nbclient  # here, so that a build without lessons to make does not need them
    import nbformat

    cells = nbformat.read(notebook, as_version=4)
    nbclient.NotebookClient(cells, resources={"metadata": {"path": str(folder)}}).execute()


def _draft(page: Path) -> None:
    """Write a lesson of one step in place of one that takes minutes."""
    import xwidget as xw

    lesson = xw.Lesson(page.stem, [xw.Step("# A draft")])
    lesson.export_html(page)
    lesson.close()


def setup(app: Sphinx) -> dict[str, Any]:
    """Register directive and role, and the runs before the pages are read."""
    app.add_directive("lesson", LessonFrame)
    app.add_role("lesson-page", LessonLink())
    app.connect("builder-inited", export)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
