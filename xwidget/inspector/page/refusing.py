"""A widget that takes from its page what its contract says that both sides set, nothing else."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from typing import Any

import ipywidgets
import traitlets

from xwidget.inspector.page import contract, messages
from xwidget.inspector.page.inbox import Inbox
from xwidget.inspector.page.traits import Refused, traitlet
from xwidget.inspector.work.lock import OwnedLock
from xwidget.support import wire
from xwidget.support.pace import Pace
from xwidget.support.texts import in_words

_REFUSALS = Pace(20, 10)
_STATES = Pace(4, 1)
_DEEPEST = 2  # names on the way to a buffer


@contextlib.contextmanager
def logged(widget: ipywidgets.Widget) -> Iterator[None]:
    """Log what a widget's observer raises: a run must not end because of it."""
    try:
        yield
    except BaseException as error:
        here = threading.current_thread() is threading.main_thread()
        if here and not isinstance(error, Exception):
            raise  # an interrupt, which is meant for the cell
        widget.log.warning("while showing %r: %r", widget, error, exc_info=True)


class GuardedWidget(ipywidgets.Widget):  # type: ignore[misc]
    """A widget whose page can set the traits that have a check, and nothing else.

    Whatever else is synced, by ipywidgets and anywidget too, is the kernel's: a page that could
    set ``_esm`` would have its text run in every other view. A value that does not fit is refused
    in words and changes nothing; no part of it is kept, or sent to other pages.
    """

    _lock: OwnedLock
    """A subclass sets it before it calls ``super().__init__``."""

    _about: Any = None
    """Given to the checks of what the page sets; None for the widget itself."""

    # A host counts its views here, where a kernel begins with 0.
    _view_count = traitlet(contract.VIEW_COUNT)

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        """Return traits as the page gets them."""
        state = super().get_state(key, drop_defaults)
        room = {name: self._traits[name].metadata.get("room") for name in state}
        return {name: wire.clean(value, room[name]) for name, value in state.items()}

    def send(self, content: Any, buffers: Any = None) -> None:
        """Send a message to the page."""
        super().send(wire.clean(content), buffers)

    def set_state(self, sync_data: Mapping[str, Any]) -> None:
        """Take what the page set; what does not fit is refused in words and changes nothing."""
        taken, refused = self._sorted(sync_data)
        self._take(taken)
        for name, words in refused.items():
            self._refuse_value(name, sync_data[name], words)

    def _sorted(self, sync_data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the admitted values by name, and the reasons for those that are refused."""
        taken, refused = {}, {}
        for name, value in sync_data.items():
            try:
                taken[name] = self._admitted(name, value)
            except (ValueError, TypeError, traitlets.TraitError) as error:
                refused[name] = str(error)
            except Exception as error:  # whatever a page sends, a kernel goes on
                refused[name] = in_words(error)
        return taken, refused

    def _admitted(self, name: str, value: Any) -> Any:
        trait = self._traits.get(name)
        if trait is None:
            raise Refused(f"there is nothing called {wire.shown(name)} to set")
        if not trait.metadata.get("open"):
            raise Refused(f"{name} is the kernel's to set")
        return trait.validate(self, value)

    def _take(self, taken: Mapping[str, Any]) -> None:
        super().set_state(taken)

    def _refuse_value(self, name: str, value: Any, words: str) -> None:
        self._refuse({"type": "set", "name": name, "value": value}, words)

    def _refuse(self, request: Any, words: str) -> None:
        """Tell the page that a request is refused, and why; of many at once, the newest."""
        told = wire.brief(request)
        kind = told.get("type") if isinstance(told, dict) else None
        name = request.get("name") if kind == "set" else None
        name = name if name in self.keys else None
        command = contract.COMMAND.get(kind) if isinstance(kind, str) else None
        known = command.slot(request) if command else (kind == "set", name)
        with self._lock:
            self._inbox.take(
                ("refused", known), _REFUSALS, partial(self._tell_refused, told, words, name)
            )

    def _tell_refused(self, request: Any, words: str, name: str | None) -> None:
        self.send(messages.failed(request, words))
        if name is not None:
            self.send_state(name)  # the page's control goes back to the value in force

    def _logged(self) -> contextlib.AbstractContextManager[None]:
        """Log what an observer raises: a run must not end because of it."""
        return logged(self)

    @cached_property
    def _inbox(self) -> Inbox:
        return Inbox(self._lock)

    def close(self) -> None:
        """Free the widget."""
        if "_inbox" in self.__dict__:
            with self._lock:
                self._inbox.drop()
        super().close()

    def __del__(self) -> None:
        """Free what is collected; ipywidgets keeps what is open, so that it is closed already.

        That may be on any thread, as on one that begins while the thread that started it waits for
        it with the lock held: nothing waits for the lock here.
        """
        lock = getattr(self, "_lock", None)  # none where the constructor raised
        if lock is not None and lock.acquire(timeout=0):
            try:
                self.close()
            finally:
                lock.release()

    def _handle_msg(self, msg: Mapping[str, Any]) -> None:
        """Take a message from the page; one that cannot be read is refused in words."""
        try:
            content = msg["content"]["data"]
            if not isinstance(content, Mapping):
                raise TypeError(f"a message must be an object, got {wire.shown(content)}")
            if content.get("method") not in ("update", "request_state", "custom"):
                method = wire.shown(content.get("method"))
                raise ValueError(f"a message cannot have the method {method}")
            if content["method"] == "update" and not isinstance(content.get("state"), dict):
                raise ValueError("an update must hold a state")
            _put(content, msg.get("buffers"))
        except Exception as error:
            self._refuse(None, f"The page's message cannot be read: {error}")
            return
        # Buffers are in their places by now.
        plain = {name: value for name, value in content.items() if name != "buffer_paths"}
        read = {"content": {"data": plain}, "buffers": msg.get("buffers") or []}
        if content["method"] != "request_state":
            super()._handle_msg(read)
            return
        with self._lock:  # all that is synced, which is much
            self._inbox.take("state", _STATES, partial(super()._handle_msg, read))


def _put(content: Mapping[str, Any], buffers: Any) -> None:
    """Put an update's buffers where it says: each is a trait's value, or a field of a command."""
    paths = content.get("buffer_paths") or []
    buffers = buffers or []
    if not paths:
        return
    if len(paths) != len(buffers):
        raise ValueError(f"{len(paths)} places for {len(buffers)} buffers")
    for path, buffer in zip(paths, buffers, strict=True):
        if not isinstance(path, list) or not all(isinstance(step, str) for step in path):
            raise ValueError(f"a buffer cannot go to {wire.shown(path)}")
        holder = content["state"]
        for step in path[:-1][:_DEEPEST]:
            holder = holder.get(step) if isinstance(holder, dict) else None
        if not path or len(path) > _DEEPEST or not isinstance(holder, dict):
            raise ValueError(f"a buffer cannot go to {wire.shown(path)}")
        holder[path[-1]] = buffer
