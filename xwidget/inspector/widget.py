"""The Inspector: a widget that shows an explanation as it is made (kernel side)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import ipywidgets
import numpy as np
import traitlets
from torch import Tensor

from xwidget.classifier import Classifier
from xwidget.engine.explain import ITERATIONS, check_iterations
from xwidget.engine.games import GAMES
from xwidget.engine.optimize import optimize
from xwidget.engine.references import make_reference
from xwidget.engine.settings import Settings
from xwidget.engine.strategies import DEFENSES
from xwidget.explanation import Explanation, blend
from xwidget.inspector import protocol, still
from xwidget.inspector.lock import OwnedLock
from xwidget.inspector.protocol import Frame, encode
from xwidget.inspector.session import Optimize, Session
from xwidget.inspector.stream import Stream
from xwidget.inspector.synced import SyncedWidget

_DEFAULT = Settings()
_MOST_AT_ONCE = 10  # "the n most likely" beyond this is more likely a class index
_STOPPED = {"done": "iterations", "stopped": "interrupted"}


def _static(name: str) -> Path | str:
    """Return a part of the page: as a file that anywidget watches only where that is asked for.

    A watched file keeps every widget that was ever made from it: its signal is connected to each.
    """
    path = Path(__file__).parent / "static" / name
    return path if os.environ.get("ANYWIDGET_HMR") == "1" else path.read_text("utf-8")


class Inspector(SyncedWidget):
    """Show which pixels, in which color, a classifier relies on, live, in a notebook.

    The run starts when the Inspector is shown; the cell returns at once.

    Parameters
    ----------
    clf
        The classifier, from ``load`` or ``Classifier``.
    image
        Path, PIL image, array (H, W[, 1|3|4]) uint8 or float in [0, 1], or tensor (3, H, W).
    targets
        A number n from 1 to 10: the n most likely classes. Or a list of class indices or names, or
        one name; the first is drawn. None is the most likely class.
    game, defense, iterations, sparsity
        As in ``explain``; also traits, see below.
    reference, similarity, rule, device, seed
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

    Notes
    -----
    All attributes above are traits: ``observe``, ``link`` and ``jslink`` work on them. While a run
    goes on, observers are called on its thread. Close an Inspector that is no longer needed:
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

    _esm = _static("widget.js")
    _css = _static("widget.css")
    _engine: ClassVar[Optimize] = staticmethod(optimize)

    def __init__(
        self,
        clf: Classifier,
        image: Any,
        targets: int | str | Sequence[int | str] | None = 3,
        *,
        game: str = _DEFAULT.game,
        defense: str = _DEFAULT.defense,
        iterations: int = ITERATIONS,
        sparsity: float | Literal["auto"] = _DEFAULT.sparsity,
        reference: str | Tensor = _DEFAULT.reference,
        similarity: str = _DEFAULT.similarity,
        rule: str = _DEFAULT.rule,
        device: str | None = None,
        seed: int = 0,
        layout: ipywidgets.Layout | Mapping[str, Any] | None = None,
    ) -> None:
        self._fixed = Settings(game, defense, sparsity, reference, similarity, rule, seed, device)
        check_iterations(iterations)
        x = clf.prepare(image)
        self._scores: list[float] = clf.classify(x).tolist()
        chosen = _chosen(clf, targets, x, self._scores)
        grey = make_reference(reference, x, clf.mean, clf.std, seed)
        self._picture, self._backdrop = clf.picture(x), clf.picture(grey)

        self._lock = OwnedLock()
        self._own_layout: ipywidgets.Layout | None = None
        self._session = Session(clf, x, chosen, self._lock, optimize=self._engine)
        self._stream = Stream(self, self._session)
        super().__init__(
            game=game,
            defense=defense,
            iterations=iterations,
            sparsity=sparsity,
            target=chosen[0],
            _image=_encoded(self._picture),
            _reference=_encoded(still.shortest(self._backdrop)),
            _classes=self._described(),
            _choices={"game": list(GAMES), "defense": ["auto", *DEFENSES]},
            _net_name=clf.name,
            **({} if layout is None else {"layout": layout}),
        )
        if not isinstance(layout, ipywidgets.Layout):
            self._own_layout = self.layout

    # What a person calls.

    def run(self) -> None:
        """Start over with the settings now in the traits; a run under way is given up."""
        with self._lock:
            settings = replace(
                self._fixed, game=self.game, defense=self.defense, sparsity=self.sparsity
            )
            self._session.run(settings, self.iterations)
            self._started()

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
        count = self.iterations if n is None else n
        with self._lock:
            count = protocol.whole("n", count, 1, protocol.MAX_ITERATIONS)
            self._session.run_more(count)
            self._started()

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
        self._start_first()
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
            If there is no such class.
        RuntimeError
            If the Inspector is closed.
        """
        with self._lock:
            index = self._classifier().index(target)
            if index in self._session.targets:
                self.target = index
                return
            self._session.add(index)
            self._classes = self._described()
            if self._session.idle:  # nothing has run yet: the first run takes it along
                self.target = index
                return
            self._stream.awaited = index
            self.error = ""
            self.status = "running"

    def _start_first(self) -> None:
        with self._lock:
            if self.status == "idle" and not self._session.closed:
                self.run()

    def _started(self) -> None:
        self._stream.awaited = None
        self._follow = True
        self.error = ""
        self.status = "running"

    def close(self) -> None:
        """End the run and free its thread, image and masks; take ``explanation`` before."""
        session = getattr(self, "_session", None)  # none where the constructor raised
        if session is not None and not session.closed:
            session.close()
            with self._lock:
                self._stream.clear()
                if self.status == "running":
                    self.status = "stopped"
                if self._own_layout is not None:  # ipywidgets would keep it for ever
                    self._own_layout.close()
        super().close()

    @property
    def explanation(self) -> Explanation | None:
        """What is explained so far; None before the first iteration and after ``close``."""
        return self._session.explanation(_STOPPED.get(self.status, self.status))

    def export_html(self, path: str | os.PathLike[str], keyframes: int | None = None) -> Path:
        """Write what is explained so far as one HTML file that needs no kernel and no network.

        It opens with the class that is drawn now.

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
        explanation = self.explanation
        if explanation is None:
            self._classifier()  # raises where the Inspector is closed
            raise RuntimeError(
                "there is nothing to export yet: no iteration is done; show the Inspector or call "
                "wait() first"
            )
        target = self.target if self.target in explanation.targets else None
        return explanation.export_html(path, keyframes, target)

    def __repr__(self) -> str:
        return (
            f"<Inspector {self._net_name}: {len(self._classes)} classes, {self.game}, "
            f"{self.status}>"
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return the widget, and a still picture for where no widget can be shown."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        frame = self._session.frame(self.target, None if self._follow else self.iteration)
        pictures = [self._picture]
        if frame is not None:
            evidence = blend(self._picture, self._backdrop, frame.pixels[None])[0]
            pictures.append(evidence)
        return {**data, "image/png": still.png(*pictures)}, metadata

    def _described(self) -> list[dict[str, Any]]:
        names = self._classifier().categories
        ranked = sorted(self._session.targets, key=lambda target: -self._scores[target])
        return [{"index": t, "name": names[t], "score": self._scores[t]} for t in ranked]

    # What the page says: on the main thread, the lock held.

    def _handle_custom_msg(self, content: Any, buffers: Any) -> None:
        self._obey(content)
        super()._handle_custom_msg(content, buffers)

    def _obey(self, content: Any) -> None:
        try:
            request = protocol.parse(content)
            self._commands[request.type](self, **request.fields)
        except (ValueError, TypeError, RuntimeError) as error:
            self._refuse(content, str(error))
        except Exception as error:  # a page that asked must not wait for ever
            self.log.warning("in answer to %r: %r", content, error, exc_info=True)
            self._refuse(content, f"{type(error).__name__}: {error}")

    def _on_hello(self, protocol: int) -> None:
        _check_protocol(protocol)
        self.send({"type": "welcome", "protocol": protocol, "run": self._session.run_number})
        self._start_first()

    def _on_frame(self, target: int, iteration: int) -> None:
        frame = self._session.frame(target, iteration)
        if frame is None:
            raise ValueError(f"class {target} has no mask yet")
        self.send({"type": "frame"}, [encode(frame)])

    def _on_categories(self) -> None:
        self.send({"type": "categories", "names": list(self._classifier().categories)})

    @traitlets.observe("target", "iteration")
    def _on_drawn(self, change: Any) -> None:
        if change["name"] == "target":
            self._stream.awaited = None
        elif "_follow" not in self._taking:
            newest = self._session.nearest(self.target)
            self._follow = newest is None or change["new"] >= newest
        if not self._taking:
            self._redraw()

    _commands: ClassVar[Mapping[str, Callable[..., None]]] = {
        "hello": _on_hello,
        "run": run,
        "run_more": lambda self, iterations: self.run_more(iterations),
        "stop": stop,
        "add": add,
        "frame": _on_frame,
        "categories": _on_categories,
        "ack": lambda self, seq: self._stream.ack(seq),
    }

    @property
    def _explained(self) -> tuple[int, ...]:
        return self._session.targets

    def _redraw(self) -> None:
        self._stream.draw()

    def _classifier(self) -> Classifier:
        if self._session.clf is None:
            raise RuntimeError("this Inspector is closed; make a new one")
        return self._session.clf


def _chosen(
    clf: Classifier,
    targets: int | str | Sequence[int | str] | None,
    x: Tensor,
    scores: Sequence[float],
) -> tuple[int, ...]:
    if not isinstance(targets, (int, np.integer)) or isinstance(targets, bool):
        return clf.select(targets, x)
    if not 1 <= targets <= _MOST_AT_ONCE:
        raise ValueError(
            f"targets={targets} asks for the {targets} most likely classes, but 1 to "
            f"{_MOST_AT_ONCE} can be explained at once; for class {targets} itself write "
            f"targets=[{targets}]"
        )
    ranked = sorted(range(len(scores)), key=lambda index: -scores[index])
    return tuple(ranked[:targets])


def _encoded(picture: still.Pixels) -> bytes:
    return encode(Frame(picture.transpose(2, 0, 1)))


def _check_protocol(version: int) -> None:
    if version != protocol.PROTOCOL:
        raise ValueError(
            f"the page speaks protocol {version}, the kernel {protocol.PROTOCOL}: "
            "reload the page, and restart the kernel after an update"
        )
