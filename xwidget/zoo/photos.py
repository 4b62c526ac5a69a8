"""Sample photos: the ones that ship inside the scikit-image wheel, so nothing is downloaded.

Their photographers and licenses (public domain or CC0 for most) are named in the docstrings of
``skimage.data``.
"""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType

from PIL import Image

from xwidget.zoo.packages import package_folder

FILES = MappingProxyType(
    {
        "coffee": "coffee.png",
        "camera": "camera.png",
        "chelsea": "chelsea.png",
        "motorcycle": "motorcycle_left.png",
        "rocket": "rocket.jpg",
        "astronaut": "astronaut.png",
        "retina": "retina.jpg",
        "tissue": "ihc.png",
        "hubble": "hubble_deep_field.jpg",
    }
)


def samples() -> list[str]:
    """Return the names of the sample photos, best demonstration first.

    Raises
    ------
    ModuleNotFoundError
        If scikit-image, which holds the photos, is not installed.

    Examples
    --------
    >>> samples()[0]
    'coffee'
    """
    folder = _folder()
    return [name for name, file in FILES.items() if (folder / file).is_file()]


def sample(name: str) -> Image.Image:
    """Return a sample photo as an RGB image, which is called by its name wherever a file would be.

    Parameters
    ----------
    name
        One of the names that :func:`samples` returns.

    Raises
    ------
    ValueError
        If the name is unknown; the message lists the known ones.
    ModuleNotFoundError
        If scikit-image, which holds the photos, is not installed.

    Examples
    --------
    >>> sample("coffee").size
    (600, 400)
    """
    known = samples()
    if name not in known:
        close = get_close_matches(str(name), known, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"no sample photo {name!r}.{hint} There are: {', '.join(known)}.")
    with Image.open(_folder() / FILES[name]) as image:
        photo = image.convert("RGB")
    photo.filename = name  # type: ignore[attr-defined]  # as an opened file's, so that files tell it
    return photo


def _folder() -> Path:
    root = package_folder("skimage", "The sample photos", 'pip install "xwidget[demo]"')
    return root / "data"
