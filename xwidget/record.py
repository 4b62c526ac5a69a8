"""The record of an explanation: what a run found, checked and unchangeable. Plain data, no net."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt

from xwidget.attribution import Attribution
from xwidget.catalog import sentences
from xwidget.checks import Checks
from xwidget.names import shortened
from xwidget.origin import Origin
from xwidget.paper import left_to_net
from xwidget.pixels import blend, quantize
from xwidget.trace import Bytes, Frames, Reals, Trace, expect, freeze, plain, within

_MOST = 2**31  # classes, and more than any net has


@dataclass(frozen=True, eq=False, repr=False)
class Record:
    """An explanation's fields, as ``xwidget.Explanation`` describes them, and views of them.

    Files, pages and plots are made from it; ``Explanation`` adds the ways to take it along.
    """

    image: Bytes
    reference: Bytes
    targets: tuple[int, ...]
    names: tuple[str, ...]
    masks: npt.NDArray[np.float32]
    image_scores: Reals
    scores: Reals
    trace: Trace
    frames: Frames
    diagnostics: dict[str, Any]
    settings: dict[str, Any]
    # Neither is None or empty once it is made: what is left out gets its value there.
    relevance: npt.NDArray[np.float32] = None  # type: ignore[assignment]
    checks: tuple[Checks, ...] = ()
    short_names: tuple[str, ...] = ()
    origin: Origin | None = None

    def __post_init__(self) -> None:
        for name in ("image", "reference"):
            freeze(self, name, np.uint8)
        freeze(self, "masks", np.float32)
        for name in ("image_scores", "scores"):
            freeze(self, name, np.float64)
        object.__setattr__(self, "targets", tuple(int(target) for target in self.targets))
        object.__setattr__(self, "names", tuple(str(name) for name in self.names))
        for name in ("diagnostics", "settings"):
            object.__setattr__(self, name, plain(name, dict(getattr(self, name))))
        short = tuple(map(str, self.short_names)) or shortened(self.names)
        object.__setattr__(self, "short_names", short)
        self._check()
        given: Any = self.relevance
        if given is None:
            object.__setattr__(self, "relevance", self.masks.mean(1))
        freeze(self, "relevance", np.float32)
        object.__setattr__(self, "checks", self._own_checks())
        self._check_trust()

    def _check(self) -> None:
        if not self.targets:
            raise ValueError("an explanation has at least one target, but targets is empty")
        if not all(0 <= target < _MOST for target in self.targets):
            raise ValueError(f"targets are class indices from 0, but these are {self.targets}")
        if len(set(self.targets)) != len(self.targets):
            raise ValueError(f"targets names a class twice: {self.targets}")
        if self.image.ndim != 3 or self.image.shape[2] != 3:
            raise ValueError(f"image has shape {self.image.shape}; expected (H,W,3)")
        count, (height, width) = len(self.targets), self.image.shape[:2]
        if not height or not width:
            raise ValueError(f"image has shape {self.image.shape}, which has no pixels")
        expect("reference", self.reference, (height, width, 3))
        expect("masks", self.masks, (count, 3, height, width))
        expect("image_scores", self.image_scores, (count,))
        expect("scores", self.scores, (count,))
        expect("trace.score", self.trace.score, (len(self.trace), count))
        expect("frames.masks", self.frames.masks, (len(self.frames), count, 3, height, width))
        if len(self.names) != count:
            raise ValueError(f"names has {len(self.names)} names for {count} targets")
        if len(self.short_names) != count:
            raise ValueError(f"short_names has {len(self.short_names)} names for {count} targets")
        # NaN is in no range, so it is caught here too.
        if not ((self.masks >= 0) & (self.masks <= 1)).all():
            raise ValueError(
                f"masks lie in [0,1], but these span {self.masks.min():.4g} to "
                f"{self.masks.max():.4g}"
            )
        within("image_scores", self.image_scores)
        within("scores", self.scores)
        if self.origin is not None:
            self._check_origin(self.origin)
        seconds = self.diagnostics.get("seconds", 0.0)
        if not isinstance(seconds, (int, float)) or not seconds >= 0:
            raise ValueError(f'diagnostics["seconds"] is a number from 0, not {seconds!r}')

    def _check_origin(self, origin: object) -> None:
        if not isinstance(origin, Origin):
            raise TypeError(f"origin is {origin!r}; expected xwidget.origin.Origin, or None")
        expect("image", self.image, (*origin.geometry.input_size, 3))

    def _own_checks(self) -> tuple[Checks, ...]:
        """Return the checks as a file would give them back, "not checked" where there are none."""
        for each in self.checks:
            if not isinstance(each, Checks):
                raise TypeError(f"checks holds {each!r}; expected xwidget.checks.Checks")
        described = plain("checks", [each.describe() for each in self.checks])
        return tuple(map(Checks.read, described)) or (Checks(),) * len(self.targets)

    def _check_trust(self) -> None:
        count, (height, width) = len(self.targets), self.image.shape[:2]
        expect("relevance", self.relevance, (count, height, width))
        if not (np.isfinite(self.relevance) & (self.relevance >= 0)).all():
            raise ValueError(
                f"relevance is finite and at least 0, but this spans {self.relevance.min():.4g} "
                f"to {self.relevance.max():.4g}"
            )
        if len(self.checks) != count:
            raise ValueError(f"checks has {len(self.checks)} entries for {count} targets")

    @property
    def game(self) -> str:
        """The game played: "preservation", "deletion", "generation" or "repression"."""
        return str(self.settings.get("game", ""))

    @property
    def defense(self) -> str:
        """The defense asked for; ``"auto"`` is the default of the game."""
        return str(self.settings.get("defense", ""))

    @cached_property
    def evidence(self) -> Bytes:
        """The evidence in true color, (K,H,W,3) uint8: the image where the mask is 1, else the
        reference.

        Computed in integers, so that every reader of a mask's bytes gets the same picture:
        ``(m * image + (255 - m) * reference + 127) // 255`` with ``m = floor(255 * mask + 0.5)``.
        """
        evidence = blend(self.image, self.reference, quantize(self.masks))
        evidence.setflags(write=False)
        return evidence

    @cached_property
    def attribution(self) -> Attribution:
        """The relevance as an ``Attribution`` (K,H,W) in [0,1]: the order of the pixels."""
        # A relevance made by hand may be larger than 1; its order stays.
        values = self.relevance / max(1.0, float(self.relevance.max()))
        return self._attribution(values, "relevance")

    @cached_property
    def mask_attribution(self) -> Attribution:
        """The masks as an ``Attribution`` (K,3,H,W) in [0,1]: what is shown, color by color."""
        return self._attribution(self.masks, "mask")

    def _attribution(self, values: npt.NDArray[np.float32], what: str) -> Attribution:
        return Attribution(
            self.targets,
            values,
            " ".join(filter(None, ("FGVis", self.game, what))),
            checks=tuple(checks.summary for checks in self.checks),
            seconds=float(self.diagnostics.get("seconds") or 0.0),
            digest="" if self.origin is None else self.origin.digest,
            names=self.names,
        )

    def says(self, target: int | str | None = None) -> str:
        """Return one sentence that says what the picture of a class is.

        How far it can be trusted is in ``checks``: see their ``summary``.

        Parameters
        ----------
        target
            Class index or name, one of ``targets`` or ``names``; None for the first.

        Raises
        ------
        ValueError
            If the class was not explained.

        Examples
        --------
        >>> explain(clf, photo).says("espresso")  # doctest: +SKIP
        'This alone makes the network say espresso: 0.86 (photo 0.95).'
        """
        k = self.position(target)
        score, image = float(self.scores[k]), float(self.image_scores[k])
        if said := self.checks[k].says:
            return said
        about = self.beyond_classes.get(self.targets[k], {})
        return sentences.says(self.game, self.short_names[k], score, image, scored="score" in about)

    @property
    def beyond_classes(self) -> dict[int, dict[str, Any]]:
        """By index, the targets that are contrasts or scores: their entry in the diagnostics, where
        that is one.
        """
        entries = self.diagnostics.get("targets")
        given = {t: entries.get(str(t)) for t in self.targets} if isinstance(entries, dict) else {}
        return {t: entry for t, entry in given.items() if _is_beyond_classes(entry)}

    def on_paper(self, k: int) -> Bytes:
        """Return the part of the image left for the k-th class, on paper: (H,W,3) uint8."""
        return left_to_net(self.image, quantize(self.masks[k]), self.game)

    def position(self, target: int | str | None) -> int:
        """Return a class's place among the targets, 0 for None; ValueError if it has none."""
        if target is None:
            return 0
        if isinstance(target, str):
            names = [name.casefold() for name in self.names]
            if names.count(target.casefold()) == 1:
                return names.index(target.casefold())
        elif target in self.targets:
            return self.targets.index(target)
        explained = ", ".join(
            f"{index} {name!r}" for index, name in zip(self.targets, self.names, strict=True)
        )
        raise ValueError(f"class {target!r} was not explained; these were: {explained}")


def _is_beyond_classes(entry: object) -> TypeGuard[dict[str, Any]]:
    """Return True for the entry of a contrast or a score; a file may have anything there."""
    if not isinstance(entry, dict):
        return False
    if "contrast" not in entry:
        return isinstance(entry.get("score"), str)
    names, scores = entry.get("names"), entry.get("image_scores")
    if not (isinstance(names, list) and isinstance(scores, list)):
        return False
    named = len(names) == 2 == len(scores) and all(isinstance(name, str) for name in names)
    return named and all(isinstance(each, (int, float)) and 0 <= each <= 1 for each in scores)
