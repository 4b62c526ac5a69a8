"""The targets that a classifier can be asked for, and those that are most likely."""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from torch import Tensor

from xwidget.names import plain
from xwidget.targets import (
    Contrast,
    Extra,
    Extras,
    Score,
    Target,
    Targets,
    alone,
    extra_of,
    index_of,
    listed,
)

if TYPE_CHECKING:
    from typing_extensions import Self


class Choosing:
    """The part of a classifier that knows its targets."""

    # A classifier has them all.
    name: str
    base: Self
    extras: Extras
    _names: tuple[str, ...] | None
    _has_classes: bool
    _looked: bool

    @property
    @abstractmethod
    def categories(self) -> tuple[str, ...]:
        """The names of all outputs."""

    @property
    @abstractmethod
    def short_names(self) -> tuple[str, ...]:
        """The names in few words."""

    @abstractmethod
    def classify(self, x: Tensor) -> Tensor:
        """Return all scores of a prepared image."""

    @abstractmethod
    def _returns_classes(self) -> bool: ...

    @property
    def classes(self) -> int:
        """Number of classes; 0 for a net without any, whose outputs are scored in other ways."""
        return len(self.categories) - len(self.extras)

    def extended(self, more: Targets, *, classes: bool | None = None) -> Self:
        """Return a classifier of the same net that has outputs for targets beyond the classes.

        ``explain``, ``Inspector`` and the metrics make one of the targets that they are given. Make
        it yourself to use one target in several of them: its indices follow those of the classes.

        Parameters
        ----------
        more
            A list of contrasts and scores. A contrast is a tuple of two classes (index or name),
            ``("tiger cat", "Egyptian cat")``: why the first and not the second; it takes the log
            odds between them, the difference of their logits. A score is a function of what the net
            returns, or a :class:`xwidget.Score` of one. Classes are passed over.
        classes
            Whether the net's outputs are those of classes, too. By default they are, save where all
            targets are scores, and the net has no names of classes or returns no logits (N, C).

        Returns
        -------
        Classifier
            With extra names in ``categories``; this classifier where there is nothing to add.

        Raises
        ------
        ValueError, TypeError
            If a contrast is not one of two different classes, or a target is none.

        Examples
        --------
        >>> from torch import nn
        >>> from xwidget.classifier import Classifier
        >>> net = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        >>> clf = Classifier(net, size=4, categories=["red", "green", "blue"])
        >>> clf.extended([("red", "blue")]).categories
        ('red', 'green', 'blue', 'red rather than blue')
        """
        return self.aimed(more, classes=classes)[0]

    def aimed(self, asked: Any, *, classes: bool | None = None) -> tuple[Self, Any]:
        """Return a classifier with outputs for all targets asked for, and the targets with indices
        in place of contrasts and scores.

        Parameters
        ----------
        asked, classes
            As in :meth:`extended`, and whatever else is a target; None is passed through.

        Raises
        ------
        ValueError, TypeError
            As in :meth:`extended`.
        """
        given = [asked] if alone(asked) else asked
        if not isinstance(given, (list, tuple)):
            return self, asked
        beyond = [extra_of(target, self.base) for target in given]
        if all(extra is None for extra in beyond):
            return self, asked
        has_classes = self._has_classes
        if not self.extras:
            scores = all(isinstance(extra, Score) for extra in beyond)
            asked_for = not scores or (classes is None and self._returns_classes())
            has_classes = asked_for if classes is None else classes
        extras = self.extras
        for extra in beyond:
            if extra is not None and extras.place(extra) is None:
                extras = extras.plus(extra, self._class_named)
        made = self if extras is self.extras else self._with(extras, has_classes)
        places = [None if extra is None else extras.place(extra) for extra in beyond]
        return made, [
            target if place is None else made.classes + place
            for target, place in zip(given, places, strict=True)
        ]

    def _with(self, extras: Extras, has_classes: bool) -> Self:
        made = copy.copy(self)
        for name in ("categories", "short_names", "varies"):  # computed anew
            vars(made).pop(name, None)
        vars(made).update(extras=extras, _has_classes=has_classes, _looked=False)
        if not has_classes and any(isinstance(extra, Contrast) for extra in extras):
            raise ValueError(
                f"{self.name} has no classes here (classes=False, or all targets were scores), so "
                "that there is no contrast of two; give both at once, targets=[(a, b), fn]"
            )
        return made

    def _class_named(self, target: int | str) -> int:
        """Return the index of a class that the net knows, also where it is none for logits."""
        if self._names is not None:
            return index_of(target, self._names, self.name)
        if isinstance(target, str):
            raise ValueError(
                f"{target!r} is a name, but {self.name} has none; give xw.Classifier(..., "
                "categories=...), or the index"
            )
        return int(target)

    def index(self, target: Target) -> int:
        """Return a target's index among the outputs.

        Parameters
        ----------
        target
            The index itself, or a name: a whole name, or a part that only one name has. Case and
            underscores do not matter. Or a contrast or score that this classifier was
            :meth:`extended` by.

        Raises
        ------
        ValueError
            If there is no such class, or several; the message lists the nearest.
        TypeError
            If it is neither an int nor a name.
        """
        extra = extra_of(target, self.base)
        if extra is None:
            return index_of(target, self._looked_through(target), self.name)
        place = self.extras.place(extra)
        if place is None:
            raise ValueError(
                f"{self.name} has no output for {extra.name!r}; clf.extended([...]) makes a "
                "classifier that has, which is to be given in place of clf"
            )
        return self.classes + place

    def _looked_through(self, target: Any) -> tuple[str, ...]:
        """Return the names among which one is looked for: where a class has it as a part, those of
        the classes, as that of a contrast has it, too.
        """
        names = self.categories
        if not self.extras or not isinstance(target, str):
            return names
        part, known = plain(target), [plain(name) for name in names]
        of_classes = part not in known and any(part in name for name in known[: self.classes])
        return names[: self.classes] if of_classes else names

    def indices(self, asked: Targets) -> tuple[int, ...]:
        """Return the indices of several targets, in order, each once.

        Parameters
        ----------
        asked
            As in :meth:`index`, a list or one of them. A tuple of two names by itself is a list of
            two classes; inside of a list, it is a contrast.

        Raises
        ------
        ValueError, TypeError
            If the list is empty, and as in :meth:`index`.
        """
        return tuple(dict.fromkeys(self.index(target) for target in listed(asked)))

    def select(self, asked: Targets | None, x: Tensor) -> tuple[int, ...]:
        """Return the indices of the targets to explain in an image.

        Parameters
        ----------
        asked
            As in :meth:`indices`; None for the most likely class of ``x``, or where there are no
            classes, all scores.
        x
            (3,H,W), as :meth:`prepare` returns it.

        Raises
        ------
        ValueError, TypeError
            As in :meth:`indices`.
        """
        if asked is None:
            return self.likeliest(self.classify(x))
        if not self._looked:
            with suppress(ValueError):  # a run says it, and more
                self.classify(x)
        return self.indices(asked)

    def extra(self, index: int) -> Extra | None:
        """Return the contrast or score of an output; None where it is a class."""
        place = index - self.classes if self.extras else -1
        return self.extras[place] if place >= 0 else None

    def classes_of(self, index: int) -> tuple[int, ...]:
        """Return the classes that an output is about: itself, both of a contrast, none of a
        score.
        """
        extra = self.extra(index)
        if extra is None:
            return (index,)
        return extra.of if isinstance(extra, Contrast) else ()

    def likeliest(self, scores: Tensor | Sequence[float], count: int = 1) -> tuple[int, ...]:
        """Return the indices of the most likely classes, given all scores; where there are no
        classes, of all other targets.
        """
        of_classes = range(self.classes)
        if not of_classes:
            return tuple(range(len(self.extras)))
        return tuple(sorted(of_classes, key=lambda index: -float(scores[index]))[:count])
