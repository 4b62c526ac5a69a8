"""The state from which a run continues: tensors per target that can be split and joined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class State:
    """Everything ``optimize`` carries from one iteration to the next.

    Parameters
    ----------
    iteration
        Steps taken so far.
    tensors
        Named tensors, each with one row per target: (K, ...).
    """

    iteration: int
    tensors: Mapping[str, Tensor]

    def __getitem__(self, row: int) -> State:
        """Return the state of one target alone."""
        # Cloned: a view would keep the other targets' tensors alive.
        return State(self.iteration, {k: v[row : row + 1].clone() for k, v in self.tensors.items()})

    @classmethod
    def join(cls, states: Iterable[State]) -> State:
        """Put states of single targets, all at the same iteration, into one batch.

        Raises
        ------
        ValueError
            If they are not at the same iteration.
        """
        parts = list(states)
        iterations = {part.iteration for part in parts}
        if len(iterations) != 1:
            raise ValueError(f"states to join must be at one iteration, got {sorted(iterations)}")
        names = parts[0].tensors
        return cls(
            iterations.pop(),
            {name: torch.cat([part.tensors[name] for part in parts]) for name in names},
        )
