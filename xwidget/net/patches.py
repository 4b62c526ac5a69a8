"""The patches in which a vision transformer reads an image: its tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn


def token_grid(
    net: nn.Module, ask: Callable[[], object], size: tuple[int, int]
) -> tuple[int, int] | None:
    """Return rows and columns of the patches that become a net's tokens.

    They are found in a net with attention whose first convolution, of the image itself, has a
    kernel as large as its stride: the patch embedding of ViT, DeiT, Swin and their relatives, in
    torchvision, timm and transformers. In Swin, whose later stages merge tokens, they are those of
    the first stage.

    Parameters
    ----------
    net
        A copy that may be hooked, of a net of which :func:`may_have_tokens` is true.
    ask
        Runs it on a picture.
    size
        Height and width of that picture.

    Returns
    -------
    tuple or None
        None for nets in which these are not found after all, and where patches reach beyond the
        picture or do not cover it.
    """
    first: list[tuple[int, int] | None] = []

    def look(conv: nn.Module, given: tuple[Any, ...], made: Any) -> None:
        if first or not given or not isinstance(given[0], Tensor) or not isinstance(made, Tensor):
            return
        rows, columns = made.shape[-2:]
        down, right = conv.kernel_size if isinstance(conv, nn.Conv2d) else (0, 0)
        whole = tuple(given[0].shape[-2:]) == size == (rows * int(down), columns * int(right))
        first.append((rows, columns) if whole and _is_embedding(conv) else None)

    hooks = [
        each.register_forward_hook(look) for each in net.modules() if isinstance(each, nn.Conv2d)
    ]
    try:
        ask()
    finally:
        for hook in hooks:
            hook.remove()
    return first[0] if first else None


def may_have_tokens(net: nn.Module) -> bool:
    """Return whether a net has attention, and a convolution that may cut images into patches."""
    modules = list(net.modules())
    return any(map(_is_embedding, modules)) and any(map(_is_attention, modules))


def _is_embedding(module: nn.Module) -> bool:
    if not isinstance(module, nn.Conv2d) or module.in_channels not in (1, 3):
        return False
    plain = module.padding in ((0, 0), 0, "valid") and module.dilation == (1, 1)
    return plain and module.kernel_size == module.stride and min(module.kernel_size) > 1


def _is_attention(module: nn.Module) -> bool:
    name = type(module).__name__.lower()
    return "attention" in name or "attn" in name
