"""Full disks, missing rights, missing servers: said in words, and nothing is half written."""

from __future__ import annotations

import resource
import signal
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Connection

import xwidget as xw
from tests.findings.store import postgres
from tests.findings.store.children import Tell, all_told
from tests.findings.store.test_versions import finding
from xwidget.findings.store.errors import StoreError
from xwidget.findings.store.sql import counter

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")


def test_a_full_disk_is_said_and_nothing_is_half_written(tmp_path: Path) -> None:
    path = tmp_path / "findings.sqlite"

    def work(tell: Tell) -> None:
        with xw.FindingStore(path, author="Ada") as store:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
            try:
                while True:
                    tell(store.add(finding(reason="so it was. " * 800)).id)
            except StoreError as error:
                tell(str(error))
            tell(f"{len(store.list())} are there")

    (told,) = all_told(work)
    kept, said = told[:-2], told[-2]
    assert len(kept) > 5
    assert "cannot be read or written: " in said
    assert said.endswith("Nothing was stored")
    assert told[-1] == f"{len(kept)} are there"
    with xw.FindingStore(path) as store:
        assert {each.id for each in store.list()} == set(kept)
        assert store.add(finding()).version == 1  # there is room again
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[xw.FindingStore, Path]]:
    """Return a store of one finding and its file."""
    path = tmp_path / "findings.sqlite"
    with xw.FindingStore(path, author="Ada") as store:
        store.add(finding(label="first"))
        yield store, path


def labels(path: Path) -> list[str]:
    with xw.FindingStore(path) as store:
        return [each.label for each in store.list()]


def test_a_file_that_was_moved_away_keeps_nothing_until_it_is_back(
    opened: tuple[xw.FindingStore, Path],
) -> None:
    store, path = opened
    path.rename(path.with_name("moved.sqlite"))
    second = finding(label="second")
    for _ in range(2):
        with pytest.raises(StoreError, match=r"findings.sqlite was moved or deleted while in use"):
            store.put(second, 0, "act")
        with pytest.raises(StoreError, match="put the file back"):
            store.list()
        assert not path.exists()  # none is made in its place
    assert labels(path.with_name("moved.sqlite")) == ["first"]  # whole, without its log
    path.with_name("moved.sqlite").rename(path)
    kept = store.put(second, 0, "act")
    assert (kept.durable, kept.clash) == (True, None)
    assert labels(path) == [each.label for each in store.list()] == ["first", "second"]


def test_a_file_that_was_deleted_can_be_made_anew(opened: tuple[xw.FindingStore, Path]) -> None:
    store, path = opened
    path.unlink()
    with pytest.raises(StoreError, match="moved or deleted"):
        store.add(finding())
    path.touch()  # as while a copy comes
    with pytest.raises(StoreError, match="moved or deleted"):
        store.add(finding())
    path.unlink()
    assert labels(path) == []
    store.add(finding(label="third"))
    assert labels(path) == ["third"]


def test_another_file_in_its_place_is_gone_on_with(opened: tuple[xw.FindingStore, Path]) -> None:
    store, path = opened
    backup = path.with_name("backup.sqlite")
    with xw.FindingStore(backup) as other:
        other.add(finding(label="in the backup"))
    backup.replace(path)
    store.add(finding(label="after"))
    assert labels(path) == ["in the backup", "after"]


def test_what_was_written_while_the_file_went_away_is_not_said_to_be_kept(
    opened: tuple[xw.FindingStore, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, path = opened
    real = counter.advanced

    def deleted_meanwhile(connection: Connection) -> int:
        path.unlink()
        return real(connection)

    monkeypatch.setattr(counter, "advanced", deleted_meanwhile)
    with pytest.raises(StoreError, match="moved or deleted"):
        store.add(finding())


def test_a_user_without_rights_reads_and_is_told_what_to_ask_for(
    database: str,
) -> None:
    with xw.FindingStore(database) as store:
        kept = store.add(finding())
    with psycopg.connect(database, autocommit=True) as connection:
        role = sql.Identifier(f"reader {kept.id}")
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'p'").format(role))
        connection.execute(
            sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}").format(role)
        )
    url = f"postgresql://reader%20{kept.id}:p@{database.rpartition('@')[2]}"
    try:
        with xw.FindingStore(url) as reader:
            assert reader.list() == (kept,)
            with pytest.raises(StoreError, match=r"no right to do so .* Ask for SELECT, INSERT"):
                reader.add(finding())
    finally:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP OWNED BY {}").format(role))
            connection.execute(sql.SQL("DROP ROLE {}").format(role))


def test_a_finding_that_cannot_be_read_hides_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "findings.sqlite"
    with xw.FindingStore(path) as store:
        whole, spoiled = store.add(finding()), store.add(finding())
    with sqlite3.connect(path) as connection:
        connection.execute(
            """UPDATE xwidget_findings
            SET record = json_set(record, '$.region', json('{"type": "cube"}'))
            WHERE finding_id = ?""",
            (spoiled.id,),
        )
    connection.close()
    with xw.FindingStore(path) as store:
        assert store.list() == (whole,)
        assert store.changes_since(0)[1] == (whole,)
        assert f"{spoiled.id}, version 1, cannot be read and is left out" in caplog.text
        with pytest.raises(ValueError, match="cube"):
            store.get(spoiled.id)


def test_a_database_that_is_not_there_is_said(server: str) -> None:
    with pytest.raises(StoreError, match='database "missing" does not exist'):
        xw.FindingStore(f"{server.rpartition('/')[0]}/missing")


@pytest.mark.parametrize(
    ("name", "value", "required"),
    [
        (postgres.REQUIRED, "required", True),
        ("CI", "1", True),
        ("CI", "true", True),
        ("CI", "", False),
    ],
)
def test_a_missing_server_fails_where_one_is_required_and_is_skipped_elsewhere(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, required: bool
) -> None:
    for each in (postgres.REQUIRED, "CI"):
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(name, value)
    monkeypatch.setattr(postgres, "programs", lambda: None)
    expected = pytest.fail.Exception if required else pytest.skip.Exception
    with pytest.raises(expected, match="apt-get install postgresql"):
        postgres.found()
