"""The values beside the evidence, as Python sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xwidget.attribution import Attribution
from xwidget.support import texts
from xwidget.support.texts import NAME


class Attributions(Mapping[str, Attribution]):
    """Attributions by label, those that are there; of the others, why they are not.

    Parameters
    ----------
    found
        By label.
    missing
        Reasons by label.

    Examples
    --------
    >>> Attributions({}, {"RISE": "it is computed now"})
    <Beside: RISE (it is computed now)>
    """

    def __init__(self, found: Mapping[str, Attribution], missing: Mapping[str, str]) -> None:
        self._found = dict(found)
        self._missing = dict(missing)

    def __getitem__(self, label: str) -> Attribution:
        if label in self._found:
            return self._found[label]
        if label in self._missing:
            raise KeyError(f"{label} has no values: {self._missing[label]}")
        has = ", ".join(map(repr, [*self._found, *self._missing])) or "nothing"
        raise KeyError(f"there is no {label!r} beside the evidence; there is {has}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __repr__(self) -> str:
        missing = [f"{label} ({why})" for label, why in self._missing.items()]
        listed = ", ".join(texts.shown(each, NAME) for each in [*self._found, *missing])
        return f"<Beside: {listed or 'nothing'}>"
