"""Many images before one net: a stream of explanations, and work in the background; no notebook."""

from xwidget.batch.item import Item
from xwidget.batch.job import Executor, Job, Outcome
from xwidget.batch.result import Result
from xwidget.batch.stream import explain_many

__all__ = ["Executor", "Item", "Job", "Outcome", "Result", "explain_many"]
