"""A judgment on a cluster is a finding on each of its images, measured on some."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import xwidget as xw
from tests.batch.clusters.planted import SIDE, plant
from xwidget.batch.store.about import about as told_of
from xwidget.engine.settings import Settings


class Corner(nn.Module):
    """Says "beach" by the brightness of the lower left corner alone."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        corner = x[:, :, 20:, :12].mean((1, 2, 3))
        return torch.stack([torch.zeros_like(corner), 8 * corner], 1)


def classifier() -> xw.Classifier:
    return xw.Classifier(Corner(), size=SIDE, mean=0.5, std=0.25, categories=["forest", "beach"])


@pytest.fixture(scope="module")
def clusters(tmp_path_factory: pytest.TempPathFactory) -> xw.Clusters:
    folder = tmp_path_factory.mktemp("judged")
    told = told_of(classifier(), None, Settings())
    plant(folder, targets=(0, 1, 1), told=told)
    return xw.cluster(folder)


def test_each_image_of_a_cluster_gets_a_finding(clusters: xw.Clusters) -> None:
    with xw.FindingStore(":memory:", author="Ada") as kept:
        found = clusters.judge(1, "spurious", "a sign", kept, label="sign", kind="artifact")
        assert len(found) == len(kept.list(label="sign", verdict="spurious")) == 24
        first = found[0]
        assert first.seen.image == clusters.of(1)[0].rpartition("/")[0]
        assert (first.author, first.reason, first.kind) == ("Ada", "a sign", "artifact")
        assert first.region == clusters.region(1)
        assert first.frame == (SIDE, SIDE)
        assert first.effect is None
        seen = first.seen
        assert (seen.target, seen.class_name, seen.checks) == (1, "beach", "holds")
        assert (seen.model, seen.iteration, seen.image_score) == ("Corner", 9, 0.75)
        assert (seen.game, seen.defense) == ("generation", "directional")
        rolled = kept.rollup()
        assert [(row.group["label"], row.photos) for row in rolled.rows] == [("sign", 24)]


def test_a_second_judgment_changes_the_first(clusters: xw.Clusters) -> None:
    with xw.FindingStore(":memory:", author="Ada") as kept:
        clusters.judge(1, "unsure", "", kept, label="sign")
        clusters.judge(1, "core", "it is the sea", kept, label="sign", region=(0, 20, 12, 12))
        assert {(each.verdict, each.version) for each in kept.list()} == {("core", 2)}
        clusters.judge(1, "core", "", kept)  # another label is another thing
        assert len(kept.list()) == 48
        assert len(kept.list(label="cluster 1")) == 24
        clusters.judge(1, "unsure", "", kept)
        assert len(kept.list(label="cluster 1")) == 24
        # Of another clustering, it is another thing, even on the same images.
        other = xw.cluster(clusters.store, k=3, seed=1)
        other.judge(int(other.labels[clusters.labels == 1][0]), "core", "", kept)
        assert len(kept.list(verdict="unsure")) == 24


def test_the_effect_is_measured_on_images_that_are_drawn(clusters: xw.Clusters) -> None:
    clf = classifier()
    with xw.FindingStore(":memory:", author="Ada") as kept:
        found = clusters.judge(1, "spurious", "", kept, clf=clf, measured=5)
        effects = {each.seen.image: each.effect for each in found if each.effect is not None}
        assert len(effects) == 5
        assert list(effects) != [each.seen.image for each in found[:5]]
        for name, effect in effects.items():
            assert effect.target == 1
            assert effect.area == pytest.approx(clusters.region(1).area((SIDE, SIDE)))
            # As much of the evidence as its own mask has there.
            mask = clusters.store.mask(f"{name}/1").sum(0)
            inside = mask[clusters.region(1).mask((SIDE, SIDE))].sum() / mask.sum()
            assert effect.share == pytest.approx(float(inside), abs=1e-5)
            # The net is asked anew, about the picture as it saw it.
            shade = int(name.split()[1]) * 7 % 256
            logit = 8 * (shade / 255 - 0.5) / 0.25
            assert effect.image == pytest.approx(1 / (1 + np.exp(-logit)), abs=1e-5)
        assert kept.rollup().rows[0].effect.count == 5
        png, _ = kept.input(next(each for each in found if each.effect).seen.digest) or (b"", None)
        assert png.startswith(b"\x89PNG")


def test_files_are_read_anew_and_must_be_the_same(tmp_path: Path) -> None:
    clf = classifier()
    bright = np.full((SIDE, SIDE, 3), 90, np.uint8)
    bright[20:, :12] = 250
    paths = {n: tmp_path / f"{n}.png" for n in range(16)}
    for path in paths.values():
        Image.fromarray(bright).save(path)
    plant(tmp_path / "store", (8, 8), targets=(0, 1, 1), told=told_of(clf, None, Settings()),
          paths=paths)  # fmt: skip
    clusters = xw.cluster(tmp_path / "store", k=2)
    kept = xw.FindingStore(":memory:", author="Ada")
    with pytest.raises(ValueError, match="has other pixels than when it was explained"):
        clusters.judge(1, "spurious", "", kept, clf=clf, measured=1)
    assert kept.list() == ()


def test_what_cannot_be_judged_is_refused_before_anything_is_kept(clusters: xw.Clusters) -> None:
    other = xw.Classifier(nn.Sequential(nn.Flatten(), nn.Linear(3 * SIDE * SIDE, 2)), size=SIDE,
                          mean=0.5, std=0.25)  # fmt: skip
    with xw.FindingStore(":memory:", author="Ada") as kept:
        with pytest.raises(ValueError, match="verdict is 'bad'"):
            clusters.judge(1, "bad", "", kept)
        with pytest.raises(ValueError, match="no cluster 5"):
            clusters.judge(5, "core", "", kept)
        with pytest.raises(ValueError, match="has other weights"):
            clusters.judge(1, "core", "", kept, clf=other)
        with pytest.raises(ValueError, match="region"):
            clusters.judge(1, "core", "", kept, region=(40, 40, 9, 9))
        with pytest.raises(TypeError, match=r"expected an xw.FindingStore"):
            clusters.judge(1, "core", "", {})  # type: ignore[arg-type]
        assert kept.list() == ()
