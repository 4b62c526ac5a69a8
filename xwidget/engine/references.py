"""The reference r: what stands where nothing of the image is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import torch
from torch import Tensor

Builder = Callable[[Tensor, Tensor, Tensor, int], Tensor]


def _zero(x: Tensor, mean: Tensor, std: Tensor, seed: int) -> Tensor:
    """Zero in normalized space: the data mean, as in the paper."""
    return torch.zeros_like(x)


def _black(x: Tensor, mean: Tensor, std: Tensor, seed: int) -> Tensor:
    return (-mean / std).expand_as(x).clone()


def _white(x: Tensor, mean: Tensor, std: Tensor, seed: int) -> Tensor:
    return ((1 - mean) / std).expand_as(x).clone()


def _blur(x: Tensor, mean: Tensor, std: Tensor, seed: int) -> Tensor:
    """The image without its detail: a Gaussian of a tenth of the shorter side."""
    sigma = min(x.shape[-2:]) / 10
    # The kernel reaches three sigmas, but reflection needs it within the image.
    width = min(2 * round(3 * sigma) + 1, 2 * (min(x.shape[-2:]) - 1) + 1)
    if min(x.shape[-2:]) <= 1:
        return x.clone()
    from torchvision.transforms.functional import gaussian_blur  # takes seconds to import

    blurred: Tensor = gaussian_blur(x, [width, width], [sigma, sigma])
    return blurred


def _noise(x: Tensor, mean: Tensor, std: Tensor, seed: int) -> Tensor:
    """Uniform noise over the colors, the same on every device for the same seed."""
    generator = torch.Generator("cpu").manual_seed(seed)
    colors = torch.rand(x.shape, generator=generator, dtype=torch.float32, device="cpu")
    return (colors.to(x) - mean) / std


#: References by name: (x, mean, std, seed) to a normalized tensor like x; mean and std are (3, 1,
#: 1).
REFERENCES: Mapping[str, Builder] = MappingProxyType(
    {
        "drawn": _zero,  # what a person sees; what a run sees besides is in ``views``
        "zero": _zero,
        "black": _black,
        "white": _white,
        "blur": _blur,
        "noise": _noise,
    }
)


def make_reference(
    kind: str | Tensor, x: Tensor, mean: Sequence[float], std: Sequence[float], seed: int = 0
) -> Tensor:
    """Return the reference of a normalized image.

    Parameters
    ----------
    kind
        A name in ``REFERENCES``, or a normalized tensor that broadcasts to x.
    x
        Normalized image (3, H, W).
    mean, std
        Of the normalization, one value a channel, in [0, 1] color units.
    seed
        Of the noise.

    Raises
    ------
    ValueError
        If a tensor does not fit or is not finite.
    """
    if isinstance(kind, Tensor):
        if kind.is_meta or kind.layout != torch.strided or kind.is_complex():
            raise ValueError(
                f"reference holds no plain real numbers ({kind.dtype}, {kind.layout}, on "
                f"{kind.device}); pass a dense normalized tensor, such as clf.prepare(image)"
            )
        try:
            reference = kind.detach().to(x).expand_as(x).clone()
        except RuntimeError:
            raise ValueError(
                f"reference has shape {tuple(kind.shape)}, but the image the net sees has "
                f"{tuple(x.shape)}; pass a normalized tensor of that shape (clf.prepare(image) "
                "makes one)"
            ) from None
        if not reference.isfinite().all():
            raise ValueError("reference holds NaN or infinite values; pass finite ones")
        return reference
    middle, spread = (x.new_tensor(values).view(-1, 1, 1) for values in (mean, std))
    return REFERENCES[kind](x, middle, spread, seed)
