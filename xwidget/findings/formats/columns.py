"""Findings as rows of a table: CSV, Parquet, a DataFrame."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from xwidget.findings.finding import Finding
from xwidget.findings.formats.picture import Picture
from xwidget.findings.region import Box, Pixels

if TYPE_CHECKING:
    import pandas

_TEXTS: Final = (
    "id", "image", "digest", "coordinates", "label", "verdict", "kind", "reason", "author", "type",
    "class", "model", "weights", "preprocessing", "game", "defense", "checks", "created", "changed",
    "region",
)  # fmt: skip
_WHOLE: Final = ("image_height", "image_width", "pixels", "target", "iteration", "draws", "version")
_FORMULA: Final = tuple("=+-@\t\r")


def rows(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return a dict for each finding, with texts, numbers and None.

    ``x``, ``y``, ``width``, ``height`` and ``pixels`` are of the image that ``coordinates``
    names, the original or the network's input; ``region`` is JSON, in pixels of the input. A
    finding without a place in that image has None there.
    """
    return [_row(finding) for finding in findings]


def _row(finding: Finding) -> dict[str, Any]:
    seen, effect, picture = finding.seen, finding.effect, Picture.of(finding)
    found: dict[str, Any] = {
        "id": finding.id,
        "image": seen.image,
        "digest": seen.digest,
        "image_height": picture.size[0],
        "image_width": picture.size[1],
        "coordinates": "original" if picture.original else "network's input",
        "label": finding.label,
        "verdict": finding.verdict,
        "kind": finding.kind,
        "reason": finding.reason,
        "confidence": finding.confidence,
        "author": finding.author,
        "type": finding.region.type,
        **_place(finding, picture),
        "area": finding.region.area(finding.frame),
        "class": seen.class_name,
        "target": seen.target,
        "score": None if effect is None else effect.image,
        "score_without": None if effect is None else effect.without,
        "score_only": None if effect is None else effect.only,
        "share_of_evidence": None if effect is None else effect.share,
        "draws": None if effect is None else effect.draws,
        "model": seen.model,
        "weights": seen.weights,
        "preprocessing": seen.preprocessing,
        "game": seen.game,
        "defense": seen.defense,
        "iteration": seen.iteration,
        "checks": seen.checks,
        "created": finding.created,
        "changed": finding.changed,
        "version": finding.version,
        "region": json.dumps(finding.region.describe(), separators=(",", ":")),
    }
    return found


def _place(finding: Finding, picture: Picture) -> dict[str, Any]:
    try:
        crop = picture.crop(finding.region)
        mask = isinstance(finding.region, Pixels)
        left, upper, right, lower = crop.bounds if mask else picture.out(finding.region).bounds
    except ValueError:
        return dict.fromkeys(("x", "y", "width", "height", "pixels"))
    return {
        "x": left,
        "y": upper,
        "width": round(right - left, 6),
        "height": round(lower - upper, 6),
        "pixels": crop.area,
    }


def as_csv(found: list[dict[str, Any]], names: Iterable[str] = ()) -> bytes:
    """Return rows as CSV in UTF-8 with a byte order mark, which spreadsheets need.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [*columns(), *names])
    writer.writeheader()
    for row in found:
        writer.writerow({name: _inert(value) for name, value in row.items()})
    return text.getvalue().encode("utf-8-sig")


def columns() -> list[str]:
    """Return the names of the columns."""
    return list(_row(Finding(Box(0, 0, 1, 1), (1, 1))))


def _inert(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def as_parquet(found: list[dict[str, Any]]) -> bytes:
    """Return rows as a Parquet file.

    Raises
    ------
    ValueError
        If pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet
    except ImportError as error:
        raise ValueError("Parquet needs pyarrow: pip install pyarrow") from error
    kinds = {**dict.fromkeys(_TEXTS, pa.string()), **dict.fromkeys(_WHOLE, pa.int64())}
    schema = pa.schema([(name, kinds.get(name, pa.float64())) for name in columns()])
    file = io.BytesIO()
    pa.parquet.write_table(pa.Table.from_pylist(found, schema), file, compression="zstd")
    return file.getvalue()


def as_frame(findings: Iterable[Finding]) -> pandas.DataFrame:
    """Return findings as a DataFrame, a row each; see :func:`rows`.

    Raises
    ------
    ImportError
        If pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError("to_pandas() needs pandas: pip install pandas") from error
    frame = pd.DataFrame(rows(findings), columns=columns())
    for name in columns():
        kind = str if name in _TEXTS else "Int64" if name in _WHOLE else "float64"
        frame[name] = frame[name].astype(kind)
    return frame
