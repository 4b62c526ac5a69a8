"""The feature maps that a CAM weighs: where they are in a net, and as (N,D,h,w)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches

import torch
from torch import Tensor, nn

from xwidget.methods.task import Task
from xwidget.methods.tokens import grid_of
from xwidget.support import texts

# Pooled maps may differ from the logits by this share of the largest, as in half precision.
_ROUNDING = 1e-2


@dataclass(frozen=True)
class Layout:
    """Layout of a module's output: maps (N,D,h,w) themselves, (N,h,w,D), or tokens (N,T,D)."""

    kind: str
    extra: int = 0
    grid: tuple[int, int] = (0, 0)

    @classmethod
    def of(cls, output: object, size: tuple[int, int]) -> Layout | None:
        """Return the layout of an output for one picture; None if it is no grid over it."""
        if not isinstance(output, Tensor) or not output.is_floating_point():
            return None
        if output.dim() == 3 and (found := grid_of(output.shape[1], size)):
            return cls("tokens", found[0], found[1:])
        if output.dim() != 4 or len(output) != 1:  # more rows are windows of the picture
            return None
        first, last = output.shape[2:4], output.shape[1:3]
        kind, grid = ("last", last) if _off(last, size) < _off(first, size) else ("first", first)
        alike = _off(grid, size) < max(size) and grid.numel() > 1
        return cls(kind) if alike else None

    def maps(self, output: Tensor) -> Tensor:
        """Return an output as maps (N,D,h,w)."""
        if self.kind == "tokens":
            flat: Tensor = output[:, self.extra :].transpose(1, 2)
            return flat.reshape(*flat.shape[:2], *self.grid)
        return output.permute(0, 3, 1, 2) if self.kind == "last" else output

    def output(self, maps: Tensor, before: Tensor) -> Tensor:
        """Return maps (N,D,h,w) as an output, with what else there was before."""
        if self.kind == "tokens":
            return torch.cat([before[:, : self.extra], maps.flatten(2).transpose(1, 2)], 1)
        return maps.permute(0, 2, 3, 1) if self.kind == "last" else maps.clone()


@dataclass(frozen=True)
class Maps:
    """A module of a net whose output is maps, or can be seen as such."""

    module: nn.Module
    layout: Layout

    @contextmanager
    def through(self, probe: nn.Module) -> Iterator[None]:
        """Pass the maps (N,D,h,w) through a module that changes nothing, in the ``with`` block: it
        is what others can hook.
        """

        def route(_: nn.Module, __: object, output: Tensor) -> Tensor:
            # In half precision, the powers of a gradient that a CAM takes would be 0.
            exact = torch.promote_types(output.dtype, torch.float32)
            maps = probe(self.layout.maps(output).to(exact))
            return self.layout.output(maps.to(output.dtype), output)

        handle = self.module.register_forward_hook(route)
        try:
            yield
        finally:
            handle.remove()


def maps_of(task: Task, layer: str | nn.Module | None) -> Maps:
    """Return the maps of a layer; None: those nearest to the logits that all of the image reaches.

    In a CNN that is the last module that puts out maps with more than one position. In a
    transformer it is the last normalization whose patches the targets depend on: behind it, only
    the class token counts.

    Parameters
    ----------
    task
        It is asked once.
    layer
        Name of a module, as in ``net.named_modules()``, or the module of the classifier's net.

    Raises
    ------
    ValueError
        If there is no such layer, or it has no maps.
    TypeError
        If this is neither a name nor a module.
    """
    task.look_inside()
    chosen = None if layer is None else _named(task, layer)
    seen: list[tuple[Maps, Tensor]] = []
    counts: set[int] = set()  # of tokens

    def note(module: nn.Module, _: object, output: object) -> None:
        layout = Layout.of(output, task.size)
        if layout is not None:
            assert isinstance(output, Tensor)
            if layout.kind == "tokens":
                counts.add(output.shape[1])
            if layout.kind != "tokens" or module is chosen or "Norm" in type(module).__name__:
                seen.append((Maps(module, layout), output))

    watched = list(task.net.modules()) if chosen is None else [chosen]
    handles = [module.register_forward_hook(note) for module in watched]
    try:
        every = task.logits(task.x.clone().requires_grad_())
        logits = every[:, list(task.targets)]
    finally:
        for handle in handles:
            handle.remove()
    if chosen is not None:
        if not seen:
            raise ValueError(
                f"layer {_shown(layer)} of {task.clf.name} puts out no feature maps: expected a "
                "tensor (N,D,h,w), (N,h,w,D) or (N,tokens,D) with more than one position, in the "
                "proportions of the image"
            )
        return seen[-1][0]
    of_classes = every.detach()[:, : every.shape[1] - len(task.clf.extras)]
    spare = None
    for maps, output in reversed(seen):
        if maps.layout.kind == "tokens":
            if _depends(logits, output, maps.layout):
                return maps
        elif output.shape[2] not in counts:  # else it is what attention computes with
            if not _is_answer(maps.layout.maps(output), of_classes):
                return maps
            spare = spare or maps
    if spare is not None:
        return spare
    raise ValueError(
        f"{task.clf.name} has no feature maps that a CAM could weigh: no module puts out a tensor "
        "(N,D,h,w) or (N,tokens,D) with more than one position; choose another method"
    )


def _is_answer(maps: Tensor, logits: Tensor) -> bool:
    """Return whether maps (1,D,h,w) are one for each class, that is, pooled, its logits (1,C): an
    answer already; what it is made of is weighed.
    """
    if maps.shape[1] != logits.shape[1] or not maps.shape[1]:
        return False
    flat = maps.detach().flatten(2)
    ways = (flat.mean(2), flat.relu().mean(2), flat.amax(2), flat.sum(2))
    most = _ROUNDING * float(logits.abs().max())
    return any(float((pooled - logits).abs().max()) <= most for pooled in ways)


def _depends(logits: Tensor, output: Tensor, layout: Layout) -> bool:
    """Return whether logits depend on the patches of an output, not on a class token alone."""
    if not output.requires_grad:
        return False
    (found,) = torch.autograd.grad(logits.sum(), output, retain_graph=True, allow_unused=True)
    return found is not None and bool(layout.maps(found).any(1).float().mean() > 0.5)


def _named(task: Task, layer: str | nn.Module) -> nn.Module:
    """Return the module of the task's net that a name, or a module of the classifier's, means."""
    own: dict[str, nn.Module] = dict(task.net.named_modules())
    if isinstance(layer, nn.Module):
        names = [name for name, module in task.clf.net.named_modules() if module is layer]
        if not names:
            raise ValueError(f"the layer, a {type(layer).__name__}, is no module of the net")
        name = names[0].removeprefix("_orig_mod.").removeprefix("module.")
    elif isinstance(layer, str):
        name = layer
    else:
        raise TypeError(
            f"layer is a {type(layer).__name__}; expected the name of a module of the net, or the "
            "module"
        )
    if not name:
        raise ValueError("the layer is the net as a whole; expected one of its modules")
    if name not in own:
        near = get_close_matches(name, own, 3)
        hint = f"did you mean {' or '.join(map(repr, near))}?" if near else _SEE
        raise ValueError(f"{task.clf.name} has no layer {_shown(name)}; {hint}")
    return own[name]


_SEE = "net.named_modules() lists the names"


def _shown(layer: object) -> str:
    text = repr(layer) if isinstance(layer, str) else type(layer).__name__
    return texts.shown(text, texts.NAME)


def _off(grid: torch.Size, size: tuple[int, int]) -> int:
    """Return how far a grid is from an image's proportions: by rounding, less than its side."""
    return abs(grid[0] * size[1] - grid[1] * size[0])
