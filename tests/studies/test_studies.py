"""Each study finds what is known to be true of small nets and made rows."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import xwidget as xw
from tests.studies.conftest import Command, square
from xwidget.metrics import ranks
from xwidget.studies import bits, color, defense, deletion, games, two_objects
from xwidget.studies.composites import LAYOUTS, composed, halves
from xwidget.studies.marks import marks_of
from xwidget.studies.photos import Photo, photos_of


def rows(study: str) -> list[dict[str, Any]]:
    lines = Path("report.results/rows.jsonl").read_text().splitlines()
    return [row for row in map(json.loads, lines) if row["study"] == study]


# Defense.


def scored(way: str, *scores: tuple[float, float]) -> list[dict[str, Any]]:
    return [
        {"key": f"{way} {n}", "net": "net", "way": way, "photo": f"{n}.png", "scores": list(pair)}
        | {"names": ["cat", "sock"]}
        for n, pair in enumerate(scores)
    ]


def test_the_share_generated_is_counted_from_its_threshold_on() -> None:
    found = defense.summarize(
        [
            *scored("paper, none", (0.9, 0.5), (0.9, 0.499), (0.9, 1.0), (0.9, 0.7)),
            *scored("paper, paper", (0.2, 0.01), (0.6, 0.02), (0.1, 0.03), (0.1, 0.04)),
            *scored("paper, directional", (0.9, 0.0), (0.9, 0.0), (0.9, 0.0), (0.9, 0.0)),
        ]
    )
    (table,) = found.tables
    cells = [(row[2], row[3], row[5], row[6]) for row in table.rows]
    assert cells == [
        ("none", "75% [30%, 95%]", "100% [51%, 100%]", "0.900 [0.900, 0.900]"),
        ("paper", "0% [0%, 49%]", "25% [5%, 70%]", "0.150 [0.100, 0.600]"),
        ("directional", "0% [0%, 49%]", "100% [51%, 100%]", "0.900 [0.900, 0.900]"),
    ]
    assert "75% of the photos without a defense, in 0% with the paper's, in 0%" in found.says[0]
    assert "generated in 100%, 25% and 100%" in found.says[0]


def test_each_photo_is_asked_about_its_own_class_and_its_least_likely_one(
    command: Command,
) -> None:
    assert command() == 0
    for row in rows("defense"):
        assert row["names"][0] == row["photo"][4:-4]
        assert row["image"][1] < 0.1 < 0.9 < row["image"][0]


# Color.


@pytest.mark.parametrize(("net", "lost"), [("red", True), ("brightness", False)])
def test_a_net_that_looks_at_red_alone_loses_its_class_in_other_colors(
    command: Command, folder: Path, net: str, lost: bool
) -> None:
    for path in [*folder.glob("photos/*green*"), *folder.glob("photos/*blue*")]:
        path.unlink()
    assert command(study="color", net=net) == 0
    (row,) = rows("color")
    assert row["image"] > 0.8
    others = [image for order, (image, _) in row["by order"].items() if order[0] != "R"]
    kept = row["by order"]["RBG"]
    assert len(others) == 4
    if lost:  # where red stays in its place, the class does
        assert max(others) < 0.6 < kept[0] == pytest.approx(row["image"])
        assert kept[1] == pytest.approx(row["evidence"])
    else:
        assert min(others) == pytest.approx(row["image"], rel=1e-4)
        assert row["image left"] == row["evidence left"] == pytest.approx(1, rel=1e-4)
    said = " ".join(color.summarize(rows("color")).says)
    assert ("the effect is not found" in said) is not lost
    assert "school bus against minivan, is not tested" in said


def test_colors_are_permuted_and_not_normalized_values() -> None:
    mean, std = (0.1, 0.2, 0.3), (0.5, 0.25, 0.2)
    colors = torch.tensor([0.9, 0.5, 0.2]).view(3, 1, 1)
    middle, spread = (torch.tensor(each).view(3, 1, 1) for each in (mean, std))
    found = color.permuted((colors - middle) / spread, (2, 0, 1), mean, std)
    assert (found * spread + middle).flatten().tolist() == pytest.approx([0.2, 0.9, 0.5])


# Two objects.


def test_the_evidence_for_one_of_two_objects_lies_in_its_own_half(command: Command) -> None:
    # Longer: a few steps show more than they must.
    assert command("--iterations", "30", study="two_objects") == 0
    found = rows("two_objects")
    assert {row["way"] for row in found} == set(LAYOUTS)
    for row in found:
        for each in row["classes"]:
            assert each["inside"] > 0.6
            assert each["pointing"] == 1
            assert each["chance"] == pytest.approx(0.5)
            assert each["removed"] < 0.5 * each["image"] < each["alone"]
    assert np.mean([row["inside"] for row in found]) > 0.9
    says = two_objects.summarize(found).says
    assert all("more than by chance: the evidence tells the classes apart" in line for line in says)


def test_evidence_on_the_other_object_is_said_to_be_there() -> None:
    each = {"name": "cat", "image": 0.5, "pointing": 0.0, "chance": 0.5, "alone": 0.5}
    made = [
        {"net": "net", "way": LAYOUTS[0], "photo": str(n), "key": str(n), "inside": 0.1 + 0.01 * n}
        | {"classes": [{**each, "removed": 0.5, "inside": 0.1 + 0.01 * n}]}
        for n in range(5)
    ]
    (said,) = two_objects.summarize(made).says
    assert "12% of the evidence for a class lies in its own half, less than by chance" in said


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_halves_are_those_of_the_photos_after_a_crop(layout: str) -> None:
    photos = [
        Photo(name, np.full((40, 30, 3), value, np.uint8), name)
        for name, value in (("a", 250), ("b", 5))
    ]
    image = composed(*photos, layout)
    clf = xw.Classifier(torch.nn.Identity(), size=15, mean=(0.0,) * 3, std=(1.0,) * 3)
    subject = xw.Subject(clf, image)
    first, second = halves(subject, layout)
    x = subject.x[0].numpy()
    assert not (first & second).any()
    assert x[first].mean() > 0.9
    assert x[second].mean() < 0.15


# Games and deletion.


def test_agreement_is_the_overlap_of_the_same_photos() -> None:
    order = np.arange(100.0).reshape(10, 10)
    top = bits.first(order, 0.2)
    assert top.sum() == 20
    assert top[8:].all()
    other = np.roll(top, 1, 0)  # half of it is elsewhere
    assert bits.overlap(bits.packed(top), bits.packed(other)) == pytest.approx(10 / 30)

    def made(mask: Any, *names: str) -> list[dict[str, Any]]:
        return [{"photo": name, "first": bits.packed(mask)} for name in names]

    found = games.agreement(made(top, "a", "b"), made(other, "b", "c"))
    assert (found.count, found.value) == (1, pytest.approx(1 / 3))
    random = [bits.first(np.random.default_rng(n).random((60, 60)), 0.2) for n in range(2)]
    assert bits.overlap(*map(bits.packed, random)) == pytest.approx(games.CHANCE, abs=0.02)


def test_a_method_that_finds_the_square_beats_a_random_order(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletion, "OTHERS", ("integrated_gradients",))
    assert command(study="deletion") == 0
    found: dict[str, list[float]] = {}
    for row in rows("deletion"):
        found.setdefault(row["way"], []).append(row["difference"])
    assert set(found) == {"generation", "deletion", "integrated_gradients", "random"}
    for way in ("generation", "deletion", "integrated_gradients"):
        assert min(found[way]) > max(found["random"]) + 0.1


# Marked regions.


def test_marks_are_the_parts_of_masks_and_the_findings_of_files(tmp_path: Path) -> None:
    mask = np.zeros((20, 30), np.uint8)
    mask[2:6, 3:9] = mask[12:15, 20:25] = 255
    (tmp_path / "kind").mkdir()
    Image.fromarray(mask).save(tmp_path / "kind" / "a.png")
    box = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [3, 2, 6, 4], "area": 24, "iscrowd": 0}
    coco = {
        "images": [{"id": 1, "file_name": "b.jpg", "width": 30, "height": 20}],
        "categories": [{"id": 1, "name": "lesion"}],
        "annotations": [box],
    }
    (tmp_path / "marks.json").write_text(json.dumps(coco))
    found = marks_of(tmp_path, ["kind/a.jpg", "b.jpg", "c.jpg"])
    assert set(found) == {"kind/a.jpg", "b.jpg"}
    areas = [int(np.asarray(region).sum()) for region in found["kind/a.jpg"].regions]
    assert areas == [24, 15]
    (region,) = found["b.jpg"].regions
    assert region.bounds == (3, 2, 9, 6)  # type: ignore[union-attr]
    (tmp_path / "marks.json").write_text("{")
    with pytest.raises(ValueError, match=r"the marks '.*marks.json' cannot be read"):
        marks_of(tmp_path, ["b.jpg"])


def test_evidence_is_compared_with_marks_at_the_place_of_the_square_and_elsewhere(
    command: Command, folder: Path
) -> None:
    for name, place in (("000_red", slice(4, 12)), ("001_green", slice(0, 3))):
        mask = np.zeros((16, 16), np.uint8)
        mask[place, place] = 255
        (folder / "marks").mkdir(exist_ok=True)
        Image.fromarray(mask).save(folder / "marks" / f"{name}.png")
    assert command("--marks", "marks", "--iterations", "40", study="lesions") == 0
    found = {(row["photo"], row["way"]): row for row in rows("lesions")}
    assert len(found) == 4
    for game in ("generation", "deletion"):
        right, wrong = found["000_red.png", game], found["001_green.png", game]
        assert right["mass"] > 0.9 > 0.1 > wrong["mass"]
        assert right["pointing"] == 1 > wrong["pointing"] == 0
        assert right["hit_25"] == 1 > wrong["hit_25"] == 0


# Photos.


def names(found: Sequence[Photo]) -> set[str]:
    return {photo.name for photo in found}


def test_fewer_photos_are_among_more_and_labels_come_from_where_they_are_asked_for(
    tmp_path: Path,
) -> None:
    for index in range(12):
        (tmp_path / "owl").mkdir(exist_ok=True)
        Image.fromarray(square((200, 0, 0), index)).save(tmp_path / "owl" / f"{index:03}_x.png")
    kinds = ["cat", "dog", "owl"]

    def photos(labels: str, limit: int | None = None, seed: int = 0) -> list[Photo]:
        return photos_of(tmp_path, kinds, labels, limit, seed)

    few, more = photos("none", 3), photos("none", 7)
    assert names(few) < names(more)
    assert names(few) != names(photos("none", 3, seed=1))
    assert [photo.label for photo in photos("folder")] == [2] * 12
    by_name = {photo.name: photo.label for photo in photos("name")}
    assert (by_name["owl/001_x.png"], by_name["owl/003_x.png"]) == (1, None)
    assert {photo.label for photo in photos("none")} == {None}


def test_a_photo_whose_label_the_net_does_not_see_is_left_out(
    command: Command, folder: Path
) -> None:
    (folder / "photos" / "000_red.png").rename(folder / "photos" / "002_red.png")
    assert command("--labels", "name", study="color") == 0
    assert sorted(row["photo"] for row in rows("color")) == ["001_green.png", "002_blue.png"]
    text = Path("report.html").read_text("utf-8")
    assert "3 with a label, of which 1 are classified otherwise and left out" in text
    assert "study_nets" in sys.modules


def test_an_order_of_equal_pixels_is_random_for_each_photo() -> None:
    from xwidget.studies.orders import random_order

    one = random_order((8, 8), 0, "net", "a.png")
    assert np.array_equal(one, random_order((8, 8), 0, "net", "a.png"))
    assert not np.array_equal(one, random_order((8, 8), 0, "net", "b.png"))
    assert len(ranks(one).unique()) == 64


def test_another_of_the_networks_is_asked_where_it_matters(command: Command) -> None:
    others = ("--model", "study_nets:brightness", "--model", "study_nets:red")
    more = (*others, "--limit", "1", "--labels", "none")
    assert command(*more, net="twin", study="references") == 0
    text = Path("report.html").read_text("utf-8")
    assert "The second network of twin is red." in text
    assert "The second network of red is twin." in text
    found = rows("references")
    assert {row["net"] for row in found} == {"twin", "brightness", "red"}
    assert {row["net"] for row in found if row["witness"] is not None} == {"twin", "red"}
    assert not any(row["error"] for row in found)
