"""Methods as sources of panes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from xwidget.attribution import Attribution
from xwidget.engine.settings import Settings
from xwidget.inspector.features.beside.source import Doing, Showing, Source
from xwidget.inspector.work.inspected import Inspected
from xwidget.methods import METHODS, attribute
from xwidget.methods.attribute import named
from xwidget.methods.method import Method
from xwidget.metrics.randomization import randomization
from xwidget.subject import Subject
from xwidget.support import texts
from xwidget.support.texts import NAME, Room

_VALUE = Room(60)


class OfMethod(Source):
    """A method of ``xw.methods()``, with its options.

    Parameters
    ----------
    name
        Of the method.
    options
        Of the method.
    inspected
        The image before the net, which may get further targets.
    settings
        Of a run: the seed and the device.

    Raises
    ------
    ValueError, TypeError
        If there is no such method, it has no such option.
    ModuleNotFoundError
        If the method's library is not installed.
    """

    kind = "method"

    def __init__(
        self, name: str, options: Mapping[str, Any], inspected: Inspected, settings: Settings
    ) -> None:
        method = named(name)
        self.name = next(known for known, each in METHODS.items() if each is method)
        method.check(options)
        self.label = ", ".join([method.label, *_in_words(options, inspected.clf.net)])
        self.about = method.about
        self.signed = method.signed
        self.lane = "quick" if method.quick else "slow"
        self._options = dict(options)
        self._inspected: Inspected | None = inspected
        self._settings = settings

    @property
    def key(self) -> tuple[Any, ...]:
        """The same method with the same options is the same."""
        options = sorted(self._options.items())
        return self.name, *((name, _Same(value)) for name, value in options)

    def attribute(self, target: int, doing: Showing) -> Attribution:
        """Compute the values for a class, with the seed of the Inspector."""
        return attribute(
            self._open_subject(),
            method=self.name,
            targets=[target],
            seed=self._settings.seed,
            device=self._settings.device,
            progress=False,
            on_progress=doing.progress,
            cancel=doing.cancelled,
            **self._options,
        )

    def randomized(self, found: Attribution, target: int, doing: Doing) -> dict[str, Any]:
        """Compute the values for a class with random weights, and compare."""
        return randomization(
            self._open_subject(),
            self.name,
            target,
            attribution=found,
            seed=self._settings.seed,
            device=self._settings.device,
            on_progress=doing.progress,
            cancel=doing.cancelled,
            **self._options,
        ).describe()

    def _open_subject(self) -> Subject:
        if self._inspected is None:
            raise RuntimeError("this Inspector is closed; make a new one")
        return self._inspected.subject

    def close(self) -> None:
        """Let go of the image and the net."""
        self._inspected = None


class _Same:
    """An option as part of a key: plain values that are equal are the same; of others, such as
    modules and tensors, each is the same as itself alone.
    """

    def __init__(self, value: Any) -> None:
        self._value = value
        plain = isinstance(value, (bool, int, float, str, tuple, list, type(None)))
        self._key: Any = repr(value) if plain else id(value)  # which is its own while it is held

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


def _in_words(options: Mapping[str, Any], net: nn.Module) -> list[str]:
    return [f"{name.replace('_', ' ')} {_word(value, net)}" for name, value in options.items()]


def _word(value: Any, net: nn.Module) -> str:
    """Return an option's value in a few words: of a layer its name, of an array its shape."""
    if isinstance(value, nn.Module):
        names = (name for name, each in net.named_modules() if each is value)
        return texts.shown(next(names, "") or type(value).__name__, NAME)
    if (shape := getattr(value, "shape", None)) is not None:
        return f"of {'×'.join(map(str, shape))} values"
    return texts.shown(str(value), _VALUE)


def _unfit(method: Method, net: nn.Module) -> str:
    """Return why a method cannot work on a net; "" also where looking for it went wrong."""
    try:
        return method.unfit(net)
    except Exception:  # modules can be anything: a hint must not stop the panel
        return ""


def menu(net: nn.Module) -> list[dict[str, Any]]:
    """Return the methods as the page lists them for a net."""
    return [
        {
            "name": name,
            "label": method.label,
            "quick": method.quick,
            "about": method.about,
            "missing": method.missing,
            "unfit": _unfit(method, net),
        }
        for name, method in METHODS.items()
    ]
