"""Values beside the evidence on an exported page: as many as it has room for."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xwidget.export.compared import Compared
from xwidget.support import texts, wire
from xwidget.support.packed import packed

MOST_BYTES = 6_000_000
"""Of the values of a page, packed."""

_DENSEST = 500  # bytes of values that one character may stand for
_LEFT_OUT = "Left out of this page, which would be too large with it."


@dataclass(frozen=True, eq=False)
class PaneValues:
    """The values of a pane for one class.

    Attributes
    ----------
    pane
        Id; 0 for our own evidence.
    target
        Class index.
    about
        The fields of the reply to the command ``values``, but for these two.
    size
        Bytes of its buffer.
    make
        Makes the buffer: only where there may be room for it.
    """

    pane: int
    target: int
    about: Mapping[str, Any]
    size: int
    make: Callable[[], bytes]

    def packed(self, room: int) -> str | None:
        """Return the buffer as the page holds it; None where it finds no room."""
        if self.size > _DENSEST * room:
            return None
        buffer = self.make()
        # Packing well takes seconds where values are many: not for what finds no room.
        if self.size > room and len(zlib.compress(buffer, 1)) > room:
            return None
        found = packed(buffer)
        return found if len(found) <= room else None


@dataclass(frozen=True, eq=False)
class Beside:
    """Panes beside the evidence, with their values.

    Attributes
    ----------
    panes
        Entries of the trait ``_beside``.
    values
        In the order in which there is room for them.
    compared
        Their scores and measures.
    choice
        The trait ``_beside_choice``.
    """

    panes: Sequence[Mapping[str, Any]] = ()
    values: Sequence[PaneValues] = ()
    compared: Compared = field(default_factory=Compared)
    choice: Mapping[str, Any] = field(default_factory=dict)

    def describe(self, targets: Collection[int], most: int = MOST_BYTES) -> dict[str, Any]:
        """Return the panes and the values as a page holds them, JSON-able.

        Parameters
        ----------
        targets
            Classes that are explained; values of others are left out.
        most
            Characters of all values. What is beyond is left out, and its pane says so.

        Returns
        -------
        dict
            "panes", as the trait ``_beside``; "values", by ``"pane/class"``; "scores", replies to
            the command ``score_area``; "choice", the trait ``_beside_choice``, of what is there,
            empty where a page begins with nothing chosen.
        """
        kept: dict[str, dict[str, Any]] = {}
        left_out: set[int] = set()
        for each in self.values:
            if each.target not in targets:
                continue
            packed = each.packed(most)
            if packed is None:
                left_out.add(each.pane)
                continue
            most -= len(packed)
            kept[f"{each.pane}/{each.target}"] = {**each.about, "bytes": packed}
        panes = [_entry(dict(pane), kept, left_out) for pane in self.panes]
        found = [pane for pane in panes if pane["targets"] or pane["error"]]
        ids = {pane["id"] for pane in found}
        choice = {
            "share": self.choice.get("share"),
            "differences": [each for each in self.choice.get("differences", ()) if each in targets],
            "models": [each for each in self.choice.get("models", ()) if each in ids],
        }
        # Places by our own evidence alone are beside nothing, unless they were looked at by area.
        beside = any(pane["targets"] for pane in found) or bool(choice["differences"])
        beside |= bool(kept) and choice["share"] is not None
        scores = [each for each in self.compared.scored if each["target"] in targets]
        return {
            "panes": wire.clean(found, texts.WORDS),
            "values": kept if beside else {},
            "scores": scores if beside else [],
            "choice": choice if beside and any(choice.values()) else {},
        }


NOTHING = Beside()
"""No pane at all."""


def _entry(
    pane: dict[str, Any], kept: Mapping[str, object], left_out: Collection[int]
) -> dict[str, Any]:
    id = pane["id"]
    pane["targets"] = {
        target: said for target, said in pane["targets"].items() if f"{id}/{target}" in kept
    }
    missing = id in left_out
    pane["state"] = "failed" if missing and not pane["targets"] else "done"
    pane["progress"] = 1.0
    pane["error"] = _LEFT_OUT if missing else ""
    return pane
