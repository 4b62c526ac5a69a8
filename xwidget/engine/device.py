"""The device of a run."""

from __future__ import annotations

import torch


def pick(device: str | torch.device | None = None) -> torch.device:
    """Return the device for a run: the one asked for, else CUDA, then MPS, then the CPU.

    Raises
    ------
    ValueError
        If the device asked for is unknown or not on this machine.
    """
    if device is None:
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        chosen = torch.device(device)
        torch.empty(0, dtype=torch.float32, device=chosen)
    except (RuntimeError, AssertionError, TypeError) as error:
        raise ValueError(
            f"device={device!r} cannot be used here ({str(error).splitlines()[0]}); "
            'leave device=None to choose one, or pass "cpu"'
        ) from error
    if chosen.type == "meta":
        raise ValueError(
            f"device={device!r} holds no numbers, and nothing can be computed there; leave "
            'device=None to choose one, or pass "cpu"'
        )
    return chosen
