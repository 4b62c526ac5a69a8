"""Bytes as text: for JSON and HTML."""

from __future__ import annotations

import base64
import zlib


def packed(data: bytes) -> str:
    """Return bytes as base64 of zlib."""
    return base64.b64encode(zlib.compress(data, 9)).decode("ascii")
