"""Entries of a table of the contract: traits, commands and replies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, TypeAlias

from xwidget.inspector.page.kinds import Kind, Word
from xwidget.support.pace import Pace
from xwidget.support.texts import Room

Slot: TypeAlias = tuple[str, ...]
"""A place in which one command waits, and is replaced by a newer one."""


@dataclass(frozen=True)
class Trait:
    """A value that kernel and page share.

    Attributes
    ----------
    name
        Of the widget's attribute and of the model's.
    default
        Value before any is set.
    doc
        Meaning, in Markdown: for the tables, the page's types and the traitlet's help.
    hint
        Type as the page sees it, where neither ``default`` nor ``check`` says it.
    check
        Check of a value that either side sets; None where only the kernel does.
    room
        What each text in it is given on its way to the page.
    """

    name: str
    default: Any
    doc: str
    hint: Any = None
    check: Kind | None = None
    room: Room | None = None

    @property
    def owner(self) -> str:
        """``"kernel"``, or ``"both"`` where the page sets it, too."""
        return "kernel" if self.check is None else "both"

    @property
    def type(self) -> Any:
        """Type as the page sees it."""
        hint = self.hint if self.check is None else self.check.hint
        return type(self.default) if hint is None else hint


@dataclass(frozen=True)
class Reply:
    """An answer to a command, or what the kernel says unasked.

    Attributes
    ----------
    type
        Its name; several commands may have the same.
    fields
        Types by name, as the page sees them.
    buffer
        What its one buffer holds; "" for none.
    optional
        Names of fields that may be missing.
    """

    type: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    buffer: str = ""
    optional: tuple[str, ...] = ()


DONE = Reply("done")
"""The answer to what leads to nothing but itself."""


@dataclass(frozen=True)
class Command:
    """A page's request.

    Attributes
    ----------
    name
        Its type.
    doc
        Meaning, in Markdown.
    fields
        Checks by name.
    optional
        What stands for a field that may be left out.
    reply
        Its answer where it can be done; None for a remark that wants none.
    pace
        How often it is done; None where it costs next to nothing, or must not wait.
    weighs
        Whether the pace counts the image's bytes, not the commands.
    quiet
        Whether it is the page's business and no person's: its refusal is not told in ``error``.
    ends
        Names of the commands that it ends where they have not begun.
    queued
        Whether all that come are done, one after another on a thread of their own; where too many
        wait, a newer one is refused. Its refusal is told to who asked alone.
    long
        Whether a queued one may take long: those behind it do not wait for it.
    line
        Where a queued one waits: those of one line are done in order, other lines do not wait.
    """

    name: str
    doc: str
    fields: Mapping[str, Kind] = field(default_factory=dict)
    optional: Mapping[str, Any] = field(default_factory=dict)
    reply: Reply | None = None
    pace: Pace | None = None
    weighs: bool = False
    quiet: bool = False
    ends: tuple[str, ...] = ()
    queued: bool = False
    long: bool = False
    line: str = "findings"

    @property
    def apart(self) -> dict[str, tuple[str, ...]]:
        """Fields that name different things, with their words: each is done and answered apart."""
        if self.queued:  # as each is by itself
            return {}
        return {name: kind.among for name, kind in self.fields.items() if isinstance(kind, Word)}

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The places in which commands of this name wait."""
        return tuple((self.name, *words) for words in product(*self.apart.values()))

    def slot(self, fields: Mapping[str, Any]) -> Slot:
        """The place of one with these fields, which may be unchecked."""
        given = ((fields.get(name), words) for name, words in self.apart.items())
        return (self.name, *(str(word) if word in words else "" for word, words in given))
