"""The Inspector: a widget that shows an explanation as it is made (kernel side)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, overload

import ipywidgets
import traitlets
from PIL import Image

from xwidget.assets import static
from xwidget.catalog.controls import check as check_controls
from xwidget.classifier import Classifier, check_classifier
from xwidget.engine.device import pick
from xwidget.engine.keywords import spelled_out
from xwidget.engine.optimize import optimize
from xwidget.engine.run import Optimize
from xwidget.engine.second_net import SecondNet
from xwidget.engine.settings import SETTINGS, SettingsDict, settings_of
from xwidget.explanation import Explanation
from xwidget.findings.collection import Findings
from xwidget.findings.opening import Keeper, Place
from xwidget.inspector import beginning
from xwidget.inspector.features.testing import TestedMask
from xwidget.inspector.notebook.rerun_cell import supersede
from xwidget.inspector.page import contract, status
from xwidget.inspector.page.panel import Panel
from xwidget.inspector.page.traits import shares
from xwidget.inspector.parts import Parts
from xwidget.inspector.side_by_side import SideBySide
from xwidget.inspector.work.lock import INSPECTORS
from xwidget.inspector.work.session import Session
from xwidget.subject import Subject
from xwidget.support import texts
from xwidget.targets import Target, Targets

if TYPE_CHECKING:
    from typing_extensions import Unpack


@spelled_out(SETTINGS)
@shares(contract.TRAITS)
class Inspector(SideBySide):
    """A notebook panel that shows the pixels and colors that a classifier relies on, live.

    The run starts when the Inspector is shown, and the cell returns at once. The run ends after
    ``iterations``, or earlier if nothing changes any more. Runs take turns, those on the screen
    first. A run whose last view is gone rests until it is shown again or waited for. Running the
    cell again makes a new Inspector, which ends the run of the old one.

    Parameters
    ----------
    clf
        The classifier, from ``load`` or ``Classifier``; or a ``Subject``, without an image. Of a
        list of classifiers the first is explained, and the others stand beside it, see
        ``add_model``.
    image
        Path, PIL image, array (H, W[, 1|3|4]) uint8 or float in [0, 1], or tensor (3, H, W).
    targets
        A number n from 1 to 10 for the n most likely classes; or a list of classes, contrasts and
        scores as in ``explain``, or one name. The first is shown. None means the most likely class.
        Of several classifiers that do not agree on the most likely class, each one's comes first.
    **settings
        The settings of ``explain``; those that are traits, see below, for the first run.
    witness
        As in ``explain``.
    findings
        Where findings are kept: a file's path, a PostgreSQL server's URL, or a ``FindingStore``;
        None for ``xwidget-findings.sqlite`` in the working directory, made with the first finding;
        False for this session only.
    guess
        Something that is asked before the panel shows what the network relies on: True for the part
        of the photo that it relies on for the class shown; ``"class"``, ``"channel"`` or
        ``"method"``; or a ``Question``. A guess is committed, then revealed; see ``answers``.
    controls
        Names of the controls that can be used, a list; the others are not shown. None for all.
    layout
        An ipywidgets ``Layout``, or a dict of its traits.

    Attributes
    ----------
    game, defense, iterations, sparsity
        Settings of the next run. They do not affect a run in progress.
    target
        Index of the class that is shown, one of those explained.
    iteration
        Iteration that is shown, or the nearest one that was kept. It advances with a run unless it
        was set to one that is not the newest.
    status
        ``"idle"``, ``"running"``, ``"done"``, ``"stopped"`` or ``"error"``. To be read, not set.
    error
        Error message; empty if there was no error.
    controls
        As above; it can be set at any time.
    answers
        The first answer to each question that was asked here, a list of dicts as in
        ``xw.lessons.Answer``. To be read, not set.

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit, or the image cannot be read.
    OSError, RuntimeError, ImportError
        If the store of findings that was given cannot be opened.

    See Also
    --------
    explanation, comparison, beside, tested, findings : Results.
    run, run_more, stop, wait, add, compare, test : Actions.
    add_method, add_attribution, add_model, remove : Beside the evidence.
    save, to_pil, export_html : Files and pictures.

    Notes
    -----
    All attributes above are traits: ``observe``, ``link`` and ``jslink`` work on them. During a
    run, observers are called on a thread of the run, one at a time across all Inspectors and
    Galleries: a slow one delays the others. While linked Inspectors run, each follows its own run;
    afterwards they follow each other. Close an Inspector that is no longer needed: until then,
    ipywidgets keeps it with its image, masks and thread.

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
        clf: Classifier | Subject | Sequence[Classifier],
        image: Any = None,
        targets: Targets | None = 3,
        *,
        witness: Classifier | None = None,
        findings: Place = None,
        guess: Any = None,
        controls: Sequence[str] | None = None,
        layout: ipywidgets.Layout | Mapping[str, Any] | None = None,
        **settings: Unpack[SettingsDict],
    ) -> None:
        asked = settings_of(Inspector, settings)
        clf, others = beginning.models(clf)
        net = clf.clf if isinstance(clf, Subject) else clf
        check_classifier(net)
        pick(asked.device)
        inspected, chosen, other = beginning.begun(clf, image, targets, asked, witness)
        seconds = [SecondNet.of(each, inspected.subject) for each in others]
        chosen = beginning.disputed_first(chosen, targets, seconds)
        keeper = Keeper.of(findings)
        controls = check_controls(controls)

        self._lock = INSPECTORS
        self._own_layout: ipywidgets.Layout | None = None
        self._session = Session(
            inspected.subject, chosen, self._lock, witness=other, optimize=self._engine
        )
        self._panel = self._about = Panel(self, self._lock, inspected, asked, self._session)
        self._parts = Parts(self._panel, self._inbox, self._refuse, keeper)
        super().__init__(
            **asked.in_panel(),
            target=chosen[0],
            **beginning.traits(self._panel),
            controls=controls,
            **({} if layout is None else {"layout": layout}),
        )
        if not isinstance(layout, ipywidgets.Layout):
            self._own_layout = self.layout
        self._parts.begin()
        try:
            for each in seconds:
                self._parts.beside.add_second(each)
            self._parts.guessing.ask(guess)
        except BaseException:
            self.close()  # nobody else has it
            raise
        supersede(self, Inspector.stop)

    # What a person calls.

    def run(self) -> None:
        """Start a new run with the settings of the traits; a run in progress is dropped."""
        self._parts.running.run()

    def run_more(self, n: int | None = None) -> None:
        """Continue the run of every class, with the settings that the run was started with.

        Parameters
        ----------
        n
            Number of further iterations, >= 1; None means the trait ``iterations``.

        Raises
        ------
        RuntimeError
            If there was no run, or the Inspector is closed.
        """
        self._parts.running.run_more(n)

    def stop(self) -> None:
        """End the run within one iteration; the result so far stays."""
        self._parts.running.stop()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until all runs have ended, and panes are done; start the first run if none was.

        An interrupt (Ctrl-C) ends the waiting, not the run.

        Parameters
        ----------
        timeout
            Seconds, >= 0; None waits without limit.

        Returns
        -------
        bool
            True if all has ended (done, stopped), False if the time was up first.

        Raises
        ------
        Exception
            The error that ended the run, with its traceback.
        RuntimeError
            If called from an observer, which would wait for itself.
        """
        return self._parts.wait(timeout)

    def add(self, target: Target) -> None:
        """Explain one more class, for as many iterations as the others, and show it.

        It is optimized alone, after the run in progress.

        Parameters
        ----------
        target
            Class index, a name as in ``clf.index``, a tuple of two classes, or a score.

        Raises
        ------
        ValueError, TypeError
            If there is no such class, or the witness does not have it.
        RuntimeError
            If the Inspector is closed.
        """
        self._parts.adding.add(target)

    @property
    def findings(self) -> Findings:
        """The findings of this image: regions that were marked and judged here or in the panel."""
        return self._parts.annotating.findings

    @property
    def explanation(self) -> Explanation | None:
        """The explanation so far; None before the first iteration and after ``close``."""
        return self._session.runs.explanation()

    def save(self, path: str | os.PathLike[str], *, frames: bool = True) -> None:
        """Write the explanation so far to a file, which ``Explanation.load`` reads.

        Its parameters are those of ``Explanation.save``.

        Raises
        ------
        RuntimeError
            If nothing is explained yet, or the Inspector is closed.
        """
        self._parts.saving.to_save(frames=frames)(path)

    def export_html(self, path: str | os.PathLike[str], keyframes: int | None = None) -> Path:
        """Write the explanation so far as an interactive HTML file that needs no kernel.

        It opens with the class that is shown now, and holds what is beside it, up to 6 MB.

        Parameters
        ----------
        path, keyframes
            As in ``Explanation.export_html``, which says what a mask costs.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        RuntimeError
            Before the first iteration and after ``close``.
        ValueError, OSError
            As in ``Explanation.export_html``.
        """
        return self._parts.saving.to_export()(path, keyframes)

    def to_pil(self, target: int | str | None = None, *, view: str = "evidence") -> Image.Image:
        """Return the evidence of a class, at the iteration that is shown, as a PIL image.

        Parameters
        ----------
        target
            Class index or name; None for the class that is shown.
        view
            "evidence" or "paper", see :meth:`xwidget.Explanation.to_pil`.

        Raises
        ------
        ValueError, TypeError
            If there is no such class or view.
        RuntimeError
            If nothing of it is explained yet, or the Inspector is closed.
        """
        return self._parts.picture.evidence(target, view)

    @overload
    def test(self, mask: None) -> None: ...
    @overload
    def test(self, mask: Any) -> TestedMask: ...
    def test(self, mask: Any) -> TestedMask | None:
        """Score the evidence of an edited mask, and show both in the panel.

        The net is asked without a defense, at once, and without affecting a run in progress.

        Parameters
        ----------
        mask
            (3, H, W) or (H, W), numbers in [0, 1]: 1 shows the image, 0 the reference. Or an
            ``Attribution`` that is not signed and has the class that is drawn. None ends the test.

        Returns
        -------
        TestedMask
            The scores and what they are measured on; None where ``mask`` is.

        Raises
        ------
        ValueError, TypeError
            If the mask is not one of these.
        RuntimeError
            If the Inspector is closed.

        Examples
        --------
        Is the mask alone enough? And is the image without it?

        >>> shown = w.explanation.masks[0]  # doctest: +SKIP
        >>> w.test(shown).scores, w.test(1 - shown).scores  # doctest: +SKIP
        """
        return self._parts.testing.test(mask)

    @property
    def tested(self) -> TestedMask | None:
        """The mask that is tested now, by a person in the panel or by ``test``; None if none is."""
        return self._parts.testing.tested

    def close(self) -> None:
        """End the run and free its thread, image and masks. Take ``explanation`` before."""
        parts = getattr(self, "_parts", None)  # none where the constructor raised
        if parts is not None and parts.close() and self._own_layout is not None:
            self._own_layout.close()  # ipywidgets would keep it forever
        super().close()

    def __repr__(self) -> str:
        name, at = texts.shown(self._net_name, texts.NAME), status.in_words(self._panel)
        return f"<Inspector {name}: {len(self._classes)} classes, {self.game}, {at}>"

    # What ipywidgets and IPython call.

    def _handle_msg(self, msg: Mapping[str, Any]) -> None:
        self._session.views.heard()
        super()._handle_msg(msg)

    def _handle_custom_msg(self, content: Any, buffers: Any) -> None:
        self._parts.commands.obey(content, buffers)
        super()._handle_custom_msg(content, buffers)

    def _take(self, taken: Mapping[str, Any]) -> None:
        self._parts.receiving.take(taken, super()._take)

    def _tell_refused(self, request: Any, words: str, name: str | None) -> None:
        super()._tell_refused(request, words, name)
        self._parts.receiving.refused(request, words)

    @traitlets.validate("iteration")
    def _on_iteration(self, proposal: Any) -> int:
        return self._parts.drawn.proposed(proposal["value"])

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        return self._parts.display.bundle(super()._repr_mimebundle_(**kwargs))

    def _ipython_display_(self) -> None:
        self._parts.display.show(self._repr_mimebundle_)
