"""A store gives back what was put into it, whichever way its files are read."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import xwidget as xw
from tests.batch.store.made import make_store
from xwidget.batch.store import queries
from xwidget.batch.store.index import Index, Part
from xwidget.batch.store.schema import NAMES


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store of two files."""
    return make_store(tmp_path_factory.mktemp("made") / "results", 1100, side=24)


def test_it_is_read_by_pandas_duckdb_and_polars_without_us(made: Path) -> None:
    store = xw.ExplanationStore(made)
    frame = pd.read_parquet(made).sort_values("index").set_index("id")
    assert list(frame.index) == store.ids
    asked = duckdb.sql(f"SELECT id, mask FROM '{made}/*.parquet' WHERE target_name = 'carton'")
    table = pl.read_parquet(f"{made}/*.parquet")
    carton = table.filter(pl.col("target_name") == "carton")
    assert len(carton) == len(asked) > 50
    id, mask = asked.limit(1).fetchall()[0]
    ours = store.mask(id)
    for data in (mask, frame.loc[id, "mask"], table.filter(pl.col("id") == id)["mask"][0]):
        levels = np.frombuffer(data, np.uint8).reshape(3, 24, 24)
        np.testing.assert_array_equal(levels.astype(np.float32) / np.float32(255), ours)


def test_rows_come_in_the_order_of_the_images_whatever_is_asked(made: Path) -> None:
    store = xw.ExplanationStore(made)
    assert len(store) == 1100 == len(store.images)
    assert store.select() == store.ids == store.table(["id"]).column(0).to_pylist()
    sure = store.select("prediction_score > 0.9")
    assert 100 < len(sure) < 300
    assert store.table(["id"], "prediction_score > 0.9").column(0).to_pylist() == sure
    scores = store.values(store.select("score IS NOT NULL", "score DESC"), "score")
    assert scores == sorted(scores, reverse=True)
    back = sure[::-7]
    assert store.values(back, "id") == back
    for id in back[:9]:
        assert store.row(id)["mask"] == store.values([id], "mask")[0]


def test_columns_may_have_more_than_2_gb(made: Path) -> None:
    # From 14,270 masks of 224 by 224 on, Arrow's plain types overflow as rows are put in order.
    store = xw.ExplanationStore(made)
    for filter in ("", "verdict = 'holds'", "1 = 2"):
        table = store.table(["mask", "checks", "id"], filter)
        assert [str(kind) for kind in table.schema.types] == [
            "large_binary", "large_string", "string",
        ]  # fmt: skip


def test_everything_can_be_asked_in_sql_and_nothing_but_the_store(made: Path) -> None:
    store = xw.ExplanationStore(made)
    count = store.query("SELECT verdict, count(*) AS n FROM rows GROUP BY verdict").to_pylist()
    assert {row["verdict"] for row in count} == {"holds", "doubtful", "no evidence", None}
    sizes = store.query(
        "SELECT min(octet_length(mask)), max(octet_length(mask)) FROM everything"
    ).to_pylist()
    assert set(sizes[0].values()) == {3 * 24 * 24}
    for sql, words in (
        ("SELECT 1; SELECT 2", "2 statements"),
        ("COPY rows TO '/tmp/x.csv'", "expected a SELECT"),
        ("SELECT nothing FROM rows", "nothing"),
    ):
        with pytest.raises(ValueError, match=words):
            store.query(sql)
    endless = "SELECT count(*) FROM range(100000000000) AS a WHERE a.range % 7 = 3"
    with pytest.raises(ValueError, match=r"took longer than 0\.2 s"):
        store.query(endless, seconds=0.2)
    assert store.select("1 = 2", seconds=10) == []
    for seconds in (1e-6, 1e-5, 1e-4, 3e-4, 1e-3):  # wherever it is broken off
        with suppress(ValueError):
            store.query("SELECT count(*) FROM rows AS a, rows AS b", seconds=seconds)


def test_a_step_that_is_not_broken_off_is_late_all_the_same(made: Path) -> None:
    store = xw.ExplanationStore(made)
    with pytest.raises(ValueError, match=r"took longer than 0\.01 s"):
        store.select("len(range(3000000)) > 0 AND index >= 0 AND index < 5", seconds=0.01)


def test_no_question_reads_another_file_and_none_writes(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "outside.txt").write_text("a secret")
    inside = made / ".hidden.txt"
    inside.write_text("a secret")
    frame = pd.DataFrame({"a": ["a secret"]})  # noqa: F841 - which DuckDB would find by its name
    store = xw.ExplanationStore(made)
    for sql in (
        f"SELECT content FROM read_text('{tmp_path}/outside.txt')",
        f"SELECT content FROM read_text('{inside}')",
        f"SELECT file FROM glob('{made}/.*')",
        "SELECT a FROM frame",
    ):
        with pytest.raises(ValueError, match="cannot be answered") as raised:
            store.query(sql)
        assert "a secret" not in str(raised.value)
    inside.unlink()
    monkeypatch.setattr(queries, "MEMORY", 10**8)
    store = xw.ExplanationStore(made)
    with pytest.raises(ValueError, match="cannot be answered: Out of Memory"):
        store.query("SELECT repeat('x', 999) || range AS a FROM range(999999) ORDER BY a")
    with pytest.raises(ValueError, match=r"the answer is larger than 0\.1 GB"):
        store.query("SELECT repeat('x', 999) || range AS a FROM range(999999)")
    assert {path.name for path in tmp_path.iterdir()} == {"outside.txt"}


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("verdict =", "is not one expression in SQL: syntax error"),
        ("1=1) OR (1=1", "is not one expression in SQL: syntax error"),
        ("1); DROP TABLE rows; SELECT (1", "is not one expression in SQL"),
        ("1=1; SELECT 2", "is not one expression in SQL"),
        ("1=1 LIMIT 3", "is not one expression in SQL"),
        ("1=1 UNION SELECT 'x'", "is not one expression in SQL"),
        ("1=1 /* and so on", "is not one expression in SQL"),
        ("id IN (SELECT content FROM read_text('x'))", r"reads from read_text\(\); expected"),
        ("(" * 99999, "more than 100 brackets in each other"),
        ("NOT " * 600 + "true", "is not one expression in SQL: it has too many parts"),
    ],
)
def test_a_condition_is_one_expression_about_the_rows(made: Path, where: str, words: str) -> None:
    store = xw.ExplanationStore(made)
    for ask in (store.select, lambda text: xw.cluster(store, where=text)):
        with pytest.raises(ValueError, match=words):
            ask(where)


def test_a_condition_may_ask_about_all_rows_and_end_in_a_comment(made: Path) -> None:
    store = xw.ExplanationStore(made)
    some = "target IN (SELECT target FROM rows GROUP BY target HAVING count(*) > 130) -- the many"
    assert 0 < len(store.select(some)) < len(store)
    unnested = "EXISTS (SELECT 1 FROM unnest(failed) AS f(name) WHERE name = 'witness')"
    assert store.select(unnested) == store.select("list_contains(failed, 'witness')")


def test_waiting_for_another_question_counts_as_time(made: Path) -> None:
    store = xw.ExplanationStore(made)
    store.select("true")
    assert store._queries is not None
    with store._queries._turn, pytest.raises(ValueError, match=r"took longer than 0\.2 s"):
        store.select("true", seconds=0.2)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda store: store.mask("none/1"), "there is no row 'none/1'.*such as"),
        (lambda store: store.row("none/1"), "there is no row"),
        (lambda store: store.explanation("none"), "there is no row 'none'"),
        (lambda store: store.table(["verdicts"]), "no column 'verdicts'; there are id, image"),
        (lambda store: store.values(store.ids[:1], "m"), "no column 'm'"),
        (lambda store: store.mask(store.select("error <> ''")[0]), "could not be explained: the"),
        (lambda store: store.explanation(store.select("error <> ''")[0]), "could not be explained"),
    ],
)
def test_what_is_not_there_is_said(made: Path, ask: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ask(xw.ExplanationStore(made))


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no folder"):
        xw.ExplanationStore(tmp_path / "none")
    with pytest.raises(ValueError, match="holds no explanation store"):
        xw.ExplanationStore(tmp_path)
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "other.parquet")
    with pytest.raises(ValueError, match="not one of an explanation store"):
        xw.ExplanationStore(tmp_path)
    (tmp_path / "other.parquet").write_bytes(b"PAR1")
    with pytest.raises(ValueError, match="damaged"):
        xw.ExplanationStore(tmp_path)


def _about(made: Path) -> bytes:
    return bytes(pq.read_metadata(next(made.glob("*.parquet"))).metadata[b"xwidget"])


@pytest.mark.parametrize(
    ("key", "replaces"),
    [(b"hello", b"[]"), (b"\xff\xfe", b"[]"), (b"[1]", b"[]"), (b"{}", b"[]"),
     (None, b"[]"), (None, b"5"), (None, b"x")],
)  # fmt: skip
def test_a_foreign_file_among_those_of_a_store_is_named_and_to_be_taken_out(
    made: Path, tmp_path: Path, key: bytes | None, replaces: bytes
) -> None:
    told = {b"xwidget": key or _about(made), b"xwidget.replaces": replaces}
    table = xw.ExplanationStore(made).table(NAMES) if replaces != b"[]" else pa.table({"id": ["a"]})
    pq.write_table(table.replace_schema_metadata(told), tmp_path / "foreign.parquet")
    with pytest.raises(ValueError, match=r"foreign\.parquet' is a Parquet.*take it out of"):
        xw.ExplanationStore(tmp_path)


def test_a_file_that_is_damaged_after_the_store_was_opened_is_named(tmp_path: Path) -> None:
    store = xw.ExplanationStore(make_store(tmp_path, 9, side=8))
    (path,) = tmp_path.glob("*.parquet")
    path.write_bytes(path.read_bytes()[:40])
    for ask in (
        lambda: store.select("score > 0"),
        lambda: store.mask(store.ids[0]),
        lambda: store.row(store.ids[0]),
        lambda: store.table(),
        lambda: xw.ExplanationStore(tmp_path),
    ):
        with pytest.raises(ValueError, match=rf"{path.name}.*damaged.*take it out of the folder"):
            ask()


@pytest.mark.parametrize("column", ["id", "mask", "thumbnail"])
def test_a_bit_that_has_flipped_on_the_disk_is_noticed(tmp_path: Path, column: str) -> None:
    folder = make_store(tmp_path / "one", 9, side=8)
    (path,) = folder.glob("*.parquet")
    chunks = pq.read_metadata(path).row_group(0)
    chunk = next(
        found
        for found in map(chunks.column, range(chunks.num_columns))
        if found.path_in_schema == column
    )
    data = bytearray(path.read_bytes())
    start = chunk.dictionary_page_offset or chunk.data_page_offset
    data[start + chunk.total_compressed_size - 3] ^= 1
    path.write_bytes(data)
    with pytest.raises(ValueError, match=rf"{path.name}.*damaged.*CRC"):
        xw.ExplanationStore(folder).table([column])


def test_the_guide_s_questions_are_answered(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guide = (Path(__file__).parents[3] / "docs/guide/many_images.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    (inside,) = [block for block in blocks if "store.select(" in block]
    (without,) = [block for block in blocks if "pandas.read_parquet" in block]
    monkeypatch.chdir(made.parent)
    store = xw.ExplanationStore(made)
    names: dict[str, Any] = {"xw": xw, "clf": None}
    exec(inside + without, names)
    assert 20 < len(names["wrong"]) < 200
    assert 3 < len(names["at_the_border"]) < 200
    assert names["ex"].targets == (store.row(names["wrong"][0])["target"],)


def test_an_explanation_of_a_made_store_opens_without_a_net(made: Path) -> None:
    store = xw.ExplanationStore(made)
    found = store.explanation(store.ids[0])
    assert found.masks.shape == (1, 3, 24, 24)
    assert found.reference.tolist() == np.full((24, 24, 3), 128).tolist()  # the data mean
    assert len(found.trace) == 71
    assert found.frames.iterations.tolist() == [70]


def test_the_rows_of_an_image_are_found_in_no_time_in_any_file() -> None:
    images = [f"image {k}" for k in range(50_000)]
    files: list[Any] = [SimpleNamespace(name=f"part {target}") for target in range(2)]
    parts = []
    for target, file in enumerate(files):
        ids = [f"{image}/{target}" for image in images]
        starts = np.array([0, len(ids)])
        parts.append(Part(file, ids, images, np.arange(len(ids)), starts))
    rows = Index(files, SimpleNamespace(parts=parts))  # type: ignore[arg-type]
    began = time.process_time()
    found = [rows.of_image(image) for image in images]
    assert time.process_time() - began < 5  # by looking at all rows for each, minutes
    assert [[rows.ids[k] for k in some] for some in found[::9999]] == [
        [f"{image}/0", f"{image}/1"] for image in images[::9999]
    ]
    assert rows.of_image("another") == []
