"""Reviews in the database, apart from findings: one person's never changes another's."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, func, insert, select

from xwidget.findings.keeping import Review, read_review
from xwidget.findings.store import accepted
from xwidget.findings.store.sql import counter
from xwidget.findings.store.sql.tables import findings, reviews
from xwidget.findings.store.sql.transactions import Transactions


class _Judgment(NamedTuple):
    seq: int
    review: Review


class Reviews:
    """The reviews of a database."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def add(self, review: Review, act: str) -> Review:
        """Keep a review; KeyError in words where there is no such finding."""
        there = select(findings.c.seq).where(findings.c.finding_id == review.finding).limit(1)

        def work(connection: Connection) -> Review:
            counter.locked(connection)
            before = connection.execute(select(reviews).where(reviews.c.act == act)).first()
            if before is not None:
                return _read(before)
            if connection.execute(there).first() is None:
                name = self._transactions.place.name
                raise KeyError(f"{name} has no finding {review.finding}, so it cannot be reviewed")
            connection.execute(
                insert(reviews).values(
                    seq=counter.advanced(connection),
                    finding_id=review.finding,
                    author=review.author,
                    act=act,
                    record=json.dumps(review.describe()),
                )
            )
            return review

        return self._transactions.write(work)

    def list(self, id: str | None, author: str | None, digest: str | None) -> tuple[Review, ...]:
        """Return each person's newest review, the oldest first."""
        wanted = _of(reviews, id, digest)
        if author is not None:
            wanted.append(reviews.c.author == author)
        found = self._transactions.read(lambda connection: _newest(connection, *wanted))
        return tuple(map(_read, found))

    def judgments(
        self, id: str | None = None, digest: str | None = None
    ) -> dict[str, tuple[Review, ...]]:
        """Return the judgments of each finding that is not deleted, of one, or of one image's: each
        person's newest review, and the author's own verdict, if it is newer than a review of their
        own.
        """
        own, given = self._transactions.read(
            lambda connection: (
                _own(connection, *_of(findings, id, digest)),
                _newest(connection, *_of(reviews, id, digest)),
            )
        )
        found: dict[str, dict[str, _Judgment]] = {
            id: {} if judgment is None else {judgment.review.author: judgment}
            for id, judgment in own.items()
        }
        for row in given:
            of = found.get(row.finding_id)
            if of is not None and (row.author not in of or of[row.author].seq < row.seq):
                of[row.author] = _Judgment(row.seq, _read(row))
        return {
            id: tuple(each.review for each in sorted(of.values(), key=lambda each: each.seq))
            for id, of in found.items()
        }


def _of(table: Table, id: str | None, digest: str | None) -> list[Any]:
    """Return the conditions for the rows of a finding, or of those of an image."""
    wanted: list[Any] = [] if id is None else [table.c.finding_id == id]
    if digest is not None:
        of_image = select(findings.c.finding_id).where(findings.c.digest == accepted.digest(digest))
        wanted.append(table.c.finding_id.in_(of_image))
    return wanted


def _newest(connection: Connection, *wanted: Any) -> list[Any]:
    newest = select(func.max(reviews.c.seq)).where(*wanted)
    newest = newest.group_by(reviews.c.finding_id, reviews.c.author)
    query = select(reviews).where(reviews.c.seq.in_(newest)).order_by(reviews.c.seq)
    return list(connection.execute(query).all())


def _own(connection: Connection, *wanted: Any) -> dict[str, _Judgment | None]:
    """Return of each finding that is not deleted the judgment of its author: that of the last
    version that they made; of the first one, where somebody else brought it in.
    """
    versions = select(
        findings.c.finding_id,
        findings.c.version,
        findings.c.seq,
        findings.c.made_by,
        findings.c.author,
        findings.c.deleted,
    ).where(*wanted)
    versions = versions.order_by(findings.c.finding_id, findings.c.version)
    chosen: dict[str, Any] = {}
    deleted: dict[str, bool] = {}
    for row in connection.execute(versions):
        deleted[row.finding_id] = row.deleted
        if row.finding_id not in chosen or row.made_by == row.author:
            chosen[row.finding_id] = row
    there = {id: row.seq for id, row in chosen.items() if not deleted[id]}
    query = select(findings.c.seq, findings.c.record)
    kept: dict[int, str] = {}
    numbers = list(there.values())
    for k in range(0, len(numbers), 500):  # SQLite takes so many values at a time
        rows = connection.execute(query.where(findings.c.seq.in_(numbers[k : k + 500])))
        kept.update((row.seq, row.record) for row in rows)
    found = {id: (seq, json.loads(kept[seq])) for id, seq in there.items()}
    return {
        id: _Judgment(seq, _as_review(record)) if record["verdict"] else None
        for id, (seq, record) in found.items()
    }


def _as_review(record: Mapping[str, Any]) -> Review:
    """Return the verdict in the record of a finding as a review by its author."""
    return Review(
        finding=record["id"],
        author=record["author"],
        verdict=record["verdict"],
        kind=record["kind"],
        reason=record["reason"],
        id=str(uuid.uuid5(uuid.UUID(record["id"]), str(record["version"]))),
        created=record["changed"],
    )


def _read(row: Any) -> Review:
    return read_review(json.loads(row.record))
