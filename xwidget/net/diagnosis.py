"""The reason why a net does not run on a batch, and the way out.

Each finding looks for one cause, by trying the net on something else or by looking at where it
failed, not by a word in the error. The first that is sure of itself speaks.
"""

from __future__ import annotations

import inspect
import linecache
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import Tensor, nn

from xwidget.errors import is_around

_SIZES = (28, 32, 48, 64, 96, 112, 128, 160, 192, 224, 240, 256, 299, 331, 384, 448, 512)
_SECONDS = 3.0  # for which other sizes are tried
_HOME = Path(__file__).parents[1]
_TORCH = Path(torch.__file__).parent
#: Said of a net.
NO_WEIGHTS = (
    'has parameters on the "meta" device, which hold no numbers; load its weights first '
    "(net.to_empty(device=...), load_state_dict)"
)
#: The way out for a net that is no classifier.
SCORE_IT = (
    "or explain a score of what it returns, targets=fn, with a function from that to a tensor (N,) "
    "in [0,1] (xw.scores has some for segmentation, detection, embeddings and regression)"
)
_WRAP = """

    class Wrapped(nn.Module):
        def __init__(self, net):
            super().__init__()
            self.net = net

        def forward(self, x):
            return self.net({given})

    clf = xw.Classifier(Wrapped(net), size=...)"""


@dataclass(frozen=True)
class Case:
    """A pass that failed.

    Parameters
    ----------
    net, batch
        What was run on what (N, C, H, W).
    error
        What was raised.
    attempt
        Runs the net on a batch.
    """

    net: nn.Module
    batch: Tensor
    error: Exception
    attempt: Callable[[Tensor], Any]

    def runs(self, batch: Tensor, gradients: bool | None = None) -> bool:
        """Return True if the net runs on another batch; with gradients as in the pass that failed,
        unless told otherwise.
        """
        on = torch.is_grad_enabled() if gradients is None else gradients
        try:
            with torch.set_grad_enabled(on):
                self.attempt(batch)
        except Exception:
            return False
        return True

    @property
    def frames(self) -> Iterator[tuple[FrameType, int]]:
        """The frames of the failure with line numbers, the innermost first."""
        found = []
        traceback = self.error.__traceback__
        while traceback is not None:
            found.append((traceback.tb_frame, traceback.tb_lineno))
            traceback = traceback.tb_next
        yield from reversed(found)

    @property
    def module(self) -> tuple[nn.Module, dict[str, Any]] | None:
        """The innermost module that failed, and the local variables of its forward."""
        for frame, _ in self.frames:
            owner = frame.f_locals.get("self")
            if isinstance(owner, nn.Module):
                return owner, frame.f_locals
        return None

    @property
    def reason(self) -> str:
        """The first line of the error."""
        lines = str(self.error).strip().splitlines()
        words = lines[0].rstrip(".! ") if lines else ""
        known = type(self.error) in (RuntimeError, AssertionError) and words
        return words if known else f"{type(self.error).__name__}: {words}".rstrip(": ")

    @property
    def line(self) -> str:
        """The innermost line of the user's own code, ``file:number, `line```; empty for none."""
        for frame, number in self.frames:
            path = Path(frame.f_code.co_filename)
            own = not _within(path, _TORCH) and not ours(path)
            if own and (text := linecache.getline(str(path), number).strip()):
                return f"{path.name}:{number}, `{text}`"
        return ""

    @property
    def where(self) -> str:
        """The error and its place, in words."""
        return f"{self.reason} at {self.line}" if self.line else self.reason


Finding = Callable[[Case], "str | None"]


def explained(case: Case, name: str) -> str:
    """Return the words for a person whose net failed.

    Parameters
    ----------
    case
        The pass that failed.
    name
        What to call the net.
    """
    batch = case.batch
    what = (
        f"{name} cannot run on a batch of shape {tuple(batch.shape)}, "
        f"{str(batch.dtype).removeprefix('torch.')}, on {batch.device}"
    )
    # The net itself is asked, and not what watches it.
    with torch._C.DisableTorchFunction():
        for finding in FINDINGS:
            if (words := finding(case)) is not None:
                return f"{what}: {words}"
    raise AssertionError  # the last one always speaks


def raised_by_us(error: Exception) -> bool:
    """Return True if an error came out of this package's own code, called inside of a pass."""
    traceback = error.__traceback__
    codes = []
    while traceback is not None:
        codes.append(traceback.tb_frame.f_code)
        traceback = traceback.tb_next
    # The first ran the net; modes only call what the net calls, and contexts end with it.
    return any(ours(Path(code.co_filename)) and not is_around(code) for code in codes[1:])


def ours(path: Path) -> bool:
    """Return True if a file is this package's, and no net's."""
    return _within(path, _HOME) and not _within(path, _HOME / "zoo")


def misshapen(name: str, logits: Tensor, rows: int) -> str:
    """Return the words where a net returned another shape than (N, classes) for N rows."""
    what = f"{name} returned shape {tuple(logits.shape)} for a batch of {rows}; expected logits "
    if logits.dim() < 2:
        return (
            f"{what}(N, classes), whatever N is. Keep the batch dimension: where the net ends in "
            ".squeeze(), write .flatten(1), and give one output its own dimension, z[:, None]"
        )
    return (
        f"{what}(N, classes). Is it a classification net? One that says something for each pixel "
        "or region must be made to say one thing of the whole: wrap it in a small nn.Module that "
        f"returns self.net(x).mean((2, 3)), say; {SCORE_IT}"
    )


# Findings


def _without_gradients(case: Case) -> str | None:
    if not case.batch.requires_grad or not case.runs(case.batch.detach(), gradients=False):
        return None
    return (
        f"it does without gradients, but with them {case.where}. An explanation needs the gradient "
        "of the scores at the picture: keep to torch functions on the way (no .numpy(), which "
        "gradients cannot pass), without torch.inference_mode, torch.no_grad and in-place changes "
        "of what is needed again, and remove backward hooks"
    )


def _one_at_a_time(case: Case) -> str | None:
    if len(case.batch) < 2 or not case.runs(case.batch[:1]):
        return None
    return (
        f"only on one image ({case.where}). Explain one class at a time, targets=[c], or make its "
        "batch size free: torch.export.export(..., dynamic_shapes=({0: "
        "torch.export.Dim('batch')},))"
    )


def _several_at_a_time(case: Case) -> str | None:
    if len(case.batch) != 1 or not case.runs(torch.cat([case.batch, case.batch + 1])):
        return None
    return (
        f"only on several images at once ({case.where}): this net needs the statistics of a batch, "
        "or was exported for one of fixed size, so that it cannot say anything of a picture alone. "
        "Use normalization with running statistics (track_running_stats=True), or export it with a "
        "free batch size"
    )


def _devices(case: Case) -> str | None:
    here = case.batch.device
    for path, module in case.net.named_modules():
        plain = {k: v for k, v in vars(module).items() if isinstance(v, Tensor)}
        for name, tensor in (*module._parameters.items(), *module._buffers.items(), *plain.items()):
            if tensor is None or tensor.device == here:
                continue
            if tensor.is_meta and isinstance(tensor, nn.Parameter):
                return f"it {NO_WEIGHTS}"
            of = f"{type(module).__name__}{f' ({path})' if path else ''}"
            return (
                f"its tensor {name!r} of {of} is on {tensor.device} ({case.reason}). Make the "
                "tensors that its modules hold buffers or parameters, so that they move with the "
                f"net: self.register_buffer({name!r}, ...)"
            )
    return None


def _dtypes(case: Case) -> str | None:
    kinds = {str(p.dtype)[6:] for p in case.net.parameters() if p.is_floating_point()}
    if len(kinds) < 2:
        return None
    return (
        f"its parameters are of several types, {' and '.join(sorted(kinds))} ({case.reason}). "
        "Bring all of it to one type, net.float()"
    )


def _arguments(case: Case) -> str | None:
    try:
        parameters = inspect.signature(case.net.forward).parameters.values()
    except (TypeError, ValueError):
        return None
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    needed = [p.name for p in parameters if p.kind in kinds and p.default is p.empty]
    if len(needed) < 2:
        return None
    return (
        f"its forward needs {len(needed)} arguments, {', '.join(needed)}, and is given one, a "
        "batch of pictures. Wrap it in a small nn.Module that adds the others:"
        + _WRAP.format(given=", ".join(["x", *(f"{name}=..." for name in needed[1:])]))
    )


def _gray(case: Case) -> str | None:
    batch = case.batch
    if batch.shape[1] != 3:
        return None
    gray = batch.detach().mean(1, keepdim=True)
    if case.runs(gray, False):
        inputs = getattr(case.module[0], "in_features", None) if case.module else None
        height, width = batch.shape[-2:]
        sum_ = f" ({inputs} = 1·{height}·{width} inputs)" if inputs == height * width else ""
        return (
            f"it takes gray pictures (N,1,H,W){sum_}, not color ({case.reason}). Give mean and std "
            "one number each: mean=[0.5], std=[0.5]"
        )
    for flat, mean in ((batch.detach().flatten(1), ""), (gray.flatten(1), ", mean=[0.5]")):
        if case.runs(flat, False):
            return (
                f"it takes rows of {flat.shape[1]} numbers ({case.reason}). Flatten pictures for "
                f"it: xw.Classifier(nn.Sequential(nn.Flatten(), net), size=...{mean})"
            )
    return None


def _channels(case: Case) -> str | None:
    if case.module is None:
        return None
    module, found = case.module
    given = found.get("input")
    if not isinstance(module, nn.modules.conv._ConvNd) or not isinstance(given, Tensor):
        return None
    if not isinstance(module, nn.Conv2d):
        kind = type(module).__name__
        return (
            f"it has a {kind} where pictures come in ({case.reason}). xwidget explains nets for "
            "pictures of two dimensions, (N,3,H,W) or gray (N,1,H,W)"
        )
    if given.shape[1:] == case.batch.shape[1:] and module.in_channels not in (1, 3):
        return (
            f"it takes pictures of {module.in_channels} channels ({case.reason}). xwidget explains "
            "nets for pictures of 3 channels, or 1 (gray, mean=[0.5])"
        )
    return None


def _other_size(case: Case) -> str | None:
    batch = case.batch
    began = time.perf_counter()
    side = max(batch.shape[-2:])
    for size in sorted(_SIZES, key=lambda size: (abs(size - side), size)):
        if time.perf_counter() - began > _SECONDS:
            return None
        other = batch.new_zeros(1, batch.shape[1], size, size)
        if size != side and case.runs(other, False):
            return (
                f"it runs on pictures of {size} by {size} pixels, not on these ({case.where}). "
                "Check that size is what the net was made for, no smaller than its stride: "
                f"size={size}"
            )
    return None


def _given(case: Case) -> str | None:
    if case.module is None:
        return None
    module, found = case.module
    given = found.get("input", found.get("x", case.batch))
    if isinstance(given, Tensor) or module is case.net:
        return None
    return (
        f"its {type(module).__name__} is given a {type(given).__name__} ({case.reason}). A layer "
        "before it returns several things, as nn.LSTM and nn.GRU do (output, state): pass on the "
        "one that is meant, in a forward of your own"
    )


def _its_own_code(case: Case) -> str | None:
    if not case.line:
        module = "" if case.module is None else f" in its {type(case.module[0]).__name__}"
        return (
            f"{case.reason}{module}. Check that it takes a batch of pictures (N,3,H,W) of this "
            "size, and that size= is what it was made for"
        )
    return (
        f"the net's own code failed: {case.where}. If it takes something else than a batch of "
        "pictures alone (a dict, a pair), wrap it in a small nn.Module:"
        + _WRAP.format(given='{"image": x}')
    )


#: In this order; the last one always speaks.
FINDINGS: tuple[Finding, ...] = (
    _without_gradients,
    _one_at_a_time,
    _several_at_a_time,
    _devices,
    _dtypes,
    _arguments,
    _gray,
    _channels,
    _other_size,
    _given,
    _its_own_code,
)


def _within(path: Path, folder: Path) -> bool:
    return folder in path.parents
