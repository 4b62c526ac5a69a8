"""Layer-wise relevance propagation: zennit's rules for layers, and ours for what has no layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from xwidget.engine.fold import fold
from xwidget.engine.nonlinearities import NONLINEARITIES
from xwidget.errors import around
from xwidget.methods.method import Answer
from xwidget.methods.scales import units
from xwidget.methods.task import Task
from xwidget.methods.without_rules import NO_RULE

RULES = ("plus", "gamma")
# Logits may differ by this share of the largest before the rules count as changing the net.
_ROUNDING = 1e-3
# The sum of the relevance may differ by this from 1 without a word.
_OFF = 0.1
# Sums beyond these tell nothing.
_LEFT = (0.01, 10.0)
_TINY = 1e-6

_ADD = frozenset(
    {torch.add, Tensor.add, Tensor.__add__, Tensor.__radd__, Tensor.add_, Tensor.__iadd__}
)
_SUBTRACT = frozenset({torch.sub, Tensor.sub, Tensor.__sub__, Tensor.sub_, Tensor.__isub__})
# Products, quotients: with a constant, or of a signal and its gate; differences to a constant.
_SCALE = frozenset(
    {torch.mul, Tensor.mul, Tensor.__mul__, Tensor.__rmul__, Tensor.mul_, Tensor.__imul__}
    | {torch.div, Tensor.div, Tensor.__truediv__, Tensor.div_, Tensor.__itruediv__}
    | {torch.rsub, Tensor.__rsub__, F.batch_norm}
    | _SUBTRACT
)
_MEANS = frozenset({torch.mean, Tensor.mean, F.avg_pool2d, F.adaptive_avg_pool2d})
# Layers with rules, and what they compute: called apart from them, it would get the plain gradient.
_RULED = (nn.Linear, nn.modules.conv._ConvNd)
_LAYERS = frozenset(
    {F.conv1d, F.conv2d, F.conv3d, F.conv_transpose2d, F.linear, F.bilinear, torch.einsum}
    | {torch.matmul, Tensor.matmul, Tensor.__matmul__, torch.mm, torch.bmm, torch.addmm}
)
_NO_RULE = {function: each.words for each in NO_RULE for function in each.functions}


def lrp(task: Task, *, rules: str = "plus") -> Answer:
    """LRP (Bach et al., PLOS ONE 2015): the logit, shared out layer by layer among what it is made
    of, in the shares that each part has in the next.

    Batch normalization is folded into convolutions first. At a sum or difference of branches the
    parts have the shares of their values; at a product with a gate, the signal has all;
    nonlinearities pass relevance on. Biases get none. Attention and layer normalization have no
    rule here. A contrast is a difference, too: what speaks for the first class less what speaks for
    the second. A score of your own is shared out like a further layer of the net.

    Parameters
    ----------
    task
        What to compute.
    rules
        "plus": z+ for convolutions, epsilon for linear layers, a flat first layer (zennit's
        EpsilonPlusFlat). "gamma": gamma for convolutions and the box of possible colors for the
        first layer (EpsilonGammaBox), which has values for each color.
    """
    if rules not in RULES:
        raise ValueError(f"rules={rules!r}; expected {' or '.join(map(repr, RULES))}")
    task.expect(2 + len(task.targets))
    plain = task.check_gradient()
    with torch.no_grad():
        if not fold(task.net, lambda batch: task.clf.logits(task.net, batch), task.x):
            task.net = task.clf.twin(task.device)
    task.look_inside()
    x = task.x.clone().requires_grad_()
    with _composite(task, rules).context(task.net):
        with _Rules() as watch, watch.inside(task.net):
            logits = task.logits(x)
        if watch.refused:
            raise ValueError(
                f"{task.clf.name} computes {watch.refused}, for which LRP has no rule here; choose "
                "another method"
            )
        if not torch.allclose(logits, plain, rtol=0, atol=_ROUNDING * float(plain.abs().max())):
            raise ValueError(
                f"{task.clf.name} computes something else with the rules of LRP in place; choose "
                "another method"
            )
        # A contrast's classes are looked at one by one: their difference may be next to nothing.
        parts = [task.clf.classes_of(target) or (target,) for target in task.targets]
        shares = {}
        for output in dict.fromkeys(output for outputs in parts for output in outputs):
            task.ask()
            start = torch.zeros_like(logits)
            start[0, output] = 1
            (shares[output],) = torch.autograd.grad(logits, x, start, retain_graph=True)
            task.did()
    totals = {k: float(each.cpu().double().sum()) for k, each in shares.items()}
    sums = list(totals.values())
    wrong = [total for total in sums if not _LEFT[0] <= abs(total) <= _LEFT[1]]
    if wrong:
        raise ValueError(
            f"the shares of the logit add up to {wrong[0]:.2g}, not to 1, where LRP reaches the "
            f"image: its rules do not hold in {task.clf.name}, as in many nets with depthwise "
            "convolutions or gates, whose layers put out what their biases make; choose another "
            "method"
        )
    found, checks = [], []
    for outputs in parts:
        each = [logits[0, output].detach() * shares[output] for output in outputs]
        found.append(each[0] - each[1] if len(each) == 2 else each[0])
        off = [totals[k] for k in outputs if abs(totals[k] - 1) > _OFF]
        checks.append(f"its parts add up to {off[0]:.2f} of the logit, not to all" if off else "")
    values = torch.cat(found)
    values = values.sum(1) if rules == "plus" else values
    return Answer(values, True, f"{units(task)}; they add up to it", tuple(checks))


def _composite(task: Task, rules: str) -> Any:
    from zennit.composites import EpsilonGammaBox, EpsilonPlusFlat

    if rules == "plus":
        return EpsilonPlusFlat(zero_params="bias")
    mean, std = (
        torch.tensor(each, dtype=torch.float32, device="cpu").view(1, 3, 1, 1)
        for each in (task.clf.mean, task.clf.std)
    )
    low, high = (
        task.clf.preprocess.for_net(((end - mean) / std).to(task.x).expand_as(task.x))
        for end in (0.0, 1.0)
    )
    return EpsilonGammaBox(low, high, zero_params="bias")


class _Rules(TorchFunctionMode):
    """Rules for what is called as a function: sums, products, means, nonlinearities."""

    def __init__(self) -> None:
        super().__init__()
        #: What the net computes that there is no rule for; "" if nothing.
        self.refused = ""
        self._depth = 0

    @contextmanager
    def inside(self, net: nn.Module) -> Iterator[None]:
        """Note in the ``with`` block when a layer that has a rule runs."""

        def step(by: int) -> Callable[..., None]:
            def go(*_: object) -> None:
                self._depth += by

            return go

        ruled = [module for module in net.modules() if isinstance(module, _RULED)]
        handles = [module.register_forward_pre_hook(step(1)) for module in ruled]
        handles += [module.register_forward_hook(step(-1)) for module in ruled]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    @around
    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if (what := _NO_RULE.get(func)) is not None:
            self.refused = what  # said after the pass: what a net raises is said to be the net's
        live = [each for each in args if isinstance(each, Tensor) and each.requires_grad]
        if not live:
            return func(*args, **kwargs)
        if func in _LAYERS and not self._depth:
            self.refused = "a convolution or a product of matrices outside of nn.Conv and nn.Linear"
        in_place = _writes(func, args, kwargs)
        if func in _ADD and len(live) == 2 and live[0].shape == live[1].shape:
            return _put(in_place, live[0], _Shared.apply(*(each.clone() for each in live), 1))
        if func in _SUBTRACT and len(live) == 2 and live[0].shape == live[1].shape:
            return _put(in_place, live[0], _Shared.apply(*(each.clone() for each in live), -1))
        if func in _MEANS:
            return _Mean.apply(live[0], lambda part: func(part, *args[1:], **kwargs))
        if func in _SCALE or func in NONLINEARITIES:
            signal = max(live, key=lambda each: each.numel())
            apart = [each.detach().clone() if isinstance(each, Tensor) else each for each in args]
            with torch.no_grad():
                output = func(*apart, **kwargs)
            if isinstance(output, Tensor) and output.shape == signal.shape:
                return _put(in_place, live[0], _Passed.apply(signal.clone(), output))
        return func(*args, **kwargs)


def _writes(func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    """Return whether a call writes to its first argument."""
    name = func.__name__
    named = name.endswith("_") and not name.endswith("__")
    asked = any(each is True for each in (kwargs.get("inplace"), *args[1:]))
    return named or name.startswith("__i") or asked


def _put(in_place: bool, target: Tensor, output: Tensor) -> Tensor:
    """Return an output; where a call writes to its first argument, in its place."""
    return target.copy_(output) if in_place else output


def _stable(values: Tensor) -> Tensor:
    """Return values of which none is near 0."""
    return values + torch.where(values < 0, -_TINY, _TINY)


class _Passed(torch.autograd.Function):
    """An output whose relevance is the input's."""

    @staticmethod
    def forward(ctx: Any, given: Tensor, output: Tensor) -> Tensor:
        return output.clone()

    @staticmethod
    def backward(ctx: Any, relevance: Tensor) -> tuple[Tensor, None]:
        return relevance, None


class _Shared(torch.autograd.Function):
    """A sum or a difference, of whose relevance each part has the share of its value."""

    @staticmethod
    def forward(ctx: Any, one: Tensor, other: Tensor, sign: int) -> Tensor:
        other = sign * other
        ctx.save_for_backward(one, other)
        return one + other

    @staticmethod
    def backward(ctx: Any, relevance: Tensor) -> tuple[Tensor, Tensor, None]:
        one, other = ctx.saved_tensors
        each = relevance / _stable(one + other)
        return one * each, other * each, None


class _Mean(torch.autograd.Function):
    """A mean over positions, of whose relevance each has the share of its value."""

    @staticmethod
    def forward(ctx: Any, given: Tensor, mean: Callable[[Tensor], Tensor]) -> Tensor:
        ctx.save_for_backward(given)
        ctx.mean = mean
        return mean(given)

    @staticmethod
    def backward(ctx: Any, relevance: Tensor) -> tuple[Tensor, None]:
        given = ctx.saved_tensors[0].detach().requires_grad_()
        with torch.enable_grad():
            output = ctx.mean(given)
            (found,) = torch.autograd.grad(output, given, relevance / _stable(output.detach()))
        return given.detach() * found, None
