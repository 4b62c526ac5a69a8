"""Numbers of findings by image and verdict, as a store has them and as they change."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterable

from xwidget.findings.finding import Finding
from xwidget.findings.keeping import Listed, Store
from xwidget.findings.news import Change
from xwidget.findings.opening import Keeper, Place
from xwidget.findings.spot import Spot
from xwidget.support.line import Line
from xwidget.support.watch import WATCH


class Counting:
    """Count the findings of a store by their verdicts: of another's finding one's own counts, and
    theirs only where the store is not blind.

    Parameters
    ----------
    place
        Where findings are kept.
    changed
        Called without a lock after each change of a number, on the thread that learned of it.
    """

    def __init__(self, place: Place, changed: Callable[[], None]) -> None:
        self.keeper = Keeper.of(place)
        """The place where they are kept, for others who use the same store."""
        self._changed = changed
        self._lock = threading.Lock()
        self._verdicts: dict[str, dict[str, tuple[Spot, str]]] = {}  # by digest, by id
        self._versions: dict[str, int] = {}
        self._judged: dict[str, str] = {}  # one's own verdict on others' findings, by id
        self._since: tuple[Store, int] | None = None
        self._line = Line("xwidget gallery findings")
        self._begun = self._closed = False

    def begin(self) -> None:
        """Look now, and from now on every few seconds, on threads of its own."""
        if not self._begun:
            with contextlib.suppress(RuntimeError):  # too many threads: the next call tries again
                self._line.add(self.look, own=True)
                WATCH.add(self.look)
                self._begun = True

    def of(self, here: Spot) -> list[tuple[str, int]]:
        """Return the number of an image's findings by verdict, most first; "" for those without."""
        with self._lock:
            there = self._verdicts.get(here.digest, {}).values()
            return Counter(verdict for spot, verdict in there if spot.fits(here)).most_common()

    def take(self, change: Change) -> None:
        """Take note of a change that was made in an Inspector."""
        with self._lock:
            for each in change.reviews:
                if each.author == self.keeper.author:
                    self._judged[each.finding] = each.verdict
        self.note([change.finding])

    def look(self) -> bool:
        """Look what was done in the store since the last look; return whether to look again. May
        wait for a disk.
        """
        if self._closed:
            return False
        store = self.keeper.store
        if self._since is None or self._since[0] is not store:
            seq = store.changes_since(-1)[0]
            self._read_own(store)
            self._note((each, False) for each in store.listed())
        else:
            seq, found = store.changes_since(self._since[1])
            if any(each.author not in ("", self.keeper.author) for each in found):
                self._read_own(store)  # one of them may be one's own review
            self.note(found)
        self._since = store, seq
        return True

    def close(self) -> None:
        """Look no more, and let go of the store."""
        if not self._closed:
            self._closed = True
            self.keeper.close()

    def _read_own(self, store: Store) -> None:
        own = store.reviews(author=self.keeper.author)
        with self._lock:
            self._judged = {each.finding: each.verdict for each in own}

    def note(self, findings: Iterable[Finding]) -> None:
        """Take note of newest versions, deleted ones too."""
        self._note((Listed.of(each), each.deleted) for each in findings)

    def _note(self, listed: Iterable[tuple[Listed, bool]]) -> None:
        """Take note of findings, and of whether they are deleted."""
        changes = False
        with self._lock:
            for each, deleted in listed:
                if each.version < self._versions.get(each.id, 0):
                    continue
                self._versions[each.id] = each.version
                of = self._verdicts.setdefault(each.digest, {})
                before = of.pop(each.id, None)
                if not deleted:
                    of[each.id] = each.spot, self._told(each)
                changes = changes or before != of.get(each.id)
        if changes and not self._closed:
            self._changed()

    def _told(self, finding: Listed) -> str:
        """Return the verdict that counts for who looks."""
        if finding.author in ("", self.keeper.author):
            return finding.verdict
        theirs = "" if self.keeper.blind else finding.verdict
        return self._judged.get(finding.id, theirs)
