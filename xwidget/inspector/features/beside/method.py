"""Methods as sources of panes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xwidget.attribution import Attribution
from xwidget.engine.settings import Settings
from xwidget.inspector.features.beside.source import Doing, Showing, Source
from xwidget.inspector.work.inspected import Inspected
from xwidget.methods import METHODS, attribute
from xwidget.metrics.randomization import randomization
from xwidget.subject import Subject
from xwidget.support import texts
from xwidget.support.texts import NAME


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
        If there is no such method, or it has no such option.
    ModuleNotFoundError
        If the method's library is not installed.
    """

    kind = "method"

    def __init__(
        self, name: str, options: Mapping[str, Any], inspected: Inspected, settings: Settings
    ) -> None:
        method = METHODS.get(name)
        if method is None:
            known = ", ".join(METHODS)
            raise ValueError(
                f"there is no method {texts.shown(repr(name), NAME)}; these are: {known}"
            )
        self.name = name
        method.check(options)
        self.label = ", ".join([method.label, *_in_words(options)])
        self.about = method.about
        self.signed = method.signed
        self.lane = "quick" if method.quick else "slow"
        self._options = dict(options)
        self._inspected: Inspected | None = inspected
        self._settings = settings

    @property
    def key(self) -> tuple[Any, ...]:
        """The same method with the same options is the same."""
        return self.name, repr(sorted(self._options.items()))

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


def _in_words(options: Mapping[str, Any]) -> list[str]:
    return [f"{name.replace('_', ' ')} {value}" for name, value in options.items()]


def menu() -> list[dict[str, Any]]:
    """Return the methods as the page lists them."""
    return [
        {
            "name": name,
            "label": method.label,
            "quick": method.quick,
            "about": method.about,
            "missing": method.missing,
        }
        for name, method in METHODS.items()
    ]
