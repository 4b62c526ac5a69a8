"""Measuring: the effect of each finding on the net's score, beside the run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from xwidget.explanation import Explanation
from xwidget.findings.finding import Effect, Finding, same_measured
from xwidget.inspector.features.seeing import Seeing
from xwidget.inspector.page.panel import Panel
from xwidget.metrics.effect import Effects
from xwidget.net.fingerprint import fingerprint
from xwidget.support import texts
from xwidget.support.threads import EndingThread

Measured: TypeAlias = Callable[[Finding, Effect], None]
Untested: TypeAlias = Callable[[Finding, str], None]

_SOON = 8  # of more at once, the older ones wait for the end of a run
_PAUSE = 0.2  # seconds between two looks whether a run has ended
_REST = 0.15  # seconds after an act: a verdict often follows at once, and is saved first


class Measuring:
    """Measure findings one after another, on a thread of its own.

    Of each finding the newest version counts. What was marked last comes first; what was only
    listed waits for the end of a run.

    Parameters
    ----------
    panel
        All that it sees of its Inspector.
    seeing
        The image before the net.
    measured
        Told each effect, of a version.
    untested
        Told why a version has none, in words.
    """

    def __init__(
        self, panel: Panel, seeing: Seeing, measured: Measured, untested: Untested
    ) -> None:
        self._panel = panel
        self._seeing = seeing
        self._measured = measured
        self._untested = untested
        self._lock = threading.Lock()
        self._waiting: dict[str, Finding] = {}
        self._later: dict[str, Finding] = {}
        self._unshared: dict[str, Finding] = {}  # measured before there was evidence
        self._works = False
        self._at_rest = threading.Event()
        self._at_rest.set()
        self._acted = 0.0  # when a person did something last, in seconds of a monotonic clock
        self._ended = threading.Event()
        self._effects: Effects | None = None

    def add(self, finding: Finding, *, later: bool = False) -> None:
        """Measure a version soon; ``later``, once nothing runs and nothing else waits."""
        failure: Exception | None = None
        with self._lock:
            known = self._waiting.get(finding.id) or self._later.get(finding.id)
            if known is not None and known.version > finding.version:
                return
            soon = finding.id in self._waiting or not later
            for waiting in (self._waiting, self._later, self._unshared):
                waiting.pop(finding.id, None)
            if finding.deleted:
                return
            (self._waiting if soon else self._later)[finding.id] = finding
            if not later:
                self._acted = time.monotonic()
            if len(self._waiting) > _SOON:  # as where a file is read
                oldest = next(iter(self._waiting))
                self._later[oldest] = self._waiting.pop(oldest)
            failure = self._begin()
        if failure is not None:  # too many threads: the next one tries again
            self._panel.warn("no thread to measure an effect on", error=failure)

    def note(self, finding: Finding) -> None:
        """Note a finding that was measured: where there was no evidence yet, ``again`` asks for its
        share.
        """
        with self._lock:
            if finding.effect is not None and finding.effect.share is None:
                if not self._ended.is_set():
                    self._unshared[finding.id] = finding
            else:
                self._unshared.pop(finding.id, None)

    def again(self) -> None:
        """Measure those again that were measured before there was evidence and have some now; the
        panel's lock is held.
        """
        history = self._panel.runs.history
        targets = set() if history is None else set(history.targets)
        with self._lock:
            found = [each for each in self._unshared.values() if each.seen.target in targets]
        for each in found:
            self.add(each, later=True)

    def wait(self, timeout: float | None = None) -> bool:
        """Block until nothing waits to be measured; return False where that took longer."""
        return self._at_rest.wait(timeout)

    def close(self) -> None:
        """Give up what waits."""
        self._ended.set()
        with self._lock:
            self._waiting.clear()
            self._later.clear()
            self._unshared.clear()
            self._effects = None

    def _begin(self) -> Exception | None:
        """Start the thread, unless it works; return why it cannot be started."""
        if self._works or self._ended.is_set():
            return None
        try:
            EndingThread(self._work, self._ended.set, "xwidget-effects").start()
        except (RuntimeError, MemoryError) as error:
            return error
        self._works = True
        self._at_rest.clear()
        return None

    def _work(self) -> None:
        while True:
            with self._lock:
                if self._ended.is_set() or not (self._waiting or self._later):
                    self._works = False
                    self._at_rest.set()
                    return
                rest = self._acted + _REST - time.monotonic()
                finding = self._next() if rest <= 0 else None
            if finding is None:
                self._ended.wait(rest if rest > 0 else _PAUSE)
                continue
            try:
                self._measure(finding)
            except Exception as error:  # the others are measured all the same
                self._panel.warn("an effect could not be told", error=error)

    def _measure(self, finding: Finding) -> None:
        """Measure a finding, and tell the result."""
        try:
            effect = self._effect(finding)
        except BaseException as error:
            known = finding.effect
            if known is None or known.target != finding.seen.target:
                self._untested(finding, texts.text_of(error))
        else:
            self.note(replace(finding, effect=effect))
            self._tell(finding, effect)

    def _next(self) -> Finding | None:
        """Return the one to measure; None while those that wait have to wait for a run."""
        if self._waiting:
            return self._waiting.popitem()[1]
        return self._later.popitem()[1] if self._panel.session.idle else None

    def _tell(self, finding: Finding, effect: Effect) -> None:
        """Tell an effect; of a newer version in which the same was marked it is that, too."""
        with self._lock:
            newer = self._waiting.get(finding.id)
            if newer is not None and same_measured(newer, finding):
                del self._waiting[finding.id]
        self._measured(finding, effect)

    def _effect(self, finding: Finding) -> Effect:
        """Measure a finding.

        Raises
        ------
        ValueError
            If it was seen on another net, or names no class.
        """
        subject, seen = self._seeing.subject, finding.seen
        if reason := self._seeing.elsewhere(finding):
            raise ValueError(reason)
        if seen.target is None:
            raise ValueError("It names no class.")
        effects = self._effects or Effects(subject)
        with self._lock:
            if not self._ended.is_set():  # else it would hold the image and the net for ever
                self._effects = effects
        return effects(finding.region, seen.target, self._explanation(seen.target))

    def _explanation(self, target: int) -> Explanation | None:
        """Return the explanation whose evidence a class's share is of; None before there is one of
        the net as it is.
        """
        main, clf = self._panel.runs.main, self._seeing.subject.clf
        if main is None or main.net(clf) != fingerprint(clf.net):
            return None
        found = self._panel.runs.explanation()
        return found if found is not None and target in found.targets else None
