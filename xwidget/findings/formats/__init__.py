"""The files that findings are exchanged in, out and in.

A new format is a module that writes it, and maybe reads it, and an entry in ``table.py``.
"""

from xwidget.findings.formats.columns import as_frame as to_pandas
from xwidget.findings.formats.columns import rows
from xwidget.findings.formats.exchange import Preview, Written, opened, preview, read, write
from xwidget.findings.formats.matching import Row
from xwidget.findings.formats.picture import Picture
from xwidget.findings.formats.table import FORMATS, Format, menu

__all__ = [
    "FORMATS",
    "Format",
    "Picture",
    "Preview",
    "Row",
    "Written",
    "menu",
    "opened",
    "preview",
    "read",
    "rows",
    "to_pandas",
    "write",
]
