"""Lessons as people see them: a panel in a notebook, and a page to hand out."""

from xwidget.teaching.lesson import Lesson

__all__ = ["Lesson"]
