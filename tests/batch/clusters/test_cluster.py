"""Clusters that were planted are found, of the rows asked for, the same each time."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow.parquet as parquet
import pytest
from PIL import Image
from sklearn.metrics import adjusted_rand_score

import xwidget as xw
from tests.batch.clusters.planted import PLACES, plant
from xwidget.batch.clusters import vectors
from xwidget.batch.clusters.file import NAME, ClusterFile, read_file, write_file


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[int]]:
    folder = tmp_path_factory.mktemp("planted")
    return folder, plant(folder)


@pytest.fixture(scope="module")
def found(planted: tuple[Path, list[int]]) -> xw.Clusters:
    return xw.cluster(planted[0])


@pytest.mark.parametrize("by", ["mask", "features", "both"])
def test_planted_clusters_are_found_and_counted(planted: tuple[Path, list[int]], by: str) -> None:
    folder, truth = planted
    found = xw.cluster(folder, by=by)
    assert found.k == 3
    assert found.ids == [f"image {n}/0" for n in range(len(truth))]  # without the one that failed
    assert adjusted_rand_score(truth, found.labels) == 1
    assert np.bincount(found.labels).tolist() == [40, 24, 16]  # the largest is number 0
    assert found.score is not None
    assert found.score > 0.3


def test_evidence_all_over_one_place_is_one_cluster(tmp_path: Path) -> None:
    plant(tmp_path, (70,))
    found = xw.cluster(tmp_path)
    assert (found.k, found.score) == (1, None)
    assert not found.labels.any()


@pytest.mark.parametrize("layout", ["tsne", "umap"])
def test_evidence_that_is_the_same_everywhere_is_one_cluster_in_the_middle_of_the_map(
    tmp_path: Path, layout: str
) -> None:
    plant(tmp_path, (12,), same=True)
    found = xw.cluster(tmp_path, layout=layout)
    assert (found.k, found.score) == (1, None)
    assert (found.xy == 0.5).all()
    assert np.isfinite(found.distance).all()
    assert xw.cluster(tmp_path, k=2, layout=layout).k == 2  # as it was asked for


def test_places_on_the_map_part_the_clusters(found: xw.Clusters) -> None:
    assert found.xy.dtype == np.float32
    assert found.xy.min() >= 0
    assert np.ptp(found.xy, 0).max() == pytest.approx(1)
    middles = np.stack([found.xy[found.labels == k].mean(0) for k in range(3)])
    nearest = np.linalg.norm(found.xy[:, None] - middles, axis=2).argmin(1)
    assert (nearest == found.labels).all()


def test_the_same_seed_gives_the_same(planted: tuple[Path, list[int]], found: xw.Clusters) -> None:
    again = xw.cluster(planted[0])
    np.testing.assert_array_equal(again.labels, found.labels)
    np.testing.assert_array_equal(again.xy, found.xy)
    assert again.told == found.told


def test_umap_lays_out_the_same_clusters(
    planted: tuple[Path, list[int]], found: xw.Clusters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """umap-learn itself compiles for a quarter of a minute: a stand-in lays out here."""

    class Umap:
        def __init__(self, n_neighbors: int, random_state: int, n_jobs: int) -> None:
            assert (n_neighbors, random_state, n_jobs) == (15, 0, 1)

        def fit_transform(self, points: np.ndarray) -> np.ndarray:
            return points[:, :2] * [3, 1]

    monkeypatch.setitem(sys.modules, "umap", SimpleNamespace(UMAP=Umap))
    other = xw.cluster(planted[0], layout="umap")
    assert other.told["layout"] == "umap"
    np.testing.assert_array_equal(other.labels, found.labels)
    assert np.ptp(other.xy, 0)[0] == pytest.approx(1)
    assert 0 <= other.xy.min() <= other.xy.max() <= 1


def test_rows_beyond_the_landmarks_join_their_nearest(
    planted: tuple[Path, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, truth = planted
    most = []

    def watched(store: xw.ExplanationStore, ids: list[str], by: str) -> list[np.ndarray]:
        most.append(len(ids))
        return vectors.blocks(store, ids, by)

    monkeypatch.setattr(vectors, "CHUNK", 16)
    monkeypatch.setattr("xwidget.batch.clusters.cluster.blocks", watched)
    found = xw.cluster(folder, k=3, landmarks=40)
    assert adjusted_rand_score(truth, found.labels) == 1
    assert found.told["landmarks"] == 40
    assert sum(most) == len(truth)  # each is read once
    assert max(most) == 16
    assert np.isfinite(found.distance).all()
    for k in range(3):  # those beyond lie among their cluster
        of_k = found.xy[found.labels == k]
        assert np.linalg.norm(of_k - np.median(of_k, 0), axis=1).max() < 0.5


def test_classes_and_conditions_choose_rows(tmp_path: Path) -> None:
    truth = plant(tmp_path, targets=(0, 1, 1))
    beaches = [f"image {n}/1" for n, cluster in enumerate(truth) if cluster]
    found = xw.cluster(tmp_path, target="beach")
    assert found.ids == beaches
    assert found.told["target"] == 1
    assert found.k == 2
    assert xw.cluster(tmp_path, k=1, target=1).ids == beaches
    found = xw.cluster(tmp_path, k=1, where="label IS NULL")
    assert found.ids == [f"image {n}/{int(truth[n] > 0)}" for n in range(0, len(truth), 2)]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"by": "color"}, "by is 'color'; expected 'mask' or 'features' or 'both'"),
        ({"method": "kmeans"}, "expected 'spectral'"),
        ({"layout": "pca"}, "expected 'umap' or 'tsne'"),
        ({"k": 41}, "k must be at most 40"),
        ({"target": "castle"}, "castle"),
        ({"target": 7}, r"no row explains 7; the store has .* \(0\)"),
        ({"target": "carton"}, r"no row explains 'carton'; the store has .* \(0\)"),
        ({"target": ""}, "no row explains ''; the store has"),
        ({"where": "border > 2"}, "there are 0 such explanations; 8 or more"),
        ({"where": "nonsense"}, "cannot be answered"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(
    planted: tuple[Path, list[int]], asked: dict[str, object], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        xw.cluster(planted[0], **asked)  # type: ignore[arg-type]


def test_a_store_without_features_says_what_to_do(tmp_path: Path) -> None:
    plant(tmp_path, features=False)
    with pytest.raises(ValueError, match=r"last layer was not found.*by='mask'"):
        xw.cluster(tmp_path, by="both")


def test_a_kept_file_gives_the_clusters_back(found: xw.Clusters) -> None:
    folder = found.store.path
    assert read_file(folder) is None
    with pytest.raises(FileNotFoundError, match="has no clusters"):
        xw.Clusters.load(folder)
    assert found.save() == folder / NAME
    try:
        again = xw.Clusters.load(folder)
        for name in ("ids", "labels", "xy", "distance", "k", "score", "told"):
            np.testing.assert_array_equal(getattr(again, name), getattr(found, name))
        # The store's own files are all that its readers see.
        assert len(xw.ExplanationStore(folder)) == len(found) + 1
    finally:
        (folder / NAME).unlink()


def test_a_damaged_file_and_that_of_another_store_are_told(
    found: xw.Clusters, tmp_path: Path
) -> None:
    plant(tmp_path, (8, 8, 8))
    (tmp_path / NAME).write_bytes(found.save().read_bytes())
    with pytest.raises(ValueError, match="56 of 80 are not in the store"):
        xw.Clusters.load(tmp_path)
    (tmp_path / NAME).write_bytes(b"PAR1 or not")
    with pytest.raises(ValueError, match="no Parquet file"):
        read_file(tmp_path)
    (tmp_path / NAME).unlink()
    (tmp_path / NAME).mkdir()
    with pytest.raises(ValueError, match=r"_clusters\.pq' is no Parquet file.*remove it, and "):
        xw.Clusters.load(tmp_path)
    (found.store.path / NAME).unlink()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda table, told: (table, {**told, "file": None}), "another xwidget"),
        (lambda table, told: (table, {"by": "mask"}), "is damaged .*'file'"),
        (lambda table, told: (table, {**told, "k": "3"}), "is damaged .*k is '3'"),
        (lambda table, told: (table, {**told, "k": 2}), "not those from 0 to 1"),
        (lambda table, told: (table.drop_columns(["x"]), told), "is damaged .*x"),
        (lambda table, told: (table.slice(0, 0), told), "is damaged"),
    ],
)
def test_a_file_that_is_not_whole_is_told(
    found: xw.Clusters, tmp_path: Path, change: Callable[[Any, Any], Any], words: str
) -> None:
    whole = write_file(tmp_path, ClusterFile(found.ids, found.labels, found.xy, found.distance,
                                             found.told))  # fmt: skip
    table = parquet.read_table(whole)
    told = json.loads(table.schema.metadata[b"xwidget.clusters"])
    table, told = change(table, told)
    table = table.replace_schema_metadata({b"xwidget.clusters": json.dumps(told)})
    parquet.write_table(table, whole)
    with pytest.raises(ValueError, match=words):
        read_file(tmp_path)


def test_a_cluster_is_summed_up(found: xw.Clusters) -> None:
    for each, place in zip(found.summary(), PLACES, strict=True):
        assert (each.x, each.y) == pytest.approx(place, abs=0.06)
        assert each.classes == (("forest, wood", 1.0),)
    sizes = [each.size for each in found.summary()]
    assert sizes == [40, 24, 16]
    assert "1: 24 (30.0%); x 0.16" in str(found)
    assert repr(found).startswith("<Clusters of 80 explanations by mask: 3 of 40, 24, 16, silhou")
    with pytest.raises(ValueError, match="no cluster 3; there are 3, from 0"):
        found.of(3)


def test_the_most_typical_come_first(found: xw.Clusters) -> None:
    at = [found.ids.index(id) for id in found.of(1)]
    assert (found.labels[at] == 1).all()
    assert (np.diff(found.distance[at]) >= 0).all()
    assert found.distance[at].mean() == pytest.approx(1, abs=0.01)


def test_the_region_of_a_cluster_is_where_its_evidence_lies(found: xw.Clusters) -> None:
    for k, (x, y) in enumerate(PLACES):
        inside = found.region(k).mask((32, 32))
        rows, columns = np.nonzero(inside)
        assert ((columns.mean() + 0.5) / 32, (rows.mean() + 0.5) / 32) == pytest.approx(
            (x, y), abs=0.03
        )
        assert 0.02 < inside.mean() < 0.1


def test_a_drawing_has_the_map_and_a_row_for_each_cluster(
    found: xw.Clusters, tmp_path: Path
) -> None:
    figure = found.plot(examples=4)
    titles = [text.get_text() for axis in figure.axes for text in axis.texts]
    assert titles[1] == "cluster 1: 24\nforest 100%"
    assert sum(len(axis.images) for axis in figure.axes) == 3 * (1 + 4)
    figure.savefig(tmp_path / "drawn.png")
    assert np.asarray(Image.open(tmp_path / "drawn.png").convert("RGB")).std() > 20


def test_the_region_leaves_out_what_all_clusters_rely_on(tmp_path: Path) -> None:
    plant(tmp_path, (30, 20), everywhere=True)  # beside its own place, each relies on the middle
    found = xw.cluster(tmp_path, k=2)
    y, x = np.nonzero(found.region(1).mask((32, 32)))
    assert ((x.mean() + 0.5) / 32, (y.mean() + 0.5) / 32) == pytest.approx(PLACES[1], abs=0.03)
    middle = found.mask(1)[16, 16]
    assert middle > 0.5 * found.mask(1).max()
    assert not found.region(1).mask((32, 32))[14:18, 14:18].any()
