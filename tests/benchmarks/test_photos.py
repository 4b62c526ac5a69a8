"""Photos and their classes, however a user keeps them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.photos import Photo, read_photos
from xwidget.zoo import packages


def photo(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (4, 4)).save(path)
    return path


def test_a_name_that_ends_in_the_class(tmp_path: Path) -> None:
    later, first = photo(tmp_path / "my_dog_02_243.JPG"), photo(tmp_path / "a_7.png")
    (tmp_path / "notes.txt").write_text("no photo")
    assert read_photos(tmp_path) == [Photo(first, 7), Photo(later, 243)]
    assert [shown.name for shown in read_photos(tmp_path)] == ["a_7", "my_dog_02_243"]


def test_a_name_that_begins_with_the_class(tmp_path: Path) -> None:
    bird, jug = photo(tmp_path / "010_brambling.jpg"), photo(tmp_path / "901_whiskey_jug.jpg")
    both = photo(tmp_path / "95_jacamar_96.jpg")
    assert read_photos(tmp_path) == [Photo(bird, 10), Photo(jug, 901), Photo(both, 96)]
    assert read_photos(tmp_path)[0].name == "010_brambling"


def test_a_folder_for_each_class(tmp_path: Path) -> None:
    paths = [photo(tmp_path / "243" / "x.png"), photo(tmp_path / "bull mastiff" / "x.png")]
    found = read_photos(tmp_path)
    assert found == [Photo(paths[0], 243), Photo(paths[1], "bull mastiff")]
    assert [shown.name for shown in found] == ["243/x", "bull mastiff/x"]


def test_a_list_with_paths_beside_it(tmp_path: Path) -> None:
    path = photo(tmp_path / "deep" / "a.png")
    file = tmp_path / "list.csv"
    file.write_text(f'path,label\ndeep/a.png, 3\n\n"{path}","tabby, tabby cat"\n')
    assert read_photos(file) == [Photo(path, 3), Photo(path, "tabby, tabby cat")]


@pytest.mark.parametrize(
    ("line", "error", "message"),
    [
        ("gone.png,3", FileNotFoundError, "is not there"),
        ("a.png", ValueError, "expected path,label"),
        ("path,label", ValueError, "no photo in"),
    ],
)
def test_a_list_that_is_wrong_says_where(
    tmp_path: Path, line: str, error: type[Exception], message: str
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(line)
    with pytest.raises(error, match=message):
        read_photos(file)


def test_a_photo_without_a_class_is_not_guessed_at(tmp_path: Path) -> None:
    photo(tmp_path / "holiday.png")
    with pytest.raises(ValueError, match="does not say its class"):
        read_photos(tmp_path)
    with pytest.raises(FileNotFoundError, match="no folder or list"):
        read_photos(tmp_path / "nowhere")


def test_installed_photos_are_found_without_importing_their_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "foolbox"
    path = photo(package / "data" / "imagenet_00_243.jpg")
    photo(package / "data" / "cifar10_00_3.png")
    (package / "__init__.py").write_text("raise ImportError('not to be imported')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "foolbox", raising=False)
    assert read_photos() == [Photo(path, 243)]


def test_without_that_package_the_demo_photos_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    find = packages.importlib.util.find_spec
    monkeypatch.setattr(
        packages.importlib.util, "find_spec", lambda name: None if name == "foolbox" else find(name)
    )
    assert [(shown.name, shown.label) for shown in read_photos()] == [
        ("coffee", "espresso"),
        ("camera", "tripod"),
    ]
