"""The settings of a run: the one list that Python, the panel, files and exports read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, Literal, TypedDict, get_type_hints

import torch
from torch import Tensor

from xwidget.catalog import defenses
from xwidget.catalog.games import GAMES
from xwidget.engine.keywords import check_names, in_words
from xwidget.engine.plan import Plan
from xwidget.engine.references import REFERENCES
from xwidget.engine.rules import RULES
from xwidget.engine.setting import Control, Setting, setting
from xwidget.engine.setting_kinds import Anything, Choice, Flag, Form, Weight, Whole
from xwidget.engine.similarity import SIMILARITIES
from xwidget.engine.strategies import DEFENSES, Strategy


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of a run; one set of defaults for all games and nets.

    A new setting is a field here and a line in ``SettingsDict``; docs/extending.md walks through
    one.

    Parameters
    ----------
    **settings
        Filled in from the fields.

    Raises
    ------
    ValueError, TypeError
        If a setting is not one of these.
    """

    game: str = setting(
        "generation",
        Choice({name: game.summary for name, game in GAMES.items()}),
        '``"preservation"``, ``"deletion"``, ``"generation"`` or ``"repression"``.',
        Control("Game"),
    )
    defense: str = setting(
        "auto",
        Choice(defenses.SUMMARIES, said=defenses.named),
        '``"directional"``, ``"paper"`` (Eq. 6), ``"clamp"``, ``"none"``, or ``"auto"``: the one '
        "that serves the game best, paper for deletion and repression, directional for the others.",
        Control("Defense", title="Keeps out noise that only this network sees"),
    )
    iterations: int = setting(
        70,
        Whole(1, panel_most=100_000, step=10),
        "Largest number of iterations, >= 1.",
        Control(
            "Iterations",
            summary="The most that a run takes, and that “Run more” adds.",
            line="{} iterations",
            at_once=False,
        ),
    )
    sparsity: float | Literal["auto"] = setting(
        "auto",
        # Far beyond the largest, no number of a run is finite.
        Weight(1e6, 1e-4, "the weight of one mask entry (1e-5 to 1e-3 is usual)"),
        'Weight lambda of one mask entry, from 0 to 1e6, or ``"auto"``: the smallest mask whose '
        "score is comparable to the image's.",
        Control(
            "Sparsity",
            "λ",
            summary="The price of each pixel shown: the higher it is, the less is shown. Auto "
            "begins without one, raises it while the mask still does its work, and rewards "
            "showing more (a push) where the search has stalled.",
            line="λ {}",
        ),
    )
    reference: str | Tensor = setting(
        "drawn",
        Choice(dict.fromkeys(REFERENCES, ""), tensor="a normalized tensor (3, H, W)"),
        'The picture that stands where nothing is shown. ``"drawn"`` draws new backgrounds for '
        "each step, so that the evidence holds on any, and shows it on the data mean. One fixed "
        'reference is ``"zero"`` (the data mean), ``"black"``, ``"white"``, ``"blur"``, '
        '``"noise"`` or a normalized tensor (3, H, W).',
    )
    similarity: str = setting(
        "cross_entropy",
        Choice(dict.fromkeys(SIMILARITIES, "")),
        'Metric phi: ``"cross_entropy"`` (-log p), ``"score"`` (-p) or ``"logit"`` (-z).',
    )
    rule: str = setting(
        "adam",
        Choice(dict.fromkeys(RULES, "")),
        'Step rule: ``"adam"`` or ``"momentum"``.',
    )
    device: str | torch.device | None = setting(
        None,
        Anything(lambda device: str(device) if isinstance(device, torch.device) else device),
        "Device of the run; None chooses CUDA, then MPS, then the CPU.",
    )
    seed: int = setting(
        0,
        Whole(0, 2**63 - 1, written="0 to 2**63 - 1"),
        'Seed of everything random: the backgrounds drawn, and the ``"noise"`` reference.',
    )
    plan: str | Mapping[str, Any] | Plan = setting(
        "auto",
        Anything(Plan.checked, Plan.plain),
        'The way the net is run. ``"auto"`` times a few passes and takes the fastest way that '
        "changes nothing beyond rounding; two machines, or two processes, may time differently. "
        'For results that agree to the last bit: ``"folded"`` (batch norms folded into '
        'convolutions, nothing timed), ``"plain"`` (the net unchanged), or the '
        '``diagnostics["plan"]`` of an earlier explanation, a dict.',
    )
    ranking: str = setting(
        "trials",
        Choice(
            {
                "trials": "By what the first pixels score alone, in trials at the end of the run.",
                "path": "By the mask, averaged over the run.",
            }
        ),
        'How ``relevance`` ranks the pixels in games that keep the class: ``"trials"``, some 200 '
        "pictures at the end of the run that show the first 10%, 20% and 30% of the pixels alone "
        '(a quarter of its time); or ``"path"``, the mask averaged over the run, as in the other '
        "games.",
    )
    early_stop: bool = setting(
        True,
        Flag(),
        "Whether to end before ``iterations`` if, for 40 of them, no score changed by more than "
        "0.001 and no mask by more than 0.001 on average.",
    )

    def __post_init__(self) -> None:
        for name, each in SETTINGS.items():
            object.__setattr__(self, name, each.kind.check(name, getattr(self, name)))

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
        return {name: each.kind.plain(getattr(self, name)) for name, each in SETTINGS.items()}

    def in_panel(self) -> dict[str, Any]:
        """Return those that a person sets in the panel, by name."""
        return {name: getattr(self, name) for name in PANEL}


class SettingsDict(TypedDict, total=False):
    """The settings as keyword arguments: the fields of ``Settings`` for a type checker."""

    game: str
    defense: str
    iterations: int
    sparsity: float | Literal["auto"]
    reference: str | Tensor
    similarity: str
    rule: str
    device: str | torch.device | None
    seed: int
    plan: str | Mapping[str, Any] | Plan
    ranking: str
    early_stop: bool


_TYPES = get_type_hints(Settings)

#: Every setting by name, in the order of the fields.
SETTINGS: Mapping[str, Setting] = MappingProxyType(
    {
        each.name: Setting(each.name, each.default, _TYPES[each.name], **each.metadata)
        for each in fields(Settings)
    }
)

#: Those that a person sets in the panel.
PANEL: Mapping[str, Setting] = MappingProxyType(
    {name: each for name, each in SETTINGS.items() if each.control is not None}
)

in_words(Settings, SETTINGS)


def settings_of(who: Callable[..., Any], given: Mapping[str, Any]) -> Settings:
    """Return the settings that a function was called with.

    Parameters
    ----------
    who
        The function, or class, that takes them as ``**settings``, see ``keywords.spelled_out``.
    given
        Those by name.

    Raises
    ------
    ValueError, TypeError
        If there is no such setting, or it is not one of those that it may be.
    """
    check_names(who, given)
    return Settings(**given)


def form() -> Form:
    """Return the panel's settings form as the page is given it; docs/protocol.md describes it.

    Examples
    --------
    >>> {field["name"]: field["kind"] for field in form()["fields"]}["sparsity"]
    'weight'
    """
    return {
        "fields": [each.form() for each in PANEL.values()],
        "note": note([each.control for each in PANEL.values() if each.control is not None]),
    }


def note(controls: Sequence[Control]) -> str:
    """Return the moment at which changes of these settings take effect, in words; "" for none."""
    at_once, later = (
        _listed([control.word for control in controls if control.at_once is kind])
        for kind in (True, False)
    )
    said = [
        f"Changing {at_once} starts a new run." if at_once else "",
        f"Changing {later} takes effect with the next run." if later else "",
    ]
    return " ".join(filter(None, said))


def _listed(words: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
