"""A store gives back what was put into it, whichever way its files are read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

import xwidget as xw
from tests.batch.store.made import make_store


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


def test_everything_can_be_asked_in_sql_and_nothing_but_the_store(made: Path) -> None:
    store = xw.ExplanationStore(made)
    count = store.query("SELECT verdict, count(*) AS n FROM rows GROUP BY verdict").to_pylist()
    assert {row["verdict"] for row in count} == {"holds", "doubtful", "no evidence", None}
    sizes = store.query(
        "SELECT min(octet_length(mask)), max(octet_length(mask)) FROM everything"
    ).to_pylist()
    assert set(sizes[0].values()) == {3 * 24 * 24}
    for sql, words in (
        ("SELECT * FROM '/etc/passwd'", "cannot be answered"),
        ("SELECT 1; SELECT 2", "2 statements"),
        ("COPY rows TO '/tmp/x.csv'", "expected a SELECT"),
        ("SELECT nothing FROM rows", "nothing"),
    ):
        with pytest.raises(ValueError, match=words):
            store.query(sql)
    with pytest.raises(ValueError, match="cannot be answered"):
        store.select("verdict ==")
    endless = "SELECT count(*) FROM range(100000000000) AS a WHERE a.range % 7 = 3"
    with pytest.raises(ValueError, match=r"took longer than 0\.2 s"):
        store.query(endless, seconds=0.2)
    assert store.select("1 = 2", seconds=10) == []
    with pytest.raises(ValueError, match=r"statements|answered"):
        store.select("1); DROP TABLE rows; SELECT (1")


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
