"""The commands of a page: each is given to its handler, and its answer is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

from xwidget.engine.run import as_error
from xwidget.inspector.page.contract import COMMAND, QUEUED, QUIET
from xwidget.inspector.page.entries import Slot
from xwidget.inspector.page.inbox import Inbox
from xwidget.inspector.page.messages import Request, failed, number, parse
from xwidget.inspector.page.panel import Panel
from xwidget.support import wire
from xwidget.support.line import MOST_BYTES, Line
from xwidget.support.pace import Pace
from xwidget.support.texts import in_words
from xwidget.support.threads import EndingThread

_REPLIES = Pace(20, 10)
_UNASKED = QUIET | {"hello"}  # the page gives them, no person
_FINAL = (ArithmeticError, KeyError, RecursionError, TypeError, ValueError)  # will be so again
_FRAME = 200_000  # bytes: what a smaller frame counts as, too


@dataclass(frozen=True)
class Answer:
    """The fields of a command's reply, and the bytes that go with it; the contract names both."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    buffer: bytes | None = None


Task: TypeAlias = Callable[[], Answer]
"""Something that takes its time and makes an answer; done without the lock, beside the run."""

Handler: TypeAlias = Callable[..., "Answer | Task | None"]
"""Does what a command asks: called with its checked fields, on the main thread, the lock held."""


class Commands:
    """Obey the page's commands, on the main thread with the lock held.

    A task has a thread of its own, without the lock: neither kernel nor run waits. Those of queued
    commands are all done, in the order in which they came, on another one.

    Parameters
    ----------
    panel
        Whose page it is.
    handlers
        By command.
    inbox
        Where commands wait that come too fast.
    refuse
        Tells the page that a command is refused, and why.
    lines
        Where the tasks of queued commands wait, by name; those that may take long wait in "files"
        after that.
    """

    def __init__(
        self,
        panel: Panel,
        handlers: Mapping[str, Handler],
        inbox: Inbox,
        refuse: Callable[[Any, str], None],
        lines: Mapping[str, Line],
    ) -> None:
        self._panel = panel
        self._handlers = handlers
        self._inbox = inbox
        self._refuse = refuse
        self._lines = lines
        self._tasks: dict[Slot, tuple[Any, Task]] = {}  # what waits to be done
        self._works = False

    def obey(self, content: Any, buffers: Sequence[Any] = ()) -> None:
        """Do what a message asks; what cannot be done is refused in words.

        Where messages come faster than they can be done, the newest of each slot is.

        Parameters
        ----------
        content
            What came, by message or trait.
        buffers
            A message's; the first is the command's field ``buffer``.
        """
        if buffers and isinstance(content, Mapping):
            content = {**content, "buffer": buffers[0]}
        try:
            request = parse(content, self._panel)
        except Exception as error:
            self._fail(content, error)
            return
        act = partial(self._do, content, request)
        command = COMMAND[request.type]
        if command.queued:
            self._line_up(content, request)
            return
        if command.pace is None:
            act()
            return
        try:
            cost = max(_FRAME, self._panel.subject.picture.size) if command.weighs else 1
            self._inbox.take(command.slot(request.fields), command.pace, act, cost)
        except RuntimeError as error:  # it has to wait, and there are too many threads
            self._fail(content, error)

    def _line_up(self, content: Any, request: Request) -> None:
        """Put a queued command behind those that came before."""
        try:
            task = self._handlers[request.type](**request.fields)
            assert callable(task)
            asked = {**wire.brief(content), **number(content)}  # type: ignore[dict-item]
            size = wire.weight(content, MOST_BYTES)
            act = partial(self._answer, asked, task)
            command = COMMAND[request.type]
            if command.long:
                act = partial(self._hand_on, asked, act, size)
            self._lines[command.line].add(act, size)
        except Exception as error:
            self._fail(content, error)

    def _hand_on(self, asked: dict[str, Any], act: Callable[[], None], size: int) -> None:
        """Do what may take long beside the line, now that all before it is done."""
        try:
            self._lines["files"].add(act, size)
        except RuntimeError as error:
            with self._panel.lock, self._panel.logged():
                if not self._panel.session.closed:
                    self._fail(asked, error)

    def _do(self, content: Any, request: Request) -> None:
        command = COMMAND[request.type]
        for name in command.ends:
            self._inbox.drop(*COMMAND[name].slots)
        try:
            answer = self._handlers[request.type](**request.fields)
            if callable(answer):
                self._enqueue(command.slot(request.fields), content, answer)
            elif command.reply is not None:
                self._clear_error(request.type)
                self._reply(request.type, content, answer or Answer())
        except Exception as error:
            self._fail(content, error)

    def _reply(self, kind: str, content: Any, answer: Answer) -> None:
        send = partial(self._send, content, answer)
        if COMMAND[kind].pace is not None:
            send()
        else:  # done at once, however many come
            self._inbox.take(("replied", kind), _REPLIES, send)

    def _send(self, content: Any, answer: Answer) -> None:
        reply = COMMAND[content["type"]].reply
        assert reply is not None
        message = {"type": reply.type, **answer.fields, **number(content)}
        self._panel.send(message, None if answer.buffer is None else [answer.buffer])

    def _enqueue(self, slot: Slot, content: Any, task: Task) -> None:
        """Do a task: one at a time, and one waits in each slot, the newest."""
        self._tasks[slot] = (content, task)
        if not self._works:
            thread = EndingThread(self._work, self._panel.session.end, "xwidget file")
            try:
                thread.start()
            except (RuntimeError, MemoryError):  # there are too many
                self._tasks.clear()
                raise
            self._works = True

    def _work(self) -> None:
        """Do what waits, on a thread of its own."""
        panel = self._panel
        while True:
            with panel.lock:
                if panel.session.closed or not self._tasks:
                    self._tasks.clear()
                    self._works = False
                    return
                content, task = self._tasks.pop(next(iter(self._tasks)))
            self._answer(content, task)
            del task

    def _answer(self, content: Any, task: Task) -> None:
        """Do a task, without the lock, and answer unless the widget is closed then."""
        panel = self._panel
        try:
            tell, done = partial(self._send, content, task()), True
        except BaseException as error:  # a page that asked must not wait forever
            done = False
            tell = partial(self._fail, content, as_error(error))
        with panel.lock, panel.logged():
            if not panel.session.closed:
                if done:
                    self._clear_error(content["type"])
                tell()

    def _clear_error(self, kind: str) -> None:
        """Take back the words on what was refused before, once a person's command is done."""
        panel = self._panel
        if kind not in _UNASKED and panel.get("status") != "error" and panel.get("error"):
            panel.tell(error="")

    def _fail(self, content: Any, error: Exception) -> None:
        words = str(error)
        if not isinstance(error, (ValueError, TypeError, RuntimeError, OSError)):
            # A page that asked must not wait forever.
            self._panel.warn("in answer to %r", wire.brief(content), error=error)
            words = in_words(error)
        kind = content.get("type") if isinstance(content, Mapping) else None
        if kind in QUEUED:
            final = isinstance(error, _FINAL)
            told = {**failed(content, words), "final": final}
            self._inbox.take(("refused", kind), _REPLIES, partial(self._panel.send, told))
        else:
            self._refuse(content, words)
