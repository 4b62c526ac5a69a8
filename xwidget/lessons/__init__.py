"""Lessons as plain data: questions, steps, answers and their files, and what a class answered."""

from xwidget.lessons.answer import Answer
from xwidget.lessons.answers import Answers, read_answers
from xwidget.lessons.one_lesson import LessonSummary
from xwidget.lessons.question import Question
from xwidget.lessons.reading import Problem
from xwidget.lessons.step import Step
from xwidget.lessons.summing import Summary, summary

__all__ = [
    "Answer",
    "Answers",
    "LessonSummary",
    "Problem",
    "Question",
    "Step",
    "Summary",
    "read_answers",
    "summary",
]
