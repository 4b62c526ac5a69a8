"""The checks of an explanation, in words and numbers. Plain data, no net."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

#: Names of the checks, in order of weight: of several that fail, the first is named.
NAMES = (
    "defense",
    "score",
    "small moves",
    "unseen backgrounds",
    "control",
    "share shown",
    "push",
    "ending",
    "seeds",
    "witness",
    "reference alone",
    "everything else",
    "taken away",
    "gradient",
    "contrast",
)

#: Outcomes of the checks of one class.
VERDICTS = ("holds", "doubtful", "no evidence", "not checked")

#: Kinds of answer, each with a sign of its own in a picture.
SIGNS = ("holds", "doubtful", "none", "unjudged")

#: Characters of a line of printed text: what a narrow notebook's cell has room for.
WIDTH = 60
_MARKS = {True: "✓", False: "✗", None: "·"}


@dataclass(frozen=True)
class Check:
    """One test of an explanation for one class.

    Attributes
    ----------
    name
        One of ``NAMES``.
    value
        The figure that decides, in the unit that ``words`` names; None if there is none.
    passed
        True if it speaks for the explanation, False if against it, None if it only informs.
    words
        One sentence: the test and its outcome.
    details
        Further figures by name, JSON-able.
    """

    name: str
    value: float | None
    passed: bool | None
    words: str
    details: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.name not in NAMES:
            raise ValueError(f"a check is named {self.name!r}; expected one of {', '.join(NAMES)}")
        if not isinstance(self.words, str) or self.passed not in (None, True, False):
            raise TypeError(f"the check {self.name!r} has words and True, False or None as outcome")
        if not all(map(_is_number, (self.value, *self.details.values()))):
            raise TypeError(f"the figures of the check {self.name!r} are numbers or None")

    def describe(self) -> dict[str, Any]:
        """Return the attributes as JSON-able values; a value that is not finite becomes None."""
        return {
            "name": self.name,
            "value": _finite(self.value),
            "passed": self.passed,
            "words": self.words,
            "details": {name: _finite(value) for name, value in self.details.items()},
        }


@dataclass(frozen=True)
class Checks:
    """All checks of an explanation for one class.

    Attributes
    ----------
    items
        The individual checks, in the order of ``NAMES``.
    verdict
        The outcome in two or three words: "holds", "doubtful", "no evidence" or "not checked".
    summary
        The outcome in one line, for a person.
    says
        One sentence that takes the place of the game's own where that would mislead: nothing was
        found, or the reference alone suffices. Otherwise empty.

    Examples
    --------
    >>> moves = Check("small moves", 0.12, False, "Slightly moved, it keeps 0.12.")
    >>> checks = Checks((moves,), "doubtful", "Doubtful: slightly moved, it keeps 0.12.")
    >>> checks["small moves"].passed, checks.passed, [check.name for check in checks.failed]
    (False, False, ['small moves'])
    """

    items: tuple[Check, ...] = ()
    verdict: str = "not checked"
    summary: str = "Not checked."
    says: str = ""

    def __post_init__(self) -> None:
        texts = self.summary, self.says
        if self.verdict not in VERDICTS or not all(isinstance(text, str) for text in texts):
            raise ValueError(
                f"a verdict is one of {', '.join(VERDICTS)}, its summary and says are text; got "
                f"{self.verdict!r}, {self.summary!r}, {self.says!r}"
            )

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that speak against the explanation."""
        return tuple(check for check in self.items if check.passed is False)

    @property
    def passed(self) -> bool:
        """True if there was something to show and no check failed."""
        return self.verdict == "holds" and not self.failed

    @property
    def sign(self) -> str:
        """Kind of answer, one of ``SIGNS``. A test that failed is never outvoted: what says
        otherwise is doubtful all the same.
        """
        if self.verdict == "no evidence":
            return "none"
        if self.failed or self.verdict == "doubtful":
            return "doubtful"
        return "holds" if self.verdict == "holds" else "unjudged"

    def __getitem__(self, name: str) -> Check:
        """Return a check by its name; KeyError, with the names there are, if it was not made."""
        for check in self.items:
            if check.name == name:
                return check
        made = ", ".join(check.name for check in self.items) or "none"
        raise KeyError(f"no check {name!r} was made; these were: {made}")

    def __contains__(self, name: object) -> bool:
        return any(check.name == name for check in self.items)

    def __iter__(self) -> Iterator[Check]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __str__(self) -> str:
        """Return it in lines short enough for a narrow notebook cell."""
        lines = wrapped(self.summary)
        for check in self.items:
            lines += wrapped(f"{_MARKS[check.passed]} {check.name}: {check.words}", "  ", "    ")
        return "\n".join(lines)

    def describe(self) -> dict[str, Any]:
        """Return everything as JSON-able values, for ``read``."""
        return {
            "verdict": self.verdict,
            "sign": self.sign,
            "summary": self.summary,
            "says": self.says,
            "items": [check.describe() for check in self.items],
        }

    @classmethod
    def read(cls, value: Mapping[str, Any]) -> Checks:
        """Return the checks that ``describe`` described; KeyError or TypeError for other values."""
        return cls(
            tuple(Check(**item) for item in value["items"]),
            value["verdict"],
            value["summary"],
            value.get("says", ""),
        )


def wrapped(text: str, first: str = "", others: str | None = None) -> list[str]:
    """Return a text in printed lines, the first and the others indented."""
    rest = first if others is None else others
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest)


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, Real) and not isinstance(value, bool))


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
