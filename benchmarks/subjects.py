"""What is measured: runs, and nets with a photo before them."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from torch import Tensor

import xwidget as xw
from benchmarks.photos import Photo
from benchmarks.records import Row


@dataclass(frozen=True, slots=True)
class Task:
    """One run to be measured: a game and a defense, and what differs from the defaults.

    Parameters
    ----------
    game, defense, iterations, sparsity, rule
        As of ``xw.explain``; None is its default.
    rate
        Rate of the step rule; None is the rule's own.
    alone
        Whether the true class is explained alone, for its time, rather than with the least likely.
    """

    game: str
    defense: str
    iterations: int = 200
    sparsity: float | str = "auto"
    rule: str | None = None
    rate: float | None = None
    alone: bool = False

    @property
    def roles(self) -> tuple[str, ...]:
        """The classes explained in one batch."""
        return ("true",) if self.alone else ("true", "least")


@dataclass(frozen=True, eq=False)
class Subject:
    """A net with a photo before it.

    Parameters
    ----------
    name
        The net's name in the tables.
    clf, photo
        The two.
    x
        The photo as the net sees it (3, H, W).
    scores
        The net's scores of it (classes,).
    witness
        Another net with the same classes before the same photo: what it says of the evidence.
    """

    name: str
    clf: xw.Classifier
    photo: Photo
    x: Tensor
    scores: Tensor
    witness: Subject | None = None

    @classmethod
    def of(
        cls, name: str, clf: xw.Classifier, photo: Photo, witness: Subject | None = None
    ) -> Subject:
        """Show a photo to a net."""
        x = clf.prepare(photo.path)
        return cls(name, clf, photo, x, clf.classify(x), witness)

    @property
    def true(self) -> int:
        """Index of the photo's class."""
        return self.clf.index(self.photo.label)

    @property
    def right(self) -> bool:
        """Whether the net classifies the photo rightly."""
        return int(self.scores.argmax()) == self.true

    @property
    def identity(self) -> Row:
        """What tells its rows from others."""
        return {"net": self.name, "photo": self.photo.name}

    def row(self) -> Row:
        """Return what the net says of the photo."""
        return {
            **self.identity,
            "kind": "photo",
            "label": self.true,
            "name": self.clf.categories[self.true],
            "right": self.right,
            "image_score": float(self.scores[self.true]),
        }


def task_rows(subject: Subject, task: Task, steps: int) -> list[Row]:
    """Return the identities of the rows of a task, one a role; ``steps`` is that of the curves."""
    common = {**subject.identity, **asdict(task), "kind": "game", "steps": steps}
    return [{**common, "role": role} for role in task.roles]


def method_row(subject: Subject, method: str, steps: int) -> Row:
    """Return the identity of the row of another method."""
    return {**subject.identity, "kind": "method", "method": method, "steps": steps}
