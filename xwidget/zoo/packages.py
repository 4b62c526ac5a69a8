"""Finding the files of an installed package without running any of its code."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def package_folder(module: str, needed_for: str, way_out: str) -> Path:
    """Return the folder of an installed top-level package, which is not imported.

    Parameters
    ----------
    module
        The import name, such as ``"skimage"``.
    needed_for
        What the package is wanted for, for the error message.
    way_out
        The command that installs it, for the error message.

    Raises
    ------
    ModuleNotFoundError
        If it is not installed.
    """
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            f"{needed_for} comes with the package {module!r}, which is not installed here. "
            f"Install it:  {way_out}",
            name=module,
        )
    return Path(next(iter(spec.submodule_search_locations)))
