"""Filing: a file of findings for a page, without what is withheld from who looks."""

from __future__ import annotations

import re
from pathlib import PurePath

from xwidget.findings.collection import Findings
from xwidget.inspector.features.telling import Telling
from xwidget.inspector.page.commands import Answer

_STEM = 80  # characters of a file's name


def filed(findings: Findings, telling: Telling, format: str) -> Answer:
    """Return a file of all findings but those of which the judgment is withheld."""
    withheld = telling.all()[1]
    written = findings.export(format=format, without=withheld)
    stem = re.sub(r"[^a-z0-9_]+", "-", PurePath(findings.picture.seen.image).stem.lower())
    of = "" if format == "xwidget" else f"-{format.replace(' ', '-')}"
    name = f"{stem[:_STEM].strip('-') or 'image'}-findings{of}.{written.ending}"
    notes = [*written.notes, *([_left_out(len(withheld))] if withheld else [])]
    return Answer({"name": name, "notes": notes}, written.data)


def _left_out(count: int) -> str:
    """Return a note on findings that a file does not have."""
    if count == 1:
        return "1 finding is left out: another marked it, and you have not judged it yet."
    return f"{count} findings are left out: others marked them, and you have not judged them yet."
