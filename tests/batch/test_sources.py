"""Images and their labels out of folders, lists, data sets, loaders and streams of samples."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset, IterableDataset
from torchvision.datasets import ImageFolder

from xwidget.batch.images import Images
from xwidget.batch.labels import Labels
from xwidget.batch.sources import source_of

NET = ("tabby, tabby cat", "goldfish", "crane", "crane, machine")


def save(path: Path, color: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (4, 4), (color, 0, 0)).save(path)
    return path


def png(color: int = 0) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (4, 4), (color, 0, 0)).save(data, "PNG")
    return data.getvalue()


def told(images: Any, **options: Any) -> list[tuple[str, str | None, int | None]]:
    return [(i.name, i.label, i.label_index) for i in Images(images, **options).items(NET)]


@pytest.fixture
def classes(tmp_path: Path) -> Path:
    """Return a folder of a folder for each class."""
    for name in ("goldfish/b.png", "goldfish/A.PNG", "tabby/deep/a.png", "boat/a.png"):
        save(tmp_path / name)
    (tmp_path / "goldfish" / "notes.txt").write_text("no image")
    return tmp_path


def test_folders_in_a_folder_are_classes(classes: Path) -> None:
    save(classes / ".thumbnails" / "a.png")
    (classes / "results").mkdir()
    assert source_of(classes).classes == ("boat", "goldfish", "tabby")
    found = [
        ("boat/a.png", "boat", None),
        ("goldfish/A.PNG", "goldfish", 1),
        ("goldfish/b.png", "goldfish", 1),
        ("tabby/deep/a.png", "tabby", 0),
    ]
    assert told(classes) == found
    assert Images(classes).count == 4
    # Images of its own are all there is.
    save(classes / "own.png")
    assert told(classes) == [("own.png", None, None)]


def test_torchvisions_folder_is_the_same_and_is_not_opened(classes: Path) -> None:
    opened: list[Any] = []
    data = ImageFolder(str(classes), transform=opened.append)
    images = {(item.name, item.label, item.label_index) for item in Images(data).items(NET)}
    own = set(told(classes))
    assert {name.casefold() for name, *_ in images} == {name.casefold() for name, *_ in own}
    assert sorted((label, index) for _, label, index in images if label != "boat") == [
        ("goldfish", 1),
        ("goldfish", 1),
        ("tabby", 0),
    ]
    assert not opened


class Pairs(Dataset):  # type: ignore[type-arg]
    """A data set of arrays with indices of its own classes, one of which it cannot read."""

    classes = ("goldfish", "boat")

    def __len__(self) -> int:
        return 3

    def __getitem__(self, index: int) -> Any:
        if index >= 3:
            raise IndexError
        if index == 1:
            raise OSError("truncated")
        return torch.full((3, 4, 4), index / 3), index % 2


def test_a_data_set_gives_labels_and_what_it_cannot_read_is_an_image_that_failed() -> None:
    items = list(Images(Pairs()).items(NET))
    assert [(i.name, i.label, i.label_index) for i in items] == [
        ("image 1", "goldfish", 1),
        ("image 2", None, None),
        ("image 3", "goldfish", 1),
    ]
    assert isinstance(items[1].image, OSError)
    assert items[2].image.shape == (3, 4, 4)


class Readable(Pairs):
    def __getitem__(self, index: int) -> Any:
        return super().__getitem__(0)[0], 1


@pytest.mark.parametrize("batch", [1, 2, None])
def test_a_loader_of_batches_is_its_images(batch: int | None) -> None:
    loader = DataLoader(Readable(), batch_size=batch)
    items = list(Images(loader).items(NET))
    assert [(i.label, i.label_index, i.image.shape) for i in items] == [
        ("boat", None, (3, 4, 4))
    ] * 3


def test_a_loader_may_have_dicts_or_a_collate_of_its_own() -> None:
    rows = [{"image": torch.zeros(3, 4, 4), "label": k} for k in range(3)]
    assert [i.label_index for i in Images(DataLoader(rows, batch_size=2)).items(NET)] == [0, 1, 2]
    pairs = [(row["image"], row["label"]) for row in rows]
    for data, collate in (
        (rows, list),
        (pairs, list),
        (pairs, lambda batch: tuple(zip(*batch, strict=True))),
    ):
        loader = DataLoader(data, batch_size=2, collate_fn=collate)
        assert [i.label_index for i in Images(loader).items(NET)] == [0, 1, 2]


class Table:
    """As a ``datasets.Dataset``: rows are dicts, and features name the classes."""

    class Label:
        names = ("boat", "goldfish")

    @dataclass
    class Image:
        decode: bool = True

    column_names = ("image", "label")

    def __init__(self, rows: list[Any], decode: bool = True) -> None:
        self.rows = rows
        self.features = {"image": Table.Image(decode), "label": Table.Label}

    def cast_column(self, name: str, feature: Image) -> Any:
        assert name == "image"
        return type(self)(self.rows, feature.decode)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict[str, Any]:
        if index >= len(self.rows):
            raise IndexError
        image, label = self.rows[index]
        if self.features["image"].decode and image["bytes"] == b"no image":
            raise OSError("cannot be decoded")
        return {"image": image, "label": label}


class TableStream(Table):
    """As its ``to_iterable_dataset()``, which has no length."""

    __len__ = None  # type: ignore[assignment]

    def __iter__(self) -> Iterator[Any]:
        return (self[k] for k in range(len(self.rows)))


@pytest.mark.parametrize("kind", [Table, TableStream])
def test_a_table_has_names_and_labels_also_of_images_that_are_none(
    tmp_path: Path, kind: type[Table]
) -> None:
    rows = [
        ({"bytes": png(), "path": "x.png"}, 1),
        ({"bytes": b"no image", "path": None}, 0),
        ({"bytes": None, "path": str(save(tmp_path / "y.png"))}, 1),
    ]
    items = list(Images(kind(rows)).items(NET))
    assert [(i.name, i.label, i.label_index) for i in items] == [
        ("x.png", "goldfish", 1),
        ("image 2", "boat", None),
        ("y.png", "goldfish", 1),
    ]
    assert isinstance(items[0].image, Image.Image)
    assert "not an image that Pillow can read" in str(items[1].image)
    assert items[2].path == tmp_path / "y.png"
    assert Images(kind(rows)).count == (3 if kind is Table else None)


class Samples(IterableDataset):  # type: ignore[type-arg]
    """As a WebDataset: dicts without an end."""

    def __iter__(self) -> Any:
        for k in itertools.count():
            image = {"jpg": png()} if k % 2 else {"seg.PNG": b"no image"}
            yield {"__key__": f"shard/{k:04}", **image, "cls": b"1", "json": b"{}"}


def test_samples_of_a_stream_without_end_are_taken_one_at_a_time() -> None:
    items = list(itertools.islice(Images(Samples()).items(NET), 2))
    assert [(i.name, i.label_index) for i in items] == [("shard/0000", 1), ("shard/0001", 1)]
    assert "not an image that Pillow can read" in str(items[0].image)
    assert isinstance(items[1].image, Image.Image)
    assert Images(Samples()).count is None


def test_pairs_rows_and_dicts_have_labels_too(tmp_path: Path) -> None:
    file, array = save(tmp_path / "a.png"), np.zeros((4, 4, 3), np.uint8)
    assert told([(file, "Goldfish"), (array, 1), (array, np.int64(7)), array]) == [
        ("a.png", "Goldfish", 1),
        ("image 2", "goldfish", 1),
        ("image 3", "7", None),
        ("image 4", None, None),
    ]
    assert told({"x": (array, "boat"), "y": array}) == [("x", "boat", None), ("y", None, None)]
    (item,) = Images([{"height": 3, "label": 0}]).items(NET)
    assert "a row has height, label, and no image" in str(item.image)


def test_labels_by_hand_go_before_those_of_the_source() -> None:
    array = np.zeros((4, 4, 3), np.uint8)
    assert [label for _, label, _ in told([(array, 0), (array, 0)], labels=["boat", 1])] == [
        "boat",
        "goldfish",
    ]
    assert told({"x": array, "y": array}, labels={"y": "crane, machine"}) == [
        ("x", None, None),
        ("y", "crane, machine", 3),
    ]
    with pytest.raises(ValueError, match="labels has 1 entries for 2 images; give one label"):
        Images([array, array], labels=[1])
    with pytest.raises(ValueError, match="there are more images; give one label"):
        list(Images(iter([array, array]), labels=[1]).items(NET))


def test_files_that_are_called_alike_are_named_by_their_folders_in_any_order(
    tmp_path: Path,
) -> None:
    files = [save(tmp_path / name) for name in ("a/x.png", "b/x.png", "b/y.png")]
    names = ["a/x.png", "b/x.png", "b/y.png"]
    assert [name for name, _ in Images(files)] == names
    assert [name for name, _ in Images(list(map(str, files[::-1])))] == names[::-1]
    assert [name for name, _ in Images(files[1:])] == ["x.png", "y.png"]


@pytest.mark.parametrize(
    ("label", "classes", "found"),
    [
        ("TABBY_CAT", (), ("TABBY_CAT", 0)),  # a synonym
        ("tabby, tabby cat", (), ("tabby, tabby cat", 0)),
        ("crane", (), ("crane", 2)),  # a whole name wins over a synonym
        ("machine", (), ("machine", 3)),
        ("3", (), ("crane, machine", 3)),
        ("9", (), ("9", None)),
        (-1, (), ("-1", None)),
        (torch.tensor(1), (), ("goldfish", 1)),
        (2.0, (), ("crane", 2)),
        ("", (), (None, None)),
        (1, ("n1", "n2", "n3", "n4"), ("n2", 1)),  # codes, as many as there are classes
        (1, ("n1", "n2"), ("n2", None)),
        (1, ("crane", "n2", "n3", "n4"), ("n2", None)),  # not all are codes
        (7, ("n1", "n2"), ("7", None)),
        ("2", ("0", "1", "3", "2"), ("2", 2)),
        ("02", ("01", "02", "03", "04"), ("02", 1)),
        ([1, 0], (), ("[1, 0]", None)),
    ],
)
def test_what_a_label_is_called_and_which_class_it_is(label: Any, classes: Any, found: Any) -> None:
    assert Labels(NET, classes).of(label) == found
