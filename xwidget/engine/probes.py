"""The pictures that a mask is tried in where it was not made: moved, and on unseen backgrounds."""

from __future__ import annotations

import torch
from torch import Tensor

from xwidget.catalog.games import Game
from xwidget.engine.moves import MOVES
from xwidget.engine.views import smooth_noise

# Unseen backgrounds: strengths of the noise in deviations of the image, two of each.
_STRENGTHS = (0.05, 0.1, 0.2, 0.3) * 2
_SEED = 7919  # of the unseen backgrounds, beside the run's own


class Probes:
    """The pictures in which masks of one image are tried.

    Parameters
    ----------
    game
        What was played.
    x, reference
        Normalized image and reference (3, H, W).
    seed
        Of the run.

    Attributes
    ----------
    noise
        Noise (8, 3, H, W) that no step of a run with this seed saw.
    """

    def __init__(self, game: Game, x: Tensor, reference: Tensor, seed: int) -> None:
        self._game, self._x, self._reference = game, x, reference
        self._moved = torch.cat([move(x[None]) for move in MOVES.values()])
        self.noise = _unseen(x, seed)

    def pictures(self, mask: Tensor) -> Tensor:
        """Return the pictures (P, 3, H, W) of a mask m in Eq. 1 (3, H, W).

        The m moves of the optimized input come first, then it on the n unseen backgrounds; the
        moved image, and the image with as much noise; the optimized input with image and reference
        exchanged; and in games that take away, the mask moved elsewhere.
        """
        x, reference = self._x, self._reference
        backgrounds = reference + self.noise
        pictures = [
            *(move(torch.lerp(reference, x, mask)[None]) for move in MOVES.values()),
            torch.lerp(backgrounds, x.expand_as(backgrounds), mask.expand_as(backgrounds)),
            self._moved,
            x + self.noise,
            torch.lerp(x, reference, mask)[None],
        ]
        if not self._game.keeps:
            half = tuple(side // 2 for side in mask.shape[-2:])
            pictures.append(torch.lerp(reference, x, mask.roll(half, (-2, -1)))[None])
        return torch.cat(pictures)


def _unseen(x: Tensor, seed: int) -> Tensor:
    size = (x.shape[-2], x.shape[-1])
    deviation = x.std() if x.numel() > 1 else x.new_zeros(())
    return torch.stack(
        [
            strength * deviation * smooth_noise(size, (seed, _SEED, n)).to(x)
            for n, strength in enumerate(_STRENGTHS)
        ]
    )
