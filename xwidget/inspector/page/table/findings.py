"""Findings: regions that a person marked, their judgments and their measured effects."""

from __future__ import annotations

from functools import partial

from xwidget.findings.formats import FORMATS
from xwidget.inspector.page import shapes
from xwidget.inspector.page.entries import Command, Reply, Trait
from xwidget.inspector.page.kinds import INDEX, File, Flag, Record, Text, Whole, Word
from xwidget.inspector.page.table.saving import SAVED
from xwidget.support.texts import WORDS

MOST_RECORD = 2_000_000
"""Bytes of one finding that a page sends, about."""

MOST_FILE = 32_000_000
"""Bytes of a file that a page sends."""

TRAITS: tuple[Trait, ...] = (
    Trait(
        "_annotate",
        "",
        "Source of the page's second script, a module: findings and help, which are not needed for "
        "the first paint; empty until a page says `hello`",
    ),
    Trait(
        "_findings",
        {},
        "What must be known before findings can be marked, see [Findings](#findings); `{}` where "
        "they cannot",
        shapes.FindingsSetup,
        room=WORDS,
    ),
)

_queued = partial(Command, queued=True, quiet=True)
_ACT = Text(100)

COMMANDS: tuple[Command, ...] = (
    _queued(
        "findings",
        "Asks for the findings of this image that are kept, and for all reviews of those that one "
        "has judged",
        reply=Reply(
            "findings",
            {"findings": list[shapes.FindingRecord], "reviews": list[shapes.ReviewRecord]},
        ),
    ),
    _queued(
        "put",
        "Keeps a new finding (`base` 0), or a change of its version `base`; one with `deleted` "
        "deletes it. The kernel fills in what a new one was seen on, unless it is `imported`. The "
        "same `act` again changes nothing, and has the same answer. Where another version came "
        "first nothing is kept, and `clash` is that version",
        {
            "finding": Record(MOST_RECORD),
            "base": Whole(0, 2**31 - 1),
            "act": _ACT,
            "target": INDEX,
            "iteration": INDEX,
            "imported": Flag(),
        },
        optional={"imported": False},
        reply=Reply(
            "kept",
            {
                "finding": shapes.FindingRecord,
                "clash": shapes.FindingRecord | None,
                "durable": bool,
                "reason": str,
            },
        ),
    ),
    _queued(
        "review",
        "Judges the finding of this id. All reviews of it come back: who has not judged sees none",
        {
            "finding": Text(36),
            "verdict": Word(("core", "spurious", "unsure")),
            "kind": Text(200),
            "reason": Text(10_000),
            "act": _ACT,
        },
        optional={"kind": "", "reason": ""},
        reply=Reply(
            "reviewed",
            {"finding": shapes.FindingRecord, "reviews": list[shapes.ReviewRecord]},
        ),
    ),
    _queued(
        "read_findings",
        "Has a file of findings read; nothing of it is kept. `name` is the file's, in words",
        {"name": Text(200), "buffer": File(MOST_FILE)},
        reply=Reply("preview", {"rows": list[shapes.PreviewRow], "notes": list[str]}),
        long=True,
    ),
    _queued(
        "write_findings",
        "Asks for a file of the findings of this image",
        {"format": Word(tuple(FORMATS))},
        reply=SAVED,
        long=True,
    ),
)

PUSHES: tuple[Reply, ...] = (
    Reply("finding", {"finding": shapes.FindingRecord}),
    Reply("judged", {"finding": shapes.FindingRecord, "reviews": list[shapes.ReviewRecord]}),
    Reply(
        "effect",
        {"id": str, "version": int, "effect": shapes.EffectRecord | None, "reason": str},
    ),
)
"""A finding that was added, changed or deleted, whoever did it, a version that the page has already
perhaps; one that was reviewed, with all reviews that are told of it; and what was measured, None
where it cannot be, and the reason."""
