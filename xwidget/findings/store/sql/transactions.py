"""Transactions of a store: SQLite and PostgreSQL behind one door, errors in words."""

from __future__ import annotations

import contextlib
import math
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlsplit

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    NullPool,
    QueuePool,
    StaticPool,
    create_engine,
    event,
    make_url,
)
from sqlalchemy import exc as errors

from xwidget.findings.store.errors import MissingExtra, StoreBusy, StoreError
from xwidget.findings.store.places import Place
from xwidget.findings.store.sql import forks
from xwidget.findings.store.sql.presence import Presence

T = TypeVar("T")

_LOCKED, _NO_RIGHT = "55P03", "42501"
_POOL = {"pool_size": 5, "max_overflow": 20}


class Transactions:
    """Transactions on the database of a place; threads may share them.

    Parameters
    ----------
    place
        The place of the database.
    timeout
        Seconds that a transaction waits for another one's.

    Attributes
    ----------
    timeout
        Seconds.
    turn
        Held by the thread that writes.
    read_only
        True where the file cannot be written.
    prepare
        Brings the tables up to date, of a file that was put in the place of the one before.

    Raises
    ------
    StoreError
        If there is no database and none can be made.
    """

    def __init__(self, place: Place, timeout: float) -> None:
        self.place = place
        self.timeout = timeout
        self.read_only = False
        self._closed = False
        self._process = os.getpid()
        self.turn = threading.RLock()
        self._engine = self._made()
        self.prepare: Callable[[], None] = lambda: None
        self._presence = Presence(place.file, self._leave_file)
        if not self.on_server:
            forks.wait_for(self)

    @property
    def on_server(self) -> bool:
        """True for PostgreSQL, False for SQLite."""
        return bool(self.place.server)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Return the work's result on what the database holds now.

        Raises
        ------
        StoreError
            If the database cannot be read.
        """
        return self._done(work, writing=False)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Return the work's result; on return it is on the disk, on an error nothing is.

        The work is done a second time where the server went away in between: it must be harmless to
        do again.

        Raises
        ------
        StoreError
            If the database cannot be written, or another one writes for longer than the timeout.
        """
        if self.read_only:
            raise StoreError(
                f"{self.place.location} cannot be written: the file or its folder is read-only. "
                "Nothing was stored. Keep findings in another file, or ask for the right to write"
            )
        return self._done(work, writing=True)

    def close(self) -> None:
        """Close all connections."""
        self._closed = True
        self._engine.dispose(close=self._process == os.getpid())

    def _done(self, work: Callable[[Connection], T], *, writing: bool) -> T:
        self._after_fork()
        last = False
        while True:
            if self._closed:
                raise StoreError(f"the store {self.place.name} is closed; open it again")
            try:
                with self._waited(writing):
                    return self._done_now(work, writing)
            except errors.SQLAlchemyError as error:
                gone = isinstance(error, errors.DBAPIError) and error.connection_invalidated
                if last or not gone:
                    raise self._in_words(error) from error
                last = True

    def _done_now(self, work: Callable[[Connection], T], writing: bool) -> T:
        self._presence.regain(self.prepare)
        with self._connected(writing) as connection:
            result = work(connection)
        self._presence.note()
        if writing and self._presence.lost():
            raise self._presence.error()
        return result

    @contextlib.contextmanager
    def _connected(self, writing: bool) -> Iterator[Connection]:
        engine = self._engine.execution_options(writing=writing)
        with engine.connect() as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def _waited(self, writing: bool) -> Iterator[None]:
        """Wait for this process's other writers; in memory, where all share one connection, for
        its readers, too.
        """
        if not writing and self.place.location != ":memory:":
            yield
            return
        if not self.turn.acquire(timeout=self.timeout):
            raise self._busy()
        try:
            yield
        finally:
            self.turn.release()

    def _after_fork(self) -> None:
        """Leave a forked parent's connections and locks alone: its threads are not here."""
        if self._process != os.getpid():
            self._process = os.getpid()
            self.turn = threading.RLock()
            if self.place.location != ":memory:":
                self._engine.dispose(close=False)

    def _made(self) -> Engine:
        return self._of_server() if self.on_server else self._of_file()

    def _of_server(self) -> Engine:
        patience = max(2, math.ceil(self.timeout))
        try:
            url = make_url(self.place.server)
            # Before 2.1, SQLAlchemy leaves the name as it is written in the URL.
            url = url.set(database=unquote(urlsplit(self.place.server).path[1:]) or None)
        except (errors.ArgumentError, ValueError):  # the text has the password in it
            raise ValueError("this is no URL of a PostgreSQL database") from None
        try:
            engine = create_engine(
                url,
                pool_pre_ping=True,
                pool_timeout=self.timeout,
                hide_parameters=True,
                connect_args={"connect_timeout": patience, "tcp_user_timeout": 2000 * patience},
                **_POOL,
            )
        except ModuleNotFoundError as error:
            raise MissingExtra("psycopg", "postgres") from error

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            if connection.get_execution_options().get("writing"):
                connection.exec_driver_sql(
                    f"SET LOCAL lock_timeout = {int(1000 * self.timeout)}; "
                    "SET LOCAL synchronous_commit = on"
                )
            else:  # all that is read in one piece of work is of one moment, as in SQLite
                connection.exec_driver_sql(
                    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
                )

        return engine

    def _of_file(self) -> Engine:
        path = self.place.file
        options: dict[str, Any] = {"hide_parameters": True}
        arguments: dict[str, Any] = {"timeout": self.timeout, "check_same_thread": False}
        if path is None:
            url = URL.create("sqlite")
            options["poolclass"] = StaticPool
        else:
            _check(path)
            url = URL.create("sqlite", database=str(path))
            options |= {"pool_timeout": self.timeout, **_POOL}
            if path.exists() and not _writable(path):
                self.read_only = True
                url, options = URL.create("sqlite"), {"hide_parameters": True}
                options |= {"poolclass": NullPool, "creator": lambda: _only_read(path, arguments)}
        engine = create_engine(url, connect_args=arguments, **options)

        @event.listens_for(engine, "connect")
        def connect(connection: Any, record: object) -> None:
            connection.isolation_level = None  # transactions begin where we say so
            if not self.read_only:
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("PRAGMA fullfsync = ON")  # macOS keeps it in the disk's memory
            connection.execute("PRAGMA foreign_keys = ON")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            writing = connection.get_execution_options().get("writing")
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

        return engine

    def use_write_ahead_log(self) -> None:
        """Let readers read while another one writes; where the file system cannot, they wait."""
        if self.on_server or self.read_only or self.place.file is None:
            return
        try:
            with self._engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                assert raw is not None
                raw.execute("PRAGMA journal_mode = WAL").fetchall()
        except errors.SQLAlchemyError as error:
            raise self._in_words(error) from error
        except Exception as error:  # of sqlite3, which is not wrapped here
            raise self._in_words(error) from error

    def _leave_file(self) -> None:
        """Close the connections to a file that is at its path no more; what its log holds goes
        into it, and not into another that takes its place.
        """
        pool = self._engine.pool
        if not self.read_only and isinstance(pool, QueuePool) and pool.checkedin():
            with contextlib.suppress(Exception), self._engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                assert raw is not None
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._engine.dispose()

    def _busy(self) -> StoreBusy:
        return StoreBusy(
            f"{self.place.name} is locked: another program has been writing for more than "
            f"{self.timeout:g} s. Nothing was stored; try again"
        )

    def _in_words(self, error: Exception) -> StoreError:
        cause = error.orig if isinstance(error, errors.DBAPIError) and error.orig else error
        text = " ".join(str(cause).split())
        state = getattr(cause, "sqlstate", None)  # a server's texts are in its own language
        if "database is locked" in text or state == _LOCKED:
            return self._busy()
        where = self.place.location
        if state == _NO_RIGHT:
            return StoreError(
                f"{where}: this user has no right to do so ({text}). Nothing was stored. Ask for "
                "SELECT, INSERT and UPDATE on its tables, and for CREATE to open it the first time"
            )
        if "not a database" in text or "malformed" in text:
            return StoreError(
                f"{where} is damaged or no SQLite database ({text}). Nothing was changed: "
                "go back to a backup, or keep findings in a new file"
            )
        if isinstance(error, errors.OperationalError) and self.on_server and state is None:
            return StoreError(f"{where} cannot be reached: {text}")
        return StoreError(f"{where} cannot be read or written: {text}. Nothing was stored")


def _check(path: Path) -> None:
    if path.is_dir():
        raise StoreError(f"{path} is a folder; give the path of a file in it")
    if not path.parent.is_dir():
        raise StoreError(
            f"{path} cannot be made: there is no folder {path.parent}. Make the folder first"
        )
    # Never open the file here: on POSIX, closing it would drop the locks of this whole process.
    if not path.exists():
        if not os.access(path.parent, os.W_OK):
            raise StoreError(
                f"{path} cannot be made: its folder is read-only. Keep findings in another folder"
            )
    elif not os.access(path, os.R_OK):
        raise StoreError(f"{path} cannot be read: there is no right to")


def _only_read(path: Path, arguments: dict[str, Any]) -> sqlite3.Connection:
    address = f"file:{quote(path.as_posix())}?mode=ro"
    connection: sqlite3.Connection = sqlite3.connect(address, uri=True, **arguments)
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchall()
    except sqlite3.OperationalError as error:
        connection.close()
        # Here SQLite may not make the files that a write-ahead log needs. Without a log beside the
        # file nobody is writing, and it can be read as it is, without locks.
        if "locked" in str(error) or path.with_name(f"{path.name}-wal").exists():
            raise
        connection = sqlite3.connect(f"{address}&immutable=1", uri=True, **arguments)
    return connection


def _writable(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
