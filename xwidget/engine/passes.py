"""The questions of a step to the guarded net: pieces of work for ``Batches.run``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from xwidget.catalog.games import GAMES
from xwidget.classifier import Classifier
from xwidget.engine.defense import Guard
from xwidget.engine.selfcheck import check_reference
from xwidget.engine.settings import Settings
from xwidget.engine.similarity import similar
from xwidget.engine.views import Views


@dataclass(frozen=True, slots=True)
class Passes:
    """Passes at one iteration; each takes the guard, the views it is for, and tensors of R rows.

    Parameters
    ----------
    clf, settings
        Of the run.
    views
        Of its B images.
    references
        The backgrounds (V, B, 3, H, W) of the iteration.
    """

    clf: Classifier
    settings: Settings
    views: Views
    references: Tensor

    def at_image(self, guard: Guard, seen: Sequence[int], index: Tensor) -> tuple[Tensor]:
        """Return the scores (v, R) of the images, whose targets these are (R,)."""
        self.clf.check_scores(guard.image_logits, "this image")
        return (self._chosen(guard.image_logits, index),)

    def at_reference(
        self, guard: Guard, seen: Sequence[int], mask: Tensor, index: Tensor
    ) -> tuple[Tensor]:
        """Return the scores (v, R) where nothing is shown: for masks (R, 3, H, W) of zeros."""
        logits, scores = self._forward(guard, seen, mask.expand(len(seen), *mask.shape), index)
        check_reference(self.clf, logits, self.settings.reference)
        return (scores,)

    def look(self, guard: Guard, seen: Sequence[int], mask: Tensor, index: Tensor) -> tuple[Tensor]:
        """Return the scores (v, R) of masks (R, 3, H, W)."""
        return self._forward(guard, seen, mask.expand(len(seen), *mask.shape), index)[1:]

    def descend(
        self, guard: Guard, seen: Sequence[int], mask: Tensor, index: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the scores (v, R) of masks (R, 3, H, W), and the gradients (v, R, 3, H, W) of what
        the game minimizes, but for sparsity.
        """
        masks = mask.repeat(len(seen), 1, 1, 1, 1).requires_grad_()
        logits, scores = self._forward(guard, seen, masks, index)
        with torch.enable_grad():
            phi = similar(self.settings.similarity, self.clf, logits, index.repeat(len(seen)))
            phi = GAMES[self.settings.game].sign * phi.sum()
        (gradients,) = torch.autograd.grad(phi, masks)  # through Eq. 1
        return scores, gradients

    def outside(self, guard: Guard, seen: Sequence[int], mask: Tensor) -> tuple[Tensor]:
        """Return the share (v, R) of activations out of bounds for masks (R, 3, H, W)."""
        masks = mask.expand(len(seen), *mask.shape)
        share = guard.outside(self.views.blend(masks, self.references, seen))
        return (share.unflatten(0, (len(seen), -1)),)

    def _forward(
        self, guard: Guard, seen: Sequence[int], masks: Tensor, index: Tensor
    ) -> tuple[Tensor, Tensor]:
        with torch.enable_grad():
            e = self.views.blend(masks, self.references, seen)
            logits = guard(e if e.requires_grad else e.requires_grad_())
        with torch.no_grad():
            return logits, self._chosen(guard.undefended(e) if guard.clamps else logits, index)

    def _chosen(self, logits: Tensor, index: Tensor) -> Tensor:
        scores = self.clf.scores(logits).unflatten(0, (-1, len(index)))
        found: Tensor = scores.gather(2, index.expand(len(scores), -1)[..., None])
        return found[..., 0].float()
