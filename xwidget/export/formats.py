"""The files that an explanation is saved as: one table for Python and for the panel's menu.

A new format is a module that writes it and an entry here; docs/extending.md walks through one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from xwidget.export import file, page
from xwidget.export.beside import Beside
from xwidget.export.guessing.kept import Guess
from xwidget.findings.finding import Finding
from xwidget.record import Record


class Write(Protocol):
    """Writes an explanation to a path."""

    def __call__(
        self,
        record: Record,
        path: Path,
        *,
        drawn: int | None,
        findings: Sequence[Finding],
        withheld: Collection[str],
        beside: Beside,
        guess: Guess,
    ) -> object:
        """Write it; ``drawn`` is the class that is drawn first, None for the likeliest;
        ``findings`` are those of its image, ``withheld`` the ids of those whose judgment and
        effect are not to be told; ``beside`` is what stands beside the evidence; ``guess`` what is
        asked first.
        """
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file.

    Attributes
    ----------
    name
        Of the format; a page asks for it by this.
    ending
        Of the file's name, without the dot.
    label, title
        The menu's entry, and a sentence on it.
    write
        Writes such a file.
    size
        Bytes that the file will have, roughly; None where only writing it tells.
    """

    name: str
    ending: str
    label: str
    title: str
    write: Write
    size: Callable[[Record], int] | None = None


def _explanation(record: Record, path: Path, **_: object) -> None:
    file.write(record, path)


def _last_masks(record: Record, path: Path, **_: object) -> None:
    file.write(file.last_masks(record), path)


def _page(
    record: Record,
    path: Path,
    *,
    drawn: int | None,
    findings: Sequence[Finding],
    withheld: Collection[str],
    beside: Beside,
    guess: Guess,
) -> None:
    page.write(
        record,
        path,
        target=drawn,
        findings=findings,
        withheld=withheld,
        beside=beside,
        guess=guess,
    )


#: The formats by name, in the order of the menu.
FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        each.name: each
        for each in (
            Format(
                "explanation",
                "xwidget",
                "Save Explanation",
                "With the masks of all kept iterations, for xw.Explanation.load",
                _explanation,
                file.size,
            ),
            Format(
                "last masks",
                "xwidget",
                "Save last masks only",
                "The Explanation without its earlier iterations",
                _last_masks,
                lambda record: file.size(file.last_masks(record)),
            ),
            Format(
                "page",
                "html",
                "Export page (HTML)",
                "One file that works without a kernel",
                _page,
            ),
        )
    }
)


def menu() -> list[dict[str, str]]:
    """Return the menu's entries as the page is given them.

    Examples
    --------
    >>> menu()[-1]["label"]
    'Export page (HTML)'
    """
    return [{"name": f.name, "label": f.label, "title": f.title} for f in FORMATS.values()]


def sizes(record: Record) -> dict[str, int]:
    """Return how many bytes the files will have, by format, where that is known."""
    return {f.name: f.size(record) for f in FORMATS.values() if f.size is not None}
