"""Another model as the source of a pane: its own run, laid over ours by places in the image."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from xwidget.attribution import Attribution
from xwidget.catalog.games import GAMES
from xwidget.engine.optimize import optimize
from xwidget.engine.run import Run, Stretch
from xwidget.engine.second_net import SecondNet
from xwidget.engine.settings import Settings
from xwidget.inspector.features.beside.source import Doing, Showing, Source
from xwidget.inspector.page.panel import Panel
from xwidget.net.fingerprint import fingerprint
from xwidget.net.versions import versions
from xwidget.subject import Subject
from xwidget.support import texts
from xwidget.support.figures import figure, percent
from xwidget.support.texts import NAME

_SHOW_SECONDS = 0.5
_SEES = 0.995  # share of our frame from which on the rest is not worth a word


@dataclass
class _Said:
    """The words of both nets on the evidence for a class."""

    itself: float = float("nan")
    by_ours: float = float("nan")
    ours: float = float("nan")
    ours_by_it: float = float("nan")
    of: tuple[int, int] = (0, -1)  # our run and iteration


class OtherModel(Source):
    """Another model on the same image: one run of all classes that it has, by name.

    Parameters
    ----------
    net
        It, on the same image.
    panel
        All that it sees of the Inspector.
    """

    kind = "model"
    channels = 3
    at_once = True
    outdated = "Of an earlier run, or of the model before it was trained; it is made anew."

    _count = itertools.count(1)

    def __init__(self, net: SecondNet, panel: Panel) -> None:
        self._net: SecondNet | None = net
        self._clf = net.theirs.clf
        self._panel = panel
        self._said: dict[int, _Said] = {}
        self._orders: dict[int, npt.NDArray[np.float32]] = {}
        self._weights = ""  # fingerprint, as of the last look
        self._made: tuple[str, Settings] | None = None
        self.lane = f"model {next(self._count)}"
        self.label = self._clf.name
        self.about = _about(net)

    @property
    def key(self) -> tuple[Any, ...]:
        """The same classifier is the same."""
        return "model", id(self._clf)

    def stamp(self, weights: str) -> str:
        """Return all that its values depend on: its own weights, and the settings of our run."""
        seen = hash(tuple(versions(self._clf.net)))  # while it runs: what is seen at once
        return f"{self._weights} {seen:x} {self._settings().describe()}"

    def attribute(self, target: int, doing: Showing) -> Attribution:
        """Run it, for all classes of ours that it has, or for one that was added since."""
        net = self._net
        if net is None:
            raise RuntimeError("this Inspector is closed; make a new one")
        net.ours = self._panel.subject.subject  # with all targets that there are by now
        net.index(target)  # raises in words
        ours, stamp = self._settings(), self.stamp("")
        wanted = [target]
        if self._made is None or self._made[0] != stamp:
            wanted = list(dict.fromkeys([target, *self._panel.session.targets]))
        matched = net.matched(wanted)
        for index in matched:
            self._said.pop(index, None)
        settings = net.settings(ours)
        run = Run(0, settings)
        stretch = Stretch(run, tuple(matched.values()), settings.iterations)
        began = time.perf_counter()
        last = None
        net.to_ours(
            net.theirs.x.new_zeros(1, 1, *net.theirs.x.shape[1:])
        )  # raises where it does not fit
        shown = time.monotonic()
        with closing(stretch.steps(net.theirs.clf, net.theirs.x, optimize)) as steps:
            for step in steps:
                last = step
                run.history.add(step)
                doing.progress(step.iteration / max(1, settings.iterations))
                if time.monotonic() - shown >= _SHOW_SECONDS and step.iteration:
                    shown = time.monotonic()
                    found = self._attribution(net, run, matched, ours, shown - began)
                    doing.show(found)
        assert last is not None
        for index, theirs in matched.items():
            track = run.history.track(theirs)
            crossed = net.on_theirs(index, track.last, ours)
            self._said[index] = _Said(track.scores[-1], crossed)
        self._made = stamp, ours
        return self._attribution(net, run, matched, ours, time.perf_counter() - began)

    def _attribution(
        self, net: SecondNet, run: Run, matched: dict[int, int], ours: Settings, seconds: float
    ) -> Attribution:
        tracks = [run.history.track(theirs) for theirs in matched.values()]
        masks = net.to_ours(torch.stack([each.last for each in tracks]))
        orders = net.to_ours(torch.stack([each.relevance for each in tracks])[:, None])
        self._orders.update(zip(matched, orders[:, 0].numpy(), strict=True))
        return Attribution(
            tuple(matched),
            masks.numpy(),
            f"{self._clf.name}, {ours.game}",
            checks=tuple(track.checks.summary for track in tracks),
            seconds=seconds,
            digest=net.ours.digest,
            names=tuple(net.ours.clf.categories[target] for target in matched),
        )

    def order(self, target: int) -> npt.NDArray[np.float32] | None:
        """Return its run's relevance, laid over our picture: it orders pixels better than masks."""
        return self._orders.get(target)

    def settle(self) -> None:
        """Look at its weights, and ask it what it sees in our evidence, once our run has ended."""
        net = self._net
        if net is None:
            return
        self._weights = fingerprint(self._clf.net)
        try:
            for target, said, run, track in self._ours():
                of = run.number, track.iteration
                if said.of != of:
                    said.ours_by_it = net.on_ours(target, track.last, run.settings)
                    said.ours, said.of = track.scores[-1], of
        except Exception as error:  # its own evidence is there all the same
            self._panel.warn("%s could not be asked of our evidence", self.label, error=error)

    def _settings(self) -> Settings:
        """Return the settings of our run; of one that begins, those that it will have."""
        runs = self._panel.runs
        if runs.main is None or runs.starting:
            return self._panel.next_settings()
        return runs.main.settings

    def _ours(self) -> Iterator[tuple[int, _Said, Run, Any]]:
        with self._panel.lock:
            main = self._panel.runs.main
            if main is None or not self._panel.session.idle:
                return
            known = [target for target in self._said if target in main.history.targets]
            tracks = [(t, self._said[t], main, main.history.track(t)) for t in known]
        yield from tracks

    def said(self, target: int) -> str:
        """Return the words of both nets on the evidence for a class; "" before that is known."""
        net, said = self._net, self._said.get(target)
        if net is None or said is None:
            return ""
        keeps = self._made is None or GAMES[self._made[1].game].keeps
        own, it = (texts.shown(each.clf.name, NAME) for each in (net.ours, net.theirs))
        what, ours = ("Its evidence", "ours") if keeps else ("What it leaves", "what ours leaves")
        words = f"{what}: {figure(said.itself)} by itself, {figure(said.by_ours)} by {own}"
        if said.of[0]:
            words += f"; {ours}: {figure(said.ours)} by {own}, {figure(said.ours_by_it)} by {it}"
        return f"{words}.{_unseen(net)}"

    @property
    def subject(self) -> Subject | None:
        """The image before it."""
        return None if self._net is None else self._net.theirs

    def framed(self, ranked: Attribution) -> Attribution:
        """Return the order of the pixels for a class, as they lie in its own frame."""
        net = self._net
        if net is None:
            raise RuntimeError("this Inspector is closed; make a new one")
        index = net.index(ranked.targets[0])
        order = net.to_theirs(torch.from_numpy(ranked.relevance.copy())[None].float())
        return Attribution((index,), order[0].numpy(), self.label)

    def score(self, target: int, kept: npt.NDArray[np.bool_]) -> tuple[float, float] | None:
        """Return its own scores of some pixels, in its own frame, and of the whole image."""
        net = self._net
        if net is None:
            return None
        mask = torch.from_numpy(np.ascontiguousarray(kept)).float()
        alone = net.score(target, mask, net.settings(self._settings()))
        whole = net.theirs.clf.classify(net.theirs.x)
        return alone, float(whole[net.index(target)])

    def randomized(self, found: Attribution, target: int, doing: Doing) -> dict[str, Any]:
        """Raise ValueError: it is not checked here."""
        raise ValueError(
            "Another model is not checked by random weights here. In Python: "
            "xw.metrics.randomization(subject, explanation), of an explanation of it alone."
        )

    def close(self) -> None:
        """Let go of the image, and of what was found in it."""
        self._net = None
        self._said, self._orders = {}, {}


def _about(net: SecondNet) -> str:
    theirs, ours = net.theirs, net.ours
    names = [texts.shown(each.clf.name, NAME) for each in (theirs, ours)]
    words = "Another model: its own run with the settings of ours, laid over our picture."
    best = net.likeliest()
    if best is None:
        return words
    said = [
        f"{each.clf.short_names[index]} ({figure(float(each.scores[index]))})"
        for each, index in zip((theirs, ours), best, strict=True)
    ]
    if net.disputed() is None and net.matched([best[1]]).get(best[1]) == best[0]:
        return f"{words} Both models find {theirs.clf.short_names[best[0]]} most likely."
    return f"{words} {names[0]} finds {said[0]} most likely, {names[1]} {said[1]}."


def _unseen(net: SecondNet) -> str:
    sees = net.sees
    return "" if sees >= _SEES else f" It sees {percent(sees)} of this picture."
