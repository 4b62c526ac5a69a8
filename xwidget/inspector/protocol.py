"""What travels between the kernel and the page: binary frames, and messages with their checks.

docs/protocol.md describes both directions; tests/inspector/golden_frames.json fixes the frame's
bytes for this side and for the page's (js/src/kernel/protocol.ts).
"""

from __future__ import annotations

import base64
import math
import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xwidget import given, texts
from xwidget.choices import COMPARISONS
from xwidget.inspector import wire

PROTOCOL = 1
"""Version of the messages, compared in the handshake. js/src/kernel/protocol.ts must match."""

PICTURE = -1
"""The ``target`` of a frame that is a picture, not a class's mask."""

MAX_ITERATIONS = 100_000
"""Most iterations that one run may be asked for."""

_MAGIC = b"XWFR"
_VERSION = 1
_LAST = 1  # flag bit 0
_HEADER = struct.Struct("<4sHHIiIHHIIffII")
_U32 = 2**32 - 1


class ProtocolError(ValueError):
    """A frame or a message that breaks the protocol; the text says how, for a person."""


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
    ProtocolError
        If the bytes are no frame of this version, or are cut.
    """
    data = memoryview(data).cast("B")
    if len(data) < _HEADER.size:
        raise ProtocolError(
            f"frame too short: {len(data)} bytes, the header alone has {_HEADER.size}"
        )
    (magic, version, start, run, target, iteration, channels, _, height, width, score, mean, seq,
     flags) = _HEADER.unpack_from(data)  # fmt: skip
    if magic != _MAGIC:
        raise ProtocolError(f"not a frame: begins with {magic.hex()}, expected {_MAGIC.hex()}")
    if version != _VERSION:
        raise ProtocolError(f"frame version {version} is not supported, expected {_VERSION}")
    if start < _HEADER.size:
        raise ProtocolError(
            f"frame header size {start} is too small, expected at least {_HEADER.size}"
        )
    if start > len(data):
        raise ProtocolError(f"frame header of {start} bytes does not fit into {len(data)} bytes")
    shape = f"{channels}x{height}x{width}"
    size = channels * height * width
    if size == 0:
        raise ProtocolError(f"frame has no pixels: {shape}")
    if len(data) - start != size:
        raise ProtocolError(f"frame payload has {len(data) - start} bytes, {shape} needs {size}")
    pixels = np.frombuffer(data, dtype=np.uint8, offset=start).reshape(channels, height, width)
    pixels.flags.writeable = False
    last = bool(flags & _LAST)
    return Frame(pixels, run, target, iteration, score, mean, seq, last)


@dataclass(frozen=True)
class Request:
    """A checked message from the page: its type and its fields."""

    type: str
    fields: Mapping[str, int | str]


@dataclass(frozen=True)
class _Whole:
    """A field that is a whole number; one with a default may be left out."""

    low: int
    high: int
    default: int | None = None

    def read(self, name: str, value: object) -> int:
        return whole(name, value, self.low, self.high)


@dataclass(frozen=True)
class _Word:
    """A field that is one of some words."""

    words: tuple[str, ...]
    default: None = None

    def read(self, name: str, value: object) -> str:
        if isinstance(value, str) and value in self.words:
            return value
        known = " or ".join(f'"{word}"' for word in self.words)
        raise ProtocolError(f"{name} must be {known}, got {wire.shown(value)}")


_FIELDS: Mapping[str, Mapping[str, _Whole | _Word]] = {
    "hello": {"protocol": _Whole(0, _U32)},
    "run": {},
    "run_more": {"iterations": _Whole(1, MAX_ITERATIONS)},
    "stop": {},
    "add": {"target": _Whole(0, _U32)},
    "compare": {"by": _Word(COMPARISONS)},
    "frame": {
        "target": _Whole(0, _U32),
        "iteration": _Whole(0, _U32),
        "run": _Whole(0, _U32, default=0),
    },
    "categories": {},
    "save": {},
    "save_last": {},
    "sizes": {},
    "export": {},
    "views": {"page": _Whole(0, 2**53), "count": _Whole(0, 1000), "seen": _Whole(0, 1000)},
    "ack": {"seq": _Whole(1, _U32)},
}
"""Every message type with its fields."""

KINDS = frozenset(_FIELDS)
"""The message types."""


def parse(content: object) -> Request:
    """Return the request that a custom message (or ``_command``) from the page holds.

    Fields that the type does not have are ignored, so that a newer page can say more.

    Raises
    ------
    ProtocolError
        If it is no object, its type is unknown, or a field is missing or out of range.
    """
    if not isinstance(content, Mapping):
        raise ProtocolError(f"a message must be an object with a type, got {wire.shown(content)}")
    kind = content.get("type")
    if not isinstance(kind, str) or kind not in _FIELDS:
        known = ", ".join(_FIELDS)
        raise ProtocolError(f"unknown message type {wire.shown(kind)}, expected one of: {known}")
    fields: dict[str, int | str] = {}
    for name, field in _FIELDS[kind].items():
        value = content.get(name, field.default)
        if value is None:
            raise ProtocolError(f'the message "{kind}" needs the field "{name}"')
        fields[name] = field.read(f'"{name}" of "{kind}"', value)
    return Request(kind, fields)


def whole(name: str, value: object, low: int, high: int) -> int:
    """Return ``value`` when it is a whole number from ``low`` to ``high``.

    Raises
    ------
    ProtocolError
        Otherwise, saying what came. A bool is not a number; 3.0 is 3: JSON has one number type.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not given.is_whole(value) or not low <= value <= high:  # type: ignore[operator]
        raise ProtocolError(
            f"{name} must be a whole number from {low} to {high}, got {wire.shown(value)}"
        )
    return int(value)  # type: ignore[call-overload, no-any-return]


def failed(request: object, message: str) -> dict[str, object]:
    """Return the message that tells the page that its ``request`` was refused, and why.

    Both are as short as a page needs them.
    """
    return {"type": "failed", "request": wire.brief(request), "message": texts.shown(message)}


def curve(values: Iterable[float], digits: int = 5) -> list[float | None]:
    """Return numbers as JSON can carry them: rounded, and None for NaN and infinity."""
    return [round(value, digits) if math.isfinite(value) else None for value in values]


def figures(values: Iterable[float], digits: int = 4) -> list[float | None]:
    """Return numbers of any size as JSON can carry them: to so many significant digits."""
    return [float(f"{v:.{digits}g}") if math.isfinite(v) else None for v in values]
