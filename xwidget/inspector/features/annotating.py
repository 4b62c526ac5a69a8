"""Annotating: findings that a person marks in the page or in Python, kept as they are made."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from xwidget.findings import formats
from xwidget.findings.collection import Findings
from xwidget.findings.finding import KINDS, Finding, Seen, read
from xwidget.findings.keeping import Review, Store
from xwidget.findings.memory import MemoryStore
from xwidget.findings.news import Change
from xwidget.findings.opening import Keeper
from xwidget.inspector.features.feature import Feature
from xwidget.inspector.features.filing import filed
from xwidget.inspector.features.measuring import Measuring
from xwidget.inspector.features.previewing import Previewing
from xwidget.inspector.features.seeing import Seeing
from xwidget.inspector.features.telling import Telling
from xwidget.inspector.page.commands import Answer, Handler, Task
from xwidget.inspector.page.drawn import Drawn
from xwidget.inspector.page.panel import Panel
from xwidget.support import texts
from xwidget.support.line import Line
from xwidget.support.watch import WATCH

_ENDED = ("done", "stopped", "error")


class Annotating(Feature):
    """Keep findings, and tell the page of those that come from elsewhere.

    All that may wait for a disk or a server is done on the line's thread, or on a person's own.

    Parameters
    ----------
    panel
        All that it sees of its Inspector.
    drawn
        What is drawn.
    keeper
        Where findings are kept.
    line
        Where the page's acts wait.
    """

    def __init__(self, panel: Panel, drawn: Drawn, keeper: Keeper, line: Line) -> None:
        super().__init__(panel)
        self._seeing = Seeing(panel, drawn)
        self._keeper = keeper
        self._line = line
        self._prepared = self._warm = False
        self._since: tuple[Store, int] | None = None
        self.findings = Findings(self._seeing, keeper)
        self.findings.observe(self._on_change)
        self.telling = Telling(self.findings, keeper, self._seeing.elsewhere)
        self._previewing = Previewing(self.findings, self.telling, self._before)
        self._measuring = Measuring(panel, self._seeing, self.findings.measured, self._untested)
        self.findings.measuring = self._wait

    @property
    def commands(self) -> Mapping[str, Handler]:
        """All findings; one that is new or changed; a review; files in and out."""
        return {
            "findings": lambda: self._all,
            "put": self._put,
            "review": lambda **fields: partial(self._review, **fields),
            "read_findings": lambda name, buffer: partial(self._read, name, buffer),
            "write_findings": lambda format: partial(filed, self.findings, self.telling, format),
        }

    def begin(self) -> None:
        """Begin to get ready once there is something to look at."""
        self._panel.watch(lambda _: self._prepare(), "_frame")
        self._panel.watch(self._on_status, "status")

    def close(self) -> None:
        """Let go of everything once what waits is kept."""
        self._measuring.close()
        try:
            self._line.add(self._let_go, own=True)
        except RuntimeError:  # there are too many threads
            self._let_go()

    def look(self) -> None:
        """Look from now on, while there is a view, what others do in the store."""
        if not self._panel.session.closed and not self._keeper.reason:
            WATCH.add(self._look)

    # With the lock held.

    def _on_status(self, status: str) -> None:
        if self._panel.session.closed:
            return
        if self._prepared:  # the net may have been trained since the run before
            with contextlib.suppress(RuntimeError):  # too many threads: the next run tries again
                self._line.add(self._tell_weights, own=True)
        if status not in _ENDED:
            return
        self._prepare()  # perhaps before a first mask
        self._measuring.again()
        if not self._warm:
            with contextlib.suppress(RuntimeError):  # too many threads: the next run tries again
                self._line.add(self._warm_up, own=True)
                self._warm = True

    def _prepare(self) -> None:
        """Tell the page soon what it needs to know."""
        if not self._prepared and not self._panel.session.closed:
            with contextlib.suppress(RuntimeError):  # too many threads: the next mask tries again
                self._line.add(self._tell_setup, own=True)
                self._prepared = True

    def _put(
        self,
        finding: dict[str, Any],
        base: int,
        act: str,
        target: int,
        iteration: int,
        imported: bool,
    ) -> Task:
        mask = self._seeing.mask(target, iteration) if self._has(target) else None
        self.look()
        return partial(self._keep, finding, base, act, mask, imported, target)

    def _has(self, target: int) -> bool:
        return target < len(self._panel.subject.clf.categories)

    # On the line's thread.

    def _all(self) -> Answer:
        self._tell_setup()
        self._mark(self._keeper.store)
        found = self.findings.list()
        reviews = self._keeper.store.reviews(digest=self.findings.picture.seen.digest)
        self.findings.know(found, reviews)
        self.telling.note(reviews)
        told = self.telling.reviews(found, reviews)
        self.look()
        own = {each.finding for each in reviews if each.author == self.findings.author}
        records = self.telling.records(found, own)
        for each in map(self.telling.here, found):
            if each.effect is None:
                self._measuring.add(each, later=True)
            else:
                self._measuring.note(each)
        return Answer({"findings": records, "reviews": [each.describe() for each in told]})

    def _keep(
        self,
        record: dict[str, Any],
        base: int,
        act: str,
        mask: Seen | None,
        imported: bool,
        target: int,
    ) -> Answer:
        finding = self._checked(record)
        before = self._before(finding.id) if base else None
        finding = self._previewing.whole(finding, record, before, imported)
        if before is not None:
            seen, author, created = before.seen, before.author, before.created
        elif imported:
            whole = self._seeing.whole
            seen = replace(finding.seen, digest=whole.digest, size=whole.size)
            author, created = finding.author or self.findings.author, finding.created
        else:
            seen = self._seeing.told(finding.seen, mask, target)
            author, created = self.findings.author, finding.created
        effect = finding.effect if imported else None
        new = replace(finding, seen=seen, author=author, created=created, effect=effect)
        person = finding.author if imported else ""  # what a file says, its author said
        kept = self.findings.keep(new, base, act, by="page", person=person.strip() or None)
        return Answer(
            {
                "finding": self.telling.record(kept.finding),
                "clash": None if kept.clash is None else self.telling.record(kept.clash),
                "durable": kept.durable,
                "reason": self._keeper.reason,
            }
        )

    def _after(self, finding: Finding) -> None:
        """Tell other pages of the same kernel, and all of what is named anew."""
        if self._panel.views.pages != 1:  # the one that did it has its answer
            self._tell_finding(finding)
        told = self._panel.get("_findings")
        named = not finding.label or finding.label in told.get("labels", ())
        if not named or self._keeper.name != told.get("store"):
            self._tell_setup()

    def _review(self, finding: str, verdict: str, kind: str, reason: str, act: str) -> Answer:
        if self._before(finding) is None:
            raise ValueError(f"there is no finding {texts.shown(finding, texts.NAME)!r}")
        review = Review(finding, self.findings.author, verdict, kind, reason)
        found, reviews = self.findings.review(review, act, by="page")
        self.telling.note(reviews)
        here = self.telling.here(found)
        if here.effect is None:  # why it has none may not have been told yet
            self._measuring.add(here, later=True)
        return Answer(
            {
                "finding": self.telling.record(found),
                "reviews": [each.describe() for each in reviews],
            }
        )

    def _read(self, name: str, buffer: bytes) -> Answer:
        return Answer(self._previewing.read(name, buffer))

    def _checked(self, record: dict[str, Any]) -> Finding:
        """Return the finding that a page sent; its size is looked at before it is drawn."""
        frame, region = [*self._seeing.frame], record.get("region")
        sizes = [record.get("frame")]
        if isinstance(region, Mapping) and region.get("type") == "mask":
            sizes.append(region.get("size"))
        for size in sizes:
            if not isinstance(size, (list, tuple)) or [*size] != frame:
                shown = texts.shown(repr(size), texts.NAME)
                raise ValueError(
                    f"the finding is of {shown} pixels, the network's input of {frame}"
                )
        return read(record)

    def _before(self, id: str) -> Finding | None:
        try:
            return self._keeper.store.get(id)
        except KeyError:
            return None

    def _tell_setup(self) -> None:
        """Tell the page what it needs to know."""
        told: dict[str, Any] = {"kinds": [*KINDS], "labels": [], "base": {}, "formats": []}
        told["scope"] = ""
        try:
            base = self._seeing.base
            told["scope"] = f"{base.digest} {self._seeing.place} {self._keeper.key}"
            told.update(base=base.describe(), formats=_menu())
            store = self._keeper.store
            told.update(kinds=[*store.kinds], labels=[*store.labels()])
            reason = self._keeper.reason
        except Exception as error:  # the panel goes on without
            reason = f"findings cannot be kept: {texts.in_words(error)}"
        told = {
            "ready": True,
            "store": self._keeper.name,
            "reason": reason,
            "author": self.findings.author,
            **told,
        }
        with self._panel.lock, self._panel.logged():
            if not self._panel.session.closed:
                self._panel.tell(_findings=told)

    def _tell_trouble(self, reason: str) -> None:
        """Tell the page why the store does nothing, without asking the store."""
        with self._panel.lock, self._panel.logged():
            told = self._panel.get("_findings")
            ready = told.get("ready") and not self._panel.session.closed
            if ready and told["reason"] != reason:
                self._panel.tell(_findings={**told, "reason": reason})

    def _tell_weights(self) -> None:
        """Tell the page what findings are seen on, where the net was trained."""
        told = self._panel.get("_findings").get("base") or {}
        if not self._panel.session.closed and told.get("weights") != self._seeing.base.weights:
            self._tell_setup()

    def _warm_up(self) -> None:
        """Get ready for the first finding, once the run leaves time for it."""
        self._keeper.warm()
        if self._keeper.reason != self._panel.get("_findings").get("reason"):
            self._tell_setup()

    def _let_go(self) -> None:
        self._seeing.close()
        self._keeper.close()

    # On any thread.

    def _on_change(self, change: Change) -> None:
        finding = change.finding
        if change.what == "reviewed":
            self._on_review(change)
            return
        if change.by == "page":
            self._measure(finding)
            self._line.add(partial(self._after, finding), own=True)
            return
        if change.what == "measured":
            if self.telling.here(finding).effect is not None:
                self._tell_effect(finding, "")
        else:
            self._tell_finding(finding)
            self._measure(finding)

    def _on_review(self, change: Change) -> None:
        """Tell pages of reviews, those that may see them."""
        self.telling.note(change.reviews)
        if change.by != "page":
            self._tell_reviews(change)
        elif self._panel.views.pages != 1:  # the one that did it has its answer first
            self._line.add(partial(self._tell_reviews, change), own=True)

    def _wait(self, findings: Iterable[Finding], timeout: float | None) -> bool:
        """Measure findings, unless they are measured already, and wait for all that are."""
        if self._panel.lock.owned:  # what was measured could not be told
            raise RuntimeError("wait() inside an observer would wait for itself; call it elsewhere")
        for each in findings:
            self._measuring.add(each, later=True)
        return self._measuring.wait(timeout)

    def _measure(self, finding: Finding) -> None:
        finding = self.telling.here(finding)
        if finding.effect is None or finding.effect.target != finding.seen.target:
            self._measuring.add(finding)

    def _untested(self, finding: Finding, reason: str) -> None:
        self._tell_effect(replace(finding, effect=None), reason)

    def _tell_finding(self, finding: Finding) -> None:
        self._send({"type": "finding", "finding": self.telling.record(finding)})

    def _tell_reviews(self, change: Change) -> None:
        finding = change.finding
        told = [each.describe() for each in self.telling.reviews([finding], change.reviews)]
        if told:  # else one has not judged it
            record = self.telling.record(finding)
            self._send({"type": "judged", "finding": record, "reviews": told})

    def _tell_effect(self, finding: Finding, reason: str) -> None:
        if self.telling.withholds(finding):
            return
        told = {"type": "effect", "id": finding.id, "version": finding.version}
        self._send({**told, "effect": finding.describe()["effect"], "reason": reason})

    def _send(self, content: dict[str, Any]) -> None:
        with self._panel.lock, self._panel.logged():
            if not self._panel.session.closed:
                self._panel.send(content)

    def _mark(self, store: Store) -> bool:
        """Note what was done last in a store, unless it was noted; return whether it was."""
        if self._since is not None and self._since[0] is store:
            return True
        self._since = store, store.changes_since(-1)[0]
        return False

    # On the thread that watches.

    def _look(self) -> bool:
        """Tell what others did in the store; return whether somebody still looks at it here."""
        views = self._panel.views
        if self._panel.session.closed or (views.told and not views.count):
            return False
        try:
            again = self._look_at(self._keeper.store)
        except Exception as error:
            self._tell_trouble(
                f"the store cannot be reached now: {texts.in_words(error)}; what is marked "
                "meanwhile is kept in this page"
            )
            raise
        told = self._panel.get("_findings")
        if told.get("ready") and told.get("reason") != self._keeper.reason:
            self._tell_setup()  # it can be reached again, or opened
        return again

    def _look_at(self, store: Store) -> bool:
        if isinstance(store, MemoryStore):
            return not self._keeper.reason
        if self._mark(store):
            assert self._since is not None
            seq, changed = store.changes_since(self._since[1])
            self._since = store, seq
        else:
            changed = tuple(self.findings.list())
        here = self.findings.among(changed) if changed else []
        for finding in here:
            self.findings.tell(finding, "store")
        self.findings.tell_reviews(here, "store")
        return True


def _menu() -> list[dict[str, str]]:
    """Return the formats of files of findings, as the page lists them."""
    return [{key: each[key] for key in ("name", "label", "title")} for each in formats.menu()]
