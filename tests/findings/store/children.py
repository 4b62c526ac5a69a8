"""Forked processes that write into a store, and tell what was acknowledged."""

from __future__ import annotations

import os
import select
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass

Tell = Callable[[str], None]


@dataclass
class Child:
    """A forked process; what it tells is a line each."""

    process: int
    lines: int
    heard: bytes = b""

    def _hears(self, end: float) -> bool:
        """Hear more, until a time; False if it ended, or was killed as the time came."""
        if not select.select([self.lines], [], [], max(0, end - time.monotonic()))[0]:
            os.kill(self.process, signal.SIGKILL)
            return False
        part = os.read(self.lines, 65536)
        self.heard += part
        return bool(part)

    def wait_for(self, count: int, seconds: float = 60) -> None:
        """Wait until it has told a number of lines."""
        end = time.monotonic() + seconds
        while self.heard.count(b"\n") < count and self._hears(end):
            pass

    def told(self, seconds: float = 240) -> list[str]:
        """Return all that it tells until it ends; a longer one is killed."""
        end = time.monotonic() + seconds
        while self._hears(end):
            pass
        os.close(self.lines)
        os.waitpid(self.process, 0)
        # A last line that was cut off was not told.
        return self.heard.decode().split("\n")[:-1]


def start(work: Callable[[Tell], None]) -> Child:
    """Do work in a forked process; an error is told as a line that begins with "failed"."""
    lines, end = os.pipe()
    if process := os.fork():
        os.close(end)
        return Child(process, lines)
    os.close(lines)

    def tell(line: str) -> None:
        os.write(end, f"{line}\n".encode())

    try:
        work(tell)
    except BaseException:
        tell("failed " + " | ".join(traceback.format_exc().splitlines()[-3:]))
    finally:
        os._exit(0)


def all_told(*work: Callable[[Tell], None]) -> list[list[str]]:
    """Do several things in forked processes at the same time, and return what each told."""
    children = [start(each) for each in work]
    return [child.told() for child in children]
