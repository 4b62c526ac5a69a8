"""The files that findings are exchanged in: one table for Python and for the panel's menu."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from xwidget.findings.formats import (
    coco,
    columns,
    cvat,
    label_studio,
    labelme,
    masks,
    own,
    qupath,
    w3c,
    xml,
)
from xwidget.findings.formats.items import Item, Page
from xwidget.findings.formats.parsing import Node

LeftOut: TypeAlias = Callable[[str], None]


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
    loses
        What it cannot hold, in sentences.
    write
        Returns images and their findings as such a file, or as several by name; the second
        argument is told of each finding that has no place in it.
    claims, read
        Tells whether a file's content, JSON or XML, is of this format, and yields its entries;
        None where such files are only written.
    whole
        False where a file holds one picture: of several a zip archive is made.
    """

    name: str
    ending: str
    label: str
    title: str
    loses: tuple[str, ...]
    write: Callable[[Sequence[Page], LeftOut], bytes | dict[str, bytes]]
    claims: Callable[[Any], bool] | None = None
    read: Callable[[Any], Iterator[Item]] | None = None
    whole: bool = True


_TABLE = "A table cannot be loaded again: the findings file (JSON) can."


def _without(format: str, *, kept: bool = True) -> tuple[str, ...]:
    """Return the sentences on what only this library reads in it, and on what it lacks."""
    own = f"What a {format} file has no field for is in it as “xwidget”: only xwidget reads that."
    return (*([own] if kept else []), f"A {format} file cannot hold reviews: they are left out.")


_OF_MASKS = (
    "A PNG mask holds pixels only: the table beside them has the rest.",
    _TABLE,
    "Masks cannot hold reviews: they are left out.",
)


def _own(pages: Sequence[Page], left_out: LeftOut) -> bytes:
    return own.write(finding for page in pages for finding in page.findings)


def _qupath(pages: Sequence[Page], left_out: LeftOut) -> bytes:
    return qupath.write(pages[0], left_out)


def _labelme(pages: Sequence[Page], left_out: LeftOut) -> bytes:
    return labelme.write(pages[0], left_out)


def _rows(pages: Sequence[Page]) -> list[dict[str, Any]]:
    return columns.rows(finding for page in pages for finding in page.findings)


def _input_masks(pages: Sequence[Page], left_out: LeftOut) -> dict[str, bytes]:
    return masks.entries(pages, left_out, of_input=True)


#: The formats by name, in the order of the menu.
FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        each.name: each
        for each in (
            Format(
                "xwidget",
                "json",
                "Findings (JSON)",
                "All of it, with reviews; can be loaded again",
                (),
                _own,
                own.claims,
                own.read,
            ),
            Format(
                "coco",
                "json",
                "COCO (JSON)",
                "Masks, boxes and categories, for training networks",
                (
                    "COCO has boxes and pixels: a polygon with corners between pixels is written "
                    "as its pixels, and a point as its pixel.",
                    *_without("COCO"),
                ),
                coco.write,
                coco.claims,
                coco.read,
            ),
            Format(
                "w3c",
                "jsonld",
                "W3C Web Annotations (JSON-LD)",
                "With author, times, verdict and reason, for archives",
                (
                    "Web Annotations have no masks: a mask is written as its outline.",
                    *_without("Web Annotation"),
                ),
                w3c.write,
                w3c.claims,
                w3c.read,
            ),
            Format(
                "labelstudio",
                "json",
                "Label Studio (JSON)",
                "Tasks with boxes, polygons, points and brushes",
                (
                    "Label Studio has no holes: a polygon of several rings is written as a brush.",
                    "Label Studio has a label and a reason.",
                    *_without("Label Studio"),
                ),
                label_studio.write,
                label_studio.claims,
                label_studio.read,
            ),
            Format(
                "labelme",
                "json",
                "labelme (JSON)",
                "One file for each image",
                (
                    "labelme has no holes: a polygon of several rings is written as a mask.",
                    "labelme has a label and a reason.",
                    *_without("labelme"),
                ),
                _labelme,
                labelme.claims,
                labelme.read,
                whole=False,
            ),
            Format(
                "qupath",
                "geojson",
                "QuPath (GeoJSON)",
                "Areas with holes, a class for each label; one file for each image",
                (
                    "QuPath has no masks: a mask is written as its outline. A polygon that crosses "
                    "itself is written as areas that do not.",
                    *_without("QuPath"),
                ),
                _qupath,
                qupath.claims,
                qupath.read,
                whole=False,
            ),
            Format(
                "cvat",
                "xml",
                "CVAT for images 1.1 (XML)",
                "Boxes, polygons, points and masks with attributes",
                (
                    "CVAT has no holes: a polygon of several rings is written as a mask.",
                    "XML has no control characters: they are replaced.",
                    *_without("CVAT"),
                ),
                cvat.write,
                cvat.claims,
                cvat.read,
            ),
            Format(
                "csv",
                "csv",
                "Table (CSV)",
                "A row for each finding, for spreadsheets",
                (
                    _TABLE,
                    "A text that begins with =, +, -, @, tab or line end gets an apostrophe.",
                    *_without("CSV", kept=False),
                ),
                lambda pages, left_out: columns.as_csv(_rows(pages)),
            ),
            Format(
                "parquet",
                "parquet",
                "Table (Parquet)",
                "A row for each finding, for programs; needs pyarrow",
                (_TABLE, *_without("Parquet", kept=False)),
                lambda pages, left_out: columns.as_parquet(_rows(pages)),
            ),
            Format(
                "masks",
                "zip",
                "PNG masks (zip)",
                "A black and white picture for each finding, as large as the original",
                _OF_MASKS,
                masks.entries,
            ),
            Format(
                "input masks",
                "zip",
                "PNG masks of the input (zip)",
                "A black and white picture for each finding, as large as the network's input",
                _OF_MASKS,
                _input_masks,
            ),
        )
    }
)


def menu() -> list[dict[str, str]]:
    """Return the menu's entries as the page is given them.

    Examples
    --------
    >>> menu()[1]["label"]
    'COCO (JSON)'
    """
    return [
        {"name": f.name, "label": f.label, "title": f.title, "ending": f.ending}
        for f in FORMATS.values()
    ]


def of(content: Node | xml.Element) -> Format | None:
    """Return the format of a file's content; None if it is of none."""
    for each in FORMATS.values():
        in_xml = each.ending == "xml"
        if each.claims and in_xml == isinstance(content, xml.Element) and each.claims(content):
            return each
    return None
