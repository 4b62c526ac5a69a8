"""Scores at equal area: the pixels that each pane ranks first, shown to the net and the witness."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import torch

from xwidget.classifier import Classifier
from xwidget.engine.witness import Witness, handed_over
from xwidget.inspector.features.beside.source import Source
from xwidget.inspector.features.beside.values import Found
from xwidget.inspector.work.inspected import Inspected
from xwidget.metrics.judge import Judge
from xwidget.net.versions import Signature, signature
from xwidget.places import top

_MOST = 2000  # scores that are known
_BATCH = 8

Asked: TypeAlias = Mapping[int, tuple[Found, Source | None]]
"""By pane: the values, and the source that may score by itself."""
_Key: TypeAlias = tuple[int, int, float]
_Scores: TypeAlias = dict[str, float | None]


class _Net:
    """A net prepared for scoring, anew where its weights are others."""

    def __init__(self, clf: Classifier) -> None:
        self.clf = clf
        self._signature: Signature | None = None
        self._judge: Judge | None = None

    def look(self) -> bool:
        """Get ready; return whether it is the same net as before."""
        now = signature(self.clf.net)
        same = now == self._signature
        if not same or self._judge is None:
            self._signature, self._judge = None, Judge(self.clf, batch=_BATCH)
            self._signature = now
        return same

    def scores(self, pictures: torch.Tensor, index: int, clf: Classifier) -> list[float | None]:
        """Return scores; the classifier may have got further targets meanwhile."""
        assert self._judge is not None
        self._judge = self._judge.of_outputs(clf)
        found: list[float] = self._judge.scores(pictures, index).tolist()
        return [each if math.isfinite(each) else None for each in found]


class Scoring:
    """Score the top share of the pixels of panes; on any thread, one at a time.

    Parameters
    ----------
    inspected
        The image before the net, and the reference.
    witness
        Another net that is asked, too; None for none.
    """

    def __init__(self, inspected: Inspected, witness: Witness | None) -> None:
        self._inspected: Inspected | None = inspected
        self._witness = witness
        self._nets = [_Net(inspected.clf), *([] if witness is None else [_Net(witness.net)])]
        self._known: dict[_Key, _Scores] = {}
        self._lock = threading.Lock()

    def scores(self, asked: Asked, share: float, target: int) -> dict[str, dict[str, Any]]:
        """Return each pane's scores at a share of the pixels, by its id as text.

        Raises
        ------
        RuntimeError
            If the Inspector is closed.
        """
        with self._lock:
            # As they are now: the Inspector may be closed at any time.
            inspected, nets, known = self._inspected, self._nets, self._known
            if inspected is None:
                raise RuntimeError("this Inspector is closed; make a new one")
            same = [net.look() for net in nets]
            if not all(same) or len(known) > _MOST:
                known.clear()
            keys = {id: (id, found.seq, share) for id, (found, _) in asked.items()}
            new = {id: asked[id] for id, key in keys.items() if key not in known}
            for id, scores in self._measured(new, share, target, inspected, nets).items():
                known[keys[id]] = scores
            return {str(id): known[key] for id, key in keys.items()}

    def known(self, seqs: Mapping[int, int]) -> dict[float, dict[str, dict[str, Any]]]:
        """Return the scores that are known: by share, then as :meth:`scores` has them.

        Parameters
        ----------
        seqs
            By pane, the ``seq`` of its values.
        """
        found: dict[float, dict[str, dict[str, Any]]] = {}
        for (id, seq, share), scores in self._known.copy().items():
            if seqs.get(id) == seq:
                found.setdefault(share, {})[str(id)] = scores
        return found

    def alone(self, kept: Sequence[npt.NDArray[np.bool_]], target: int) -> list[float | None]:
        """Return the net's scores of some pixels (H, W) alone, on the reference, in their order.

        Raises
        ------
        RuntimeError
            If the Inspector is closed.
        """
        with self._lock:
            inspected, nets = self._inspected, self._nets
            if inspected is None:
                raise RuntimeError("this Inspector is closed; make a new one")
            if not nets[0].look():
                self._known.clear()
            pictures = torch.stack([self._shown(each, inspected) for each in kept])
            return nets[0].scores(pictures, target, inspected.clf)

    def _measured(
        self, asked: Asked, share: float, target: int, inspected: Inspected, nets: list[_Net]
    ) -> dict[int, _Scores]:
        if not asked:
            return {}
        kept = {id: top(found.places, share) for id, (found, _) in asked.items()}
        pictures = [*(self._shown(each, inspected) for each in kept.values()), inspected.x]
        *own, whole = nets[0].scores(torch.stack(pictures), target, inspected.clf)
        *heard, whole_heard = self._heard(pictures, target, inspected, nets)
        found: dict[int, _Scores] = {}
        for (id, (_, source)), score, other in zip(asked.items(), own, heard, strict=True):
            scores = score, whole
            if source is not None and (by_itself := source.score(target, kept[id])) is not None:
                scores = by_itself
            found[id] = {
                "own": scores[0],
                "image": scores[1],
                "witness": other,
                "witness_image": whole_heard,
            }
        return found

    def _heard(
        self, pictures: list[torch.Tensor], target: int, inspected: Inspected, nets: list[_Net]
    ) -> list[float | None]:
        """Return the witness's scores; None without one, and where it has no such class."""
        witness = self._witness
        if witness is None or len(nets) < 2:
            return [None] * len(pictures)
        try:
            index = witness.index(target)
        except ValueError:
            return [None] * len(pictures)
        net = nets[1]
        seen = [handed_over(inspected.clf.picture(each), net.clf) for each in pictures]
        return net.scores(torch.stack(seen), index, witness.net)

    @staticmethod
    def _shown(kept: npt.NDArray[np.bool_], inspected: Inspected) -> torch.Tensor:
        mask = torch.from_numpy(np.ascontiguousarray(kept)).to(inspected.x.device)
        return torch.where(mask, inspected.x, inspected.reference)

    def close(self) -> None:
        """Let go of the image and the nets."""
        self._inspected = self._witness = None
        self._nets = []
        self._known = {}
