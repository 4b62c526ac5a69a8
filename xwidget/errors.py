"""Errors that say what a net is that it must not be."""

from __future__ import annotations


class DefenseError(ValueError):
    """The net cannot be defended; the message says why and what to do."""


class NotRepeatedError(DefenseError):
    """The net does not give the same twice for the same image."""


NOT_REPEATED = (
    "two forward passes of the same image give different scores: the net is not deterministic. "
    "Remove randomness that stays on in eval mode (noise; F.dropout(h) where "
    "F.dropout(h, training=self.training) is meant; nn.Dropout made in forward), and state that a "
    "forward pass changes (counters, caches)"
)
