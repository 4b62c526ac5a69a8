"""An attribution: the answer of any method about a subject. Plain data, no net."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from xwidget.support import arguments, texts
from xwidget.trace import freeze

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False, repr=False)
class Attribution:
    """How much each pixel counts for K classes of one image, as some method found it.

    Metrics, plots and exports take it, whatever the method. ``Explanation.attribution`` is one;
    :meth:`from_array` makes one of values that were computed elsewhere.

    Attributes
    ----------
    targets
        K class indices.
    values
        (K,H,W) float32, one value a pixel, or (K,3,H,W), one for each color channel, red first. H
        and W are those of the net's input. Finite; in [0,1] unless ``signed``. Read-only.
    method
        What found them, in a few words: "Grad-CAM".
    signed
        Whether values may be negative, or beyond 1: below 0 speaks against the class, 0 says
        nothing. Otherwise they are shares in [0,1].
    checks
        One line a class on how far to trust it; "" for none.
    seconds
        The time that it took.
    digest
        That of the subject, see :func:`xwidget.origin.digest`; "" where it is not known.

    Raises
    ------
    ValueError, TypeError
        Where shapes, types or ranges do not fit together.

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

    def __post_init__(self) -> None:
        freeze(self, "values", np.float32)
        targets = tuple(arguments.whole("target", target, 0) for target in self.targets)
        object.__setattr__(self, "targets", targets)
        checks = tuple(map(str, self.checks)) or ("",) * len(targets)
        object.__setattr__(self, "checks", checks)
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
        targets: int | Sequence[int],
        *,
        method: str = "array",
        signed: bool | None = None,
        checks: Sequence[str] = (),
        seconds: float = 0.0,
        digest: str = "",
    ) -> Attribution:
        """Return an attribution of values that were computed elsewhere.

        Parameters
        ----------
        values
            A numpy array or torch tensor. Of one class: (H,W), (3,H,W), (1,H,W) or (1,3,H,W). Of
            several: (K,H,W), (K,1,H,W) or (K,3,H,W).
        targets
            The index of the class, or a list of K indices; a list of three and values (3,H,W) are
            three classes.
        signed
            As the attribute. Without: False where all values are in [0,1].
        method, checks, seconds, digest
            As the attributes.

        Raises
        ------
        ValueError, TypeError
            Where these do not fit together.
        """
        array = _array(values)
        one = arguments.is_whole(targets)
        listed: tuple[Any, ...] = (targets,) if one else tuple(targets)  # type: ignore[arg-type]
        if one and array.ndim in (2, 3) and not (array.ndim == 3 and array.shape[0] == 1):
            array = array[None]
        if array.ndim == 4 and array.shape[1] == 1:
            array = array[:, 0]
        if signed is None:
            signed = not bool(((array >= 0) & (array <= 1)).all())
        return cls(listed, array, method, signed, tuple(checks), seconds, digest)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels of the net's input."""
        return self.values.shape[-2], self.values.shape[-1]

    @property
    def relevance(self) -> Floats:
        """(K,H,W): the values that order the pixels, the most relevant highest; the mean over color
        channels where there are three.
        """
        return self.values if self.values.ndim == 3 else self.values.mean(1)

    @property
    def masks(self) -> Floats:
        """(K,3,H,W) in [0,1]: the values as masks, which show a pixel where they are 1.

        Raises
        ------
        ValueError
            Where values are signed: there is no one way to make a mask of these.
        """
        if self.signed:
            raise ValueError(
                f"the values by {self.method} are signed; expected shares in [0,1]. Scale them, "
                "such as by values.clip(0) / values.max()"
            )
        shape = (len(self.targets), 3, *self.size)
        return np.broadcast_to(self.values.reshape(len(self.targets), -1, *self.size), shape)

    def position(self, target: int | None = None) -> int:
        """Return a class's place among the targets; None is the only one.

        Raises
        ------
        ValueError
            Where there is no such class, or there are several and none was named.
        """
        if target is None and len(self.targets) == 1:
            return 0
        if target is None or target not in self.targets:
            named = "no class was named" if target is None else f"class {target} is not among them"
            raise ValueError(f"the attribution is of classes {self.targets}, and {named}")
        return self.targets.index(target)

    def __repr__(self) -> str:
        height, width = self.size
        kind = "signed" if self.signed else "in [0,1]"
        colors = ", one for each color" if self.values.ndim == 4 else ""
        name = texts.shown(self.method, texts.NAME)
        classes = ", ".join(map(str, self.targets))
        return f"<Attribution by {name}: {height}×{width} values {kind}{colors}, class {classes}>"


def _array(values: Any) -> npt.NDArray[Any]:
    """Return an array or a tensor as an array; whoever has a tensor has torch."""
    for step in ("detach", "cpu", "float"):
        values = getattr(values, step)() if hasattr(values, step) else values
    if hasattr(values, "numpy"):
        values = values.numpy()
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"values have type {array.dtype}; expected real numbers")
    return array.astype(np.float32)
