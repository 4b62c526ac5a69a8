"""Images explained by the workers of a Ray cluster, on this machine or on many."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from math import floor
from types import MappingProxyType
from typing import Any

import torch

from xwidget.batch.executors.crew import Crew
from xwidget.batch.executors.packing import packed_job
from xwidget.batch.executors.session import session
from xwidget.batch.item import Item
from xwidget.batch.job import Job, Outcome
from xwidget.support.needed import needed

# Options of an actor that would be overridden, and what to do instead.
_NOT_OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "num_cpus": "give RayExecutor(num_cpus=...)",
        "num_gpus": "give RayExecutor(num_gpus=...)",
        "max_restarts": "a worker that dies is replaced anyhow",
    }
)


@dataclass(frozen=True)
class RayExecutor:
    """The workers of a Ray cluster, for ``explain_many(executor=...)``: each has a copy of the net.
    ``executor="ray"`` is one with the defaults.

    It uses the cluster that ``ray.init`` has connected to, or the one that ``RAY_ADDRESS`` names or
    that ``ray start`` has begun on this machine; without one it starts Ray on this machine alone,
    and ends it afterwards.

    Parameters
    ----------
    num_cpus
        CPUs of each worker, and threads of its torch (rounded down, at least 1).
    num_gpus
        GPUs of each worker, which runs the net there; of a fraction, several workers share one.
    options
        Further options of each worker's Ray actor, such as ``memory``, ``resources``,
        ``scheduling_strategy`` or ``runtime_env``; none of those that it has by other means.

    Raises
    ------
    ValueError
        If a number is negative, or both are 0, or an option is none to be given.

    Examples
    --------
    >>> executor = RayExecutor(num_cpus=4, num_gpus=0.5, options={"memory": 6e9})
    >>> executor.threads
    4
    """

    num_cpus: float = 1
    num_gpus: float = 0
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("num_cpus", "num_gpus"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
                raise ValueError(f"{name}={value!r}; expected a number of at least 0")
        if not self.num_cpus and not self.num_gpus:
            raise ValueError("num_cpus and num_gpus are both 0; a worker needs one of them")
        for name, instead in _NOT_OPTIONS.items():
            if name in self.options:
                raise ValueError(f"options has {name!r}, which has no effect there: {instead}")

    @property
    def threads(self) -> int:
        """Threads of torch in each worker."""
        return max(1, floor(self.num_cpus))

    def __call__(
        self, job: Job, items: Iterator[Item], on_step: Callable[[Item, int], None]
    ) -> Generator[Outcome]:
        """Explain images on the cluster; parameters as of ``Executor``.

        Raises
        ------
        ModuleNotFoundError
            If Ray is not installed.
        ValueError
            If the net cannot be sent to another process, or the device is none of the workers'.
        """
        ray = needed("ray", "ray", "Explaining on a cluster")
        return self._outcomes(ray, job, packed_job(self._placed(job)), items)

    def _placed(self, job: Job) -> Job:
        """Return the job with the device that a worker has."""
        asked = job.settings.device
        if asked is None:
            device = "cuda" if self.num_gpus else "cpu"
            return replace(job, settings=replace(job.settings, device=device))
        if torch.device(asked).type == "cuda" and not self.num_gpus:
            raise ValueError(
                f"device={asked!r}, but the workers have no GPU; give executor="
                "RayExecutor(num_gpus=1), and leave device out"
            )
        return job

    def _outcomes(
        self, ray: Any, job: Job, packed: bytes, items: Iterator[Item]
    ) -> Generator[Outcome]:
        first = next(items, None)
        if first is None:
            return
        items = itertools.chain(iter([first]), items)
        del first
        with session(ray, self.num_cpus * (job.workers or 0)):
            crew = Crew(ray, job, packed, self.threads, self._remote_options())
            with closing(crew):
                crew.start(job.workers or self._fitting(ray))
                yield from crew.outcomes(items)

    def _remote_options(self) -> dict[str, Any]:
        # A worker that dies is replaced, and its images are given to another, by the crew.
        fixed: dict[str, Any] = {
            "num_cpus": self.num_cpus,
            "num_gpus": self.num_gpus,
            "max_restarts": 0,
        }
        return {**self.options, **fixed}

    def _fitting(self, ray: Any) -> int:
        """Return how many workers the cluster has room for; at least one, which may come yet."""
        there = ray.cluster_resources()
        rooms = [
            there.get(name, 0) // each
            for name, each in (("CPU", self.num_cpus), ("GPU", self.num_gpus))
            if each
        ]
        return max(1, int(min(rooms)))
