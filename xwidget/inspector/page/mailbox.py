"""The latest-wins mailbox: how often the page is sent a frame, whatever the engine's speed."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

_BURST = 12  # asked-for items that are sent as fast as they are acknowledged
_SEQ_LIMIT = 2**32  # seq travels as u32, and 0 asks for no acknowledgement


class Mailbox(Generic[T]):
    """Keep the newest item and send it when the page has room for it.

    Flooding a comm loses messages in silence and fills the server's memory, so the page
    acknowledges what it decoded, and only ``window`` items are under way at a time. Without a word
    for ``timeout`` seconds the page counts as hidden or gone: those under way are written off and
    only ``slow_rate`` items a second are sent until it speaks again.

    Nothing here waits or starts a thread. Not thread safe: the caller holds its lock.

    Parameters
    ----------
    send
        Called with the item and the number the page shall acknowledge, 1 or more.
    clock
        Seconds, monotonic.
    window
        Most items sent and not acknowledged.
    rate, slow_rate
        Most items a second to a page that answers, and to one that does not.
    asked_rate
        Most items a second that a person asked for, whatever the page says it has decoded.
    timeout
        Seconds after which a missing acknowledgement means that the page does not answer.
    """

    def __init__(
        self,
        send: Callable[[T, int], None],
        *,
        clock: Callable[[], float] = time.monotonic,
        window: int = 3,
        rate: float = 30.0,
        slow_rate: float = 2.0,
        asked_rate: float = 120.0,
        timeout: float = 1.0,
    ) -> None:
        self._send = send
        self._clock = clock
        self._window = window
        self._period = 1 / rate
        self._slow_period = 1 / slow_rate
        self._asked_seconds = _BURST / asked_rate
        self._asked_sent: deque[float] = deque([-float("inf")] * _BURST, maxlen=_BURST)
        self._timeout = timeout
        self._waiting: deque[T] = deque(maxlen=1)  # one place: a newer item pushes the older out
        self._under_way: deque[tuple[int, float]] = deque()  # (seq, when), oldest first
        self._seq = 0
        self._last_sent = -float("inf")
        self._slow = False
        self._asked = False  # whether a person asked for the item that waits

    def post(self, item: T, *, asked: bool = False) -> None:
        """Take the newest item; an older one that still waits is dropped.

        Parameters
        ----------
        item
            What to send.
        asked
            Whether a person asked for it: then hardly more than the window holds it back.
        """
        self._waiting.append(item)
        self._asked = asked
        self.poll()

    def finish(self, item: T) -> None:
        """Send an item now, whatever the pace: the last of a run must arrive."""
        self._waiting.append(item)
        self._deliver(self._clock())

    def ack(self, seq: int) -> None:
        """Note that the page has decoded this item, and with it every earlier one."""
        known = any(sent == seq for sent, _ in self._under_way)
        while known and self._under_way.popleft()[0] != seq:
            pass
        # A late word about an item that was written off is no reason to hurry: more are on the way.
        if known or seq == self._seq:
            self._slow = False
        self.poll()

    def poll(self) -> None:
        """Send the waiting item if there is one and the page has room for it."""
        now = self._clock()
        if self._under_way and now - self._under_way[0][1] >= self._timeout:
            self._under_way.clear()
            self._slow = True
        if self._waiting and len(self._under_way) < self._window and now >= self._next():
            self._deliver(now)

    def due(self) -> float | None:
        """Return in how many seconds ``poll`` may have something to do; None if nothing waits."""
        if not self._waiting:
            return None
        when = self._next()
        if len(self._under_way) >= self._window:
            when = max(when, self._under_way[0][1] + self._timeout)
        return max(0.0, when - self._clock())

    def clear(self) -> None:
        """Drop the item that waits, if any."""
        self._waiting.clear()

    def _next(self) -> float:
        """Return when the rate allows another item."""
        if self._asked:
            return self._asked_sent[0] + self._asked_seconds
        return self._last_sent + (self._slow_period if self._slow else self._period)

    def _deliver(self, now: float) -> None:
        self._seq = self._seq % (_SEQ_LIMIT - 1) + 1
        self._last_sent = now
        self._under_way.append((self._seq, now))
        if self._asked:
            self._asked_sent.append(now)
        self._send(self._waiting.pop(), self._seq)
