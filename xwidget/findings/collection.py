"""The findings of one image before one net, as Python and the panel share them."""

from __future__ import annotations

import builtins
import logging
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, TypeAlias

from xwidget.findings.about import About
from xwidget.findings.finding import Effect, Finding
from xwidget.findings.formats import Picture
from xwidget.findings.given import region_of
from xwidget.findings.keeping import Kept, Review, Store, by_finding
from xwidget.findings.news import News, Observer
from xwidget.findings.opening import Keeper
from xwidget.findings.outlets import Outlets
from xwidget.findings.spot import Spot
from xwidget.findings.store.editing import NOT_EDITED, edit
from xwidget.support import arguments, texts

Measuring: TypeAlias = Callable[[Iterable[Finding], float | None], bool]
"""Measures findings and waits for them and all others; returns False if that took longer."""

_NOT_EDITED = {
    **NOT_EDITED,
    "frame": "is the size of the network's input",
    "seen": "is what it was marked on",
}


class Findings(Outlets):
    """The findings of one image before one net, newest versions, the oldest first.

    What is changed here appears in the panel at once, and what is changed there, or by another
    program in the same store, appears here. Everything may be called from any thread; a call that
    changes something returns once it is kept.

    Attributes
    ----------
    author
        Name of who marks; at first the name of the login.

    Examples
    --------
    >>> import xwidget as xw
    >>> clf = xw.load("efficientnet_lite0")
    >>> w = xw.Inspector(clf, xw.sample("coffee"), targets=["espresso"], findings=False)
    >>> cup = w.findings.add((40, 50, 150, 150), verdict="core", label="cup")
    >>> table = w.findings.add((0, 0, 60, 40), verdict="spurious", kind="background")
    >>> w.findings.edit(cup.id, reason="The cup itself.").version
    2
    >>> [found.label for found in w.findings.filter(verdict="core")]
    ['cup']
    >>> w.findings.remove(table.id).deleted
    True
    >>> w.findings
    <Findings of an image: 1 (1 core), for this session only>
    >>> w.close()
    """

    def __init__(self, about: About, keeper: Keeper, author: str | None = None) -> None:
        self.author = keeper.author if author is None else author
        self._about = about
        self._keeper = keeper
        self._news = News()
        self._saving = threading.Lock()
        self._saved: set[str] = set()  # inputs, by digest
        self.measuring: Measuring = lambda findings, timeout: True

    # What a person calls.

    def add(
        self,
        region: Any,
        verdict: str = "",
        *,
        kind: str = "",
        label: str = "",
        reason: str = "",
        confidence: float | None = None,
        target: int | str | None = None,
    ) -> Finding:
        """Mark a region.

        Parameters
        ----------
        region
            A box (x, y, width, height), a point (x, y), corners of a polygon (N, 2), or a mask
            (H, W) of bool; or a region of an earlier finding. In continuous pixels of the net's
            input, (H, W) as ``w.explanation.image``: pixel j covers [j, j + 1).
        verdict
            ``"core"``: the net should rely on it; ``"spurious"``: it should not; ``"unsure"``; or
            "" for none yet.
        kind
            What it is, such as ``"background"``; see ``xwidget.findings.finding.KINDS``.
        label, reason
            A name for what was found, and why, in words.
        confidence
            In [0, 1]; None for none given.
        target
            Class index or name; None for the class that is shown.

        Returns
        -------
        Finding
            As it is kept.

        Raises
        ------
        ValueError, TypeError
            If a value is out of range, or there is no such class.
        OSError, RuntimeError
            If it cannot be kept, such as on a full disk; then nothing is.
        """
        about = self._about
        finding = Finding(
            region_of(region, about.frame),
            about.frame,
            verdict,
            kind,
            label,
            reason,
            confidence,
            self.author,
            about.seen(target),
        )
        return self.keep(finding, 0, str(uuid.uuid4()), by="python").finding

    def edit(self, id: str | Finding, **changes: Any) -> Finding:
        """Change a finding; its earlier versions stay in the store.

        Parameters
        ----------
        id
            Its id; or a finding, which must be the newest version then.
        **changes
            ``region``, ``verdict``, ``kind``, ``label``, ``reason``, ``confidence``, ``author`` or
            ``deleted``, as in :meth:`add`.

        Returns
        -------
        Finding
            The new version.

        Raises
        ------
        KeyError
            If there is no such finding.
        ValueError, TypeError
            If a value is out of range, or the finding was changed meanwhile.
        OSError, RuntimeError
            If it cannot be kept.
        """
        if "region" in changes:
            changes = {**changes, "region": region_of(changes["region"], self._about.frame)}
        put = partial(self.keep, by="python")
        return edit(self._found, put, id, changes, _NOT_EDITED)

    def remove(self, id: str | Finding) -> Finding:
        """Delete a finding and return the version that says so; the older ones stay, and
        ``edit(id, deleted=False)`` brings it back.

        Raises
        ------
        KeyError
            If there is no such finding.
        """
        return self.edit(id, deleted=True)

    def list(self) -> list[Finding]:
        """Return all of them."""
        here = self._spot
        return _within(here, self._store.list(here.digest))

    def filter(
        self,
        verdict: str | None = None,
        label: str | None = None,
        kind: str | None = None,
        author: str | None = None,
        target: int | str | None = None,
    ) -> builtins.list[Finding]:
        """Return those that have all that is given; "" asks for those that have none.

        Parameters
        ----------
        verdict, label, kind, author
            As in :meth:`add`; None for any.
        target
            Class index or name; None for any.

        Raises
        ------
        ValueError
            If there is no such class.
        """
        wanted = {"verdict": verdict, "label": label, "kind": kind, "author": author}
        asked = {name: value for name, value in wanted.items() if value is not None}
        index = None if target is None else self._about.index(target)
        return [
            each
            for each in self.list()
            if all(getattr(each, name) == value for name, value in asked.items())
            and (index is None or each.seen.target == index)
        ]

    def wait(self, timeout: float | None = None) -> bool:
        """Block until the effects of all findings are measured, those of earlier sessions, too. One
        that cannot be measured still has none then.

        Parameters
        ----------
        timeout
            Seconds, >= 0; None for as long as it takes.

        Returns
        -------
        bool
            False if it took longer.

        Raises
        ------
        ValueError, TypeError
            If ``timeout`` is no such number.
        RuntimeError
            If called from an observer, or the Inspector is closed.
        """
        timeout = arguments.seconds("timeout", timeout)
        if self._news.tells:
            raise RuntimeError("wait() inside an observer would wait for itself; call it elsewhere")
        return self.measuring([each for each in self.list() if each.effect is None], timeout)

    def observe(self, callback: Observer) -> None:
        """Call a function with each :class:`xwidget.findings.news.Change`, whoever makes it.

        It is called on the thread that made the change, or on one of the panel's own, which
        a slow function delays; what it raises is logged.
        """
        self._news.observe(callback)

    def unobserve(self, callback: Observer) -> None:
        """Call a function no more."""
        self._news.unobserve(callback)

    def __len__(self) -> int:
        return len(self.list())

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.list())

    def __getitem__(self, id: str) -> Finding:
        found = self._found(id)
        if found.deleted:
            raise KeyError(f"the finding {id!r} was deleted; edit(id, deleted=False) restores it")
        return found

    def __contains__(self, id: object) -> bool:
        return any(id in (each, each.id) for each in self.list())

    def __repr__(self) -> str:
        found = self.list()
        counts = Counter(each.verdict or "without a verdict" for each in found)
        parts = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
        name = texts.shown(self._about.base.image, texts.NAME) or "an image"
        where = f"in {self._keeper.name}" if self._keeper.name else "for this session only"
        return f"<Findings of {name}: {len(found)}{f' ({parts})' if parts else ''}, {where}>"

    # What the panel calls.

    @property
    def picture(self) -> Picture:
        """The image before the net, as files of findings name it."""
        # A file's coordinates are of the original: the way there must be known.
        return Picture(self._about.frame, self._about.whole)

    @property
    def _spot(self) -> Spot:
        return Spot.of(self._about.base, self._about.frame)

    @property
    def _store(self) -> Store:
        return self._keeper.store

    def _evidence(self, target: int | str | None) -> Any:
        return self._about.evidence(target)

    def keep(
        self, finding: Finding, base: int, act: str, by: str, person: str | None = None
    ) -> Kept:
        """Keep a version, as ``Store.put``, and tell observers of it; the person who made it is
        ``author``, unless another is named.
        """
        store = self._keeper.writable
        self._save_input(store, finding)
        kept = store.put(finding, base, act, by=person or self.author or None)
        if kept.clash is None:
            self.tell(kept.finding, by)
        return kept

    def review(self, review: Review, act: str, by: str) -> tuple[Finding, tuple[Review, ...]]:
        """Keep a review, and tell observers of it; return its finding and all of that one's."""
        store = self._keeper.writable
        store.review(review, act)
        finding, reviews = store.get(review.finding), store.reviews(review.finding)
        self._news.reviewed(finding, reviews, by)
        return finding, reviews

    def tell_reviews(self, findings: Iterable[Finding], by: str) -> None:
        """Tell observers of the reviews of findings of this image, unless they know them."""
        told = [*findings]
        reviews = by_finding(self._reviews()) if told else {}
        for each in told:
            self._news.reviewed(each, reviews.get(each.id, ()), by)

    def measured(self, finding: Finding, effect: Effect) -> None:
        """Keep what was measured of a version, and tell observers of it."""
        try:
            self._keeper.writable.record_effect(finding.id, finding.version, effect)
        except Exception:  # it is known here all the same
            logging.getLogger("xwidget").warning("an effect could not be kept", exc_info=True)
        self._news.measured(finding, effect)

    def tell(self, finding: Finding, by: str) -> None:
        """Tell observers of a version, or of what was measured of it, unless they know it."""
        self._news.tell(finding, by)

    def among(self, findings: Iterable[Finding]) -> builtins.list[Finding]:
        """Return those that are of this image and lie in the same place of the net's input."""
        return _within(self._spot, findings)

    def know(self, findings: Iterable[Finding], reviews: Iterable[Review]) -> None:
        """Note versions and reviews that observers know without being told."""
        self._news.know(findings, by_finding(reviews))

    def _found(self, id: str) -> Finding:
        if not isinstance(id, str):
            raise TypeError(f"a finding's id is a text, got {texts.shown(repr(id), texts.NAME)}")
        return self._store.get(id)

    def _save_input(self, store: Store, finding: Finding) -> None:
        """Keep the image that a finding is drawn on, once: where there is no map to the original
        image, it is all that says where the finding is.
        """
        with self._saving:
            if finding.seen.digest in self._saved:
                return
            base = self._about.base
            if finding.seen.digest != base.digest:
                return
            picture = self._about.picture()
            try:
                store.save_input(base.digest, base.preprocessing, picture, base.geometry)
            except ValueError as error:  # too large: the finding is kept all the same
                logging.getLogger("xwidget").warning("without the network's input: %s", error)
            self._saved.add(base.digest)


def _within(here: Spot, findings: Iterable[Finding]) -> list[Finding]:
    return [each for each in findings if Spot.of_finding(each).fits(here)]
