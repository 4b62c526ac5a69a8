"""Labelled photos: a folder, a list, or those that come inside an installed package."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from xwidget.zoo.packages import package_folder

ENDINGS = {".bmp", ".jpeg", ".jpg", ".png", ".webp"}

# Photos of skimage.data whose ImageNet class is beyond doubt.
_SKIMAGE = {"coffee.png": "espresso", "camera.png": "tripod"}


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo and its class.

    Parameters
    ----------
    path
        Where it is.
    label
        Index or name of its class.
    """

    path: Path
    label: int | str

    @property
    def name(self) -> str:
        """The name in tables: the file's name, with its folder's where that is the class."""
        named = _index(self.path) is not None or str(self.label) not in self.path.parts
        return self.path.stem if named else f"{self.path.parent.name}/{self.path.stem}"


def read_photos(source: str | Path | None = None) -> list[Photo]:
    """Return the labelled photos of a folder or a list, sorted by path in a folder.

    Parameters
    ----------
    source
        A folder of photos named ``..._LABEL.jpg`` or ``LABEL_....jpg`` (the last number counts
        where a name has both); a folder with a folder of photos for each class, which has the
        class's index or name; or a text file with ``path,label`` on each line, paths relative to
        it. Labels are class indices or names. None: the twenty ImageNet photos in the package
        foolbox, else two of scikit-image's.

    Raises
    ------
    FileNotFoundError
        If there is nothing at the path, or a listed photo is missing.
    ValueError
        If a photo has no label, or there is none at all.
    """
    if source is None:
        return _installed()
    source = Path(source)
    if not source.exists():
        raise FileNotFoundError(f"there is no folder or list of photos at {str(source)!r}")
    photos = _in_folder(source) if source.is_dir() else _in_list(source)
    if not photos:
        raise ValueError(f"no photo in {str(source)!r}; expected {', '.join(sorted(ENDINGS))}")
    return photos


def _installed() -> list[Photo]:
    try:
        folder = package_folder("foolbox", "The benchmark's photos", "pip install foolbox") / "data"
    except ModuleNotFoundError:
        folder = package_folder("skimage", "The photos", 'pip install "xwidget[demo]"') / "data"
        return [Photo(folder / file, label) for file, label in _SKIMAGE.items()]
    return [_labelled(path) for path in sorted(folder.glob("imagenet_*.jpg"))]


def _in_folder(folder: Path) -> list[Photo]:
    flat = [_labelled(path) for path in _pictures(folder)]
    classes = sorted(path for path in folder.iterdir() if path.is_dir())
    return flat or [Photo(path, _label(kind.name)) for kind in classes for path in _pictures(kind)]


def _in_list(file: Path) -> list[Photo]:
    with file.open(newline="", encoding="utf-8") as lines:
        rows = [row for row in csv.reader(lines, skipinitialspace=True) if row]
    if rows and [cell.strip().lower() for cell in rows[0]] == ["path", "label"]:
        rows = rows[1:]
    photos = []
    for row in rows:
        if len(row) != 2:
            raise ValueError(f"{str(file)!r} has a line {','.join(row)!r}; expected path,label")
        path = file.parent / row[0].strip()
        if not path.is_file():
            raise FileNotFoundError(f"{str(file)!r} lists {str(path)!r}, which is not there")
        photos.append(Photo(path, _label(row[1].strip())))
    return photos


def _pictures(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)


def _labelled(path: Path) -> Photo:
    label = _index(path)
    if label is None:
        raise ValueError(
            f"{str(path)!r} does not say its class; name it ..._LABEL{path.suffix} or "
            f"LABEL_...{path.suffix}, put it into a folder with the class's name, or pass a list "
            "with path,label on each line"
        )
    return Photo(path, label)


def _index(path: Path) -> int | None:
    found = re.fullmatch(r".*_(\d+)", path.stem) or re.fullmatch(r"(\d+)_.*", path.stem)
    return int(found[1]) if found else None


def _label(text: str) -> int | str:
    return int(text) if text.isdecimal() else text
