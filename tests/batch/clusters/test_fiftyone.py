"""Masks and clusters as labels of FiftyOne.

FiftyOne itself, which brings a database server, is not installed here: a stand-in has the part of
its documented API that is used (``Dataset.values``, ``Dataset[path]``, ``Dataset.add_samples``,
``Sample.save``, ``Heatmap``, ``Classification``).
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import xwidget as xw
from tests.batch.clusters.planted import PLACES, plant
from xwidget.origin import Origin
from xwidget.preprocessing.geometry import Geometry


class Label:
    def __init__(self, **fields: Any) -> None:
        self.fields = fields


class Heatmap(Label): ...


class Classification(Label): ...


class Sample:
    def __init__(self, filepath: str, **fields: Any) -> None:
        self.filepath, self.kept, self.fields = filepath, {}, dict(fields)

    def __setitem__(self, name: str, label: Label) -> None:
        self.fields[name] = label

    def save(self) -> None:
        self.kept = dict(self.fields)


class Dataset:
    def __init__(self, *paths: str) -> None:
        self.samples = {path: Sample(path) for path in paths}

    def values(self, name: str) -> list[str]:
        assert name == "filepath"
        return list(self.samples)

    def __getitem__(self, path: str) -> Sample:
        return self.samples[path]

    def add_samples(self, samples: list[Sample]) -> None:
        for sample in samples:
            sample.save()
            self.samples[sample.filepath] = sample


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("fiftyone")
    vars(module).update(Heatmap=Heatmap, Classification=Classification, Sample=Sample)
    monkeypatch.setitem(sys.modules, "fiftyone", module)


def origin(known: bool = True) -> dict[str, Any]:
    """Return the origin of an image of 96×64 pixels, of which the net saw the middle, doubled."""
    matrix = ((2.0, 0.0, 16.5), (0.0, 2.0, 0.5)) if known else None
    geometry = Geometry((32, 32), (64, 96), matrix, reason="" if known else "it is random")
    return Origin("0" * 64, (64, 96), geometry).describe()


@pytest.fixture(scope="module")
def clusters(tmp_path_factory: pytest.TempPathFactory) -> xw.Clusters:
    folder = tmp_path_factory.mktemp("exported")
    files = {n: Path(f"/photos/{n}.jpg") for n in range(22)}
    origins = {n: origin(n != 3) for n in range(22)}
    plant(folder, (12, 12), targets=(0, 1), paths=files, origins=origins)
    return xw.cluster(folder, k=2)


@pytest.mark.usefixtures("library")
def test_each_file_gets_its_mask_and_cluster(clusters: xw.Clusters) -> None:
    dataset = Dataset("/photos/0.jpg", "/photos/else.jpg")
    left = clusters.to_fiftyone(dataset)
    assert left == {
        "image 3": "it is random",
        **{f"image {n}": "it was not given by its path, and FiftyOne shows files"
           for n in (22, 23)},
    }  # fmt: skip
    assert dataset["/photos/else.jpg"].kept == {}
    assert len(dataset.samples) == 22
    for n in (0, 1, 21):
        labels = dataset[f"/photos/{n}.jpg"].kept
        assert labels["evidence_cluster"].fields == {"label": str(clusters.labels[n])}
        heat = labels["evidence"].fields
        assert heat["range"] == [0, 1]
        assert isinstance(labels["evidence"], Heatmap)
        assert heat["map"].dtype == np.float32
        assert heat["map"].shape == (64, 96)


@pytest.mark.usefixtures("library")
def test_a_mask_lies_on_the_part_that_the_net_saw(clusters: xw.Clusters) -> None:
    dataset = Dataset()
    clusters.to_fiftyone(dataset, field="xw")
    for n in (0, 1, 21):
        id = clusters.ids[n]
        found = dataset[f"/photos/{n}.jpg"].kept["xw"].fields["map"]
        assert not found[:, :15].any()
        assert not found[:, 81:].any()
        mask = clusters.store.mask(id).mean(0)
        x, y = PLACES[int(id[-1])]  # in the input, whose pixels are two wide there
        row, column = (np.array(np.indices((64, 96))) * found).sum((1, 2)) / found.sum()
        assert (column, row) == pytest.approx((16 + 64 * x, 64 * y), abs=3)
        assert found.sum() == pytest.approx(4 * mask.sum(), rel=0.03)


def test_without_fiftyone_it_says_how_to_install_it(clusters: xw.Clusters) -> None:
    with pytest.raises(ModuleNotFoundError, match="pip install fiftyone"):
        clusters.to_fiftyone(Dataset())
    with pytest.raises(ValueError, match="field is '1 a'; expected a letter"):
        clusters.to_fiftyone(Dataset(), field="1 a")
