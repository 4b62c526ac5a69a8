"""Testing an explanation: the mask that a person edits, scored by the net itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from xwidget.attribution import Attribution
from xwidget.frames import Frame, decode, encode
from xwidget.inspector.features.feature import Feature
from xwidget.inspector.page.commands import Handler
from xwidget.inspector.page.drawn import Drawn
from xwidget.inspector.page.panel import Panel
from xwidget.inspector.work.inspected import Inspected
from xwidget.pixels import blend, quantize
from xwidget.support import texts
from xwidget.support.texts import in_words
from xwidget.trace import Bytes

_TOP = 5
_SEQ_LIMIT = 2**32  # seq travels as u32


@dataclass(frozen=True, eq=False)
class TestedMask:
    """An edited mask, with the net's scores of the evidence that it shows.

    The net is given ``e = m * x + (1 - m) * r``, in normalized space, with the Inspector's own
    reference r; no defense is at work.

    Attributes
    ----------
    mask
        (3,H,W) float32 in [0,1], in steps of 1/255: the weight of the image, by pixel and color.
    picture
        (H,W,3) uint8: the evidence, which is the image where the mask is 1, the reference where it
        is 0.
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
    >>> tested = w.test(np.ones((224, 224)))
    >>> tested.top[0][1]
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
        return f"<TestedMask: {self.mask.mean():.1%} of the image, {scores}>"


@dataclass(frozen=True, eq=False)
class _Scored:
    """An edit with the scores of all classes."""

    seq: int
    mask: Bytes
    scores: Sequence[float]


class Testing(Feature):
    """Score edited masks: the page's on the session's worker, the newest only.

    Parameters
    ----------
    panel
        All that it sees of its Inspector; the traits ``_edited`` and ``_tested`` are
        told its page.
    drawn
        What is drawn: a mask from Python is shown as one of that class and iteration.
    """

    def __init__(self, panel: Panel, drawn: Drawn) -> None:
        super().__init__(panel)
        self._drawn = drawn
        self._edits = 0  # taken so far, from both sides
        self._settled = 0  # the newest of them that is answered or given up
        self._seq = 0  # the largest of the edits' own numbers: odd the page's, even Python's
        self._last: _Scored | None = None

    @property
    def commands(self) -> Mapping[str, Handler]:
        """Test an edited mask, or end the test."""
        return {"test": self._take}

    def begin(self) -> None:
        """Hear of classes that are added."""
        self._panel.watch(self._on_classes, "_classes")

    def close(self) -> None:
        """Forget the edit."""
        self._last = None

    @property
    def tested(self) -> TestedMask | None:
        """The newest edit that is scored; None without one, or where that failed."""
        with self._panel.lock:
            return None if self._last is None else self._made(self._last, self._panel.subject)

    # From Python, without the lock.

    def test(self, mask: Any) -> TestedMask | None:
        """Score a mask here and now, and show it in the page unless a newer edit came meanwhile;
        None ends the test.
        """
        panel, subject = self._panel, self._panel.subject
        if mask is None:
            self.end()
            return None
        if isinstance(mask, Attribution):
            mask = self._mask_of(mask)
        pixels = quantize(_checked(mask, subject.picture.shape[:2]))
        with panel.lock:
            self._edits += 1
            edit = self._edits
        scores = self._scores(pixels)
        with panel.lock:
            found = _Scored((self._seq // 2 + 1) * 2 % _SEQ_LIMIT, pixels, scores)
            if edit == self._edits and not panel.session.closed:
                self._seq = found.seq
                frame = Frame(pixels, 0, self._drawn.target, self._drawn.iteration, seq=found.seq)
                self._settle(edit, found, frame, self._answer(found))
            return self._made(found, subject)

    def _mask_of(self, attribution: Attribution) -> npt.NDArray[np.float32]:
        """Return an attribution's mask of the class that is drawn."""
        target = self._drawn.target
        if target not in attribution.targets:
            name = texts.shown(self._panel.subject.clf.categories[target], texts.NAME)
            raise ValueError(
                f"the attribution is of classes {attribution.targets}, but {name!r} ({target}) is "
                "drawn; set the Inspector's target to one of them, or give the mask of one: "
                "attribution.masks[0]"
            )
        mask: npt.NDArray[np.float32] = attribution.masks[attribution.position(target)]
        return mask

    def end(self) -> None:
        """Forget the edit, in the page too."""
        with self._panel.lock:
            self._settled = self._edits
            self._last = None
            self._panel.tell(_edited=b"", _tested={})

    # With the lock held.

    def _take(self, buffer: Frame | None) -> None:
        """Score the page's edit on the worker; one that still waits is dropped."""
        if buffer is None:
            self.end()
            return
        self._edits += 1
        self._seq = max(self._seq, buffer.seq)
        self._panel.session.between_steps(partial(self._score, buffer, self._edits))

    def _on_classes(self, _: object) -> None:
        """Answer once more, for the classes that are explained now; a contrast or a score that came
        later was not scored with the others.
        """
        if self._last is None:
            return
        self._panel.tell(_tested=self._answer(self._last))
        if len(self._last.scores) < len(self._panel.subject.clf.categories):
            self._take(decode(self._panel.get("_edited")))

    # On the worker.

    def _score(self, frame: Frame, edit: int) -> Callable[[], None]:
        """Score an edit; return what makes it known."""
        try:
            found = _Scored(frame.seq, frame.pixels, self._scores(frame.pixels))
        except BaseException as error:  # the worker shall live on
            return partial(self._fail, edit, frame, {"seq": frame.seq, "error": in_words(error)})
        return partial(self._tell, edit, frame, found)

    def _tell(self, edit: int, frame: Frame, found: _Scored) -> None:
        with self._panel.logged():
            self._settle(edit, found, frame, self._answer(found))

    def _fail(self, edit: int, frame: Frame, answer: dict[str, Any]) -> None:
        with self._panel.logged():
            self._settle(edit, None, frame, answer)

    def _scores(self, pixels: Bytes) -> list[float]:
        subject, main = self._panel.subject, self._panel.runs.main
        if main is not None:
            main.check(subject.clf, subject.x, quick=True)
        weight = torch.from_numpy(np.array(pixels)).float() / 255
        blended = torch.lerp(subject.reference, subject.x, weight)
        scores: list[float] = subject.clf.classify(blended).tolist()
        return scores

    # The answer.

    def _settle(
        self, edit: int, found: _Scored | None, frame: Frame, answer: dict[str, Any]
    ) -> None:
        if edit > self._settled:
            self._settled = edit
            self._last = found
            self._panel.tell(_edited=encode(frame), _tested=answer)

    def _answer(self, found: _Scored) -> dict[str, Any]:
        subject = self._panel.subject
        top, short = _top(found, subject), subject.clf.short_names
        return {
            "seq": found.seq,
            "scores": {str(target): found.scores[target] for target in self._scored(found)},
            "top": [[index, texts.shown(name, texts.NAME), score] for index, name, score in top],
            "short": [texts.shown(short[index], texts.NAME) for index, _, _ in top],
        }

    def _scored(self, found: _Scored) -> list[int]:
        """Return the targets whose scores are known."""
        return [target for target in self._panel.session.targets if target < len(found.scores)]

    def _made(self, found: _Scored, subject: Inspected) -> TestedMask:
        mask = found.mask.astype(np.float32) / np.float32(255)
        names = {t: subject.clf.categories[t] for t in self._scored(found)}
        count = Counter(names.values())
        return TestedMask(
            mask=mask,
            picture=blend(subject.picture, subject.reference_picture, found.mask),
            scores={
                name if count[name] == 1 else f"{name} ({target})": found.scores[target]
                for target, name in names.items()
            },
            top=_top(found, subject),
        )


def _top(found: _Scored, subject: Inspected) -> list[tuple[int, str, float]]:
    """Return the most likely classes: index, name, score."""
    names = subject.clf.categories
    ranked = subject.clf.likeliest(found.scores, _TOP)
    return [(index, names[index], found.scores[index]) for index in ranked]


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
