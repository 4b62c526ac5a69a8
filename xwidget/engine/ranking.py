"""The order of the pixels, put to the test: whether the first of them, alone, are enough.

A mask says what is enough together, most of it at some contrast between none and full. Which tenth
of the pixels to show, if it may be no more, it does not say: the first pixels of its average over
the run are scattered, and at full contrast their edges say more than they do. So the order is
improved by trial, at the end of a run, in pictures that show what an order puts first.

An order is a field s (H, W), of which only the ranking of its values counts. Let ``e_a(s)`` be the
image where s is among its largest share ``a`` of values, and the reference elsewhere. What is to
be large is ``f(s) = mean of log p_c(e_a(s))`` over the areas a. That is a step function of s, so
the ascent is of its mean over smooth noise n around s, by an evolution strategy with mirrored
draws (Salimans et al., 2017, arXiv 1703.03864, Eq. 1 and section 2.1)::

    s <- s + rate * sum over a and n of [log p_c(e_a(s + h n)) - log p_c(e_a(s - h n))] n

The image and what is shown of it may be moved or mirrored, as in the views of a run: what is first
must not be so on one grid of pixels alone.

RISE (Petsiuk et al., BMVC 2018) asks the net in the same way, with masks that know nothing of the
image; that an area is held to, and not a price paid for it, is from extremal perturbations (Fong et
al., ICCV 2019). No gradient of the net takes part, and noise that is smooth has nothing as fine as
an adversarial answer needs: there is nothing to be defended against.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from xwidget.classifier import Classifier
from xwidget.engine.smoothing import low_pass
from xwidget.engine.turns import breathe
from xwidget.engine.views import Views

Scores = Callable[[Tensor, Tensor], Tensor]

#: Shares of the pixels that an order is tried at.
AREAS = (0.1, 0.2, 0.3)
#: Pictures of each area, and its mirrored ones, between two changes of the order.
DRAWS = 4
#: Steps of the run for each change of the order, and the most changes: a longer run takes longer to
#: be ranked, too, and one of a few steps is not.
EACH, MOST = 7, 9

_AMOUNTS = (1.2, 0.4)  # of noise, in deviations of the order: at first, and at last
_RATE = 0.5
_NOISE = 24.0  # deviation in pixels of the noise's low-pass, of a picture of 224 x 224
_START = 12.0  # the same, of the order that is begun with
_SIDE = 224
_LEAST = 1e-4  # scores below say nothing
_FAR = 3.0  # nats of a difference beyond which more of it counts no more
_STEADY = 0.3  # keeps an update small where hardly anything makes a difference
_TIES = 1e-3  # how much the rank itself weighs, so that no two pixels have the same value
_SEED = 104729  # of the noise, beside the run's own


def ranked(
    scores: Scores,
    views: Views,
    order: Tensor,
    iterations: Sequence[int],
    seed: int,
) -> Tensor:
    """Return the values of an order (K, H, W) in another one, whose first pixels do more alone.

    Trials decide which pixels are the first 10%, the next, and so on; within each of these bands
    pixels stand as they did: trials know nothing of detail.

    Parameters
    ----------
    scores
        From ``scoring``.
    views
        Of the run, without their noise.
    order
        What to begin with (K, H, W), in [0, 1].
    iterations
        Steps of the run of each, K of them.
    seed
        Of the draws, the same for all classes.
    """
    rounds = [min(steps // EACH, MOST) for steps in iterations]
    if not any(rounds):
        return order
    count, (height, width) = len(order), order.shape[-2:]
    scale = min(height, width) / _SIDE
    field = _normal(low_pass(order[:, None], _START * scale)[:, 0])
    numbers = torch.arange(count, dtype=torch.int64, device=order.device).repeat(2 * DRAWS)
    for step in range(max(rounds)):
        random = np.random.default_rng((seed, _SEED, step))
        amount = _rows([_amount(step, each) for each in rounds], field)
        change = torch.zeros_like(field)
        for area in AREAS:
            noise = _smooth(random, (DRAWS, height, width), _NOISE * scale).to(field)[:, None]
            tried = torch.cat([field + amount * noise, field - amount * noise])
            shown = views.show(_first(tried.flatten(0, 1), area), int(random.integers(len(views))))
            found = scores(shown, numbers).clamp_min(_LEAST).log().view(2, DRAWS, count, 1, 1)
            change += ((found[0] - found[1]).nan_to_num(0).clamp(-_FAR, _FAR) * noise).sum(0)
        change = change / (DRAWS * len(AREAS)) ** 0.5
        better = _unit(field + _RATE * change / (_deviation(change) + _STEADY))
        field = better.where(_rows([step < each for each in rounds], field), field)
    return _within_bands(order, field).where(_rows(list(map(bool, rounds)), field), order)


def _amount(step: int, rounds: int) -> float:
    """Return the deviation of the noise in a round, of so many."""
    first, last = _AMOUNTS
    amount: float = first * (last / first) ** (step / max(1, rounds - 1))
    return amount


def _rows(values: Sequence[float] | Sequence[bool], like: Tensor) -> Tensor:
    """Return a value for each field of a batch (K, 1, 1)."""
    kind = torch.bool if isinstance(values[0], bool) else like.dtype
    return torch.tensor(values, dtype=kind, device=like.device).view(-1, 1, 1)


def scoring(
    clf: Classifier, forward: Callable[[Tensor], Tensor], targets: Tensor, batch: int
) -> Scores:
    """Return the scores that ``ranked`` asks for: pictures (N, 3, H, W), and the class of each, a
    number from 0 to K - 1 (N,), to that class's score (N,).

    Parameters
    ----------
    clf, forward
        The classifier, and its net as the run runs it.
    targets
        Class indices (K,).
    batch
        Number of pictures that the net is given at once.
    """

    def scores(pictures: Tensor, numbers: Tensor) -> Tensor:
        found = []
        with torch.no_grad():
            for part, number in zip(pictures.split(batch), numbers.split(batch), strict=True):
                breathe()
                outputs = clf.scores(forward(part))
                found.append(outputs.gather(1, targets[number][:, None])[:, 0].float())
        return torch.cat(found)

    return scores


def _within_bands(order: Tensor, field: Tensor) -> Tensor:
    """Return an order's values (K, H, W), larger ones in an earlier band of a field's ranking."""
    bands = torch.stack([_first(field, area) for area in AREAS]).sum(0)
    # As double: what tells two neighbors in a band apart is less than a float can add to a whole.
    places = (bands.double() + _standing(order)).flatten(1).argsort(dim=1, stable=True)
    values = torch.lerp(order, _standing(order), _TIES).flatten(1).sort(dim=1).values
    return torch.empty_like(values).scatter_(1, places, values).view_as(order)


def _first(fields: Tensor, area: float) -> Tensor:
    """Return the pixels (N, H, W) that have the largest values of fields, a share of them."""
    values = fields.flatten(1)
    rank = values.shape[1] + 1 - max(1, round(area * values.shape[1]))
    return fields >= values.kthvalue(rank, 1).values.view(-1, 1, 1)


def _smooth(random: np.random.Generator, shape: tuple[int, int, int], deviation: float) -> Tensor:
    """Return noise (N, H, W) without detail, each of mean 0 and deviation 1."""
    count, height, width = shape
    cell = max(1, int(deviation / 2))  # drawn on a coarse grid: it has no detail to be lost
    margin = 4
    size = (count, 1, height // cell + 1 + 2 * margin, width // cell + 1 + 2 * margin)
    coarse = low_pass(torch.from_numpy(random.standard_normal(size)).float(), deviation / cell)
    inner = coarse[..., margin:-margin, margin:-margin]
    return _unit(F.interpolate(inner, (height, width), mode="bilinear")[:, 0])


def _normal(order: Tensor) -> Tensor:
    """Return an order (K, H, W) as values that are distributed normally, whatever they were."""
    return _unit(torch.special.ndtri((_standing(order) - 0.5 / order[0].numel()).double()).float())


def _standing(order: Tensor) -> Tensor:
    """Return normalized ranks (K, H, W), in (0, 1]."""
    values = order.flatten(1)
    places = values.argsort(dim=1, stable=True).argsort(dim=1) + 1
    return (places.double() / values.shape[1]).to(order.dtype).view_as(order)


def _unit(fields: Tensor) -> Tensor:
    centered = fields - fields.flatten(1).mean(1).view(-1, 1, 1)
    return centered / _deviation(centered).clamp_min(1e-12)


def _deviation(fields: Tensor) -> Tensor:
    return fields.flatten(1).std(1, correction=0).view(-1, 1, 1)
