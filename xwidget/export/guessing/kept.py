"""The share of a question that a page without a kernel has: its answer, and the facts behind it."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from xwidget.catalog.controls import locks
from xwidget.export.guessing.asking import Asking, Shown, asking
from xwidget.export.guessing.judging import MOST, Facts, channels, result, right_channel
from xwidget.places import PLACES, places_of
from xwidget.record import Record
from xwidget.support import texts
from xwidget.support.packed import packed

NO_SCORE = "This page has no network to score your region; the notebook that it comes from has."
"""The reason that a page has no score of a guess."""


@dataclass(frozen=True)
class Guess:
    """A question of a page without a kernel, and the controls that a person has there.

    Attributes
    ----------
    asked
        None where nothing is asked.
    facts
        Of the evidence; None where nothing is asked.
    controls
        As in ``Inspector``.
    """

    asked: Asking | None = None
    facts: Facts | None = None
    controls: Sequence[str] | None = None

    @property
    def hides(self) -> bool:
        """True if something is asked: the page does not tell the answer."""
        return self.asked is not None

    @property
    def needs_script(self) -> bool:
        """True if the page needs the fourth script."""
        return self.hides or self.controls is not None

    def traits(self) -> dict[str, Any]:
        """Return the page's traits, as far as they are others than at first."""
        found: dict[str, Any] = {}
        if self.needs_script:
            found["_guess_script"] = "on the page"
        if self.controls is not None:
            found |= {"controls": list(self.controls), "_locked": locks(self.controls)}
        if self.asked is not None and self.facts is not None:
            found |= {
                "_guess": self.asked.state(),
                "_guess_kept": kept_facts(self.asked, self.facts),
            }
        return found


UNASKED = Guess()
"""Nothing is asked, and nothing locked."""


def kept_facts(asked: Asking, facts: Facts) -> dict[str, str]:
    """Return the trait ``_guess_kept``: packed, so that nobody reads it by accident."""
    question = asked.question
    told = {
        **question.judging(),
        "result": {} if question.kind == "region" else result(asked, None, facts),
        "curve": [list(each) for each in facts.curve],
        "image": facts.image,
        "why_no_score": NO_SCORE,
    }
    # Where no guess can reach, places differ for nobody.
    near = np.where(facts.places < PLACES * (MOST + 0.01), facts.places, PLACES - 1)
    return {
        "places": packed(near.astype("<u2").tobytes()) if question.kind == "region" else "",
        "facts": packed(json.dumps(_finite(told)).encode()),
    }


def _finite(value: Any) -> Any:
    """Return a value with null where JSON has no number."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    return value


def of_record(
    record: Record, target: int | None, guess: Any, controls: Sequence[str] | None
) -> Guess:
    """Return the question of an explanation's page; there is no network to ask about scores.

    Parameters
    ----------
    record
        The explanation.
    target
        The class that the page opens with; None for the likeliest.
    guess
        As in ``Inspector``; None or False for none.
    controls
        As ``catalog.controls.check`` returns them.

    Raises
    ------
    ValueError, TypeError
        As ``asking``.
    """
    if guess is None or guess is False:
        return Guess(controls=controls)
    ranked = np.argsort(-record.image_scores, kind="stable").tolist()
    k = ranked[0] if target is None else record.targets.index(target)
    names = [texts.shown(name, texts.NAME) for name in record.short_names]
    shown = Shown(record.targets[k], names[k], [names[each] for each in ranked])
    asked = asking(guess, shown)
    if asked.question.kind == "method":
        raise ValueError("an explanation has no methods to tell apart; export an Inspector's page")
    facts = Facts(
        places_of(record.relevance[k]),
        channels(record.masks[k]),
        {names[each]: float(record.image_scores[each]) for each in ranked},
        float(record.image_scores[k]),
    )
    if asked.question.kind == "channel":
        asked = asked.answered(right_channel(facts))
    return Guess(asked, facts, controls)
