"""The targets of an explanation: classes, contrasts of two classes, and scores of one's own."""

from xwidget.targets.asked import Target, Targets, alone, index_of, listed
from xwidget.targets.extras import Contrast, Extra, Extras, extra_of
from xwidget.targets.score import Score

__all__ = [
    "Contrast",
    "Extra",
    "Extras",
    "Score",
    "Target",
    "Targets",
    "alone",
    "extra_of",
    "index_of",
    "listed",
]
