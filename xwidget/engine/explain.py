"""The blocking front door: optimize, show progress, return an Explanation."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import torch
from torch import Tensor
from tqdm.auto import tqdm

from xwidget.classifier import Classifier, check_classifier
from xwidget.engine import interrupts
from xwidget.engine.device import pick
from xwidget.engine.history import History
from xwidget.engine.optimize import optimize
from xwidget.engine.repeat import check_repeatable, repeated
from xwidget.engine.settings import Settings
from xwidget.engine.step import Step
from xwidget.engine.turns import Turns, turns_on
from xwidget.engine.witness import Witness
from xwidget.explanation import Explanation
from xwidget.support import arguments

#: Number of iterations unless told otherwise.
ITERATIONS = 70


def explain(
    clf: Classifier,
    image: Any,
    targets: int | str | Sequence[int | str] | None = None,
    *,
    game: str = Settings.game,
    defense: str = Settings.defense,
    iterations: int = ITERATIONS,
    sparsity: float | Literal["auto"] = Settings.sparsity,
    reference: str | Tensor = Settings.reference,
    similarity: str = Settings.similarity,
    rule: str = Settings.rule,
    device: str | None = None,
    seed: int = 0,
    plan: str | Mapping[str, Any] = "auto",
    early_stop: bool = True,
    witness: Classifier | None = None,
    repeat: bool = False,
    progress: bool = True,
    on_step: Callable[[Step], None] | None = None,
) -> Explanation:
    """Explain which pixels, in which color, a classifier relies on (Wagner et al., CVPR 2019).

    Parameters
    ----------
    clf
        The classifier, from ``load`` or ``Classifier``.
    image
        Path, PIL image, array (H, W[, 1|3|4]) uint8 or float in [0, 1], or tensor (3, H, W).
    targets
        Class indices or names to explain, all in one batch; None is the most likely class.
    game
        ``"preservation"``, ``"deletion"``, ``"generation"`` or ``"repression"``.
    defense
        ``"directional"``, ``"paper"`` (Eq. 6), ``"clamp"``, ``"none"``, or ``"auto"``: the one that
        serves the game best, paper for deletion and repression, directional for the others.
    iterations
        Number of steps, >= 1.
    sparsity
        Weight of one mask entry, >= 0, or ``"auto"``.
    reference
        What stands where nothing is shown. ``"drawn"`` draws backgrounds anew for each step, and
        shows the evidence on the data mean: it must hold against any background. One fixed
        reference is ``"zero"`` (the data mean), ``"black"``, ``"white"``, ``"blur"``, ``"noise"``
        or a normalized tensor (3, H, W).
    similarity
        ``"cross_entropy"``, ``"score"`` or ``"logit"``.
    rule
        Step rule: ``"adam"`` or ``"momentum"``.
    device
        Where to run; None chooses CUDA, then MPS, then the CPU.
    seed
        Seed of everything random.
    plan
        How the net is run. ``"auto"`` times a few passes and takes the fastest way that changes
        nothing beyond rounding. Two machines, or two processes of one, may time differently: where
        many share the work and must agree to the last bit, give ``"folded"`` (batch norms folded
        into convolutions, nothing timed), ``"plain"`` (the net just as it is), or the
        ``diagnostics["plan"]`` of an earlier explanation, a dict.
    early_stop
        Whether to end before ``iterations`` where, for 40 of them, no score changed by more than
        0.001 and no mask by more than 0.001 on average.
    witness
        Another classifier that has the same classes, by name. It is shown each finished picture:
        the evidence on the reference, or in deletion and repression the rest. What it scores
        becomes the check "witness". Evidence that only one net sees may be noise made for it.
    repeat
        Whether to run once more, with the next seed, and to compare: the check "seeds" is the
        intersection over union of the 20% of pixels that count most in either run, and passes from
        0.5. It takes twice the time, and needs a reference that is drawn.
    progress
        Whether to show a progress bar.
    on_step
        Called with every ``Step``, save those of the second run.

    Returns
    -------
    Explanation
        Its ``checks`` say how far to trust it, its ``relevance`` orders the pixels. Interrupting
        (Ctrl-C) returns what is done so far, unchecked; interrupting the second run or the witness
        only leaves that check out. ``diagnostics["stopped"]`` says why it ended: "iterations",
        "converged" or "interrupted". In a loop, one interrupt therefore ends one explanation; a
        second one within 2 s of it is raised, in the next explanation, too, and ends the loop.

    Raises
    ------
    ValueError, TypeError
        If an argument is not one of these, the image cannot be read, the net cannot be defended,
        or the witness does not have a class.

    Examples
    --------
    >>> import xwidget as xw
    >>> clf = xw.load("efficientnet_lite0")
    >>> ex = xw.explain(clf, xw.sample("coffee"), iterations=2, progress=False)
    >>> ex.names
    ('espresso',)

    What does another net make of it, and would a second run have found the same?

    >>> other = xw.load("squeezenet")
    >>> ex = xw.explain(
    ...     clf, xw.sample("coffee"), iterations=2, witness=other, repeat=True, progress=False
    ... )
    >>> [name in ex.checks[0] for name in ("seeds", "witness")]
    [True, True]
    """
    check_classifier(clf)
    settings = Settings(
        game=game,
        defense=defense,
        sparsity=sparsity,
        reference=reference,
        similarity=similarity,
        rule=rule,
        seed=seed,
        device=device,
    )
    iterations = check_iterations(iterations)
    if repeat:
        check_repeatable(reference)
    heard = None if witness is None else Witness(witness, clf)
    x = clf.prepare(image)
    chosen = clf.select(targets, x)
    if heard is not None:
        heard.expect(chosen)

    def follow(settings: Settings, plan: object, title: str, *, first: bool) -> tuple[History, str]:
        steps = optimize(
            clf,
            x,
            chosen,
            settings,
            iterations=iterations,
            plan=plan,
            early_stop=early_stop,
            checked=first,
        )
        bar = tqdm(total=iterations, disable=not progress, unit="it", desc=title)
        return _followed(steps, bar, on_step if first else None, turns_on(pick(settings.device)))

    began = time.perf_counter()
    history, stopped = follow(settings, plan, game, first=True)
    checks = [history.track(target).checks for target in chosen]
    if stopped != "interrupted":
        tracks = [history.track(target) for target in chosen]
        if repeat:
            again = replace(settings, seed=(settings.seed + 1) % 2**63)
            with _optional():  # before the second run's first step
                other, ended = follow(again, tracks[0].plan, f"{game}, again", first=False)
                if ended != "interrupted":
                    checks = [
                        repeated(each, track.relevance, other.track(track.target).relevance)
                        for each, track in zip(checks, tracks, strict=True)
                    ]
        if heard is not None:
            with _optional():
                masks = torch.stack([track.last for track in tracks])
                checks = list(heard.heard(checks, chosen, masks, x, settings))
    found = history.explanation(
        clf,
        x,
        settings,
        {
            "seconds": time.perf_counter() - began,
            "device": str(pick(settings.device)),
            "stopped": stopped,
        },
    )
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


def check_iterations(iterations: object) -> int:
    """Return a number of iterations as an int; raise TypeError or ValueError for anything else."""
    return arguments.whole("iterations", iterations)
