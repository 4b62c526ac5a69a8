"""News of findings: what observers were told already, and what is new to them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from xwidget.findings.finding import Effect, Finding, same_measured
from xwidget.findings.keeping import Review

What: TypeAlias = Literal["added", "changed", "deleted", "measured", "reviewed"]
"""The event that a finding went through."""


@dataclass(frozen=True)
class Change:
    """One change of the findings.

    Attributes
    ----------
    what
        ``"added"``, ``"changed"``, ``"deleted"``, ``"measured"`` or ``"reviewed"``.
    finding
        The finding as it is now; with what was measured.
    by
        ``"python"``, ``"page"``, ``"kernel"`` where it was measured, or ``"store"`` where another
        program did it.
    reviews
        Where it was reviewed: the newest review of each person. () otherwise.
    """

    what: What
    finding: Finding
    by: str = "python"
    reviews: tuple[Review, ...] = ()


Reviews: TypeAlias = Mapping[str, Iterable[Review]]
Observer: TypeAlias = Callable[[Change], object]


class News:
    """Tell observers of each change once, whichever threads learn of it; without a lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Finding] = {}  # by id, as observers know it
        self._reviews: dict[str, frozenset[Review]] = {}  # the same
        self._observers: list[Observer] = []
        self._here = threading.local()  # whether this thread is in an observer

    @property
    def tells(self) -> bool:
        """True inside an observer, on its thread."""
        return getattr(self._here, "tells", False)

    def observe(self, callback: Observer) -> None:
        """Call a function with each change; what it raises is logged."""
        if callback not in self._observers:
            self._observers.append(callback)

    def unobserve(self, callback: Observer) -> None:
        """Call a function no more."""
        if callback in self._observers:
            self._observers.remove(callback)

    def know(self, findings: Iterable[Finding], reviews: Reviews) -> None:
        """Note versions that observers know without being told, and reviews by id of finding."""
        with self._lock:
            self._reviews.update((id, frozenset(those)) for id, those in reviews.items())
            for each in findings:
                known = self._known.get(each.id)
                if known is None or known.version <= each.version:
                    self._known[each.id] = each

    def tell(self, finding: Finding, by: str) -> None:
        """Tell of a version, or of what was measured of it, unless it is known."""
        with self._lock:
            change = self._new(finding, by)
        self._say(change)

    def measured(self, finding: Finding, effect: Effect) -> None:
        """Tell what was measured of a version; where a newer one marks the same, of that one."""
        with self._lock:
            known = self._known.get(finding.id, finding)
            newer = known.version > finding.version and not known.deleted
            same = known if newer and same_measured(known, finding) else finding
            change = self._new(replace(same, effect=effect), "kernel")
        self._say(change)

    def reviewed(self, finding: Finding, reviews: Iterable[Review], by: str) -> None:
        """Tell of the newest reviews of a finding, unless they are known."""
        those = tuple(reviews)
        with self._lock:
            known = self._reviews.get(finding.id, frozenset())
            self._reviews[finding.id] = frozenset(those)
        if known != frozenset(those):
            self._say(Change("reviewed", finding, by, those))

    def _new(self, finding: Finding, by: str) -> Change | None:
        """Note a version; return what is new about it. The lock is held."""
        known = self._known.get(finding.id)
        if known is not None and finding.version < known.version:
            return None
        if known is not None and finding.version == known.version:
            if finding.effect in (None, known.effect):
                return None
            what: What = "measured"
        elif finding.deleted:
            what = "deleted"
        else:
            what = "added" if finding.version == 1 or (known and known.deleted) else "changed"
        self._known[finding.id] = finding
        return Change(what, finding, by)

    def _say(self, change: Change | None) -> None:
        if change is None:
            return
        before, self._here.tells = self.tells, True
        try:
            for observer in tuple(self._observers):
                try:
                    observer(change)
                except Exception:
                    logging.getLogger("xwidget").exception("in an observer of findings")
        finally:  # an interrupt, too
            self._here.tells = before
