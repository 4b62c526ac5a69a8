"""The binary frame: one mask or picture as it travels to a page, and is kept in one.

docs/protocol.md describes it; tests/inspector/golden_frames.json fixes its bytes for this side and
for the page's.
"""

from __future__ import annotations

import base64
import math
import struct
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

PICTURE = -1
"""The ``target`` of a frame that is a picture, not a class's mask."""

_MAGIC = b"XWFR"
_VERSION = 1
_LAST = 1  # flag bit 0
_HEADER = struct.Struct("<4sHHIiIHHIIffII")


class FrameError(ValueError):
    """Bytes that are no frame; the text says why, for a person."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One mask or picture with what a reader must know to place it.

    Parameters
    ----------
    pixels
        uint8 array (C, H, W).
    run
        Number of the run it belongs to, from 1; 0 before any.
    target
        Class index, or ``PICTURE``.
    iteration
        Iteration whose mask this is.
    score
        Class score of the optimized input in [0, 1]; NaN where there is none.
    mean
        Mean of the mask in [0, 1]; NaN where there is none.
    seq
        Number to acknowledge; 0 asks for no acknowledgement.
    last
        Whether the run sends nothing after this frame.
    """

    pixels: npt.NDArray[np.uint8]
    run: int = 0
    target: int = PICTURE
    iteration: int = 0
    score: float = math.nan
    mean: float = math.nan
    seq: int = 0
    last: bool = False


def encode(frame: Frame) -> bytes:
    """Return the frame's bytes: a 48-byte little-endian header, then C*H*W uint8, channel first."""
    channels, height, width = frame.pixels.shape
    header = _HEADER.pack(
        _MAGIC,
        _VERSION,
        _HEADER.size,
        frame.run,
        frame.target,
        frame.iteration,
        channels,
        0,
        height,
        width,
        frame.score,
        frame.mean,
        frame.seq,
        _LAST if frame.last else 0,
    )
    return header + np.ascontiguousarray(frame.pixels, dtype=np.uint8).tobytes()


def pack(content: bytes) -> str:
    """Return a frame's bytes for JSON: base64 of zlib."""
    # Masks look like noise: short matches, which this strategy leaves out, would only cost.
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_FILTERED)
    return base64.b64encode(packer.compress(content) + packer.flush()).decode("ascii")


def quick_size(frame: Frame) -> int:
    """Return about how long a frame is when packed, in a fraction of the time that takes."""
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_FILTERED)
    return (len(packer.compress(encode(frame))) + len(packer.flush())) * 4 // 3


def decode(data: bytes | bytearray | memoryview) -> Frame:
    """Return the frame that ``data`` holds; its pixels are read-only and share the buffer.

    Raises
    ------
    FrameError
        If the bytes are no frame of this version, or are cut.
    """
    data = memoryview(data).cast("B")
    if len(data) < _HEADER.size:
        raise FrameError(f"frame too short: {len(data)} bytes, the header alone has {_HEADER.size}")
    (magic, version, start, run, target, iteration, channels, _, height, width, score, mean, seq,
     flags) = _HEADER.unpack_from(data)  # fmt: skip
    if magic != _MAGIC:
        raise FrameError(f"not a frame: begins with {magic.hex()}, expected {_MAGIC.hex()}")
    if version != _VERSION:
        raise FrameError(f"frame version {version} is not supported, expected {_VERSION}")
    if start < _HEADER.size:
        raise FrameError(
            f"frame header size {start} is too small, expected at least {_HEADER.size}"
        )
    if start > len(data):
        raise FrameError(f"frame header of {start} bytes does not fit into {len(data)} bytes")
    shape = f"{channels}x{height}x{width}"
    size = channels * height * width
    if size == 0:
        raise FrameError(f"frame has no pixels: {shape}")
    if len(data) - start != size:
        raise FrameError(f"frame payload has {len(data) - start} bytes, {shape} needs {size}")
    pixels = np.frombuffer(data, dtype=np.uint8, offset=start).reshape(channels, height, width)
    pixels.flags.writeable = False
    last = bool(flags & _LAST)
    return Frame(pixels, run, target, iteration, score, mean, seq, last)
