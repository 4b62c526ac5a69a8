"""What the net says of the evidence shown, of the rest, and of both without foreign activations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from xwidget.classifier import Classifier
from xwidget.engine.defense import DefenseError, Guard
from xwidget.engine.references import make_reference
from xwidget.engine.strategies import Strategy
from xwidget.explanation import Explanation

Reals = npt.NDArray[np.float64]

# Only the forward pass matters here: every signal may pass.
_CLAMP = Strategy(lambda gradient, under, over, least, out: gradient, clamps=True)


@dataclass(frozen=True, eq=False)
class EvidenceScores:
    """Scores (K,) in [0, 1] of the two halves of an image that a mask makes, one row a target.

    A game optimizes one of them: what is shown in preservation and generation, what is hidden in
    deletion and repression. The other one it does not look at: evidence speaks for its class alone,
    whichever game found it, and noise that moves a score does not.

    Attributes
    ----------
    shown
        Of the evidence alone: m x + (1 - m) r, with the mask m that is shown.
    hidden
        Of the rest alone: (1 - m) x + m r.
    blank
        Of the reference alone: what a class scores where nothing at all is shown.
    shown_clamped, hidden_clamped
        The same with every activation clamped to the image's bounds in the forward pass (Eq. 4-5),
        so that nothing counts that the image did not activate; NaN where a net cannot be defended.
    blank_clamped
        Of the reference alone, clamped. Where it is as high as the image's score, the bounds alone
        give the class away (they do in EfficientNet-Lite), and clamped scores say nothing.
    """

    shown: Reals
    hidden: Reals
    blank: Reals
    shown_clamped: Reals
    hidden_clamped: Reals
    blank_clamped: Reals


def evidence_scores(
    clf: Classifier, x: Tensor, explanation: Explanation, reference: Tensor | None = None
) -> EvidenceScores:
    """Score the evidence shown and the rest, each alone, with the net as it is and clamped.

    Parameters
    ----------
    clf
        The classifier that was explained.
    x
        Its normalized image (3, H, W), from ``clf.prepare``.
    explanation
        What was found.
    reference
        The reference tensor (3, H, W), normalized; only needed where the run was given one.

    Raises
    ------
    ValueError
        Where that is needed and missing.
    """
    net = clf.twin()
    device = next((p.device for p in net.parameters()), torch.device("cpu"))
    masks = torch.from_numpy(explanation.masks.copy()).to(device)
    r = _reference(clf, x, explanation, reference).to(device)
    image = x.to(device).expand_as(masks).contiguous()
    blank = r.expand_as(image).contiguous()
    shown, hidden = torch.lerp(blank, image, masks), torch.lerp(image, blank, masks)
    index = torch.tensor(explanation.targets, device=device)[:, None]

    def forward(batch: Tensor) -> Tensor:
        return clf.logits(net, batch)

    def score(through: Callable[[Tensor], Tensor], batch: Tensor) -> Reals:
        with torch.no_grad():
            chosen = clf.scores(through(batch)).gather(1, index)[:, 0]
        values: Reals = chosen.double().cpu().numpy()
        return values

    plain = [score(forward, batch) for batch in (shown, hidden, blank)]
    try:
        clamped: Callable[[Tensor], Tensor] = Guard(forward, image, _CLAMP)
    except DefenseError:
        return EvidenceScores(*plain, *[np.full(len(masks), np.nan)] * 3)
    return EvidenceScores(*plain, *(score(clamped, batch) for batch in (shown, hidden, blank)))


def relevance(
    clf: Classifier, x: Tensor, explanation: Explanation, reference: Tensor | None = None
) -> Tensor:
    """Return what ranks the pixels of each target: sum over channels of m |x - r|, (K, H, W).

    The size of what is shown: where the image is as grey as the reference, no mask shows anything.
    Parameters and errors are those of :func:`evidence_scores`.
    """
    r = _reference(clf, x, explanation, reference)
    return (torch.from_numpy(explanation.masks.copy()) * (x - r).abs().cpu()).sum(1)


def _reference(
    clf: Classifier, x: Tensor, explanation: Explanation, reference: Tensor | None
) -> Tensor:
    kind = explanation.settings.get("reference", "zero") if reference is None else reference
    if isinstance(kind, str) and kind == "tensor":
        raise ValueError(
            "this run was given a tensor as its reference; pass the same one: reference=..."
        )
    return make_reference(kind, x, clf.mean, clf.std, int(explanation.settings.get("seed", 0)))
