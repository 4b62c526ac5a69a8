"""Hooks of other tools: those that only watch a net are left out of its copies.

What they collect in thousands of passes would be no one's, and its graphs fill the memory.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

# (index of the module, kind of hook, its key)
_Place = tuple[int, str, int]
_KINDS = ("_forward_hooks", "_forward_pre_hooks")
# Of each net: the hooks it had, and which of them only watch.
_known: weakref.WeakKeyDictionary[nn.Module, tuple[frozenset[_Place], frozenset[_Place]]] = (
    weakref.WeakKeyDictionary()
)


def leave_out(twin: nn.Module, net: nn.Module, run: Callable[[int], Tensor]) -> None:
    """Take the hooks off a copy that return nothing, and without which it computes the same.

    Parameters
    ----------
    twin, net
        The copy and the original.
    run
        Runs the copy on a picture of noise, drawn from a seed, and returns what comes out.
    """
    places = frozenset(_foreign(twin))
    if not places:
        return
    before, watching = _known.get(net, (None, frozenset()))
    if before != places:
        found = _watching(twin, places, run)
        if found is None:
            return
        watching = found
        _known[net] = places, watching
    hooks = _hooks(twin)
    for n, kind, key in watching:
        del hooks[n, kind][key]


def _watching(
    twin: nn.Module, places: frozenset[_Place], run: Callable[[int], Tensor]
) -> frozenset[_Place] | None:
    """Find out by three passes; None where one fails, which is told where the net is run."""
    hooks = _hooks(twin)
    plain = {which: dict(found) for which, found in hooks.items()}
    answered: set[_Place] = set()

    def set_hooks(changed: Callable[[_Place, Any], Any]) -> None:
        for (n, kind), found in plain.items():
            hooks[n, kind].clear()
            for key, hook in found.items():
                if (new := changed((n, kind, key), hook)) is not None:
                    hooks[n, kind][key] = new

    def heard(place: _Place, hook: Callable[..., Any]) -> Callable[..., Any]:
        def listen(*args: Any, **kwargs: Any) -> Any:
            answer = hook(*args, **kwargs)
            if answer is not None:
                answered.add(place)
            return answer

        return listen

    try:
        set_hooks(lambda place, hook: heard(place, hook) if place in places else hook)
        run(0)
        silent = places - answered
        # On another picture: what a hook kept of the last one may be used further on.
        set_hooks(lambda place, hook: None if place in silent else hook)
        without = run(1)
        set_hooks(lambda place, hook: hook)
        return silent if torch.equal(run(1), without) else frozenset()
    except Exception:
        return None
    finally:
        set_hooks(lambda place, hook: hook)


def _hooks(twin: nn.Module) -> dict[tuple[int, str], dict[int, Any]]:
    return {
        (n, kind): getattr(module, kind)
        for n, module in enumerate(twin.modules())
        if not isinstance(module, torch.jit.ScriptModule)
        for kind in _KINDS
    }


def _foreign(twin: nn.Module) -> Iterator[_Place]:
    """Yield where hooks are that are not torch's own, as those of weight norm are."""
    for (n, kind), hooks in _hooks(twin).items():
        for key, hook in hooks.items():
            if not str(getattr(hook, "__module__", None)).startswith("torch."):
                yield n, kind, key
