"""Findings in the database: each change is a new version, and none is ever written over."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from datetime import timezone
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Select,
    cast,
    func,
    insert,
    literal_column,
    select,
    union,
)

from xwidget.findings import finding as records
from xwidget.findings.finding import Effect, Finding, same_measured
from xwidget.findings.keeping import Kept, Listed
from xwidget.findings.spot import way_of
from xwidget.findings.store import accepted
from xwidget.findings.store.accepted import clean
from xwidget.findings.store.filter import Filter
from xwidget.findings.store.sql import counter, words
from xwidget.findings.store.sql.tables import effects, findings, reviews
from xwidget.findings.store.sql.transactions import Transactions
from xwidget.findings.times import parsed
from xwidget.support import texts

_log = logging.getLogger("xwidget")


class Findings:
    """The findings of a database.

    Parameters
    ----------
    transactions
        The database.
    durable
        Whether what is in it outlives this process.
    """

    def __init__(self, transactions: Transactions, *, durable: bool) -> None:
        self._transactions = transactions
        self._durable = durable

    def put(self, finding: Finding, base: int, act: str, by: str) -> Kept:
        """Keep a version, see :meth:`FindingStore.put`."""

        def work(connection: Connection) -> Kept:
            counter.locked(connection)
            before = connection.execute(_found().where(findings.c.act == act)).first()
            if before is not None:
                return self._kept_before(before, finding, act)
            newest = connection.execute(_newest().where(findings.c.finding_id == finding.id))
            theirs = newest.first()
            if theirs is not None and theirs.version != base:
                return Kept(_read(theirs), _read(theirs), self._durable)
            return Kept(
                self._added(connection, finding, base, act, by, theirs), None, self._durable
            )

        return self._transactions.write(work)

    def _kept_before(self, row: Any, finding: Finding, act: str) -> Kept:
        if row.finding_id != finding.id:
            raise ValueError(
                f"act {texts.shown(act, texts.NAME)} was of finding {row.finding_id}, and now "
                f"comes with finding {finding.id}; each act needs a text of its own"
            )
        return Kept(_read(row), None, self._durable)

    def _added(
        self,
        connection: Connection,
        finding: Finding,
        base: int,
        act: str,
        by: str,
        before: Any | None,
    ) -> Finding:
        version = base + 1
        effect = finding.effect if before is None else None
        kept = replace(finding, version=version, effect=None, author=finding.author or by)
        seq = counter.advanced(connection)
        seen = kept.seen
        same = before is not None and same_measured(kept, _read(before))
        connection.execute(
            insert(findings).values(
                finding_id=kept.id,
                version=version,
                seq=seq,
                act=act,
                made_by=by,
                shape_version=before.shape_version if before is not None and same else version,
                created=parsed(kept.created).astimezone(timezone.utc).isoformat(),
                author=kept.author,
                verdict=kept.verdict,
                kind=kept.kind,
                label=kept.label,
                digest=accepted.digest(seen.digest),
                model=clean(seen.model),
                target=seen.target,
                deleted=kept.deleted,
                record=_dumped(kept.describe()),
            )
        )
        if kept.label and not kept.deleted:
            words.use(connection, kept.label, seq)
        if effect is not None:
            _insert_effect(connection, kept.id, version, effect)
        row = connection.execute(_newest().where(findings.c.finding_id == kept.id)).one()
        return _read(row)

    def get(self, id: str, version: int | None = None) -> Finding:
        """Return the newest or another version; KeyError in words."""
        query = _newest() if version is None else _found().where(findings.c.version == version)
        query = query.where(findings.c.finding_id == clean(id))
        row = self._transactions.read(lambda connection: connection.execute(query).first())
        if row is None:
            raise _unknown(self._transactions.place.name, id, version)
        return _read(row)

    def history(self, id: str) -> tuple[Finding, ...]:
        """Return all versions, the oldest first; KeyError in words."""
        query = _found().where(findings.c.finding_id == clean(id)).order_by(findings.c.version)
        rows = self._transactions.read(lambda connection: connection.execute(query).all())
        if not rows:
            raise _unknown(self._transactions.place.name, id)
        return tuple(map(_read, rows))

    def list(self, wanted: Filter) -> tuple[Finding, ...]:
        """Return the newest versions that a filter lets through, the oldest finding first."""
        query = _newest().where(*_conditions(wanted))
        query = query.order_by(findings.c.created, findings.c.finding_id)
        rows = self._transactions.read(lambda connection: connection.execute(query).all())
        return _readable(rows)

    def listed(self) -> tuple[Listed, ...]:
        """Return of the newest versions that are not deleted what an overview needs."""
        columns = ("finding_id", "version", "digest", "author", "verdict")

        def work(connection: Connection) -> list[Any]:
            frame = _in_record(connection, "frame").label("frame")
            geometry = _in_record(connection, "seen", "geometry").label("geometry")
            query = select(*(findings.c[name] for name in columns), frame, geometry)
            query = query.where(_is_newest(), findings.c.deleted.is_(False))
            return list(connection.execute(query).all())

        return tuple(
            Listed(
                row.finding_id,
                row.version,
                row.digest,
                (height, width),
                row.author,
                row.verdict,
                way_of(None if row.geometry is None else json.loads(row.geometry)),
            )
            for row in self._transactions.read(work)
            for height, width in [json.loads(row.frame)]
        )

    def changes_since(self, seq: int) -> tuple[int, tuple[Finding, ...]]:
        """Return the number of the newest change, and the findings that were changed since."""
        changed = union(
            *(
                select(table.c.finding_id).where(table.c.seq > seq)
                for table in (findings, effects, reviews)
            )
        )
        query = _newest().where(findings.c.finding_id.in_(changed)).order_by(findings.c.seq)

        def work(connection: Connection) -> tuple[int, tuple[Any, ...]]:
            newest = counter.current(connection)
            nothing = seq < 0 or newest == seq
            return newest, () if nothing else tuple(connection.execute(query).all())

        newest, rows = self._transactions.read(work)
        return newest, _readable(rows)

    def record_effect(self, id: str, version: int, effect: Effect) -> None:
        """Keep what was measured of a version; KeyError in words."""
        there = select(findings.c.seq).where(
            findings.c.finding_id == clean(id), findings.c.version == version
        )
        before = (
            select(effects.c.record)
            .where(effects.c.finding_id == clean(id), effects.c.version == version)
            .order_by(effects.c.seq.desc())
            .limit(1)
        )

        def work(connection: Connection) -> None:
            counter.locked(connection)
            if connection.execute(there).first() is None:
                raise _unknown(self._transactions.place.name, id, version)
            if connection.execute(before).scalar() != _dumped(asdict(effect)):
                _insert_effect(connection, id, version, effect)

        self._transactions.write(work)


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    values = {each.name: getattr(wanted, each.name) for each in fields(wanted)}
    values = {
        name: clean(value) if isinstance(value, str) else value for name, value in values.items()
    }
    if wanted.digest is not None:
        values["digest"] = accepted.digest(values["digest"])
    return [findings.c[name] == value for name, value in values.items() if value is not None]


def _insert_effect(connection: Connection, id: str, version: int, effect: Effect) -> None:
    seq = counter.advanced(connection)
    record = _dumped(asdict(effect))
    connection.execute(
        insert(effects).values(seq=seq, finding_id=id, version=version, record=record)
    )


def _found() -> Select[Any]:
    """Return the query of versions, each with the newest effect of its region."""
    newest = (
        select(func.max(effects.c.seq))
        .where(
            effects.c.finding_id == findings.c.finding_id,
            effects.c.version.between(findings.c.shape_version, findings.c.version),
        )
        .correlate(findings)
        .scalar_subquery()
    )
    effect = select(effects.c.record).where(effects.c.seq == newest).scalar_subquery()
    return select(findings, effect.label("effect"))


def _newest() -> Select[Any]:
    """Return the query of the newest versions."""
    return _found().where(_is_newest())


def _is_newest() -> ColumnElement[bool]:
    """Return the condition for a version to be its finding's newest."""
    others = findings.alias()
    newest = select(func.max(others.c.version)).where(others.c.finding_id == findings.c.finding_id)
    return findings.c.version == newest.correlate(findings).scalar_subquery()


def _in_record(connection: Connection, *names: str) -> ColumnElement[str]:
    """Return the value under names in a version's record, as JSON; NULL for none."""
    if connection.dialect.name == "sqlite":
        return func.json_extract(findings.c.record, ".".join(["$", *names]))
    return cast(findings.c.record, JSON).op("#>>")(literal_column(f"'{{{','.join(names)}}}'"))


def _readable(rows: Iterable[Any]) -> tuple[Finding, ...]:
    """Return the findings of rows; one that cannot be read, of whatever program, hides no other."""
    found = []
    for row in rows:
        try:
            found.append(_read(row))
        except (ValueError, TypeError, KeyError) as error:
            message = "finding %s, version %d, cannot be read and is left out: %s"
            _log.warning(message, row.finding_id, row.version, error)
    return tuple(found)


def _read(row: Any) -> Finding:
    effect = None if row.effect is None else json.loads(row.effect)
    return records.read({**json.loads(row.record), "effect": effect})


def _dumped(record: Mapping[str, Any]) -> str:
    try:
        return json.dumps(record, allow_nan=False)
    except ValueError as error:
        raise ValueError(f"a number is not finite and cannot be kept: {error}") from error


def _unknown(name: str, id: str, version: int | None = None) -> KeyError:
    of = "" if version is None else f"version {version} of "
    shown = texts.shown(str(id), texts.Room(60))
    return KeyError(f"{name} has no {of}finding {shown}; list() returns those that are there")
