"""What the Inspector does and answers when its page gives a command."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from xwidget.frames import encode
from xwidget.inspector.page.contract import COMMAND, PROTOCOL
from xwidget.inspector.page.messages import Request, parse
from xwidget.inspector.page.stream import Stream
from xwidget.inspector.work.session import Session
from xwidget.inspector.work.worker import Aside, as_error
from xwidget.support import wire
from xwidget.support.texts import in_words
from xwidget.support.threads import EndingThread

if TYPE_CHECKING:
    from xwidget.inspector.widget import Inspector

_NAME = 80  # characters of a file's name
_FRAME = 200_000  # bytes: what a smaller frame counts as, too


class Answers:
    """Obey the page's messages, on the main thread with the widget's lock held.

    What takes its time has a thread of its own, without the lock: neither kernel nor run waits.

    Parameters
    ----------
    widget
        What a person could call; it sends the answers.
    session, stream
        Its own.
    """

    def __init__(self, widget: Inspector, session: Session, stream: Stream) -> None:
        self._widget = widget
        self._session = session
        self._stream = stream
        self._files: dict[str, tuple[Any, Aside]] = {}  # what waits to be written, by type
        self._writes = False

    def obey(self, content: Any) -> None:
        """Do what a message asks; what cannot be done is refused in words.

        Where messages come faster than they can be done, the newest of each type is.
        """
        try:
            request = parse(content, self._widget)
        except Exception as error:
            self._fail(content, error)
            return
        act = partial(self._do, content, request)
        pace = COMMAND[request.type].pace
        if pace is None:
            act()
            return
        cost = max(_FRAME, self._widget._picture.size) if request.type == "frame" else 1
        try:
            self._widget._inbox.take(request.type, pace, act, cost)
        except RuntimeError as error:  # it has to wait, and there are too many threads
            self._fail(content, error)

    def _do(self, content: Any, request: Request) -> None:
        if request.type == "stop":
            self._widget._inbox.drop("run", "run_more", "add", "compare")
        try:
            fields = dict(request.fields)
            if request.type == "hello" and isinstance(content.get("id"), int):
                fields["id"] = content["id"]  # only a command through ``_command`` has one
            task = self._commands[request.type](self, **fields)
            if task is not None:
                self._write(request.type, content, task)
        except Exception as error:
            self._fail(content, error)

    def _write(self, kind: str, content: Any, task: Aside) -> None:
        """Have a file written: one at a time, and one of each type waits, the newest."""
        self._files[kind] = (content, task)
        if not self._writes:
            thread = EndingThread(self._work, self._session.end, "xwidget file")
            try:
                thread.start()
            except (RuntimeError, MemoryError):  # there are too many
                self._files.clear()
                raise
            self._writes = True

    def _work(self) -> None:
        """Write what waits, on a thread of its own, and answer unless the widget is closed then."""
        while True:
            with self._widget._lock:
                if self._session.closed or not self._files:
                    self._files.clear()
                    self._writes = False
                    return
                content, task = self._files.pop(next(iter(self._files)))
            try:
                answer = task()
            except BaseException as error:  # a page that asked must not wait forever
                answer = partial(self._fail, content, as_error(error))
            with self._widget._lock, self._widget._logged():
                if not self._session.closed:
                    answer()
            del task, answer

    def _fail(self, content: Any, error: Exception) -> None:
        words = str(error)
        if not isinstance(error, (ValueError, TypeError, RuntimeError)):
            # A page that asked must not wait forever.
            self._widget.log.warning("in answer to %r", wire.brief(content), exc_info=error)
            words = in_words(error)
        self._widget._refuse(content, words)

    def _hello(self, protocol: int, id: int | None = None) -> None:
        if protocol != PROTOCOL:
            raise ValueError(
                f"the page speaks protocol {protocol}, the kernel {PROTOCOL}: "
                "reload the page, and restart the kernel after an update"
            )
        number = self._session.run_number
        welcome = {"type": "welcome", "protocol": protocol, "run": number}
        # By it the page learns which way its commands arrive.
        self._widget.send(welcome if id is None else {**welcome, "id": id})
        self._widget._views.greet()
        self._widget._start_first()

    def _frame(self, target: int, iteration: int, run: int) -> None:
        frame = self._session.frame(target, iteration, run)
        if frame is None:
            raise ValueError(f"class {target} has no mask yet")
        self._widget.send({"type": "frame"}, [encode(frame)])

    def _categories(self) -> None:
        names = wire.listed(self._widget._classifier().categories)
        self._widget.send({"type": "categories", "names": names})

    def _save(self, *, frames: bool = True) -> Aside:
        return self._hand_over("saved", "xwidget", self._widget._to_save(frames=frames))

    def _sizes(self) -> None:
        self._widget.send({"type": "sizes", **self._widget._sizes()})

    def _export(self) -> Aside:
        return self._hand_over("exported", "html", self._widget._to_export())

    def _hand_over(self, kind: str, ending: str, write: Callable[[Path], object]) -> Aside:
        """Return what writes a file, then sends it."""
        content = {"type": kind, "name": self._file_name(ending)}

        def task() -> Callable[[], None]:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "explanation"
                write(path)
                data = path.read_bytes()
            return lambda: self._widget.send(content, [data])

        return task

    def _file_name(self, ending: str) -> str:
        """Return a name that any system takes: the net's, the game's and the drawn class's."""
        main = self._session.main
        game = self._widget.game if main is None else main.settings.game
        drawn = self._widget._classifier().categories[self._widget.target]
        words = re.sub(r"[^a-z0-9_]+", "-", f"{self._widget._net_name} {game} {drawn}".lower())
        return f"{words[:_NAME].strip('-')}.{ending}"

    _commands: ClassVar[Mapping[str, Callable[..., Aside | None]]] = {
        "hello": _hello,
        "run": lambda self: self._widget.run(),
        "run_more": lambda self, iterations: self._widget._run_more(iterations, alone=True),
        "stop": lambda self: self._widget.stop(),
        "add": lambda self, target: self._widget.add(target),
        "compare": lambda self, by: self._widget.compare(by),
        "frame": _frame,
        "categories": _categories,
        "save": _save,
        "save_last": partial(_save, frames=False),
        "sizes": _sizes,
        "export": _export,
        "views": lambda self, page, count, seen: self._widget._views.take(page, count, seen),
        "ack": lambda self, seq: self._stream.ack(seq),
    }
