"""The words for a condition that the database does not understand."""

from __future__ import annotations

import re

from xwidget.batch.store.schema import NAMES

_NOISE = re.compile(r"^the question cannot be answered: (?:\w+ Error: )?")
_UNKNOWN = re.compile(r'Referenced column "([^"]*)" not found in FROM clause!?')


def problem(error: ValueError, where: str) -> str:
    """Return in words why a condition is not in force, and which one is.

    Parameters
    ----------
    error
        What ``ExplanationStore.select`` raised.
    where
        The condition in force; "" for none.
    """
    in_force = f"Still in force: {where}" if where.strip() else ""
    return "\n".join(filter(None, (_why(error), in_force)))


def _why(error: ValueError) -> str:
    """A name that is no column may be meant as a text, as the map's, or as a large column."""
    words = _NOISE.sub("", str(error))
    found = _UNKNOWN.search(words)
    if found is None:
        return words
    name = found[1]
    if name.lower() == "cluster":
        return "clusters are the map's, not a column of rows: choose one by its button there"
    if name.lower() in NAMES:
        return (
            f'conditions do not read the large column "{name}"; store.query(...) does, from the '
            "table everything"
        )
    words = _UNKNOWN.sub(lambda _: f'column "{name}" not found.', words, count=1)
    words = words.replace("Candidate bindings:", "Columns with names like it:")
    return f"{words}\nA text stands in single quotes: '{name}'."
