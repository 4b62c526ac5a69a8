"""A copy of a net and the net itself: no pass of the one may run, or change, the other.

``rebinding`` sees to that; here it is checked, in the first pass of each copy on each kind of
batch. A net that writes to its own weights gets some of its own, in the copy.
"""

from __future__ import annotations

import functools
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.utils._python_dispatch import TorchDispatchMode

from xwidget.errors import around
from xwidget.net.diagnosis import NO_WEIGHTS

_Kind: TypeAlias = tuple[Any, ...]

# Copies, with their originals and the kinds of batches that they were seen to run on.
_copies: weakref.WeakKeyDictionary[nn.Module, tuple[weakref.ref[nn.Module], set[_Kind]]] = (
    weakref.WeakKeyDictionary()
)


class NotApartError(ValueError):
    """A copy of a net would run what is not its own; the message says what, and the way out."""


class WritesError(BaseException):
    """The net's own tensors are about to be written to; ``except Exception`` does not catch it."""


def keep_apart(twin: nn.Module, net: nn.Module) -> None:
    """Check the first passes of a copy.

    Parameters
    ----------
    twin, net
        The copy and the original.
    """
    _copies[twin] = weakref.ref(net), set()


@around
def first_pass(twin: nn.Module, batch: Tensor) -> Any:
    """Return a copy's output for a batch; check its pass, if it is the first on such a batch.

    Where it would write to the weights that it shares with the net, it gets its own, and runs
    again.

    Raises
    ------
    NotApartError
        Before the net that was copied runs or is written to, or another that would be changed by
        it.
    ValueError
        If a part of it has no weights.
    """
    origin, seen = _copies.get(twin, (None, set()))
    net = None if origin is None else origin()
    modes = torch.is_grad_enabled(), torch.is_inference_mode_enabled()
    kind = batch.shape, batch.dtype, batch.device, batch.requires_grad, *modes
    if net is None or kind in seen:
        return twin(batch)
    with _watched(twin, net, batch):
        try:
            with unwritten(net):
                output = twin(batch.clone())  # it may be changed on the way
        except WritesError:
            own_weights(twin, net)
            try:
                with unwritten(net):
                    output = twin(batch)
            except WritesError:
                raise not_apart(net) from None
    seen.add(kind)
    return output


def own_weights(twin: nn.Module, net: nn.Module) -> None:
    """Give a copy storage of its own where it shares the net's."""
    places = _places(net)
    with torch.inference_mode(False), torch.no_grad():
        for tensor in (*twin.parameters(), *twin.buffers()):
            if _place(tensor) in places:
                tensor.data = tensor.detach().clone()


@contextmanager
@around
def unwritten(net: nn.Module) -> Iterator[None]:
    """Raise WritesError inside the ``with`` block before this thread writes to what a net holds."""
    with _Unwritten(_places(net)):
        yield


def not_apart(net: nn.Module) -> NotApartError:
    """Return the error of a copy that writes to the net itself, though it shares nothing."""
    return NotApartError(
        f"a copy of {type(net).__name__} would write to a tensor of the net itself, through "
        "something that it holds: keep what a pass writes to as a buffer of the module that does "
        "so (self.register_buffer), so that the net can be left untouched"
    )


@contextmanager
@around
def _watched(twin: nn.Module, net: nn.Module, batch: Tensor) -> Iterator[None]:
    """Raise before anything runs inside the ``with`` block that is not the copy's own."""
    originals = {id(module) for module in net.modules()}
    own = {id(module) for module in twin.modules()}
    thread = threading.get_ident()  # others may run the net meanwhile
    name = type(net).__name__

    def notice(module: nn.Module, given: Any) -> None:
        if threading.get_ident() != thread:
            return
        if id(module) in own:
            # A patched one may load its weights first.
            if not batch.is_meta and "forward" not in vars(module) and _lacks_weights(module):
                raise ValueError(f"{name} {NO_WEIGHTS}")
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
    finally:
        watch.remove()


def _lacks_weights(module: nn.Module) -> bool:
    return any(parameter.is_meta for parameter in module.parameters(recurse=False))


class _Unwritten(TorchDispatchMode):
    """Raise WritesError before a kernel writes to one of some storages."""

    def __init__(self, places: frozenset[int]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._places = places

    @around
    def __torch_dispatch__(
        self,
        func: Any,
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if _outlets(func) and any(
            _place(tensor) in self._places for tensor in _written(func, args, kwargs)
        ):
            raise WritesError
        with torch._C.DisableTorchFunction():  # what was met on its way here is met once
            return func(*args, **kwargs)


@functools.cache
def _outlets(func: Any) -> tuple[tuple[int, str], ...]:
    """Return the arguments that a kernel may write to: where each is, and its name."""
    schema = getattr(func, "_schema", None)
    if schema is None:
        return ()
    # Of normalizations the schema does not tell.
    quiet = () if schema.name.endswith("backward") else ("running_mean", "running_var")
    return tuple(
        (place, argument.name)
        for place, argument in enumerate(schema.arguments)
        if argument.name in quiet
        or (argument.alias_info is not None and argument.alias_info.is_write)
    )


@functools.cache
def _flag(func: Any) -> tuple[int, str] | None:
    """Return the argument that says whether a normalization writes, where there is one."""
    for place, argument in enumerate(func._schema.arguments):
        if argument.name in ("training", "train", "use_input_stats"):
            return place, argument.name
    return None


def _written(func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Iterator[Tensor]:
    """Yield what a call of a kernel writes to."""

    def given(place: int, name: str) -> Any:
        return args[place] if place < len(args) else kwargs.get(name)

    for place, name in _outlets(func):
        if name.startswith("running_") and (flag := _flag(func)) and not given(*flag):
            continue
        value = given(place, name)
        for tensor in value if isinstance(value, (list, tuple)) else (value,):
            if isinstance(tensor, Tensor):
                yield tensor


def _places(net: nn.Module) -> frozenset[int]:
    return frozenset(map(_place, (*net.parameters(), *net.buffers()))) - {0}


def _place(tensor: Tensor) -> int:
    """Return where a tensor's storage is; 0 where it has none."""
    try:
        return tensor.untyped_storage().data_ptr()
    except (RuntimeError, NotImplementedError):
        return 0
