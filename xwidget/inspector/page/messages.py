"""Messages between the kernel and the page, with their checks; docs/protocol.md describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xwidget.inspector.page import contract
from xwidget.inspector.page.kinds import ID, ProtocolError, whole
from xwidget.support import texts, wire


@dataclass(frozen=True)
class Request:
    """A checked message from the page: its type and its fields."""

    type: str
    fields: Mapping[str, Any]


def parse(content: object, widget: object = None) -> Request:
    """Return the request that a custom message (or ``_command``) from the page holds.

    Fields that the type does not have are ignored, so that a newer page can say more.

    Parameters
    ----------
    content
        What came.
    widget
        Who is given the command.

    Raises
    ------
    ProtocolError
        If it is no object, its type is unknown, or a field is missing or out of range.
    """
    if not isinstance(content, Mapping):
        raise ProtocolError(f"a message must be an object with a type, got {wire.shown(content)}")
    kind = content.get("type")
    if not isinstance(kind, str) or kind not in contract.COMMAND:
        known = ", ".join(contract.COMMAND)
        raise ProtocolError(f"unknown message type {wire.shown(kind)}, expected one of: {known}")
    return Request(kind, contract.read(kind, content, widget))


def failed(request: object, message: str) -> dict[str, object]:
    """Return the message that tells the page that its ``request`` was refused, and why.

    Both are as short as a page needs them.
    """
    told = {"request": wire.brief(request), "message": texts.shown(message)}
    return {"type": "failed", **told, **number(request)}


def number(request: object) -> dict[str, int]:
    """Return the ``id`` by which a reply names its command; nothing where it has none."""
    try:
        return {"id": whole("id", request["id"], *ID)}  # type: ignore[index]
    except (ProtocolError, TypeError, LookupError, OverflowError):
        return {}
