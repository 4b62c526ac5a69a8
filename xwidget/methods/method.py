"""One method of the table, and what one answers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from importlib.util import find_spec
from typing import Any

from torch import Tensor, nn

from xwidget.methods.fitting import any_net
from xwidget.support import arguments

#: Command that installs whatever library a method needs.
INSTALL = 'pip install "xwidget[methods]"'


@dataclass(frozen=True)
class Answer:
    """The answer of a method about K targets of one picture.

    Attributes
    ----------
    values
        (K,H,W) or (K,3,H,W), red first, of the size of the net's input: in [0,1] unless signed.
    signed
        Whether values may be negative, or beyond 1.
    scale
        Unit or scale of the values in words, for a legend.
    checks
        K lines on how far to trust it; none for no line.
    """

    values: Tensor
    signed: bool
    scale: str
    checks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Method:
    """An attribution method.

    Attributes
    ----------
    label
        Name for people, such as "Grad-CAM".
    attribute
        Function from a :class:`~xwidget.methods.task.Task`, and options by keyword, to an
        :class:`Answer`.
    about
        One sentence on what the values are and how they come about.
    source
        The paper.
    quick
        Whether it takes a few passes of the net, about a second or less.
    signed
        Whether its values are signed, by default.
    needs
        Libraries that it needs, as they are imported.
    unfit
        Function from a net to why the method cannot work on it, as far as that is seen without
        running it: "it has no attention ..."; "" if nothing is known to be in the way.
    least
        Smallest whole number that an option may be, by its name.
    """

    label: str
    attribute: Callable[..., Answer]
    about: str
    source: str
    quick: bool = False
    signed: bool = False
    needs: tuple[str, ...] = ()
    unfit: Callable[[nn.Module], str] = any_net
    least: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def takes(self) -> Mapping[str, Any]:
        """The options by name, with their defaults."""
        parameters = inspect.signature(self.attribute).parameters.values()
        return {each.name: each.default for each in parameters if each.kind == each.KEYWORD_ONLY}

    @property
    def missing(self) -> str:
        """The command that installs what is missing; "" if nothing is."""
        return "" if all(map(_installed, self.needs)) else INSTALL

    def check(self, options: Mapping[str, Any]) -> None:
        """Raise unless the method can be used, with these options.

        Raises
        ------
        ModuleNotFoundError
            If a library is missing.
        TypeError
            If the method has no such option, or one that is a whole number is given none.
        ValueError
            If such a number is too small.
        """
        if self.missing:
            lacks = next(name for name in self.needs if not _installed(name))
            raise ModuleNotFoundError(
                f"{self.label} needs {lacks}, which is optional. Install it:  {INSTALL}", name=lacks
            )
        for name in options:
            if name not in self.takes:
                near = get_close_matches(name, self.takes, 1)
                listed = f"it has {', '.join(self.takes)}" if self.takes else "it has none"
                hint = f"did you mean {near[0]!r}?" if near else listed
                raise TypeError(f"{self.label} has no option {name!r}; {hint}")
            value = options[name]
            if name in self.least and not (value is None and self.takes[name] is None):
                arguments.whole(name, value, self.least[name])


def _installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):  # one that was made impossible to import
        return False
