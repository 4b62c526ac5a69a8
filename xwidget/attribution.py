"""An attribution: the answer of any method about a subject. Plain data, no net."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from xwidget.support import arguments, texts
from xwidget.support.figures import percent
from xwidget.trace import freeze

Floats = npt.NDArray[np.float32]
# Share of the pixels with one value from which on that is told.
_TIED = 0.05


@dataclass(frozen=True, eq=False, repr=False)
class Attribution:
    """The answer of any method about one image: a value for every pixel, for K classes.

    Metrics, plots and exports take it, whatever the method. ``Explanation.attribution`` is one;
    :meth:`from_array` makes one of values that were computed elsewhere.

    Attributes
    ----------
    targets
        K class indices. Those from the number of classes on are of contrasts and scores, in the
        order of the classifier that the attribution was made with.
    values
        (K,H,W) float32, one value a pixel, or (K,3,H,W), one for each color channel, red first. H
        and W are those of the net's input. Finite; in [0,1] unless ``signed``. Read-only.
    method
        Name of the method, such as "Grad-CAM".
    signed
        Whether values may be negative or beyond 1: negative values speak against the class, 0 is
        neutral. Otherwise they lie in [0,1].
    checks
        K lines on how far to trust it; "" for none.
    seconds
        Duration in seconds.
    digest
        Digest of the subject, see :func:`xwidget.origin.digest`; "" if unknown.
    scale
        Unit or scale of the values in words, such as "divided by the largest of each class"; "" if
        unknown.
    names
        K names of the targets, as in ``Classifier.categories``; "" where it is unknown.

    Raises
    ------
    ValueError, TypeError
        If shapes, types or ranges do not fit together.

    Examples
    --------
    >>> found = Attribution.from_array(np.eye(4), targets=3, method="diagonal")
    >>> found.values.shape, found.signed, found.targets
    ((1, 4, 4), False, (3,))
    """

    targets: tuple[int, ...]
    values: Floats
    method: str
    signed: bool = False
    checks: tuple[str, ...] = ()
    seconds: float = 0.0
    digest: str = ""
    scale: str = ""
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        freeze(self, "values", np.float32)
        targets = tuple(arguments.whole("target", target, 0) for target in self.targets)
        object.__setattr__(self, "targets", targets)
        checks = tuple(map(str, self.checks)) or ("",) * len(targets)
        object.__setattr__(self, "checks", checks)
        names = tuple(map(str, self.names)) or ("",) * len(targets)
        object.__setattr__(self, "names", names)
        shape = self.values.shape
        if len(shape) not in (3, 4) or (len(shape) == 4 and shape[1] != 3) or 0 in shape:
            raise ValueError(f"values have shape {shape}; expected (K,H,W) or (K,3,H,W)")
        if len(targets) != len(self.values) or len(set(targets)) != len(targets):
            raise ValueError(
                f"values are of {len(self.values)} classes, and targets are {targets}; expected as "
                "many, each once"
            )
        if len(checks) != len(targets):
            raise ValueError(f"checks has {len(checks)} lines for {len(targets)} classes")
        if len(names) != len(targets):
            raise ValueError(f"names has {len(names)} names for {len(targets)} targets")
        if not self.method or not isinstance(self.method, str):
            raise ValueError(f"method is {self.method!r}; expected its name")
        low, high = float(self.values.min()), float(self.values.max())
        if not np.isfinite(self.values).all():
            raise ValueError("values hold NaN or infinite ones; expected finite numbers")
        if not self.signed and not 0 <= low <= high <= 1:
            raise ValueError(
                f"values span {low:.4g} to {high:.4g}; expected shares in [0,1], or signed=True"
            )
        if arguments.real(self.seconds) is None or self.seconds < 0:
            raise ValueError(f"seconds={self.seconds!r}; expected a number from 0")

    @classmethod
    def from_array(
        cls,
        values: Any,
        targets: npt.ArrayLike,
        *,
        method: str = "array",
        signed: bool | None = None,
        checks: Sequence[str] = (),
        seconds: float = 0.0,
        digest: str = "",
        scale: str = "",
        names: Sequence[str] = (),
    ) -> Attribution:
        """Return an attribution of values that were computed elsewhere.

        Parameters
        ----------
        values
            A numpy array or torch tensor. For one class: (H,W), (3,H,W), (1,H,W) or (1,3,H,W); for
            several: (K,H,W), (K,1,H,W) or (K,3,H,W).
        targets
            Class index, or a list, array or tensor of K indices. With a list of three, values
            (3,H,W) are those of three classes.
        signed
            As the attribute; by default False if all values are in [0,1].
        method, checks, seconds, digest, scale, names
            As the attributes. Without checks, it is told where many pixels share a value: in which
            order these come is random.

        Raises
        ------
        ValueError, TypeError
            If these do not fit together.
        """
        array = _array(values)
        one, listed = _targets(targets)
        if one and array.ndim in (2, 3) and not (array.ndim == 3 and array.shape[0] == 1):
            array = array[None]
        if array.ndim == 4 and array.shape[1] == 1:
            array = array[:, 0]
        if signed is not None and not isinstance(signed, (bool, np.bool_)):
            raise TypeError(f"signed is {signed!r}; expected True, False or None")
        for name, text in (("digest", digest), ("scale", scale), ("method", method)):
            if not isinstance(text, str):
                raise TypeError(f"{name} is a {type(text).__name__}; expected words")
        for name, lines in (("checks", checks), ("names", names)):
            if isinstance(lines, str) or not isinstance(lines, Sequence):
                raise TypeError(f"{name} is a {type(lines).__name__}; expected a list")
        if signed is None:
            signed = not bool(((array >= 0) & (array <= 1)).all())
        found = cls(
            listed, array, method, bool(signed), tuple(checks), seconds, digest, scale, tuple(names)
        )
        if not checks:
            object.__setattr__(found, "checks", tuple(map(_ties, found.relevance)))
        return found

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels of the net's input."""
        return self.values.shape[-2], self.values.shape[-1]

    @property
    def relevance(self) -> Floats:
        """Values for ranking, (K,H,W), the most relevant highest: the mean over color channels if
        there are three.
        """
        return self.values if self.values.ndim == 3 else self.values.mean(1)

    @property
    def masks(self) -> Floats:
        """The values as masks, (K,3,H,W) in [0,1], which show a pixel where they are 1.

        Raises
        ------
        ValueError
            If values are signed: there is no one way to make masks of these.
        """
        if self.signed:
            raise ValueError(
                f"the values by {self.method} are signed; expected shares in [0,1]. Scale them, "
                "such as by values.clip(0) / values.max()"
            )
        shape = (len(self.targets), 3, *self.size)
        return np.broadcast_to(self.values.reshape(len(self.targets), -1, *self.size), shape)

    def tokens(self, grid: tuple[int, int]) -> Floats:
        """Return the relevance of each patch of a grid, (K,rows,columns): the sum over its pixels.

        Parameters
        ----------
        grid
            Rows and columns, such as ``Subject.tokens``, the patches that a transformer reads.

        Raises
        ------
        ValueError
            If the grid does not divide the picture into equal patches of whole pixels.

        Examples
        --------
        >>> found = Attribution.from_array(np.eye(4), targets=3, method="diagonal")
        >>> found.tokens((2, 2))[0].tolist()
        [[2.0, 0.0], [0.0, 2.0]]
        """
        sides = [arguments.whole("grid", each) for each in grid]
        height, width = self.size
        if len(sides) != 2 or height % sides[0] or width % sides[1]:
            raise ValueError(
                f"grid={grid}; expected rows and columns that divide {height}×{width} pixels"
            )
        rows, columns = sides
        patches = self.relevance.reshape(-1, rows, height // rows, columns, width // columns)
        found: Floats = patches.sum((2, 4))
        return found

    def position(self, target: int | None = None) -> int:
        """Return the index of a class among the targets; None means the only one.

        Raises
        ------
        ValueError
            If there is no such class, or there are several and none was named.
        """
        if target is None and len(self.targets) == 1:
            return 0
        if target is None or target not in self.targets:
            named = "no class was named" if target is None else f"class {target} is not among them"
            raise ValueError(f"the attribution is of classes {self.targets}, and {named}")
        return self.targets.index(target)

    def position_of(self, index: int, categories: Sequence[str], classes: int) -> int:
        """Return the place among the targets of an output of a classifier, known by its name.

        Parameters
        ----------
        index
            Of the output.
        categories, classes
            The classifier's names of all outputs, and how many of these are classes. From there on,
            an index says something about one classifier only.

        Raises
        ------
        ValueError
            If there is no such target, or it has another name.

        Examples
        --------
        >>> found = Attribution.from_array(np.eye(4), 3, names=["red rather than blue"])
        >>> found.position_of(4, ["red", "green", "blue", "any", "red rather than blue"], 4)
        0
        """
        places = [k for k, name in enumerate(self.names) if name == categories[index]]
        if len(places) == 1 and self.targets[places[0]] != index:
            return places[0]
        k = self.position(index)
        self._check_name(k, categories, classes)
        return k

    def check_names(self, categories: Sequence[str], classes: int) -> None:
        """Raise ValueError unless a classifier's outputs have the names of the targets.

        Parameters
        ----------
        categories, classes
            As of :meth:`position_of`.
        """
        for k in range(len(self.targets)):
            self._check_name(k, categories, classes)

    def _check_name(self, k: int, categories: Sequence[str], classes: int) -> None:
        index, own = self.targets[k], self.names[k]
        unknown = own == "" or (index < classes and own == f"class {index}")
        if not unknown and own != categories[index]:
            method, own, name = (
                texts.shown(each, texts.NAME) for each in (self.method, own, categories[index])
            )
            raise ValueError(
                f"the attribution by {method} is of {own!r}, not of {name!r}; both have the index "
                f"{index}, each with a classifier of its own"
            )

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({"names": ("",) * len(state["targets"]), **state})
        self.values.setflags(write=False)  # numpy's copies may be written to

    def __repr__(self) -> str:
        height, width = self.size
        kind = "signed" if self.signed else "in [0,1]"
        colors = ", one for each color" if self.values.ndim == 4 else ""
        name = texts.shown(self.method, texts.NAME)
        of = ", ".join(
            texts.shown(each, texts.NAME) or f"class {target}"
            for target, each in zip(self.targets, self.names, strict=True)
        )
        return f"<Attribution by {name}: {height}×{width} values {kind}{colors}, of {of}>"


def _targets(targets: Any) -> tuple[bool, tuple[Any, ...]]:
    """Return whether this is one class index, and the indices."""
    if hasattr(targets, "tolist"):  # an array's, a tensor's, or a number of numpy's
        targets = targets.tolist()
    if arguments.is_whole(targets):
        return True, (targets,)
    if isinstance(targets, (list, tuple, range)) and all(map(arguments.is_whole, targets)):
        return False, tuple(targets)
    raise TypeError(
        f"targets is {texts.shown(repr(targets), texts.NAME)}, a {type(targets).__name__}; "
        "expected a class index, or a list of them in the order of the values; clf.index(name) "
        "gives that of a name"
    )


def _ties(relevance: Floats) -> str:
    """Return a line where many pixels share a value above the least one; "" otherwise."""
    values, counts = np.unique(relevance, return_counts=True)
    shares = np.where(counts[1:] > 1, counts[1:], 0) / relevance.size
    if not len(shares) or shares.max() < _TIED:
        return ""
    most = int(shares.argmax())
    return (
        f"{percent(shares[most])} of its pixels have the same value, {values[1 + most]:.3g}: which "
        "of them come first is random"
    )


def _array(values: Any) -> npt.NDArray[Any]:
    """Return an array or a tensor as an array; whoever has a tensor has torch."""
    if getattr(values, "is_meta", False) or getattr(values, "is_sparse", False):
        raise TypeError("values are a tensor without numbers, or sparse; expected a dense one")
    if np.ma.is_masked(values):
        raise ValueError("values are a masked array; fill what is masked: values.filled(0)")
    for step in ("detach", "cpu", "float"):
        values = getattr(values, step)() if hasattr(values, step) else values
    if hasattr(values, "numpy"):
        values = values.numpy()
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"values have type {array.dtype}; expected real numbers")
    return array.astype(np.float32)
