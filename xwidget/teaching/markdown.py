"""Markdown as HTML that can be shown anywhere: it runs nothing, and loads nothing."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from xwidget.support import texts
from xwidget.support.needed import needed

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_HEADING = re.compile(r"\s*#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*(?:\n|\Z)")


@cache
def _parser() -> MarkdownIt:
    library = needed("markdown_it", "lessons", "A lesson's Markdown")
    # Without HTML of its own; addresses that are scripts are no links to it.
    made: MarkdownIt = library.MarkdownIt("commonmark", {"html": False}).enable("table")
    made.add_render_rule("link_open", _link)
    return made


def html(text: str) -> str:
    """Return a text as blocks of HTML.

    Raises
    ------
    ValueError
        If it has a picture of its own: a lesson has those of ``picture``.
    ModuleNotFoundError
        If markdown-it-py is not installed; the message names the extra that brings it.
    """
    return str(_checked(_parser().parse(texts.valid(text)), text))


def line(text: str) -> str:
    """Return a text as HTML within a line; otherwise as :func:`html`."""
    return str(_checked(_parser().parseInline(texts.valid(text)), text)).strip()


def split(text: str) -> tuple[str, str]:
    r"""Return the heading that a text begins with, or "", and the rest.

    Examples
    --------
    >>> split("## A moped\nIt has two wheels.")
    ('A moped', 'It has two wheels.')
    """
    found = _HEADING.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def plain(text: str) -> str:
    """Return a line of Markdown without its marks."""
    tokens = _parser().parseInline(texts.valid(text))
    parts = [child for token in tokens for child in token.children or ()]
    return "".join(" " if part.type == "softbreak" else part.content for part in parts)


def _checked(tokens: Any, text: str) -> str:
    parser = _parser()
    for token in tokens:
        for child in token.children or ():
            if child.type == "image":
                raise ValueError(
                    f"the text {texts.shown(text, texts.Room(60))!r} has a picture by its address, "
                    "which a page without network cannot show; give it as picture= of the step"
                )
    return str(parser.renderer.render(tokens, parser.options, {}))


def _link(renderer: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    tokens[index].attrSet("target", "_blank")
    tokens[index].attrSet("rel", "noopener noreferrer")
    return str(renderer.renderToken(tokens, index, options, env))
