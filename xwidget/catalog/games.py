"""The four games of FGVis as data (Wagner et al., CVPR 2019, arXiv 1908.02686, section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

#: Score below which the net does not see a class.
SEEN = 0.05
#: Score from which on a class is what the net says: no other can have more.
SAID = 0.5


class _Mask(Protocol):
    """An array or a tensor, in [0, 1]."""

    def __rsub__(self, other: int, /) -> Any: ...


Mask = TypeVar("Mask", bound=_Mask)


@dataclass(frozen=True, slots=True)
class Game:
    """One way of asking which pixels matter.

    Every game minimizes ``sign * phi(e) + sparsity * sum(shown)`` over the mask ``m``, where
    ``phi`` is the similarity metric (low when the class is recognized) and ``e = m * x + (1 - m) *
    r`` (Eq. 1).

    Parameters
    ----------
    name
        The game's name in the paper.
    start
        Value of every entry of ``m`` at iteration 0: 1 is the image, 0 the reference.
    first
        Value of every entry of ``m`` at which the first step is taken. At the image itself nothing
        has left its bounds, so a step from there would be undefended, and one step is enough for
        an adversarial answer; at the reference itself dead ReLUs can hold the gradient at 0.
    defense
        The strategy that serves the game best, chosen where ``defense="auto"``.
    smoothing
        Deviation of the gradient's low-pass at first and later, see ``smoothed``: what is taken
        away must be taken whole, or the rest of it speaks on.
    sign
        +1 where the class shall be kept or made, -1 where it shall go.
    shows_complement
        Whether the evidence is ``1 - m`` (what was taken away) rather than ``m`` (what is kept).
    summary
        What the game looks for, in one sentence that a newcomer reads in the panel.
    enough
        Share of the image's score from which on (for games that take the class away: up to which)
        a picture does what its game is about; one that keeps the class must also score
        ``SAID``.
    says, says_short
        What such a picture is, in a sentence with the fields of ``catalog.sentences``; and one that
        falls short of it.
    """

    name: str
    start: float
    first: float
    defense: str
    smoothing: tuple[float, float]
    sign: float
    shows_complement: bool
    summary: str
    enough: float
    says: str
    says_short: str

    @property
    def says_score(self) -> str:
        """``says`` where the target is a score of a person's own, and no class."""
        return self.says.replace("makes the network say {name}", "brings “{name}” up")

    @property
    def keeps(self) -> bool:
        """True if the optimized input is to keep the class, False if it is to lose it."""
        return self.sign > 0

    def shown(self, mask: Mask) -> Mask:
        """Return the weight of the evidence, in [0, 1], of a mask ``m``."""
        evidence: Mask = 1 - mask if self.shows_complement else mask
        return evidence


GAMES: Mapping[str, Game] = MappingProxyType(
    {
        game.name: game
        for game in (
            Game(
                "preservation",
                start=1.0,
                first=0.5,
                defense="directional",
                smoothing=(3.0, 1.0),
                sign=+1.0,
                shows_complement=False,
                summary="The least of the photo that must stay for the network to keep the class.",
                enough=0.85,
                says="This alone makes the network say {name}: {score} (photo {image}).",
                says_short="With this alone, the network scores {name} {score} (photo {image}).",
            ),
            Game(
                "deletion",
                start=1.0,
                first=0.1,
                defense="paper",
                smoothing=(4.0, 1.5),
                sign=-1.0,
                shows_complement=True,
                summary="The least of the photo without which the network no longer says the "
                "class.",
                enough=0.5,
                says="Taken away: without this, the network scores {name} {score} (photo {image}).",
                says_short="Without this, the network still scores {name} {score} (photo {image}).",
            ),
            Game(
                "generation",
                start=0.0,
                first=0.02,
                defense="directional",
                smoothing=(3.0, 1.0),
                sign=+1.0,
                shows_complement=False,
                summary="The least of the photo that alone makes the network say the class.",
                enough=0.85,
                says="This alone makes the network say {name}: {score} (photo {image}).",
                says_short="With this alone, the network scores {name} {score} (photo {image}).",
            ),
            Game(
                "repression",
                start=0.0,
                first=0.02,
                defense="paper",
                smoothing=(4.0, 1.5),
                sign=-1.0,
                shows_complement=True,
                summary="The least of the photo that must stay away to keep the class away.",
                enough=0.5,
                says="Left out: with all the rest, the network scores {name} {score} "
                "(photo {image}).",
                says_short="With all the rest, the network still scores {name} {score} "
                "(photo {image}).",
            ),
        )
    }
)
