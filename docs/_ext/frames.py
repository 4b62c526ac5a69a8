"""Pages in the site's pages: a frame with a caption."""

from __future__ import annotations

from html import escape

from docutils import nodes

_FRAME = """\
<figure class="panel">
<iframe src="{src}" title="{title}" loading="lazy"></iframe>
<figcaption>{caption}</figcaption>
</figure>
"""


def frame(docname: str, path: str, kind: str, caption: str) -> nodes.Node:
    """Return a frame in a page of the site.

    Parameters
    ----------
    docname
        The page it stands in.
    path
        What it shows, from the site's root.
    kind
        The kind of what it shows, for the frame's title.
    caption
        Its caption, which is text.
    """
    html = _FRAME.format(
        src=f"{'../' * docname.count('/')}{path}",
        title=escape(f"{kind}: {caption}"),
        caption=escape(caption),
    )
    return nodes.raw("", html, format="html")
