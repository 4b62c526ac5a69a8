"""The table of the checkup: one entry a question, each under the title of its group."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping

from xwidget.commands.checkup import hosts, libraries, work
from xwidget.commands.checkup.line import Line
from xwidget.support.texts import in_words

Question = Callable[[], Iterable[Line]]


def questions(findings: str | None = None) -> Mapping[str, tuple[Question, ...]]:
    """Return the questions by the titles of their groups, in the order in which they are asked.

    Parameters
    ----------
    findings
        Path or URL of a store of findings to look at, too.
    """
    return {
        "This installation": (libraries.programs,),
        "Needed": (libraries.needed,),
        "Devices": (work.devices,),
        "Extras": (libraries.extras,),
        "Hosts": (hosts.programs, hosts.extensions),
        "At work": (
            work.page,
            work.demo,
            work.explanations,
            functools.partial(work.findings, findings),
        ),
    }


def answers(question: Question) -> Iterator[Line]:
    """Yield the lines of a question; one more, if it ends with an error."""
    try:
        yield from question()
    except Exception as error:
        name = getattr(question, "func", question).__name__
        yield Line(name, "broken", in_words(error))
