"""The values that findings must have to be listed."""

from __future__ import annotations

from dataclasses import dataclass

from xwidget.findings.finding import VERDICTS
from xwidget.support import texts


@dataclass(frozen=True)
class Filter:
    """Values that findings must have; None for any.

    Attributes
    ----------
    digest, author, label, verdict, kind, model
        As in a finding and in what it was seen on; "" for those that have none.
    target
        Index of the class.
    deleted
        False for those that are not deleted, True for those that are.

    Raises
    ------
    ValueError, TypeError
        If a value can be no finding's.
    """

    digest: str | None = None
    author: str | None = None
    label: str | None = None
    verdict: str | None = None
    kind: str | None = None
    model: str | None = None
    target: int | None = None
    deleted: bool | None = False

    def __post_init__(self) -> None:
        for name in ("digest", "author", "label", "verdict", "kind", "model"):
            value = getattr(self, name)
            if not isinstance(value, (str, type(None))):
                raise TypeError(f"{name} is {_shown(value)}; expected a text, or None for any")
        if self.verdict not in (None, "", *VERDICTS):
            raise ValueError(
                f"verdict is {_shown(self.verdict)}; expected one of {', '.join(VERDICTS)}, "
                'or "" for none'
            )
        if isinstance(self.target, bool) or not isinstance(self.target, (int, type(None))):
            raise TypeError(f"target is {_shown(self.target)}; expected a class's index, or None")
        if not isinstance(self.deleted, (bool, type(None))):
            raise TypeError(f"deleted is {_shown(self.deleted)}; expected True, False or None")


def _shown(value: object) -> str:
    return texts.shown(repr(value), texts.NAME)
