"""A report on findings: one HTML file that holds all it shows, and no script."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from xwidget.findings import model_card, report_card
from xwidget.findings.estimates import Estimate, figure
from xwidget.findings.finding import Finding
from xwidget.findings.inputs import Given, Inputs, Kept
from xwidget.findings.judgments import judged, places
from xwidget.findings.rollup import BY, Rollup, members, rollup
from xwidget.findings.totals import Row, counted, percent
from xwidget.support import files, texts

# The page may run nothing, whatever a text in it says.
_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>$name</title>
<style>
$css
</style>
</head>
<body>
<main>
<header>
<h1>$title</h1>
<p class="about">$about</p>
</header>
$body
</main>
</body>
</html>
""")


def document(title: str, name: str, about: str, body: str, css: str = "") -> str:
    """Return an HTML page that holds all it shows: nothing runs in it, and nothing is fetched.

    Parameters
    ----------
    title, name, about
        Its heading, the name of the page, and a line below the heading, as text.
    body
        HTML.
    css
        What is added to the style of reports.
    """
    return _PAGE.substitute(
        title=escape(title),
        name=escape(name),
        css=Path(__file__).with_name("report.css").read_text("utf-8") + css,
        about=escape(about),
        body=body,
    )


def write(
    path: str | os.PathLike[str],
    findings: Iterable[Finding],
    judgments: Any = None,
    *,
    inputs: Kept | None = None,
    images: Given | None = None,
    by: Sequence[str] = BY,
    title: str | None = None,
) -> Path:
    """Write a report on findings as one HTML file; it needs neither a network nor scripts.

    By label, class and model it has the figures of the roll-up and, of each finding, the image
    with its region drawn, and enlarged; its effect, verdict, reason and raters; and what it was
    seen on.

    Parameters
    ----------
    path
        The file.
    findings
        The findings; deleted ones are left out.
    judgments
        As in ``rollup``.
    inputs
        Gives the image of the network's input, of a digest and a preprocessing, as bytes of a PNG
        file with its geometry; None where it has none. ``FindingStore.input`` does.
    images
        Images by the digest or the name of their image, used before ``inputs``: the network's
        input, or the upright original; each a path, bytes of a file, a PIL image or an array
        (H,W,3) uint8.
    by
        As in ``rollup``.
    title
        Heading of the report; None for one that names the network. The page's title has the
        number of photos and the date, too, then.

    Returns
    -------
    pathlib.Path
        Path of the file.

    Raises
    ------
    ValueError, TypeError
        As ``rollup``; or if an image cannot be read.
    OSError
        If the file cannot be written.
    """
    text = page(findings, judgments, inputs=inputs, images=images, by=by, title=title)
    return files.replace(path, text.encode("utf-8", errors="replace"))


def page(
    findings: Iterable[Finding],
    judgments: Any = None,
    *,
    inputs: Kept | None = None,
    images: Given | None = None,
    by: Sequence[str] = BY,
    title: str | None = None,
) -> str:
    """Return a report on findings as the text of an HTML page, see :func:`write`."""
    kept = [each for each in findings if not each.deleted]
    rolled = rollup(kept, judgments, by)
    said = judged(kept, judgments)
    shown = report_card.Shown(Inputs(inputs, images), said)
    outer = rollup(kept, judgments, rolled.by[:1])
    heading = _heading(rolled.total) if title is None else texts.shown(title, texts.NAME)
    name = heading if title is not None else _name(heading, rolled.total)
    parts = [
        _part(number, row, rolled, members(kept, rolled.by), shown)
        for number, row in enumerate(outer.rows, 1)
    ]
    body = "\n".join([shown.definitions(), _overview(outer), *parts, _how(outer)])
    return document(heading, name, _about(rolled.total), body)


def _heading(total: Row) -> str:
    """Return a heading that names the network."""
    several = len(total.models) > 1
    of = f"{len(total.models)} networks" if several else "".join(total.models)
    return f"Findings on {texts.shown(of, texts.NAME)}" if of else "Findings"


def _name(heading: str, total: Row) -> str:
    """Return a name of the page that tells it from others: how many photos, and the last date."""
    if not total.dates:
        return heading
    return f"{heading} · {counted(total.photos, 'photo')} · {total.dates[1]}"


def _about(total: Row) -> str:
    """Return a line on what there is."""
    if not total.findings:
        return "There are no findings yet."
    parts = [
        f"{counted(total.findings, 'finding')} on {counted(total.photos, 'photo')}",
        ", ".join(total.models),
        f"judged by {', '.join(name or 'somebody without a name' for name in total.raters)}"
        if total.raters
        else "not judged yet",
    ]
    if total.dates:
        first, last = total.dates
        parts.append(first if first == last else f"{first} to {last}")
    return texts.shown(" · ".join(filter(None, parts)), texts.Room(600))


def _overview(outer: Rollup) -> str:
    """Return the table of the labels; each row leads to its part."""
    if not outer.rows:
        return ""
    notes = ["Brackets hold 95% intervals, parentheses what a figure was taken over. "]
    total = outer.total
    if len(total.raters) > 1:
        for name, found in (("α", total.alpha), ("κ", total.kappa), ("IoU", total.iou)):
            value = (
                f"{found} ({found.count})" if found.value is not None else f"none, as {found.why}"
            )
            notes.append(f"{name} over all findings: {value}. ")
    links = [f"#part-{number}" for number in range(1, len(outer.rows) + 1)]
    return f'{_table(outer, links, "Roll-up")}<p class="note">{escape("".join(notes).strip())}</p>'


def _how(outer: Rollup) -> str:
    """Return the note on the figures."""
    if not outer.rows:
        return ""
    note = f'<p class="note">{escape(model_card.HOW)}</p>'
    return f'<section aria-labelledby="how"><h2 id="how">About the figures</h2>{note}</section>'


def _part(
    number: int,
    row: Row,
    rolled: Rollup,
    findings: Mapping[tuple[str, ...], Sequence[Finding]],
    shown: report_card.Shown,
) -> str:
    """Return the figures of a label, and the findings of each of its classes and models."""
    rows = [each for each in rolled.rows if row.group.items() <= each.group.items()]
    names = [name for name in rolled.by[1:] if len(_values(rolled.rows, name)) > 1]
    inner = Rollup(tuple(rows), row, tuple(names))
    links = [f"#part-{number}-{place}" for place in range(1, len(rows) + 1)]
    groups = "\n".join(
        _group(link[1:], each, names, findings[tuple(each.group.values())], shown)
        for link, each in zip(links, rows, strict=True)
    )
    name = next(iter(row.group.values()), "All findings")
    heading = texts.shown(name, texts.NAME) or "Without a label"
    return f"""\
<section aria-labelledby="part-{number}">
<h2 id="part-{number}" dir="auto">{escape(heading)}</h2>
<p class="about">{escape(_under(row))}</p>
<dl class="stats">{_stats(row)}</dl>
<p class="said">{escape(model_card.unmarked(model_card.sentences(row)))}</p>
{_table(inner, links, heading) if len(rows) > 1 else ""}
<div class="groups">
{groups}
</div>
</section>"""


def _group(
    name: str,
    row: Row,
    names: Sequence[str],
    findings: Sequence[Finding],
    shown: report_card.Shown,
) -> str:
    """Return the findings of a class and model; those of one place stand side by side."""
    ordered = [each for place in places(findings, shown.judgments) for each in place.findings]
    cards = "\n".join(report_card.card(each, shown) for each in ordered)
    heading = texts.shown(" · ".join(row.group[each] or "–" for each in names), texts.NAME)
    above = f'<h3 dir="auto">{escape(heading)}</h3>' if heading else ""
    kind = "group" if len(ordered) > 1 else "group alone"
    return f'<div class="{kind}" id="{name}">{above}<div class="cards">{cards}</div></div>'


def _table(rolled: Rollup, links: Sequence[str], label: str) -> str:
    table = rolled.table(links)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label)}">{table}</div>'
    )


def _values(rows: Iterable[Row], name: str) -> set[str]:
    return {row.group[name] for row in rows}


def _under(row: Row) -> str:
    """Return the classes, models and weights that a label is of."""
    many = len(row.classes) > _MOST_CLASSES
    classes = f"{len(row.classes)} classes" if many else ", ".join(row.classes)
    weights = f"weights {', '.join(each[:12] for each in row.weights)}" if row.weights else ""
    return texts.shown(
        " · ".join(filter(None, (classes, ", ".join(row.models), weights))), texts.Room(600)
    )


_MOST_CLASSES = 4


def _stats(row: Row) -> str:
    spurious = f"{row.verdicts.get('spurious', 0)} of {row.judged}" if row.judged else "–"
    stats = [
        ("Places", str(row.places), f"on {counted(row.photos, 'photo')}"),
        ("Judged spurious", spurious, _judged(row)),
        (
            "Median drop without it",
            "–" if row.effect.value is None else figure(row.effect.value),
            _ends(row.effect, figure, f"{row.tested} tested") if row.tested else "not tested",
        ),
    ]
    if row.share.value is not None:
        stats.append(("Evidence inside", percent(row.share.value), _ends(row.share, percent)))
    if len(row.raters) > 1:
        alpha = "–" if row.alpha.value is None else figure(row.alpha.value)
        both = counted(row.alpha.count, "place")
        why = row.alpha.why if row.alpha.value is None else _ends(row.alpha, figure, both)
        stats.append(("Agreement α", alpha, why))
        if row.iou.value is not None:
            stats.append(("Overlap (IoU)", figure(row.iou.value), _ends(row.iou, figure)))
    return "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}<small>{escape(small)}</small></dd></div>"
        for name, value, small in stats
    )


def _judged(row: Row) -> str:
    """Return the interval of the spurious share, and how many places it leaves out."""
    if not row.judged and not row.split:
        return "no verdict"
    return _ends(row.spurious, percent, f"{row.split} split" if row.split else "")


def _ends(estimate: Estimate, words: Any, more: str = "") -> str:
    parts = [more] if more else []
    if estimate.low is not None and estimate.high is not None:
        parts.insert(0, f"{words(estimate.low)} to {words(estimate.high)}")
    return ", ".join(parts)
