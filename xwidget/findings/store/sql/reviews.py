"""Reviews in the database, apart from findings: one person's never changes another's."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from xwidget.findings import said
from xwidget.findings.keeping import Review, read_review
from xwidget.findings.store import accepted
from xwidget.findings.store.sql import counter
from xwidget.findings.store.sql.tables import findings, reviews
from xwidget.findings.store.sql.transactions import Transactions


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
        """Return the judgments of each finding that is not deleted, of one, or of one image's: of
        each person what they said last, in a version of it or in a review.
        """
        own, given = self._transactions.read(
            lambda connection: (
                _own(connection, *_of(findings, id, digest)),
                _newest(connection, *_of(reviews, id, digest)),
            )
        )
        found: dict[str, list[Review]] = {id: [] for id in own}
        for row in given:
            if row.finding_id in found:
                found[row.finding_id].append(_read(row))
        return {id: said.newest(own[id], found[id]) for id in own}


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


def _own(connection: Connection, *wanted: Any) -> dict[str, list[Review]]:
    """Return of each finding that is not deleted the verdicts in its versions, as reviews."""
    names = ("finding_id", "seq", "made_by", "author", "verdict", "deleted")
    versions = select(*(findings.c[name] for name in names)).where(*wanted)
    versions = versions.order_by(findings.c.finding_id, findings.c.version)
    given: dict[str, dict[str, int]] = {}  # by finding and person
    for id, rows in groupby(connection.execute(versions), lambda row: row.finding_id):
        of = list(rows)
        if not of[-1].deleted:
            given[id] = {name: row.seq for name, row in said.given(of).items()}
    query = select(findings.c.seq, findings.c.record)
    kept: dict[int, str] = {}
    numbers = [seq for of in given.values() for seq in of.values()]
    for k in range(0, len(numbers), 500):  # SQLite takes so many values at a time
        rows = connection.execute(query.where(findings.c.seq.in_(numbers[k : k + 500])))
        kept.update((row.seq, row.record) for row in rows)
    return {
        id: [said.of_version(name, json.loads(kept[seq])) for name, seq in of.items()]
        for id, of in given.items()
    }


def _read(row: Any) -> Review:
    return read_review(json.loads(row.record))
