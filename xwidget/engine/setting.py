"""One setting as data: what it may be, its words, and how a person sets it in the panel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from xwidget.engine.setting_kinds import Form, Kind, PanelKind


@dataclass(frozen=True)
class Control:
    """A setting's control in the panel.

    Parameters
    ----------
    label
        Its name beside the control.
    symbol
        The letter that stands for it; "" for none.
    title
        What the pointer is told of the label.
    summary
        A sentence below the control; a choice has one of its own for each name.
    line
        How a line of several settings says it, with ``{}`` for the value.
    at_once
        Whether a change starts a run; otherwise it counts from the next one on.
    """

    label: str
    symbol: str = ""
    title: str = ""
    summary: str = ""
    line: str = "{}"
    at_once: bool = True

    @property
    def word(self) -> str:
        """Its name within a sentence."""
        return self.symbol or self.label.lower()


@dataclass(frozen=True)
class Setting:
    """One setting.

    Parameters
    ----------
    name, default
        Of the field of ``Settings`` that holds it.
    type
        That field's type.
    kind
        The values that it may have.
    words
        A paragraph about it for ``help``.
    control
        How a person sets it in the panel; None where only Python does.
    """

    name: str
    default: Any
    type: Any
    kind: Kind
    words: str
    control: Control | None

    @property
    def label(self) -> str:
        """Its name in the panel."""
        return self.name if self.control is None else self.control.label

    @property
    def span(self) -> str:
        """The values that the panel may set, in words; "" where the type says all."""
        return cast(PanelKind, self.kind).span

    def take(self, value: Any, name: str = "") -> Any:
        """Return a value from the panel as a run takes it.

        Parameters
        ----------
        value
            What came.
        name
            What to call it in an error; without, the setting's own.

        Raises
        ------
        ValueError, TypeError
            If it is none that the panel may set.
        """
        return cast(PanelKind, self.kind).take(name or self.name, value)

    def form(self) -> Form:
        """Return its field of the panel's settings form; docs/protocol.md describes it."""
        control = self.control
        assert control is not None
        return {
            "name": self.name,
            "label": control.label,
            "symbol": control.symbol,
            "title": control.title,
            "summary": control.summary,
            "line": control.line,
            "at_once": control.at_once,
            **cast(PanelKind, self.kind).form(),
        }


def setting(default: Any, kind: Kind, words: str, control: Control | None = None) -> Any:
    """Return a dataclass field that holds a setting, see ``Setting``."""
    return field(default=default, metadata={"kind": kind, "words": words, "control": control})
