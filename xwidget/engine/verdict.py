"""The verdict on the checks of a class, with its line for a person."""

from __future__ import annotations

from dataclasses import replace

from xwidget.checks import Check, Checks
from xwidget.engine.caveats import reserved, share_of
from xwidget.support.figures import percent

# What the line of an explanation that holds tells of its checks.
_TOLD = {
    "small moves": "{:.2f} after small moves",
    "unseen backgrounds": "{:.2f} on unseen backgrounds",
    "witness": "{:.2f} by a witness",
}


def witnessed(
    checks: Checks,
    name: str,
    evidence: float,
    image: float,
    keeps: bool,
    contrast: str = "",
    neutral: float = 0.0,
) -> Checks:
    """Return checks with another net's verdict added.

    Parameters
    ----------
    checks
        Of one class.
    name
        The other net's.
    evidence, image
        Its scores for the class of the optimized input and of the image.
    keeps
        Whether the class shall be kept.
    contrast
        Name of what is asked of it, where that is a contrast; else "".
    neutral
        Score that speaks neither for nor against.
    """
    share = share_of(evidence, image, neutral)
    passed: bool | None = share >= 0.5 if keeps else share <= 0.5
    words = (
        f"Another network, {name}, gives the {'evidence' if keeps else 'rest'} {share:.2f} of what "
        "it gives the image."
    )
    if image - neutral < 0.05:
        sees = f"say {contrast}" if contrast else "see the class"
        passed, words = None, f"Another network, {name}, does not {sees} in the image itself."
    item = Check("witness", share, passed, words, {"optimized": evidence, "image": image})
    return added(checks, item)


def added(checks: Checks, item: Check) -> Checks:
    """Return checks with one more, summed up anew."""
    if checks.verdict in ("no evidence", "not checked"):
        return replace(checks, items=(*checks.items, item))
    return replace(summed_up((*checks.items, item), None, 0), says=checks.says)


def summed_up(items: tuple[Check, ...], empty: str | None, iterations: int) -> Checks:
    """Return the checks of a class with a verdict and a line for a person.

    Parameters
    ----------
    items
        The checks made.
    empty
        Why nothing can speak for the class; None where something can.
    iterations
        Steps taken.
    """
    if empty is not None:
        # Of what is not there, no test says anything.
        items = tuple(item if _of_another(item) else replace(item, passed=None) for item in items)
        return Checks(items, "no evidence", f"No evidence: {empty}; tried for {iterations} steps.")
    failed = [item for item in items if item.passed is False]
    if failed:
        words = failed[0].words
        more = f" {len(failed) - 1} more failed." if len(failed) > 1 else ""
        return Checks(items, "doubtful", f"Doubtful: {words[0].lower()}{words[1:]}{more}")
    for item in items:
        if item.name == "control" and item.value is None:
            return Checks(items, "holds", f"Holds, but {item.words[0].lower()}{item.words[1:]}")
    if but := reserved(items):
        return Checks(items, "holds", f"Holds{but}")
    value = {item.name: item.value or 0.0 for item in items if item.value is not None}
    told = [words.format(value[name]) for name, words in _TOLD.items() if name in value]
    if "share shown" in value:
        way = "taken away" if "taken away" in value else "shown"
        told.append(f"{percent(value['share shown'])} {way}")
    return Checks(items, "holds", f"Holds: {', '.join(told)}.")


def _of_another(item: Check) -> bool:
    """Return True if a check is of another class: what is not there changes nothing about that."""
    return item.name == "control" and "moved elsewhere" not in item.details
