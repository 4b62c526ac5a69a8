"""Beside: other methods, arrays and models beside the evidence, compared at equal area."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from xwidget.assets import text
from xwidget.attribution import Attribution
from xwidget.classifier import Classifier
from xwidget.engine.device import pick
from xwidget.engine.second_net import SecondNet
from xwidget.export import beside as exported
from xwidget.export.compared import Compared
from xwidget.export.failing import with_failed
from xwidget.inspector.features.beside.attributions import Attributions
from xwidget.inspector.features.beside.judge import Judge
from xwidget.inspector.features.beside.measuring import Measurement, Measuring, What
from xwidget.inspector.features.beside.method import OfMethod
from xwidget.inspector.features.beside.model import OtherModel
from xwidget.inspector.features.beside.own import ID, Own
from xwidget.inspector.features.beside.pane import Pane
from xwidget.inspector.features.beside.panes import Panes
from xwidget.inspector.features.beside.scoring import Scoring
from xwidget.inspector.features.beside.source import Given, Source
from xwidget.inspector.features.beside.values import Found, told
from xwidget.inspector.features.feature import Feature
from xwidget.inspector.page.commands import Answer, Handler, Task
from xwidget.inspector.page.drawn import Drawn
from xwidget.inspector.page.panel import Panel
from xwidget.places import Places
from xwidget.support import texts
from xwidget.support.texts import NAME

_BYTES_PER_SECOND = 30e6  # of values that a page asks for, as of masks
_ENDED = ("done", "stopped", "error")


class Beside(Feature):
    """Put panes beside the evidence, tell the page their values, score and measure them.

    Parameters
    ----------
    panel
        All that it sees of its Inspector.
    drawn
        What is drawn.
    """

    def __init__(self, panel: Panel, drawn: Drawn) -> None:
        super().__init__(panel)
        self._drawn = drawn
        self._own = Own(panel)
        self.panes = Panes(panel, drawn)
        self._measuring = Measuring(panel)
        self._judge = Judge(panel)
        self._scoring = Scoring(panel.subject, panel.session.witness)
        self._closed = threading.Event()
        self.panes.changed = self._on_values

    @property
    def commands(self) -> Mapping[str, Handler]:
        """The script; panes; their values, scores and measures."""
        return {
            "beside_open": self._open,
            "beside_add": self._add,
            "beside_remove": lambda pane: self._each(pane, self._remove),
            "beside_stop": lambda pane: self._each(pane, self.panes.stop),
            "beside_retry": lambda pane: self._each(pane, self.panes.retry),
            "values": lambda pane, target: partial(self._values, pane, target),
            "score_area": self._score_area,
            "measure": lambda pane, target: self._measure("measures", pane, target),
            "randomize": lambda pane, target: self._measure("randomized", pane, target),
            "measure_stop": self._measuring.stop,
        }

    def begin(self) -> None:
        """Look again where another class is drawn, or a run begins or ends: the net may have been
        trained since.
        """
        self._panel.watch(lambda _: self._look(), "target")
        self._panel.watch(self._on_status, "status")
        self._panel.more_checks = lambda made: with_failed(made, self._panel.get("_measured"))
        self._panel.watch(lambda _: self._say_failed(), "_measured")
        self._panel.runs.replaced = self._on_run

    def end(self) -> None:
        """End all that is under way soon, and begin nothing more."""
        self._closed.set()
        self.panes.end()
        self._measuring.end()

    def close(self) -> None:
        """Give up everything."""
        self.end()
        self.panes.close()
        self._measuring.close()
        self._scoring.close()
        self._own.close()

    # For other features.

    def places(self, target: int) -> Places | None:
        """Return each pixel's place by our own evidence so far; None where there is none."""
        return None if self._own.seq(target) is None else self._own.found(target).places

    def alone(self, kept: Sequence[npt.NDArray[np.bool_]], target: int) -> list[float | None]:
        """Return the net's scores of some pixels (H, W) alone; without the lock, on any thread."""
        return self._scoring.alone(kept, target)

    # From Python, without the lock.

    def add(self, source: Source) -> Pane:
        """Put a pane beside the evidence, and have the page load what shows it."""
        with self._panel.lock:
            pane = self.panes.add(source)
            self._open()
        self._panel.views.ask()
        return pane

    def add_method(self, name: str, options: Mapping[str, Any]) -> str:
        """Put a method beside the evidence; return the pane's label."""
        return self.add(self._method(name, options)).label

    def add_model(self, clf: Classifier) -> str:
        """Put another model beside the evidence; return the pane's label."""
        return self.add_second(SecondNet.of(clf, self._panel.subject.subject))

    def add_second(self, net: SecondNet) -> str:
        """Put another net beside the evidence; return the pane's label."""
        return self.add(OtherModel(net, self._panel)).label

    def add_attribution(self, attribution: Attribution) -> str:
        """Put an attribution of this image beside the evidence; return the pane's label."""
        return self.add(Given(self._checked(attribution), self._panel.subject)).label

    def attributions(self) -> Mapping[str, Attribution]:
        """Return the values so far, by label."""
        with self._panel.lock:
            made = {pane.label: pane.attribution for pane in self.panes}
            missing = {pane.label: self.panes.why_missing(pane) for pane in self.panes}
        found = {label: each for label, each in made.items() if each is not None}
        return Attributions(found, {k: why for k, why in missing.items() if k not in found})

    def remove(self, label: str) -> None:
        """Take the pane of a label away, or raise ValueError in words."""
        with self._panel.lock:
            self._panel.check_open()
            labels = {pane.label: pane for pane in self.panes}
            if label not in labels:
                has = ", ".join(map(repr, labels)) or "none"
                raise ValueError(
                    f"there is no pane {texts.shown(repr(label), NAME)} beside the evidence; there "
                    f"is {has}"
                )
            self._remove(labels[label])

    def wait(self, timeout: float | None) -> bool:
        """Block until all panes are computed and measured; return False where that took longer."""
        end = None if timeout is None else time.monotonic() + timeout
        with self._panel.views.waiting():
            if not self.panes.wait(timeout):
                return False
            left = None if end is None else max(0.0, end - time.monotonic())
            return self._measuring.wait(left)

    def _method(self, name: str, options: Mapping[str, Any]) -> OfMethod:
        return OfMethod(name, options, self._panel.subject, self._panel.settings)

    def _checked(self, attribution: Any) -> Attribution:
        """Return an attribution of this image, or raise in words."""
        subject = self._panel.subject
        if not isinstance(attribution, Attribution):
            raise TypeError(
                f"the attribution is of type {type(attribution).__name__}; expected an Attribution,"
                " from xw.attribute, xw.Attribution.from_array or an Explanation's attribution"
            )
        frame = subject.picture.shape[:2]
        if attribution.size != frame:
            raise ValueError(
                f"the attribution has {attribution.size} pixels; the network's input has {frame}. "
                "Resize it to that"
            )
        if attribution.digest and attribution.digest != subject.subject.digest:
            raise ValueError(
                f"the attribution by {texts.shown(attribution.method, NAME)} is of another image: "
                "the digests differ"
            )
        names, classes = subject.clf.categories, subject.clf.classes
        for target, name in zip(attribution.targets, attribution.names, strict=True):
            if target >= len(names):
                known = f"{texts.shown(repr(name), NAME)}, index {target}" if name else f"{target}"
                raise ValueError(
                    f"the attribution is of class {known}, but {subject.clf.name} has "
                    f"{len(names)} classes"
                )
        attribution.check_names(names, classes)
        return attribution

    def stop_models(self) -> None:
        """Stop the runs of other models, as ours is stopped."""
        with self._panel.lock:
            for pane in self.panes:
                if pane.source.kind == "model":
                    self.panes.stop(pane)

    # With the lock held.

    def _open(self) -> None:
        if not self._panel.get("_beside_script"):
            self._panel.tell(_beside_script=text("beside.js"))

    def _add(self, method: str) -> None:
        try:
            source = self._method(method, {})
        except ImportError as error:  # in words: it is no fault of the panel
            raise RuntimeError(str(error)) from error
        self.panes.add(source)
        self._open()

    def _each(self, id: int, act: Callable[[Pane], None]) -> None:
        """Do something with a pane; nothing where it is gone."""
        for pane in self.panes:
            if pane.id == id:
                act(pane)

    def _remove(self, pane: Pane) -> None:
        self.panes.remove(pane)
        self._measuring.remove(pane.id)

    def _look(self) -> None:
        if not self._closed.is_set():
            try:
                self.panes.look()
            except RuntimeError as error:  # too many threads: the next look tries again
                self._panel.warn("no thread for what is beside", error=error)

    def _on_status(self, status: str) -> None:
        if not self._closed.is_set():
            self._measuring.forget(ID, self._own.seq)
        if status == "running":
            self._on_run()
            return
        if status == "stopped":
            self.stop_models()
        self._look()

    def _say_failed(self) -> None:
        """Tell of a failed check of our own evidence among the checks of its verdict."""
        self._panel.tell(_checks=self._panel.more_checks(self._panel.get("_checks")))

    def _on_run(self) -> None:
        """Let the runs of other models go with ours, and forget what was measured of the last."""
        self._measuring.forget(ID, self._own.seq)
        for pane in self.panes:
            if pane.source.kind == "model":
                pane.stopped.clear()
        self._look()

    def _on_values(self, pane: Pane) -> None:
        """Forget what was measured of a pane's values that are others now."""
        self._measuring.forget(pane.id, lambda target: getattr(pane.found.get(target), "seq", None))

    def to_export(self) -> Callable[[], exported.Beside]:
        """Return a function that makes what is beside now ready for an exported page: final values
        of all classes, those of the class drawn first.
        """
        entries = self.panes.describe()
        held = [(pane.id, target) for pane in self.panes for target in pane.final]
        targets = {target for _, target in held}
        choice = self._panel.get("_beside_choice")
        if choice["share"] is not None:
            targets.add(self._drawn.target)
        held += [(ID, target) for target in targets if self._own.seq(target) is not None]
        held.sort(key=lambda each: (each[1] != self._drawn.target, each[0]))
        found = [(id, target, self._found(id, target)) for id, target in held]
        compared = Compared(self._scored(found), self._measuring.results())

        def make() -> exported.Beside:
            return exported.Beside(
                entries,
                [
                    exported.PaneValues(id, target, *told(each, own=id == ID))
                    for id, target, each in found
                ],
                compared,
                choice,
            )

        return make

    def _scored(self, found: Iterable[tuple[int, int, Found]]) -> list[dict[str, Any]]:
        """Return the scores at equal area that a page has asked for, of values as they are."""
        seqs: dict[int, dict[int, int]] = {}
        for id, target, each in found:
            seqs.setdefault(target, {})[id] = each.seq
        return [
            {"share": share, "target": target, "scores": scores}
            for target, of in seqs.items()
            for share, scores in sorted(self._scoring.known(of).items())
        ]

    def _found(self, pane: int, target: int) -> Found:
        """Return a pane's values for a class, or raise in words."""
        if pane == ID:
            return self._own.found(target)
        found = self.panes.get(pane).found.get(target)
        if found is None:
            raise RuntimeError("there are no values of this class yet")
        return found

    def _score_area(self, share: float, target: int) -> Task:
        index = self._panel.subject.clf.index(target)
        asked: dict[int, tuple[Found, Source | None]] = {}
        for pane in self.panes:
            if index in pane.found:
                asked[pane.id] = pane.found[index], pane.source
        history = self._panel.runs.history
        if history is not None and index in history.targets:
            asked[ID] = self._own.found(index), None

        def task() -> Answer:
            scores = self._scoring.scores(asked, share, index)
            return Answer({"share": share, "target": index, "scores": scores})

        return task

    def _measure(self, what: What, pane: int, target: int) -> None:
        find = partial(self._found, pane, target)
        find()  # raises
        source = None if pane == ID else self.panes.get(pane).source
        measures = what == "measures"
        measure = partial(self._judge.measured if measures else self._judge.randomized, source)
        device = self._judge.device(source) if measures else pick(self._panel.settings.device)
        still = partial(self._still, pane)
        self._measuring.add(Measurement(pane, target, what, find, still, measure, device))

    def _still(self, pane: int) -> bool:
        """Return whether nothing is at work on the values of a pane, or it is gone."""
        if pane == ID:
            return self._panel.session.idle
        return all(each.id != pane or each.doing is None for each in self.panes)

    # On the line of values.

    def _values(self, pane: int, target: int) -> Answer:
        with self._panel.lock:
            found = self._found(pane, target)
        about, size, make = told(found, own=pane == ID)
        buffer = make()
        self._closed.wait(size / _BYTES_PER_SECOND)  # so much a second, however many ask
        return Answer({"pane": pane, "target": target, **about}, buffer)
