"""The Inspector: a widget that shows an explanation as it is made (kernel side)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets
import traitlets

from xwidget.assets import static
from xwidget.classifier import Classifier, check_classifier
from xwidget.engine.device import pick
from xwidget.engine.keywords import spelled_out
from xwidget.engine.optimize import optimize
from xwidget.engine.references import make_reference
from xwidget.engine.settings import PANEL, SETTINGS, Settings, SettingsDict, settings_of
from xwidget.engine.witness import Witness
from xwidget.export import still
from xwidget.inspector import beginning
from xwidget.inspector.features.testing import Prober
from xwidget.inspector.notebook.cells import supersede
from xwidget.inspector.notebook.display import ShownWidget
from xwidget.inspector.page.commands import Answers
from xwidget.inspector.page.stream import Stream
from xwidget.inspector.work.lock import INSPECTORS
from xwidget.inspector.work.runs import alternatives
from xwidget.inspector.work.session import Optimize, Session
from xwidget.inspector.work.views import Views
from xwidget.support import arguments, texts

if TYPE_CHECKING:
    from typing_extensions import Unpack


@spelled_out(SETTINGS)
class Inspector(ShownWidget):
    """Show which pixels, in which color, a classifier relies on, live, in a notebook.

    The run starts when the Inspector is shown; the cell returns at once. It ends after
    ``iterations``, or earlier where nothing changes any more, as in ``explain``. Runs take turns,
    what is on the screen first; one whose last view is gone rests until there is a view again, or
    somebody waits for it. Where its cell is run again, the new Inspector ends the old one's run.

    Parameters
    ----------
    clf
        The classifier, from ``load`` or ``Classifier``.
    image
        Path, PIL image, array (H, W[, 1|3|4]) uint8 or float in [0, 1], or tensor (3, H, W).
    targets
        A number n from 1 to 10: the n most likely classes. Or a list of class indices or names, or
        one name; the first is drawn. None is the most likely class.
    **settings
        Each as in ``Settings``, which says what it is; those that are traits, see below, for the
        first run.
    witness
        As in ``explain``.
    layout
        An ipywidgets ``Layout``, or a dict of its traits.

    Attributes
    ----------
    game, defense, iterations, sparsity
        Settings of the next run. Setting them does not touch a run under way.
    target
        Index of the class that is drawn, one of those explained.
    iteration
        Iteration that is drawn; the nearest that was kept stands for one that was not.
        It advances with a run, unless it was set to another than the newest.
    status
        ``"idle"``, ``"running"``, ``"done"``, ``"stopped"`` or ``"error"``. Read only in spirit.
    error
        What went wrong, in words; empty when all is well.

    Raises
    ------
    ValueError, TypeError
        If an argument is not one of these, or the image cannot be read.

    See Also
    --------
    explanation, comparison, probe : What was found.
    run, run_more, stop, wait, add, compare, test : What can be done.
    save, to_pil, export_html : Taking it along.

    Notes
    -----
    All attributes above are traits: ``observe``, ``link`` and ``jslink`` work on them. While a run
    goes on, observers are called on threads of its own, one at a time in all Inspectors and
    Galleries: a slow one holds up the others. One that is linked to another follows its own run
    while that goes on, and the other's after that. Close an Inspector that is no longer needed:
    ipywidgets keeps every widget, and with it image, masks and thread, until then.

    Examples
    --------
    >>> import xwidget as xw
    >>> clf = xw.load("efficientnet_lite0")
    >>> w = xw.Inspector(clf, xw.sample("coffee"), targets=["espresso"], iterations=2)
    >>> w.wait()
    True
    >>> w.explanation.names
    ('espresso',)
    >>> w.close()
    """

    _esm = static("widget.js")
    _css = static("widget.css")
    _engine: ClassVar[Optimize] = staticmethod(optimize)

    def __init__(
        self,
        clf: Classifier,
        image: Any,
        targets: int | str | Sequence[int | str] | None = 3,
        *,
        witness: Classifier | None = None,
        layout: ipywidgets.Layout | Mapping[str, Any] | None = None,
        **settings: Unpack[SettingsDict],
    ) -> None:
        self._fixed = asked = settings_of(Inspector, settings)
        check_classifier(clf)
        pick(asked.device)
        heard = None if witness is None else Witness(witness, clf)
        x = clf.prepare(image)
        self._scores: list[float] = clf.classify(x).tolist()
        targets = beginning.chosen(clf, targets, x, self._scores)
        backdrop = make_reference(asked.reference, x, clf.mean, clf.std, asked.seed)
        self._picture, self._backdrop = clf.picture(x), clf.picture(backdrop)

        self._lock = INSPECTORS
        self._own_layout: ipywidgets.Layout | None = None
        self._views = Views(busy=lambda: self.status == "running")
        self._session = Session(
            clf,
            x,
            targets,
            self._lock,
            witness=heard,
            views=self._views,
            optimize=self._engine,
        )
        self._stream = Stream(self, self._session)
        self._answers = Answers(self, self._session, self._stream)
        self._prober = Prober(
            self,
            self._session,
            backdrop,
            self._picture,
            self._backdrop,
            clf.categories,
            clf.short_names,
        )
        super().__init__(
            **asked.in_panel(),
            target=targets[0],
            _image=beginning.encoded(self._picture),
            _reference=beginning.encoded(still.shortest(self._backdrop)),
            _classes=self._described(),
            _net_name=clf.name,
            **({} if layout is None else {"layout": layout}),
        )
        if not isinstance(layout, ipywidgets.Layout):
            self._own_layout = self.layout
        supersede(self, Inspector.stop)

    # What a person calls.

    def run(self) -> None:
        """Start over with the settings now in the traits; a run under way is given up."""
        with self._lock:
            self._session.run(self._next_settings())
            self._started()
        self._views.ask()

    def _next_settings(self) -> Settings:
        return replace(self._fixed, **{name: getattr(self, name) for name in PANEL})

    def run_more(self, n: int | None = None) -> None:
        """Go on from where every class is, with its run's own settings, not from scratch.

        Parameters
        ----------
        n
            Iterations after the newest; None takes the trait ``iterations``.

        Raises
        ------
        RuntimeError
            If there was no run, or the Inspector is closed.
        """
        self._run_more(self.iterations if n is None else n)

    def _run_more(self, count: int, *, alone: bool = False) -> None:
        with self._lock:
            count = PANEL["iterations"].take(count, "n")
            self._session.run_more(count, alone=alone)
            self._started()
        self._views.ask()

    def stop(self) -> None:
        """End the run within one iteration; what is done so far stays."""
        self._session.stop()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until nothing runs any more; start the first run if there was none.

        Interrupting it (Ctrl-C) leaves the run going.

        Parameters
        ----------
        timeout
            Seconds; None waits without end.

        Returns
        -------
        bool
            Whether the run has ended (done, stopped); False where the time was up first.

        Raises
        ------
        Exception
            The error that ended the run, with its traceback.
        RuntimeError
            If called from an observer.
        """
        timeout = arguments.seconds("timeout", timeout)
        self._start_first()
        with self._views.awaited():
            return self._session.wait(timeout)

    def add(self, target: int | str) -> None:
        """Explain one more class, for as many iterations as the others have, and draw it.

        It is optimized alone, after what runs now.

        Parameters
        ----------
        target
            Class index, or a name as in ``clf.index``.

        Raises
        ------
        ValueError, TypeError
            If there is no such class, or the witness does not have it.
        RuntimeError
            If the Inspector is closed.
        """
        with self._lock:
            index = self._classifier().index(target)
            if index in self._session.targets:
                self.target = index
                return
            self._session.add(index)
            self._views.ask()
            self._classes = self._described()
            self._prober.refresh()
            if not self._session.promised:  # nothing has run yet: the first run takes it along
                self.target = index
                return
            self._stream.awaited = index
            self.error = ""
            self.status = "running"

    def compare(self, by: str) -> None:
        """Run what the run is to be compared with, after what runs now; see ``comparison``.

        The variants have the run's classes and settings, save the one that is compared, and go as
        far as it has come. They stay until the next ``run``; what is there is not run again.

        Parameters
        ----------
        by
            ``"game"``: all four games. ``"defense"``: the run's own defense, and none; where its
            own is none, the one that serves its game best.

        Raises
        ------
        ValueError
            If it is neither.
        RuntimeError
            If the first run was stopped before it began, or the Inspector is closed.
        """
        with self._lock:
            self._classifier()
            alternatives(self._fixed, by)
            self._start_first()
            self._session.compare(by)
            self._views.ask()
            self.error = ""
            self.status = "running"

    def _start_first(self) -> None:
        with self._lock:
            if self.status == "idle" and not self._session.closed:
                self.run()

    def _started(self) -> None:
        self._stream.awaited = None
        self._live = self._follow = True
        self.error = ""
        self.status = "running"

    def close(self) -> None:
        """End the run and free its thread, image and masks; take ``explanation`` before."""
        session = getattr(self, "_session", None)  # none where the constructor raised
        if session is not None and not session.closed:
            session.close()
            self._views.close()
            with self._lock:
                self._stream.clear()
                self._prober.close()
                if self.status == "running":
                    self.status = "stopped"
                if self._own_layout is not None:  # ipywidgets would keep it forever
                    self._own_layout.close()
        super().close()

    def __repr__(self) -> str:
        name = texts.shown(self._net_name, texts.NAME)
        return f"<Inspector {name}: {len(self._classes)} classes, {self.game}, {self._at()}>"

    def _at(self) -> str:
        """Return what it is at, in words."""
        if self._session.closed:
            return "closed"
        if self.status != "running":
            return str(self.status)
        if self._views.resting:
            return "running, rests until it is shown"
        return "running, waiting for its turn" if self._session.waits else "running"

    def _rescore(self, scores: Mapping[int, float]) -> None:
        """Take the image's scores as a run found them: the net may have been trained since."""
        if any(abs(self._scores[t] - score) > 5e-4 for t, score in scores.items()):  # no rounding
            self._scores = [scores.get(t, old) for t, old in enumerate(self._scores)]
            self._classes = self._described()

    def _described(self) -> list[dict[str, Any]]:
        names = self._classifier().categories
        ranked = sorted(self._session.targets, key=lambda target: -self._scores[target])
        short = self._classifier().short_names
        return [
            {"index": t, "name": names[t], "short": short[t], "score": self._scores[t]}
            for t in ranked
        ]

    # What the page says: on the main thread, the lock held.

    def _handle_msg(self, msg: Mapping[str, Any]) -> None:
        self._views.heard()
        super()._handle_msg(msg)

    def _handle_custom_msg(self, content: Any, buffers: Any) -> None:
        self._obey(content)
        super()._handle_custom_msg(content, buffers)

    def _obey(self, content: Any) -> None:
        self._answers.obey(content)

    @traitlets.observe("target", "iteration")
    def _on_drawn(self, change: Any) -> None:
        if change["name"] == "target":
            self._stream.awaited = None
        elif "_follow" not in self._taking:
            self._follow = self._is_newest(change["new"])
        if not self._taking:
            self._redraw()

    @traitlets.observe("_probe")
    def _on_probe(self, change: Any) -> None:
        if "_probe" in self._taking:
            self._prober.take(change["new"])

    @property
    def _explained(self) -> tuple[int, ...]:
        return self._session.targets

    def _is_newest(self, iteration: int) -> bool:
        newest = self._session.nearest(self.target)
        return newest is None or iteration >= newest

    def _redraw(self) -> None:
        self._stream.draw()
