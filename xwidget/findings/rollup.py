"""Roll-up of findings: what they come to, by label, class and model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Final

from xwidget.findings import agreement, estimates, model_card
from xwidget.findings.estimates import Estimate
from xwidget.findings.finding import Finding
from xwidget.findings.judgments import SPLIT, Judgment, judged, marked, photo_of, places
from xwidget.findings.totals import COLUMNS, Row
from xwidget.support import texts

if TYPE_CHECKING:
    import pandas as pd

GROUPS: Final[Mapping[str, Callable[[Finding], str]]] = {
    "label": lambda found: found.label,
    "class_name": lambda found: found.seen.class_name,
    "model": lambda found: found.seen.model,
    "kind": lambda found: found.kind,
    "author": lambda found: found.author,
    "image": lambda found: found.seen.image,
    "game": lambda found: found.seen.game,
    "weights": lambda found: found.seen.weights,
}
"""Names that findings can be rolled up by."""

BY: Final = ("label", "class_name", "model")


@dataclass(frozen=True, repr=False)
class Rollup:
    """The figures that findings come to; a notebook shows them as a table.

    Attributes
    ----------
    rows
        One for each label, class and model, or what else it is ``by``; most photos first.
    total
        The same figures of all findings.
    by
        Names of what the rows tell apart.
    """

    rows: tuple[Row, ...]
    total: Row
    by: tuple[str, ...] = BY

    def paragraph(self, label: str) -> str:
        """Return a paragraph for a model card on the findings of one label, as Markdown.

        Parameters
        ----------
        label
            Their label; "" for those without one. Each class and model gets a paragraph.

        Raises
        ------
        ValueError
            If no finding has it, or the roll-up is not by label; the text names the labels.
        """
        chosen = [row for row in self.rows if row.group.get("label") == label]
        if chosen:
            return "\n\n".join(model_card.paragraph(row) for row in chosen)
        if "label" not in self.by:
            raise ValueError(f"this roll-up is by {', '.join(self.by)}, so no row has a label")
        known = ", ".join(sorted({repr(row.group["label"]) for row in self.rows})) or "no labels"
        raise ValueError(f"no finding has the label {label!r}; there are {known}")

    def model_card(self) -> str:
        """Return a section for a model card on all findings, as Markdown."""
        return model_card.section(self.rows, self.total)

    def to_pandas(self) -> pd.DataFrame:
        """Return the rows as a table: figures with the ends of their intervals, NaN for none.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise ImportError("to_pandas() needs pandas: pip install pandas") from error
        values = [row.values() for row in self.rows]
        return pd.DataFrame(values, columns=[*self.by, *self.total.values()])

    def __repr__(self) -> str:
        if not self.rows:
            return "<Rollup: no findings>"
        head = [_HEADS.get(name, name) for name in self.by] + list(COLUMNS)
        lines = [head, *([*self._names(row), *row.cells()] for row in self.rows)]
        widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
        table = [
            "  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip()
            for line in lines
        ]
        return "\n".join([*table, *self._missing()])

    def _repr_html_(self) -> str:
        notes = "".join(f"<p>{escape(each)}</p>" for each in self._missing())
        return f'<div class="xwidget-rollup">{self.table()}{notes}</div>'

    def _missing(self) -> list[str]:
        """Return why rows that several people judged have no α or κ, each reason once."""
        reasons: dict[str, list[str]] = {}
        for row in self.rows:
            agreed = (("α", row.alpha), ("κ", row.kappa)) if len(row.raters) > 1 else ()
            for name, found in agreed:
                names = reasons.setdefault(found.why, []) if found.value is None else [name]
                if name not in names:
                    names.append(name)
        return [f"{' and '.join(names)}: none where {why}." for why, names in reasons.items()]

    def table(self, links: Sequence[str] = ()) -> str:
        """Return the rows as an HTML table; every text in it is escaped.

        Parameters
        ----------
        links
            Addresses that the first cells lead to, one a row.
        """
        if not self.rows:
            return "<p>No findings.</p>"
        names = [_HEADS.get(name, name) for name in self.by]
        head = "".join(f'<th scope="col">{escape(each)}</th>' for each in [*names, *COLUMNS])
        addresses = links or [""] * len(self.rows)
        body = "".join(map(self._line, self.rows, addresses))
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _line(self, row: Row, link: str) -> str:
        shown = [escape(each) for each in self._names(row)]
        if link and shown:
            shown[0] = f'<a href="{escape(link)}">{shown[0]}</a>'
        names = "".join(f'<th scope="row" dir="auto">{each}</th>' for each in shown)
        cells = "".join(
            f'<td title="{escape(why)}">{escape(cell)}</td>' if why else f"<td>{escape(cell)}</td>"
            for cell, why in zip(row.cells(), row.reasons(), strict=True)
        )
        return f"<tr>{names}{cells}</tr>"

    def _names(self, row: Row) -> list[str]:
        return [texts.shown(row.group[name], texts.Room(60)) or "–" for name in self.by]


_HEADS = {"class_name": "class"}


def rollup(findings: Iterable[Finding], judgments: Any = None, by: Sequence[str] = BY) -> Rollup:
    """Return the roll-up of findings: photos, spurious share, effect and agreement, each with n.

    What is counted are places. Findings of different authors that mark the same place (one image,
    class, model with the same weights, and size of its input; IoU of 0.5 or more) are one place
    that both judged; everything else is a place of its own. A place's verdict is that of most of
    its raters; where they are evenly divided it is split, and counts neither as spurious nor as
    core.

    Parameters
    ----------
    findings
        The findings; deleted ones do not count.
    judgments
        Reviews of them, as ``FindingStore.all_judgments`` returns them, or tuples (finding id,
        rater, verdict); None: the authors' own verdicts alone.
    by
        Names of what the rows tell apart, of ``GROUPS``.

    Raises
    ------
    ValueError, TypeError
        If ``by`` names something else, or a judgment is none.

    Examples
    --------
    >>> from xwidget.findings.finding import Finding, Seen
    >>> from xwidget.findings.region import Box
    >>> seen = Seen(digest="0" * 64, class_name="carton", model="net")
    >>> found = Finding(Box(1, 1, 3, 3), (8, 8), "spurious", label="logo", author="ada", seen=seen)
    >>> rolled = rollup([found], [(found.id, "bob", "core")])
    >>> rolled.rows[0].photos, rolled.rows[0].raters, dict(rolled.rows[0].verdicts)
    (1, ('ada', 'bob'), {'split': 1})
    """
    by = (by,) if isinstance(by, str) else tuple(by)
    if unknown := [name for name in by if name not in GROUPS]:
        raise ValueError(f"by has {unknown[0]!r}; expected some of {', '.join(GROUPS)}")
    kept = [each for each in findings if not each.deleted]
    said = judged(kept, judgments)
    groups = members(kept, by)
    rows = [_row(dict(zip(by, key, strict=True)), each, said) for key, each in groups.items()]
    rows.sort(key=lambda row: (-row.photos, -row.places, *row.group.values()))
    return Rollup(tuple(rows), _row({}, kept, said), by)


def members(findings: Iterable[Finding], by: Sequence[str]) -> dict[tuple[str, ...], list[Finding]]:
    """Return the findings of each row, by the values of its group."""
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for each in findings:
        groups.setdefault(tuple(GROUPS[name](each) for name in by), []).append(each)
    return groups


def _row(
    group: Mapping[str, str],
    findings: Sequence[Finding],
    judgments: Mapping[str, Sequence[Judgment]],
) -> Row:
    """Return the figures of findings that belong together."""
    found = places(findings, judgments)
    verdicts = Counter(place.verdict for place in found)
    given = sum(verdicts.values()) - verdicts[""] - verdicts[SPLIT]
    ratings = {str(i): place.verdicts for i, place in enumerate(found)}
    drops = [place.drop for place in found if place.drop is not None]
    shares = [place.share for place in found if place.share is not None]
    masks = marked(findings)
    dates = sorted(each.changed for each in findings)
    return Row(
        group=group,
        photos=len({photo_of(each) for each in findings}),
        findings=len(findings),
        places=len(found),
        raters=tuple(sorted({rater for place in found for rater in place.verdicts})),
        verdicts=verdicts,
        spurious=estimates.share(verdicts["spurious"], given),
        effect=estimates.median(drops),
        share=estimates.median(shares),
        alpha=agreement.alpha(ratings),
        kappa=agreement.kappa(ratings),
        iou=agreement.iou(masks) if len({each.author for each in findings}) > 1 else _ALONE,
        alone=sum(len(authors) == 1 for authors in masks.values()),
        models=_distinct(each.seen.model for each in findings),
        weights=_distinct(each.seen.weights for each in findings),
        classes=_distinct(each.seen.class_name for each in findings),
        versions=_distinct(each.seen.version for each in findings),
        dates=(dates[0][:10], dates[-1][:10]) if dates else None,
    )


_ALONE = Estimate(None, why="no photo was marked by two raters")


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(filter(None, set(names))))
