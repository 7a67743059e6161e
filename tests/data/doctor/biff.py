"""Write a small XLS (BIFF8 in a compound file) byte by byte: no maintained library writes one.

Sources: [MS-XLS] 2.4 (records), [MS-CFB] 2.2–2.6 (header, FAT, directory). Strings go into LABEL
records, which Excel 97 reads; nothing is formatted.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

SECTOR = 512
_END, _FAT, _FREE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
#: Streams below this size would live in the mini stream.
_LARGE = 4096

Cell = str | float | None
Merged = tuple[int, int, int, int]


def workbook(
    sheets: dict[str, Sequence[Sequence[Cell]]], *, merged: Sequence[Merged] = ()
) -> bytes:
    """Return an XLS; ``merged`` holds top, bottom, left, right of ranges of the first sheet."""
    bodies = [
        _sheet(rows, merged if i == 0 else ()) for i, rows in enumerate(sheets.values())
    ]  # fmt: skip
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))
    names = [_short(name) for name in sheets]
    size = len(begin) + sum(4 + 6 + len(name) for name in names) + 4
    listed, at = b"", size
    for name, body in zip(names, bodies, strict=True):
        listed += _record(0x0085, struct.pack("<IBB", at, 0, 0) + name)
        at += len(body)
    return _compound(begin + listed + _record(0x000A, b"") + b"".join(bodies))


def _sheet(rows: Sequence[Sequence[Cell]], merged: Sequence[Merged]) -> bytes:
    out = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    width = max(len(row) for row in rows)
    out += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if isinstance(cell, str):
                text = struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le")
                out += _record(0x0204, struct.pack("<HHH", r, c, 15) + text)
            elif cell is not None:
                out += _record(0x0203, struct.pack("<HHHd", r, c, 15, cell))
    if merged:
        ranges = b"".join(struct.pack("<HHHH", *item) for item in merged)
        out += _record(0x00E5, struct.pack("<H", len(merged)) + ranges)
    return out + _record(0x000A, b"")


def _short(name: str) -> bytes:
    return struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _compound(stream: bytes) -> bytes:
    """Wrap the workbook stream: FAT in sector 0, directory in sector 1, stream from sector 2 on."""
    stream = stream.ljust(_LARGE, b"\0")
    stream = stream.ljust(-(-len(stream) // SECTOR) * SECTOR, b"\0")
    count = len(stream) // SECTOR
    chain = [_FAT, _END, *range(3, 2 + count), _END]
    assert len(chain) <= SECTOR // 4
    fat = struct.pack("<128I", *chain, *[_FREE] * (128 - len(chain)))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, _LARGE, _END, 0, _END, 0)
    head += struct.pack("<109I", 0, *[_FREE] * 108)
    directory = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, len(stream))
    return head + fat + directory.ljust(SECTOR, b"\0") + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text) + 2, kind, 1)
    return head + struct.pack("<III", _FREE, _FREE, child) + bytes(36) + struct.pack(
        "<IQ", start, size
    )  # fmt: skip
