"""The interface of a store of findings, its answers and reviews; no database."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, NamedTuple, Protocol

from xwidget.findings.finding import MOST_CHARACTERS, VERDICTS, Effect, Finding
from xwidget.findings.spot import Spot, Way, way_of
from xwidget.findings.times import now, parsed
from xwidget.support import texts


@dataclass(frozen=True)
class Kept:
    """A store's answer to a new version.

    Attributes
    ----------
    finding
        As it is kept now.
    clash
        The version that came first, where the new one was made from an older one: then nothing was
        kept, and ``finding`` is that version, too. None otherwise.
    durable
        Whether it outlives the kernel.
    """

    finding: Finding
    clash: Finding | None = None
    durable: bool = True


class Listed(NamedTuple):
    """A finding as an overview of many has it.

    Attributes
    ----------
    id, version
        The finding's; a higher version is newer.
    digest, frame
        The image, and height and width of the network's input.
    author, verdict
        Who marked it, and what they said; "" for nothing.
    way
        The map from the network's input to the image, see ``xwidget.findings.spot``.
    """

    id: str
    version: int
    digest: str
    frame: tuple[int, int]
    author: str
    verdict: str
    way: Way = None

    @property
    def spot(self) -> Spot:
        """The image, and what the network sees of it."""
        return Spot(self.digest, self.frame, self.way)

    @classmethod
    def of(cls, finding: Finding) -> Listed:
        """Return a finding as an overview has it."""
        return cls(
            finding.id,
            finding.version,
            finding.seen.digest,
            finding.frame,
            finding.author,
            finding.verdict,
            way_of(finding.seen.geometry),
        )


@dataclass(frozen=True)
class Review:
    """A second person's verdict on a finding, or the same person's at another time.

    Attributes
    ----------
    finding
        The finding's id.
    author
        Name of who judges.
    verdict
        One of ``VERDICTS``.
    kind
        What the region is, see ``KINDS``; or "".
    reason
        Why, in words; or "".
    id
        UUID.
    created
        ISO 8601, in UTC.

    Raises
    ------
    ValueError, TypeError
        If a value is out of range; the text says what came and what was expected.
    """

    finding: str
    author: str
    verdict: str
    kind: str = ""
    reason: str = ""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created: str = field(default_factory=now)

    def __post_init__(self) -> None:
        for each in fields(self):
            text = getattr(self, each.name)
            if not isinstance(text, str):
                raise TypeError(f"{each.name} of a review is {_shown(text)}; expected a text")
            most = MOST_CHARACTERS if each.name == "reason" else texts.NAME.characters
            if len(text) > most:
                raise ValueError(f"{each.name} has {len(text)} characters; at most {most} fit")
            object.__setattr__(self, each.name, texts.valid(text).replace("\x00", ""))
        if self.verdict not in VERDICTS:
            raise ValueError(
                f"verdict is {_shown(self.verdict)}; expected one of {', '.join(VERDICTS)}"
            )
        parsed(self.created, "created")

    def describe(self) -> dict[str, Any]:
        """Return it as JSON-able values, which :func:`read_review` takes."""
        return asdict(self)


def read_review(described: Any) -> Review:
    """Return the review that ``Review.describe`` described; unknown fields are left out.

    Raises
    ------
    ValueError, TypeError
        In words, if it describes none.
    """
    if not isinstance(described, Mapping):
        raise ValueError(f"a review is an object, got {_shown(described)}")
    known = {each.name for each in fields(Review)}
    missing = [name for name in ("finding", "author", "verdict") if name not in described]
    if missing:
        raise ValueError(
            f"a review without {' and '.join(missing)}: it has {_shown([*described])}; expected "
            "finding, author and verdict"
        )
    return Review(**{name: value for name, value in described.items() if name in known})


def by_finding(reviews: Iterable[Review]) -> dict[str, list[Review]]:
    """Return reviews by the id of their finding, in their order."""
    found: dict[str, list[Review]] = {}
    for each in reviews:
        found.setdefault(each.finding, []).append(each)
    return found


class Store(Protocol):
    """A store of findings; all of it may be called from any thread.

    Where it cannot do what is asked, a method raises an OSError or a RuntimeError in words, and
    nothing of it is kept.
    """

    @property
    def name(self) -> str:
        """Its name, for a person to read."""
        ...

    @property
    def key(self) -> str:
        """A key that is the same for the same store, whoever opens it."""
        ...

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of regions to choose from."""
        ...

    def put(self, finding: Finding, base: int, act: str, *, by: str | None = None) -> Kept:
        """Keep a new finding (``base`` 0), or what becomes of its version ``base``, by a person.
        The same ``act`` again keeps nothing, and has the same answer.
        """
        ...

    def list(self, digest: str | None = None) -> tuple[Finding, ...]:
        """Return the newest versions, of one image or of all, without those that were deleted; the
        oldest finding first.
        """
        ...

    def listed(self) -> tuple[Listed, ...]:
        """Return of the findings of ``list()`` what an overview needs, without reading the rest; in
        any order.
        """
        ...

    def get(self, id: str) -> Finding:
        """Return the newest version, also one that says that it was deleted; KeyError if there is
        none.
        """
        ...

    def history(self, id: str) -> tuple[Finding, ...]:
        """Return all versions, the oldest first."""
        ...

    def review(self, review: Review, act: str) -> Review:
        """Keep a review, which takes the place of an earlier one of the same author."""
        ...

    def reviews(
        self, id: str | None = None, author: str | None = None, *, digest: str | None = None
    ) -> tuple[Review, ...]:
        """Return each author's newest review, of one finding, of one image's or of all."""
        ...

    def all_judgments(
        self, ids: Iterable[str] | None = None, *, digest: str | None = None
    ) -> dict[str, tuple[Review, ...]]:
        """Return of each finding that is not deleted what each person said last, in a review or in
        a version of it; see ``xwidget.findings.said``.
        """
        ...

    def labels(self) -> tuple[str, ...]:
        """Return the labels in use, without those that were retired."""
        ...

    def save_input(
        self, digest: str, preprocessing: str, png: bytes, geometry: Mapping[str, Any] | None
    ) -> None:
        """Keep a net's input as an image, with its geometry, unless it is there."""
        ...

    def input(
        self, digest: str, preprocessing: str | None = None
    ) -> tuple[bytes, Mapping[str, Any] | None] | None:
        """Return the image and geometry that ``save_input`` kept; None if there are none. Without
        a preprocessing, those of any.
        """
        ...

    def record_effect(self, id: str, version: int, effect: Effect) -> None:
        """Keep what was measured of a version."""
        ...

    def changes_since(self, seq: int) -> tuple[int, tuple[Finding, ...]]:
        """Return a number, and the newest versions of what was written since that number was
        returned; for -1 the number alone.
        """
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...


def _shown(value: object) -> str:
    return texts.shown(repr(value), texts.Room(60))
