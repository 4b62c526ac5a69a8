"""The caveats of a picture: what a person must know of it that its score alone does not say.

A picture can be right and still mislead: the class is not in the image at all, an empty picture
does as well, everything else does as well, or no defense was there to keep out what only the net
sees. Each is one sentence, and a check that informs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor

from xwidget.catalog.games import SAID, SEEN, Game
from xwidget.checks import Check
from xwidget.engine.sparsity import NOTHING
from xwidget.support.figures import figure, percent
from xwidget.targets import Contrast, Extra, Score

#: Share of the image's score that everything else keeps where what is shown is not necessary.
UNNEEDED = 0.5
#: Share of the image's score that the reference alone has where little is left to be shown.
BLANK = 0.5
#: Share of the entries above which a mask says little about where the evidence is.
SHOWN = 0.6
#: Standard deviation of a mask over the pixels, below which it shows all of them alike.
EVEN = 0.01

#: Shares above it are told as it: more than all says no more.
MOST = 1.5

# Share of the entries below which nothing is shown.
_LEAST = 1e-4
# Share of the entries below which a person sees next to nothing.
_LITTLE = 0.005
# Share of what the image adds to the reference's score below which a search has found nothing.
_FOUND = 0.1
# Difference of scores from which a person calls one of them higher.
_MORE = 0.1
_REFERENCES = {"blur": "the blurred photo alone", "noise": "noise alone"}
_EMPTY = "an empty picture"
_STILL = "the mask never moved, as no gradient reached it"
_UNNEEDED = "What is shown is enough, but not necessary"


@dataclass(frozen=True, slots=True)
class Picture:
    """The facts about the last mask of one class.

    Parameters
    ----------
    game
        What was played.
    name
        The class's, short.
    image, score, blank
        Scores in [0, 1] of the image, of the optimized input, of the reference alone.
    other
        Score of the image where nothing is shown, and the reference where all is: everything else,
        or in the games that take away, what is taken away alone.
    best
        The image's highest score of any class.
    shown
        Mean of the mask that is shown, in [0, 1].
    reference
        What stands where nothing is shown, in words.
    defended
        Whether a defense was at work.
    moved
        Whether a gradient reached the mask in any step, without which it stays as it began.
    extra
        The contrast or score that it is; None for a class.
    """

    game: Game
    name: str
    image: float
    score: float
    blank: float
    other: float
    best: float
    shown: float
    reference: str = _EMPTY
    defended: bool = True
    moved: bool = True
    extra: Extra | None = None

    @property
    def neutral(self) -> float:
        """Score that speaks neither for nor against."""
        return 0.0 if self.extra is None else self.extra.neutral

    @property
    def scored(self) -> bool:
        """True if it is a score of a person's own."""
        return isinstance(self.extra, Score)

    @property
    def named(self) -> str:
        """Its name, as a sentence names it: that of a score stands in quotes."""
        return f"“{self.name}”" if self.scored else self.name

    @property
    def says(self) -> str:
        """The way in which a picture speaks for it: "makes the network say espresso"."""
        return f"brings {self.named} up" if self.scored else f"makes the network say {self.name}"

    def is_said(self, score: float) -> bool:
        """Return True if a picture of a score makes the network say it, rather than score it."""
        return self.scored or score >= SAID

    def does_alone(self, mark: str) -> str:
        """Return the words for the reference alone, with its score after a mark."""
        blank = figure(self.blank)
        return (
            f"{self.says}{mark} {blank}"
            if self.is_said(self.blank)
            else f"scores {blank} for {self.name}"
        )

    @property
    def alike(self) -> bool:
        """True if the image scores no more than the reference alone."""
        return self.image - self.blank <= NOTHING

    @property
    def seen(self) -> bool:
        """True if the net sees the class, in the image or in the evidence."""
        return self._sees(max(self.image, self.score) if self.game.keeps else self.image)

    @property
    def seen_in_image(self) -> bool:
        """True if the net sees the class in the image."""
        return self._sees(self.image)

    def _sees(self, score: float) -> bool:
        return score - self.neutral >= min(SEEN, (self.best - self.neutral) / 2)

    @property
    def bare(self) -> bool:
        """True if next to nothing is shown because the reference alone suffices."""
        return self.game.keeps and self.shown < _LITTLE and self.overdone

    @property
    def overdone(self) -> bool:
        """True if the reference alone scores so much that little is left to be shown."""
        return self.blank - self.neutral >= BLANK * (self.image - self.neutral)

    @property
    def does(self) -> bool:
        """True if it reaches the goal of its game."""
        goal = self.game.enough * self.image
        return self.score >= goal if self.game.keeps else self.score <= goal


def reference_in_words(reference: str | Tensor) -> str:
    """Return the name of a ``reference``, in words."""
    if isinstance(reference, Tensor):
        return "the reference alone"
    return _REFERENCES.get(reference, _EMPTY)


def why_empty(picture: Picture) -> str | None:
    """Return why nothing in the image can speak for the class, None where something can."""
    if picture.alike or (picture.bare and picture.moved):
        still = "" if picture.moved else f" ({_STILL})"
        scores = f"the image scores {picture.image:.3f}, the reference alone {picture.blank:.3f}"
        return f"{scores}{still}"
    if not picture.moved:
        return None  # nothing was searched
    if not picture.seen:
        if picture.scored:
            return f"{picture.named} is low in the image itself"
        if picture.neutral:
            return f"the network hardly says {picture.name} in the image itself"
        return "the network hardly sees the class in the image itself"
    return None


def instead(picture: Picture) -> str:
    """Return the sentence about a picture where its game's own would be wrong; else ""."""
    name, says, image, score, blank = (
        picture.named,
        picture.says,
        *map(figure, (picture.image, picture.score, picture.blank)),
    )
    if not picture.moved and not picture.alike:
        return f"Nothing was found out about {name}: {_STILL}."
    if picture.alike and picture.game.keeps and picture.score >= picture.blank + _MORE:
        whole = (
            f"{says} no more" if picture.is_said(picture.image) else f"scores no more for {name}"
        )
        return (
            f"The photo as a whole {whole} than {picture.reference} does, {blank} (photo {image}); "
            f"this part of it, alone, {score}."
        )
    if picture.alike and picture.blank >= SEEN:
        does = "makes the network say it" if picture.is_said(picture.blank) else "scores"
        return (
            f"Nothing in the photo speaks for {name}: {picture.reference} "
            f"{'brings it up' if picture.scored else does} just as much, {blank} (photo {image})."
        )
    if not picture.game.keeps:
        if picture.alike or not picture.seen:
            if picture.scored:
                return f"Nothing to take away: {name} is low anyway (photo {image})."
            return f"Nothing to take away: the network hardly says {name} anyway (photo {image})."
        if picture.overdone:
            return (
                f"It cannot be taken away: even {picture.reference} {picture.does_alone(',')} "
                f"(photo {image})."
            )
        return ""
    if picture.alike or not picture.seen:
        return f"Nothing in the photo {says} on its own: all of it scores {image}."
    if picture.bare:
        return (
            f"Next to nothing is shown, as {picture.reference} already {picture.does_alone(':')} "
            f"(photo {image})."
        )
    least = picture.blank + _FOUND * (picture.image - picture.blank)
    if picture.score < least or (picture.shown < _LITTLE and not picture.does):
        return f"No part of the photo was found that {says} on its own: {score} (photo {image})."
    return ""


def unmoved(picture: Picture) -> Iterator[Check]:
    """Yield that the mask stayed as it began, where no gradient reached it; else nothing."""
    if not picture.moved:
        words = (
            "No gradient reached the mask in any step, and it stayed as it began: the network "
            "rounds or cuts off its input, its units are inactive there, or its score is "
            "saturated. Try another game or reference."
        )
        yield Check("gradient", 0.0, False, words)


def undefended(picture: Picture, control: Check | None) -> Iterator[Check]:
    """Yield what an answer without a defense may be; nothing where there was one."""
    if picture.defended:
        return
    if control is not None and control.passed and picture.game.keeps:
        words = "Found without a defense. A class that is not in the photo stayed out nevertheless."
        yield Check("defense", None, None, words)
        return
    made = ""
    if control is not None and control.passed is False and picture.game.keeps:
        made = f": a class that is not in the photo reaches {figure(control.value)} in the same way"
    words = f"Without a defense, this can be noise that only this network sees{made}."
    yield Check("defense", None, False, words)


def informed(picture: Picture) -> Iterator[Check]:
    """Yield what else is worth knowing: the reference alone, and everything but what is shown."""
    image, blank, other = map(figure, (picture.image, picture.blank, picture.other))
    share = share_of(picture.blank, picture.image, picture.neutral)
    words = f"{_capital(picture.reference)} scores {blank} (photo {image})."
    if share >= BLANK and picture.seen_in_image:
        words = (
            f"{_capital(picture.reference)} {'already' if picture.game.keeps else 'still'} "
            f"{picture.does_alone(':')} (photo {image})"
            f"{'' if picture.game.keeps else '; it cannot be taken away'}."
        )
    yield Check("reference alone", share, None, words, {"score": picture.blank})
    share = share_of(picture.other, picture.image, picture.neutral)
    details = {"score": picture.other, "image": picture.image}
    if not picture.game.keeps:
        words = f"What is taken away scores {other} alone (photo {image})."
        yield Check("taken away", share, None, words, details)
        return
    words = f"Everything else, without what is shown, scores {other} (photo {image})."
    if share >= UNNEEDED and picture.does and picture.seen_in_image:
        words = f"{_UNNEEDED}: everything else, without it, scores {other} (photo {image})."
    yield Check("everything else", share, None, words, details)


def beyond_classes(
    picture: Picture, whole: Tensor, classes: int, nonlinearities: int, open_ones: int
) -> Iterator[Check]:
    """Yield what is to be known of a contrast, and of a net without classes.

    Parameters
    ----------
    picture
        The last mask.
    whole
        The image's scores (outputs,).
    classes
        How many of them are those of classes.
    nonlinearities, open_ones
        How many were defended, and how many were not, as they work on what is found.
    """
    if isinstance(picture.extra, Contrast):
        names, image = picture.extra.names, picture.image
        scores = [float(whole[index]) for index in picture.extra.of]
        first, second = names if image >= picture.neutral else names[::-1]
        words = (
            f"In the photo, the network rates {first} over {second}: "
            f"{figure(max(image, 1 - image))} ({names[0]} {figure(scores[0])}, {names[1]} "
            f"{figure(scores[1])}). This score is the logistic function of the log odds between "
            "the two: 0.50 is a draw, and shares are counted from there."
        )
        details = dict(zip(("first", "second"), scores, strict=True))
        yield Check("contrast", image, None, words, details)
    if not classes and picture.game.keeps:
        words = "The network has no classes, so that there is none to be tried as a control."
        yield Check("control", None, None, words)
    if open_ones and picture.defended:
        words = (
            f"{open_ones} of the network's {nonlinearities + open_ones} nonlinearities work on "
            "what it finds in a picture, such as boxes. In the evidence it finds others than in "
            "the photo, so that these have no bounds: the defense holds up to there."
        )
        yield Check("defense", None, None, words)


def reserved(items: tuple[Check, ...]) -> str:
    """Return how the line of an explanation that holds goes on, where it must; else ""."""
    known = {item.name: item for item in items}

    def reaches(name: str, limit: float) -> bool:
        return name in known and (known[name].value or 0.0) >= limit

    if reaches("reference alone", BLANK):
        words = known["reference alone"].words
        return f", but {words[0].lower()}{words[1:]}"
    if "everything else" in known and known["everything else"].words.startswith(_UNNEEDED):
        details = known["everything else"].details
        other, image = (figure(details.get(name)) for name in ("score", "image"))
        return (
            f": enough, but not necessary: the rest of the photo alone scores {other} (photo "
            f"{image})."
        )
    return ""


def share_of(score: float, whole: float, neutral: float = 0.0) -> float:
    """Return a score as a share of another, from one on that says nothing; above what it can be
    ``MOST`` says enough.
    """
    if neutral:
        score, whole = max(score - neutral, 0.0), whole - neutral
    return min(score / max(whole, 1e-6), MOST)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def share_shown(game: Game, shown: float, even: bool) -> Check:
    """Return the check of how much is shown, and of whether that says where.

    Parameters
    ----------
    game
        What was played.
    shown
        Mean of the mask that is shown, in [0, 1].
    even
        Whether it shows every pixel alike.
    """
    much, none = shown > SHOWN, shown < _LEAST
    way = "shown" if game.keeps else "taken away"
    words = f"{percent(shown)} of the image is {way}"
    if none:
        words = "Nothing of the image is shown."
    elif much:
        words += ", which says little about where the evidence is."
    elif even:
        words = (
            f"Every pixel is {way} alike, at {percent(shown)} of its contrast, which says nothing "
            "about where the evidence is."
        )
    else:
        words += ": the mask's mean strength, not an area."
    return Check("share shown", shown, False if much or none or even else None, words)
