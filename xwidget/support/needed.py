"""Libraries that come with an extra: imported when needed, and missed in words."""

from __future__ import annotations

import importlib
from typing import Any


def needed(module: str, extra: str, what: str) -> Any:
    """Return a module of an optional library.

    Parameters
    ----------
    module
        Its name, such as ``"pyarrow.parquet"``.
    extra
        The extra of xwidget that brings it.
    what
        What it is needed for, as the beginning of a sentence.

    Raises
    ------
    ModuleNotFoundError
        If it is not installed.

    Examples
    --------
    >>> needed("json", "none", "Reading").loads("1")
    1
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        library = module.split(".")[0]
        if error.name is None or error.name.split(".")[0] != library:
            raise  # it is there, but something else is missing
        raise ModuleNotFoundError(
            f'{what} needs {library}, which is optional: pip install "xwidget[{extra}]"',
            name=error.name,
        ) from error
