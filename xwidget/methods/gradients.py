"""Methods from gradients at several points, by captum."""

from __future__ import annotations

import torch
from torch import Tensor

from xwidget.methods.drawn import Drawn
from xwidget.methods.method import Answer
from xwidget.methods.scales import MOST, by_most, units
from xwidget.methods.task import Task
from xwidget.support import arguments

# Share of the difference of logits that a sum may be off without a word.
_OFF = 0.1
# ... or by this, where the image adds next to nothing.
_ROUNDING = 1e-3


def integrated_gradients(task: Task, *, steps: int = 50) -> Answer:
    """Integrated Gradients (Sundararajan et al., ICML 2017) of the logit, from the data mean.

    The values of all pixels and colors add up to the logit of the image less that of the mean.

    Parameters
    ----------
    task
        What to compute.
    steps
        Number of points on the way from the mean to the image, at least 2.
    """
    from captum.attr import IntegratedGradients

    steps = arguments.whole("steps", steps, 2, 100_000)
    batch = task.batch
    task.expect(len(task.targets) * steps + 2)
    method = IntegratedGradients(task.chosen)
    parts = [
        method.attribute(task.x, target=place, n_steps=steps, internal_batch_size=batch)
        for place in range(len(task.targets))
    ]
    values = torch.cat(parts).detach()
    with torch.no_grad():
        ends = task.chosen(torch.cat([task.x, torch.zeros_like(task.x)])) if batch > 1 else None
        if ends is None:
            ends = torch.cat([task.chosen(task.x), task.chosen(torch.zeros_like(task.x))])
    gains = (ends[0] - ends[1]).tolist()
    sums = values.cpu().double().sum((1, 2, 3)).tolist()
    checks = tuple(
        ""
        if abs(total - gain) <= max(_OFF * abs(gain), _ROUNDING)
        else f"the values add up to {total:.2g}, but the image adds {gain:.2g}; take more steps"
        for total, gain in zip(sums, gains, strict=True)
    )
    return Answer(values, True, f"{units(task)}; they add up to what the image adds", checks)


def smoothgrad(
    task: Task, *, samples: int = 50, noise: float = 0.15, signed: bool = False
) -> Answer:
    """SmoothGrad (Smilkov et al., 2017): the logit's mean gradient at noisy copies of the image.

    Parameters
    ----------
    task
        What to compute.
    samples
        Number of noisy copies, at least 1.
    noise
        Standard deviation of the noise, as a share of the image's range of values, in (0,1].
    signed
        Whether to keep the signs of the mean gradient; otherwise its magnitude, as the paper shows
        it, where the 1% that are largest are 1.
    """
    from captum.attr import NoiseTunnel, Saliency

    samples = arguments.whole("samples", samples, 1, 100_000)
    spread = float((task.x.max() - task.x.min()).clamp_min(1e-6))
    deviation = share("noise", noise) * spread
    method = NoiseTunnel(Saliency(task.chosen))
    batch = task.batch
    task.expect(len(task.targets) * samples)
    parts = []
    for place in range(len(task.targets)):
        with Drawn(task.seed):
            part = method.attribute(
                task.x,
                nt_type="smoothgrad",
                nt_samples=samples,
                nt_samples_batch_size=min(batch, samples),
                stdevs=deviation,
                target=place,
                abs=False,
            )
        parts.append(part.detach())
    return signed_or_size(task, torch.cat(parts), signed)


def gradient_shap(
    task: Task, *, samples: int = 50, noise: float = 0.09, backgrounds: int = 16
) -> Answer:
    """GradientSHAP (Lundberg & Lee, NeurIPS 2017, as captum and shap have it): the gradient of the
    logit times the difference to a background, at random points between them, in the mean.

    No data is at hand, so the backgrounds are plain: pictures of one random color each.

    Parameters
    ----------
    task
        What to compute.
    samples
        Number of points, at least 1.
    noise
        Standard deviation of noise on the image, as a share of its range of values, in [0,1].
    backgrounds
        Number of plain pictures to draw from, at least 1.
    """
    from captum.attr import Saliency

    samples = arguments.whole("samples", samples, 1, 100_000)
    count = arguments.whole("backgrounds", backgrounds, 1, 10_000)
    spread = float((task.x.max() - task.x.min()).clamp_min(1e-6))
    deviation = share("noise", noise, zero=True) * spread
    # captum's own GradientShap draws from numpy's global source, and takes all samples at once.
    gradient = Saliency(task.chosen)
    batch = task.batch
    task.expect(len(task.targets) * samples)
    plain = _plain(task, count)
    parts = []
    for place in range(len(task.targets)):
        generator = task.generator()
        total = torch.zeros_like(task.x)
        for start in range(0, samples, batch):
            number = min(batch, samples - start)
            noisy, way, which = _points(number, task.size, generator)
            background = plain[(which * count).long()].to(task.x)
            step = task.x + deviation * noisy.to(task.x) - background
            at = background + way.to(task.x).view(-1, 1, 1, 1) * step
            found = gradient.attribute(at.requires_grad_(), target=place, abs=False)
            total += (found.detach() * step).sum(0, keepdim=True) / samples
        parts.append(total)
    return Answer(
        torch.cat(parts),
        True,
        f"{units(task)}; they add up to about what the image adds to a plain one",
    )


def signed_or_size(task: Task, gradients: Tensor, signed: bool) -> Answer:
    """Return gradients (K,3,H,W) as an answer: with their signs, or as magnitudes."""
    if not isinstance(signed, bool):
        raise TypeError(f"signed must be True or False, got {signed!r}")
    if signed:
        return Answer(gradients, True, f"{units(task)} for each standard deviation of the color")
    return Answer(by_most(gradients.abs()), False, MOST)


def share(name: str, value: object, *, zero: bool = False) -> float:
    """Return a share in (0,1], or in [0,1], as a float.

    Raises
    ------
    ValueError
        If it is none.
    """
    number = arguments.real(value)
    if number is None or not 0 <= number <= 1 or (number == 0 and not zero):
        span = "[0,1]" if zero else "(0,1]"
        raise ValueError(f"{name}={value!r}; expected a number in {span}")
    return number


def _points(
    count: int, size: tuple[int, int], generator: torch.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Draw noise (count,3,H,W), and how far on the way and which background, (count,) in [0,1).

    One after the other, so that they do not depend on how many fit a batch.
    """
    drawn = [
        (
            torch.randn(3, *size, generator=generator, dtype=torch.float32, device="cpu"),
            torch.rand(2, generator=generator, dtype=torch.float32, device="cpu"),
        )
        for _ in range(count)
    ]
    both = torch.stack([two for _, two in drawn])
    return torch.stack([noise for noise, _ in drawn]), both[:, 0], both[:, 1]


def _plain(task: Task, count: int) -> Tensor:
    """Return pictures (count,3,1,1) of one color each, normalized as the net gets them."""
    colors = torch.rand(
        count, 3, 1, 1, generator=task.generator(), dtype=torch.float32, device="cpu"
    )
    mean, std = (
        torch.tensor(each, dtype=torch.float32, device="cpu").view(1, 3, 1, 1)
        for each in (task.clf.mean, task.clf.std)
    )
    return (colors - mean) / std
