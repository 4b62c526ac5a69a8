"""A net with its preprocessing, class names and scores."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from xwidget.categories import Categories, read_categories
from xwidget.classifier.choosing import Choosing
from xwidget.images import ImageLike, read
from xwidget.names import shortened
from xwidget.net import activation as activations
from xwidget.net.activation import Activation
from xwidget.net.diagnosis import NO_WEIGHTS
from xwidget.net.forward import device_of, dtype_of, run
from xwidget.net.logits import checked, found, has_classes
from xwidget.net.observers import Observers
from xwidget.net.outputs import look
from xwidget.net.twin import check_net, make_twin
from xwidget.preprocessing.preprocess import read_preprocess
from xwidget.preprocessing.probing import Size
from xwidget.support import texts
from xwidget.targets import Extras


class Classifier(Choosing):
    """A net with its preprocessing, its class names and its activation.

    Parameters
    ----------
    net
        Any ``nn.Module`` that takes a batch (N,3,H,W) and returns logits (N,C), as a tensor, the
        first of a tuple, ``["logits"]``, ``["out"]`` or ``.logits``. It is never modified.
    size
        Height and width of the net's input in pixels; one int for a square. Without ``preprocess``,
        an image is resized until it just covers this, and cropped in the middle.
    mean, std
        Mean and standard deviation per channel, red first, as in ``(rgb - mean) / std`` with rgb in
        [0,1]; one number serves all three. Without them, the net gets rgb in [0,1]. A mean of
        length 1 means that the net takes gray images (N,1,H,W).
    preprocess
        Used in place of these: a torchvision weights transform or ``Compose``, from which size,
        mean and std are read, or any callable from a PIL image to a tensor (3,H,W), for which mean
        and std must be given if they cannot be found. It is tried on test pictures: mean, std and
        the order of the channels are accepted only if these come out in their true colors.
    categories
        Names of the classes, one per output, in order; or a dict from index to name, or from name
        to index. By default "class 0", "class 1", ...
    activation
        Activation that turns logits into scores: "softmax" for classes that exclude each other,
        "sigmoid" for independent labels, "none" for nets that return scores in [0,1].
    name
        Name of the net; by default the name of its class.

    Attributes
    ----------
    extras
        The targets beyond the classes, see :meth:`extended`. Their indices follow those of the
        classes.
    base
        The classifier that this one extends; itself where it extends none.

    Raises
    ------
    TypeError, ValueError
        If these do not fit together; the message says what to do.

    Warns
    -----
    UserWarning
        If ``preprocess`` is random, or colors would be shown wrong or cannot be checked.

    Examples
    --------
    >>> net = nn.Sequential(nn.Flatten(), nn.Linear(3 * 4 * 4, 2))
    >>> clf = Classifier(net, size=4, categories=["cat", "dog"])
    >>> clf.prepare(np.zeros((8, 8, 3))).shape
    torch.Size([3, 4, 4])
    """

    def __init__(
        self,
        net: nn.Module,
        *,
        size: int | Sequence[int] | None = None,
        mean: float | Sequence[float] | None = None,
        std: float | Sequence[float] | None = None,
        preprocess: Callable[..., Any] | None = None,
        categories: Categories | None = None,
        activation: Activation = "softmax",
        name: str | None = None,
    ) -> None:
        check_net(net)
        activations.check(activation)
        self.net = net
        self.name = type(net).__name__ if name is None else str(name)
        self.activation: Activation = activation
        self.base: Classifier = self
        self.extras = Extras()
        self._has_classes = True
        self._looked = False
        self._observers = Observers()
        self.preprocess, doubts = read_preprocess(preprocess, size, mean, std)
        for doubt in doubts:
            warnings.warn(doubt, stacklevel=2)
        self._names = None if categories is None else read_categories(categories)

    @property
    def size(self) -> Size:
        """Height and width of the net's input, in pixels."""
        return self.preprocess.size

    @property
    def mean(self) -> tuple[float, float, float]:
        """Mean color that is subtracted from rgb in [0,1], red first."""
        return self.preprocess.mean

    @property
    def std(self) -> tuple[float, float, float]:
        """Standard deviation that each channel is divided by, red first."""
        return self.preprocess.std

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """The names of the classes, "class 0", "class 1", ... if none were given, and of the extra
        targets after them.
        """
        if self.base is not self:
            return (*(self.base.categories if self._has_classes else ()), *self.extras.names)
        if self._names is not None:
            return self._names
        with torch.inference_mode():
            net = self.twin()
            outputs = self.logits(net, self._blank(net)).shape[1]
        return tuple(f"class {index}" for index in range(outputs))

    @cached_property
    def short_names(self) -> tuple[str, ...]:
        """The names without synonyms (what follows a comma in ImageNet), unless that would make
        two of them equal.
        """
        if self.base is not self:
            names = tuple(texts.shown(name, texts.NAME) for name in self.extras.names)
            return (*(self.base.short_names if self._has_classes else ()), *names)
        return shortened(self.categories)

    def prepare(self, image: ImageLike) -> Tensor:
        """Return an image as the net sees it: (3,H,W) float32, normalized, on the CPU.

        Red comes first, here and in masks, whatever order the net expects: :meth:`logits` reorders
        the channels for the net.

        Parameters
        ----------
        image
            A path, PIL image, array (H,W[,1|3|4]), uint8 or float in [0,1], or tensor (3,H,W).

        Raises
        ------
        ValueError, TypeError
            If the image cannot be read or prepared.
        """
        return self.preprocess(read(image))

    def picture(self, x: Tensor) -> npt.NDArray[np.uint8]:
        """Return the true colors of a prepared image.

        Parameters
        ----------
        x
            (3,H,W), normalized, as :meth:`prepare` returns it.

        Returns
        -------
        ndarray
            (H,W,3) uint8, ``round(255 * clip(x * std + mean, 0, 1))``.
        """
        return self.preprocess.colors(x)

    def predict(self, image: ImageLike, k: int = 5) -> list[tuple[int, str, float]]:
        """Return the ``k`` most likely classes of an image, best first.

        Parameters
        ----------
        image
            A path, PIL image, array or tensor.
        k
            Number of classes, >= 1; all if there are fewer.

        Returns
        -------
        list of (class index, name, score)
            Scores in [0,1].

        Examples
        --------
        >>> clf = Classifier(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), size=4)
        >>> clf.predict(np.eye(3)[[2, 2]][None].repeat(4, 0).repeat(2, 1), k=1)[0][:2]
        (2, 'class 2')
        """
        if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or k < 1:
            raise ValueError(f"k={k!r}; expected a number of classes, at least 1")
        if not self.classes:
            raise ValueError(f"{self.name} has no classes, of which any could be the most likely")
        scores = self.classify(self.prepare(image))
        values, order = scores[: self.classes].sort(descending=True, stable=True)
        return [
            (int(index), self.categories[int(index)], float(value))
            for value, index in zip(values[:k], order[:k], strict=True)
        ]

    def classify(self, x: Tensor, twin: nn.Module | None = None) -> Tensor:
        """Return all scores of a prepared image (3,H,W): (C,) float, in [0,1], on the CPU. Those of
        extra targets come last. A :meth:`twin` that was made already saves time.

        Raises
        ------
        ValueError
            If the scores are NaN or outside [0,1]: the net is broken, or its activation is not
            "none".
        """
        with torch.inference_mode():
            net = self.twin() if twin is None else twin
            batch = x[None].to(device_of(net), copy=True)
            logits = self.logits(net, batch.clone())
            self.check_scores(logits, "this image")
            if not self._looked:
                count = self.classes if self.extras else None
                run = functools.partial(self.logits, net)
                look(self.name, self.activation, run, batch, logits, count)
                # A picture of one color tells little: dropout, say, does nothing to zeros.
                self._looked = bool((batch != batch[..., :1, :1]).any())
            scores = self.scores(logits)[0].cpu()
        return scores.clone()

    def twin(self, device: str | torch.device | None = None) -> nn.Module:
        """Return a copy of the net that can be run, hooked and moved without touching the net.

        It is in eval mode and shares the net's parameters, but neither their ``requires_grad`` nor
        hooks that only observe.

        Parameters
        ----------
        device
            Device of the copy; None for the device of the net.

        Raises
        ------
        ValueError, TypeError
            If the net is not ready (lazy layers) or cannot be copied.
        """
        return make_twin(self.net, device, self._observers.of(self.net, self._trial))

    def _trial(self) -> tuple[nn.Module, Callable[[int], Tensor]]:
        """Return a copy with all of its hooks, and what runs it on a noisy picture."""
        twin = make_twin(self.net)

        def ask(seed: int) -> Tensor:
            # Outside of inference mode, whose tensors do not tell that they were written to.
            with torch.inference_mode(False), torch.no_grad():
                return self.logits(twin, self.preprocess.noise(seed).to(device_of(twin)))

        return twin, ask

    def logits(self, net: nn.Module, batch: Tensor) -> Tensor:
        """Run a net and return its logits, taken out of whatever it returns.

        Parameters
        ----------
        net
            Usually a :meth:`twin`.
        batch
            (N,3,H,W), normalized, red first, on the net's device.

        Returns
        -------
        Tensor
            (N,C), float32, or float64 where the net is. Extra targets are further columns: log
            odds, or scores in [0,1].

        Raises
        ------
        TypeError
            If no tensor is found in what the net returns.
        ValueError
            If the net cannot run on such a batch, what it returns is not (N,C), C is not the
            number of names, or softmax has only one class to choose from; or a score is none.
        """
        batch = batch.to(dtype_of(net, batch.dtype))
        batch = self.preprocess.for_net(batch)
        outputs = run(net, batch, self.name)
        logits = self._logits(outputs, batch, net) if self._has_classes else None
        if not self.extras:
            assert logits is not None
            return logits
        extra = self.extras.columns(outputs, logits, batch, self.activation, self.name)
        return extra if logits is None else torch.cat([logits, extra.to(logits)], 1)

    def _logits(self, outputs: Any, batch: Tensor, net: nn.Module) -> Tensor:
        logits = found(outputs, self.activation, net)
        if logits.is_meta and not batch.is_meta:
            raise ValueError(f"{self.name} {NO_WEIGHTS}")
        names = None if self._names is None else len(self._names)
        logits = checked(self.name, logits, len(batch), names, self.activation)
        return logits if logits.dtype == torch.float64 else logits.float()

    def _blank(self, net: nn.Module) -> Tensor:
        return torch.zeros(1, 3, *self.size, dtype=torch.float32, device=device_of(net))

    def scores(self, logits: Tensor) -> Tensor:
        """Return the scores (N,C) in [0,1] that the activation makes of logits (N,C), and those of
        extra targets.
        """
        if not self.extras:
            return activations.scores(logits, self.activation)
        of_classes, extra = logits[:, : -len(self.extras)], logits[:, -len(self.extras) :]
        extra = self.extras.scores(extra)
        if not of_classes.shape[1]:
            return extra
        return torch.cat([activations.scores(of_classes, self.activation), extra], 1)

    def check_scores(self, logits: Tensor, what: str) -> None:
        """Raise ValueError if logits (N,C) do not make scores in [0,1].

        Parameters
        ----------
        logits
            (N,C), from :meth:`logits`.
        what
            Name of the net's input, for the message.
        """
        if self.extras:
            self.extras.check(logits[:, -len(self.extras) :], self.name, what)
            logits = logits[:, : -len(self.extras)]
        if logits.shape[1]:
            activations.check_range(self.name, logits, self.activation, what)

    def _returns_classes(self) -> bool:
        """Return True if what the net returns are the classes that have names."""
        if self._names is None:
            return False
        return has_classes(self._raw(self._blank(self.net)), self.activation, self.net, 1)

    def outputs(self, image: ImageLike) -> Any:
        """Return the net's outputs for an image, untouched: what a score is a function of.

        Parameters
        ----------
        image
            A path, PIL image, array or tensor.

        Raises
        ------
        ValueError, TypeError
            If the image cannot be read or prepared, or the net does not run.
        """
        return self._raw(self.prepare(image)[None])

    def _raw(self, batch: Tensor) -> Any:
        with torch.no_grad():
            net = self.twin()
            batch = batch.to(device_of(net), dtype_of(net, torch.float32))
            return run(net, self.preprocess.for_net(batch), self.name)

    @cached_property
    def varies(self) -> bool:
        """True if the net returns a list with the results of each picture, whose sizes depend on
        what is in it: boxes, say, and no classes.
        """
        return not self._has_classes and isinstance(self._raw(self._blank(self.net)), list)

    def __repr__(self) -> str:
        classes = self._names is not None and self._has_classes
        outputs = f", {len(self._names or ())} classes" if classes else ""
        if self.extras:
            extras = ", ".join(repr(texts.shown(each, texts.NAME)) for each in self.extras.names)
            outputs += f"{' and' if outputs else ','} {extras}"
        name, size = texts.shown(self.name, texts.NAME), "×".join(map(str, self.size))
        colors = self.preprocess.words
        return f"<Classifier {name}: {size} pixels, {colors}{outputs}, {self.activation}>"


def check_classifier(clf: object) -> None:
    """Raise TypeError unless this is a ``Classifier``: it comes first, the image second."""
    if isinstance(clf, Classifier):
        return
    net = isinstance(clf, nn.Module)
    way = ": wrap it, xw.Classifier(net, size=...)" if net else ", from xw.load(...)"
    words = f"the first argument is of type {type(clf).__name__}; expected a Classifier{way}"
    if callable(getattr(clf, "export_html", None)):
        words += "; an Explanation is shown by itself: as a cell's value, plot() or export_html()"
    raise TypeError(words)
