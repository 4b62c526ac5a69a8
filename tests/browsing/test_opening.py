"""A row that is opened: the Inspector shows what is stored, as a run that is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import xwidget as xw
from tests.batch.store.made import make_store
from tests.browsing.conftest import tiny_net
from tests.inspector.fakes import until
from xwidget.batch.clusters.file import NAME
from xwidget.browser import Browser
from xwidget.browser.entries import entries
from xwidget.frames import decode

Browse = Callable[..., Browser]


@pytest.mark.parametrize("id", ["array 1/3", "file/1"])
def test_it_shows_the_stored_masks_as_a_run_that_is_done(
    few: Path, clf: xw.Classifier, browse: Browse, id: str
) -> None:
    b = browse(few, clf)
    store = xw.ExplanationStore(few)
    b.open(id)
    w = b.inspector
    row = store.row(id)
    assert (w.status, w.error, b.selected) == ("done", "", id)
    assert (w.target, w.iteration) == (row["target"], row["iterations"])
    assert b.children == (b._wall, w)
    drawn = decode(w._frame)
    assert drawn.pixels.tobytes() == row["mask"]
    assert drawn.score == pytest.approx(row["score"], abs=1e-6)
    kept = store.explanation(row["image"], clf)
    shown = w.explanation
    assert sorted(shown.targets) == [1, 3]
    for target in (1, 3):
        k, j = shown.targets.index(target), kept.targets.index(target)
        np.testing.assert_array_equal(shown.masks[k], kept.masks[j])
        np.testing.assert_array_equal(shown.relevance[k], kept.relevance[j])
        np.testing.assert_allclose(shown.trace.score[:, k], kept.trace.score[:, j], atol=1e-6)
        assert shown.checks[k] == kept.checks[j]
    np.testing.assert_array_equal(shown.image, kept.image)
    assert shown.origin == kept.origin  # of the original, which is not there any more
    assert shown.settings == kept.settings


def test_the_image_of_the_row_is_opened_though_its_name_is_another_ones_id(
    tmp_path: Path, clf: xw.Classifier, browse: Browse
) -> None:
    photos = {
        name: np.random.default_rng(seed).integers(0, 256, (32, 32, 3), dtype=np.uint8)
        for seed, name in enumerate(("a", "a/1"))
    }
    stream = xw.explain_many(clf, photos, [1, 3], out=tmp_path, iterations=2, progress=False)
    store = stream.run()
    assert store is not None
    b = browse(tmp_path, clf)
    b.open("a/1/1")
    np.testing.assert_array_equal(b.inspector.explanation.image, photos["a/1"])
    assert sorted(b.inspector.explanation.targets) == [1, 3]
    # Alone, it is the id.
    np.testing.assert_array_equal(store.explanation("a/1").image, photos["a"])
    assert store.explanation("a/1").targets == (1,)
    assert store.explanation("a").targets == (1, 3)


def test_the_page_opens_a_row_and_the_one_before_is_closed(
    few: Path, clf: xw.Classifier, browse: Browse
) -> None:
    b = browse(few, clf)
    b.open("array 0/1")
    first = b.inspector
    b._wall.set_state({"opened": b._known.number["array 2/3"]})
    assert b.selected == "array 2/3"
    until(lambda: b.inspector is not first and b.inspector is not None)
    until(lambda: b._wall._shown == b._known.number["array 2/3"])
    assert b.inspector.target == 3
    assert first.explanation is None


def test_what_cannot_be_opened_is_said_where_the_panel_would_be(
    few: Path, clf: xw.Classifier, browse: Browse
) -> None:
    b = browse(few, clf)
    b.open("array 0/1")
    with pytest.raises(ValueError, match="there is no file"):
        b.open("broken/-")
    assert b.inspector is None
    assert b.children == (b._wall,)
    assert "there is no file" in b._wall._words
    b.open("array 0/1")
    assert b._wall._words == ""
    with pytest.raises(ValueError, match="there is no row 'array 9/1'; there are array"):
        b.selected = "array 9/1"
    without = browse(few)
    with pytest.raises(ValueError, match=r"needs the classifier: xw.Browser\(store, clf\)"):
        without.open("array 0/1")


def test_another_classifier_is_refused_at_once(few: Path) -> None:
    with pytest.raises(ValueError, match="has other weights; give the one"):
        xw.Browser(few, tiny_net(seed=1))


def test_findings_are_those_of_the_original_and_thumbnails_count_them(
    few: Path, clf: xw.Classifier, browse: Browse
) -> None:
    b = browse(few, clf)
    b.open("array 1/3")
    b.inspector.findings.add((2, 2, 8, 8), "spurious", label="corner")
    (found,) = b.inspector.findings
    assert found.seen.digest == xw.ExplanationStore(few).row("array 1/3")["digest"]
    b._wall.set_state({"_here": True})
    until(lambda: b._wall._news > 0)
    numbers = {id: k for k, id in enumerate(b.ids)}
    told, _ = entries(b._store, numbers, "evidence", b._counting)
    counted = {b.ids[each["row"]]: each["findings"] for each in told if each["findings"]}
    assert counted == {"array 1/1": [("spurious", 1)], "array 1/3": [("spurious", 1)]}


def test_run_more_goes_on_from_the_stored_mask_and_run_starts_anew(
    few: Path, clf: xw.Classifier, browse: Browse
) -> None:
    b = browse(few, clf)
    b.open("array 1/3")
    w = b.inspector
    before = w.explanation
    w.run_more(4)
    assert w.wait(30)
    after = w.explanation
    assert (w.status, w.iteration, len(after.trace)) == ("done", 16, 17)
    np.testing.assert_allclose(after.trace.score[:13], before.trace.score, atol=1e-6)
    k = after.targets.index(3)
    from_start = np.abs(after.masks[k] - 0.5).mean()
    assert np.abs(after.masks[k] - before.masks[k]).mean() < from_start
    w.iterations = 3
    w.run()
    assert w.wait(30)
    assert (w.iteration, len(w.explanation.trace)) == (3, 4)


def test_a_row_that_is_open_stays_open_with_its_runs(
    few: Path, clf: xw.Classifier, browse: Browse
) -> None:
    b = browse(few, clf)
    b.open("array 1/3")
    w = b.inspector
    w.run_more(4)
    assert w.wait(30)
    b.open("array 1/3")
    assert b.inspector is w
    assert (w.iteration, len(w.explanation.trace)) == (16, 17)
    w.close()
    b.open("array 1/3")
    assert len(b.inspector.explanation.trace) == 13
    b.open("array 1/1")
    assert b.inspector.target == 1


def test_without_a_map_where_its_file_is_damaged_and_the_reason_is_told(
    tmp_path: Path, browse: Browse
) -> None:
    store = make_store(tmp_path / "store", 9, side=8)
    (store / NAME).write_bytes(b"PAR1")
    with pytest.warns(UserWarning, match=r"no map of clusters: .*_clusters\.pq' is no Parquet"):
        b = browse(store)
    assert len(b.ids) == 9
    assert not b._wall._clusters
