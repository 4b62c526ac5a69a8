"""``python -m xwidget studies``: the same as ``python -m xwidget.studies``."""

from xwidget.studies.command import fill

__all__ = ["fill"]
