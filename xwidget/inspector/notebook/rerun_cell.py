"""A cell, or ``interact``, that is run again: the widget that it makes ends the one before."""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ipywidgets import interactive
from ipywidgets.widgets.widget import _instances


@dataclass(frozen=True)
class _Made:
    """The cell and execution in which something was made.

    Parameters
    ----------
    places
        The cell and the ``interact`` that made it, as far as they are known.
    execution
        Which execution of them: nothing that it makes ends what it made before.
    end
        Called with what was made where something else takes its place.
    """

    places: frozenset[str]
    execution: str
    end: Callable[[Any], None]


_made: weakref.WeakKeyDictionary[Any, _Made] = weakref.WeakKeyDictionary()


def supersede(new: Any, end: Callable[[Any], None]) -> None:
    """Note where a widget was made, and end what earlier executions of that place have made.

    Parameters
    ----------
    new
        The widget.
    end
        Called with it once another takes its place; of its class, so that it is not kept alive.
    """
    if threading.current_thread() is not threading.main_thread():
        return  # it works beside the cells
    parent = _parent()
    execution = str(parent.get("header", {}).get("msg_id", ""))
    if not execution:
        return
    here = {f"interact {one.model_id}" for one in _interactives(execution)}
    if parent.get("msg_type") == "execute_request":
        cell = parent.get("metadata", {}).get("cellId")
        here |= {f"cell {cell}"} if cell else set()
    places = set(here)
    for old, made in list(_made.items()):
        if made.places & here and made.execution != execution:
            places |= made.places  # one that a slider makes is still of the cell around it
            made.end(old)
            del _made[old]
    if places:
        _made[new] = _Made(frozenset(places), execution, end)


def _parent() -> dict[str, Any]:
    """Return the message that is being answered; an empty dict outside of a kernel."""
    with contextlib.suppress(Exception):
        from IPython import get_ipython

        parent = get_ipython().get_parent()
        if isinstance(parent, dict):
            return parent
    return {}


def _interactives(execution: str) -> Iterable[interactive]:
    """Return the ``interact`` boxes whose function runs now: their output takes what is shown."""
    for widget in list(_instances.values()):
        if isinstance(widget, interactive) and widget.out.msg_id == execution:
            yield widget
