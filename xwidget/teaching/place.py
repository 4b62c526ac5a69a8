"""The view that a panel begins a step with, by the names that the links of pages have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any
from urllib.parse import quote

from xwidget.engine.settings import PANEL, Settings
from xwidget.explanation import Explanation
from xwidget.support import arguments

VIEWS = ("paper", "evidence", "mask", "heat", "overlay", "image", "rest")
LAYOUTS = ("single", "divider", "views", "classes")
CHANNELS = ("red", "green", "blue")
BOOSTS = (1, 2, 4, 8)


@dataclass(frozen=True)
class Place:
    """A view of a panel.

    Attributes
    ----------
    target
        Class index; None for that of the panel.
    iteration
        None for the last.
    rest
        View, layout and the like, as the links of pages have them.
    settings
        Of the next run.
    """

    target: int | None
    iteration: int | None
    rest: Mapping[str, str]
    settings: Mapping[str, Any]

    @property
    def link(self) -> str:
        """As the links of pages say it, after "#"."""
        said = {} if self.target is None else {"class": str(self.target)}
        if self.iteration is not None:
            said["iteration"] = str(self.iteration)
        return "&".join(f"{name}={quote(value)}" for name, value in {**said, **self.rest}.items())


def read(given: Mapping[str, Any], explanation: Explanation | None) -> Place:
    """Return the view that a step names.

    Parameters
    ----------
    given
        ``Step.panel``.
    explanation
        Of the panel; None where it is not there yet: then a target is an index.

    Raises
    ------
    ValueError, TypeError
        If there is no such name or value; the message names the likely one.
    """
    known = ("target", "iteration", *_REST, *PANEL)
    for name in given:
        if name not in known:
            close = get_close_matches(str(name), known, n=1, cutoff=0.5)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
            raise ValueError(f"a panel has nothing called {name!r}; {hint}")
    target, iteration = given.get("target"), given.get("iteration")
    if target is not None and explanation is not None:
        target = explanation.targets[explanation.position(target)]
    elif target is not None:
        target = arguments.whole("target", target, 0)
    if iteration is not None:
        iteration = arguments.whole("iteration", iteration, 0)
    settings = {name: given[name] for name in PANEL if name in given}
    Settings(**settings)
    rest = {name: check(name, given[name]) for name, check in _REST.items() if name in given}
    return Place(target, iteration, rest, settings)


def _among(*values: Any) -> Callable[[str, Any], str]:
    def check(name: str, value: Any) -> str:
        if value not in values:
            close = get_close_matches(str(value), [str(each) for each in values], n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            there = ", ".join(map(repr, values))
            raise ValueError(f"{name} of a panel is one of {there}, not {value!r}{hint}")
        return str(value)

    return check


def _threshold(name: str, value: Any) -> str:
    return str(arguments.whole(name, value, 0, 255))


def _zoom(name: str, value: Any) -> str:
    numbers = [arguments.real(each) for each in (value if isinstance(value, (list, tuple)) else ())]
    if len(numbers) != 3 or None in numbers:
        raise ValueError(f"{name} of a panel is (factor, x, y), x and y from 0 to 1; got {value!r}")
    return ",".join(f"{number:g}" for number in numbers)


_REST: Mapping[str, Callable[[str, Any], str]] = {
    "view": _among(*VIEWS),
    "layout": _among(*LAYOUTS),
    "channel": _among(*CHANNELS),
    "threshold": _threshold,
    "boost": _among(*BOOSTS),
    "zoom": _zoom,
}
