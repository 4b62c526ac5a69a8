"""Adding classes to those that are explained, also while a run goes on."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import partial

from xwidget.inspector.features.feature import Feature
from xwidget.inspector.page import status
from xwidget.inspector.page.classes import classes
from xwidget.inspector.page.commands import Answer, Handler
from xwidget.inspector.page.drawn import Drawn
from xwidget.inspector.page.panel import Panel
from xwidget.support import wire
from xwidget.targets import Target


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
        self._extending = threading.Lock()

    @property
    def commands(self) -> Mapping[str, Handler]:
        """Add a class, or a contrast of two; all names that there are to choose from."""
        return {
            "add": self.add,
            "contrast": lambda target, other: partial(self._contrast, target, other),
            "categories": self._categories,
        }

    def add(self, target: Target) -> None:
        """Explain one more class, contrast or score, for as many iterations as the others have, and
        draw it.
        """
        panel, session = self._panel, self._panel.session
        clf, (known,) = panel.subject.clf.aimed([target], classes=True)
        if clf is not panel.subject.clf:
            known = self._extended(target)
        with panel.lock:
            index = panel.subject.clf.index(known)
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

    def _contrast(self, target: int, other: int) -> Answer:
        self.add((target, other))
        return Answer()

    def _extended(self, target: Target) -> int:
        """Give the net an output for a target; return its index, which stays the same. This runs
        the net: the panel's lock is not held.
        """
        panel, witness = self._panel, self._panel.session.witness
        with self._extending:  # else one of two at once would be lost
            clf, (index,) = panel.subject.clf.aimed([target], classes=True)
            if clf is not panel.subject.clf:
                if witness is not None:
                    witness.of(clf).expect([index])  # raises before anything is changed
                panel.subject.extend(clf)
                if witness is not None:
                    witness.extend(clf)
            return int(index)

    def _names(self) -> tuple[str, ...]:
        clf = self._panel.subject.clf
        return clf.categories[: clf.classes]

    def _categories(self) -> Answer:
        return Answer({"names": wire.listed(self._names())})
