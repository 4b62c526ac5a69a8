"""Several programs and threads write into one store: nothing fails and nothing is lost."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

import xwidget as xw
from tests.findings.store.children import Tell, all_told, start
from tests.findings.store.test_versions import EFFECT, finding
from xwidget.findings.finding import Finding
from xwidget.findings.store.errors import StoreError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks")
TIMES = 300


def test_two_programs_read_and_write_600_times_and_nothing_is_lost(place: str) -> None:
    with xw.FindingStore(place) as store:
        shared = store.add(finding(reason="0"))

    def work(tell: Tell) -> None:
        store = xw.FindingStore(place)
        for _ in range(TIMES):
            while True:
                newest = store.get(shared.id)
                changed = newest.edited(reason=str(int(newest.reason) + 1))
                if store.put(changed, newest.version, str(uuid.uuid4())).clash is None:
                    break
            tell("done")

    assert all_told(work, work) == [["done"] * TIMES] * 2
    with xw.FindingStore(place) as store:
        assert store.get(shared.id).reason == str(2 * TIMES)
        assert [each.reason for each in store.history(shared.id)] == [
            str(k) for k in range(2 * TIMES + 1)
        ]


def test_two_programs_add_findings_and_each_is_told_once(place: str) -> None:
    xw.FindingStore(place).close()

    def work(tell: Tell) -> None:
        with xw.FindingStore(place) as store:
            for _ in range(60):
                tell(store.add(finding()).id)

    def watch(tell: Tell) -> None:
        with xw.FindingStore(place) as store:
            seq, count, end = 0, 0, time.monotonic() + 30
            while count < 120 and time.monotonic() < end:
                seq, found = store.changes_since(seq)
                count += len(found)
                for each in found:
                    tell(each.id)

    one, other, seen = all_told(work, work, watch)
    assert len(one) == len(other) == 60
    assert sorted(seen) == sorted(one + other)


def test_two_programs_send_the_same_acts_and_one_of_each_is_kept(place: str) -> None:
    xw.FindingStore(place).close()
    sent = [(finding(), str(uuid.uuid4())) for _ in range(40)]

    def work(tell: Tell) -> None:
        with xw.FindingStore(place, author="Ada") as store:
            for each, act in sent:
                kept = store.put(each, 0, act)
                tell(f"{kept.finding.id} {kept.finding.version} {kept.clash}")

    expected = [f"{each.id} 1 None" for each, _ in sent]
    assert all_told(work, work) == [expected, expected]
    with xw.FindingStore(place) as store:
        assert len(store.list()) == len(sent)
        assert {len(store.history(each.id)) for each, _ in sent} == {1}


def test_two_programs_review_with_the_same_acts(store: xw.FindingStore, place: str) -> None:
    found = store.add(finding())
    given = store.judge(found.id, "core", by="Grace")

    def work(tell: Tell) -> None:
        with xw.FindingStore(place) as store:
            for k in range(20):
                tell(store.review(replace(given, id=str(uuid.uuid4())), f"act {k}").id)

    one, other = all_told(work, work)
    assert one == other
    assert len(set(one)) == 20


def test_programs_that_open_a_new_store_at_the_same_time_all_can(place: str) -> None:
    def work(tell: Tell) -> None:
        with xw.FindingStore(place) as store:
            tell(store.add(finding()).id)

    told = [line for lines in all_told(*[work] * 5) for line in lines]
    assert not [line for line in told if line.startswith("failed")]
    with xw.FindingStore(place) as store:
        assert {each.id for each in store.list()} == set(told)
        assert len(told) == 5


def test_a_program_that_opens_a_file_again_keeps_its_locks(tmp_path: Path) -> None:
    path = tmp_path / "findings.sqlite"
    # Not a fork: it would have the notes of this one's locks.
    count = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); "
        "print(*c.execute('SELECT count(*) FROM xwidget_findings').fetchone()); c.close()"
    )

    def counted() -> int:
        return int(subprocess.check_output([sys.executable, "-c", count, path]))

    with xw.FindingStore(path) as store:
        store.add(finding())
        with xw.FindingStore(path):
            assert counted() == 1  # the last program to close the file removes its log
            store.add(finding())
            assert counted() == 2


@pytest.mark.parametrize("where", ["file", "database", ":memory:"])
def test_threads_share_a_store(where: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    places = {"file": lambda: tmp_path / "a.sqlite", ":memory:": lambda: where}
    place = places.get(where, lambda: request.getfixturevalue(where))()
    with xw.FindingStore(place) as store:
        shared = store.add(finding(reason="0"))

        def work(k: int) -> Finding:
            added = store.add(finding())
            store.edit(added.id, label=f"label {k}")
            store.record_effect(added.id, 1, EFFECT)
            while True:
                newest = store.get(shared.id)
                changed = newest.edited(reason=str(int(newest.reason) + 1))
                if store.put(changed, newest.version, str(uuid.uuid4())).clash is None:
                    return added

        with ThreadPoolExecutor(8) as pool:
            added = list(pool.map(work, range(80)))
        assert store.get(shared.id).reason == "80"
        assert {each.id for each in store.list()} == {shared.id, *(each.id for each in added)}
        assert {store.get(each.id).effect for each in added} == {EFFECT}


def test_a_forked_process_goes_on_with_the_store_of_its_parent(place: str) -> None:
    with xw.FindingStore(place) as store:
        first = store.add(finding())

        def work(tell: Tell) -> None:
            tell(str(store.edit(first.id, label="logo").version))
            tell(str(len(store.list())))

        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(lambda: [store.add(finding()) for _ in range(100)])
            told = all_told(*[work] * 5)  # forked while the parent writes
            added = writing.result()
        assert sorted(version for version, _ in told) == ["2", "3", "4", "5", "6"]
        assert store.get(first.id).label == "logo"
        assert len(store.list()) == 1 + len(added)


def test_a_program_that_holds_the_file_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "findings.sqlite"
    with xw.FindingStore(path) as store:
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        ended = threading.Timer(0.5, lambda: other.execute("COMMIT"))
        ended.start()
        assert store.list() == ()  # who reads does not wait
        assert ended.is_alive()
        assert store.add(finding()).version == 1
        ended.join()
        other.close()


def test_a_program_that_holds_the_database_too_long_is_named_and_nothing_is_lost(
    place: str,
) -> None:
    holding, done = os.pipe()

    def hold(tell: Tell) -> None:
        def wait(connection: object) -> None:
            from xwidget.findings.store.sql import counter

            counter.locked(connection)  # type: ignore[arg-type]
            tell("locked")
            os.read(holding, 1)

        other = xw.FindingStore(place)
        other._database.words._transactions.write(wait)

    with xw.FindingStore(place, timeout=0.3) as store:
        child = start(hold)
        assert os.read(child.lines, 100) == b"locked\n"
        mine, act = finding(), str(uuid.uuid4())
        with pytest.raises(StoreError, match=r"is locked: another program .* 0\.3 s.*try again"):
            store.put(mine, 0, act)
        os.write(done, b"x")
        assert child.told() == []
        assert store.put(mine, 0, act).clash is None
        assert store.list() == (replace(mine, author=store.author),)
    os.close(holding)
    os.close(done)


def test_a_server_that_breaks_off_is_asked_again(database: str) -> None:
    import psycopg

    with xw.FindingStore(database) as store:
        first = store.add(finding())
        with psycopg.connect(database, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert store.edit(first.id, label="logo").version == 2


def test_a_killed_program_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "findings.sqlite"
    xw.FindingStore(path).close()
    chance = random.Random(20261126)
    large = "so it was. " * 800

    def work(tell: Tell) -> None:
        with xw.FindingStore(path, author="Ada") as store:
            while True:
                added = store.add(finding(reason=large))
                tell(f"{added.id} 1")
                tell(f"{added.id} {store.edit(added.id, label='logo').version}")

    told: list[str] = []
    for _ in range(100):
        child = start(work)
        child.wait_for(chance.randrange(5))
        time.sleep(chance.uniform(0, 0.02))
        os.kill(child.process, signal.SIGKILL)
        told += child.told()
    assert not [line for line in told if line.startswith("failed")]
    assert len(told) > 100
    with xw.FindingStore(path) as store:
        kept = {
            f"{version.id} {version.version}": version
            for each in store.list()
            for version in store.history(each.id)
        }
        assert set(told) <= set(kept)
        # Of each killed program, at most the act that was not acknowledged is there beyond that.
        assert len(kept) - len(told) <= 100
        assert {each.reason for each in kept.values()} == {large}
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
