"""The traits that kernel and page share, and what each side may put into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import traitlets

from xwidget.engine.explain import ITERATIONS
from xwidget.engine.settings import Settings
from xwidget.inspector import protocol
from xwidget.inspector.locked import LockedWidget

_DEFAULT = Settings()
_QUIET = frozenset({"frame", "categories", "ack", "views"})  # the page's business, no person's
_SETTINGS = frozenset({"game", "defense", "sparsity"})
_RANGES = {"iterations": (1, protocol.MAX_ITERATIONS), "iteration": (0, 2**31 - 1)}
_KERNEL = frozenset(
    {"_image", "_reference", "_frame", "_classes", "_trace", "_progress", "_choices"}
    | {"_checks", "_probed", "_variants", "_net_name", "_words", "status", "error"}
)
_PLAIN = (str, int, float, bool, type(None))


class BadValue(traitlets.TraitError, ValueError):
    """A value that a trait of the Inspector cannot take; the text says what it can."""


def _synced(trait: Any, words: str) -> Any:
    trait.help = words
    return trait.tag(sync=True)


def _shared(trait: Any, words: str) -> Any:
    """Mark a trait that the page writes too: echoes would make its controls jump back."""
    return _synced(trait, words).tag(echo_update=False)


class SyncedWidget(LockedWidget):
    """The Inspector's traits with their checks; docs/protocol.md says what the page makes of each.

    A value from the page that does not fit changes nothing: it is refused in words.
    """

    # Written by the kernel.
    _image = _synced(traitlets.Bytes(), "The picture that the net sees, as a frame.")
    _reference = _synced(traitlets.Bytes(), "The reference, as a frame; 1x1 where of one color.")
    _frame = _synced(traitlets.Bytes(), "The mask that is drawn, as a frame.")
    _classes = _synced(traitlets.List(), "The classes explained, best first.")
    _trace = _synced(traitlets.Dict(), "Curves and kept iterations by class.")
    _checks = _synced(traitlets.Dict(), "What speaks for and against each last mask, by class.")
    _variants = _synced(traitlets.List(), "Runs beside the main one, with their curves.")
    _progress = _synced(traitlets.Dict(), "Where the run is.")
    _kept = _synced(traitlets.Dict(), "Each class's last mask, packed, for a saved notebook.")
    _probed = _synced(traitlets.Dict(), "What the net makes of the edited mask.")
    _choices = _synced(traitlets.Dict(), "What the selects offer.")
    _words = _synced(traitlets.Dict(), "What the page says of a picture, as templates.")
    _net_name = _synced(traitlets.Unicode(), "The classifier's name.")
    status = _synced(traitlets.Unicode("idle"), "idle, running, done, stopped or error.")
    error = _synced(traitlets.Unicode(), "What went wrong, in words.")

    # Written by both sides.
    game = _shared(traitlets.Unicode(_DEFAULT.game), "Game of the next run.")
    defense = _shared(traitlets.Unicode(_DEFAULT.defense), "Defense of the next run.")
    iterations = _shared(traitlets.Int(ITERATIONS), "Length of the next run.")
    sparsity = _shared(
        traitlets.Union([traitlets.Float(), traitlets.Unicode()], default_value=_DEFAULT.sparsity),
        'Weight of one mask entry in the next run, or "auto".',
    )
    target = _shared(traitlets.Int(), "Class that is drawn.")
    iteration = _shared(traitlets.Int(), "Iteration that is drawn.")
    _follow = _shared(traitlets.Bool(True), "Whether the newest iteration is drawn.")
    _probe = _shared(traitlets.Bytes(), "A mask that a person edited, as a frame; or empty.")
    _command = _shared(traitlets.Dict(), "A command, where custom messages do not arrive.")

    def __init__(self, **traits: Any) -> None:
        self._taking: frozenset[str] = frozenset()  # traits that the page is setting right now
        super().__init__(**traits)

    # What the Inspector brings.

    _fixed: Settings
    """Settings with what is not a trait; those that are replace theirs."""

    @property
    def _explained(self) -> tuple[int, ...]:
        """Indices of the classes that may be drawn."""
        raise NotImplementedError

    def _redraw(self) -> None:
        """Send the mask that is to be drawn now."""
        raise NotImplementedError

    def _obey(self, content: Any) -> None:
        """Do what a message from the page says, or refuse it."""
        raise NotImplementedError

    # What the page sets: on the main thread, the lock held.

    def set_state(self, sync_data: Mapping[str, Any]) -> None:
        """Take what the page set; what does not fit is refused in words and changes nothing."""
        with self._lock:
            accepted, refused = {}, {}
            for name, value in sync_data.items():
                try:
                    accepted[name] = self._checked(name, value)
                except BadValue as error:
                    refused[name] = str(error)
            before = self._command
            self._taking = frozenset(accepted)
            try:
                super().set_state(accepted)
            finally:
                self._taking = frozenset()
            if accepted.keys() & {"target", "iteration", "_follow"}:
                self._redraw()
            if accepted and self.status != "error":
                self.error = ""
            for name, words in refused.items():
                value = sync_data[name]
                self._refuse({"type": "set", "name": name, "value": _shown(value)}, words)
                self.send_state(name)  # the page's control goes back to the value in force
            if self._command != before:
                self._obey(self._command)

    def _refuse(self, request: Any, words: str) -> None:
        self.send(protocol.failed(request, words))
        if not (isinstance(request, dict) and request.get("type") in _QUIET):
            self.error = words

    @traitlets.validate(
        "game", "defense", "sparsity", "iterations", "target", "iteration", "_probe"
    )
    def _on_proposal(self, proposal: Any) -> Any:
        return self._checked(proposal["trait"].name, proposal["value"])

    def _checked(self, name: str, value: Any) -> Any:
        """Return a value that a trait may take; raise ``BadValue`` in words."""
        try:
            if name in _SETTINGS:
                replace(self._fixed, **{name: value})
            elif name in _RANGES:
                value = protocol.whole(name, value, *_RANGES[name])
            elif name == "target" and value not in self._explained:
                explained = ", ".join(map(str, self._explained))
                raise ValueError(f"target {value!r} is not explained ({explained}); add it first")
            elif name == "_follow" and not isinstance(value, bool):
                raise ValueError(f"_follow must be true or false, got {value!r}")
            elif name == "_command":
                if not isinstance(value, dict):
                    raise ValueError(f"a command must be an object, got {value!r}")
                protocol.whole('"id" of a command', value.get("id"), 0, 2**53)
            elif name == "_probe":
                value = self._edit(value)
            elif name in _KERNEL:
                raise ValueError(f"{name} is the kernel's to set")
        except (ValueError, TypeError) as error:
            raise BadValue(str(error)) from error
        return value

    def _edit(self, value: Any) -> bytes:
        if not isinstance(value, (bytes, bytearray, memoryview)):
            raise ValueError(f"_probe must be the bytes of a frame, got {_shown(value)!r}")
        data = bytes(value)
        if data:
            shape, expected = (protocol.decode(d).pixels.shape for d in (data, self._image))
            if shape != expected:
                raise ValueError(f"the edited mask has shape {shape}; expected {expected}")
        return data


def _shown(value: object) -> object:
    """Return a value as a refusal can name it."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"{len(bytes(value))} bytes"
    return value if isinstance(value, _PLAIN) else repr(value)[:60]
