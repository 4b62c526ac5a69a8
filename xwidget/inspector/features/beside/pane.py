"""A pane: its source, and its values so far for each class."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from xwidget.attribution import Attribution
from xwidget.inspector.features.beside.source import Given, Source
from xwidget.inspector.features.beside.values import Found
from xwidget.support import texts
from xwidget.support.texts import NAME


@dataclass(eq=False)
class Pane:
    """One picture beside the evidence; all of it with the panel's lock held.

    Attributes
    ----------
    id
        From 1, never used again.
    source
        Where the values come from.
    label
        No other pane has it.
    found
        Values by class, the one asked for last at the end.
    failed
        By class: the reason in words, and the weights of the net with which it failed.
    stopped
        Classes for which a person stopped it.
    doing
        The class that is computed now; None for none.
    progress
        Of that.
    """

    id: int
    source: Source
    label: str
    found: dict[int, Found] = field(default_factory=dict)
    failed: dict[int, tuple[str, str]] = field(default_factory=dict)
    stopped: set[int] = field(default_factory=set)
    doing: int | None = None
    progress: float = 0.0
    removed: bool = False

    def lacks(self, target: int, weights: str) -> bool:
        """Return whether there are no values for a class, and there may be some: of the net with
        these weights.
        """
        if self.removed or target in self.stopped:
            return False
        if target in self.failed:
            return self._old(self.failed[target][1], weights)
        found = self.found.get(target)
        if found is None or not found.final:
            return True
        return self._old(found.weights, weights)

    def _old(self, of: str, weights: str | None) -> bool:
        """Return whether something is of other weights, or settings, than there are now."""
        if weights is None or not self.source.renewed:
            return False
        return of != self.source.stamp(weights)

    def again(self, target: int) -> None:
        """Try again what failed or was stopped for a class."""
        self.failed.pop(target, None)
        self.stopped.discard(target)

    def state(self, target: int, weights: str | None) -> str:
        """Return the state for a class."""
        if target in self.stopped:
            return "stopped"
        if self.doing == target:
            return "running"
        if target in self.failed:
            return "failed"
        if self.doing is not None and self.source.at_once:
            return "running"
        found = self.found.get(target)
        if found is None or not found.final:
            return "waiting"
        return "waiting" if self._old(found.weights, weights) else "done"

    @property
    def final(self) -> list[int]:
        """The classes whose values are not to change."""
        return [target for target, each in self.found.items() if each.final]

    @property
    def attribution(self) -> Attribution | None:
        """The values so far as one attribution, classes in the order of their indices."""
        if isinstance(self.source, Given):
            return self.source.attribution
        parts = [self.found[target].attribution for target in sorted(self.found)]
        if len(parts) < 2:
            return parts[0] if parts else None
        first = parts[0]
        return replace(
            first,
            targets=tuple(target for each in parts for target in each.targets),
            values=np.concatenate([each.values for each in parts]),
            signed=any(each.signed for each in parts),
            checks=tuple(line for each in parts for line in each.checks),
            names=tuple(name for each in parts for name in each.names),
            # What computes all classes at once says the time of all with each.
            seconds=(max if self.source.at_once else sum)(each.seconds for each in parts),
        )

    def describe(self, target: int, weights: str | None) -> dict[str, Any]:
        """Return the entry of the trait ``_beside``.

        Parameters
        ----------
        target
            The class drawn.
        weights
            Fingerprint of the net as it is; None where it is not known now.
        """
        state = self.state(target, weights)
        some = next(reversed(self.found.values())).attribution if self.found else None
        return {
            "id": self.id,
            "kind": self.source.kind,
            "name": self.source.name,
            "label": texts.shown(self.label, NAME),
            "about": self.source.about,
            "signed": self.source.signed if some is None else some.signed,
            "channels": self._channels(),
            "state": state,
            "progress": round({"running": self.progress, "done": 1.0}.get(state, 0.0), 3),
            "error": self.failed[target][0] if state == "failed" else "",
            "targets": {
                str(index): {
                    "seq": each.seq,
                    "scale": each.scale,
                    "clipped": round(each.clipped, 5),
                    "unit": each.attribution.scale,
                    "seconds": round(each.attribution.seconds, 3),
                    "note": self._note(index, each, weights),
                }
                for index, each in self.found.items()
            },
        }

    def _channels(self) -> int:
        for each in self.found.values():
            return len(each.values)
        return self.source.channels

    def _note(self, target: int, found: Found, weights: str | None) -> str:
        said = self.source.said(target) or found.note or " ".join(found.attribution.checks)
        parts = [said]
        if weights and found.weights and found.weights != self.source.stamp(weights):
            parts.insert(0, self.source.outdated)
        return " ".join(filter(None, parts))
