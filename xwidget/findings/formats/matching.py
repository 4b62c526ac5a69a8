"""From a file's entries to findings of images that are known."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xwidget.findings import finding as findings
from xwidget.findings.finding import Finding, Seen
from xwidget.findings.formats.items import Claim, Item
from xwidget.findings.formats.parsing import MOST_ENTRIES, Malformed, dumped
from xwidget.findings.formats.picture import Picture, by, plain
from xwidget.support import texts

OF_ANOTHER = "it is of another image, "
"""The beginning of the reason for which an entry of an image that is not known is refused."""

_OURS = uuid.UUID("6c9d6f64-38f0-4a51-9a0b-7f6d24a0c9b1")


@dataclass(frozen=True)
class Row:
    """An entry of a file: the finding that it is, or why it is refused.

    Attributes
    ----------
    finding
        The finding; None if it is refused.
    matched
        ``"digest"`` or ``"name and size"``, by which its image was recognized, or "".
    reason
        Why it is refused; "" if it is not.
    place
        Where it is in the file.
    label
        What it is called there.
    """

    finding: Finding | None
    matched: str
    reason: str
    place: str
    label: str = ""

    def describe(self) -> dict[str, Any]:
        """Return it as JSON-able values."""
        finding = None if self.finding is None else self.finding.describe()
        return {
            "finding": finding,
            "matched": self.matched,
            "reason": self.reason,
            "place": self.place,
            "label": self.label,
        }


@dataclass(frozen=True)
class Match:
    """A known image that a file speaks of.

    Attributes
    ----------
    picture
        As known.
    view
        The same with the coordinates that the file has.
    how
        By which it was recognized.
    note
        What a person should know of it.
    """

    picture: Picture
    view: Picture
    how: str
    note: str = ""


def rows(items: Iterable[Item], known: Sequence[Picture] | None) -> tuple[list[Row], list[str]]:
    """Return a row for each entry, and notes.

    Raises
    ------
    Malformed
        If the file is, or has too many entries.
    """
    found: list[Row] = []
    matches: dict[int, Match | str] = {}
    claims: list[Claim] = []  # keeps the ids of claims apart
    places: dict[str, str] = {}
    for item in items:
        if len(found) == MOST_ENTRIES:
            raise Malformed(f"the file has more than {MOST_ENTRIES:,} findings; export it in parts")
        if id(item.claim) not in matches:
            claims.append(item.claim)
            matches[id(item.claim)] = _match(item.claim, known)
        found.append(_row(item, matches[id(item.claim)], places))
    notes = [match.note for match in matches.values() if isinstance(match, Match) and match.note]
    return found, list(dict.fromkeys(notes))


def _row(item: Item, match: Match | str, places: dict[str, str]) -> Row:
    label = texts.shown(str(item.said.get("label", "")), texts.NAME)
    if isinstance(match, str):
        return Row(None, "", match, item.place, label)
    try:
        finding = _finding(item, match)
    except Malformed:
        raise
    except (ValueError, TypeError, OverflowError) as error:
        return Row(None, match.how, texts.text_of(error), item.place, label)
    if finding.id in places:
        reason = f"it has the id of {places[finding.id]}, or is the same"
        return Row(None, match.how, reason, item.place, label)
    places[finding.id] = item.place
    return Row(finding, match.how, "", item.place, label)


def _finding(item: Item, match: Match) -> Finding:
    values = item.values()
    region = item.region(match.view)
    seen = match.picture.seen
    told = findings.read_seen(item.extra.get("seen") or {})
    values["seen"] = _described(
        replace(told, digest=seen.digest, image=seen.image, size=seen.size, geometry=seen.geometry)
    )
    values["region"], values["frame"] = region.describe(), list(match.picture.frame)
    values["id"] = _id(values.get("id"), item, match.picture)
    return findings.read(values)


def _described(seen: Seen) -> dict[str, Any]:
    return {**seen.__dict__, "size": None if seen.size is None else list(seen.size)}


def _id(given: Any, item: Item, picture: Picture) -> str:
    """Return the id in the file if it is a UUID, or one made from the content: of the same file
    it is the same each time.
    """
    if isinstance(given, str):
        try:
            return str(uuid.UUID(given.removeprefix("urn:uuid:")))
        except ValueError:
            pass
    picture_id = [picture.seen.digest or plain(picture.name), *picture.size]
    return str(uuid.uuid5(_OURS, dumped_safely([picture_id, item.content])))


def dumped_safely(value: Any) -> str:
    """Return JSON of any content of a file, such as numbers that are not finite."""
    try:
        return dumped(value).decode("ascii")
    except ValueError:
        return repr(value)


def _match(claim: Claim, known: Sequence[Picture] | None) -> Match | str:
    """Return the known image that a file speaks of, or why there is none."""
    if known is None:
        try:
            picture = claim.picture
        except ValueError as error:
            return str(error)
        return Match(picture, picture, "")
    if not (claim.name or claim.size or claim.seen.digest):
        if len(known) == 1:
            note = f"The file names no image; its findings are taken for {known[0].name}'s."
            return Match(known[0], known[0], "", note)
        return "the file does not say which image this is of"
    digest = claim.seen.digest
    same = [picture for picture in known if digest and picture.seen.digest == digest]
    if same:
        return _with_view(claim, same[0], "digest")
    named = [picture for picture in known if _called(claim, picture)]
    called = [p for p in named if not (digest and p.seen.digest)]
    fits = [m for p in called if isinstance(m := _with_view(claim, p, "name and size"), Match)]
    if len({m.picture.seen.digest or m.picture.key for m in fits}) > 1:
        return f"several images are called {_name(claim)} and have its size"
    if fits:
        return fits[0]
    if called:
        return str(_with_view(claim, called[0], "name and size"))
    alike = " (the one here is called so, too, but has other pixels)" if named else ""
    return f"{OF_ANOTHER}{_name(claim)}{alike}"


def _name(claim: Claim) -> str:
    return repr(texts.shown(plain(claim.name), texts.Room(60)))


def _called(claim: Claim, picture: Picture) -> bool:
    names = {picture.seen.image, picture.name, picture.as_input.name, picture.file}
    return plain(claim.name) in set(map(plain, names)) - {""}


def _with_view(claim: Claim, picture: Picture, how: str) -> Match | str:
    """Return a match, or why the file's coordinates have no place in the image."""
    of_input = claim.frame is not None and not claim.picture.original
    of_input |= plain(claim.name) == plain(picture.as_input.name) != plain(picture.seen.image)
    view = picture.as_input if of_input else picture
    if claim.size in (None, view.size):
        note = "" if claim.size else f"The file does not say the size of {_name(claim)}."
        if not of_input and not picture.original:
            note = note or f"Taken for coordinates of the network's input: {picture.reason}."
        return Match(picture, view, how, note)
    size = claim.size
    turned = size == view.size[::-1]
    advice = "; one of the two is not turned upright (EXIF)" if turned else ""
    if not picture.original and size == picture.seen.size:
        advice = f", and {picture.reason}"
    return f"the file's image has {by(size)} pixels, and this one {by(view.size)}{advice}"
