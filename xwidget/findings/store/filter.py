"""The values that findings must have to be listed."""

from __future__ import annotations

from dataclasses import dataclass


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
    """

    digest: str | None = None
    author: str | None = None
    label: str | None = None
    verdict: str | None = None
    kind: str | None = None
    model: str | None = None
    target: int | None = None
    deleted: bool | None = False
