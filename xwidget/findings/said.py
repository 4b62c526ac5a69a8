"""The judgments in the versions of a finding, by person: the rule of all stores."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

from xwidget.findings.keeping import Review
from xwidget.findings.times import parsed


class Made(Protocol):
    """A version of a finding, and who made it."""

    @property
    def made_by(self) -> str:
        """Name of who made this version; of who brought it in, if it is the first."""
        ...

    @property
    def author(self) -> str:
        """Name of who marked the finding."""
        ...

    @property
    def verdict(self) -> str:
        """Its verdict; "" for none."""
        ...


M = TypeVar("M", bound=Made)


def given(versions: Iterable[M]) -> dict[str, M]:
    """Return of each person the version that holds the verdict that they gave last.

    A verdict is the judgment of who gave it: the first version's of its author, whoever brought it
    in; a later one's of who changed it, if that is another, too, and then the author's own stays as
    it was. Its kind and reason are those of the last version that this person made. Where the name
    of the author is changed, the author's verdict goes with it. Who takes a verdict away has given
    none, and takes away no other's.

    Parameters
    ----------
    versions
        All of one finding, the oldest first.

    Examples
    --------
    >>> from typing import NamedTuple
    >>> class Version(NamedTuple):
    ...     made_by: str
    ...     author: str
    ...     verdict: str
    >>> said = given([Version("Ada", "Ada", "spurious"), Version("Grace", "Ada", "core")])
    >>> {name: version.verdict for name, version in said.items()}
    {'Ada': 'spurious', 'Grace': 'core'}
    """
    found: dict[str, M] = {}
    before: M | None = None
    giver = ""  # of the verdict of the version before
    for each in versions:
        if before is None:
            found[each.author], giver = each, each.author
        elif each.verdict != before.verdict:
            found[each.made_by], giver = each, each.made_by
        elif giver == before.author != each.author:
            found.pop(giver)
            found[each.author], giver = each, each.author
        elif each.made_by == giver:
            found[giver] = each
        before = each
    return {name: each for name, each in found.items() if each.verdict}


def of_version(person: str, record: Any) -> Review:
    """Return the verdict in a version, as ``Finding.describe`` describes it, as a review."""
    return Review(
        finding=record["id"],
        author=person,
        verdict=record["verdict"],
        kind=record["kind"],
        reason=record["reason"],
        id=str(uuid.uuid5(uuid.UUID(record["id"]), str(record["version"]))),
        created=record["changed"],
    )


def newest(own: Iterable[Review], reviews: Iterable[Review]) -> tuple[Review, ...]:
    """Return of each person what they said last, the oldest first.

    Parameters
    ----------
    own
        The verdicts in the versions of one finding.
    reviews
        Its reviews, of each person the newest.
    """
    found: dict[str, Review] = {}
    for each in sorted((*own, *reviews), key=lambda each: parsed(each.created)):
        found.pop(each.author, None)
        found[each.author] = each
    return tuple(found.values())
