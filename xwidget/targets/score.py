"""A target that is no class: any score of what a net returns."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, is_dataclass
from typing import Any

from torch import Tensor

from xwidget.support import aside, texts

_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")
# Rounding takes a score past 0 and 1: in half precision, this far.
_OVERSHOOT = 4e-3


@dataclass(frozen=True, eq=False)
class Score:
    """A score of your own: a function of what the net returns, to be explained like a class.

    Parameters
    ----------
    fn
        It is given what the net returns for N pictures, untouched (a tensor, dict, list, ...), and
        returns a tensor (N,), one number per picture. It must be written in torch functions, so
        that a gradient leads from the number back to the picture. Its own activations are not part
        of the net: the defense leaves them alone.
    name
        What to call it in the panel and in files, a noun such as "share of road"; by default the
        function's name.
    log_odds
        False if the function returns scores in [0,1]; True if it returns log odds, any real
        numbers, whose logistic function is the score.

    Raises
    ------
    TypeError
        If ``fn`` cannot be called.

    Examples
    --------
    >>> brightness = Score(lambda outputs: outputs.mean(1), name="mean of the outputs")
    >>> brightness
    <Score 'mean of the outputs', in [0,1]>
    """

    fn: Callable[[Any], Tensor]
    name: str = field(default="", kw_only=True)
    log_odds: bool = field(default=False, kw_only=True)

    def __init__(
        self, fn: Callable[[Any], Tensor], *, name: str | None = None, log_odds: bool = False
    ) -> None:
        if not callable(fn) or isinstance(fn, type):
            raise TypeError(
                f"a score is a function from what the net returns to a tensor (N,), not {fn!r}"
            )
        object.__setattr__(self, "fn", fn)
        object.__setattr__(self, "name", texts.valid(str(name)) if name else _named(fn))
        object.__setattr__(self, "log_odds", bool(log_odds))

    @classmethod
    def of(cls, target: Any) -> Score:
        """Return a score unchanged, and the score of a function."""
        return target if isinstance(target, Score) else cls(target)

    @property
    def neutral(self) -> float:
        """Score that speaks neither for nor against."""
        return 0.0

    def best(self, own: Tensor | float) -> float:
        """Return the score of an image by which low ones are told: its own, as any may be small."""
        return float(own)

    def describe(self, scores: Sequence[float]) -> dict[str, Any]:
        """Return the facts of it for files and pages, given the image's scores."""
        return {"score": self.name, "log_odds": self.log_odds}

    def bound(self, index: Callable[[int | str], int]) -> Score:
        """Return this score for one net.

        Parameters
        ----------
        index
            The index of one of the net's class names, for a function that has a method ``bound``,
            which is given it and returns the function to use.
        """
        bind = getattr(self.fn, "bound", None)
        if not callable(bind):
            return self
        return Score(bind(index), name=self.name, log_odds=self.log_odds)

    def __call__(self, outputs: Any, rows: int, net: str, *, gradient: bool) -> Tensor:
        """Return the numbers that the function makes of a net's outputs: (N,), real numbers.

        Parameters
        ----------
        outputs
            What the net returned.
        rows
            N.
        net
            What to call the net in errors.
        gradient
            Whether a gradient must lead back to the pictures.

        Raises
        ------
        ValueError
            If the function fails, or returns anything else; the message says what it was given.
        """
        with aside.aside():
            try:
                found = self.fn(outputs)
            except Exception as error:
                if isinstance(error, MemoryError) or any(w in str(error).lower() for w in _MEMORY):
                    raise
                reason = " ".join(str(error).split())
                raise ValueError(
                    f"the score {self.name!r} failed ({type(error).__name__}: {reason}). It was "
                    f"given what {net} returned for {_pictures(rows)}: {described(outputs)}"
                ) from error
            if isinstance(found, Tensor) and found.shape == (rows, 1):
                found = found[:, 0]
        if not isinstance(found, Tensor) or found.shape != (rows,):
            raise ValueError(
                f"the score {self.name!r} returned {described(found)} for {_pictures(rows)}; "
                f"expected a tensor of shape ({rows},), one number per picture. It was given what "
                f"{net} returned: {described(outputs)}"
            )
        if not found.is_floating_point():
            raise ValueError(
                f"the score {self.name!r} returned {str(found.dtype).removeprefix('torch.')} "
                "numbers; expected real ones, of which one can take a gradient. Return a score "
                "from before argmax, a comparison or a count"
            )
        if gradient and not found.requires_grad:
            raise ValueError(
                f"no gradient leads from the score {self.name!r} back to the picture, so there is "
                "nothing to optimize. Keep to torch functions in it, without .item(), .tolist(), "
                ".numpy(), .detach(), argmax and comparisons; and the net itself must pass "
                "gradients on (no torch.no_grad or torch.inference_mode inside of it). Where it "
                "finds nothing, return what it has times 0, not a new tensor"
            )
        return found

    def check(self, values: Tensor, what: str) -> None:
        """Raise ValueError where values (N,) are none of this score.

        Parameters
        ----------
        values
            What the function returned.
        what
            What was shown to the net, in words.
        """
        if not bool(values.isfinite().all()):
            raise ValueError(
                f"the score {self.name!r} of {what} is NaN or infinite; look for a division by "
                "zero, a logarithm or a root in it, and add a small eps"
            )
        least, most = (float(end) for end in values.detach().aminmax())
        if not self.log_odds and not -_OVERSHOOT <= least <= most <= 1 + _OVERSHOOT:
            raise ValueError(
                f"the score {self.name!r} of {what} spans {least:.3g} to {most:.3g}, but a score "
                "is in [0,1]. Map it there, or where it is log odds, any real number, say so: "
                "xw.Score(fn, log_odds=True)"
            )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Score):
            return NotImplemented
        alike = (self.name, self.log_odds) == (other.name, other.log_odds)
        return alike and (self.fn is other.fn or _equal(self.fn, other.fn))

    def __hash__(self) -> int:
        return hash((self.name, self.log_odds))

    def __repr__(self) -> str:
        kind = "log odds" if self.log_odds else "in [0,1]"
        return f"<Score {texts.shown(self.name, texts.NAME)!r}, {kind}>"


def _equal(one: Any, other: Any) -> bool:
    """Return whether two functions are dataclasses that are equal, as ready scores are."""
    if not is_dataclass(one) or type(one) is not type(other):
        return False
    try:
        return bool(one == other)
    except (RuntimeError, ValueError):  # fields are arrays: no one answer
        return False


def described(value: Any, depth: int = 0) -> str:
    """Return a value in words: types and shapes, not numbers.

    Examples
    --------
    >>> import torch
    >>> described({"out": torch.zeros(2, 21, 8, 8), "aux": None})
    "a dict with 'out': a tensor (2, 21, 8, 8), 'aux': None"
    """
    if isinstance(value, Tensor):
        return f"a tensor {tuple(value.shape)}"
    if isinstance(value, dict) and value and depth < 2:
        inside = ", ".join(
            f"{key!r}: {described(item, depth + 1)}" for key, item in list(value.items())[:6]
        )
        return f"a dict with {inside}{', ...' if len(value) > 6 else ''}"
    if isinstance(value, (list, tuple)) and value and depth < 2:
        kind = type(value).__name__
        return f"a {kind} of {len(value)}, the first {described(value[0], depth + 1)}"
    return "None" if value is None else f"a {type(value).__name__}"


def _pictures(rows: int) -> str:
    return "1 picture" if rows == 1 else f"{rows} pictures"


def _named(fn: Callable[..., Any]) -> str:
    if isinstance(fn, functools.partial):
        return _named(fn.func)
    name = getattr(fn, "__name__", "") or type(fn).__name__
    return "score" if name == "<lambda>" else texts.valid(name.strip("_").replace("_", " "))
