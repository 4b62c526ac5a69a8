"""What the Inspector does and answers when its page gives a command."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from xwidget.inspector.protocol import PROTOCOL, Request, encode
from xwidget.inspector.session import Session
from xwidget.inspector.stream import Stream

if TYPE_CHECKING:
    from xwidget.inspector.widget import Inspector

_NAME = 80  # characters of a file's name


class Answers:
    """Obey checked requests, on the main thread with the widget's lock held.

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

    def obey(self, request: Request) -> None:
        """Do what is asked; what cannot be done is an exception in words."""
        self._commands[request.type](self, **request.fields)

    def _hello(self, protocol: int) -> None:
        if protocol != PROTOCOL:
            raise ValueError(
                f"the page speaks protocol {protocol}, the kernel {PROTOCOL}: "
                "reload the page, and restart the kernel after an update"
            )
        number = self._session.run_number
        self._widget.send({"type": "welcome", "protocol": protocol, "run": number})
        self._widget._start_first()

    def _frame(self, target: int, iteration: int, run: int) -> None:
        frame = self._session.frame(target, iteration, run)
        if frame is None:
            raise ValueError(f"class {target} has no mask yet")
        self._widget.send({"type": "frame"}, [encode(frame)])

    def _categories(self) -> None:
        names = list(self._widget._classifier().categories)
        self._widget.send({"type": "categories", "names": names})

    def _save(self) -> None:
        self._hand_over("saved", "xwidget", self._widget.save)

    def _export(self) -> None:
        self._hand_over("exported", "html", self._widget.export_html)

    def _hand_over(self, kind: str, ending: str, write: Callable[[Path], object]) -> None:
        """Send the file that ``write`` writes."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "explanation"
            write(path)
            data = path.read_bytes()
        self._widget.send({"type": kind, "name": self._file_name(ending)}, [data])

    def _file_name(self, ending: str) -> str:
        """Return a name that any system takes: the net's, the game's and the drawn class's."""
        main = self._session.main
        game = self._widget.game if main is None else main.settings.game
        drawn = self._widget._classifier().categories[self._widget.target]
        words = re.sub(r"[^a-z0-9_]+", "-", f"{self._widget._net_name} {game} {drawn}".lower())
        return f"{words[:_NAME].strip('-')}.{ending}"

    _commands: ClassVar[Mapping[str, Callable[..., None]]] = {
        "hello": _hello,
        "run": lambda self: self._widget.run(),
        "run_more": lambda self, iterations: self._widget.run_more(iterations),
        "stop": lambda self: self._widget.stop(),
        "add": lambda self, target: self._widget.add(target),
        "compare": lambda self, by: self._widget.compare(by),
        "frame": _frame,
        "categories": _categories,
        "save": _save,
        "export": _export,
        "ack": lambda self, seq: self._stream.ack(seq),
    }
