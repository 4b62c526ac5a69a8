"""Times as findings have them: ISO 8601, with a zone."""

from __future__ import annotations

import contextlib
import re
from datetime import datetime, timezone
from typing import Any

from xwidget.support import texts

_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:[.,]([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2}):?([0-9]{2})?)\Z"
)


def now() -> str:
    """Return the time as ISO 8601, in UTC, to the millisecond."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parsed(text: Any, name: str = "time") -> datetime:
    """Return a time of ISO 8601 that says its zone.

    Raises
    ------
    ValueError
        If it is none.
    """
    match = _TIME.match(text) if isinstance(text, str) else None
    found = None
    if match is not None:
        day, clock, part, sign, hours, minutes = match.groups()
        zone = f"{sign}{hours}:{minutes or '00'}" if sign else "+00:00"
        seconds = clock if len(clock) == 8 else f"{clock}:00"
        # Such as of a month 13, or beyond the calendar's ends in UTC.
        with contextlib.suppress(ValueError, OverflowError):
            time = datetime.fromisoformat(f"{day}T{seconds}.{part or '0':0<6.6}{zone}")
            time.astimezone(timezone.utc)
            found = time
    if found is None:
        said = texts.shown(repr(text), texts.Room(60))
        raise ValueError(f"{name} is {said}; expected a time such as 2026-01-31T12:00:00Z")
    return found
