"""Functions that a copied net holds: made to use the copy where they use the original.

``copy.deepcopy`` takes functions as they are. A patched ``net.forward = wrapper(net.forward)``, a
lambda or a hook in a copy still calls the modules of the original, in their mode and on their
device.
"""

from __future__ import annotations

import dis
import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import BuiltinFunctionType, CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any, TypeGuard
from weakref import ProxyTypes

import torch
from torch import Tensor, nn

from xwidget.net.copying import Memo, copied

_SEARCHED = 20_000  # things that one function may lead to
_Cached = type(functools.cache(lambda: None))
_PLAIN = (str, bytes, int, float, complex, bool, type(None), type, ModuleType, BuiltinFunctionType)


class Rebinder:
    """Rebinds what a copy of a net holds.

    Parameters
    ----------
    net
        The original.
    memo
        That of its copy, by ``copying.copied``.
    """

    def __init__(self, net: nn.Module, memo: Memo) -> None:
        self._memo = memo
        self._originals = {
            id(thing)
            for module in net.modules()
            for thing in (module, *module._parameters.values(), *module._buffers.values())
            if thing is not None
        }
        self._done: dict[int, Any] = {}
        self._kept: list[Any] = []  # whose ids are in use
        self._copies: set[int] = set()
        self._note_copies()

    def rebind(self, twin: nn.Module) -> None:
        """Make a copy's functions its own, those of its hooks with all that they write to."""
        for module in list(twin.modules()):
            if isinstance(module, torch.jit.ScriptModule):  # its functions are its own
                continue
            for hooks in (module._forward_hooks, module._forward_pre_hooks):
                for key, hook in hooks.items():
                    hooks[key] = self._alone(hook)
            self._mend_values(vars(module), but=("_parameters", "_buffers", "_modules"))
            method = type(module).forward
            if (own := self._mended_method(method)) is not method:
                module.forward = MethodType(own, module)

    def _mended_method(self, method: Any) -> Any:
        """Return the copy's own of a method, torch's own as they are."""
        if str(getattr(method, "__module__", None)).startswith("torch."):
            return method
        return self._mended(method)

    def _mended(self, value: Any) -> Any:
        """Return the copy's counterpart of a value."""
        if type(value) in ProxyTypes:
            return value
        if isinstance(value, (*_PLAIN, Tensor)) or id(value) in self._originals:
            return self._own(value)
        if id(value) in self._done:
            return self._done[id(value)]
        self._kept.append(value)
        self._done[id(value)] = value
        self._done[id(value)] = new = self._mended_anew(value)
        return new

    def _mended_anew(self, value: Any) -> Any:
        if _callable(value) or id(value) not in self._copies:
            return self._rebound(value) if self._reaches(value) else value
        if isinstance(value, nn.Module):  # of the copy, and mended where that is
            return value
        if isinstance(value, dict):
            self._mend_values(value)
        elif isinstance(value, list):
            value[:] = map(self._mended, value)
        elif type(value) is tuple:
            new = tuple(map(self._mended, value))
            return value if all(a is b for a, b in zip(new, value, strict=True)) else new
        elif hasattr(value, "__dict__"):
            self._mend_values(vars(value))
        return value

    def _mend_values(self, values: dict[Any, Any], but: Iterable[str] = ()) -> None:
        for name, value in list(values.items()):
            if name not in but and (new := self._mended(value)) is not value:
                values[name] = new

    def _own(self, value: Any) -> Any:
        return self._memo.get(id(value), value) if id(value) in self._originals else value

    def _rebound(self, value: Any) -> Any:
        """Return the copy's own of something that leads to the original."""
        if (plain := _uncompiled(value)) is not None:
            return self._mended(plain)
        if isinstance(value, FunctionType):
            return self._rebuilt(value, self._mended, self._reaches, alone=False)
        if isinstance(value, MethodType):
            return MethodType(self._mended(value.__func__), self._mended(value.__self__))
        if isinstance(value, functools.partial):
            return self._rebuilt_partial(value, self._mended)
        own = copied(value, self._memo)
        self._note_copies()
        return own if own is value else self._mended(own)

    def _rebuilt(
        self,
        function: FunctionType,
        renew: Callable[[Any], Any],
        wanted: Callable[[Any], bool],
        alone: bool,
    ) -> FunctionType:
        """Return a function whose surroundings are renewed where that is wanted; ``alone``: whether
        it shall have globals of its own in any case.
        """
        cells = [
            CellType() if _full(cell) and wanted(cell.cell_contents) else cell
            for cell in function.__closure__ or ()
        ]
        names = {
            name: function.__globals__[name]
            for name in _globals_of(function.__code__)
            if name in function.__globals__ and wanted(function.__globals__[name])
        }
        shadow = {**function.__globals__} if names or alone else function.__globals__
        new = FunctionType(function.__code__, shadow, function.__name__, None, tuple(cells))
        self._done[id(function)] = new
        self._kept.append(function)
        for old, cell in zip(function.__closure__ or (), cells, strict=True):
            if cell is not old:
                cell.cell_contents = renew(old.cell_contents)
        for name, value in names.items():
            shadow[name] = renew(value)

        def renewed(value: Any) -> Any:
            return renew(value) if wanted(value) else value

        if function.__defaults__ is not None:
            new.__defaults__ = tuple(map(renewed, function.__defaults__))
        if function.__kwdefaults__ is not None:
            new.__kwdefaults__ = {k: renewed(v) for k, v in function.__kwdefaults__.items()}
        new.__dict__.update({k: renewed(v) for k, v in vars(function).items()})
        new.__qualname__, new.__module__ = function.__qualname__, function.__module__
        new.__doc__ = function.__doc__
        return new

    def _rebuilt_partial(
        self, partial: functools.partial[Any], renew: Callable[[Any], Any]
    ) -> functools.partial[Any]:
        keywords = {name: renew(value) for name, value in partial.keywords.items()}
        new = functools.partial(renew(partial.func), *map(renew, partial.args), **keywords)
        vars(new).update({name: renew(value) for name, value in vars(partial).items()})
        return new

    def _alone(self, hook: Any) -> Any:
        """Return a hook that writes to nothing of the user's: with a copy of what it refers to."""
        if isinstance(hook, functools.partial):
            return self._rebuilt_partial(hook, lambda v: self._alone(v) if _callable(v) else v)
        if isinstance(hook, MethodType) and _own_code(hook.__func__):
            return MethodType(self._alone(hook.__func__), self._mended(hook.__self__))
        if not isinstance(hook, FunctionType):
            own = self._mended(hook)
            call = inspect.getattr_static(type(own), "__call__", None)
            if not _own_code(call):
                return own
            return MethodType(self._alone(call), own)
        if id(hook) not in self._done:

            def apart(value: Any) -> Any:
                return self._apart(value, hook.__globals__)

            self._rebuilt(hook, apart, lambda value: True, alone=True)
        return self._done[id(hook)]

    def _apart(self, value: Any, home: Mapping[str, Any]) -> Any:
        """Return the copy's own of whatever a hook from this home refers to."""
        if isinstance(value, _PLAIN) or id(value) in self._originals:
            return self._own(value)
        if _callable(value):
            near = isinstance(value, FunctionType) and value.__globals__ is home
            return self._alone(value) if near else self._mended(value)
        try:
            own = copied(value, self._memo)
        except Exception:
            return value
        self._note_copies()
        return self._mended(own)

    def _reaches(self, value: Any) -> bool:
        """Return True if something leads to the original."""
        seen: set[int] = set()
        waiting = [] if type(value) in ProxyTypes else [value]
        kept = []  # so that no id is used twice
        while waiting and len(seen) < _SEARCHED:
            thing = waiting.pop()
            if id(thing) in self._originals:
                return True
            if isinstance(thing, (*_PLAIN, Tensor)) or id(thing) in seen:
                continue
            seen.add(id(thing))
            kept.append(thing)
            waiting.extend(neighbors(thing))
        return False

    def _note_copies(self) -> None:
        self._copies.update(
            id(value) for key, value in self._memo.items() if key not in (id(value), id(self._memo))
        )


def neighbors(thing: Any) -> Iterator[Any]:
    """Yield what something refers to, but for weak proxies: even to ask one of what is gone for its
    class raises ReferenceError.
    """
    return (found for found in _referred(thing) if type(found) not in ProxyTypes)


def _referred(thing: Any) -> Iterator[Any]:
    if isinstance(thing, FunctionType):
        yield from (cell.cell_contents for cell in thing.__closure__ or () if _full(cell))
        yield from thing.__defaults__ or ()
        yield from (thing.__kwdefaults__ or {}).values()
        names = _globals_of(thing.__code__)
        yield from (thing.__globals__[name] for name in names if name in thing.__globals__)
    elif isinstance(thing, MethodType):
        yield thing.__func__
        yield thing.__self__
    elif isinstance(thing, functools.partial):
        yield thing.func
        yield from thing.args
        yield from thing.keywords.values()
    elif isinstance(thing, dict):
        yield from list(dict.values(thing))  # not what a lazy one would load
    elif isinstance(thing, (list, tuple, set, frozenset)):
        yield from list(thing)
    for name in getattr(type(thing), "__slots__", ()):
        if isinstance(name, str) and isinstance(value := getattr(thing, name, None), object):
            yield value
    values = getattr(thing, "__dict__", None)
    if isinstance(values, dict):
        yield from list(values.values())


def _own_code(value: Any) -> TypeGuard[FunctionType]:
    return isinstance(value, FunctionType) and not str(value.__module__).startswith("torch.")


def _callable(value: Any) -> bool:
    """Return True if this is a function in one of its forms, which ``copy.deepcopy`` may share."""
    return isinstance(value, (FunctionType, MethodType, functools.partial, _Cached))


def _uncompiled(value: Any) -> Any:
    """Return the function inside of one that was compiled or cached; None where there is none."""
    if isinstance(value, _Cached):
        return value.__wrapped__
    return getattr(value, "_torchdynamo_orig_callable", None)


def _full(cell: CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:  # it was not written to yet
        return False
    return True


@functools.lru_cache(512)
def _globals_of(code: CodeType) -> frozenset[str]:
    """Return the names of the globals that some code reads or writes, and the code within it."""
    instructions = dis.get_instructions(code)
    names = {i.argval for i in instructions if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    inner = (const for const in code.co_consts if isinstance(const, CodeType))
    return frozenset(names.union(*map(_globals_of, inner)))
