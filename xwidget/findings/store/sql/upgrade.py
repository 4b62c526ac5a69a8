"""The tables of a new or older database are brought to the newest revision when it is opened."""

from __future__ import annotations

import contextlib
import threading
from functools import partial
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from xwidget.findings.store.errors import StoreError
from xwidget.findings.store.sql.tables import REVISION
from xwidget.findings.store.sql.transactions import Transactions

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK_NUMBER = 0x7877_6964  # "xwid": who makes the tables, where there is no row yet to lock
_one_at_a_time = threading.Lock()  # alembic's environment is one for all threads


def upgrade(transactions: Transactions) -> None:
    """Bring the tables to the newest revision; another program may do so at the same time.

    Raises
    ------
    StoreError
        If they are of a newer xwidget, or the file holds something else; nothing is changed then.
    """
    where = transactions.place.location

    def work(connection: Connection) -> None:
        if transactions.on_server:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK_NUMBER})"))
        if not _check(transactions, connection):
            config = Config()
            config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
            config.attributes["connection"] = connection
            with _one_at_a_time:
                command.upgrade(config, "head")

    if is_newest(transactions):
        with contextlib.suppress(StoreError):  # others use it now: it works without, too
            transactions.use_write_ahead_log()  # a copy may have none
        return
    if transactions.read_only:
        raise StoreError(
            f"{where} is of an older xwidget, or empty, and read-only. Copy it to where it can be "
            "written and open the copy"
        )
    transactions.use_write_ahead_log()
    transactions.write(work)


def is_newest(transactions: Transactions) -> bool:
    """Return True if the tables are of the newest revision; nothing is changed.

    Raises
    ------
    StoreError
        As ``upgrade``.
    """
    return transactions.read(partial(_check, transactions))


def _check(transactions: Transactions, connection: Connection) -> bool:
    scripts = ScriptDirectory(str(_MIGRATIONS))
    newest = scripts.get_current_head()
    known = {script.revision for script in scripts.walk_revisions()}
    found, where = _revision(connection), transactions.place.location
    if found is None and not transactions.on_server and _of_others(connection):
        raise StoreError(
            f"{where} is a database of another program. It was left as it is; keep findings in "
            "another file"
        )
    if found is not None and found not in known:
        raise StoreError(
            f"{where} was written by a newer xwidget: its tables are of revision {found}, and "
            f"this one knows up to {newest}. Nothing was changed. Update it:  "
            "pip install --upgrade xwidget"
        )
    return found == newest


def _of_others(connection: Connection) -> bool:
    names = inspect(connection).get_table_names()
    return not all(name.startswith("xwidget_") for name in names)


def _revision(connection: Connection) -> str | None:
    options = {"version_table": REVISION}
    return MigrationContext.configure(connection, opts=options).get_current_revision()
