"""What a run is asked to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Literal

from torch import Tensor

from xwidget.catalog.games import GAMES
from xwidget.engine.references import REFERENCES
from xwidget.engine.rules import RULES
from xwidget.engine.similarity import SIMILARITIES
from xwidget.engine.strategies import DEFENSES, Strategy
from xwidget.support import arguments

#: Largest weight of one mask entry: far beyond it no number of a run is finite.
MOST_SPARSITY = 1e6


@dataclass(frozen=True)
class Settings:
    """What a run is asked to do; one set of defaults for all games and nets.

    Parameters
    ----------
    game
        ``"preservation"``, ``"deletion"``, ``"generation"`` or ``"repression"``.
    defense
        ``"paper"`` (Eq. 6), ``"directional"``, ``"clamp"``, ``"none"``, or ``"auto"``: the one that
        serves the game best (``Game.defense``).
    sparsity
        Weight lambda of one mask entry, from 0 to 1e6, or ``"auto"``: the smallest mask whose score
        is comparable to the image's, see ``sparsity``.
    reference
        What stands where nothing is shown: ``"drawn"``, backgrounds drawn anew for each step (see
        ``views``), and the data mean in what a person sees; or always the same: ``"zero"`` (the
        data mean), ``"black"``, ``"white"``, ``"blur"``, ``"noise"``, or a normalized tensor (3, H,
        W).
    similarity
        Metric phi: ``"cross_entropy"`` (-log p), ``"score"`` (-p) or ``"logit"`` (-z).
    rule
        Step rule: ``"adam"`` or ``"momentum"``.
    seed
        Seed of everything random: the backgrounds drawn, and the ``"noise"`` reference.
    device
        ``"cuda"``, ``"mps"``, ``"cpu"``, ...; None chooses in that order.

    Raises
    ------
    ValueError, TypeError
        If a setting is not one of these.
    """

    game: str = "generation"
    defense: str = "auto"
    sparsity: float | Literal["auto"] = "auto"
    reference: str | Tensor = "drawn"
    similarity: str = "cross_entropy"
    rule: str = "adam"
    seed: int = 0
    device: str | None = None

    def __post_init__(self) -> None:
        _one_of("game", self.game, GAMES)
        _one_of("defense", self.defense, ("auto", *DEFENSES))
        _one_of("similarity", self.similarity, SIMILARITIES)
        _one_of("rule", self.rule, RULES)
        if not isinstance(self.reference, Tensor):
            _one_of("reference", self.reference, REFERENCES, " or a normalized tensor (3, H, W)")
        seed = arguments.whole("seed", self.seed, least=-(2**200))
        if not 0 <= seed < 2**63:
            raise ValueError(f"seed must be from 0 to 2**63 - 1, got {arguments.said(seed)}")
        object.__setattr__(self, "seed", seed)
        object.__setattr__(self, "sparsity", _checked_sparsity(self.sparsity))

    @property
    def played(self) -> str:
        """Name of the defense that runs: ``defense`` itself, or the game's own for "auto"."""
        return GAMES[self.game].defense if self.defense == "auto" else self.defense

    @property
    def strategy(self) -> Strategy | None:
        """The strategy of the defense that runs, None for none."""
        return DEFENSES[self.played]

    def describe(self) -> dict[str, Any]:
        """Return the settings as JSON-able values; a reference tensor is named ``"tensor"``."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        if isinstance(self.reference, Tensor):
            values["reference"] = "tensor"
        return values


def _one_of(name: str, value: object, known: Iterable[str], more: str = "") -> None:
    names = tuple(known)
    if not isinstance(value, str) or value not in names:
        raise ValueError(
            f"{name} must be one of {', '.join(map(repr, names))}{more}; got {value!r}"
        )


def _checked_sparsity(value: object) -> float | Literal["auto"]:
    if isinstance(value, str) and value == "auto":
        return "auto"
    number = arguments.real(value)
    if number is None or not 0 <= number <= MOST_SPARSITY:
        raise ValueError(
            'sparsity must be "auto" or a number from 0 to 1e6, the weight of one mask entry (1e-5 '
            f"to 1e-3 is usual); got {arguments.said(value)}"
        )
    return number
