"""The figures of an explanation that say how far to trust it, and their columns in a table."""

from __future__ import annotations

from collections.abc import Sequence

from xwidget.catalog.games import GAMES
from xwidget.checks import Checks
from xwidget.explanation import Explanation
from xwidget.studies import intervals
from xwidget.studies.records import Row
from xwidget.support.figures import whole_percent

HEAD = (
    "shown, mean",
    "score left, of the photo's",
    "after small moves",
    "second network",
    "holds",
    "photos",
)
NOTE = (
    "Shown: share of the picture. Score: p(e) / p(x), median, where e is the evidence alone, or in "
    "deletion and repression the rest. After small moves: the mean of p(T(e)) / p(T(x)) over five "
    "small moves T, median. Second network: what it gives e, as a share of what it gives the "
    "photo, median over the photos in which it sees the class. Holds: share of the photos whose "
    "checks all pass."
)
_SEEN = 0.05  # score of the photo below which a second network does not see the class


def figures(ex: Explanation, k: int = 0) -> Row:
    """Return the figures of a class, JSON-able."""
    checks = ex.checks[k]
    image, score = float(ex.image_scores[k]), float(ex.scores[k])
    return {
        "name": ex.short_names[k],
        "image": image,
        "score": score,
        "share": score / image if image > 0 else None,
        "shown": float(ex.masks[k].mean()),
        "moves": _value(checks, "small moves"),
        "witness": _witness(checks),
        "verdict": checks.verdict,
        "holds": checks.passed,
    }


def cells(rows: Sequence[Row]) -> list[str | None]:
    """Return the cells of a line below ``HEAD``."""
    medians = [
        intervals.median(row[name] for row in rows).text(counted=False)
        for name in ("share", "moves", "witness")
    ]
    return [
        intervals.mean(row["shown"] for row in rows).text(counted=False),
        *medians,
        intervals.share(row["holds"] for row in rows).text(True, counted=False),
        str(len(rows)),
    ]


def caption(row: Row) -> str:
    """Return the figures of one row in a few words."""
    said = [
        f"{row['name']} {row['score']:.2f} (photo {row['image']:.2f})",
        f"shown {whole_percent(row['shown'])}",
    ]
    if row["moves"] is not None:
        said.append(f"after small moves {row['moves']:.2f}")
    if row["witness"] is not None:
        said.append(f"second network {row['witness']:.2f}")
    return f"{', '.join(said)}: {row['verdict']}"


def keeps(game: str) -> bool:
    """Return True for a game that keeps or makes the class."""
    return GAMES[game].keeps


def _value(checks: Checks, name: str) -> float | None:
    return next((each.value for each in checks.items if each.name == name), None)


def _witness(checks: Checks) -> float | None:
    """Return the share that a second network gives; None where it does not see the class at all."""
    for each in checks.items:
        if each.name == "witness" and each.details.get("image", 0.0) >= _SEEN:
            return each.value
    return None
