"""Folders of images, and lists of files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from xwidget.batch.sources.given import SUFFIXES, Again, Given, Source, file_name


def of_folder(folder: str | os.PathLike[str]) -> Source:
    """Return the images of a folder, or of folders in it that are classes; or a file.

    Raises
    ------
    ValueError
        If it is missing or holds no image.
    """
    path = Path(folder).expanduser()
    if path.is_file():
        return Source([Given(path, path.name)], 1)
    if not path.is_dir():
        raise ValueError(f"there is no folder {str(folder)!r} (looked in {Path.cwd()}); check it")
    names = _sorted(path, path.iterdir())
    classes: list[str] = []
    if not names:
        # None of its own: each folder in it is a class, and holds the images of that class.
        folders = sorted(one.name for one in path.iterdir() if one.is_dir() and one.name[0] != ".")
        of_class = {name: _sorted(path, (path / name).rglob("*")) for name in folders}
        names = [file for files in of_class.values() for file in files]
        classes = [name for name, files in of_class.items() if files]
    if not names:
        raise ValueError(
            f"the folder {str(folder)!r} holds no image ({', '.join(sorted(SUFFIXES))})"
        )

    def given(name: str) -> Given:
        return Given(path / name, name, name.split("/")[0] if classes else None)

    return Source(Again(partial(map, given, names)), len(names), tuple(classes))


def _sorted(folder: Path, files: Iterable[Path]) -> list[str]:
    """Return the paths of images below a folder, which take less room than what they are of.

    What is hidden is left out, such as the copies in ``.ipynb_checkpoints``.
    """
    images = (
        file for file in files if file.suffix.lower() in SUFFIXES and _is_file_or_broken_link(file)
    )
    found = (file.relative_to(folder).as_posix() for file in images)
    seen = (name for name in found if not any(part[0] == "." for part in name.split("/")))
    return sorted(seen, key=lambda name: (name.casefold(), name))


def _is_file_or_broken_link(file: Path) -> bool:
    """Return whether this is a file, or a link to one that is gone: that is a row with an error."""
    return file.is_file() or (file.is_symlink() and not file.exists())


def names_of(images: Sequence[Any]) -> Callable[[Any], str]:
    """Return a function that names the images of a list.

    Where files of several folders are called alike, their names are their paths below the folder
    that they have in common, whatever their order is.
    """
    if not all(isinstance(image, (str, os.PathLike)) for image in images):
        return file_name
    paths = [os.path.abspath(os.fsdecode(image)) for image in images]  # noqa: PTH100 of odd names
    if len({os.path.basename(path) for path in paths}) == len(set(paths)):  # noqa: PTH119
        return file_name
    root = os.path.commonpath(paths)
    return lambda image: Path(os.path.relpath(os.fsdecode(image), root)).as_posix()
