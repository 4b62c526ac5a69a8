"""What a Browser lists: conditions, orders, what can be chosen, and rows that a page asks for."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import xwidget as xw
from tests.batch.store.made import CLASSES, make_store
from tests.browsing.conftest import ROWS
from tests.inspector.fakes import until
from xwidget.browser import Browser
from xwidget.browser.contract import ALL
from xwidget.browser.desk import Desk
from xwidget.browser.entries import entries
from xwidget.browser.scatter import POINT

Browse = Callable[..., Browser]


def page(browser: Browser, **traits: Any) -> None:
    """Set traits as a page does, and wait for what follows."""
    browser._wall.set_state(traits)
    until(lambda: browser._reading._thread is None)


def choose(browser: Browser, **parts: Any) -> None:
    page(browser, chosen={**browser._wall.chosen, **parts})


def test_presets_list_the_rows_that_they_name_and_count_them_before(
    many: Path, browse: Browse
) -> None:
    b = browse(many)
    rows = xw.ExplanationStore(many).table().to_pylist()
    meant = {
        "confident": lambda r: (
            not r["error"] and r["prediction_score"] >= 0.9 and r["prediction"] != r["label_index"]
        ),
        "failed": lambda r: bool(r["failed"]),
        "border": lambda r: not r["error"] and r["border"] > 0.6,
        "witness": lambda r: "witness" in (r["failed"] or ()),
        "errors": lambda r: r["error"] != "",
    }
    for preset in b._wall._facets["presets"]:
        wanted = [row["id"] for row in rows if meant[preset["name"]](row)]
        assert 0 < len(wanted) == preset["count"] < ROWS
        choose(b, preset=preset["name"])
        assert b.ids == wanted
        assert xw.ExplanationStore(many).select(b.filter) == wanted


def test_clusters_of_another_store_are_refused(many: Path, few: Path, browse: Browse) -> None:
    clusters = xw.cluster(few, by="mask", k=2)
    with pytest.raises(ValueError, match=r"are of the store .*, and the Browser shows"):
        browse(many, clusters=clusters)
    with pytest.raises(TypeError, match="clusters is a int"):
        browse(many, clusters=3)


def test_all_that_is_chosen_holds_together_and_each_count_is_of_the_others(
    many: Path, browse: Browse
) -> None:
    b = browse(many)
    carton = CLASSES.index("carton")
    choose(b, target=carton, where="shown < 0.9 OR true -- all of them")
    before = dict(b._wall._facets["verdicts"])
    choose(b, verdict="doubtful")
    assert 0 < len(b.ids) == before["doubtful"]
    rows = xw.ExplanationStore(many).table(["target_name", "verdict"], b.filter).to_pylist()
    assert {(r["target_name"], r["verdict"]) for r in rows} == {("carton", "doubtful")}
    assert dict(b._wall._facets["verdicts"]) == before
    counts = {index: count for index, _, count in b._wall._facets["targets"]}
    choose(b, target=0)
    assert len(b.ids) == counts[0] > 0


def test_what_the_database_does_not_understand_is_said_and_changes_nothing(
    many: Path, browse: Browse
) -> None:
    b = browse(many)
    b.filter = "border > 0.3"
    ids = b.ids
    choose(b, where="bordr > 0.5")
    assert "bordr" in b._wall._problem
    assert "did you mean" in b._wall._problem.lower() or "border" in b._wall._problem
    assert (b.ids, b.filter) == (ids, "border > 0.3")
    choose(b, where="border > 0.3")
    assert b._wall._problem == ""
    for trait in ("filter", "order"):
        before = getattr(b, trait)
        with pytest.raises(ValueError, match="no_such"):
            setattr(b, trait, "no_such > 0")
        assert getattr(b, trait) == before
    assert b.ids == ids


def test_a_row_that_cannot_be_read_says_why_and_the_others_are_there(
    many: Path, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    b = browse(many)
    b.filter = "border > 0.3"
    sent: list[Any] = []
    monkeypatch.setattr(type(b._wall), "send", lambda _, *message: sent.append(message))
    wish = {"listing": b._listing.number, "first": 0, "count": 9, "show": "image"}
    values = xw.ExplanationStore.values

    def fails(store: Any, ids: list[str], column: str) -> list[Any]:
        if b.ids[4] in ids:
            raise OSError("a block is damaged")
        return values(store, ids, column)

    page(b, _wanted=wish | {"beat": 1})
    with monkeypatch.context() as away:
        away.setattr(xw.ExplanationStore, "values", fails)
        page(b, _wanted=wish | {"beat": 2})
    (before, whole), (told, data) = (message for message in sent)
    assert b._wall._problem == ""  # the condition is in force
    bad = told["entries"].pop(4)
    good = before["entries"].pop(4)
    assert (bad["row"], bad["name"], bad["bytes"]) == (good["row"], good["name"], 0)
    assert bad["error"] == "the row cannot be read: a block is damaged"
    assert told["entries"] == before["entries"]
    assert len(data[0]) == len(whole[0]) - good["bytes"]


def test_a_name_that_is_no_column_may_be_a_text_or_the_maps(many: Path, browse: Browse) -> None:
    b = browse(many)
    choose(b, where="label = carton")
    first, *_, last = b._wall._problem.splitlines()
    assert first == 'column "carton" not found.'
    assert last == "A text stands in single quotes: 'carton'."
    choose(b, where="cluster = 1")
    assert "by its button" in b._wall._problem
    choose(b, where="mask > 3")
    assert b._wall._problem.startswith('conditions do not read the large column "mask"')
    choose(b, where="score > 2")
    choose(b, where="scor > 0")
    assert b._wall._problem.splitlines()[-1] == "Still in force: score > 2"
    assert b.ids == []


def test_a_store_without_a_witness_says_so_in_place_of_none(
    many: Path, few: Path, browse: Browse
) -> None:
    for path, note in ((many, ""), (few, "no witness was asked")):
        notes = {each["name"]: each["note"] for each in browse(path)._wall._facets["presets"]}
        assert notes.pop("witness") == note
        assert set(notes.values()) == {""}


def test_the_true_class_is_told_where_it_is_not_the_target(many: Path, browse: Browse) -> None:
    b = browse(many)
    store = xw.ExplanationStore(many)
    numbers = {id: k for k, id in enumerate(b.ids[:100])}
    told, _ = entries(store, numbers, "image", b._counting)
    rows = [store.row(id) for id in numbers]
    others = [row["label"] if row["target"] != row["label_index"] else "" for row in rows]
    assert [each["other"] for each in told] == others
    assert 0 < others.count("") < len(others)


def test_what_a_person_sets_is_looked_at_while_another_thread_sets_traits(
    many: Path, browse: Browse
) -> None:
    b = browse(many)
    begun, end = threading.Event(), threading.Event()

    def choosing() -> None:
        with b._lock, b._by_us():
            begun.set()
            end.wait(30)

    thread = threading.Thread(target=choosing)
    thread.start()
    assert begun.wait(30)
    try:
        with pytest.raises(ValueError, match="no_such"):
            b.filter = "no_such > 0"
    finally:
        end.set()
        thread.join()
    assert b.filter == ""


def test_the_order_is_one_of_the_table_or_a_persons_own(many: Path, browse: Browse) -> None:
    b = browse(many)
    scores = dict(zip(b.ids, xw.ExplanationStore(many).values(b.ids, "score"), strict=True))
    page(b, order="weak")
    found = [scores[id] for id in b.ids]
    assert found[: -ROWS // 40] == sorted(found[: -ROWS // 40])
    assert found[-ROWS // 40 :] == [None] * (ROWS // 40)  # what has no score comes last
    assert b.order == "score NULLS LAST"
    b.order = "score DESC NULLS LAST"
    assert b._wall.order == "strong"
    b.order = "green DESC"
    assert b._wall.order == "own"
    before = b.ids
    choose(b, verdict="holds")
    assert [id for id in before if id in set(b.ids)] == b.ids


def test_a_page_gets_the_rows_of_its_listing_with_their_pictures_in_one_buffer(
    many: Path, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    b = browse(many)
    b.order = "image"
    sent: list[Any] = []
    monkeypatch.setattr(type(b._wall), "send", lambda _, *message: sent.append(message))
    wish = {"listing": b._listing.number, "first": 30, "count": 200, "show": "image", "beat": 1}
    page(b, _wanted=wish)
    ((told, (data,)),) = sent
    ids = b.ids[30:230]
    photos = [photo or b"" for photo in xw.ExplanationStore(many).values(ids, "photo")]
    assert data == b"".join(photos)
    assert [each["bytes"] for each in told["entries"]] == [len(photo) for photo in photos]
    assert [b._known.ids[each["row"]] for each in told["entries"]] == ids
    failed = [each for each in told["entries"] if each["error"]]
    assert failed
    assert all(each["target"] == "" and each["score"] is None for each in failed)
    b.filter = "border > 0.1"
    page(b, _wanted=wish | {"beat": 2})
    assert len(sent) == 1  # of a listing that is over


@pytest.mark.parametrize(
    "traits",
    [
        {"_wanted": {"listing": 1, "first": 0, "count": 100_000, "show": "image", "beat": 1}},
        {"_wanted": {"listing": 1, "first": 0, "count": 9, "show": "secret", "beat": 1}},
        {"chosen": {**ALL, "target": "0 OR 1"}},
        {"chosen": {**ALL, "verdict": "' OR '"}},
        {"chosen": {**ALL, "lasso": [[0.5, 2.0]]}},
        {"chosen": {**ALL, "lasso": [[0.5, 0.5]] * 257}},
        {"order": "random()"},
        {"opened": ROWS},
        {"_esm": "alert(1)"},
        {"_count": 0},
    ],
)
def test_what_a_page_may_not_set_is_refused(
    many: Path, browse: Browse, traits: dict[str, Any]
) -> None:
    b = browse(many)
    (name,) = traits
    before = getattr(b._wall, name)
    page(b, **traits)
    assert getattr(b._wall, name) == before
    assert len(b.ids) == ROWS


def add(folder: Path, rows: int, seed: int) -> None:
    """Write other rows into a store, as a run does."""
    other = make_store(folder.with_name(f"{folder.name} {seed}"), rows, side=8, seed=seed)
    for file in other.glob("*.parquet"):
        file.rename(folder / file.name)


def test_rows_that_are_added_take_numbers_of_their_own(tmp_path: Path, browse: Browse) -> None:
    make_store(tmp_path, 100, side=8)
    b = browse(tmp_path)
    before = {id: b._known.number[id] for id in b.ids}
    add(tmp_path, 300, seed=1)
    page(b, _refresh=1)
    assert b._wall._total == len(b.ids) > 250
    assert {id: b._known.number[id] for id in before} == before
    assert sorted(b._listing.rows.tolist()) == list(range(len(b.ids)))
    np.testing.assert_array_equal(b._known.numbers(b.ids), b._listing.rows)
    come, listing = len(b.ids) - 100, b._wall._listing
    assert b._wall._refreshed == {"asked": 1, "listing": listing, "words": f"{come} rows came"}
    page(b, _refresh=2)
    assert b._wall._refreshed == {"asked": 2, "listing": listing, "words": "nothing new"}
    assert b._wall._listing == listing  # the page keeps the rows that it has
    xw.cluster(tmp_path, by="mask", k=2).save()
    page(b, _refresh=3)
    assert b._wall._refreshed["words"] == "new clusters"


def test_rows_that_are_gone_are_not_counted(tmp_path: Path, browse: Browse) -> None:
    make_store(tmp_path, 40, side=8)
    add(tmp_path, 1060, seed=1)
    b = browse(tmp_path)
    last = max(tmp_path.glob("*.parquet"), key=lambda file: file.stat().st_mtime_ns)
    ids = b.ids
    last.unlink()
    b.refresh()
    left = xw.ExplanationStore(tmp_path).ids
    assert b.ids == left
    assert len(left) < len(ids)
    assert repr(b).endswith(f": {len(left):,} rows>".replace(",", ""))
    assert b._wall._total == len(left)
    assert b._wall._refreshed["words"] == f"{len(ids) - len(left):,} rows gone"


def test_rows_may_come_while_a_question_is_answered(
    tmp_path: Path, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_store(tmp_path, 100, side=8)
    b = browse(tmp_path)
    asked, go_on = threading.Event(), threading.Event()
    select = xw.ExplanationStore.select

    def slow(store: Any, *args: Any, **kwargs: Any) -> list[str]:
        found = select(store, *args, **kwargs)
        asked.set()
        assert go_on.wait(30)
        return found

    monkeypatch.setattr(xw.ExplanationStore, "select", slow)
    b._wall.set_state({"chosen": {**ALL, "preset": "border", "where": "shown < 0.9"}})
    assert asked.wait(30)
    add(tmp_path, 300, seed=1)
    b.refresh()
    go_on.set()
    until(lambda: b._reading._thread is None)
    assert b._wall._problem == ""
    assert b.ids == select(xw.ExplanationStore(tmp_path), b.filter)


def test_a_task_that_ends_its_thread_does_not_end_the_desk() -> None:
    desk, done = Desk("a desk"), threading.Event()
    desk.do("one", lambda: sys.exit(1))
    until(lambda: desk._thread is None)
    desk.do("two", done.set)
    assert done.wait(30)
    until(lambda: desk._thread is None)


class Drawn:
    """Clusters of the explained rows of a store: each class is one, on a line of its own."""

    def __init__(self, store: xw.ExplanationStore) -> None:
        self.ids = [*store.select("error = ''")[::-1], "no such row/1"]
        targets = [*store.values(self.ids[:-1], "target"), 0]
        self.labels = np.array(targets, np.int32)
        along = np.linspace(0, 1, len(targets), dtype=np.float32)
        self.xy = np.stack([along, (self.labels + 0.5) / len(CLASSES)], 1).astype(np.float32)


def test_the_map_lists_a_cluster_or_what_a_lasso_is_around(
    many: Path, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = xw.ExplanationStore(many)
    drawn = Drawn(store)
    b = browse(many, clusters=drawn)
    sent: list[Any] = []
    monkeypatch.setattr(type(b._wall), "send", lambda _, *message: sent.append(message))
    page(b, _mapping=1)
    assert [told["type"] for told, _ in sent] == ["map", "listed"]
    points = np.frombuffer(sent[0][1][0], POINT)
    assert [b._known.ids[row] for row in points["row"]] == drawn.ids[:-1]
    np.testing.assert_allclose(points["x"] / 65535, drawn.xy[:-1, 0], atol=1e-4)

    choose(b, cluster=3)
    assert b.ids == store.select("target = 3")
    assert b.filter == ""  # no condition in SQL says it
    bits = np.unpackbits(np.frombuffer(sent[-1][1][0], np.uint8), bitorder="little")
    assert set(np.flatnonzero(bits)) == set(np.flatnonzero(drawn.labels[:-1] == 3))

    # A triangle: the right half of the upper two lines, and a little of the third.
    lasso = [[1.0, 0.0], [1.0, 0.3], [0.5, 0.0]]
    choose(b, cluster=-1, lasso=lasso, verdict="holds")
    x, y = drawn.xy[:-1].T
    inside = {id for id, there in zip(drawn.ids, y < 0.6 * (x - 0.5), strict=False) if there}
    assert 0 < len(b.ids) < 60
    assert b.ids == [id for id in store.select("verdict = 'holds'") if id in inside]
    counts = dict(b._wall._facets["verdicts"])
    assert sum(counts.values()) == len(inside)
    b.show_all()
    assert b.ids == store.ids
    assert (b._wall.chosen, b.filter) == (ALL, "")
    choose(b, lasso=lasso)
    b.filter = "border > 0.2"
    assert b.ids == store.select("border > 0.2")
    assert b._wall.chosen["lasso"] == []
