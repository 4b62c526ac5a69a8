"""Guess first: a question whose answer the panel hides, and controls that are locked."""

from __future__ import annotations

from xwidget.inspector.page import shapes_guessing as shapes
from xwidget.inspector.page.entries import DONE, Command, Trait
from xwidget.inspector.page.kinds import Controls, Record, Seconds
from xwidget.support.pace import Pace

MOST_GUESS = 400_000
"""Bytes of a guess that a page sends, about."""

TRAITS: tuple[Trait, ...] = (
    Trait(
        "_guess_script",
        "",
        "Source of the page's fourth script, a module: questions and locked controls. Where there "
        'is one, the panel is not drawn before the script is there; "" where there is neither',
    ),
    Trait(
        "controls",
        None,
        "Names of the controls that a person can use; null for all of them",
        check=Controls(),
    ),
    Trait("_locked", {}, "What `controls` leaves out", shapes.Locked),
    Trait(
        "_guess",
        {},
        "A question, and what became of it, see [Guessing](#guessing); `{}` without one",
        shapes.Guess,
    ),
    Trait(
        "_guess_kept",
        {},
        "What a page without a kernel needs for the result, once the run has ended, see "
        "[Guessing](#guessing)",
        dict[str, str],
    ),
    Trait(
        "_place",
        "",
        "What a lesson has the panel show, as the links of pages say it: class, iteration, view, "
        'layout and the like; `""` for nothing',
    ),
    Trait(
        "answers",
        [],
        "The answers that were given in this panel, one a question",
        list[shapes.GuessAnswer],
    ),
)

COMMANDS: tuple[Command, ...] = (
    Command(
        "guess_commit",
        "Commits a guess, which cannot be changed then: `{value}`. The result comes with `_guess`",
        {"guess": Record(MOST_GUESS), "seconds": Seconds()},
        reply=DONE,
        pace=Pace(10, 2),
    ),
    Command(
        "guess_reveal",
        "Shows what is hidden, once a guess is committed and its result is known",
        reply=DONE,
        pace=Pace(10, 2),
    ),
    Command(
        "guess_reset",
        "Begins again with the same question; the first answer stays on record",
        reply=DONE,
        pace=Pace(10, 2),
    ),
)
