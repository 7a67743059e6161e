"""The text of a document: TXT, a web page, DOCX, or PDF with a text layer.

It runs in the process that reads files from outside (:mod:`data.doctor.process.child`).
"""

from __future__ import annotations

import codecs
import io
import itertools
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from data.doctor.base import ImportChoice
from data.doctor.reading.encoding import SAMPLE_BYTES, guess
from data.doctor.reading.source import LandedFile
from data.doctor.vocabulary import vocabulary
from geo.errors import DataError

#: What the text may unpack to [byte].
LARGEST_TEXT = 60_000_000
#: File of the scratch folder that says how many pages of how many are read.
PROGRESS = "pages.txt"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")
)  # fmt: skip
_HAN = re.compile(r"[\u4e00-\u9fff]")
_UNIT_BEHIND = re.compile(r"[(（](?P<unit>[^)）]{1,8})[)）]\s*$")
_TABLE = vocabulary("reading")["plan_table"]
_FIGURE = re.compile(_TABLE["figure"])
_NO_VALUE = re.compile(_TABLE["no_value"])
_VALUE = re.compile(_TABLE["value"])
_WITH_UNIT = re.compile(r"[^\d.,]$")
_ROW, _LONE = re.compile(_TABLE["row"]), re.compile(_TABLE["lone"])
#: Radicals that browsers write into PDFs for the characters that look like them.
_RADICALS = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)} | {
    ord(radical): character
    for radical, character in zip(_TABLE["radicals"], _TABLE["characters"], strict=True)
}
#: Characters of a cell of figures, and rows and columns of a table of them.
_LONGEST_CELL, _LEAST_ROWS = 60, 2
#: Lines of a page with nothing but a figure that make a table.
_LEAST_CELLS = 4
_SKIPPED = frozenset({"script", "style", "head", "noscript", "template", "svg"})
_BREAKING = frozenset(
    {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article",
     "table", "td", "th", "title"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DocumentText:
    """The text of a document.

    Attributes
    ----------
    text
        All of it; paragraphs end with a line break.
    pages
        Where each page begins [characters]; empty where the file has none.
    tables
        Pages, from 1, with a table whose cells could not be told apart.
    """

    text: str
    pages: tuple[int, ...] = ()
    tables: tuple[int, ...] = ()


def document_text(file: LandedFile, choice: ImportChoice) -> DocumentText:
    """Return the text of a document; what it is is decided by its first bytes.

    Parameters
    ----------
    file
        The file on disk.
    choice
        Not looked at.

    Returns
    -------
    document
        Its text.

    Raises
    ------
    DataError
        If the file is empty, encrypted, damaged or without text.
    """
    del choice
    content = file.path.read_bytes()
    found = _text(content, file)
    _check(found.text, file)
    return found


def _check(text: str, file: LandedFile) -> None:
    if not text.strip():
        raise DataError("document.empty", where=file.name)


def _text(content: bytes, file: LandedFile) -> DocumentText:
    if content.startswith(b"%PDF"):
        return _of_pdf(content, file)
    if content.startswith(b"PK\x03\x04"):
        return DocumentText(_of_docx(content, file))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise DataError("document.old_word", where=file.name)
    if b"\0" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError("document.no_text_file", where=file.name)
    text = _decoded(content)
    if re.search(r"<\s*(?:!doctype html|html|body|p|div)\b", text[:4096], re.IGNORECASE):
        return DocumentText(_of_html(text))
    return DocumentText(text)


def _decoded(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    try:
        return content.decode()
    except UnicodeDecodeError:
        # UTF-8 proves itself; only another encoding is guessed.
        return content.decode(guess(content[:SAMPLE_BYTES]), errors="replace")


# -- HTML ----------------------------------------------------------------------------------------


class _Words(HTMLParser):
    """Collects what a page shows."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0
        #: Where each open table begins, and its rows of cells with where each begins.
        self._tables: list[tuple[int, list[list[int]]]] = []
        self._innermost = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._hidden += tag in _SKIPPED
        if tag in _BREAKING:
            self.parts.append("\n")
        if tag == "table":
            self._tables.append((len(self.parts), []))
            self._innermost = True
        elif self._tables and tag == "tr":
            self._tables[-1][1].append([])
        elif self._tables and tag in {"td", "th"} and self._tables[-1][1]:
            self._tables[-1][1][-1].append(len(self.parts))

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _SKIPPED and self._hidden > 0
        if tag in _BREAKING:
            self.parts.append("\n")
        if tag == "table" and self._tables:
            begin, rows = self._tables.pop()
            if self._innermost:
                self._read_cells(begin, rows)
            self._innermost = False

    def _read_cells(self, begin: int, rows: list[list[int]]) -> None:
        """Read a table cell by cell; one that only lays out a page stays as it is."""
        starts = [start for row in rows for start in row]
        ends = dict(zip(starts, [*starts[1:], len(self.parts)], strict=True))
        cells = [["".join(self.parts[a : ends[a]]).strip() for a in row] for row in rows]
        long = any(len(cell) > _LONGEST_CELL for row in cells for cell in row)
        if long or len(cells) < _LEAST_ROWS or any(len(row) < _LEAST_ROWS for row in cells[:2]):
            return
        del self.parts[begin:]
        self.parts.append("\n".join(_sentences(cells)) + "\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"\s+", " ", data))


def _of_html(text: str) -> str:
    words = _Words()
    words.feed(text)
    return re.sub(r"[ \t]*\n\s*", "\n", "".join(words.parts)).strip()


# -- DOCX ----------------------------------------------------------------------------------------


def _of_docx(content: bytes, file: LandedFile) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            info = archive.getinfo("word/document.xml")
            if info.file_size > LARGEST_TEXT:
                raise DataError(
                    "document.bomb", where=file.name, limit_mb=LARGEST_TEXT // 1_000_000
                )
            with archive.open(info) as part:
                xml = part.read(LARGEST_TEXT + 1)
    except KeyError as error:
        raise DataError("document.no_word", where=file.name) from error
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise DataError("document.damaged", where=file.name) from error
    if len(xml) > LARGEST_TEXT:
        raise DataError("document.bomb", where=file.name, limit_mb=LARGEST_TEXT // 1_000_000)
    if b"<!DOCTYPE" in xml[:2000] or b"<!ENTITY" in xml:
        raise DataError("document.entities", where=file.name)
    try:
        body = ET.fromstring(xml).find(f"{_WORD}body")  # noqa: S314 - entities are refused above
    except ET.ParseError as error:
        raise DataError("document.damaged", where=file.name) from error
    return "\n".join(_blocks(body)) if body is not None else ""


def _blocks(body: ET.Element) -> Iterator[str]:
    for block in body:
        if block.tag == f"{_WORD}p":
            yield _paragraph(block)
        elif block.tag == f"{_WORD}tbl":
            yield from _table(block)
        elif block.tag in {f"{_WORD}sdt", f"{_WORD}ins"}:
            inner = block.find(f"{_WORD}sdtContent")
            yield from _blocks(inner if inner is not None else block)


def _paragraph(block: ET.Element) -> str:
    """Return the words of a paragraph: insertions are in, deletions are out."""
    if block.tag in {f"{_WORD}del", f"{_WORD}moveFrom"}:
        return ""
    if block.tag == f"{_WORD}t":
        return block.text or ""
    if block.tag in {f"{_WORD}br", f"{_WORD}cr", f"{_WORD}tab"}:
        return " "
    return "".join(map(_paragraph, block))


def _table(table: ET.Element) -> Iterator[str]:
    rows = [
        ["".join(_paragraph(p) for p in cell.iter(f"{_WORD}p")).strip()
         for cell in row.findall(f"{_WORD}tc")]
        for row in table.findall(f"{_WORD}tr")
    ]  # fmt: skip
    if rows:
        yield from _sentences(rows)


# -- tables --------------------------------------------------------------------------------------


def _sentences(rows: list[list[str]]) -> Iterator[str]:
    """Return a sentence per cell: header of the column, first words of the row, then the cell."""
    header, unit_column = rows[0], _TABLE["unit_column"]
    for row in rows[1:]:
        subject = next((cell for cell in row if _HAN.search(cell)), "")
        unit = _UNIT_BEHIND.search(subject)
        name = subject[: unit.start()] if unit else subject
        columns = dict(zip(header, row, strict=False))
        words = unit["unit"] if unit else columns.get(unit_column, "")
        for title, cell in columns.items():
            if cell == subject or _NO_VALUE.search(title) or not _FIGURE.match(cell):
                continue
            own = _UNIT_BEHIND.search(title)
            lead = f"{title[: own.start()] if own else title}，"
            figure = cell if _WITH_UNIT.search(cell) else f"{cell}{own['unit'] if own else words}"
            yield f"{'' if _VALUE.fullmatch(title) else lead}{name}{_TABLE['reaches']}{figure}。"


# -- PDF -----------------------------------------------------------------------------------------


def _of_pdf(content: bytes, file: LandedFile) -> DocumentText:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise DataError("document.encrypted", where=file.name)
        count = len(reader.pages)
        texts, tables = [], []
        for number, page in enumerate(reader.pages, start=1):
            lines = (page.extract_text() or "").translate(_RADICALS).splitlines()
            texts.append(_flowing([line.strip() for line in lines]))
            if _has_table(lines):
                tables.append(number)
            (file.scratch / PROGRESS).write_text(f"{number} {count}", encoding="ascii")
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError, OSError) as error:
        raise DataError("document.damaged", where=file.name) from error
    if not any(text.strip() for text in texts):
        raise DataError("document.scanned", where=file.name, pages=count)
    starts, at = [], 0
    for text in texts:
        starts.append(at)
        at += len(text)
    return DocumentText("".join(texts), tuple(starts), tuple(tables))


def _has_table(lines: list[str]) -> bool:
    """Whether lines of a page are rows of figures, or cells of a line each."""
    rows = [_ROW.search(line) is not None for line in lines]
    cells = sum(_LONE.fullmatch(line.strip()) is not None for line in lines)
    return any(a and b for a, b in itertools.pairwise(rows)) or cells >= _LEAST_CELLS


def _flowing(lines: list[str]) -> str:
    """Join the lines of a page that end in mid-sentence; a short line ends its paragraph."""
    longest = max((len(line) for line in lines), default=0)
    parts = []
    for line in lines:
        if re.fullmatch(r"[—\-–\s]*\d{1,4}[—\-–\s]*", line):
            continue  # a page number
        ends = (
            not line or _ROW.search(line) or line[-1] in "。！？；:：" or len(line) < 0.75 * longest
        )
        parts.append(line + ("\n" if ends else ""))
    return "".join(parts)
