"""The origins of a pane's values: a method, a given attribution, another model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
import numpy.typing as npt

from xwidget.attribution import Attribution
from xwidget.inspector.work.inspected import Inspected
from xwidget.subject import Subject

_NAMED = 3


class Doing(Protocol):
    """A computation under way, as its source sees it; on the thread that computes."""

    def cancelled(self) -> bool:
        """Return whether nobody wants it any more: asked between batches."""

    def progress(self, share: float) -> None:
        """Tell how much is done, in [0, 1]. Others may have their turn on the device meanwhile.

        Raises
        ------
        GivenUp
            If nobody wants it any more.
        """


class Showing(Doing, Protocol):
    """A computation that may show values while they are not final."""

    def show(self, attribution: Attribution, note: str = "") -> None:
        """Show values that are not final, at most twice a second: more often costs nothing."""


class Source(ABC):
    """The origin of a pane's values.

    Attributes
    ----------
    kind
        "method", "array" or "model".
    label
        Its name for a person; a pane adds a number where another one has it.
    name
        Of the method; else "".
    about
        What it is, in a sentence or two.
    signed
        Whether its values may be negative.
    channels
        1, or 3 for one value a color channel.
    lane
        Those of one lane compute one after another: "quick" for what takes a second at most,
        "slow", or one's own.
    at_once
        Whether it computes all classes that it can: it is not given up for another class.
    renewed
        Whether its values are computed again once the net was trained.
    note
        What must be known of its last values, in words.
    outdated
        What is said of values of which the :meth:`stamp` is another one by now.
    """

    kind: ClassVar[Literal["method", "array", "model"]]
    label: str
    name: str = ""
    about: str = ""
    signed: bool = False
    channels: int = 1
    lane: str = "slow"
    at_once: bool = False
    renewed: bool = True
    note: str = ""
    outdated: str = "Of the network before it was trained; computed again."

    @abstractmethod
    def attribute(self, target: int, doing: Showing) -> Attribution:
        """Return the values for a class; on a thread of the lane, without a lock.

        Parameters
        ----------
        target
            Class index, of those that the Inspector explains. Values for others of them may come
            along, and are kept.
        doing
            Told the progress, and asked whether to go on.

        Raises
        ------
        Exception
            With the reason in words, which the pane shows.
        """

    def stamp(self, weights: str) -> str:
        """Return a text that is another one where the values would be.

        Parameters
        ----------
        weights
            Fingerprint of the net that is explained.
        """
        return weights

    def order(self, target: int) -> npt.NDArray[np.float32] | None:
        """Return the order of the pixels, (H, W), that belongs to the last values of a class, the
        most relevant highest; None for that of the values themselves.
        """
        return None

    def settle(self) -> None:  # noqa: B027 - most have nothing to do
        """Do what could not be done with the values; on the thread of the lane, without a lock."""

    def said(self, target: int) -> str:
        """Return a remark on the values for a class as they are now, in words; or ""."""
        return ""

    @property
    def subject(self) -> Subject | None:
        """The image before a model of its own, which its values are measured by; None where they
        are by the Inspector's.
        """
        return None

    def framed(self, ranked: Attribution) -> Attribution:
        """Return the order of the pixels for a class as it lies in the frame of :attr:`subject`,
        by the index that the class has there.
        """
        return ranked

    def score(self, target: int, kept: npt.NDArray[np.bool_]) -> tuple[float, float] | None:
        """Return the scores of some pixels, (H, W) True where the image is shown, and of the whole
        image, by a model of its own; None where the Inspector's is asked.
        """
        return None

    def randomized(self, found: Attribution, target: int, doing: Doing) -> dict[str, Any]:
        """Compute the values for a class once more with random weights, and compare.

        Parameters
        ----------
        found
            The values as they are, of this class alone.
        target
            Class index.
        doing
            Told the progress, and asked whether to go on.

        Returns
        -------
        dict
            As ``Randomization.describe`` has it.

        Raises
        ------
        ValueError
            If they cannot be computed again.
        """
        raise ValueError("Values that were given cannot be computed again with random weights.")

    @property
    def key(self) -> tuple[Any, ...] | None:
        """A key, equal for two that are the same; None where none is the same as another."""
        return None

    def close(self) -> None:  # noqa: B027 - most hold nothing
        """Let go of everything."""


class Given(Source):
    """An attribution that came from Python.

    Parameters
    ----------
    attribution
        It.
    inspected
        The image before the net: it names the classes that the attribution does not have.
    """

    kind = "array"
    renewed = False
    outdated = "Given for the network before it was trained."
    lane = "quick"
    at_once = True

    def __init__(self, attribution: Attribution, inspected: Inspected) -> None:
        self.attribution = attribution
        self._inspected: Inspected | None = inspected
        self.label = attribution.method
        self.about = "Given from Python."
        self.signed = attribution.signed
        self.channels = 3 if attribution.values.ndim == 4 else 1

    def attribute(self, target: int, doing: Showing) -> Attribution:
        """Return it, or raise in words where it does not have the class."""
        has, inspected = self.attribution.targets, self._inspected
        if target not in has and inspected is not None:
            names = inspected.clf.short_names
            listed = ", ".join(names[each] for each in has[:_NAMED])
            more = ", …" * (len(has) > _NAMED)
            raise ValueError(
                f"It has no values for {names[target]}; they were given for {listed}{more}."
            )
        return self.attribution

    def close(self) -> None:
        """Let go of the image and the net."""
        self._inspected = None


def of_target(attribution: Attribution, target: int) -> Attribution:
    """Return an attribution's values for one class alone."""
    if attribution.targets == (target,):
        return attribution
    k = attribution.position(target)
    return replace(
        attribution,
        targets=(target,),
        values=attribution.values[k : k + 1],
        checks=attribution.checks[k : k + 1],
        names=attribution.names[k : k + 1],
    )
