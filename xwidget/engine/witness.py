"""Another net's word on what was found: whether it sees the class in it, too."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from xwidget.catalog.games import GAMES
from xwidget.checks import Check, Checks
from xwidget.classifier import Classifier
from xwidget.engine.references import make_reference
from xwidget.engine.settings import Settings
from xwidget.engine.verdict import added, witnessed
from xwidget.names import counterpart, plain
from xwidget.targets import Contrast, Score


class Witness:
    """Another net that is shown what a run found.

    Parameters
    ----------
    net
        The other net.
    clf
        The one that is explained.

    Raises
    ------
    TypeError
        If the witness is not a ``Classifier``.
    ValueError
        If it is the classifier that is explained.
    """

    def __init__(self, net: object, clf: Classifier) -> None:
        if not isinstance(net, Classifier):
            raise TypeError(
                f"witness is a {type(net).__name__}; expected another Classifier, from xw.load(...)"
                " or xw.Classifier(net, size=...)"
            )
        if net.net is clf.net:
            raise ValueError("witness is the net that is explained; give another one")
        self._net = net
        self._clf = clf
        self._extending = threading.Lock()  # a run, scores and measures ask at once

    @property
    def net(self) -> Classifier:
        """The other net, with outputs for all that was asked of it so far."""
        return self._net

    def expect(self, targets: Iterable[int]) -> None:
        """Raise ValueError unless it has each of these classes: before a run, not after it."""
        for target in targets:
            if not isinstance(self._clf.extra(target), Score):
                self.index(target)

    def of(self, clf: Classifier) -> Witness:
        """Return this witness for a net with other targets."""
        return Witness(self._net, clf)

    def extend(self, clf: Classifier) -> None:
        """Take the net that is explained with further targets in place of the one that it has."""
        self._clf = clf

    def knows(self, target: int) -> bool:
        """Return True if it has the target that has this index in what is explained."""
        try:
            self.index(target)
        except ValueError:
            return False
        return True

    def index(self, target: int) -> int:
        """Return the witness's index of the target that has this index in what is explained.

        Classes are matched by name, contrasts by both names, and a score by its own: a score of
        what one net returns is none of what another one returns, unless the witness was given it,
        too.

        Raises
        ------
        ValueError
            If it has no class of this name, or several; or no such score.
        """
        extra = self._clf.extra(target)
        if isinstance(extra, Contrast):
            pair = self._class(extra.of[0]), self._class(extra.of[1])
            with self._extending:
                self._net = self._net.extended([pair], classes=True)
                return self._net.index(pair)
        if isinstance(extra, Score):
            for place, other in enumerate(self._net.extras):
                if isinstance(other, Score) and plain(other.name) == plain(extra.name):
                    return self._net.classes + place
            raise ValueError(
                f"the witness, {self._net.name}, has no score {extra.name!r}, and what it returns "
                "need not be what the other network does. Give it one of the same name: "
                "witness=other.extended([xw.Score(fn, name=...)])"
            )
        return self._class(target)

    def _class(self, target: int) -> int:
        ours, theirs = (clf.categories[: clf.classes] for clf in (self._clf, self._net))
        try:
            return counterpart(target, ours, theirs)
        except LookupError as error:
            raise ValueError(
                f"the witness, {self._net.name}, has {error} named {ours[target]!r}: classes are "
                "matched by name. Give both nets the same names (xw.Classifier(..., "
                "categories=...)), explain another class, or leave witness out"
            ) from None

    def heard(
        self,
        checks: Sequence[Checks],
        targets: Sequence[int],
        masks: Tensor,
        x: Tensor,
        settings: Settings,
    ) -> tuple[Checks, ...]:
        """Return each class's checks with the witness's verdict added.

        Parameters
        ----------
        checks
            One per class.
        targets
            Class indices, K of them.
        masks
            What is shown (K, 3, H, W).
        x
            Normalized image (3, H, W), as the net that is explained sees it.
        settings
            Of the run.
        """
        try:
            return tuple(self._asked(checks, targets, masks, x, settings))
        except (ValueError, RuntimeError) as error:  # the run itself is done, and not to be lost
            words = f"The witness, {self._net.name}, could not be asked: {error}."
            return tuple(added(each, Check("witness", None, None, words)) for each in checks)

    def _asked(
        self,
        checks: Sequence[Checks],
        targets: Sequence[int],
        masks: Tensor,
        x: Tensor,
        settings: Settings,
    ) -> Iterator[Checks]:
        clf, game = self._clf, GAMES[settings.game]
        reference = make_reference(settings.reference, x, clf.mean, clf.std, settings.seed)
        indices = {t: self.index(t) for t in targets if not isinstance(self._clf.extra(t), Score)}
        image = self._scores(x)  # now that it has outputs for all of them
        for each, target, mask in zip(checks, targets, masks, strict=True):
            extra = self._clf.extra(target)
            try:
                index = indices[target] if target in indices else self.index(target)
            except ValueError as error:  # a score: it was not asked for before
                words = str(error)
                yield added(each, Check("witness", None, None, f"{words[:1].upper()}{words[1:]}."))
                continue
            evidence = self._scores(torch.lerp(reference, x, game.shown(mask.to(x))))
            scores = float(evidence[index]), float(image[index])
            contrast = extra.name if isinstance(extra, Contrast) else ""
            neutral = 0.0 if extra is None else extra.neutral
            yield witnessed(each, self._net.name, *scores, game.keeps, contrast, neutral)

    def _scores(self, x: Tensor) -> Tensor:
        return self._net.classify(handed_over(self._clf.picture(x), self._net))


def handed_over(picture: npt.NDArray[np.uint8], clf: Classifier) -> Tensor:
    """Return a picture (H, W, 3) as another net, a witness, sees it: (3, H', W'), normalized.

    The picture was already cropped for one net. It is resized as a whole, without the crop of
    ``clf.prepare``, so that all of it stays in view.

    Parameters
    ----------
    picture
        From ``clf.picture`` of the net that was explained.
    clf
        The witness.
    """
    rgb = torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float() / 255
    sized = F.interpolate(rgb, clf.size, mode="bilinear", antialias=True)[0]
    mean, std = (rgb.new_tensor(values).view(3, 1, 1) for values in (clf.mean, clf.std))
    return (sized - mean) / std
