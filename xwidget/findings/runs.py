"""Masks as run lengths, column by column: COCO's own notation, which pycocotools reads."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_BITS, _MORE, _SIGN, _FIRST = 5, 0x20, 0x10, 48
_DIGITS = 13  # of a 64-bit number


def encode(mask: npt.NDArray[np.bool_]) -> str:
    """Return a mask (H,W) bool as COCO's compressed run lengths.

    Examples
    --------
    >>> encode(np.eye(2, dtype=bool))
    '0120'
    """
    return pack(lengths(mask))


def decode(counts: str, size: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Return the mask (H,W) bool that :func:`encode` encoded.

    Raises
    ------
    ValueError
        If these are no run lengths, or not of a mask of this size.
    """
    return filled(unpack(counts), size)


def lengths(mask: npt.NDArray[np.bool_]) -> list[int]:
    """Return the lengths of a mask's runs in column order, the zeros first."""
    flat = np.asarray(mask, bool).ravel(order="F")
    if not flat.size:
        return []
    edges = np.flatnonzero(np.diff(flat)) + 1
    found = np.diff(np.concatenate([[0], edges, [flat.size]])).tolist()
    return [0, *found] if flat[0] else found


def filled(counts: list[int], size: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Return the mask of a list of lengths.

    Raises
    ------
    ValueError
        If a length is negative, or they do not add up to the size.
    """
    height, width = size
    negative = next((length for length in counts if length < 0), None)
    if negative is not None:
        raise ValueError(f"a run has the length {negative}; expected 0 or more")
    if sum(counts) != height * width:
        raise ValueError(
            f"the run lengths add up to {sum(counts)}, but a mask of {height}×{width} pixels has "
            f"{height * width}"
        )
    ones = np.arange(len(counts)) % 2 == 1
    return np.repeat(ones, counts).reshape((height, width), order="F")


def pack(counts: list[int]) -> str:
    """Return lengths in COCO's compressed notation: from the fourth on, differences to the last
    but one; 5 bits a character, lowest first.
    """
    text = []
    for k, length in enumerate(counts):
        value = length - counts[k - 2] if k > 2 else length
        more = True
        while more:
            digit = value & 0x1F
            value >>= _BITS
            more = value != (-1 if digit & _SIGN else 0)
            text.append(chr(digit + (_MORE if more else 0) + _FIRST))
    return "".join(text)


def unpack(text: str) -> list[int]:
    """Return the lengths that :func:`pack` packed.

    Raises
    ------
    ValueError
        If the text is none of these.
    """
    counts: list[int] = []
    value = digits = 0
    for character in text:
        digit = ord(character) - _FIRST
        if not 0 <= digit < 2 * _MORE or digits == _DIGITS:
            raise ValueError(f"run lengths hold the character {character!r}, which is none of them")
        value |= (digit & 0x1F) << (_BITS * digits)
        digits += 1
        if digit & _MORE:
            continue
        if digit & _SIGN:
            value -= 1 << (_BITS * digits)
        counts.append(value + counts[-2] if len(counts) > 2 else value)
        value = digits = 0
    if digits:
        raise ValueError("run lengths end in the middle of a number")
    return counts
