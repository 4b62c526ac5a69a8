"""Shapes of a question that a person answers before the panel shows what the network relies on.

As in ``shapes``, every value is plain JSON.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

GuessKind = Literal["region", "class", "channel", "method", "choice", "number", "text"]


class GuessQuestion(TypedDict):
    """A question. The right answer is not told before a guess is committed."""

    id: str
    kind: GuessKind
    prompt: str
    options: Annotated[list[str], "What there is to choose from; empty where nothing is."]
    several: Annotated[bool, "Whether several options may be chosen at once."]
    target: Annotated[int, "The class that it is about."]
    panes: Annotated[
        list[int],
        "Of a question about methods: numbers of the pictures in the order in which they are "
        "shown, without their names; 0 for our own evidence.",
    ]


class GuessRegion(TypedDict):
    """Pixels of the photo."""

    size: Annotated[list[int], "Height and width."]
    counts: Annotated[str, "Run lengths, as findings have them."]


class Guess(TypedDict):
    """A question and what became of it."""

    question: GuessQuestion
    value: Annotated[
        Any, "What is committed: a `GuessRegion`, an option or a number; null before that."
    ]
    committed: bool
    revealed: Annotated[bool, "Whether the panel shows what it hides until then."]
    waits: Annotated[str, 'Why it cannot be revealed yet, in words; or "".']
    right: Annotated[bool | None, "null where nothing is right or wrong, and before the result."]
    result: Annotated[
        dict[str, Any],
        "`{}` before it is known. Of a region: `area`, `overlap`, `chance`, `score`, `evidence`, "
        "`image` and `why_no_score`; of others: `answer`, and the figures behind it.",
    ]
    evidence: Annotated[
        GuessRegion | None, "The pixels that the evidence ranks first, as many as the guess has."
    ]
    feedback: Annotated[str, 'What is said once it is revealed; or "".']
    tries: Annotated[int, "Guesses that were committed so far."]


class GuessAnswer(TypedDict):
    """An answer that stays on record: the first that was committed."""

    question: str
    kind: GuessKind
    step: int
    value: Any
    right: bool | None
    result: dict[str, Any]
    seconds: float
    tries: int
    time: Annotated[str, "When it was committed, in ISO form."]


class Locked(TypedDict, total=False):
    """The controls that a person cannot use."""

    hidden: Annotated[list[str], "Elements of the panel, as a style sheet selects them."]
    keys: Annotated[list[str], "Keys that do nothing, as a browser names them, letters small."]
