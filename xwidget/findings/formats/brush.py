"""Label Studio's run lengths of a brush: rle-pack of the image's RGBA bytes.

A stream of bits: the number of bytes (32 bits); bits of a byte less one (5); bits of four kinds of
lengths less one (4 each). Then blocks: a bit that is 1 for one byte repeated and 0 for bytes as
they are, the kind of its length (2), the length less one, and the byte or bytes.
"""

from __future__ import annotations

import numpy as np

from xwidget.findings.formats.grid import Crop
from xwidget.findings.region import Size

_LENGTHS = (3, 4, 8, 16)
_BYTE = 8
_CHANNELS = 4


def encode(crop: Crop) -> list[int]:
    """Return the bytes of a mask, 255 where its pixels are.

    Examples
    --------
    >>> encode(Crop(np.array([[True]]), 0, 0, (1, 1)))
    [0, 0, 0, 4, 57, 27, 252, 127, 224]
    """
    bits = [_bits(crop.size[0] * crop.size[1] * _CHANNELS, 32), _bits(_BYTE - 1, 5)]
    bits += [_bits(length - 1, 4) for length in _LENGTHS]
    for k, length in enumerate(crop.lengths(rows=True)):
        left = length * _CHANNELS
        value = _bits(255 if k % 2 else 0, _BYTE)
        while left:
            kind = next((n for n, size in enumerate(_LENGTHS) if left <= 1 << size), 3)
            run = min(left, 1 << _LENGTHS[kind])
            bits.append("1" + _bits(kind, 2) + _bits(run - 1, _LENGTHS[kind]) + value)
            left -= run
    stream = "".join(bits)
    data = np.frombuffer(stream.encode("ascii"), np.uint8) - ord("0")
    found: list[int] = np.packbits(data).tolist()
    return found


def _bits(value: int, count: int) -> str:
    return format(value, f"0{count}b")


def decode(data: list[int], size: Size) -> Crop:
    """Return the pixels whose last channel is not 0, in an image of a size.

    Raises
    ------
    ValueError
        If these are none, or not of an image of this size.
    """
    if any(not 0 <= each < 256 for each in data):
        raise ValueError("its brush holds numbers that are no bytes")
    stream = "".join(map("{:08b}".format, data))
    place = 0

    def take(count: int) -> int:
        nonlocal place
        place += count
        if place > len(stream):
            raise ValueError("its brush ends in the middle")
        return int(stream[place - count : place], 2)

    total = take(32)
    if total != size[0] * size[1] * _CHANNELS:
        raise ValueError(
            f"its brush is of {total // _CHANNELS} pixels, and the image has {size[0] * size[1]}"
        )
    word = take(5) + 1
    if word != _BYTE:
        raise ValueError(f"its brush has words of {word} bits; {_BYTE} are read")
    kinds = [take(4) + 1 for _ in range(4)]
    lengths, on, done = [0], False, 0  # of pixels, off and on by turns
    while done < total:
        repeated, count = take(1), take(kinds[take(2)]) + 1
        if done + count > total:
            raise ValueError("its brush has more pixels than the image")
        steps = [(count, take(_BYTE))] if repeated else [(1, take(_BYTE)) for _ in range(count)]
        for step, value in steps:
            # A pixel is of the step that its last channel is of.
            pixels = (done + step) // _CHANNELS - done // _CHANNELS
            done += step
            if not pixels:
                continue
            if on != (value > 0):
                lengths.append(0)
                on = not on
            lengths[-1] += pixels
    return Crop.of_lengths(lengths, size, rows=True)
