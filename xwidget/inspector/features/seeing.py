"""Seeing: the image, the net and the mask that a finding is made on."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from functools import cache
from importlib import metadata
from typing import Any

from xwidget.catalog.games import GAMES
from xwidget.findings.finding import Finding, Seen
from xwidget.inspector.page.drawn import Drawn
from xwidget.inspector.page.panel import Panel
from xwidget.net.fingerprint import fingerprint
from xwidget.subject import Subject
from xwidget.support.png import to_png

_DIGITS = 16
_CLOSE = 1e-3  # between a score and the same as a page has it


class Seeing:
    """Say what a finding is seen on; it may be asked on any thread.

    Parameters
    ----------
    panel
        All that it sees of its Inspector.
    drawn
        What is drawn.
    """

    def __init__(self, panel: Panel, drawn: Drawn) -> None:
        self._panel = panel
        self._drawn = drawn
        self._subject: Subject | None = panel.subject.subject
        self.frame: tuple[int, int] = panel.subject.picture.shape[:2]

    @property
    def subject(self) -> Subject:
        """The image before the net.

        Raises
        ------
        RuntimeError
            If the Inspector is closed.
        """
        if self._subject is None:
            raise RuntimeError("this Inspector is closed; make a new one")
        return self._subject

    @property
    def base(self) -> Seen:
        """The image and net of all findings here. A geometry that is still to be measured is None.

        Asked for the first time, it may take a second.
        """
        subject = self.subject
        run = self._panel.runs.at_work or self._panel.runs.main
        if run is not None:
            run.net(subject.clf)  # named while it is there
        geometry = subject.known_geometry
        return Seen(
            digest=subject.digest,
            image=subject.name,
            size=subject.size,
            geometry=None if geometry is None else geometry.describe(),
            model=subject.clf.name,
            weights=fingerprint(subject.clf.net),
            preprocessing=subject.clf.preprocess.description,
            version=_version(),
        )

    @property
    def whole(self) -> Seen:
        """The same with the geometry, which it waits for."""
        _ = self.subject.geometry
        return self.base

    @property
    def place(self) -> str:
        """A key of the net's input: the same where a region lies in the same place of it."""
        described = f"{self.frame} {self.subject.clf.preprocess.description}"
        return hashlib.sha256(described.encode()).hexdigest()[:_DIGITS]

    def told(self, said: Seen, mask: Seen | None, target: int) -> Seen:
        """Return the origin of a finding that a page tells of, perhaps long after it was made.

        Of another net, or of a mask that is not here any more, the page alone knows.

        Parameters
        ----------
        said
            What the page said; without a digest it said nothing.
        mask
            The mask as it is here, see ``mask``; None if this net has no such class.
        target
            The class that was looked at.

        Raises
        ------
        ValueError
            If it was another image, or the class is none of the net's.
        """
        whole = self.whole
        if said.digest and said.digest != whole.digest:
            raise ValueError("the finding is of another image")
        if said.weights and said.weights != whole.weights:
            return replace(said, size=whole.size)
        if mask is None:
            self.index(target)  # raises
            raise ValueError(f"there is no class {target}")
        if not said.digest or _same_mask(said, mask):
            return self.within(whole, mask)
        here = {name: getattr(mask, name) for name in ("target", "class_name", "image_score")}
        named = replace(said, **here)
        if mask.weights not in ("", whole.weights):  # a later mask, of another net
            named = replace(named, image_score=said.image_score)
        if said.defense == "auto" and said.game in GAMES:
            named = replace(named, defense=GAMES[said.game].defense)
        return self.within(whole, named)

    def elsewhere(self, finding: Finding) -> str:
        """Return why an effect of a finding is not one of this net as it is; "" where it is.

        What was measured belongs to the net and the preprocessing that a finding was seen on.
        """
        seen, clf = finding.seen, self.subject.clf
        if seen.weights and seen.weights != fingerprint(clf.net):
            same = seen.model == clf.name
            net = "this network before a training" if same else seen.model
            return f"It was marked on {net}; the effect here would be another net's."
        if seen.preprocessing not in ("", clf.preprocess.description):
            return "It was marked with another preprocessing; the effect here would be another."
        # Beyond the classes, indices are those of one panel.
        beyond = seen.target is not None and seen.target >= clf.classes
        if beyond and seen.class_name not in clf.categories[seen.target :][:1]:
            return f"It was marked for {seen.class_name!r}, which is not explained here."
        return ""

    def index(self, target: int | str) -> int:
        """Return a class's index."""
        return self.subject.clf.index(target)

    def seen(self, target: int | str | None) -> Seen:
        """Return the image, net and mask that a finding made now is seen on; ``target`` None
        stands for the class that is shown.
        """
        whole = self.whole
        with self._panel.lock:
            index = self._drawn.target if target is None else self.index(target)
            return self.within(whole, self.mask(index, self._drawn.iteration))

    def mask(self, target: int, iteration: int) -> Seen:
        """Return a mask's class, run and scores, and the weights of the net that the run is of; the
        lock is held. Before a mask, and where that net is gone unnamed, of the class alone.

        Raises
        ------
        ValueError
            If there is no such class.
        """
        panel, subject = self._panel, self._panel.subject
        self.index(target)
        seen = Seen(
            target=target,
            class_name=subject.clf.categories[target],
            image_score=float(subject.scores[target]),
        )
        main = panel.runs.main
        if main is None or target not in main.history.targets:
            return seen
        track = main.history.track(target)
        scores = track.scores
        if not scores:  # before its first step
            return seen
        weights = main.net(self.subject.clf)
        if weights is None:
            return seen
        at = min(iteration, len(scores) - 1)
        return replace(
            seen,
            weights=weights,
            image_score=track.image_score,
            game=main.settings.game,
            defense=main.settings.played,
            iteration=at,
            score=scores[at] if math.isfinite(scores[at]) else None,
            checks=track.checks.verdict if len(track.checks) and at == track.iteration else "",
        )

    @staticmethod
    def within(base: Seen, mask: Seen) -> Seen:
        """Return an image and a mask as one ``Seen``, of the net that the mask is of."""
        return replace(
            base,
            weights=mask.weights or base.weights,
            target=mask.target,
            class_name=mask.class_name,
            game=mask.game,
            defense=mask.defense,
            iteration=mask.iteration,
            image_score=mask.image_score,
            score=mask.score,
            checks=mask.checks,
        )

    def picture(self) -> bytes:
        """Return the net's input as a PNG file."""
        return to_png(self.subject.picture)

    def evidence(self, target: int | str | None) -> Any:
        """Return a class's mask (3, H, W) uint8, of the newest iteration; ``target`` None stands
        for the class that is shown.
        """
        index = self._drawn.target if target is None else self.index(target)
        frame = self._panel.runs.frame(index)
        if frame is None:
            raise RuntimeError(
                f"{self.subject.clf.categories[index]} has no mask yet; run it first: w.wait()"
            )
        return frame.pixels

    def close(self) -> None:
        """Let go of the image and the net."""
        self._subject = None


def _same_mask(said: Seen, mask: Seen) -> bool:
    """Return whether a page saw the mask that is here: one of the same run has the same score."""
    if (said.target, said.game, said.iteration) != (mask.target, mask.game, mask.iteration):
        return False
    if said.score is None or mask.score is None:
        return said.score is mask.score
    return abs(said.score - mask.score) <= _CLOSE


@cache
def _version() -> str:
    """Return the installed version, looked up once."""
    return metadata.version("xwidget")
