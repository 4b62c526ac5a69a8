"""A net that has forgotten what it learned: its weights shuffled, its scale kept."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


def layers(net: nn.Module) -> list[list[nn.Parameter]]:
    """Return the weights of each layer that has any, in the order in which a net lists them."""
    return [weights for _, weights in _with_weights(net)]


def _with_weights(net: nn.Module) -> list[tuple[nn.Module, list[nn.Parameter]]]:
    found: list[tuple[nn.Module, list[nn.Parameter]]] = []
    seen: set[int] = set()
    for module in net.modules():
        own = [weight for weight in module.parameters(recurse=False) if id(weight) not in seen]
        seen.update(map(id, own))
        if own:
            found.append((module, own))
    return found


def shuffle(twin: nn.Module, share: float = 1.0, seed: int = 0) -> int:
    """Shuffle the weights of a twin's last layers, each tensor within itself.

    Shuffled weights keep the scale of each layer, so that what comes out of the net is neither
    nothing nor without end; drawn anew, a deep net's would be.

    Parameters
    ----------
    twin
        A twin, whose weights get storage of their own: what it was made of stays as it is.
    share
        Share of the layers, in (0, 1], counted from the last.
    seed
        Of the shuffles. With the same seed, a larger share has all the shuffles of a smaller one.

    Returns
    -------
    int
        Number of layers shuffled.
    """
    every = layers(twin)
    count = min(len(every), max(1, round(share * len(every))))
    for place, weights in enumerate(every[::-1][:count]):
        for weight in weights:
            generator = torch.Generator("cpu").manual_seed((seed * 1009 + place) % 2**63)
            order = torch.randperm(weight.numel(), generator=generator, device="cpu")
            values = weight.detach().flatten()[order.to(weight.device)]
            weight.data = values.view(weight.shape).clone()
    return count


def settle(twin: nn.Module, run: Callable[[], object], shuffled: int) -> None:
    """Measure the statistics of a twin's batch norms anew, which were those of other weights.

    Those in front of the shuffled layers stay: what reaches them is what it was.

    Parameters
    ----------
    twin
        The net; its batch norms' own statistics are replaced.
    run
        Runs it on a batch.
    shuffled
        Number of layers shuffled, from the last, as :func:`shuffle` returns it.
    """
    first = _with_weights(twin)[-shuffled][0]
    every = list(twin.modules())
    norms = [
        (norm, norm.momentum)
        for norm in every[every.index(first) + 1 :]
        if isinstance(norm, _BatchNorm) and norm.running_mean is not None
    ]
    try:
        for norm, _ in norms:
            norm.reset_running_stats()
            norm.momentum = None  # the mean over all that is run
            norm.train()
        with torch.no_grad():
            run()
    finally:
        for norm, momentum in norms:
            norm.eval()
            norm.momentum = momentum


def varied(x: Tensor) -> Tensor:
    """Return an image (3, H, W) and seven pictures made of it, (8, 3, H, W), to settle a net on."""
    turned = [x, x.flip(-1), x.flip(-2), x.flip(0)]
    return torch.stack([*turned, *(-picture / 2 for picture in turned)])
