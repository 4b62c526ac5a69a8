"""The rows of a store by number, as they are at one time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from xwidget.batch.store.store import ExplanationStore
from xwidget.browser.choices import PRESETS, Filter
from xwidget.checks import VERDICTS

SECONDS = 10.0
"""Seconds that a question from a page may take."""

Numbers = npt.NDArray[np.int32]
Marks = npt.NDArray[np.bool_]


class Known:
    """The rows of a store as they are at one time. Each has a number, which it keeps whatever comes
    or goes later.

    It does not change: what has been written since is in another one, which may be made while this
    one is read on another thread.

    Parameters
    ----------
    store
        Whose rows.
    before
        The rows at an earlier time; None for the first.

    Attributes
    ----------
    ids
        By number, those too of rows that were there once and are gone.
    number
        By id.
    rows
        Numbers of those that are there, as the images were given.
    """

    def __init__(self, store: ExplanationStore, before: Known | None = None) -> None:
        self.store = store
        verdicts = ", ".join(f"'{each}'" for each in VERDICTS)
        presets = [f"coalesce({p.condition}, false) AS {name}" for name, p in PRESETS.items()]
        # One question, so that all of it is of one time.
        table = store.query(
            "SELECT id, coalesce(target, -1) AS target, target_name, "
            f"coalesce(list_position([{verdicts}], verdict), 0) - 1 AS verdict, "
            f"witness_score IS NOT NULL AS witnessed, {', '.join(presets)} FROM rows ORDER BY rowid"
        )
        there = table.column("id").to_pylist()
        self.ids: list[str] = [] if before is None else list(before.ids)
        self.number: dict[str, int] = {} if before is None else dict(before.number)
        for id in there:
            if id not in self.number:
                self.number[id] = len(self.ids)
                self.ids.append(id)
        self.rows = self.numbers(there)

        def column(name: str, kind: Any, none: Any) -> Any:
            found = np.full(len(self.ids), none, kind)
            found[self.rows] = table.column(name).to_numpy()
            return found

        self._presets: dict[str, Marks] = {name: column(name, bool, False) for name in PRESETS}
        self._target: npt.NDArray[np.int64] = column("target", np.int64, -1)
        self._verdict: npt.NDArray[np.int64] = column("verdict", np.int64, -1)
        self._names = dict(
            zip(
                *(table.column(name).to_pylist() for name in ("target", "target_name")), strict=True
            )
        )
        self._witnessed = bool(column("witnessed", bool, False).any())
        self._ordered: tuple[str, Numbers] = "", self.rows
        self._where: tuple[str, Marks] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def differs(self, before: Known) -> tuple[int, int]:
        """Return how many rows have come since an earlier time, and how many have gone."""
        now, then = (known.marks(known.rows) for known in (self, before))
        then = np.pad(then, (0, len(now) - len(then)))
        return int((now & ~then).sum()), int((then & ~now).sum())

    def numbers(self, ids: Iterable[str]) -> Numbers:
        """Return the numbers of some rows; those that have none are left out."""
        found = map(self.number.get, ids)
        return np.array([number for number in found if number is not None], np.int32)

    def marks(self, rows: Numbers) -> Marks:
        """Return which rows are among some, by number."""
        found = np.zeros(len(self.ids), bool)
        found[rows] = True
        return found

    def listed(self, chosen: Filter, order: str = "", among: Marks | None = None) -> Numbers:
        """Return the numbers of the rows that are chosen, in an order.

        Parameters
        ----------
        chosen
            What is to hold.
        order
            In SQL; "" for that of the images.
        among
            Which rows may be listed, by number; None for all.

        Raises
        ------
        ValueError
            If the database does not understand it, or takes longer than 10 s.
        """
        rows = self._in_order(order)
        return rows[self._all(self._parts(chosen, among))[rows]]

    def facets(self, chosen: Filter, among: Marks | None = None) -> dict[str, Any]:
        """Return the choices, each with the number of its rows as all else is chosen; see
        ``contract.Facets``. Parameters as in ``listed``.
        """
        parts = self._parts(chosen, among)

        def others(name: str) -> Marks:
            return self._all({each: marks for each, marks in parts.items() if each != name})

        free = others("preset")
        targets = self._target[others("target")]
        found, counts = np.unique(targets[targets >= 0], return_counts=True)
        by_target = sorted(
            (
                (self._names[target], target, count)
                for target, count in zip(found.tolist(), counts.tolist(), strict=True)
            ),
            key=lambda each: each[0].casefold(),
        )
        verdicts = self._verdict[others("verdict")]
        by_verdict = [(name, int((verdicts == k).sum())) for k, name in enumerate(VERDICTS)]
        return {
            "presets": [
                {
                    "name": name,
                    "label": each.label,
                    "title": each.title,
                    "count": int((free & self._presets[name]).sum()),
                    "note": each.without if each.without and not self._witnessed else "",
                }
                for name, each in PRESETS.items()
            ],
            "targets": [[target, name, count] for name, target, count in by_target],
            "verdicts": [[name, count] for name, count in by_verdict if count],
        }

    def most(self, rows: Numbers) -> str:
        """Return the name of the target that most of some rows have, of several the first by name;
        "" where none has one.
        """
        targets = self._target[rows]
        found, counts = np.unique(targets[targets >= 0], return_counts=True)
        return (
            min(self._names[k] for k in found[counts == counts.max()].tolist())
            if len(found)
            else ""
        )

    def _parts(self, chosen: Filter, among: Marks | None) -> dict[str, Marks]:
        """Return which rows each part of a choice leaves."""
        parts: dict[str, Marks] = {}
        if chosen.preset:
            parts["preset"] = self._presets[chosen.preset]
        if chosen.target >= 0:
            parts["target"] = self._target == chosen.target
        if chosen.verdict:
            parts["verdict"] = self._verdict == VERDICTS.index(chosen.verdict)
        if where := chosen.where.strip():
            parts["where"] = self._for_which(where)
        if among is not None:
            parts["among"] = among
        return parts

    def _all(self, parts: dict[str, Marks]) -> Marks:
        found = np.ones(len(self.ids), bool)
        for marks in parts.values():
            found &= marks
        return found

    def _in_order(self, order: str) -> Numbers:
        kept = self._ordered
        if kept[0] != order:
            rows = self.numbers(self.store.select("", order, seconds=SECONDS))
            self._ordered = kept = order, rows
        return kept[1]

    def _for_which(self, where: str) -> Marks:
        kept = self._where
        if kept is None or kept[0] != where:
            rows = self.numbers(self.store.select(where, seconds=SECONDS))
            self._where = kept = where, self.marks(rows)
        return kept[1]
