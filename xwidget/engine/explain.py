"""The blocking front door: optimize, show progress, return an Explanation."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
from tqdm.auto import tqdm

from xwidget.classifier import Classifier, check_classifier
from xwidget.engine import interrupts
from xwidget.engine.device import pick
from xwidget.engine.history import History
from xwidget.engine.keywords import spelled_out
from xwidget.engine.optimize import optimize
from xwidget.engine.repeat import check_repeatable, repeated
from xwidget.engine.settings import SETTINGS, Settings, SettingsDict, settings_of
from xwidget.engine.step import Step
from xwidget.engine.turns import Turns, turns_on
from xwidget.engine.witness import Witness
from xwidget.explanation import Explanation
from xwidget.preprocessing.ramps import INTERRUPTED
from xwidget.subject import Subject
from xwidget.targets import Targets

if TYPE_CHECKING:
    from typing_extensions import Unpack


@spelled_out(SETTINGS)
def explain(
    clf: Classifier | Subject,
    image: Any = None,
    targets: Targets | None = None,
    *,
    witness: Classifier | None = None,
    repeat: bool = False,
    progress: bool = True,
    on_step: Callable[[Step], None] | None = None,
    **settings: Unpack[SettingsDict],
) -> Explanation:
    """Find the pixels and colors that a classifier relies on (FGVis, Wagner et al., CVPR 2019).

    Parameters
    ----------
    clf
        The classifier, from ``load`` or ``Classifier``; or a ``Subject``, without an image.
    image
        Path, PIL image, array (H, W[, 1|3|4]) uint8 or float in [0, 1], or tensor (3, H, W).
    targets
        Class indices or names, explained in one batch; None means the most likely class. One number
        is one index: 3 is class 3, where an Inspector explains the three most likely. A list may
        also have contrasts, tuples of two classes, such as ``[("tiger cat", "Egyptian cat")]``: why
        the first rather than the second; and scores, functions of what the net returns, see
        :class:`xwidget.Score`. A tuple by itself is a list: ``("tiger cat", "Egyptian cat")`` are
        two classes.
    **settings
        Each as in ``Settings``, which says what it is.
    witness
        Another classifier that has the same classes, by name. It scores the finished evidence on
        the reference (in deletion and repression, the rest), for the check "witness". Evidence that
        only one net sees may be noise made for it.
    repeat
        Whether to run a second time, with the next seed, and compare: the check "seeds" is the
        intersection over union of the 20% of pixels that either run showed most on its way, and
        passes from 0.5. It takes twice the time and needs ``reference="drawn"``.
    progress
        Whether to show a progress bar.
    on_step
        Function that is called with every step of the first run.

    Returns
    -------
    Explanation
        Its ``checks`` say how far to trust it, its ``relevance`` ranks the pixels.
        ``diagnostics["stopped"]`` is "iterations", "converged" or "interrupted".

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit, the image cannot be read, the net cannot be defended, or the
        witness does not have a class.

    Notes
    -----
    An interrupt (Ctrl-C) returns the result so far, unchecked; during the second run or the
    witness, it only leaves that check out, and while the original is measured, its map. In a loop,
    one interrupt therefore ends one explanation. A second one within 2 s is raised, also in the
    next explanation, and ends the loop.

    Examples
    --------
    >>> import xwidget as xw
    >>> clf = xw.load("efficientnet_lite0")
    >>> ex = xw.explain(clf, xw.sample("coffee"), iterations=2, progress=False)
    >>> ex.names
    ('espresso',)

    The same with another net as witness, and a second run:

    >>> other = xw.load("squeezenet")
    >>> ex = xw.explain(
    ...     clf, xw.sample("coffee"), iterations=2, witness=other, repeat=True, progress=False
    ... )
    >>> [name in ex.checks[0] for name in ("seeds", "witness")]
    [True, True]
    """
    if not isinstance(clf, Subject):
        check_classifier(clf)
    asked = settings_of(explain, settings)
    if repeat:
        check_repeatable(asked.reference)
    net = clf.clf if isinstance(clf, Subject) else clf
    heard = None if witness is None else Witness(witness, net)
    subject, targets = Subject.of(clf, image).aimed(targets)
    x, chosen = subject.x, subject.select(targets)
    if heard is not None:
        heard = heard.of(subject.clf)
        heard.expect(chosen)

    def follow(settings: Settings, title: str, *, first: bool) -> tuple[History, str]:
        steps = optimize(subject.clf, x, chosen, settings, checked=first, ranks=first)
        bar = tqdm(total=settings.iterations, disable=not progress, unit="it", desc=title)
        return _followed(steps, bar, on_step if first else None, turns_on(pick(settings.device)))

    began = time.perf_counter()
    history, stopped = follow(asked, asked.game, first=True)
    checks = [history.track(target).checks for target in chosen]
    if stopped != "interrupted":
        tracks = [history.track(target) for target in chosen]
        if repeat:
            again = replace(asked, seed=(asked.seed + 1) % 2**63, plan=tracks[0].plan or asked.plan)
            with _optional():  # before the second run's first step
                other, ended = follow(again, f"{asked.game}, again", first=False)
                if ended != "interrupted":
                    checks = [
                        repeated(each, track.path, other.track(track.target).path)
                        for each, track in zip(checks, tracks, strict=True)
                    ]
        if heard is not None:
            with _optional():
                masks = torch.stack([track.last for track in tracks])
                checks = list(heard.heard(checks, chosen, masks, x, asked))
    facts = {
        "seconds": time.perf_counter() - began,
        "device": str(pick(asked.device)),
        "stopped": stopped,
    }
    try:
        found = history.explanation(subject, asked, facts)
    except KeyboardInterrupt:  # while the original was measured
        interrupts.take()
        origin = subject.unmeasured(INTERRUPTED)
        found = history.explanation(subject, asked, facts, origin)
    return replace(found, checks=tuple(checks)) if stopped != "interrupted" else found


def _followed(
    steps: Generator[Step], bar: Any, on_step: Callable[[Step], None] | None, turns: Turns
) -> tuple[History, str]:
    """Take all steps, showing how far they are; return them and why they ended."""
    history = History()
    stopped = "iterations"
    try:
        with turns.own() as place:
            while True:
                with place.turn():
                    step = next(steps, None)
                if step is None:
                    break
                cut = step.stopped == "interrupted"
                history.add(replace(step, stopped=None) if cut else step)
                if cut:
                    raise KeyboardInterrupt
                stopped = step.stopped or stopped
                if step.iteration and bar.update():  # a score waits for the device: where drawn
                    bar.set_postfix_str(f"score {float(step.scores[0]):.3f}", refresh=False)
                if on_step is not None:
                    on_step(step)
    except KeyboardInterrupt:
        if not history.targets:  # not even the starting mask: there is nothing to return
            raise
        interrupts.take()
        stopped = "interrupted"
    finally:
        steps.close()
        bar.close()
    return history, stopped


@contextlib.contextmanager
def _optional() -> Iterator[None]:
    """Let an interrupt end this part alone: what is done before it stays."""
    try:
        yield
    except KeyboardInterrupt:
        interrupts.take()
