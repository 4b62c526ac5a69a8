"""A question of a lesson, or of a panel that is guessed at first."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from xwidget.lessons import keys
from xwidget.lessons.kinds import KINDS, LONGEST, MOST_OPTIONS, Asked
from xwidget.support import arguments, texts

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Options that are pictures without words."""

_CHANNELS = ("red", "green", "blue")
_RIGHT = {True: "right", False: "wrong"}


@dataclass(frozen=True)
class Question:
    """A question that a student answers before something is revealed.

    Parameters
    ----------
    kind
        What is asked for:

        - ``"region"``: a part of the photo, marked with the brush in the panel;
        - ``"class"``, ``"channel"``, ``"method"``: a class, a color channel, or which pane is which
          method; without ``options`` the panel makes them of what it shows;
        - ``"choice"``: one of the options, or several;
        - ``"match"``: for each of the ``pictures`` one of the options;
        - ``"number"``: a number from 0 to 1, such as a score;
        - ``"text"``: a text, which has no right answer.
    prompt
        The question in words.
    options
        Texts to choose from, 2 to 26.
    answer
        The right answer, or None: an option's text or its place from 0, a list of those where
        several are right, or ``several``; for "match" and "method" a list with one for each; for
        "number" a number.
    feedback
        What is said once the answer is in; Markdown in a lesson. A dict says it by answer: its keys
        are ``"right"``, ``"wrong"``, or options.
    id
        Name of the question in files of answers, one of its own in a lesson; by default made of
        kind and prompt, so that it stays when steps are moved.
    pictures
        Pictures of the options of a "choice", which then need no texts: they are A, B, C; or the
        pictures of a "match". Images as in ``Inspector``.
    several
        Whether several options may be chosen: right is, then, to choose all right ones and no
        other.
    tolerance
        How far a number may be off.
    required
        Whether the lesson goes on only once it is answered.

    Raises
    ------
    ValueError, TypeError
        If there is no such kind, or an argument does not fit it.

    Examples
    --------
    >>> import xwidget as xw
    >>> asked = xw.Question("choice", "What made the score rise?", ["the wheel", "the sky"], 0)
    >>> asked.is_right("the wheel"), asked.is_right("the sky")
    (True, False)
    """

    kind: str
    prompt: str = ""
    options: Sequence[str] | None = None
    answer: Any = None
    feedback: str | Mapping[str, str] = ""
    id: str | None = None
    pictures: Sequence[Any] = ()
    several: bool = False
    tolerance: float = 0.05
    required: bool = True

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            close = get_close_matches(str(self.kind), KINDS, n=1, cutoff=0.5)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise ValueError(f"kind is {self.kind!r}; expected one of {', '.join(KINDS)}{hint}")
        if not isinstance(self.prompt, str) or len(self.prompt) > LONGEST:
            raise TypeError(f"a prompt is a text of at most {LONGEST} characters")
        keep = object.__setattr__
        keep(self, "pictures", tuple(self.pictures))
        keep(self, "options", self._checked_options())
        number = arguments.real(self.tolerance)
        if number is None or not 0 <= number <= 1:
            raise ValueError(f"tolerance is a number from 0 to 1, got {self.tolerance!r}")
        keep(self, "tolerance", number)
        keep(self, "answer", self._checked_answer())
        self._check_feedback()
        keep(self, "id", self._id())

    # What a person asks.

    def check(self, value: Any) -> Any:
        """Return a value as a file of answers has it: an option as its text, a region packed.

        Raises
        ------
        ValueError
            If it is no answer to this question; the message says why.
        """
        return KINDS[self.kind].check(self._asked, value)

    def is_right(self, value: Any) -> bool | None:
        """Return whether a value is right; None where no right answer is known.

        Raises
        ------
        ValueError
            As ``check``.
        """
        right, checked = KINDS[self.kind].right, self.check(value)
        return None if right is None or self.answer is None else right(self._asked, checked)

    def says(self, value: Any) -> str:
        """Return the feedback to a value."""
        if isinstance(self.feedback, str):
            return self.feedback
        right = self.is_right(value)
        names = [*([value] if isinstance(value, str) else []), _RIGHT.get(right, "")]  # type: ignore[arg-type]
        return next((self.feedback[name] for name in names if name in self.feedback), "")

    # What travels.

    @property
    def asked(self) -> dict[str, Any]:
        """The question as JSON-able values, without its answer and pictures."""
        return {
            "id": self.id,
            "kind": self.kind,
            "prompt": self.prompt,
            "options": list(self.options or ()),
            "several": self.several,
            "places": self._asked.places,
            "required": self.required,
        }

    def judging(self, feedback: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return the right answer, its tolerance and the feedback, as JSON-able values.

        Parameters
        ----------
        feedback
            In place of the question's own, by "" for all answers, "right", "wrong" or option.
        """
        own = {"": self.feedback} if isinstance(self.feedback, str) else dict(self.feedback)
        return {
            "answer": self.answer,
            "tolerance": self.tolerance,
            "feedback": own if feedback is None else dict(feedback),
        }

    def key(self, feedback: Mapping[str, str] | None = None) -> str:
        """Return ``judging`` so that it cannot be read at a glance: JSON in base64."""
        return keys.packed(self.judging(feedback))

    # Checks.

    @property
    def _asked(self) -> Asked:
        places = len(self.pictures) if self.kind == "match" else 0
        if self.kind == "method" and self.answer is not None:
            places = len(self.answer)
        options = tuple(self.options or ())
        return Asked(options, self.answer, self.several, self.tolerance, places)

    def _checked_options(self) -> tuple[str, ...] | None:
        options = self.options
        if self.several and self.kind != "choice":
            raise ValueError(f'several is for the kind "choice", not {self.kind!r}')
        if self.pictures and self.kind not in ("choice", "match"):
            raise ValueError(f'pictures are for the kinds "choice" and "match", not {self.kind!r}')
        if options is None and self.kind == "choice" and self.pictures:
            options = LETTERS[: len(self.pictures)]
        if options is None and self.kind == "channel":
            options = _CHANNELS
        if not KINDS[self.kind].options:
            if options is not None:
                raise ValueError(f"a question of the kind {self.kind!r} has no options")
            return None
        if options is None:
            if self.kind in ("choice", "match"):
                raise ValueError(f"a question of the kind {self.kind!r} needs options")
            return None
        if isinstance(options, str) and options != LETTERS[: len(options)]:
            raise TypeError(f"options are a list of texts, got {options!r}")
        if not all(isinstance(each, str) and each.strip() for each in options):
            raise TypeError(f"each option is a text, got {list(options)!r}")
        if long := next((each for each in options if len(each) > texts.NAME.characters), None):
            raise ValueError(
                f"an option has {len(long)} characters, at most {texts.NAME.characters} are shown: "
                f"{texts.shown(long, texts.Room(60))}"
            )
        found = tuple(texts.shown(each.strip(), texts.NAME) for each in options)
        if not 2 <= len(found) <= MOST_OPTIONS or len(set(found)) < len(found):
            raise ValueError(
                f"a question has 2 to {MOST_OPTIONS} options, no two of them alike; got {found}"
            )
        if self.kind == "choice" and self.pictures and len(self.pictures) != len(found):
            raise ValueError(f"{len(found)} options have {len(self.pictures)} pictures")
        if self.kind == "match" and not 2 <= len(self.pictures) <= MOST_OPTIONS:
            raise ValueError(f"a matching has 2 to {MOST_OPTIONS} pictures")
        return found

    def _checked_answer(self) -> Any:
        answer, kind = self.answer, KINDS[self.kind]
        if answer is None:
            return None
        if isinstance(answer, (list, tuple, set)) and not answer:
            raise ValueError("the answer is empty; without one that is right, leave it out")
        answer = _stripped(answer)
        if kind.right is None:
            raise ValueError(f"a question of the kind {self.kind!r} has no right answer")
        try:
            if self.kind in ("class", "channel", "choice"):
                each = answer if isinstance(answer, (list, tuple, set)) else [answer]
                asked = Asked(tuple(self.options or ()), several=True)
                return tuple(kind.check(asked, list(each)))
            return kind.check(self._asked, answer)
        except ValueError as error:
            raise ValueError(f"the answer cannot be right: {error}") from None

    def _check_feedback(self) -> None:
        if isinstance(self.feedback, str):
            return
        if not isinstance(self.feedback, Mapping):
            raise TypeError(f"feedback is a text, or a dict of texts, got {self.feedback!r}")
        known = [*_RIGHT.values(), *(self.options or ())]
        if both := set(_RIGHT.values()) & set(self.options or ()):
            raise ValueError(
                f"an option is called {min(both)!r}, as a verdict is: give one feedback for all, "
                "or name the option otherwise"
            )
        for name, said in self.feedback.items():
            if name not in known or not isinstance(said, str):
                raise ValueError(
                    f"feedback has {name!r}: {said!r}; expected texts by {', '.join(known)}"
                )

    def _id(self) -> str:
        if self.id is None:
            told = f"{self.kind}\n{self.prompt}\n{self.options or ''}"
            return f"{self.kind}-{hashlib.sha256(told.encode()).hexdigest()[:8]}"
        if not isinstance(self.id, str) or not self.id.strip():
            raise TypeError(f"an id is a text, got {self.id!r}")
        return texts.shown(self.id.strip(), texts.NAME)


def _stripped(answer: Any) -> Any:
    """Return an answer without space around its texts, as options are."""
    if isinstance(answer, str):
        return answer.strip()
    if isinstance(answer, (list, tuple, set)):
        return [each.strip() if isinstance(each, str) else each for each in answer]
    return answer
