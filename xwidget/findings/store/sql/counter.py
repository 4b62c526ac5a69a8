"""The number of the newest change: locked by who writes, so that changes are numbered in order."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from xwidget.findings.store.sql.tables import store


def current(connection: Connection) -> int:
    """Return the number of the newest change; 0 for none."""
    return int(connection.execute(select(store.c.seq)).scalar_one())


def locked(connection: Connection) -> int:
    """Return the number of the newest change; no other transaction writes until this one ends."""
    return int(connection.execute(select(store.c.seq).with_for_update()).scalar_one())


def advanced(connection: Connection) -> int:
    """Return the number of a change that this transaction makes."""
    number = locked(connection) + 1
    connection.execute(update(store).values(seq=number))
    return number
