"""The controls of a panel that can be locked: one table of their names.

A control that is locked is not shown, and its keys do nothing. What the page has to know of it
stands here, too: the elements, as a style sheet selects them inside the panel, and the keys.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class Control:
    """A control, or a group of them.

    Attributes
    ----------
    meaning
        What a person does with it.
    selectors
        Its elements in the panel.
    keys
        Its keys, as a browser names them, letters small.
    """

    meaning: str
    selectors: tuple[str, ...]
    keys: tuple[str, ...] = ()


CONTROLS: Mapping[str, Control] = MappingProxyType(
    {
        "classes": Control("Choose and add classes, read their scores", (".xw-classes",)),
        "views": Control("Choose how the evidence is drawn", (".xw-views",), tuple("1234567")),
        "iterations": Control("Go back in the run", (".xw-time",), ("p",)),
        "checks": Control("Read what speaks for and against the evidence", (".xw-trust",)),
        "values": Control("Read the values of a pixel", (".xw-pixel", ".xw-pins")),
        "threshold": Control(
            "Show only the larger values of the mask", (".xw-spread > :not(.xw-looking)",)
        ),
        "channels": Control(
            "Look at one color channel, boost faint values", (".xw-looking",), ("c", "b")
        ),
        "tools": Control(
            "Enlarge the picture", (".xw-zoom", '.xw-toolbar > [title="Loupe"]'), ("l",)
        ),
        "side by side": Control(
            "Put views, classes or runs side by side", (".xw-toolbar > select",)
        ),
        "beside": Control(
            "Put other methods and models beside the evidence", (".xw-beside",), ("m",)
        ),
        "tests": Control("Edit the mask and ask the network", (".xw-testing",)),
        "findings": Control(
            "Mark and judge regions", (".xw-marking", ".xw-aside", ".xw-judge"), ("a",)
        ),
        "save": Control("Copy and save pictures and files", (".xw-save",)),
        "settings": Control("Change the settings of the next run", (".xw-settings",)),
        "run": Control(
            "Start, stop and continue the run", (".xw-run > :is(.xw-needs-kernel, .xw-progress)",)
        ),
        "help": Control("Read what is shown, and the keys", ('[aria-label^="Help:"]',), ("?",)),
    }
)
"""By name, in the order of the panel."""


def check(names: Any) -> list[str] | None:
    """Return names of controls in the table's order; None for all of them, which locks nothing.

    Raises
    ------
    ValueError, TypeError
        If it is no list, or there is no such control; the message names the likely one.

    Examples
    --------
    >>> check(["views", "classes"])
    ['classes', 'views']
    >>> check(["view"])
    Traceback (most recent call last):
        ...
    ValueError: there is no control 'view'; did you mean 'views'?
    """
    if names is None:
        return None
    if isinstance(names, (str, Mapping)) or not isinstance(names, Collection):
        raise TypeError(
            f"controls are a list of names, or None for all of them, got {names!r:.80}; for no "
            "control write []"
        )
    for name in names:
        if name not in CONTROLS:
            near = get_close_matches(str(name), CONTROLS, 1)
            known = ", ".join(map(repr, CONTROLS))
            hint = f"did you mean {near[0]!r}?" if near else f"expected some of {known}"
            raise ValueError(f"there is no control {str(name)[:80]!r}; {hint}")
    return [name for name in CONTROLS if name in names]


def locks(names: Collection[str] | None) -> dict[str, list[str]]:
    """Return the trait ``_locked``: what the page hides so that only these controls are left.

    Parameters
    ----------
    names
        As :func:`check` returns them.

    Examples
    --------
    >>> locks(None)
    {}
    >>> locks([name for name in CONTROLS if name != "classes"])
    {'hidden': ['.xw-classes'], 'keys': []}
    """
    if names is None:
        return {}
    locked = [each for name, each in CONTROLS.items() if name not in names]
    return {
        "hidden": [selector for each in locked for selector in each.selectors],
        "keys": [key for each in locked for key in each.keys],
    }
