"""Numbers as a person gives them: Python's own, and numpy's; or words that say what is wrong."""

from __future__ import annotations

import math
from numbers import Integral, Real

# Seconds beyond which a time might as well be none.
_LONG = 1e9


def said(number: object) -> str:
    """Return a number as an error names it, which may have any number of digits."""
    text = "" if isinstance(number, int) and abs(number) >= 10**20 else repr(number)
    return text or "a number of more than 20 digits"


def is_whole(value: object) -> bool:
    """Return True if this is an int of Python's or numpy's; a bool is none."""
    return not isinstance(value, bool) and isinstance(value, Integral)


def whole(name: str, value: object, least: int = 1, most: int | None = None) -> int:
    """Return a whole number as an int.

    Parameters
    ----------
    name
        What to call it.
    value
        An int of Python's or numpy's; a bool is none.
    least, most
        The smallest and the largest it may be; None for any.

    Raises
    ------
    TypeError
        If it is no whole number.
    ValueError
        If it is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> whole("iterations", np.int64(3))
    3
    """
    if not is_whole(value):
        raise TypeError(f"{name} must be an int, got {value!r}")
    number: int = int(value)  # type: ignore[call-overload]
    if number < least:
        raise ValueError(f"{name} must be at least {least}, got {number}")
    if most is not None and number > most:
        raise ValueError(f"{name} must be at most {most}, got {said(number)}")
    return number


def function(name: str, value: object) -> None:
    """Raise TypeError unless this is a function, or None."""
    if value is not None and not callable(value):
        raise TypeError(f"{name} must be a function, or None; got {value!r}")


def real(value: object) -> float | None:
    """Return a finite number as a float; None for anything else.

    Examples
    --------
    >>> import numpy as np
    >>> real(np.float32(0.5)), real(10**400), real(True)
    (0.5, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def seconds(name: str, value: object) -> float | None:
    """Return a time in seconds as a float; None, without end, as it is.

    Raises
    ------
    TypeError
        If it is neither.
    """
    if value is None:
        return None
    if not isinstance(value, bool) and isinstance(value, Real) and value == value:
        return float(value) if value < _LONG else None
    raise TypeError(
        f"{name} must be a number of seconds, or None to wait without limit; got {value!r}"
    )
