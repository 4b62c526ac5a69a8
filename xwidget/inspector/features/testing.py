"""Testing an explanation: the mask that a person edits, scored by the net itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from xwidget.explanation import Bytes
from xwidget.frames import Frame, decode, encode
from xwidget.inspector.page.traits import SyncedWidget
from xwidget.inspector.work.session import Session
from xwidget.pixels import blend, quantize
from xwidget.support import texts
from xwidget.support.texts import in_words

_TOP = 5
_SEQ_LIMIT = 2**32  # seq travels as u32


@dataclass(frozen=True, eq=False)
class Probe:
    """An edited mask, and what the net makes of the picture that it shows.

    The net is given ``e = m * x + (1 - m) * r``, in normalized space, with the Inspector's own
    reference r; no defense is at work.

    Attributes
    ----------
    mask
        (3,H,W) float32 in [0,1], in steps of 1/255: the weight of the image, by pixel and color.
    picture
        (H,W,3) uint8: what is shown, the image where the mask is 1, the reference where it is 0.
    scores
        Score in [0,1] of every class explained, by name; ``"name (index)"`` where two share one.
    top
        The five most likely classes as (class index, name, score), best first, like
        ``clf.predict``.

    Examples
    --------
    >>> import numpy as np, xwidget as xw
    >>> clf = xw.load("efficientnet_lite0")
    >>> w = xw.Inspector(clf, xw.sample("coffee"), targets=["espresso"])
    >>> probe = w.test(np.ones((224, 224)))
    >>> probe.top[0][1]
    'espresso'
    >>> w.close()
    """

    mask: npt.NDArray[np.float32]
    picture: Bytes
    scores: dict[str, float]
    top: list[tuple[int, str, float]]

    def __repr__(self) -> str:
        scores = ", ".join(
            f"{texts.shown(name, texts.NAME)} {score:.3f}" for name, score in self.scores.items()
        )
        return f"<Probe: {self.mask.mean():.1%} of the image, {scores}>"


@dataclass(frozen=True, eq=False)
class _Scored:
    """An edit with the scores of all classes."""

    seq: int
    mask: Bytes
    scores: Sequence[float]


class Prober:
    """Score edited masks: the page's on the session's worker, the newest only.

    Parameters
    ----------
    widget
        Whose traits ``_probe`` and ``_probed`` are shared with the page.
    session
        Whose image and classifier it is.
    reference
        Normalized, (3, H, W).
    picture, backdrop
        Image and reference as shown, (H, W, 3) uint8.
    names, short
        Of all classes, whole and in few words.
    """

    def __init__(
        self,
        widget: SyncedWidget,
        session: Session,
        reference: Tensor,
        picture: Bytes,
        backdrop: Bytes,
        names: Sequence[str],
        short: Sequence[str],
    ) -> None:
        self._widget = widget
        self._session = session
        self._reference: Tensor | None = reference
        self._shown = (picture, backdrop)
        self._names, self._short = names, short
        self._edits = 0  # taken so far, from both sides
        self._settled = 0  # the newest of them that is answered or given up
        self._seq = 0  # the largest of the edits' own numbers: odd the page's, even Python's
        self._last: _Scored | None = None

    @property
    def probe(self) -> Probe | None:
        """The newest edit that is scored; None without one, or where that failed."""
        return None if self._last is None else self._made(self._last)

    # With the widget's lock held.

    def take(self, data: bytes) -> None:
        """Have the page's edit scored on the worker; one that still waits is dropped."""
        if not data:
            self.end()
            return
        self._edits += 1
        frame = decode(data)
        self._seq = max(self._seq, frame.seq)
        self._session.aside(partial(self._score, frame, self._edits))

    def end(self) -> None:
        """Forget the edit."""
        self._settled = self._edits
        self._last = None
        with self._widget.hold_sync():
            self._widget._probe = b""
            self._widget._probed = {}

    def refresh(self) -> None:
        """Answer once more, for the classes that are explained now."""
        if self._last is not None:
            self._widget._probed = self._answer(self._last)

    def close(self) -> None:
        """Let go of everything."""
        self._reference = self._last = None

    # From Python, without the lock.

    def test(self, mask: Any) -> Probe:
        """Score a mask here and now, and show it in the page unless a newer edit came meanwhile."""
        pixels = quantize(_checked(mask, self._shown[0].shape[:2]))
        widget = self._widget
        with widget._lock:
            self._edits += 1
            edit = self._edits
        scores = self._scores(pixels)
        with widget._lock:
            found = _Scored((self._seq // 2 + 1) * 2 % _SEQ_LIMIT, pixels, scores)
            if edit == self._edits and not self._session.closed:
                self._seq = found.seq
                frame = Frame(pixels, 0, widget.target, widget.iteration, seq=found.seq)
                with widget.hold_sync():
                    widget._probe = encode(frame)
                    self._settle(edit, found, self._answer(found))
            return self._made(found)

    # On the worker.

    def _score(self, frame: Frame, edit: int) -> Callable[[], None]:
        """Score an edit; return what makes it known."""
        try:
            found = _Scored(frame.seq, frame.pixels, self._scores(frame.pixels))
        except BaseException as error:  # the worker shall live on
            return partial(self._fail, edit, frame.seq, in_words(error))
        return partial(self._tell, edit, found)

    def _tell(self, edit: int, found: _Scored) -> None:
        with self._widget._logged():
            self._settle(edit, found, self._answer(found))

    def _fail(self, edit: int, seq: int, words: str) -> None:
        with self._widget._logged():
            self._settle(edit, None, {"seq": seq, "error": words})

    def _scores(self, pixels: Bytes) -> list[float]:
        clf, x, reference = self._session.clf, self._session.x, self._reference
        if clf is None or x is None or reference is None:
            raise RuntimeError("this Inspector is closed; make a new one")
        if (main := self._session.main) is not None:
            main.check(clf, x, quick=True)
        weight = torch.from_numpy(np.array(pixels)).float() / 255
        scores: list[float] = clf.classify(torch.lerp(reference, x, weight)).tolist()
        return scores

    # The answer.

    def _settle(self, edit: int, found: _Scored | None, answer: dict[str, Any]) -> None:
        if edit > self._settled:
            self._settled = edit
            self._last = found
            self._widget._probed = answer

    def _answer(self, found: _Scored) -> dict[str, Any]:
        return {
            "seq": found.seq,
            "scores": {str(target): found.scores[target] for target in self._session.targets},
            "top": [
                [index, texts.shown(name, texts.NAME), score]
                for index, name, score in self._top(found)
            ],
            "short": [
                texts.shown(self._short[index], texts.NAME) for index, _, _ in self._top(found)
            ],
        }

    def _made(self, found: _Scored) -> Probe:
        mask = found.mask.astype(np.float32) / np.float32(255)
        names = {target: self._names[target] for target in self._session.targets}
        count = Counter(names.values())
        return Probe(
            mask=mask,
            picture=blend(*self._shown, found.mask),
            scores={
                name if count[name] == 1 else f"{name} ({target})": found.scores[target]
                for target, name in names.items()
            },
            top=self._top(found),
        )

    def _top(self, found: _Scored) -> list[tuple[int, str, float]]:
        ranked = sorted(range(len(found.scores)), key=lambda index: -found.scores[index])
        return [(index, self._names[index], found.scores[index]) for index in ranked[:_TOP]]


def _checked(mask: Any, size: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Return a mask as (3, H, W) float32 in [0, 1], or raise in words."""
    values = np.asarray(mask.detach().cpu() if isinstance(mask, Tensor) else mask)
    if values.dtype.kind not in "bfiu":
        raise TypeError(
            f"a mask is an array of numbers in [0,1], got {type(mask).__name__} of type "
            f"{values.dtype}"
        )
    height, width = size
    if values.shape not in ((height, width), (3, height, width)):
        raise ValueError(
            f"the mask has shape {values.shape}; expected (3, {height}, {width}), or "
            f"({height}, {width}) where the colors are alike"
        )
    low, high = float(values.min()), float(values.max())
    if not (low >= 0 and high <= 1):  # NaN is in no range
        raise ValueError(
            f"a mask lies in [0,1], 1 where the image is shown, but this one spans {low:.4g} to "
            f"{high:.4g}"
        )
    return np.broadcast_to(values.astype(np.float32), (3, height, width))
