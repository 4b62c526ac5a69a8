"""One attribution to compute: the net's stand-in, the picture, the targets, and how far it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from xwidget.classifier import Classifier
from xwidget.engine.selfcheck import independent
from xwidget.errors import Cancelled

# Pictures in a batch: as many as fit the cache of a small machine, or keep a GPU busy.
_BATCH = {"cpu": 10}
_BATCH_ELSEWHERE = 32


class Task:
    """One attribution to compute.

    A method asks the net through it, so that progress is counted and a cancel is heard before each
    batch. The net is a stand-in (``Classifier.twin``) that is thrown away afterwards: a method may
    hook it and change it.

    Parameters
    ----------
    clf
        The classifier.
    x
        (3,H,W), normalized, red first.
    targets
        K indices of logits.
    device
        Where to compute.
    seed
        Seed of all that is drawn.
    on_progress
        Function that is called with the share that is done, in [0,1].
    cancel
        Function that is asked before each batch, and returns True to end the work.

    Attributes
    ----------
    clf, net, targets, seed, device
        The classifier, the stand-in of its net on the device, the targets, the seed, the device.
        The classifier may have been extended by contrasts and scores: ``clf.extra(target)`` is one,
        or None for a class.
    x
        (1,3,H,W) float32 on the device.
    outputs
        C, the number of logits; 0 until the net was asked.
    """

    def __init__(
        self,
        clf: Classifier,
        x: Tensor,
        targets: Sequence[int],
        *,
        device: torch.device,
        seed: int = 0,
        on_progress: Callable[[float], None] | None = None,
        cancel: Callable[[], bool] | None = None,
    ) -> None:
        self.clf = clf
        self.net = clf.twin(device)
        self.x = x.detach()[None].to(device, copy=True)
        self.targets = tuple(targets)
        self.seed = seed
        self.device = device
        self._on_progress = on_progress
        self._cancel = cancel
        self.outputs = 0
        self._seen = 0
        self._expected = 0
        self._batch: int | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the net's input in pixels."""
        return self.x.shape[2], self.x.shape[3]

    @property
    def batch(self) -> int:
        """Number of pictures that are asked about at once: 1 if the net's rows depend on each
        other.
        """
        if self._batch is None:
            apart = independent(lambda batch: self.clf.logits(self.net, batch), self.x)
            self._batch = _BATCH.get(self.device.type, _BATCH_ELSEWHERE) if apart else 1
        return self._batch

    def generator(self) -> torch.Generator:
        """Return a new source of random numbers, on the CPU, for the task's seed."""
        return torch.Generator("cpu").manual_seed(self.seed)

    def expect(self, pictures: int) -> None:
        """Say how many pictures the net will be asked about, and how much else there is to do:
        progress is the share of these.
        """
        self._expected = max(1, pictures)

    def logits(self, pictures: Tensor) -> Tensor:
        """Return all logits of some pictures (N,3,H,W), with gradients where these are on: (N,C)
        float32, or float64 where the net is, on the task's device. C counts contrasts and scores.

        Raises
        ------
        Cancelled
            If that was asked for.
        """
        self.ask()
        logits = self.clf.logits(self.net, pictures.clone())  # a net may write to its input
        self.outputs = logits.shape[1]
        if pictures.requires_grad and torch.is_grad_enabled() and not logits.requires_grad:
            raise ValueError(
                f"no gradient leads from what {self.clf.name} returns back to the picture: it runs "
                "under torch.no_grad or torch.inference_mode, or detaches what it computes. Take "
                "that out of it, or choose a method that needs no gradient: occlusion, rise, lime"
            )
        self.did(len(pictures))
        return logits

    def check_gradient(self) -> Tensor:
        """Return all logits of the picture, (1,C), without gradients, once these were found to
        reach it; raise as ``logits`` and the backward pass do if they do not. For methods that take
        gradients of a changed net alone.
        """
        x = self.x.clone().requires_grad_()
        logits = self.logits(x)
        torch.autograd.grad(logits[:, list(self.targets)].sum(), x, allow_unused=True)
        return logits.detach()

    def look_inside(self) -> None:
        """Raise ValueError if the net's modules cannot be hooked."""
        if any(isinstance(module, torch.jit.ScriptModule) for module in self.net.modules()):
            raise ValueError(
                f"{self.clf.name} was scripted or traced by torch.jit, so that nothing inside it "
                "can be looked at; give the net that it was made of, or choose another method"
            )

    def ask(self) -> None:
        """Raise Cancelled if that was asked for."""
        if self._cancel is not None and self._cancel():
            raise Cancelled("the attribution was given up, as was asked for")

    def did(self, count: int = 1) -> None:
        """Count what is done of what was expected."""
        self._seen += count
        if self._on_progress is not None and self._expected:
            self._on_progress(min(self._seen / self._expected, 1.0))

    def chosen(self, pictures: Tensor) -> Tensor:
        """Return the targets' logits (N,K) of some pictures (N,3,H,W), as :meth:`logits` does; of a
        score in [0,1], the score itself.
        """
        return self.logits(pictures)[:, list(self.targets)]

    def scores(self, pictures: Tensor) -> Tensor:
        """Return the targets' scores (N,K), in [0,1], of some pictures (N,3,H,W), of the logits'
        type and on their device.
        """
        return self.clf.scores(self.logits(pictures))[:, list(self.targets)]


class Replayed:
    """The targets' logits of pictures that a method asks about in the same order for each target:
    the net is asked for the first one alone.

    Parameters
    ----------
    task
        What to compute; no gradients are taken.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._kept: list[Tensor] = []
        self._next = 0

    def begin(self) -> None:
        """Begin anew, for the next target."""
        self._next = 0

    def __call__(self, pictures: Tensor) -> Tensor:
        """Return logits (N,K) of pictures (N,3,H,W)."""
        if self._next == len(self._kept):
            self._kept.append(self._task.chosen(pictures))
        else:
            self._task.ask()
            self._task.did(len(pictures))
        self._next += 1
        found = self._kept[self._next - 1]
        assert len(found) == len(pictures)
        return found
