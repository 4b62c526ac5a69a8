"""Saving: files of what is explained so far, and pages that need no kernel."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path

from xwidget.explanation import Explanation
from xwidget.export import page
from xwidget.export.beside import Beside
from xwidget.export.formats import FORMATS, sizes
from xwidget.export.guessing.kept import Guess
from xwidget.findings.finding import Finding
from xwidget.inspector.features.feature import Feature
from xwidget.inspector.page.commands import Answer, Handler, Task
from xwidget.inspector.page.drawn import Drawn
from xwidget.inspector.page.panel import Panel

_NAME = 80  # characters of a file's name
_NOTHING = "nothing is explained yet; run it first"


class Saving(Feature):
    """Write what is explained so far to files, for Python and for the page.

    Parameters
    ----------
    panel
        All that it sees of its Inspector.
    drawn
        What is drawn: a page of its own opens with that class.
    findings
        Lists the findings of the image, and the ids of those of which the judgment is withheld: a
        page of its own holds them.
    beside
        Returns a function that makes what stands beside the evidence now ready for such a page;
        itself it is called with the lock held.
    guess
        The same for what is asked first, and for the controls that are locked.
    """

    def __init__(
        self,
        panel: Panel,
        drawn: Drawn,
        findings: Callable[[], tuple[Sequence[Finding], Collection[str]]],
        beside: Callable[[], Callable[[], Beside]],
        guess: Callable[[], Callable[[], Guess]],
    ) -> None:
        super().__init__(panel)
        self._drawn = drawn
        self._findings = findings
        self._beside = beside
        self._guess = guess

    @property
    def commands(self) -> Mapping[str, Handler]:
        """A file in one of the formats; the sizes of those that are known beforehand."""
        return {"save": self._save, "sizes": self._sizes}

    def to_save(self, *, frames: bool = True) -> Callable[..., None]:
        """Return a function that writes the present explanation, as ``save`` does."""
        return partial(self._explanation(_NOTHING).save, frames=frames)

    def to_export(self) -> Callable[..., Path]:
        """Return a function that writes the present page, as ``export_html`` does."""
        with self._panel.lock:
            explanation = self._explanation(
                "there is nothing to export yet: no iteration is done; show the Inspector or call "
                "wait() first"
            )
            target = self._first(explanation)
            beside, guess = self._beside(), self._guess()
        findings, withheld = self._findings()

        def export(path: str | os.PathLike[str], keyframes: int | None = None) -> Path:
            count = page.KEYFRAMES if keyframes is None else keyframes
            return page.write(
                explanation, path, count, target, findings, withheld, beside(), guess()
            )

        return export

    def _save(self, format: str) -> Task:
        """Return a task that makes a file of the present explanation."""
        chosen, found = FORMATS[format], self._explanation(_NOTHING)
        drawn, beside, guess = self._first(found), self._beside(), self._guess()

        def write(path: Path) -> None:
            findings, withheld = self._findings()
            chosen.write(
                found,
                path,
                drawn=drawn,
                findings=findings,
                withheld=withheld,
                beside=beside(),
                guess=guess(),
            )

        return self._file(chosen.ending, write)

    def _sizes(self) -> Answer:
        return Answer({"bytes": sizes(self._explanation(_NOTHING))})

    def _first(self, explanation: Explanation) -> int | None:
        """Return the class that a page opens with; None where the one drawn is not explained."""
        return self._drawn.target if self._drawn.target in explanation.targets else None

    def _explanation(self, missing: str) -> Explanation:
        explanation = self._panel.runs.explanation()
        if explanation is None:
            self._panel.check_open()
            raise RuntimeError(missing)
        return explanation

    def _file(self, ending: str, write: Callable[[Path], object]) -> Task:
        """Return a task that writes a file, and answers with it."""
        name = self._file_name(ending)

        def task() -> Answer:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "explanation"
                write(path)
                return Answer({"name": name}, path.read_bytes())

        return task

    def _file_name(self, ending: str) -> str:
        """Return a name that any system takes: the net's, the game's and the drawn class's."""
        main, clf = self._panel.runs.main, self._panel.subject.clf
        game = self._panel.get("game") if main is None else main.settings.game
        drawn = clf.categories[self._drawn.target]
        words = re.sub(
            r"[^a-z0-9_]+", "-", f"{self._panel.get('_net_name')} {game} {drawn}".lower()
        )
        return f"{words[:_NAME].strip('-')}.{ending}"
