"""The answers of a class, summed up: lesson by lesson, as a page and as a table."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from xwidget.lessons import summary_html, table
from xwidget.lessons.one_lesson import LessonSummary, Row
from xwidget.lessons.reading import Problem, read_folder
from xwidget.support import files


@dataclass(frozen=True)
class Summary:
    """The answers of a class, summed up.

    The first answer of each student to each question counts. A student may have a file of each
    lesson.

    Attributes
    ----------
    lessons
        A :class:`LessonSummary` of each lesson, by title.
    problems
        Files that are left out, or count in part: ``file`` and ``words``.
    """

    lessons: list[LessonSummary]
    problems: list[Problem]

    @property
    def lesson(self) -> str:
        """The lesson's title, or those of all."""
        return ", ".join(each.lesson for each in self.lessons)

    @property
    def rows(self) -> list[Row]:
        """One dict a question, lesson by lesson.

        ``lesson``, ``question`` (its id), ``step`` (from 0), ``kind``, ``prompt``, ``n`` answers,
        ``right`` (share of those that are right, None where no answer is), ``answer`` (what is
        right: a list of options, or a number with a ``tolerance``; None where the files do not tell
        it), ``choices`` (number by option), ``right_choices`` (those that are right), ``places``
        (of a matching, for each picture its letter, ``answer``, ``n_right`` and ``choices``),
        ``mean`` and ``numbers``, ``values`` (texts), ``overlap``, ``chance`` and ``score`` (means
        of regions), ``changed`` (students who answered again), ``seconds`` (median to an answer).
        """
        return [row for each in self.lessons for row in each.rows]

    @property
    def students(self) -> list[Row]:
        """One dict a student and lesson.

        ``lesson``, ``student``, ``file``, ``answered``, ``right`` and ``judged`` (numbers of
        answers), ``overlap`` and ``chance`` (means), ``seconds`` (sum).
        """
        return [row for each in self.lessons for row in each.students]

    def heat(self, question: str) -> npt.NDArray[np.float64]:
        """Return for each pixel the share of students who marked it, (H,W) in [0,1].

        Parameters
        ----------
        question
            Id of a question for a region. Where several lessons have it, the first counts;
            ``lessons[1].heat`` asks another.

        Raises
        ------
        ValueError
            If there is no such question, or nobody marked anything.
        """
        having = [each for each in self.lessons if question in each.answers.questions]
        if not having:
            raise ValueError(f"no lesson has a question {question!r}")
        return having[0].heat(question)

    def to_html(self, path: str | os.PathLike[str]) -> Path:
        """Write a page that holds all it shows, and no script.

        Raises
        ------
        OSError, ValueError, TypeError
            If the file cannot be written.
        """
        page = summary_html.page(self.lessons, self.problems)
        return files.replace(path, page.encode("utf-8", errors="replace"))

    def to_csv(self, path: str | os.PathLike[str]) -> Path:
        """Write one row a student and lesson: for each question the answer, and if it is right.

        A column's title is the question with its id in brackets. Of a region the answer is the
        overlap with the evidence. A text that a table would take for a formula begins with an
        apostrophe.

        Raises
        ------
        OSError, ValueError, TypeError
            If the file cannot be written.
        """
        return files.replace(path, table.written(each.answers for each in self.lessons))

    def _repr_html_(self) -> str:
        return summary_html.part(self.lessons, self.problems)

    def __repr__(self) -> str:
        return (
            f"<Summary of {self.lesson!r}: {len(self.students)} files, {len(self.rows)} questions, "
            f"{len(self.problems)} problems>"
        )


def summary(folder: str | os.PathLike[str]) -> Summary:
    """Sum up the answers of a class, lesson by lesson.

    Parameters
    ----------
    folder
        Where the students' files are; folders in it are read, too. A file that cannot be read, or
        is a student's second one of a lesson, is a problem that the summary lists.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.

    Examples
    --------
    >>> found = xw.lessons.summary("answers")  # doctest: +SKIP
    >>> found.to_html("summary.html")  # doctest: +SKIP
    """
    classes, problems = read_folder(folder)
    return Summary([LessonSummary.of(each) for each in classes], problems)
