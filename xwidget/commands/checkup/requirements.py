"""The requirements of xwidget, by its own metadata, beside the installed versions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata
from typing import NamedTuple

_REQUIREMENT = re.compile(r"([\w.-]+)(?:\[[\w,.-]*\])?\s*([^;]*?)\s*(?:;\s*(.*))?")
_EXTRA = re.compile(r"""extra == ['"]([\w-]+)['"]""")
_BOUND = re.compile(r"(>=|==|!=|<=|<|>)\s*([\w.]+)")


#: Follows the name of a package.
ABSENT = "is not installed"


class Requirement(NamedTuple):
    """A package that xwidget, or one of its extras, requires."""

    package: str
    bounds: str
    extra: str

    def unmet(self) -> str:
        """Return a fault of the installed version in a few words; "" for none.

        Versions are compared by their numbers: a pre-release is taken for its release.
        """
        try:
            version = metadata.version(self.package)
        except metadata.PackageNotFoundError:
            return f"{self.package} {ABSENT}"
        kept = all(_keeps(version, *bound) for bound in _BOUND.findall(self.bounds))
        return "" if kept else f"{self.package} is {version}, not {self.bounds}"


def requirements() -> Iterator[Requirement]:
    """Yield what the installed xwidget requires.

    Raises
    ------
    PackageNotFoundError
        If xwidget is not installed, only found.
    """
    for text in metadata.requires("xwidget") or []:
        match = _REQUIREMENT.fullmatch(text)
        if match is not None:
            package, bounds, marker = match.groups()
            extra = _EXTRA.search(marker or "")
            yield Requirement(package, bounds, extra[1] if extra else "")


def _keeps(version: str, sign: str, bound: str) -> bool:
    here, there = _numbers(version), _numbers(bound)
    most = max(len(here), len(there))
    here, there = (numbers + (0,) * (most - len(numbers)) for numbers in (here, there))
    return {
        ">=": here >= there,
        "==": here == there,
        "!=": here != there,
        "<=": here <= there,
        "<": here < there,
        ">": here > there,
    }[sign]


def _numbers(version: str) -> tuple[int, ...]:
    match = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(map(int, match[0].split("."))) if match else ()
