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
from torch.utils.data import (
    BatchSampler,
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    Subset,
)
from torchvision.datasets import ImageFolder

from xwidget.batch.images import Images, collect
from xwidget.batch.labels import Labels
from xwidget.batch.sources.sources import source_of

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
    save(classes / "tabby" / ".ipynb_checkpoints" / "a-checkpoint.png")
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


def test_parts_of_a_data_set_have_its_classes_files_and_places(classes: Path) -> None:
    folder = ImageFolder(str(classes))
    whole = told(folder)
    assert [label for _, label, _ in whole] == ["boat", "goldfish", "goldfish", "tabby"]
    assert told(Subset(folder, [3, 1])) == [whole[3], whole[1]]
    joined = [(f"{classes.as_posix()}/{name}", label, index) for name, label, index in whole]
    assert told(ConcatDataset([Subset(folder, [2]), folder]))[:3] == [joined[2], *joined[:2]]
    # What has no name is called by its place in the whole, whatever part of it is taken.
    pairs = Subset(Subset(ConcatDataset([Pairs(), Pairs()]), [5, 1, 0]), [0, 2])
    assert told(pairs) == [("image 6", "goldfish", 1), ("image 1", "goldfish", 1)]


@pytest.mark.parametrize(
    "part", [lambda data: Subset(data, [0]), lambda data: ConcatDataset([data])]
)
def test_a_loader_of_a_part_of_a_data_set_has_its_classes(part: Any) -> None:
    ((_, label, index),) = told(DataLoader(Subset(part(Readable()), [0]), batch_size=2))
    assert (label, index) == ("boat", None)


def test_a_loader_of_a_part_calls_images_by_their_places_in_the_whole() -> None:
    for batch in (1, 2, None):
        loader = DataLoader(Subset(Readable(), [2, 0]), batch_size=batch)
        assert [item.name for item in Images(loader).items(NET)] == ["image 3", "image 1"]


def test_a_loader_that_cannot_give_a_batch_says_which_and_what_to_do() -> None:
    found = Images(DataLoader(Pairs(), batch_size=1)).items(NET)
    assert next(found).name == "image 1"
    with pytest.raises(RuntimeError, match=r"batch 2 \(OSError: truncated\).*loader\.dataset"):
        next(found)


def test_a_data_set_without_a_length_is_told_so() -> None:
    class Endless(Dataset[Any]):
        def __getitem__(self, index: int) -> Any:
            raise AssertionError

    with pytest.raises(TypeError, match="Endless has no length"):
        Images(Endless())


def test_a_link_to_an_image_that_is_gone_is_an_image(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    (tmp_path / "b.png").symlink_to(tmp_path / "nowhere.png")
    assert [item.name for item in Images(tmp_path).items(NET)] == ["a.png", "b.png"]


def test_a_loader_that_shuffles_has_no_places() -> None:
    data = Readable()
    mixed = BatchSampler(RandomSampler(data), 2, drop_last=False)
    for loader in (DataLoader(data, shuffle=True), DataLoader(data, batch_sampler=mixed)):
        assert len(told(loader)) == 3
        for options in ({"again": True}, {"names": ["a", "b", "c"]}, {"labels": [0, 1, 0]}):
            with pytest.raises(
                ValueError, match=r"at random.* shuffle=False, or give the data set"
            ):
                Images(loader, **options)
    assert len(told(DataLoader(data), again=True)) == 3


class Cats(Readable):
    classes = ("cat", "tabby")


def test_joined_data_sets_of_different_classes_have_each_its_own() -> None:
    joined = ConcatDataset([Subset(Cats(), [0]), Subset(Pairs(), [0])])
    assert told(joined) == [("image 1", "tabby", 0), ("image 4", "goldfish", 1)]
    with pytest.raises(ValueError, match=r"\['cat', 'tabby'\] and \['goldfish', 'boat'\]"):
        source_of(DataLoader(joined))


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
        (str(tmp_path / "y.png"), "goldfish", 1),
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


def test_the_image_of_a_sample_is_the_one_called_by_a_kind_of_file_alone() -> None:
    photo, depth = torch.zeros(3, 4, 4), torch.ones(3, 4, 4)
    samples = [
        {"__key__": "a", "depth.png": depth, "JPG": photo, "seg.webp": depth},
        {"__key__": "b", "depth.png": depth, "json": b"{}"},
    ]
    assert [item.image is photo for item in Images(samples).items(NET)] == [True, False]
    stack = {"__key__": ["a", "b"], "depth.png": depth[None], "jpg": torch.stack([photo, photo])}
    items = list(Images(DataLoader([stack], batch_size=None)).items(NET))
    assert [(item.name, item.image.sum()) for item in items] == [("a", 0), ("b", 0)]


def test_pairs_rows_and_dicts_have_labels_too(tmp_path: Path) -> None:
    file, array = save(tmp_path / "a.png"), np.zeros((4, 4, 3), np.uint8)
    assert told([(file, "Goldfish"), (array, 1), (array, np.int64(7)), array]) == [
        (file.as_posix(), "Goldfish", 1),
        ("image 2", "goldfish", 1),
        ("image 3", "7", None),
        ("image 4", None, None),
    ]
    assert told({"x": (array, "boat"), "y": array}) == [("x", "boat", None), ("y", None, None)]
    (item,) = Images([{"height": 3, "label": 0}]).items(NET)
    assert "a row has height, label, and no image" in str(item.image)


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        (torch.tensor([0, 1, 0]), "Tensor of 3 values"),
        (np.eye(4)[1], "ndarray of 4 values"),
        ([0, 1], "list"),
        ({"boxes": torch.zeros(2, 4)}, "dict"),
    ],
)
def test_what_is_no_label_is_that_images_trouble(label: Any, kind: str) -> None:
    photo = torch.zeros(3, 4, 4)
    pairs = [(photo, label), (photo, label)]
    for images in (
        pairs,
        [{"image": photo, "label": label}] * 2,
        DataLoader(pairs, batch_size=None),
        DataLoader(pairs, batch_size=2),
        DataLoader(pairs, batch_size=2, collate_fn=list),
        DataLoader(pairs, batch_size=2, collate_fn=lambda batch: tuple(zip(*batch, strict=True))),
    ):
        items = list(Images(images).items(NET))
        assert [(item.name, item.label) for item in items] == [("image 1", None), ("image 2", None)]
        for item in items:
            assert str(item.image).startswith("its label is a "), item
    only, good = Images([(photo, label), (photo, 1)]).items(NET)
    assert f"its label is a {kind}; expected one class" in str(only.image)
    assert good.label == "goldfish"


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
    with pytest.warns(UserWarning, match=r"labels has 'a', 'b', 'c' and 1 more, but no image"):
        assert told({"x": array}, labels={"x": 1, **dict.fromkeys("dcba", 0)}) == [
            ("x", "goldfish", 1)
        ]
    with pytest.warns(UserWarning, match="labels has 2 entries, but there were 1 images"):
        assert len(told(iter([array]), labels=[0, 1])) == 1
    with pytest.raises(ValueError, match="labels has 1 entries for 2 images; give one label"):
        Images([array, array], labels=[1])
    with pytest.raises(ValueError, match="there are more images; give one label"):
        list(Images(iter([array, array]), labels=[1]).items(NET))


def test_a_file_of_a_list_is_called_by_its_path_whatever_else_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [save(tmp_path / name) for name in ("a/x.png", "b/x.png", "b/y.png")]
    paths = [file.as_posix() for file in files]
    for images, names in (
        (files, paths),
        (files[:1], paths[:1]),
        (map(str, files[::-1]), paths[::-1]),
        ([(files[0], "boat"), Image.open(files[1])], paths[:2]),
        ([{"image": files[0]}, {"image": {"bytes": None, "path": paths[1]}}], paths[:2]),
    ):
        assert [name for name, _ in Images(images)] == names
    monkeypatch.chdir(tmp_path)
    assert [name for name, _ in Images(["./a/x.png", Path("b/x.png")])] == ["a/x.png", "b/x.png"]


def test_short_names_tell_files_apart_in_any_order(tmp_path: Path) -> None:
    files = [save(tmp_path / name) for name in ("a/x.png", "b/x.png", "b/y.png")]
    names = ["a/x.png", "b/x.png", "b/y.png"]
    assert list(collect(files)) == names
    assert list(collect(list(map(str, files[::-1])))) == names[::-1]
    assert list(collect(files[1:])) == ["x.png", "y.png"]


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
        (True, (), ("goldfish", 1)),
        (np.bool_(False), (), ("tabby, tabby cat", 0)),
        (np.float32("nan"), (), (None, None)),
    ],
)
def test_what_a_label_is_called_and_which_class_it_is(label: Any, classes: Any, found: Any) -> None:
    assert Labels(NET, classes).of(label) == found
