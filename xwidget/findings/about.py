"""The image before the net that findings are of, as a widget tells it."""

from __future__ import annotations

from typing import Any, Protocol

from xwidget.findings.finding import Seen


class About(Protocol):
    """The image before the net that the findings are of; all of it may be asked on any thread."""

    @property
    def frame(self) -> tuple[int, int]:
        """Height and width of the net's input."""
        ...

    @property
    def base(self) -> Seen:
        """The image and net of all findings here, without class and iteration; never slow twice. A
        geometry that is still to be measured is None.
        """
        ...

    @property
    def whole(self) -> Seen:
        """The same with the geometry, which it waits for."""
        ...

    def seen(self, target: int | str | None) -> Seen:
        """Return the image, net and mask that a finding made now is seen on; ``target`` None stands
        for the class that is shown.
        """
        ...

    def index(self, target: int | str) -> int:
        """Return a class's index."""
        ...

    def picture(self) -> bytes:
        """Return the net's input as a PNG file."""
        ...

    def evidence(self, target: int | str | None) -> Any:
        """Return a class's mask (3, H, W); ``target`` None stands for the class that is shown."""
        ...
