"""The subject of an explanation: one image before one net."""

from __future__ import annotations

import copy
import threading
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from xwidget import origin
from xwidget.classifier import Classifier, check_classifier
from xwidget.images import ImageLike, Picture, file_of, read
from xwidget.net.forward import device_of
from xwidget.net.patches import may_have_tokens, token_grid
from xwidget.net.versions import Versions, versions
from xwidget.origin import Origin
from xwidget.preprocessing.geometry import Geometry
from xwidget.support import texts
from xwidget.targets import Targets


class Subject:
    """One image before one net.

    A Subject takes the place of a classifier and an image: ``xw.explain(subject)``. The image is
    read and prepared at once; everything else is computed on first use and kept.

    Parameters
    ----------
    clf
        The classifier, from ``load`` or ``Classifier``.
    image
        Path, PIL image, array (H,W[,1|3|4]) uint8 or float in [0,1], or tensor (3,H,W).
    name
        Name of the image; by default the name of its file, or "" if it is from none.

    Attributes
    ----------
    clf
        The classifier.
    name
        Name of the image.
    x
        (3,H,W) float32, normalized: the image as ``Classifier.prepare`` returns it.

    Raises
    ------
    ValueError, TypeError
        If the image cannot be read or prepared, or the first argument is no classifier.

    Examples
    --------
    >>> import xwidget as xw
    >>> subject = xw.Subject(xw.load("efficientnet_lite0"), xw.sample("coffee"))
    >>> subject.original.shape, subject.picture.shape
    ((400, 600, 3), (224, 224, 3))
    >>> subject.geometry.to_original((0, 0)).round(1).tolist()
    [125.2, 25.3]
    """

    def __init__(self, clf: Classifier, image: ImageLike, *, name: str | None = None) -> None:
        check_classifier(clf)
        called = origin.name_of(image) if name is None else texts.valid(str(name))
        given, file = read(image), file_of(image)
        self._begin(clf, given, clf.prepare(given), called, file)

    def _begin(
        self, clf: Classifier, given: Picture, x: Tensor, name: str, file: Path | None = None
    ) -> None:
        self.clf = clf
        self.name = name
        self._file = file
        self._given: Picture | None = given  # None once it was let go: it is in the file
        self._size = given.shape[0], given.shape[1]
        self.x: Tensor = x
        self._measuring = threading.Lock()
        self._scores: Tensor | None = None
        self._scored: Versions = []  # the weights that these are of
        self._geometry: Geometry | None = None

    @classmethod
    def of(cls, clf: Classifier | Subject, image: ImageLike | Subject | None = None) -> Subject:
        """Return the subject of a pair of arguments, (classifier, image) or one subject.

        Parameters
        ----------
        clf
            A classifier, or a subject without an image.
        image
            As for ``Subject``, or a subject of this classifier.

        Raises
        ------
        TypeError
            If there is an image beside a subject, or neither; and as for ``Subject``.
        ValueError
            If the subject is of another classifier; and as for ``Subject``.
        """
        if isinstance(clf, Subject):
            if image is not None:
                raise TypeError(
                    "a Subject has its image already, but a second argument came: "
                    f"{texts.shown(repr(image), texts.NAME)}; give the others by name, such as "
                    "targets="
                )
            return clf
        check_classifier(clf)
        if isinstance(image, Subject):
            known = image.clf
            if known is not clf and known.net is clf.net and known.base is clf.base:
                return image.before(clf)
            if image.clf is not clf:
                raise ValueError(
                    f"the Subject is of {image.clf.name}, and the classifier is {clf.name}, or "
                    "another one of that name; give the Subject alone, or its image"
                )
            return image
        if image is None:
            raise TypeError(
                "the image is a NoneType, or missing; expected a path, PIL image, array or tensor "
                "after the classifier, or a Subject alone"
            )
        return cls(clf, image)

    @property
    def original(self) -> npt.NDArray[np.uint8]:
        """The original image, (H,W,3) uint8 RGB: upright by its EXIF, on white where transparent,
        rounded from more than 8 bits. Read-only.

        That of a file is not kept once its ``origin`` is known, but read again.

        Raises
        ------
        ValueError
            If the file is not there any more, or has other pixels.
        """
        return _in_8_bits(self._picture())

    @property
    def source(self) -> Path | Picture:
        """The absolute path of its file, else its pixels (H,W,3), uint8, or float32 in [0,1] where
        there were more than 8 bits. A Subject of it before the same net is the same.
        """
        return self._picture() if self._file is None else self._file

    @cached_property
    def picture(self) -> npt.NDArray[np.uint8]:
        """The image as the net sees it, in true color, (H,W,3) uint8. Read-only."""
        found = self.clf.picture(self.x)
        found.setflags(write=False)
        return found

    @cached_property
    def tokens(self) -> tuple[int, int] | None:
        """Rows and columns of the patches in which a vision transformer reads the image, such as
        (14, 14) for ViT-B/16; None for other nets. ``Attribution.tokens`` sums over them.
        """
        if not may_have_tokens(self.clf.net):
            return None
        net = self.clf.twin()
        batch = self.x[None].to(device_of(net), copy=True)

        def ask() -> None:
            with torch.inference_mode():
                self.clf.logits(net, batch)

        return token_grid(net, ask, (self.x.shape[1], self.x.shape[2]))

    @property
    def scores(self) -> Tensor:
        """The scores of all classes, (C,) float in [0,1], on the CPU, those of contrasts and scores
        after them; computed anew once torch saw the net's weights written to.

        Raises
        ------
        ValueError
            As ``Classifier.classify``.
        """
        if self._scores is None or self._scored != versions(self.clf.net):
            self._scores = self.clf.classify(self.x)
            self._scored = versions(self.clf.net)
        return self._scores

    def ask(self, twin: nn.Module) -> None:
        """Find the ``scores`` out by a net that was made for it, see ``Classifier.twin``, unless
        they are known.

        Raises
        ------
        ValueError
            As ``Classifier.classify``.
        """
        if self._scores is None or self._scored != versions(self.clf.net):
            self._scores = self.clf.classify(self.x, twin)
            self._scored = versions(self.clf.net)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the original's pixels, 64 hexadecimal digits; see
        :func:`xwidget.origin.digest`, which says how another program computes it.
        """
        return origin.digest(self.original)

    @property
    def geometry(self) -> Geometry:
        """The map from the pixels of the net's input to those of the original, or the reason why
        there is none.

        xwidget's own resize and crop are known. A preprocess of the user's is measured by sending
        ramps through it, which takes about as long as preparing the image twice, or six times.
        """
        with self._measuring:  # once, where two threads ask
            if self._geometry is None:
                self._geometry = self.clf.preprocess.geometry(self._picture(), self.x)
            return self._geometry

    @property
    def known_geometry(self) -> Geometry | None:
        """The ``geometry`` where it is known without measuring; None until it was measured."""
        return self._geometry if self.clf.preprocess.measured else self.geometry

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the original in pixels."""
        return self._size

    @cached_property
    def origin(self) -> Origin:
        """Digest, name, size and geometry of the original: what an Explanation keeps of it."""
        found = Origin(self.digest, self.size, self.geometry, self.name)
        if self._file is not None:
            self._given = None
        return found

    def unmeasured(self, reason: str) -> Origin:
        """Return the origin without a map, for a reason in words; measures nothing."""
        input_size = (self.x.shape[1], self.x.shape[2])
        none = Geometry(input_size, self.size, None, reason=reason)
        return Origin(self.digest, self.size, none, self.name)

    def aimed(self, asked: Any) -> tuple[Subject, Any]:
        """Return this subject before a net that has outputs for all targets asked for, and the
        targets with indices in place of contrasts and scores; see ``Classifier.aimed``.
        """
        clf, targets = self.clf.aimed(asked)
        return (self if clf is self.clf else self.before(clf)), targets

    def before(self, clf: Classifier) -> Subject:
        """Return the same image before the same net with other targets, see
        ``Classifier.extended``.
        """
        made = copy.copy(self)
        if clf is not self.clf:
            vars(made).update(clf=clf, _scores=None, _scored=[])
        return made

    def extend(self, clf: Classifier) -> None:
        """Take its own net with further targets, see ``Classifier.extended``, in place of the one
        that it has: for whoever made this subject, and shares it with nobody.

        Raises
        ------
        ValueError
            If the net gives this image no scores of them.
        """
        other = self.before(clf)
        _ = other.scores  # first of all: it may raise
        vars(self).update({name: vars(other)[name] for name in ("clf", "_scores", "_scored")})

    def select(self, asked: Targets | None) -> tuple[int, ...]:
        """Return the indices of the targets to explain; None asks for the most likely class.

        Raises
        ------
        ValueError, TypeError
            As ``Classifier.indices``; where the most likely one is asked for, as ``scores``.
        """
        if asked is None:
            return self.clf.likeliest(self.scores)
        known = self._scores is not None  # then the net has been looked at, too
        return self.clf.indices(asked) if known else self.clf.select(asked, self.x)

    def _picture(self) -> Picture:
        """Return the original as it was read; read it again if it was let go."""
        given, file = self._given, self._file
        if given is not None or file is None:
            assert given is not None
            return given
        given = read(file)
        if origin.digest(_in_8_bits(given)) != self.digest:
            raise ValueError(
                f"the file {str(file)!r} has other pixels than when it was read; make a new Subject"
            )
        return given

    def __repr__(self) -> str:
        height, width = self.size
        name = texts.shown(self.name, texts.NAME) if self.name else "an image"
        net = texts.shown(self.clf.name, texts.NAME)
        return f"<Subject {name}, {height}×{width} pixels, before {net}>"


def _in_8_bits(picture: Picture) -> npt.NDArray[np.uint8]:
    if picture.dtype != np.uint8:
        picture = np.floor(picture * 255 + 0.5).astype(np.uint8)
    picture.setflags(write=False)
    return picture  # type: ignore[return-value]
