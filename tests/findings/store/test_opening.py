"""A store is opened, or it is said why not and what to do; nothing else is ever changed."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import xwidget as xw
from tests.findings.store.children import Tell, all_told
from tests.findings.store.test_versions import finding
from xwidget.findings.store.errors import MissingExtra, StoreError
from xwidget.findings.store.sql.tables import REVISION, metadata


def engine(place: str) -> sqlalchemy.Engine:
    if "://" in place:
        head, name = place.replace("postgresql:", "postgresql+psycopg:", 1).rsplit("/", 1)
        url = sqlalchemy.make_url(head).set(database=unquote(name))
        return sqlalchemy.create_engine(url)
    return sqlalchemy.create_engine(sqlalchemy.URL.create("sqlite", database=place))


@pytest.mark.parametrize(
    "name", ["findings.sqlite", "Prüfung 50% (猫).db", "a?b#c&d=e.sqlite", "'; DROP TABLE x; --"]
)
def test_a_file_of_any_name_is_made_and_found_again(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "Straße 100%25 x"
    folder.mkdir()
    with xw.FindingStore(folder / name, author="Ada") as store:
        kept = store.add(finding())
        assert store.name == name
        assert store.location == str(folder / name)
        assert store.durable
        assert not store.read_only
    with (
        xw.FindingStore(f"sqlite:///{folder / name}")
        if "?" not in name
        else xw.FindingStore(folder / name) as store
    ):
        assert store.list() == (kept,)
    assert [path.name for path in folder.iterdir()] == [name]


def test_what_is_kept_in_memory_is_not_durable() -> None:
    with xw.FindingStore(":memory:") as store:
        kept = store.put(finding(), 0, "act")
        assert not kept.durable
        assert not store.durable
        assert store.list() == (kept.finding,)


def test_the_author_is_the_login_name_unless_one_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "turing")
    assert xw.FindingStore(":memory:").author == "turing"
    assert xw.FindingStore(":memory:", author=" Ada\x00 ").author == "Ada"
    for wrong in ("", " ", "x" * 201, 5):
        with pytest.raises(ValueError, match="author"):
            xw.FindingStore(":memory:", author=wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="seconds above 0"):
        xw.FindingStore(":memory:", timeout=0)


def test_a_place_where_no_file_can_be_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"no folder .*missing\. Make the folder first"):
        xw.FindingStore(tmp_path / "missing" / "findings.sqlite")
    with pytest.raises(StoreError, match="is a folder; give the path of a file in it"):
        xw.FindingStore(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"format": "xwidget findings"}', "damaged or no SQLite database"),
        (b"SQLite format 3\x00" + bytes(range(256)) * 16, "damaged or no SQLite database"),
    ],
)
def test_a_file_of_something_else_is_left_as_it_is(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "findings.sqlite"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=said):
        xw.FindingStore(path)
    assert path.read_bytes() == content


def test_a_copy_without_a_write_ahead_log_gets_one(tmp_path: Path) -> None:
    path, copy = tmp_path / "findings.sqlite", tmp_path / "copy.sqlite"
    xw.FindingStore(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    connection.close()
    with xw.FindingStore(copy), sqlite3.connect(copy) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_database_of_another_program_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "photos.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE photos (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="a database of another program"):
        xw.FindingStore(path)
    assert path.read_bytes() == before


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    (tmp_path / "findings.sqlite").touch()
    with xw.FindingStore(tmp_path / "findings.sqlite") as store:
        assert store.add(finding()).version == 1


def test_the_migrations_make_the_tables_that_the_queries_use(place: str) -> None:
    xw.FindingStore(place).close()
    made = engine(place)
    with made.connect() as connection:
        options = {
            "version_table": REVISION,
            "include_object": lambda _, name, *rest: name.startswith("xwidget_"),
            "compare_type": True,
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
    made.dispose()


def test_a_store_of_a_newer_xwidget_is_refused_and_left_as_it_is(place: str) -> None:
    with xw.FindingStore(place) as store:
        kept = store.add(finding())
    made = engine(place)
    with made.begin() as connection:
        connection.execute(sqlalchemy.text(f"UPDATE {REVISION} SET version_num = 'ab12'"))
    with pytest.raises(StoreError, match="revision ab12, and this one knows up to 0001") as raised:
        xw.FindingStore(place)
    assert "pip install --upgrade xwidget" in str(raised.value)
    with made.begin() as connection:
        connection.execute(sqlalchemy.text(f"UPDATE {REVISION} SET version_num = '0001'"))
    made.dispose()
    with xw.FindingStore(place) as store:
        assert store.list() == (kept,)


def test_a_database_with_no_tables_yet_is_brought_up_to_date(place: str) -> None:
    made = engine(place)
    with made.begin() as connection:  # as one that stopped before the first revision leaves it
        connection.execute(
            sqlalchemy.text(f"CREATE TABLE {REVISION} (version_num VARCHAR(32) NOT NULL)")
        )
    made.dispose()
    with xw.FindingStore(place) as store:
        assert store.add(finding()).version == 1


def test_a_server_may_hold_other_tables(database: str) -> None:
    made = engine(database)
    with made.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE photos (name TEXT)"))
    with xw.FindingStore(database) as store:
        assert store.add(finding()).version == 1
        assert store.name.startswith("prüf ")
        assert "***" in store.location
    assert "photos" in sqlalchemy.inspect(made).get_table_names()
    made.dispose()


def test_a_server_that_is_not_there_is_said_without_the_password() -> None:
    with pytest.raises(StoreError, match="cannot be reached") as raised:
        xw.FindingStore("postgresql://me:geheim@127.0.0.1:1/lab", timeout=1)
    assert "geheim" not in str(raised.value)


def test_a_wrong_password_is_said_without_it(server: str) -> None:
    head, _, tail = server.rpartition("@")
    user = head.rpartition(":")[0]
    with pytest.raises(StoreError, match="password authentication failed") as raised:
        xw.FindingStore(f"{user}:geheim@{tail}")
    assert "geheim" not in str(raised.value)


def test_a_closed_store_says_so(store: xw.FindingStore) -> None:
    store.close()
    store.close()
    with pytest.raises(StoreError, match="is closed; open it again"):
        store.list()
    with pytest.raises(StoreError, match="is closed"):
        store.put(finding(), 0, "act")


def by_somebody(work: Callable[[Tell], None]) -> list[str]:
    """Do work in a process that is not root's, to which rights apply."""

    def without_rights(tell: Tell) -> None:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setresuid(65534, 65534, 65534)
        work(tell)

    (told,) = all_told(without_rights)
    return told


@pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
@pytest.mark.parametrize("folder_too", [True, False])
def test_a_read_only_file_is_read_and_says_so_when_it_is_written(folder_too: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a 50%.sqlite"
        with xw.FindingStore(path) as store:
            store.add(finding())
        path.chmod(0o444)
        Path(folder).chmod(0o555 if folder_too else 0o777)

        def work(tell: Tell) -> None:
            store = xw.FindingStore(path, author="Ada")
            tell(f"{store.read_only} {len(store.list())} {store.labels()}")
            try:
                store.edit(store.list()[0].id, label="logo")
            except StoreError as error:
                tell(str(error))

        said = by_somebody(work)
        Path(folder).chmod(0o755)
    assert said[0] == "True 1 ('watermark',)"
    assert "the file or its folder is read-only. Nothing was stored" in said[1]


@pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
def test_a_read_only_file_is_not_read_while_its_writer_has_it_for_itself() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "findings.sqlite"
        xw.FindingStore(path).close()
        writer = sqlite3.connect(path, isolation_level=None)
        writer.execute("PRAGMA journal_mode = DELETE")
        path.chmod(0o444)
        Path(folder).chmod(0o755)

        def work(tell: Tell) -> None:
            try:
                tell(str(xw.FindingStore(path, author="Ada", timeout=0.2).read_only))
            except StoreError as error:
                tell(str(error))

        free = by_somebody(work)
        writer.execute("BEGIN EXCLUSIVE")
        held = by_somebody(work)
        writer.close()
    assert free == ["True"]
    assert "is locked" in held[0]


@pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
def test_a_read_only_folder_is_said() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)

        def work(tell: Tell) -> None:
            try:
                xw.FindingStore(Path(folder) / "findings.sqlite")
            except StoreError as error:
                tell(str(error))

        (said,) = by_somebody(work)
        Path(folder).chmod(0o755)
    assert "cannot be made: its folder is read-only" in said


def test_without_the_libraries_the_command_that_installs_them_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [name for name in sys.modules if name.startswith("xwidget.findings.store.sql")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(MissingExtra, match=r'SQLAlchemy.*pip install "xwidget\[findings\]"'):
        xw.FindingStore(":memory:")
    with pytest.raises(ImportError, match=r'pip install "xwidget\[postgres\]"'):
        xw.FindingStore("postgresql://me@db.example.org/lab")


def test_threads_that_miss_the_libraries_together_are_told_the_same() -> None:
    code = """
import sys, threading, time
class Slow:
    def find_spec(self, name, *_):
        if name == "sqlalchemy":
            time.sleep(0.3)
            raise ModuleNotFoundError("none", name=name)
sys.meta_path.insert(0, Slow())
from xwidget.findings.store.store import FindingStore
def opened():
    try:
        FindingStore(":memory:")
    except ImportError as error:
        print(type(error).__name__)
threads = [threading.Thread(target=opened) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["MissingExtra"] * 4


def test_without_psycopg_the_command_that_installs_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r'psycopg.*pip install "xwidget\[postgres\]"'):
        xw.FindingStore("postgresql://me@db.example.org/lab")


def test_importing_xwidget_loads_no_database_library() -> None:
    code = """
import sys
import xwidget as xw
loaded = {name.partition(".")[0] for name in sys.modules}
print(sorted(loaded & {"sqlalchemy", "alembic", "psycopg", "sqlite3", "mako"}))
xw.FindingStore(":memory:")
print("sqlalchemy" in sys.modules, "psycopg" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "True False"]
