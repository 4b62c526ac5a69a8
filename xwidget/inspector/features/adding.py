"""Adding classes to those that are explained, also while a run goes on."""

from __future__ import annotations

from collections.abc import Mapping

from xwidget.inspector.features.feature import Feature
from xwidget.inspector.page import status
from xwidget.inspector.page.classes import classes
from xwidget.inspector.page.commands import Answer, Handler
from xwidget.inspector.page.drawn import Drawn
from xwidget.inspector.page.panel import Panel
from xwidget.support import wire


class Adding(Feature):
    """Explain one more class, alone, after what runs now.

    Parameters
    ----------
    panel
        All that it sees of its Inspector.
    drawn
        What is drawn: the class, once its turn comes.
    """

    def __init__(self, panel: Panel, drawn: Drawn) -> None:
        super().__init__(panel)
        self._drawn = drawn

    @property
    def commands(self) -> Mapping[str, Handler]:
        """Add a class; all names that there are to choose from."""
        return {"add": self.add, "categories": self._categories}

    def add(self, target: int | str) -> None:
        """Explain one more class, for as many iterations as the others have, and draw it."""
        panel, session = self._panel, self._panel.session
        with panel.lock:
            index = panel.subject.clf.index(target)
            if index in session.targets:
                panel.tell(target=index)
                return
            session.add(index)
            panel.views.ask()
            panel.tell(_classes=classes(panel))
            if not session.busy:  # nothing has run yet: the first run takes it along
                panel.tell(target=index)
                return
            self._drawn.next_target = index
            status.begin(panel)

    def _categories(self) -> Answer:
        return Answer({"names": wire.listed(self._panel.subject.clf.categories)})
