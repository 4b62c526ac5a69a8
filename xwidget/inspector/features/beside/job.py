"""One computation of a pane's values, and its place among those who share the device."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterator

import torch

from xwidget.attribution import Attribution
from xwidget.engine.turns import GivenUp, Rank, breathe, turns_on
from xwidget.inspector.features.beside.pane import Pane
from xwidget.inspector.features.beside.source import of_target
from xwidget.inspector.features.beside.values import Found

_TELL_SECONDS = 0.25
_SHOW_SECONDS = 0.5


class Job:
    """A computation under way; a ``Doing``.

    Parameters
    ----------
    pane
        Whose values it computes.
    target
        Class index.
    net
        Fingerprint of the net that is explained.
    weights
        What the values depend on, see ``Source.stamp``.
    superseded
        Returns whether another class is wanted more by now.
    tell
        Tells the page how far the pane is.
    show
        Shows values that are not final.
    clock
        Seconds, monotonic.
    """

    def __init__(
        self,
        pane: Pane,
        target: int,
        net: str,
        weights: str,
        *,
        superseded: Callable[[Job], bool],
        tell: Callable[[], None],
        show: Callable[[Job, Attribution, str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.pane = pane
        self.target = target
        self.net = net
        self.weights = weights
        self.ended = False
        self._superseded = superseded
        self._tell = tell
        self._show = show
        self._clock = clock
        self._told = self._shown = clock()

    def cancelled(self) -> bool:
        """Return whether nobody wants it any more."""
        return self.ended or self._superseded(self)

    def progress(self, share: float) -> None:
        """Tell how much is done, in [0, 1], and let others have their turn.

        Raises
        ------
        GivenUp
            If nobody wants it any more.
        """
        self.pane.progress = min(1.0, max(0.0, float(share)))
        if (now := self._clock()) - self._told >= _TELL_SECONDS:
            self._told = now
            self._tell()
        breathe()
        self._check()

    def show(self, attribution: Attribution, note: str = "") -> None:
        """Show values that are not final, at most twice a second."""
        if (now := self._clock()) - self._shown >= _SHOW_SECONDS:
            self._shown = now
            self._show(self, attribution, note)

    def found(
        self,
        attribution: Attribution,
        note: str | None,
        *,
        final: bool,
        frame: tuple[int, int],
        explained: Collection[int],
    ) -> list[Found]:
        """Return the values of an attribution by class, those that are explained; all that is told
        of them is computed here.

        Parameters
        ----------
        attribution
            What was computed.
        note
            Of it; None for the source's.
        final
            Whether it is not to change.
        frame
            Height and width of the network's input.
        explained
            Classes.

        Raises
        ------
        ValueError
            If it is of another size, or does not have the class.
        """
        if attribution.size != frame:
            raise ValueError(
                f"the values are of {attribution.size} pixels, the network's input has {frame}"
            )
        source = self.pane.source
        note = source.note if note is None else note
        targets = [t for t in attribution.targets if t == self.target or t in explained]
        if self.target not in targets:
            raise ValueError(f"there are no values for class {self.target}")
        parts = [(of_target(attribution, t), source.order(t)) for t in targets]
        made = [Found(0, part, note, self.weights, final, order) for part, order in parts]
        for each in made:
            _ = each.scale, each.clipped
        return made

    @contextlib.contextmanager
    def in_turn(self, device: torch.device, rank: Callable[[], Rank | None]) -> Iterator[None]:
        """Take turns on a device: what is quick at once, the rest batch by batch."""
        turns = turns_on(device)
        quick = self.pane.source.lane == "quick"
        with turns.own() if quick else turns.place(rank, self._check) as place, place.turn():
            yield

    def _check(self) -> None:
        if self.cancelled():
            raise GivenUp
