"""Numbers of findings by image and verdict, as a store has them and as they change."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeAlias

from xwidget.findings.collection import Change
from xwidget.findings.finding import Finding
from xwidget.findings.keeping import Store
from xwidget.findings.memory import MemoryStore
from xwidget.findings.opening import Keeper, Place
from xwidget.inspector.page.line import Line
from xwidget.inspector.work.watch import WATCH

Picture: TypeAlias = tuple[str, tuple[int, int]]
"""An image's digest, and height and width of the net's input."""


class Counting:
    """Count the findings of a store.

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
        self._verdicts: dict[Picture, dict[str, str]] = {}  # by id
        self._versions: dict[str, int] = {}
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

    def of(self, digest: str, frame: tuple[int, int]) -> list[tuple[str, int]]:
        """Return the number of an image's findings by verdict, most first; "" for those without."""
        with self._lock:
            verdicts = self._verdicts.get((digest, frame), {})
            return Counter(verdicts.values()).most_common()

    def take(self, change: Change) -> None:
        """Take note of a change that was made in an Inspector."""
        self.note([change.finding])

    def look(self) -> bool:
        """Look what was done in the store since the last look; return whether to look again. May
        wait for a disk.
        """
        if self._closed:
            return False
        store = self.keeper.store
        if self._since is None or self._since[0] is not store:
            seq, found = store.changes_since(-1)[0], store.list()
        else:
            seq, found = store.changes_since(self._since[1])
        self._since = store, seq
        self.note(found)
        return not isinstance(store, MemoryStore) or not self.keeper.reason

    def close(self) -> None:
        """Look no more, and let go of the store."""
        if not self._closed:
            self._closed = True
            self.keeper.close()

    def note(self, findings: Iterable[Finding]) -> None:
        """Take note of newest versions, deleted ones too."""
        changes = False
        with self._lock:
            for each in findings:
                if each.version < self._versions.get(each.id, 0):
                    continue
                self._versions[each.id] = each.version
                of = self._verdicts.setdefault((each.seen.digest, each.frame), {})
                before = of.pop(each.id, None)
                if not each.deleted:
                    of[each.id] = each.verdict
                changes = changes or before != of.get(each.id)
        if changes and not self._closed:
            self._changed()
