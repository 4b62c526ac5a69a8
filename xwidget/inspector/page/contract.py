"""The contract of kernel and page: one table of the traits and the commands.

The entries stand in ``table``, a file for each capability. The widget's traitlets, the checks of
what a page sends, the page's types and the tables of docs/protocol.md are made from them:
``python -m scripts.contract`` writes the latter two.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xwidget.inspector.page import shapes
from xwidget.inspector.page.entries import Command, Reply, Trait
from xwidget.inspector.page.kinds import ProtocolError, Whole
from xwidget.inspector.page.table import (
    beside,
    classes,
    comparing,
    drawn,
    findings,
    guessing,
    pages,
    running,
    saving,
    testing,
)

PROTOCOL = 2
"""Version of the contract, compared in the handshake."""

_TABLE = (drawn, classes, running, comparing, testing, beside, guessing, findings, saving, pages)

VIEW_COUNT = Trait(
    "_view_count",
    None,
    "Number of views; a host counts them where the kernel begins with 0",
    check=Whole(0, 2**31),
)
"""The one trait of ipywidgets' own that a page may set."""

PORTABLE = Trait(
    "_portable",
    False,
    "True on an exported page, which has no kernel, see [below](#a-page-without-a-kernel)",
    bool,
)
"""Set by the model that stands in for the kernel there."""

TRAITS: tuple[Trait, ...] = tuple(trait for part in _TABLE for trait in part.TRAITS)

COMMANDS: tuple[Command, ...] = tuple(command for part in _TABLE for command in part.COMMANDS)
"""The commands of a page, each with its pace: how many at once, and a second after that. No person,
and no page of ours, comes near."""

PUSHES: tuple[Reply, ...] = findings.PUSHES
"""Messages that the kernel sends unasked, beside the traits."""

FAILED = Reply(
    "failed",
    {"request": shapes.FailedRequest | None, "message": str, "final": bool},
    optional=("final",),
)
"""The answer to a command that cannot be done, and to a value that is refused. ``final`` comes with
a queued command: whether it is of no use to send it again."""

COMMAND: dict[str, Command] = {command.name: command for command in COMMANDS}
"""Commands by name."""

QUIET = frozenset(command.name for command in COMMANDS if command.quiet)
"""Commands whose refusals no person needs to read."""

QUEUED = tuple(command.name for command in COMMANDS if command.queued)
"""Commands that are done one after another, all of them."""


def read(name: str, content: Mapping[str, Any], widget: Any) -> dict[str, Any]:
    """Return a command's fields, checked; those that it does not have are ignored.

    Parameters
    ----------
    name
        Of the command.
    content
        What came.
    widget
        Who is given the command.

    Raises
    ------
    ValueError, TypeError, OverflowError
        In words, if a field is missing or out of range.
    """
    command, fields = COMMAND[name], {}
    for field, kind in command.fields.items():
        value = content.get(field)
        if value is None:  # null stands for nothing
            value = command.optional.get(field)
        if value is None:
            raise ProtocolError(f'the message "{name}" needs the field "{field}"')
        fields[field] = kind.read(f'"{field}" of "{name}"', value, widget)
    return fields


def defaults() -> dict[str, Any]:
    """Return the values that the traits begin with."""
    return {trait.name: trait.default for trait in TRAITS}
