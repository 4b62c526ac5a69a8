"""Loading: a finding of a file, or a review, is kept, unless what is kept already is newer."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from xwidget.findings.finding import Effect, Finding
from xwidget.findings.keeping import Kept, Review
from xwidget.findings.store.errors import StoreError
from xwidget.findings.times import now, parsed

if TYPE_CHECKING:
    from xwidget.findings.formats import Preview

_LOADED: Final = uuid.UUID("2f0b3d1e-5c44-4f3a-8f0f-9a3c4d9a7b11")
"""Makes the acts: the same finding on the same version is the same act."""
_ATTEMPTS: Final = 100


def compared(kept: Finding, finding: Finding) -> str:
    """Return the outcome of loading a finding of a file where one is kept: ``"deleted"`` (it comes
    back), ``"earlier"`` (what is kept was changed earlier: the file's takes its place), ``"same"``
    or ``"later"`` (what is kept stays).
    """
    if kept.deleted and not finding.deleted:
        return "deleted"
    ours, theirs = parsed(kept.changed), parsed(finding.changed)
    return "same" if ours == theirs else "later" if ours > theirs else "earlier"


def load_all(
    read: Preview,
    keep: Callable[[Finding], Finding],
    reviews: Callable[[str, str], Sequence[Review]],
    review: Callable[[Review, str], object],
    *,
    author: str,
    skip: bool,
) -> list[Finding]:
    """Return the findings of a file as they are kept, with its reviews of them. What is wrong with
    the file is found before any is kept.

    Parameters
    ----------
    read
        The file.
    keep
        Keeps a finding, as ``load`` does.
    reviews, review
        As a ``Store`` has them; the first for a finding's id and an author.
    author
        Name of who loads it; a review without an author is taken for theirs.
    skip
        Whether to leave out what is refused.

    Raises
    ------
    ValueError
        If something is refused; or as ``keep`` and ``review``.
    """
    found = read.accepted(skip=skip)
    signed = [replace(each, author=each.author.strip() or author) for each in read.reviews]
    kept = [keep(each) for each in found]
    ids = {each.id for each in kept}
    _load_reviews(reviews, review, (each for each in signed if each.finding in ids))
    return kept


def _load_reviews(
    reviews: Callable[[str, str], Sequence[Review]],
    review: Callable[[Review, str], object],
    given: Iterable[Review],
) -> None:
    """Keep reviews, the oldest first; none that is older than what its author said last."""
    for each in sorted(given, key=lambda each: parsed(each.created)):
        newest = reviews(each.finding, each.author)
        if all(parsed(kept.created) < parsed(each.created) for kept in newest):
            key = f"{each.id} {each.finding} {each.author} {each.created}"
            review(each, str(uuid.uuid5(_LOADED, key)))


def load(
    get: Callable[[str], Finding],
    put: Callable[[Finding, int, str], Kept],
    record_effect: Callable[[str, int, Effect], None],
    finding: Finding,
) -> Finding:
    """Return a finding of a file as it is kept. Where it is there, the one that was changed later
    stays, the file's as a new version; one that was deleted comes back as a new version. A file
    that holds no judgment of it takes none away: an exported page may be without. Loading a file
    again keeps none twice.

    Parameters
    ----------
    get, put, record_effect
        As a ``Store`` has them.
    finding
        As the file has it.

    Raises
    ------
    StoreError
        If others change it all the time; or as ``get``, ``put`` and ``record_effect``.
    """
    for _ in range(_ATTEMPTS):
        base, mine = 0, finding
        try:
            newest = get(finding.id)
        except KeyError:
            pass
        else:
            found = compared(newest, finding)
            if found in ("same", "later"):
                return newest
            mine = _with_judgment(finding, newest)
            if found == "deleted":  # what is done now is later than that
                mine = replace(mine, changed=now())
            base = newest.version
        act = str(uuid.uuid5(_LOADED, f"{finding.id} {finding.changed} {base}"))
        kept = put(mine, base, act)
        if kept.clash is not None:
            continue
        if base and finding.effect is not None:
            record_effect(finding.id, kept.finding.version, finding.effect)
            return replace(kept.finding, effect=finding.effect)
        return kept.finding
    raise StoreError(f"finding {finding.id} is changed by others all the time; try again")


def _with_judgment(finding: Finding, kept: Finding) -> Finding:
    """Return a finding of a file, with the judgment that is kept if the file holds none."""
    if finding.verdict or finding.kind or finding.reason or finding.confidence is not None:
        return finding
    return replace(
        finding,
        verdict=kept.verdict,
        kind=kept.kind,
        reason=kept.reason,
        confidence=kept.confidence,
    )
