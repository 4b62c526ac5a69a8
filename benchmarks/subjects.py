"""The subjects of the measurements: nets with a photo before them, their witnesses, and runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from torch import Tensor

import xwidget as xw
from benchmarks.noise import unseen
from benchmarks.photos import Photo
from benchmarks.records import Row
from xwidget.engine.plan import Plan
from xwidget.metrics import Judge, handed_over

#: The fastest on a CPU for all nets of the benchmark; fixed, so that no figure depends on timing.
PLAN = Plan("channels_last", fold=True)
_BATCH = 8  # as many as fit the cache of a small machine


def judge(clf: xw.Classifier, batch: int = _BATCH) -> Judge:
    """Return a classifier made ready for many pictures."""
    return Judge(clf, PLAN, batch)


@dataclass(frozen=True)
class Task:
    """One run to be measured, with the defaults but for this.

    Parameters
    ----------
    game, defense, iterations
        As of ``xw.explain``.
    role
        Which class is explained, alone: the photo's own ("true") or the least likely ("least").
    """

    game: str
    defense: str
    iterations: int
    role: str = "true"

    @property
    def name(self) -> str:
        """The name of its files."""
        return f"{self.game}-{self.defense}-{self.iterations}-{self.role}"


@dataclass(frozen=True, eq=False)
class Witness:
    """Another net with the same classes, before what the subject's net sees of the photo.

    Parameters
    ----------
    judge
        The net.
    x
        The picture as it sees it (3, H, W).
    score
        Its score for the photo's class.
    right
        Whether it classifies the picture correctly: only then its word counts.
    """

    judge: Judge
    x: Tensor
    score: float
    right: bool


@dataclass(frozen=True, eq=False)
class Subject:
    """A net with a photo before it.

    Parameters
    ----------
    name
        The net's name in the tables.
    judge, photo
        The two.
    x
        The photo as the net sees it (3, H, W).
    scores
        The net's scores of it (classes,).
    witnesses
        Other nets by name.
    """

    name: str
    judge: Judge
    photo: Photo
    x: Tensor
    scores: Tensor
    witnesses: Mapping[str, Witness]

    @classmethod
    def of(
        cls, name: str, photo: Photo, nets: Mapping[str, Judge], others: Sequence[str]
    ) -> Subject:
        """Show a photo to a net, and what that net sees of it to others.

        Parameters
        ----------
        name, photo
            The net's, and the photo.
        nets
            Judges by name.
        others
            Names of those that are asked, too, where they know the same classes.
        """
        clf = nets[name].clf
        x = clf.prepare(photo.path)
        scores = nets[name].all_scores(x[None])[0]
        true, picture = clf.index(photo.label), clf.picture(x)
        witnesses = {}
        for other in others:
            if other == name or nets[other].clf.categories != clf.categories:
                continue
            seen = handed_over(picture, nets[other].clf)
            said = nets[other].all_scores(seen[None])[0]
            right = int(said.argmax()) == true
            witnesses[other] = Witness(nets[other], seen, float(said[true]), right)
        return cls(name, nets[name], photo, x, scores, witnesses)

    @property
    def clf(self) -> xw.Classifier:
        """The net's classifier."""
        return self.judge.clf

    @property
    def true(self) -> int:
        """Index of the photo's class."""
        return self.clf.index(self.photo.label)

    @property
    def right(self) -> bool:
        """True if the net classifies the photo correctly."""
        return int(self.scores.argmax()) == self.true

    @property
    def identity(self) -> Row:
        """The fields that tell its rows from others."""
        return {"net": self.name, "photo": self.photo.name}

    def target(self, role: str) -> int:
        """Return the class that a task's role means."""
        return self.true if role == "true" else int(self.scores.argmin())

    def row(self) -> Row:
        """Return the nets' scores of the photo, and of it with unseen noise added."""
        return {
            **self.identity,
            "kind": "photo",
            "label": self.true,
            "name": self.clf.categories[self.true],
            "right": self.right,
            "image_score": float(self.scores[self.true]),
            "noisy": self.judge.scores(self.x + unseen(self.x), self.true).tolist(),
            "witnesses": {n: w.score for n, w in self.witnesses.items() if w.right},
        }


def task_row(subject: Subject, task: Task) -> Row:
    """Return the identity of the row of a run."""
    return {**subject.identity, "kind": "game", **asdict(task)}


def curve_row(subject: Subject, order: str, test: str, judge: str, steps: int) -> Row:
    """Return the identity of the row of a test of an order of the pixels.

    Parameters
    ----------
    order
        The method whose order it is.
    test
        See ``trials.Trial``.
    judge
        Name of the net that is asked.
    steps
        Of the curves.
    """
    made = {"order": order, "test": test, "judge": judge, "steps": steps}
    return {**subject.identity, "kind": "curve", **made}
