"""Labels and kinds: the words that a store's people choose from."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from xwidget.findings.finding import KINDS
from xwidget.findings.store.sql import counter
from xwidget.findings.store.sql.tables import labels, store
from xwidget.findings.store.sql.transactions import Transactions


def use(connection: Connection, name: str, seq: int) -> None:
    """Note that an act used a label; a retired one stays retired."""
    found = connection.execute(select(labels.c.name).where(labels.c.name == name)).first()
    if found is None:
        connection.execute(insert(labels).values(name=name, used=seq, retired=False))
    else:
        connection.execute(update(labels).where(labels.c.name == name).values(used=seq))


class Words:
    """The labels and kinds of a database."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def labels(self, *, retired: bool) -> tuple[str, ...]:
        """Return the labels that are retired, or those that are not; the last used first."""
        query = select(labels.c.name).where(labels.c.retired == retired)
        query = query.order_by(labels.c.used.desc(), labels.c.name)
        return tuple(self._transactions.read(lambda c: c.execute(query).scalars().all()))

    def set_label(self, name: str, *, retired: bool, new: bool) -> None:
        """Retire or restore a label; a new one is added where ``new`` is True, else KeyError."""

        def work(connection: Connection) -> None:
            seq = counter.advanced(connection)
            chosen = update(labels).where(labels.c.name == name).values(retired=retired)
            if connection.execute(chosen).rowcount:
                return
            if not new:
                raise KeyError(f"there is no label {name!r}; labels() returns those that are there")
            connection.execute(insert(labels).values(name=name, used=seq, retired=retired))

        self._transactions.write(work)

    def kinds(self) -> tuple[str, ...]:
        """Return the kinds to choose from."""
        chosen = self._transactions.read(lambda c: c.execute(select(store.c.kinds)).scalar_one())
        return KINDS if chosen is None else tuple(json.loads(chosen))

    def set_kinds(self, kinds: Sequence[str]) -> None:
        """Choose the kinds."""
        text = json.dumps(list(kinds))

        def work(connection: Connection) -> None:
            counter.advanced(connection)
            connection.execute(update(store).values(kinds=text))

        self._transactions.write(work)
