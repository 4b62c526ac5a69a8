"""The still picture of what is drawn: for Python, and for where no panel can be shown."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from xwidget.catalog import sentences
from xwidget.checks import Checks
from xwidget.export import still
from xwidget.inspector.features.feature import Feature
from xwidget.inspector.page.drawn import Drawn
from xwidget.inspector.page.panel import Panel
from xwidget.paper import check_view, left_to_net
from xwidget.pixels import blend
from xwidget.targets import Score
from xwidget.trace import Bytes


class StillPicture(Feature):
    """Draw what the panel draws now, as a picture.

    Parameters
    ----------
    panel
        All that it sees of its Inspector.
    drawn
        What is drawn.
    hides
        Returns whether the evidence is not to be shown yet.
    """

    def __init__(self, panel: Panel, drawn: Drawn, hides: Callable[[], bool]) -> None:
        super().__init__(panel)
        self._drawn = drawn
        self._hides = hides

    def evidence(self, target: int | str | None, view: str) -> Image.Image:
        """Return a class's evidence at the iteration that is drawn; of the drawn class for None."""
        check_view(view)
        with self._panel.lock:
            clf = self._panel.subject.clf
            index = self._drawn.target if target is None else clf.index(target)
            picture = self._evidence(index) if view == "evidence" else self._on_paper(index)
            if picture is None:
                name = clf.categories[index]
                raise RuntimeError(f"{name!r} ({index}) has no explanation yet")
            return Image.fromarray(picture)

    def sheet(self) -> Image.Image:
        """Return the image beside the evidence that is drawn, with what it is and its checks; alone
        while a question hides these.
        """
        with self._panel.lock:
            image, target = self._panel.subject.picture, self._drawn.target
            evidence, paper = self._evidence(target), self._on_paper(target)
            if evidence is None or paper is None or self._hides():
                return still.sheet(image)
            return still.sheet(image, evidence, paper, says=self._says(), checks=self._checks())

    def alt(self) -> str:
        """Return the description of the sheet, in words."""
        with self._panel.lock:
            return ("" if self._hides() else self._says()) or "The image as the network sees it"

    def _evidence(self, target: int) -> Bytes | None:
        """Return a class's evidence at the iteration that is drawn, (H, W, 3) uint8."""
        frame, subject = (
            self._panel.runs.frame(target, self._drawn.wanted),
            self._panel.subject,
        )
        if frame is None:
            return None
        return blend(subject.picture, subject.reference_picture, frame.pixels)

    def _on_paper(self, target: int) -> Bytes | None:
        """Return the same on paper."""
        frame, main = (
            self._panel.runs.frame(target, self._drawn.wanted),
            self._panel.runs.main,
        )
        if frame is None or main is None:
            return None
        return left_to_net(self._panel.subject.picture, frame.pixels, main.settings.game)

    def _checks(self) -> Checks:
        """Return the checks of the mask that is drawn."""
        runs, target = self._panel.runs, self._drawn.target
        at = runs.nearest(target, self._drawn.wanted)
        if at is None or at != runs.nearest(target):
            return Checks()  # those that there may be are of the last iteration
        return runs.checks(target)

    def _says(self) -> str:
        """Return the sentence about the picture that is drawn; "" before there is one."""
        runs, target = self._panel.runs, self._drawn.target
        frame, main = runs.frame(target, self._drawn.wanted), runs.main
        if frame is None or main is None:
            return ""
        subject = self._panel.subject
        name, score = subject.clf.short_names[target], subject.scores[target]
        return self._checks().says or sentences.says(
            main.settings.game,
            name,
            frame.score,
            score,
            scored=isinstance(subject.clf.extra(target), Score),
        )
