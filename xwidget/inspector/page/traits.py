"""The traits that kernel and page share, and what each side may put into them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import traitlets

from xwidget.engine.explain import ITERATIONS
from xwidget.engine.settings import Settings
from xwidget.frames import decode
from xwidget.inspector.page import messages
from xwidget.inspector.page.closed import Refused, shared, told
from xwidget.inspector.page.locked import LockedWidget
from xwidget.support import arguments, wire
from xwidget.support.texts import NAME, WORDS

_DEFAULT = Settings()
_QUIET = frozenset(
    {"frame", "categories", "ack", "views", "sizes"}
)  # the page's business, no person's
_SETTINGS = frozenset({"game", "defense", "sparsity"})
_RANGES = {"iterations": (1, messages.MAX_ITERATIONS), "iteration": (0, 2**31 - 1)}


class _Stepping(threading.local):
    """Whose run has come to another iteration, while that is told on this thread."""

    widget: SyncedWidget | None = None


_stepping = _Stepping()


class _Whole(traitlets.Int):  # type: ignore[type-arg]
    """An int, which may come as one of numpy's."""

    def validate(self, obj: Any, value: Any) -> Any:
        return super().validate(obj, int(value) if arguments.is_whole(value) else value)


class _Sparsity(traitlets.Union):
    """A number, which may come as one of numpy's, or "auto"."""

    def validate(self, obj: Any, value: Any) -> Any:
        if value == "auto":
            return value
        try:
            return Settings(sparsity=value).sparsity
        except ValueError as error:
            raise Refused(str(error)) from error


class SyncedWidget(LockedWidget):
    """The Inspector's traits with their checks; docs/protocol.md says what the page makes of each.

    A value from the page that does not fit changes nothing: it is refused in words.
    """

    # Written by the kernel.
    _image = told(traitlets.Bytes(), "The picture that the net sees, as a frame.")
    _reference = told(traitlets.Bytes(), "The reference, as a frame; 1x1 where of one color.")
    _frame = told(traitlets.Bytes(), "The mask that is drawn, as a frame.")
    _classes = told(traitlets.List(), "The classes explained, best first.", NAME)
    _trace = told(traitlets.Dict(), "Curves and kept iterations by class.")
    _checks = told(traitlets.Dict(), "What speaks for and against each last mask, by class.", WORDS)
    _variants = told(traitlets.List(), "Runs beside the main one, with their curves.", WORDS)
    _progress = told(traitlets.Dict(), "Where the run is.")
    _kept = told(traitlets.Dict(), "Each class's last mask, packed, for a saved notebook.")
    _probed = told(traitlets.Dict(), "What the net makes of the edited mask.", WORDS)
    _choices = told(traitlets.Dict(), "What the selects offer.")
    _words = told(traitlets.Dict(), "What the page says of a picture, as templates.")
    _net_name = told(traitlets.Unicode(), "The classifier's name.", NAME)
    _live = told(
        traitlets.Bool(False), "Whether the newest mask of the drawn class goes on changing."
    )
    status = told(traitlets.Unicode("idle"), "idle, running, done, stopped or error.")
    error = told(traitlets.Unicode(), "What went wrong, in words.", WORDS)

    # Written by both sides.
    game = shared(traitlets.Unicode(_DEFAULT.game), "Game of the next run.")
    defense = shared(traitlets.Unicode(_DEFAULT.defense), "Defense of the next run.")
    iterations = shared(_Whole(ITERATIONS), "Length of the next run.")
    sparsity = shared(
        _Sparsity([traitlets.Float(), traitlets.Unicode()], default_value=_DEFAULT.sparsity),
        'Weight of one mask entry in the next run, or "auto".',
    )
    target = shared(_Whole(), "Class that is drawn.")
    iteration = shared(_Whole(), "Iteration that is drawn.")
    _follow = shared(traitlets.Bool(True), "Whether the newest iteration is drawn.")
    _probe = shared(traitlets.Bytes(), "A mask that a person edited, as a frame; or empty.")
    _command = shared(traitlets.Dict(), "A command, where custom messages do not arrive.")

    def __init__(self, **traits: Any) -> None:
        self._taking: frozenset[str] = frozenset()  # traits that the page is setting right now
        self._unheard = False  # whether the page may have an iteration that was not taken
        super().__init__(**traits)

    # What the Inspector brings.

    _fixed: Settings
    """Settings with what is not a trait; those that are replace theirs."""

    @property
    def _explained(self) -> tuple[int, ...]:
        """Indices of the classes that may be drawn."""
        raise NotImplementedError

    def _is_newest(self, iteration: int) -> bool:
        """Tell whether there is no later one of the drawn class."""
        raise NotImplementedError

    def _rescore(self, scores: Mapping[int, float]) -> None:
        """Take the image's scores by class index, as a run found them."""
        raise NotImplementedError

    def _redraw(self) -> None:
        """Send the mask that is to be drawn now."""
        raise NotImplementedError

    def _obey(self, content: Any) -> None:
        """Do what a message from the page says, or refuse it."""
        raise NotImplementedError

    # What the page sets: on the main thread, the lock held.

    def _take(self, taken: Mapping[str, Any]) -> None:
        """Set what the page set, then do what it asks in the same message."""
        if "iteration" in taken and "_follow" not in taken and self._live and self._follow:
            # A person who leaves a run says so; this comes from what is linked, on the page.
            taken = {name: value for name, value in taken.items() if name != "iteration"}
            self._unheard = True
        command, before = taken.get("_command"), self._command.get("id")
        if command is not None:
            # Of a command its number is kept: what else a page puts into it is not.
            taken = {**taken, "_command": {"id": command["id"]}}
        self._taking = frozenset(taken)
        try:
            with self._logged():  # an observer's error is its own
                super()._take(taken)
        finally:
            self._taking = frozenset()
        if taken.keys() & {"target", "iteration", "_follow"}:
            self._redraw()
        if taken and self.status != "error":
            self.error = ""
        if command is not None and command["id"] != before:
            self._obey(command)

    def _tell_refused(self, request: Any, words: str, name: str | None) -> None:
        super()._tell_refused(request, words, name)
        if not (isinstance(request, dict) and request.get("type") in _QUIET):
            self.error = words

    @traitlets.validate(
        "game", "defense", "sparsity", "iterations", "target", "iteration", "_probe"
    )
    def _on_proposal(self, proposal: Any) -> Any:
        name = proposal["trait"].name
        value = self._checked(name, proposal["value"])
        if name == "iteration" and not self._taking:
            if self._live and self._follow and _stepping.widget not in (None, self):
                return self.iteration  # another's step, through a link: no wish
            # Before the iteration itself, which the page would take for what a linked widget says.
            self._follow = self._is_newest(value)
        return value

    def _step_to(self, iteration: int) -> None:
        """Set the iteration that a run has come to; what is linked to it hears of it."""
        before, _stepping.widget = _stepping.widget, self
        try:
            self.iteration = iteration
        finally:
            _stepping.widget = before

    @traitlets.observe("_live")
    def _on_live(self, change: Any) -> None:
        if not change["new"] and self._unheard:
            self._unheard = False
            self.send_state("iteration")

    def _checked(self, name: str, value: Any) -> Any:
        """Return a value that a trait may take; raise ``Refused`` in words."""
        try:
            if name in _SETTINGS:
                replace(self._fixed, **{name: value})
            elif name in _RANGES:
                value = messages.whole(name, value, *_RANGES[name])
            elif name == "target":
                value = self._target(value)
            elif name == "_follow" and not isinstance(value, bool):
                raise ValueError(f"_follow must be true or false, got {wire.shown(value)}")
            elif name == "_command":
                if not isinstance(value, dict):
                    raise ValueError(f"a command must be an object, got {wire.shown(value)}")
                messages.whole('"id" of a command', value.get("id"), 0, 2**53)
            elif name == "_probe":
                value = self._edit(value)
            else:
                value = super()._checked(name, value)
        except (ValueError, TypeError, OverflowError) as error:
            raise Refused(str(error)) from error
        return value

    def _target(self, value: Any) -> int:
        explained = self._explained
        if isinstance(value, bool) or value not in explained:
            among = ", ".join(map(str, explained))
            raise ValueError(f"target {wire.shown(value)} is not explained ({among}); add it first")
        return int(value)

    def _edit(self, value: Any) -> bytes:
        if not isinstance(value, (bytes, bytearray, memoryview)):
            raise ValueError(f"_probe must be the bytes of a frame, got {wire.shown(value)}")
        data = bytes(value)
        if data:
            shape, expected = (decode(d).pixels.shape for d in (data, self._image))
            if shape != expected:
                raise ValueError(f"the edited mask has shape {shape}; expected {expected}")
        return data
