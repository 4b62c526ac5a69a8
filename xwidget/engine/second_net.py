"""Another net on the same image: its classes by ours, its masks in our frame, and each one's word
on the other's evidence.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from xwidget.catalog.games import GAMES
from xwidget.classifier import Classifier, check_classifier
from xwidget.engine.references import make_reference
from xwidget.engine.settings import Settings
from xwidget.engine.witness import handed_over
from xwidget.names import counterpart, plain
from xwidget.preprocessing.geometry import Geometry, identity
from xwidget.preprocessing.resampling import resampled, seen
from xwidget.subject import Subject
from xwidget.targets import Contrast, Score

_HALF = 0.5


class SecondNet:
    """The image before another net, beside the one that is explained.

    Parameters
    ----------
    theirs
        The image before the other net.
    ours
        The same image before the net that is explained.

    Raises
    ------
    ValueError
        If both are one net, or the images are not the same.
    """

    def __init__(self, theirs: Subject, ours: Subject) -> None:
        if theirs.clf.net is ours.clf.net:
            raise ValueError(
                f"{theirs.clf.name} is the network that is explained; give another one"
            )
        if theirs.size != ours.size:
            raise ValueError(
                f"the images have {theirs.size} and {ours.size} pixels; expected the same image"
            )
        self.theirs = theirs
        self.ours = ours
        self._extending = threading.Lock()  # its run, scores and measures ask at once

    @classmethod
    def of(cls, clf: Classifier, ours: Subject) -> SecondNet:
        """Return another classifier beside a subject, with the subject's own image.

        Raises
        ------
        TypeError, ValueError
            If it is no classifier, the image cannot be prepared for it, and as the class.
        """
        check_classifier(clf)
        return cls(Subject(clf, ours.original, name=ours.name), ours)

    @property
    def name(self) -> str:
        """The other net's name."""
        return self.theirs.clf.name

    def index(self, target: int) -> int:
        """Return the other net's index of one of our targets.

        Classes are matched by name, contrasts by both names, a score by its own name where the
        other net was given one.

        Raises
        ------
        ValueError
            If it has no class of this name, or several; or no such score.
        """
        extra = self.ours.clf.extra(target)
        if isinstance(extra, Contrast):
            pair = self._class(extra.of[0]), self._class(extra.of[1])
            with self._extending:
                extended = self.theirs.clf.extended([pair], classes=True)
                if extended is not self.theirs.clf:
                    self.theirs.extend(extended)
                return extended.index(pair)
        if isinstance(extra, Score):
            clf = self.theirs.clf
            for place, other in enumerate(clf.extras):
                if isinstance(other, Score) and plain(other.name) == plain(extra.name):
                    return clf.classes + place
            raise ValueError(
                f"{self.name} has no score {extra.name!r}: what it returns need not be what "
                f"{self.ours.clf.name} does. Give it one of the same name, by "
                "clf.extended([xw.Score(fn, name=...)])"
            )
        return self._class(target)

    def _class(self, target: int) -> int:
        ours, theirs = (
            each.clf.categories[: each.clf.classes] for each in (self.ours, self.theirs)
        )
        try:
            return counterpart(target, ours, theirs)
        except LookupError as error:
            raise ValueError(
                f"{self.name} has {error} named {ours[target]!r}: classes are matched by name"
            ) from None

    def matched(self, targets: Iterable[int]) -> dict[int, int]:
        """Return the other net's indices of those of our classes that it has, by ours."""
        found = {}
        for target in targets:
            try:
                found[target] = self.index(target)
            except ValueError:
                continue
        return found

    def disputed(self) -> int | None:
        """Return our index of the class that the other net finds most likely; None where ours finds
        it most likely, too, or has no such class.
        """
        best = self.likeliest()
        if best is None:
            return None
        names = (each.clf.categories[: each.clf.classes] for each in (self.theirs, self.ours))
        try:
            found = counterpart(best[0], *names)
        except LookupError:
            return None
        return None if found == best[1] else found

    def likeliest(self) -> tuple[int, int] | None:
        """Return each net's most likely class, the other's first; None where either has none."""
        if not (self.theirs.clf.classes and self.ours.clf.classes):
            return None
        (theirs,), (ours,) = (each.clf.likeliest(each.scores) for each in (self.theirs, self.ours))
        return theirs, ours

    def settings(self, settings: Settings) -> Settings:
        """Return a run's settings as they are for the other net: a reference of our own is handed
        over as a picture. The way the net is run is not timed, as both run at once: each
        would measure the other.
        """
        reference = settings.reference
        if isinstance(reference, Tensor):
            clf, x = self.ours.clf, self.ours.x
            whole = make_reference(reference, x, clf.mean, clf.std, settings.seed)
            reference = handed_over(clf.picture(whole), self.theirs.clf)
            reference = _sized(reference, self.theirs.x)
        plan = settings.plan if settings.plan == "plain" else "folded"
        return replace(settings, reference=reference, plan=plan)

    # Between the frames.

    def to_ours(self, values: Tensor) -> Tensor:
        """Return values (N, C, H, W) in [0, 1] of the other net's frame as they lie in ours.

        Raises
        ------
        ValueError
            If the places of either net's pixels in the image are not known.
        """
        found = resampled(values.cpu(), *self._maps())
        return found.clamp_(0, 1)

    def to_theirs(self, values: Tensor) -> Tensor:
        """Return values (N, C, H, W) of our frame as they lie in the other net's."""
        theirs, ours = self._maps()
        return resampled(values.cpu(), ours, theirs)

    @property
    def sees(self) -> float:
        """Share of our frame that the other net sees, in [0, 1]."""
        return float(seen(*self._maps()).mean())

    def _maps(self) -> tuple[Geometry, Geometry]:
        theirs, ours = self.theirs.geometry, self.ours.geometry
        alike = theirs.input_size == ours.input_size
        if not (theirs.known and ours.known) and alike and self._same_picture():
            return identity(theirs.input_size), identity(ours.input_size)
        return theirs, ours

    def _same_picture(self) -> bool:
        """Return whether both nets see the same pixels, wherever these are in the image."""
        return bool((self.theirs.picture == self.ours.picture).all())

    # Scores.

    def score(self, target: int, kept: Tensor, settings: Settings) -> float:
        """Return the other net's own score of some pixels, the rest at its reference.

        Parameters
        ----------
        target
            Our class index.
        kept
            (H, W) in [0, 1], in our frame: 1 where the image is shown.
        settings
            As :meth:`settings` returns them.
        """
        index = self.index(target)
        clf, x = self.theirs.clf, self.theirs.x
        reference = make_reference(settings.reference, x, clf.mean, clf.std, settings.seed)
        mask = (self.to_theirs(kept[None, None].float())[0] >= _HALF).to(x)
        return float(clf.classify(torch.lerp(reference, x, mask.expand_as(x)))[index])

    def on_ours(self, target: int, mask: Tensor, settings: Settings) -> float:
        """Return the other net's score of our evidence, (3, H, W) in our frame, handed over as a
        picture.

        Parameters
        ----------
        target
            Our class index.
        mask
            What our run shows.
        settings
            Of our run.
        """
        index = self.index(target)  # first: the net has its outputs from then on
        seen = _evidence(self.ours, mask, settings)
        picture = handed_over(self.ours.clf.picture(seen), self.theirs.clf)
        return float(self.theirs.clf.classify(picture)[index])

    def on_theirs(self, target: int, mask: Tensor, settings: Settings) -> float:
        """Return our net's score of the other's evidence, (3, H, W) in its frame, handed over as a
        picture; parameters as in :meth:`on_ours`.
        """
        seen = _evidence(self.theirs, mask, self.settings(settings))
        picture = handed_over(self.theirs.clf.picture(seen), self.ours.clf)
        return float(self.ours.clf.classify(picture)[target])


def disagreement_first(targets: tuple[int, ...], disputed: Iterable[int]) -> tuple[int, ...]:
    """Return the most likely classes, in which those stand first that nets do not agree on: the
    one that ours finds most likely, then those of the others.

    Parameters
    ----------
    targets
        Our most likely classes, best first.
    disputed
        See ``SecondNet.disputed``.
    """
    first = dict.fromkeys([*targets[:1], *disputed])
    rest = [target for target in targets if target not in first]
    return tuple([*first, *rest][: max(len(targets), len(first))])


def _evidence(subject: Subject, mask: Tensor, settings: Settings) -> Tensor:
    """Return a picture of a mask as a net sees it: the image where it shows, else the reference."""
    clf, x = subject.clf, subject.x
    reference = make_reference(settings.reference, x, clf.mean, clf.std, settings.seed)
    return torch.lerp(reference, x, GAMES[settings.game].shown(mask.to(x)))


def _sized(reference: Tensor, x: Tensor) -> Tensor:
    """Return a reference in the size of what a net sees, where that depends on the image."""
    if reference.shape[-2:] == x.shape[-2:]:
        return reference
    return F.interpolate(reference[None], tuple(x.shape[-2:]), mode="bilinear", antialias=True)[0]
