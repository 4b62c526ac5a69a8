"""Many images before one net: a stream of explanations, and work in the background; no notebook."""

from xwidget.batch.result import Result
from xwidget.batch.stream import explain_many

__all__ = ["Result", "explain_many"]
