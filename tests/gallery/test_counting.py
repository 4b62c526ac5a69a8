"""Counts of findings: what a store has, what changes, and who is told."""

from dataclasses import replace

import pytest

from tests.findings.marks import SIDE, finding
from xwidget.findings.finding import Seen
from xwidget.findings.keeping import Listed
from xwidget.findings.memory import MemoryStore
from xwidget.findings.news import Change
from xwidget.findings.spot import Spot
from xwidget.findings.store.store import FindingStore
from xwidget.gallery.counting import Counting

FRAME = (SIDE, SIDE)


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    store.author = "ada"  # type: ignore[attr-defined]
    return store


@pytest.fixture
def told() -> list[int]:
    return []


@pytest.fixture
def counting(store: MemoryStore, told: list[int]) -> Counting:
    return Counting(store, lambda: told.append(1))


def digest(photo: int) -> str:
    return f"{photo:064x}"


def test_findings_are_counted_by_image_and_verdict(store, counting, told) -> None:
    for each in (finding(0), finding(0), finding(0, "core"), finding(1, "")):
        store.put(each, 0, each.id)
    assert counting.look()
    assert counting.of(Spot(digest(0), FRAME)) == [("spurious", 2), ("core", 1)]
    assert counting.of(Spot(digest(1), FRAME)) == [("", 1)]
    assert counting.of(Spot(digest(2), FRAME)) == []
    assert counting.of(Spot(digest(0), (9, 9))) == []  # of another network's input
    assert told == [1]


def test_findings_count_where_the_network_sees_the_same_part(counting) -> None:
    def of(matrix):
        return Seen(digest=digest(0), geometry={"matrix": matrix})

    squash, crop = [[2, 0, 0.5], [0, 1, 0]], [[1.0, 0, 7], [0, 1.0, 0]]
    counting.keeper.store.put(replace(finding(0), seen=of(squash)), 0, "1")
    counting.keeper.store.put(finding(0, "core"), 0, "2")  # of which nobody knows it
    counting.look()
    both, one = {"spurious": 1, "core": 1}, [("core", 1)]
    assert dict(counting.of(Spot.of(of(squash), FRAME))) == both
    assert dict(counting.of(Spot(digest(0), FRAME))) == both
    assert counting.of(Spot.of(of(crop), FRAME)) == one
    assert counting.of(Spot.of(of(None), FRAME)) == one


def test_what_others_do_in_the_store_is_seen_at_the_next_look(store, counting, told) -> None:
    counting.look()
    mark = finding(0)
    store.put(mark, 0, "1")
    counting.look()
    store.put(mark.edited(verdict="core"), 1, "2")
    counting.look()
    assert counting.of(Spot(digest(0), FRAME)) == [("core", 1)]
    store.put(mark.edited(deleted=True), 2, "3")
    counting.look()
    assert counting.of(Spot(digest(0), FRAME)) == []
    assert len(told) == 3
    counting.look()
    assert len(told) == 3


def test_a_change_in_an_inspector_counts_at_once_and_an_older_one_never(counting, told) -> None:
    mark = finding(0)
    counting.take(Change("added", mark))
    counting.take(Change("changed", mark.edited(verdict="core", version=3)))
    counting.take(Change("changed", mark.edited(verdict="unsure", version=2)))
    assert counting.of(Spot(digest(0), FRAME)) == [("core", 1)]
    counting.take(Change("measured", mark.edited(verdict="core", version=3)))
    assert len(told) == 2


@pytest.mark.parametrize("blind", [True, False])
def test_of_anothers_finding_ones_own_verdict_counts(tmp_path, told, blind) -> None:
    with FindingStore(tmp_path / "both.sqlite", author="bob", blind=blind) as store:
        counting = Counting(store, lambda: told.append(1))
        theirs, other = store.add(finding(0)), store.add(finding(1))
        store.judge(other.id, "unsure")
        counting.look()
        untold = "" if blind else "spurious"
        assert counting.of(Spot(digest(0), FRAME)) == [(untold, 1)]
        assert counting.of(Spot(digest(1), FRAME)) == [("unsure", 1)]
        store.edit(theirs.id, label="logo")
        counting.look()
        assert counting.of(Spot(digest(0), FRAME)) == [(untold, 1)]
        store.judge(theirs.id, "core")
        counting.look()
        assert counting.of(Spot(digest(0), FRAME)) == [("core", 1)]
        counting.close()


def test_no_finding_is_read_whole_to_be_counted(store, counting, monkeypatch) -> None:
    monkeypatch.setattr(MemoryStore, "list", None)
    monkeypatch.setattr(MemoryStore, "listed", lambda self: (Listed.of(finding(0)),))
    counting.look()
    assert counting.of(Spot(digest(0), FRAME)) == [("spurious", 1)]


def test_nobody_is_told_after_the_end(store, counting, told) -> None:
    store.put(finding(0), 0, "1")
    counting.close()
    assert not counting.look()
    assert told == []
