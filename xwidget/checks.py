"""What speaks for and against trusting an explanation, in words and numbers. Plain data, no net."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

#: What a check is about, in the order in which they are told: the first that fails says most.
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
)

#: How the checks of one class may turn out.
VERDICTS = ("holds", "doubtful", "no evidence", "not checked")

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
        The figure that decides, in the unit that ``words`` names; None where there is none.
    passed
        Whether it speaks for the explanation; None where it only informs.
    words
        One sentence for a person: what was tried, what came out.
    details
        The figures behind it by name, JSON-able.
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
    """All tests of an explanation for one class.

    Attributes
    ----------
    items
        The tests, in the order of ``NAMES``.
    verdict
        The outcome in two or three words: "holds", "doubtful", "no evidence" or "not checked".
    summary
        The outcome in one line, for a person.
    says
        What the picture is, in one sentence, where its game's own would be wrong about it: nothing
        was found, or the reference alone does it. Empty where the game's own is right.

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
        """The tests that speak against the explanation."""
        return tuple(check for check in self.items if check.passed is False)

    @property
    def passed(self) -> bool:
        """Whether the explanation holds: there was something to show, and no test failed."""
        return self.verdict == "holds" and not self.failed

    def __getitem__(self, name: str) -> Check:
        """Return a test by its name; KeyError, with the names there are, where it was not made."""
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
        """Return it in lines so short that a notebook's narrow cell breaks none in mid-word."""
        lines = wrapped(self.summary)
        for check in self.items:
            lines += wrapped(f"{_MARKS[check.passed]} {check.name}: {check.words}", "  ", "    ")
        return "\n".join(lines)

    def describe(self) -> dict[str, Any]:
        """Return everything as JSON-able values, which ``read`` takes."""
        return {
            "verdict": self.verdict,
            "summary": self.summary,
            "says": self.says,
            "items": [check.describe() for check in self.items],
        }

    @classmethod
    def read(cls, value: Mapping[str, Any]) -> Checks:
        """Return what ``describe`` returned; KeyError or TypeError where it is nothing like it."""
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
