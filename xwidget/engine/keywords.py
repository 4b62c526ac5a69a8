"""Settings as keyword arguments of a function: its signature, its documentation, its errors."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from xwidget.engine.setting import Setting

_MARK = "**settings"
_WIDTH = 92
_NAMES = "_settings"  # of a function: the names of those that it takes

T = TypeVar("T", bound=Callable[..., Any])


def spelled_out(settings: Mapping[str, Setting]) -> Callable[[T], T]:
    """Return a decorator for a function, or a class, that takes settings as ``**settings``.

    ``help`` and editors then show each of them with its default, and the docstring's entry
    ``**settings`` becomes one for each.

    Parameters
    ----------
    settings
        The settings that it takes.
    """

    def decorate(target: T) -> T:
        function: Any = target.__init__ if isinstance(target, type) else target  # type: ignore[misc]
        setattr(function, "__signature__", _signature(function, settings))  # noqa: B010
        setattr(function, _NAMES, tuple(settings))
        types = {name: setting.type for name, setting in settings.items()}
        others = {k: v for k, v in function.__annotations__.items() if k != "settings"}
        function.__annotations__ = {**others, **types}
        in_words(target, settings)
        return target

    return decorate


def _signature(function: Callable[..., Any], settings: Mapping[str, Setting]) -> inspect.Signature:
    """Return a function's signature with each setting in place of ``**settings``."""
    signature = inspect.signature(function)
    own = list(signature.parameters.values())
    keyword = inspect.Parameter.KEYWORD_ONLY
    each = [
        inspect.Parameter(name, keyword, default=setting.default, annotation=setting.type)
        for name, setting in settings.items()
    ]
    before = [parameter for parameter in own if parameter.kind < keyword]
    after = [parameter for parameter in own if parameter.kind == keyword]
    return signature.replace(parameters=[*before, *each, *after])


def in_words(target: object, settings: Mapping[str, Setting]) -> None:
    """Put an entry for each setting in place of a docstring's entry ``**settings``."""
    lines = inspect.cleandoc(target.__doc__ or "").split("\n")
    if _MARK not in lines:  # python -OO leaves docstrings out
        return
    begin = lines.index(_MARK)
    end = begin + 1
    while end < len(lines) and lines[end].startswith(" "):
        end += 1
    entries = [
        line
        for name, setting in settings.items()
        for line in (name, *textwrap.wrap(setting.words, _WIDTH, **_INDENT))
    ]
    target.__doc__ = "\n".join([*lines[:begin], *entries, *lines[end:]])


_INDENT: Mapping[str, Any] = {
    "initial_indent": " " * 4,
    "subsequent_indent": " " * 4,
    "break_on_hyphens": False,
}


def check_names(who: Callable[..., Any], given: Iterable[str]) -> None:
    """Raise TypeError, in words, for keyword arguments that a function, or class, does not have.

    Parameters
    ----------
    who
        It takes settings, see ``spelled_out``.
    given
        Names of the arguments that came as ``**settings``.
    """
    parameters = inspect.signature(who).parameters.values()
    known = [each.name for each in parameters if each.kind == each.KEYWORD_ONLY]
    for name in given:
        if name not in known:
            near = get_close_matches(name, known)
            # Of similar ones that which begins as it does: people shorten words.
            best = max(near, key=lambda each: each.startswith(name[:3]), default=None)
            settings = getattr(who.__init__ if isinstance(who, type) else who, _NAMES)  # type: ignore[misc]
            hint = f"did you mean {best!r}?" if best else f"there are {', '.join(settings)}"
            raise TypeError(f"{who.__name__} has no setting {name!r}; {hint}")
