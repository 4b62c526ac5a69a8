"""A copy of a net and the net itself: no pass of the one may run, or change, the other.

``rebinding`` sees to that; here it is checked, in the first pass of each copy.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import nn
from torch.nn.modules.module import register_module_forward_pre_hook

from xwidget.errors import around

# Copies that did not run yet, with their originals.
_fresh: weakref.WeakKeyDictionary[nn.Module, weakref.ref[nn.Module]] = weakref.WeakKeyDictionary()


class NotApartError(ValueError):
    """A copy of a net would run what is not its own; the message says what, and the way out."""


def keep_apart(twin: nn.Module, net: nn.Module) -> None:
    """Have the first pass of a copy checked.

    Parameters
    ----------
    twin, net
        The copy and the original.
    """
    _fresh[twin] = weakref.ref(net)


@contextmanager
@around
def first_pass(twin: nn.Module) -> Iterator[None]:
    """Check a pass inside the ``with`` block, if it is the first of a copy.

    Raises
    ------
    NotApartError
        Before the net that was copied runs, or another that would be changed by it.
    """
    origin = _fresh.pop(twin, None)
    net = None if origin is None else origin()
    if net is None:
        yield
        return
    originals = {id(module) for module in net.modules()}
    own = {id(module) for module in twin.modules()}
    thread = threading.get_ident()  # others may run the net meanwhile
    name = type(net).__name__

    def notice(module: nn.Module, _: Any) -> None:
        if threading.get_ident() != thread or id(module) in own:
            return
        if id(module) in originals:
            raise NotApartError(
                f"a copy of {name} still runs a {type(module).__name__} of the net itself, through "
                "a function that it holds: write that function as a method of the class, or bind "
                "it, net.forward = types.MethodType(function, net), so that the net can be left "
                "untouched"
            )
        if module.training and next(module.buffers(recurse=False), None) is not None:
            raise NotApartError(
                f"{name} runs a {type(module).__name__} that is no part of it and in training "
                "mode, so that each pass would change its statistics: make what it belongs to a "
                "part of the net, self.backbone = backbone, or call backbone.eval()"
            )

    watch = register_module_forward_pre_hook(notice)
    try:
        yield
    except NotApartError:
        keep_apart(twin, net)  # to be said again
        raise
    finally:
        watch.remove()
