"""The checks at the end of a run: a few passes of the net that say how far to trust what it found.

A mask that answers to one background on one grid of pixels scores well where it was made, and
nowhere else. So each is tried where it was not made: slightly moved, on backgrounds that no step
saw, and beside a control that a sound method must fail on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from xwidget.catalog.games import GAMES, Game
from xwidget.checks import Check, Checks
from xwidget.classifier import Classifier
from xwidget.engine.caveats import (
    EVEN,
    MOST,
    Picture,
    beyond_classes,
    informed,
    instead,
    reference_in_words,
    share_of,
    share_shown,
    undefended,
    unmoved,
    why_empty,
)
from xwidget.engine.control import Control, controlled, untried
from xwidget.engine.moves import MOVES
from xwidget.engine.probes import Probes
from xwidget.engine.settings import Settings
from xwidget.engine.sparsity import NOTHING
from xwidget.engine.turns import breathe
from xwidget.engine.verdict import summed_up

#: Share of the image's score that the class must keep on the reference; or may, if it is to go.
SCORE = (0.85, 0.15)
#: The same, for the mean over the small moves, as shares of what the moved image scores.
MOVED = (0.7, 0.3)
#: The same, for the mean over unseen backgrounds, as shares of what the image scores with as much
#: noise added to it.
BACKGROUND = (0.5, 0.3)

# A move is known to a net that gives the moved image this share of the image's score.
_BEARABLE = 0.5
_LITTLE = "No share can be told: the image itself scores next to nothing."


@dataclass(frozen=True, slots=True)
class Tried:
    """The end of the runs of B images of K classes each; figures (R,), one per row, B * K.

    Parameters
    ----------
    iterations
        Steps taken.
    stopped
        Why it ended: "iterations" or "converged".
    scores, image_scores, blank
        Of the optimized input on the reference, of the image, and of the reference alone.
    pushed
        In how many steps more was shown than the defense led to.
    reached
        In how many steps a gradient reached the mask.
    controls
        For each image a class that must stay out; None where there is none, or the game takes a
        class away.
    nonlinearities
        How many were defended.
    open
        How many were not, as they work on what is found in a picture.
    """

    iterations: int
    stopped: str
    scores: Tensor
    image_scores: Tensor
    blank: Tensor
    pushed: Tensor
    reached: Tensor
    controls: Sequence[Control | None]
    nonlinearities: int = 0
    open: int = 0


def check(
    clf: Classifier,
    forward: Callable[[Tensor], Tensor],
    x: Tensor,
    reference: Tensor,
    settings: Settings,
    targets: Sequence[int],
    masks: Tensor,
    tried: Tried,
    batch: int = 8,
) -> tuple[Checks, ...]:
    """Try the masks of a run where they were not made.

    Parameters
    ----------
    clf
        The classifier.
    forward
        Its net as the run runs it: (N, 3, H, W) to logits (N, classes).
    x, reference
        Normalized images and references (B, 3, H, W).
    settings
        Of the run.
    targets
        Of all rows, R of them: the K of the first image, then those of the next.
    masks
        What is shown (R, 3, H, W).
    tried
        How the run ended.
    batch
        Number of pictures the net is given at once.

    Notes
    -----
    What is found out beside, ``told`` puts into words: that the net does not see the class in the
    image at all, that the reference alone does as well, that what is shown is not necessary, or
    that no defense was at work.

    Returns
    -------
    tuple
        One ``Checks`` per row.
    """
    game = GAMES[settings.game]
    count = len(targets) // len(x)

    def scores(pictures: Tensor) -> Tensor:
        with torch.no_grad():
            logits = []
            for part in pictures.split(batch):
                breathe()
                logits.append(forward(part))
            return clf.scores(torch.cat(logits)).float()

    whole = scores(x.clone())
    probes = [
        Probes(game, image, blank, settings.seed) for image, blank in zip(x, reference, strict=True)
    ]

    def results() -> Iterator[list[float]]:
        """Yield the scores of the pictures of each row; of several rows at once where they fit."""
        shown = game.shown(masks)  # m in Eq. 1
        size = max(1, batch // len(probes[0].pictures(shown[0])))
        for begin in range(0, len(targets), size):
            rows = range(begin, min(begin + size, len(targets)))
            tried = torch.cat([probes[row // count].pictures(shown[row]) for row in rows])
            for row, found in zip(rows, scores(tried).chunk(len(rows)), strict=True):
                yield found[:, targets[row]].tolist()

    found = []
    for row, (target, result) in enumerate(zip(targets, results(), strict=True)):
        image, extra = row // count, clf.extra(target)
        control, best = tried.controls[image], whole[image]
        m, n = len(MOVES), len(probes[image].noise)
        picture = Picture(
            game,
            clf.short_names[target],
            image=float(tried.image_scores[row]),
            score=float(tried.scores[row]),
            blank=float(tried.blank[row]),
            other=result[2 * (m + n)],
            best=float(best[: clf.classes].max()) if extra is None else extra.best(best[target]),
            shown=float(masks[row].mean()),
            reference=reference_in_words(settings.reference),
            defended=settings.played != "none",
            # Nothing can reach the mask of an image that is the reference.
            moved=bool(tried.reached[row] > 0) or torch.equal(x[image], reference[image]),
            extra=extra,
        )
        made = tuple(
            _items(
                game,
                tried,
                row,
                moves=(result[:m], result[m + n : 2 * m + n]),
                unseen=(result[m : m + n], result[2 * m + n : 2 * m + 2 * n]),
                elsewhere=None if game.keeps else result[-1],
                shown=picture.shown,
                even=masks[row].numel() > 3 and float(masks[row].mean(0).std()) < EVEN,
                flat=not bool(probes[image].noise.any()),
                control=control,
                control_name="" if control is None else clf.short_names[control.target],
                neutral=picture.neutral,
            )
        )
        item = next((item for item in made if item.name == "control"), None)
        items = (
            *unmoved(picture),
            *undefended(picture, item),
            *made,
            *informed(picture),
            *beyond_classes(picture, best, clf.classes, tried.nonlinearities, tried.open),
        )
        summed = summed_up(items, why_empty(picture), tried.iterations)
        found.append(replace(summed, says=instead(picture)))
    return tuple(found)


def _items(
    game: Game,
    tried: Tried,
    k: int,
    *,
    moves: tuple[list[float], list[float]],
    unseen: tuple[list[float], list[float]],
    elsewhere: float | None,
    shown: float,
    even: bool,
    control: Control | None,
    control_name: str,
    flat: bool,
    neutral: float = 0.0,
) -> Iterator[Check]:
    """Yield the checks of one class; pairs are scores of the optimized input and of the image."""
    image, score = float(tried.image_scores[k]), float(tried.scores[k])
    what = "evidence" if game.keeps else "rest"
    share = share_of(score, image, neutral)
    blank = float(tried.blank[k])
    if game.keeps and image > blank:  # what nothing at all scores is no work of the mask
        share = share_of(max(score - blank, 0.0), image - blank)
    yield Check(
        "score",
        share,
        _passes(game, share, SCORE),
        _score_in_words(game, share, score, image, blank, neutral),
        {"optimized": score, "image": image},
    )
    # Shares of next to nothing say nothing; the verdict is then that there is no evidence.
    little = image - blank <= NOTHING and image - neutral <= NOTHING
    # A move that the net does not bear in the image itself, as one that reads digits does not bear
    # mirrored ones, says nothing of the mask.
    known = {
        name: share_of(e, i, neutral)
        for name, e, i in zip(MOVES, *moves, strict=True)
        if i - neutral >= _BEARABLE * (image - neutral) and math.isfinite(e) and not little
    }
    mean = _mean(game, known.values())
    yield Check(
        "small moves",
        mean,
        None if mean is None else _passes(game, mean, MOVED),
        _LITTLE
        if little
        else "The network no longer recognizes the image itself when it is slightly moved."
        if mean is None
        else f"Slightly moved, the {what} keeps {mean:.2f} of what the moved image scores.",
        known,
    )
    if little:
        yield Check("unseen backgrounds", None, None, _LITTLE)
    else:
        yield _unseen_backgrounds(game, image, unseen, what, flat, neutral)
    if elsewhere is not None and not math.isfinite(elsewhere):
        yield untried("with as much taken away elsewhere")
    elif elsewhere is not None:
        kept = share_of(elsewhere, image, neutral)
        yield Check(
            "control",
            kept,
            kept > 2 * share,
            _LITTLE
            if little
            else f"Taken away elsewhere, as much leaves {kept:.2f} of the image's score.",
            {"moved elsewhere": elsewhere, "in place": score},
        )
    elif control is not None:
        yield controlled(control, control_name)
    yield share_shown(game, shown, even)
    pushed = int(tried.pushed[k])
    yield Check(
        "push",
        float(pushed),
        False if pushed else None,
        f"The search stalled, and was rewarded for showing more in {pushed} steps."
        if pushed
        else "The search did not stall.",
    )
    ends = "nothing changed any more" if tried.stopped == "converged" else "all steps were taken"
    yield Check("ending", None, None, f"It ended after {tried.iterations} steps, as {ends}.")


def _score_in_words(
    game: Game, share: float, score: float, image: float, blank: float, neutral: float
) -> str:
    """Return the share that is kept, with the scores that it follows from."""
    what = "evidence" if game.keeps else "rest"
    above = game.keeps and image > blank
    whole = image - (blank if above else neutral)
    digits = 3 if whole >= 10 * NOTHING else 4  # by which a small difference can be followed
    shown, photo, empty = (f"{figure:.{digits}f}" for figure in (score, image, blank))
    if image - blank <= NOTHING and whole <= NOTHING:
        return (
            f"No share can be told: the {what} alone scores {shown}, the image {photo}, the "
            f"reference alone {empty}."
        )
    of = "the image's score"
    if above or neutral:
        of = f"what the image scores above {'the reference' if above else neutral}"
    return (
        f"The {what} alone keeps {share:.2f}{' or more' if share >= MOST else ''} of {of} "
        f"({shown} against {photo}; the reference alone {empty})."
    )


def _unseen_backgrounds(
    game: Game,
    image: float,
    unseen: tuple[list[float], list[float]],
    what: str,
    flat: bool,
    neutral: float,
) -> Check:
    """Return the check of the scores (n,) of the optimized input and of the image with noise."""
    name = "unseen backgrounds"
    if flat:
        words = "No background can be drawn for a picture of one color."
        return Check(name, None, None, words)
    pairs = [(e, i) for e, i in zip(*unseen, strict=True) if math.isfinite(e) and math.isfinite(i)]
    lost = len(unseen[0]) - len(pairs)
    if not pairs:
        words = f"The network is NaN or infinite on all {lost} backgrounds that the run never saw."
        return Check(name, None, None, words)
    plain = [share_of(e, image, neutral) for e, _ in pairs]
    # Noise may be more than the net bears in the image itself: then no evidence can do better.
    noisy = [share_of(e, min(i, image), neutral) for e, i in pairs]
    shares = noisy if game.keeps else plain
    mean = _mean(game, shares) or 0.0
    measure = "what the image scores with as much noise" if game.keeps else "the image's score"
    worst = min(shares) if game.keeps else max(shares)
    extreme = f", and {worst:.2f} on the worst of them" if len(shares) > 1 else ""
    words = (
        f"On {len(shares)} backgrounds that the run never saw, the {what} keeps {mean:.2f} of "
        f"{measure}{extreme}"
        + (f"; on {lost} more the network is NaN or infinite." if lost else ".")
    )
    details = {"worst": worst, "of the plain image": sum(plain) / len(plain)}
    return Check(name, mean, _passes(game, mean, BACKGROUND), words, details)


def _mean(game: Game, shares: Iterable[float]) -> float | None:
    """Return the mean share; None of none. More than all of it is no more than all of it."""
    capped = [min(share, 1.0) if game.keeps else share for share in shares]
    return sum(capped) / len(capped) if capped else None


def _passes(game: Game, share: float, limits: tuple[float, float]) -> bool:
    least, most = limits
    return share >= least if game.keeps else share <= most
