"""A store of findings that lasts as long as its process."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from xwidget.findings import said
from xwidget.findings.finding import KINDS, Effect, Finding, same_measured
from xwidget.findings.keeping import Kept, Listed, Review
from xwidget.findings.times import parsed

MOST_BYTES = 200_000_000
"""Bytes of all versions as JSON, about."""


@dataclass(frozen=True)
class _Made:
    """A version, and who made it."""

    finding: Finding
    made_by: str

    @property
    def author(self) -> str:
        return self.finding.author

    @property
    def verdict(self) -> str:
        return self.finding.verdict


class MemoryStore:
    """Keep findings in memory, as a ``FindingStore`` keeps them on a disk.

    At most ``MOST_BYTES`` of them fit: more are refused.

    Examples
    --------
    >>> from xwidget.findings.region import Box
    >>> store = MemoryStore()
    >>> kept = store.put(Finding(Box(1, 2, 3, 4), (8, 8), "core"), 0, "act 1")
    >>> kept.finding.version, kept.durable, len(store.list())
    (1, False, 1)
    """

    name = ""
    key = "session"

    def __init__(self) -> None:
        self.kinds: tuple[str, ...] = KINDS
        self._lock = threading.Lock()
        self._versions: dict[str, list[Finding]] = {}
        self._makers: dict[str, list[str]] = {}  # of the versions, in their order
        self._acts: dict[str, Kept | Review] = {}
        self._reviews: dict[tuple[str, str], Review] = {}
        self._retired: set[str] = set()
        self._inputs: dict[tuple[str, str], tuple[bytes, Mapping[str, Any] | None]] = {}
        self._written: list[str] = []  # ids, in order
        self._bytes = 0

    def put(self, finding: Finding, base: int, act: str, *, by: str | None = None) -> Kept:
        """Keep a new version, unless another came first; see ``Store.put``. Without a name, it is
        by the finding's author.

        Raises
        ------
        RuntimeError
            If there is no more room.
        """
        size = len(json.dumps(finding.describe()))
        with self._lock:
            done = self._acts.get(act)
            if isinstance(done, Kept):
                if done.finding.id != finding.id:
                    raise ValueError(f"act {act!r} was of another finding")
                return done
            versions = self._versions.get(finding.id, [])
            if versions and versions[-1].version != base:
                return Kept(versions[-1], versions[-1], durable=False)
            if self._bytes + size > MOST_BYTES:
                raise RuntimeError(
                    f"the findings of this session fill {self._bytes / 1e6:.0f} MB of memory, "
                    "and no more fit; keep them in a file, as Inspector(findings=PATH) does"
                )
            self._bytes += size
            new = replace(finding, version=base + 1)
            if versions:
                same = same_measured(versions[-1], new)
                new = replace(new, effect=versions[-1].effect if same else None)
            self._versions.setdefault(finding.id, versions).append(new)
            self._makers.setdefault(finding.id, []).append(new.author if by is None else by)
            self._written.append(new.id)
            self._acts[act] = kept = Kept(new, durable=False)
            return kept

    def list(self, digest: str | None = None) -> tuple[Finding, ...]:
        """Return the newest versions that are not deleted, the oldest finding first."""
        with self._lock:
            newest = [versions[-1] for versions in self._versions.values()]
        newest.sort(key=lambda each: (parsed(each.created), each.id))
        return tuple(
            each
            for each in newest
            if not each.deleted and (digest is None or each.seen.digest == digest)
        )

    def listed(self) -> tuple[Listed, ...]:
        """Return of the findings that are not deleted what an overview needs."""
        return tuple(map(Listed.of, self.list()))

    def get(self, id: str) -> Finding:
        """Return the newest version.

        Raises
        ------
        KeyError
            If there is no such finding.
        """
        return self.history(id)[-1]

    def history(self, id: str) -> tuple[Finding, ...]:
        """Return all versions, the oldest first.

        Raises
        ------
        KeyError
            If there is no such finding.
        """
        with self._lock:
            if id not in self._versions:
                raise KeyError(f"there is no finding {id!r} here")
            return tuple(self._versions[id])

    def review(self, review: Review, act: str) -> Review:
        """Keep a review, which takes the place of an earlier one of the same author."""
        with self._lock:
            done = self._acts.get(act)
            if isinstance(done, Review):
                return done
            if review.finding not in self._versions:
                raise KeyError(f"there is no finding {review.finding!r} here")
            self._acts[act] = self._reviews[review.finding, review.author] = review
            self._written.append(review.finding)
            return review

    def reviews(
        self, id: str | None = None, author: str | None = None, *, digest: str | None = None
    ) -> tuple[Review, ...]:
        """Return each author's newest review, of one finding, of one image's or of all."""
        with self._lock:
            return tuple(
                each
                for each in self._reviews.values()
                if (id is None or each.finding == id)
                and (author is None or each.author == author)
                and (digest is None or self._versions[each.finding][-1].seen.digest == digest)
            )

    def all_judgments(
        self, ids: Iterable[str] | None = None, *, digest: str | None = None
    ) -> dict[str, tuple[Review, ...]]:
        """Return of each finding that is not deleted what each person said last."""
        wanted = None if ids is None else {*ids}
        found = {}
        for each in self.list(digest):
            if wanted is not None and each.id not in wanted:
                continue
            with self._lock:
                versions = [*map(_Made, self._versions[each.id], self._makers[each.id])]
            given = said.given(versions).items()
            own = [said.of_version(name, made.finding.describe()) for name, made in given]
            found[each.id] = said.newest(own, self.reviews(each.id))
        return found

    def labels(self) -> tuple[str, ...]:
        """Return the labels in use, without those that were retired."""
        used = {each.label for each in self.list() if each.label}
        return tuple(sorted(used - self._retired))

    def retire_label(self, name: str) -> None:
        """Leave a label out of ``labels``; findings keep it."""
        with self._lock:
            self._retired.add(name)

    def save_input(
        self, digest: str, preprocessing: str, png: bytes, geometry: Mapping[str, Any] | None
    ) -> None:
        """Keep a net's input as an image, with its geometry, unless it is there."""
        with self._lock:
            self._inputs.setdefault((digest, preprocessing), (png, geometry))

    def input(
        self, digest: str, preprocessing: str | None = None
    ) -> tuple[bytes, Mapping[str, Any] | None] | None:
        """Return the image and geometry that ``save_input`` kept; None if there are none. Without
        a preprocessing, those of any.
        """
        with self._lock:
            found = [
                kept
                for (of, by), kept in self._inputs.items()
                if of == digest and preprocessing in (None, by)
            ]
        return found[0] if found else None

    def record_effect(self, id: str, version: int, effect: Effect) -> None:
        """Keep what was measured of a version, for later ones of the same region, too."""
        with self._lock:
            versions = self._versions.get(id, [])
            measured = next((each for each in versions if each.version == version), None)
            if measured is None:
                raise KeyError(f"there is no version {version} of finding {id!r} here")
            if measured.effect == effect:
                return
            for place in range(versions.index(measured), len(versions)):
                if not same_measured(versions[place], measured):
                    break
                versions[place] = replace(versions[place], effect=effect)
            self._written.append(id)

    def changes_since(self, seq: int) -> tuple[int, tuple[Finding, ...]]:
        """Return a number, and what was written since that number was returned; for -1 the number
        alone.
        """
        with self._lock:
            written = [] if seq < 0 else self._written[seq:]
            ids = dict.fromkeys(written)
            return len(self._written), tuple(self._versions[id][-1] for id in ids)

    def close(self) -> None:
        """Do nothing: what it holds lives as long as it does."""
