"""The database of a store: opened, its tables brought up to date, and its parts."""

from __future__ import annotations

from functools import partial

from xwidget.findings.store.places import Place
from xwidget.findings.store.sql.findings import Findings
from xwidget.findings.store.sql.inputs import Inputs
from xwidget.findings.store.sql.reviews import Reviews
from xwidget.findings.store.sql.transactions import Transactions
from xwidget.findings.store.sql.upgrade import upgrade
from xwidget.findings.store.sql.words import Words


class Database:
    """The database of a store.

    Raises
    ------
    StoreError
        If it cannot be opened.
    """

    def __init__(self, place: Place, timeout: float) -> None:
        transactions = Transactions(place, timeout)
        try:
            upgrade(transactions)
        except BaseException:
            transactions.close()
            raise
        transactions.prepare = partial(upgrade, transactions)
        self.durable = transactions.on_server or place.file is not None
        self.read_only = transactions.read_only
        self.findings = Findings(transactions, durable=self.durable)
        self.reviews = Reviews(transactions)
        self.words = Words(transactions)
        self.inputs = Inputs(transactions)
        self.close = transactions.close
