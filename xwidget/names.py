"""Finding a class by its name or a part of it, and what to call it in few words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches

from xwidget.support import texts

_LISTED = 8


def find(wanted: str, names: Sequence[str]) -> int:
    """Return the index of a name.

    Parameters
    ----------
    wanted
        A whole name, or a part that only one name has; upper and lower case, underscores and extra
        spaces make no difference. A whole name wins over the names it is a part of.
    names
        All names.

    Raises
    ------
    ValueError
        If no name fits, or several do; the message lists the nearest with their indices.

    Examples
    --------
    >>> find("Tabby", ["tabby cat", "tiger cat"])
    0
    """
    part = plain(wanted)
    known = [plain(name) for name in names]
    found = [index for index, name in enumerate(known) if name == part]
    if not found and part:
        found = [index for index, name in enumerate(known) if part in name]
    if len(found) == 1:
        return found[0]
    if found:
        more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
        raise ValueError(
            f"{wanted!r} fits {len(found)} classes: {_listed(found[:_LISTED], names)}{more}; "
            "give the whole name, or the index"
        )
    close = [known.index(name) for name in get_close_matches(part, known, n=5, cutoff=0.5)]
    hint = f"the nearest are {_listed(close, names)}" if close else "clf.categories has them all"
    raise ValueError(f"there is no class {wanted!r}; {hint}")


def shortened(names: Sequence[str]) -> tuple[str, ...]:
    """Return each name without the synonyms after its first comma, where that still names it alone.

    Examples
    --------
    >>> shortened(["espresso, caffè latte", "cat, black", "cat, white", "crane", "crane, machine"])
    ('espresso', 'cat, black', 'cat, white', 'crane', 'crane, machine')
    """
    short = [name.split(",")[0].strip() or name for name in names]
    uses = Counter(map(plain, short))
    return tuple(
        texts.shown(brief if uses[plain(brief)] == 1 else name, texts.NAME)
        for brief, name in zip(short, names, strict=True)
    )


def counterpart(index: int, ours: Sequence[str], theirs: Sequence[str]) -> int:
    """Return the index of the class of another net that has the name of one of ours.

    The same index with the same name comes first, unless other classes of one net have that name;
    else the one class of that name, or, where none has it, the one whose first synonym is the same:
    "tench" is "tench, Tinca tinca". Classes without names are matched only by as many others.

    Parameters
    ----------
    index
        Of our class.
    ours, theirs
        The names of all classes of both nets.

    Raises
    ------
    LookupError
        If there is no such class, or several could be meant: "no class" or "several classes".

    Examples
    --------
    >>> counterpart(0, ["tench", "crane"], ["crane, bird", "tench, Tinca tinca"])
    1
    """
    name = ours[index]
    if name == f"class {index}" and len(ours) != len(theirs):  # no name, and not the same classes
        raise LookupError("no class")
    same = [[k for k, each in enumerate(names) if each == name] for names in (ours, theirs)]
    if index in same[1] and same[0] == same[1]:
        return index
    for known in (plain, _first):
        found = [other for other, each in enumerate(theirs) if known(each) == known(name)]
        if found:
            alone = len(found) == 1 == sum(known(each) == known(name) for each in ours)
            if not alone:
                raise LookupError("several classes")
            return found[0]
    raise LookupError("no class")


def _first(name: str) -> str:
    return plain(name.split(",")[0])


def plain(name: str) -> str:
    """Return a name without what makes no difference."""
    return " ".join(name.casefold().replace("_", " ").split())


def _listed(indices: Sequence[int], names: Sequence[str]) -> str:
    return ", ".join(f"{names[index]!r} ({index})" for index in indices)
