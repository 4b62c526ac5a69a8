"""The plan of a run: memory layout, folded batch norms, number type, batch size.

A plan changes results by rounding at most, except for ``autocast``, which is never chosen unasked:
scores are shown as the net's own. A plan that is chosen by timing may differ from machine to
machine, and from day to day; one that is given is the same wherever a run takes place.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from threading import Lock
from typing import Any, Literal

import torch
from torch import Tensor, nn

from xwidget.classifier import Classifier
from xwidget.engine.fold import fold
from xwidget.support import arguments

# A layout must be this much faster than the usual one to be taken: so that timing, which is never
# quite the same twice, does not make runs differ that need not.
_GAIN = 0.9
_TIMED = 3  # passes of each that are timed, after one that is not
_SECONDS = 0.3  # after which no more are

_NAMED: Mapping[str, Mapping[str, Any]] = {"plain": {}, "folded": {"fold": True}}
_FORMATS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


@dataclass(frozen=True, slots=True)
class Plan:
    """A way to run a net; the defaults run it unchanged.

    Parameters
    ----------
    memory_format
        Layout of activations and weights: ``"contiguous"`` (NCHW) or ``"channels_last"``.
    fold
        Whether batch norms are folded into the convolutions before them.
    autocast
        ``"bfloat16"`` computes convolutions in that type; None in the net's own. Scores then differ
        in the second or third digit.
    batch
        How many rows at once, classes times views; None for all.
    """

    memory_format: Literal["contiguous", "channels_last"] = "contiguous"
    fold: bool = False
    autocast: Literal["bfloat16"] | None = None
    batch: int | None = None

    def __post_init__(self) -> None:
        if self.memory_format not in _FORMATS:
            raise ValueError(
                f"a plan's memory_format is {self.memory_format!r}; expected one of "
                f"{', '.join(map(repr, _FORMATS))}"
            )
        if self.autocast not in (None, "bfloat16"):
            raise ValueError(f"a plan's autocast is {self.autocast!r}; expected None or 'bfloat16'")
        if self.batch is not None:
            if not arguments.is_whole(self.batch) or self.batch < 1:
                raise ValueError(f"a plan's batch is {self.batch!r}; expected an int >= 1, or None")
            object.__setattr__(self, "batch", int(self.batch))

    @classmethod
    def read(cls, value: object) -> Plan | None:
        """Return the plan asked for; None to choose one.

        Parameters
        ----------
        value
            ``"auto"``: the fastest, by timing; ``"folded"``: batch norms folded and the usual
            layout, without timing; ``"plain"``: the net just as it is; or a mapping of fields, such
            as the ``diagnostics["plan"]`` of an earlier run.

        Raises
        ------
        ValueError
            If it is none of these.
        """
        if value == "auto":
            return None
        if isinstance(value, Plan):
            return value
        if isinstance(value, str) and value in _NAMED:
            return cls(**_NAMED[value])
        fields = cls.__slots__
        if not isinstance(value, Mapping) or not set(value) <= set(fields):
            raise ValueError(
                'plan must be "auto", "folded", "plain" or a dict with any of '
                f"{', '.join(fields)}; got {value!r}"
            )
        return cls(**value)

    @classmethod
    def checked(cls, value: Any) -> Any:
        """Return a value that ``read`` accepts, unchanged; a mapping as a new dict."""
        cls.read(value)
        return dict(value) if isinstance(value, Mapping) else value

    @staticmethod
    def plain(value: Any) -> Any:
        """Return a value that ``read`` accepts as JSON-able values."""
        if isinstance(value, Mapping):
            described = Plan(**value).describe()
            return {name: described[name] for name in value}
        return value.describe() if isinstance(value, Plan) else value

    def describe(self) -> dict[str, Any]:
        """Return the fields as JSON-able values."""
        return asdict(self)

    def prepare(self, clf: Classifier, device: torch.device, image: Tensor) -> Forward:
        """Return a new twin of a classifier's net that is run by this plan.

        It is the run's own: batch norms are folded from the weights as they are now.

        Parameters
        ----------
        clf, device
            The classifier, and where to run it.
        image
            Some images (N, 3, H, W) on the device.
        """
        net = clf.twin(device)
        folded = self.fold and fold(net, lambda batch: clf.logits(net, batch), image[:1])
        if self.fold and not folded:
            net = clf.twin(device)
        plan = replace(self, fold=folded)
        return Forward(clf, net.to(memory_format=_FORMATS[self.memory_format]), plan)


@dataclass(frozen=True, slots=True)
class Forward:
    """A net run by a plan, here as it came out: images (N, 3, H, W) to logits (N, classes)."""

    clf: Classifier
    net: nn.Module
    plan: Plan

    def __call__(self, batch: Tensor) -> Tensor:
        """Return the logits."""
        batch = batch.contiguous(memory_format=_FORMATS[self.plan.memory_format])
        if self.plan.autocast is None:
            return self.clf.logits(self.net, batch)
        with torch.autocast(batch.device.type, torch.bfloat16):
            return self.clf.logits(self.net, batch)


_Key = tuple[tuple[int, ...], torch.dtype, str]
_chosen: weakref.WeakKeyDictionary[nn.Module, dict[_Key, Plan]] = weakref.WeakKeyDictionary()
_choosing = Lock()  # two runs that are timed at once would time each other


def choose(clf: Classifier, device: torch.device, image: Tensor) -> Plan:
    """Return the fastest plan for a batch (K, 3, H, W), by a few passes of the real net.

    The choice is remembered for the net, the batch's shape and type, and the device. Batch norms
    are always folded where they can be: that is never slower.
    """
    key = (tuple(image.shape), image.dtype, str(device))
    with _choosing:
        known = _chosen.setdefault(clf.net, {})
        if key not in known:
            known[key] = _fastest(clf, device, image)
        return known[key]


def _fastest(clf: Classifier, device: torch.device, image: Tensor) -> Plan:
    if not any(isinstance(module, nn.Conv2d) for module in clf.net.modules()):
        return Plan()
    plans = Plan(fold=True), Plan("channels_last", fold=True)
    try:
        usual, other = (plan.prepare(clf, device, image) for plan in plans)
        seconds = _seconds([usual, other], image)
    except Exception as error:
        if not is_memory(error) or len(image) == 1:
            return Plan()  # whatever is wrong with the net is said where it is run in earnest
    else:
        return (other if seconds[1] < _GAIN * seconds[0] else usual).plan
    half = (len(image) + 1) // 2
    return replace(_fastest(clf, device, image[:half]), batch=half)


def _seconds(forwards: Sequence[Callable[[Tensor], Tensor]], image: Tensor) -> list[float]:
    """Return how long a forward and backward pass takes, by each of some ways; they take turns, so
    that what else the machine does hits all.
    """
    best = [float("inf")] * len(forwards)
    start = time.perf_counter()
    for n in range(1 + _TIMED):
        for way, forward in enumerate(forwards):
            began = time.perf_counter()
            e = image.clone().requires_grad_()
            with torch.enable_grad():
                (gradient,) = torch.autograd.grad(forward(e).sum(), e)
            if image.device.type != "cpu":
                gradient[0, 0, 0, 0].item()  # wait for the device
            if n:  # the first pass sets things up
                best[way] = min(best[way], time.perf_counter() - began)
        if n and time.perf_counter() - start > _SECONDS:
            break
    return best


def is_memory(error: BaseException) -> bool:
    """Return True if an error says that memory is short."""
    words = ("can't allocate memory", "not enough memory", "out of memory")
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(word in str(error).lower() for word in words)
    )


def parts(count: int, batch: int | None) -> Iterable[slice]:
    """Yield slices of at most ``batch`` rows each."""
    size = count if batch is None else min(batch, count)
    return (slice(begin, min(begin + size, count)) for begin in range(0, count, size))
