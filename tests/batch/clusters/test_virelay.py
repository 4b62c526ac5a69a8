"""A project for ViRelAy, read as its database specification and its project files say.

The reader below stands in for ViRelAy's own, which pins libraries that xwidget's tests cannot have.
Projects written here were opened with the reader of ViRelAy 0.6.1 as well.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import yaml
from PIL import Image

import xwidget as xw
from tests.batch.clusters.planted import SIDE, plant


class Project:
    """A project by its files: what stands at an index, as ViRelAy looks it up."""

    def __init__(self, path: Path) -> None:
        self.described = yaml.safe_load(path.read_text("utf-8"))["project"]
        read = yaml.safe_load((path.parent / self.described["label_map"]).read_text("utf-8"))
        self.names = {label["index"]: label["name"] for label in read}
        self.keys = {label["word_net_id"]: label["name"] for label in read}
        (masks,) = self.described["attributions"]["sources"]
        (analysis,) = (each for item in self.described["analyses"] for each in item["sources"])
        dataset = self.described["dataset"]["path"]
        self.data, self.masks, self.analysis = (
            h5py.File(path.parent / name, "r") for name in (dataset, masks, analysis)
        )

    def sample(self, index: int) -> tuple[Any, str]:
        return self.data["data"][index], self.names[int(self.data["label"][index])]

    def attribution(self, index: int) -> tuple[Any, str, Any]:
        (at,) = np.flatnonzero(self.masks["index"][:] == index)
        name = self.names[int(self.masks["label"][at])]
        return self.masks["attribution"][at], name, self.masks["prediction"][at]


@pytest.fixture(scope="module")
def clusters(tmp_path_factory: pytest.TempPathFactory) -> xw.Clusters:
    folder = tmp_path_factory.mktemp("exported") / "a store, “quoted” 猫"
    plant(folder, (20, 12, 12), targets=(0, 1, 1))
    return xw.cluster(folder)


@pytest.fixture(scope="module")
def project(clusters: xw.Clusters, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(clusters.to_virelay(tmp_path_factory.mktemp("project")))


def test_the_project_file_names_what_is_there(project: Project) -> None:
    described = project.described
    assert described["name"] == "a store, “quoted” 猫, made up"
    assert described["model"] == "made up"
    assert described["dataset"]["type"] == "hdf5"
    assert (described["dataset"]["input_width"], described["dataset"]["input_height"]) == (32, 32)
    assert described["attributions"]["attribution_strategy"] == "predicted_label"
    assert project.names == {0: "forest, wood", 1: "beach", 2: "unknown"}


def test_samples_are_the_pictures_and_their_labels(project: Project, clusters: xw.Clusters) -> None:
    assert project.data["data"].dtype == np.uint8
    assert project.data["data"].shape == (44, 3, SIDE, SIDE)
    for n in (0, 7, 43):
        picture, name = project.sample(n)
        kept = clusters.store.row(clusters.ids[n])["picture"]
        np.testing.assert_array_equal(
            picture.transpose(1, 2, 0), np.asarray(Image.open(io.BytesIO(kept)))
        )
        assert name == ("beach" if n % 2 else "unknown")


def test_attributions_are_the_masks_and_their_targets(
    project: Project, clusters: xw.Clusters
) -> None:
    assert project.masks["attribution"].dtype == np.float32
    for n in (0, 7, 43):
        mask, name, scores = project.attribution(n)
        np.testing.assert_array_equal(mask, clusters.store.mask(clusters.ids[n]))
        target = int(clusters.ids[n][-1])
        assert name == ("forest, wood", "beach")[target]
        assert scores.tolist() == [0.75, 0.75 * target, 0]


def test_the_analysis_has_the_clusters_and_the_map(project: Project, clusters: xw.Clusters) -> None:
    (category,) = project.analysis
    assert category == "all"
    analysis = project.analysis[category]
    assert list(analysis["cluster"]) == ["spectral-03"]
    np.testing.assert_array_equal(analysis["cluster/spectral-03"][()], clusters.labels)
    np.testing.assert_array_equal(analysis["embedding/tsne"][()], clusters.xy)
    assert analysis["index"][()].tolist() == list(range(44))
    assert analysis["cluster/spectral-03"].attrs["k"] == 3
    assert analysis["cluster/spectral-03"].attrs["embedding"] == "tsne"


def test_clusters_of_one_class_stand_under_its_name(clusters: xw.Clusters, tmp_path: Path) -> None:
    of_one = xw.cluster(clusters.store, k=2, target="beach")
    project = Project(of_one.to_virelay(tmp_path / "new"))
    (category,) = project.analysis
    assert project.keys[category] == "beach"
    assert len(project.data["data"]) == 24


def test_files_need_the_classifier(tmp_path: Path) -> None:
    plant(
        tmp_path / "store",
        (8, 8),
        targets=(0, 0),
        paths=dict.fromkeys(range(16), tmp_path / "x.png"),
    )
    clusters = xw.cluster(tmp_path / "store", k=1)
    with pytest.raises(ValueError, match="give the classifier"):
        clusters.to_virelay(tmp_path / "new" / "project")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store"]


def test_a_project_that_fails_leaves_the_earlier_one(
    clusters: xw.Clusters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    project = Project(clusters.to_virelay("~/project"))  # open meanwhile
    before = {path: path.read_bytes() for path in (tmp_path / "project").iterdir()}
    with monkeypatch.context() as patch:
        patch.setattr("xwidget.batch.clusters.virelay._write_analysis", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            clusters.to_virelay(tmp_path / "project")
    assert {path: path.read_bytes() for path in (tmp_path / "project").iterdir()} == before
    of_one = xw.cluster(clusters.store, k=2, target="beach")
    assert len(Project(of_one.to_virelay(tmp_path / "project")).data["data"]) == 24
    assert len(project.data["data"]) == 44
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="project cannot be written"):
        clusters.to_virelay(tmp_path / "file")
