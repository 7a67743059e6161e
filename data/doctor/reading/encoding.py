"""Which encoding a text is in, by strict trial, and the same text as clean UTF-8.

A statistical detector is not used: UTF-8 proves itself, and for Chinese the only other candidates
are GB18030 (which includes GBK and GB2312) and, rarely, Big5; the trial is exact and quicker.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from pathlib import Path

from data.doctor.reading.limits import FileLimits
from data.doctor.reading.source import CHUNK
from data.wording.catalogue import Message
from geo.errors import DataError, InputError

#: A text is taken for an encoding if at most one character in so many is broken.
TOLERATED = 20
#: What a guess is made from [byte].
SAMPLE_BYTES = 256 * 1024
#: Share of GB2312 characters that any real text in GBK has; Big5 read as GBK has far fewer.
COMMON_SHARE = 0.8

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_BROKEN = "\ufffd"
_MIXED = Message("reader.encodings_mixed")
_FOREIGN = re.compile(rb"[\x80-\xff]")
_ASCII = re.compile(r"[\x00-\x7f]+")


@dataclass(frozen=True, slots=True)
class CleanText:
    """A text file as clean UTF-8.

    Attributes
    ----------
    path
        The original where it is clean already, else a copy.
    encoding
        Encoding of the original.
    start
        Bytes to skip: a byte order mark [byte].
    quotes
        Number of quotation marks in the file.
    remarks
        Repaired or assumed characters.
    """

    path: Path
    encoding: str
    start: int
    quotes: int
    remarks: tuple[Message, ...] = ()


def clean_text(
    path: Path, scratch: Path, limits: FileLimits, *, name: str, encoding: str | None = None
) -> CleanText:
    """Convert a text to UTF-8 without zero bytes, only where it is not so already.

    Parameters
    ----------
    path
        The original.
    scratch
        Folder for a copy.
    limits
        Upper bounds on the size of the file.
    name
        File name, for messages.
    encoding
        Encoding that the planner chose; None detects it.

    Returns
    -------
    text
        Where to read the text.

    Raises
    ------
    DataError
        If the text cannot be read in its encoding.
    InputError
        If the encoding is unknown.
    """
    limits.check_file(path.stat().st_size, where=name)
    chosen = _known(encoding) if encoding else None
    clean, zeros, quotes, sample = _scan(path)
    found = chosen or mark(path)
    if not found and clean and not _zeros_are_utf16(sample, zeros):
        found = "utf-8"
    if not found:
        found = guess_utf16(sample) if zeros else guess(sample)
    if clean and not zeros and found in ("utf-8", "utf-8-sig"):
        return CleanText(path, found, 3 if mark(path) == "utf-8-sig" else 0, quotes)
    if not chosen and not zeros and _is_mixed(sample) and _mended(path, scratch / "lines"):
        text = _converted(scratch / "lines", scratch / "text", "utf-8-sig", limits, name)
        return replace(text, encoding="utf-8 + gb18030", remarks=(*text.remarks, _MIXED))
    return _converted(path, scratch / "text", found, limits, name)


def _is_mixed(sample: bytes) -> bool:
    """Test whether some lines are UTF-8 and others GB18030, by the foreign bytes of each kind."""
    of_utf8 = of_gb18030 = 0
    for line in sample.split(b"\n"):
        foreign = len(_FOREIGN.findall(line))
        if foreign and _strict(line, "utf-8"):
            of_utf8 += foreign
        elif foreign and _strict(line, "gb18030"):
            of_gb18030 += foreign
    # In a text of one encoding hardly a line is valid in the other, and then a short one.
    return min(of_utf8, of_gb18030) > max(6, (of_utf8 + of_gb18030) // 50)


def _mended(path: Path, target: Path) -> bool:
    """Write the lines of a file that mixes UTF-8 and GB18030 as UTF-8; False where one is none."""
    with path.open("rb") as stream, target.open("wb") as out:
        for line in stream:
            if _strict(line, "utf-8"):
                out.write(line)
            elif _strict(line, "gb18030"):
                out.write(line.decode("gb18030").encode())
            else:
                return False
    return True


def mark(path: Path) -> str:
    """Return the encoding that a byte order mark declares.

    Parameters
    ----------
    path
        A text file.

    Returns
    -------
    encoding
        Empty without a mark.
    """
    with path.open("rb") as stream:
        head = stream.read(4)
    return next((word for bytes_, word in _MARKS if head.startswith(bytes_)), "")


def _known(encoding: str) -> str:
    try:
        info = codecs.lookup(encoding)
        "".encode(info.name)
    except (LookupError, ValueError) as error:
        raise InputError("import.encoding", encoding=encoding) from error
    return "gb18030" if info.name in ("gbk", "gb2312", "cp936") else info.name


def _scan(path: Path) -> tuple[bool, int, int, bytes]:
    """Return whether all is valid UTF-8, zero bytes, quotation marks, a foreign sample."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    clean, zeros, quotes, head, foreign = True, 0, 0, b"", b""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            zeros += chunk.count(0)
            quotes += chunk.count(b'"')
            clean = clean and _decodes(decoder, chunk)
            head = head or chunk[:SAMPLE_BYTES]
            if len(foreign) < SAMPLE_BYTES and (found := _FOREIGN.search(chunk)):
                foreign += chunk[found.start() : found.start() + SAMPLE_BYTES]
    clean = clean and _decodes(decoder, b"", final=True)
    return clean, zeros, quotes, head if b"\0" in head else foreign


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _zeros_are_utf16(sample: bytes, zeros: int) -> bool:
    return zeros > 0 and sample.count(0) > len(sample) // 10


def guess_utf16(sample: bytes) -> str:
    """Detect the byte order of UTF-16 by the zero bytes of Latin letters.

    Parameters
    ----------
    sample
        Bytes with zeros.

    Returns
    -------
    encoding
        ``utf-16-le`` or ``utf-16-be``; another one where zeros are few.
    """
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) < len(sample) // 20:  # some stray zero bytes in an ordinary text
        return guess(sample.replace(b"\0", b""))
    return "utf-16-le" if odd > even else "utf-16-be"


def guess(sample: bytes) -> str:
    r"""Detect the encoding of a text: utf-8, gb18030, big5 or windows-1252.

    Parameters
    ----------
    sample
        Bytes from the text, whole lines if possible.

    Returns
    -------
    encoding
        The first of them that fits.

    Examples
    --------
    >>> [guess("大理白族自治州，昆明市\n".encode(name)) for name in ("utf-8", "gbk", "big5")]
    ['utf-8', 'gb18030', 'big5']
    """
    last = sample.rfind(b"\n")
    sample = sample if sample[:last].isascii() else sample[:last]  # no letter cut at the end
    if _fits(sample, "utf-8"):
        return "utf-8"
    if _fits(sample, "gb18030"):
        text = _foreign(sample.decode("gb18030", errors="replace"))
        common = len(text.encode("gb2312", errors="ignore")) / max(1, 2 * len(text))
        return "big5" if common < COMMON_SHARE and _strict(sample, "big5") else "gb18030"
    return "windows-1252"


def _fits(sample: bytes, encoding: str) -> bool:
    text = _foreign(sample.decode(encoding, errors="replace"))
    broken = text.count(_BROKEN)
    return broken * TOLERATED <= len(text) - broken


def _strict(sample: bytes, encoding: str) -> bool:
    try:
        sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _foreign(text: str) -> str:
    return _ASCII.sub("", text)


def _converted(path: Path, target: Path, encoding: str, limits: FileLimits, name: str) -> CleanText:
    broken = zeros = quotes = size = 0
    with (
        path.open(encoding=encoding, errors="replace", newline="") as stream,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        try:
            while text := stream.read(CHUNK):
                clean = text.replace("\0", "").removeprefix("\ufeff" if not size else "")
                zeros += text.count("\0")
                broken += clean.count(_BROKEN)
                quotes += clean.count('"')
                size += len(text)
                out.write(clean)
        except UnicodeError as error:
            raise DataError("import.other_encoding", where=name, encoding=encoding) from error
    limits.check_file(target.stat().st_size, where=name)
    remarks = []
    if broken:
        remarks.append(
            Message(
                "reader.characters_broken",
                {"count": broken, "encoding": encoding, "mark": _BROKEN},
            )
        )
    if zeros:
        remarks.append(Message("reader.zero_bytes", {"count": zeros}))
    if encoding == "windows-1252":
        remarks.append(Message("reader.encoding_assumed"))
    return CleanText(target, encoding, 0, quotes, tuple(remarks))
