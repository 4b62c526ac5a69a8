"""Sentences that say what a picture is; the page has the same (js/src/catalog/sentences.ts).

What a picture is, is said by its game in a template, which travels to the page as data: there it is
filled for the iteration that is drawn. Fields of a template: ``{name}`` of the class, ``{score}``
of what is shown or left, ``{image}``, the score of the whole image.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

from xwidget.catalog.defenses import UNDEFENDED
from xwidget.catalog.games import GAMES, SAID
from xwidget.support.figures import figure

#: Of a mask that a person changed.
EDITED = "With this alone, the network scores {name} {score} (photo {image})."
#: Beside an undefended answer, where the same class was explained with the defense, too.
DEFENDED = "With the defense, it gives {name} {score}."


def says(game: str, name: str, score: float, image: float, *, scored: bool = False) -> str:
    """Return the sentence that describes a picture; "" where its score is not known.

    Parameters
    ----------
    game
        Its game's name.
    name
        Of the class, short.
    score
        Of what was optimized, in [0, 1]; NaN where it is not known.
    image
        Of the whole image, in [0, 1].
    scored
        Whether it is a score of a person's own, and no class.

    Examples
    --------
    >>> says("generation", "espresso", 0.8594, 0.951)
    'This alone makes the network say espresso: 0.86 (photo 0.95).'
    >>> says("deletion", "espresso", 0.061, 0.951)
    'Taken away: without this, the network scores espresso 0.06 (photo 0.95).'
    >>> says("generation", "missile", 0.25, 2.8e-7)
    'With this alone, the network scores missile 0.25 (photo 0.00).'
    """
    rules = GAMES.get(game)
    if rules is None or math.isnan(score):
        return ""
    goal = rules.enough * image
    done = score >= max(goal, SAID) if rules.keeps else score <= goal
    saying = rules.says_score if scored else rules.says
    return filled(saying if done else rules.says_short, name=name, score=score, image=image)


def filled(template: str, *, name: str, score: float, image: float) -> str:
    """Return a template with its fields filled; what stands in a name is no field."""
    values = {"name": name, "score": figure(score), "image": figure(image)}
    return re.sub(r"\{(name|score|image)\}", lambda field: values[field[1]], template)


def templates(games: Iterable[str] = GAMES) -> dict[str, Any]:
    """Return those of some games as the page is given them; docs/protocol.md describes it."""
    return {
        "games": {
            game.name: {
                "summary": game.summary,
                "keeps": game.keeps,
                "enough": game.enough,
                "says": game.says,
                "says_short": game.says_short,
                "says_score": game.says_score,
            }
            for game in (GAMES[name] for name in games if name in GAMES)
        },
        "said": SAID,
        "edited": EDITED,
        "undefended": [UNDEFENDED],
        "defended": DEFENDED,
    }
