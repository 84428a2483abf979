"""A matrix of shares as a picture: PNG with a palette, written with nothing but zlib."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Final

import numpy as np

from carbonmatch.report.page.colours import shade
from carbonmatch.timegrid import FloatArray

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_LEVELS: Final = 255
"""Shades on the palette; entry 0 is clear, for cells that hold nothing."""


def png(shares: FloatArray, low: float, high: float) -> bytes:
    """Return a picture with one pixel per cell, from the colour at `low` to the colour at `high`; NaN is clear."""
    places = np.clip((shares - low) / (high - low), 0.0, 1.0)
    levels = np.where(np.isnan(shares), 0, 1 + np.rint(np.nan_to_num(places) * (_LEVELS - 1))).astype(np.uint8)
    rows, columns = levels.shape
    lines = np.hstack([np.zeros((rows, 1), dtype=np.uint8), levels])  # each line begins with its filter: none
    palette = bytes(3) + shade(np.arange(_LEVELS) / (_LEVELS - 1)).tobytes()
    return _SIGNATURE + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", palette),
            _chunk(b"tRNS", b"\x00"),
            _chunk(b"IDAT", zlib.compress(lines.tobytes(), 9)),
            _chunk(b"IEND", b""),
        )
    )


def data_uri(picture: bytes) -> str:
    """Return a picture as an address that holds it."""
    return "data:image/png;base64," + base64.b64encode(picture).decode("ascii")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
