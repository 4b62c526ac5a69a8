"""Shapes in SVG, as W3C annotations hold them: rings that are filled by the even-odd rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from xwidget.findings.formats import xml
from xwidget.findings.formats.parsing import Malformed
from xwidget.findings.region import MOST_POINTS, Box, Polygon, Region, Ring

_TOKEN = re.compile(r"([A-Za-z])|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|([\s,]+)|(.)")
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "Z": 0}


def written(rings: Iterable[Ring]) -> str:
    """Return rings as SVG.

    Examples
    --------
    >>> written([((0, 0), (4, 0), (4, 2.5))])
    '<svg xmlns="http://www.w3.org/2000/svg"><path fill-rule="evenodd" d="M0 0L4 0L4 2.5Z"/></svg>'
    """
    paths = ("M" + "L".join(f"{number(x)} {number(y)}" for x, y in ring) + "Z" for ring in rings)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg"><path fill-rule="evenodd" '
        f'd="{"".join(paths)}"/></svg>'
    )


def number(value: float) -> str:
    """Return a number as short as it can be written."""
    return str(int(value)) if value == int(value) else repr(float(value))


def read(text: str) -> Region:
    """Return the one shape of an SVG: a path of straight lines, a polygon or a rectangle.

    Raises
    ------
    ValueError
        If it has another shape, or none.
    Malformed
        If it is no SVG.
    """
    root = xml.parsed(text)
    shapes = [child for child in _flat(root) if child.name not in ("g", "svg", "title", "desc")]
    if len(shapes) != 1:
        raise ValueError(f"its SVG has {len(shapes)} shapes; one is read")
    shape = shapes[0]
    if any("transform" in each.values for each in [root, *_flat(root)]):
        raise ValueError("its SVG has a transform, which is not read")
    if shape.name == "path":
        return Polygon(tuple(_path(shape)))
    if shape.name == "polygon":
        values = [float(each) for each in _numbers(shape.get("points"))]
        return Polygon((tuple(zip(values[::2], values[1::2], strict=False)),))
    if shape.name == "rect":
        size = shape.number("width"), shape.number("height")
        return Box(shape.number("x", 0), shape.number("y", 0), *size)
    raise ValueError(f"its SVG has a {shape.name!r}; a path, a polygon or a rect is read")


def _flat(element: xml.Element) -> list[xml.Element]:
    found = []
    for child in element.children:
        found += [child, *_flat(child)]
    return found


def _numbers(text: str) -> list[str]:
    found = []
    for letter, value, _, other in _TOKEN.findall(text):
        if letter or other:
            raise Malformed(f"a list of points in an SVG holds {letter or other!r}")
        if value:
            found.append(value)
    return found


def _path(element: xml.Element) -> list[Ring]:
    """Return the rings of a path, each from one M on."""
    rings: list[list[tuple[float, float]]] = []
    x = y = 0.0
    command = ""
    values: list[float] = []
    count = 0
    for letter, value, _, other in _TOKEN.findall(element.get("d")):
        if other:
            raise Malformed(f"a path in an SVG holds {other!r}")
        if letter:
            if values:
                raise Malformed(f"a path in an SVG has {len(values)} numbers too many")
            command = letter
            if command.upper() not in _TAKES:
                raise ValueError(f"its SVG has a curve ({command!r}); straight lines are read")
            if command in "Zz" and rings:
                x, y = rings[-1][0]
                command = "z"
            continue
        if not value:
            continue
        values.append(float(value))
        if len(values) < _TAKES.get(command.upper(), 0):
            continue
        if not _TAKES.get(command.upper()) or (command not in "Mm" and not rings):
            raise Malformed("a path in an SVG has numbers without a command")
        x, y = _moved(command, values, x, y)
        values, count = [], count + 1
        if count > MOST_POINTS:
            raise ValueError(f"its SVG has more than {MOST_POINTS} points")
        if command in "Mm":
            rings.append([])
            command = "L" if command == "M" else "l"
        elif not rings[-1]:
            raise Malformed("a path in an SVG does not begin with M")
        rings[-1].append((x, y))
    return [tuple(ring) for ring in rings if len(ring) > 2]


def _moved(command: str, values: Sequence[float], x: float, y: float) -> tuple[float, float]:
    """Return the place that a command goes to."""
    base = (x, y) if command.islower() else (0.0, 0.0)
    if command in "Hh":
        return base[0] + values[0], y
    if command in "Vv":
        return x, base[1] + values[0]
    return base[0] + values[0], base[1] + values[1]
