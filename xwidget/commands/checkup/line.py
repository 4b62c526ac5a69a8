"""One line of a checkup: what was looked at, how it is, and what mends it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

#: ``missing`` is what may be, and ``broken`` what xwidget cannot do without.
State = Literal["ok", "note", "missing", "broken"]


@dataclass(frozen=True)
class Line:
    """One line of a checkup.

    Attributes
    ----------
    name
        What was looked at.
    state
        ``ok``; ``note`` for what is worth knowing; ``missing`` for what is optional and not there;
        ``broken`` for what xwidget needs and what does not work.
    says
        What was found.
    mend
        The command or the step that mends it; "" where there is nothing to mend.
    """

    name: str
    state: State
    says: str
    mend: str = ""

    def described(self) -> dict[str, str]:
        """Return the line as plain data, in which the home folder is ``~``."""
        return {key: without_home(value) for key, value in asdict(self).items()}


def without_home(text: str) -> str:
    """Return a text in which the home folder, which has a person's name, is ``~``."""
    home = str(Path.home())
    return text if len(home) < len("/home") else text.replace(home, "~")
