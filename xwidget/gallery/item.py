"""One image of a Gallery: what is known of it, and how far its explanation is."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from xwidget.batch.result import failure
from xwidget.classifier import Classifier
from xwidget.explanation import Explanation
from xwidget.gallery.thumbnails import data_url
from xwidget.inspector.widget import Inspector
from xwidget.subject import Subject
from xwidget.support import texts
from xwidget.trace import Frames

_TOP = 3  # classes that a thumbnail names


@dataclass(eq=False)
class Item:
    """One image; the Gallery's worker alone changes it."""

    index: int
    name: str
    image: Any
    short: str = ""
    """The most likely class in few words."""
    top: list[tuple[str, float]] = field(default_factory=list)
    """The most likely classes, best first: name, score in [0, 1]."""
    failure: str = ""
    """The reason why there is nothing to open."""
    picture: str = ""
    evidence: str = ""
    verdict: str = ""
    """The verdict on that evidence, and its sentences."""
    summary: str = ""
    inspector: Inspector | None = None
    kept: Explanation | None = None
    """The explanation, where its Inspector was closed to free memory."""
    paused: bool = False
    """True if the Gallery paused the run."""
    _ended: bool = False  # whether the evidence drawn small is that of the newest run

    @property
    def described(self) -> bool:
        """True once the image was looked at."""
        return bool(self.failure or self.top)

    @property
    def status(self) -> str:
        """Status of its Inspector; "none" where there is none."""
        return "none" if self.inspector is None else str(self.inspector.status)

    @property
    def state(self) -> str:
        """The status of the thumbnail: waiting, running, explained, stopped or error."""
        status = self.status
        if self.failure or status == "error":
            return "error"
        if status == "stopped":
            return "waiting" if self.paused else "stopped"
        if status in ("none", "idle"):
            return "waiting" if self.kept is None else "explained"
        return "running" if status == "running" else "explained"

    @property
    def error(self) -> str:
        """Error message; empty if there was no error."""
        if self.inspector is not None and self.status == "error":
            return str(self.inspector.error)
        return self.failure

    @property
    def share(self) -> float:
        """Share of its run that is done, in [0, 1]."""
        progress = {} if self.inspector is None else self.inspector._progress
        return min(1.0, float(progress.get("iteration", 0) / max(1, progress.get("iterations", 1))))

    @property
    def explanation(self) -> Explanation | None:
        """The explanation so far; the previous one until a new run has ended."""
        inspector = self.inspector
        if inspector is None or (self.kept is not None and self.status in ("idle", "running")):
            return self.kept
        return inspector.explanation or self.kept

    def describe(self, clf: Classifier) -> None:
        """Look at the image: its thumbnail and most likely classes, or what is wrong with it."""
        try:
            subject = Subject.of(clf, self.image)
            scores = subject.scores
            values, order = scores.sort(descending=True, stable=True)
            names = clf.categories
            self.picture = data_url(subject.picture)
            self.short = clf.short_names[int(order[0])]
            self.top = [(names[int(i)], float(v)) for v, i in zip(values, order, strict=True)][
                :_TOP
            ]
        except BaseException as error:  # even of a net that ends the interpreter
            self.failure = failure(error)

    def make(
        self, cls: type[Inspector], clf: Classifier, targets: Any, settings: Any
    ) -> Inspector | None:
        """Make its Inspector and return it, or note why that cannot be."""
        try:
            self.inspector = cls(clf, self.image, targets, **settings)
        except BaseException as error:
            self.failure = failure(error)
        return self.inspector

    def start(self) -> None:
        """Start the run, or let a paused one go on to where it was to end."""
        inspector = self.inspector
        assert inspector is not None
        if not self.paused:
            with contextlib.suppress(Exception):  # the Inspector says it, in words
                inspector.wait(0)
            return
        self.paused = False
        explanation = inspector.explanation
        if explanation is None:  # stopped before its first iteration
            inspector.run()
            return
        left = int(inspector._progress["iterations"]) - (len(explanation.trace) - 1)
        if left > 0 or np.isnan(explanation.trace.score[-1]).any():
            inspector.run_more(max(1, left))
        else:  # the run that was stopped had not begun: this is the one before
            inspector.run()

    def pause(self) -> None:
        """Stop the run within one iteration."""
        assert self.inspector is not None
        self.look()  # which takes a run begun by a person for one that is not paused
        self.paused = True
        self.inspector.stop()

    def look(self) -> None:
        """Take note of runs that began or ended since; draw the evidence small after each."""
        status = self.status
        if status == "running" and self._ended:  # begun by a person, if not by ``start``
            self._ended = self.paused = False
        elif status in ("done", "stopped") and not self._ended:
            self._ended = True
            if status == "done":
                self.paused = False
            explanation = None if self.inspector is None else self.inspector.explanation
            if explanation is not None:
                self.evidence = data_url(explanation.evidence[0])
                checks, name = explanation.checks[0], explanation.short_names[0]
                said = explanation.says() or f"{name}:"
                self.verdict, self.summary = checks.verdict, f"{said} {checks.summary}"

    def free(self) -> None:
        """Close the Inspector; of its explanation the first and last masks are kept."""
        self.look()
        inspector, self.inspector = self.inspector, None
        if inspector is None:
            return
        if inspector.status in ("done", "stopped") and not self.paused:
            self.kept = _light(inspector.explanation) or self.kept
        self.paused = self._ended = False
        inspector.close()


def described(item: Item) -> dict[str, Any]:
    """Return what the page is told about an item; docs/protocol.md says what it makes of it."""
    return {
        "name": texts.shown(item.name, texts.NAME),
        "state": item.state,
        "error": item.error,
        "share": round(item.share, 2) if item.state == "running" else 0.0,
        "short": texts.shown(item.short, texts.NAME),
        "top": [[texts.shown(name, texts.NAME), round(score, 4)] for name, score in item.top],
        "verdict": item.verdict,
        "summary": item.summary,
    }


def in_view(items: Sequence[Item], opened: int, visible: frozenset[int]) -> list[Item]:
    """Return items in order of view: from the open one on, first those that can be seen."""
    count = len(items)
    return sorted(items, key=lambda i: (i.index not in visible, (i.index - opened) % count))


def _light(explanation: Explanation | None) -> Explanation | None:
    """Return an explanation without the masks on the way, which are nine tenths of it."""
    if explanation is None:
        return None
    frames = explanation.frames
    ends = [0, -1] if len(frames) > 1 else [0]
    return replace(explanation, frames=Frames(frames.iterations[ends], frames.masks[ends]))
