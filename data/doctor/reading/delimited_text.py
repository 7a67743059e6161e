"""Delimited text: layout from the head, rows through Arrow, ragged rows one by one."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from data.doctor.base import ROW, FileDescription, ImportChoice
from data.doctor.reading.encoding import CleanText, clean_text
from data.doctor.reading.header_row import BEYOND, drop_nameless, find_header, unique_headers
from data.doctor.reading.limits import MIB, FileLimits
from data.doctor.reading.source import OpenedFile
from data.wording.catalogue import Message
from geo.errors import DataError, InputError

OPENCELLID = (
    "radio", "mcc", "net", "area", "cell", "unit", "lon", "lat", "range", "samples", "changeable",
    "created", "updated", "averageSignal",
)  # fmt: skip
#: https://download.geonames.org/export/dump/readme.txt
GEONAMES = (
    "geonameid", "name", "asciiname", "alternatenames", "latitude", "longitude", "feature class",
    "feature code", "country code", "cc2", "admin1 code", "admin2 code", "admin3 code",
    "admin4 code", "population", "elevation", "dem", "timezone", "modification date",
)  # fmt: skip
RADIOS = frozenset({"GSM", "CDMA", "UMTS", "LTE", "NR", "NBIOT"})

HEAD_BYTES = 256 * 1024
BLOCK_BYTES = 8 * MIB
RAGGED_ROWS = 200_000
_DELIMITERS = ",\t;|"
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|$)")


@dataclass(frozen=True, slots=True)
class TextLayout:
    """How a text is split into rows and columns.

    Attributes
    ----------
    text
        The file as UTF-8.
    sniffed
        What is reported about it.
    header, names
        Cells of the header row, and the column names made from them.
    start
        First byte of data [byte].
    row
        Number of the first row of data.
    quoted
        True where quotation marks enclose cells.
    """

    text: CleanText
    sniffed: FileDescription
    header: tuple[str, ...]
    names: tuple[str, ...]
    start: int
    row: int
    quoted: bool


@dataclass(slots=True)
class _Ragged:
    """Rows whose number of cells differs from the header's, as Arrow reports them."""

    rows: list[tuple[int, str]] = field(default_factory=list)

    def __call__(self, row: Any) -> str:
        self.rows.append((row.number, row.text))
        return "skip" if len(self.rows) <= RAGGED_ROWS else "error"


def layout(opened: OpenedFile, choice: ImportChoice) -> TextLayout:
    """Detect encoding, delimiter and header of a text file.

    Parameters
    ----------
    opened
        The file on disk, its format known.
    choice
        Settings of the planner; what is unset is detected.

    Returns
    -------
    layout
        How to read the rows.

    Raises
    ------
    DataError
        If the file holds no rows, or a cell is too long.
    InputError
        If an encoding, delimiter or header row of the planner does not fit.
    """
    text = clean_text(
        opened.path, opened.scratch, opened.limits, name=opened.name, encoding=choice.encoding
    )
    head, complete = _head(text)
    delimiter = _chosen(choice.delimiter) or _delimiter(head)
    geonames = delimiter == "\t" and _is_geonames(head)
    quoted = text.quotes > 0 and not geonames
    records = list(_records(head, delimiter, quoted=quoted))
    if not complete and len(records) > 1:
        records.pop()  # cut where the head ends
    if not any(any(cells) for cells, _ in records):
        raise DataError("table.no_rows", where=opened.name)
    header, first, format_ = _header([cells for cells, _ in records], choice, geonames=geonames)
    known = {"opencellid": OPENCELLID, "geonames": GEONAMES}.get(format_, ())
    cells = records[header][0] if header >= 0 else known
    lengths = Counter(len(row) for row, _ in records[first:] if any(row))
    width = max(len(cells), lengths.most_common(1)[0][0] if lengths else 0)
    opened.limits.check_table(0, width, where=opened.name)
    names, remarks = unique_headers(cells, width, opened.limits.header_characters)
    if header > 0:
        remarks.append(Message("reader.title_rows", {"count": header}))
    declared = "EPSG:4326" if format_ in ("opencellid", "geonames") else ""
    sniffed = FileDescription(
        format_, text.encoding, delimiter, header_row=header + 1, declared_crs=declared,
        remarks=(*opened.remarks, *text.remarks, *remarks), layers=opened.parts, layer=opened.part,
        titles=tuple(cell for row, _ in records[: max(header, 0)] for cell in row if cell.strip()),
    )  # fmt: skip
    start = text.start + (records[first - 1][1] if first else 0)
    return TextLayout(text, sniffed, tuple(cells), tuple(names), start, first + 1, quoted)


def _chosen(delimiter: str | None) -> str:
    delimiter = {"\\t": "\t", "tab": "\t"}.get(delimiter or "", delimiter or "")
    if delimiter and (len(delimiter) > 1 or not delimiter.isascii() or delimiter in '"\r\n'):
        raise InputError("table.delimiter", delimiter=delimiter)
    return delimiter


def _head(text: CleanText) -> tuple[bytes, bool]:
    with text.path.open("rb") as stream:
        stream.seek(text.start)
        head = stream.read(HEAD_BYTES)
        return head, not stream.read(1)


def _records(head: bytes, delimiter: str, *, quoted: bool) -> Iterator[tuple[list[str], int]]:
    """Yield the cells of each record and the byte where it ends."""
    ends = [0]

    def lines() -> Iterator[str]:
        for match in _LINE.finditer(head):
            if match.end() > match.start():
                ends.append(match.end())
                yield match.group().decode("utf-8", errors="replace")

    reader = csv.reader(lines(), delimiter=delimiter, quoting=_quoting(quoted=quoted))
    try:
        for cells in reader:
            yield cells, ends[reader.line_num]
    except csv.Error as error:
        if not quoted:
            raise DataError("table.long_cell") from error
        return


def _quoting(*, quoted: bool) -> Literal[0, 3]:
    return csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE


def _delimiter(head: bytes) -> str:
    """Return the delimiter that cuts most rows into the same number of columns, most of them."""
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        rows = [cells for cells, _ in _records(head[: HEAD_BYTES // 4], delimiter, quoted=True)]
        widths = Counter(len(cells) for cells in rows if any(cells))
        wide = {width: count for width, count in widths.items() if width > 1}
        if wide:
            width, count = max(wide.items(), key=lambda item: (item[1], item[0]))
            score = count / widths.total() * (2 - 1 / width)
            if score > best_score:
                best, best_score = delimiter, score
    return best


def _is_geonames(head: bytes) -> bool:
    cells = head.split(b"\n", 1)[0].split(b"\t")
    return len(cells) == len(GEONAMES) and cells[0].isdigit() and len(cells[8]) == 2


def _header(
    rows: Sequence[list[str]], choice: ImportChoice, *, geonames: bool
) -> tuple[int, int, str]:
    """Return index of the header or −1, index of the first row of data, format."""
    if choice.header_row is not None:
        if not 0 <= choice.header_row <= len(rows):
            raise InputError("table.header_row", row=choice.header_row, rows=len(rows))
        return choice.header_row - 1, choice.header_row, "csv"
    if geonames:
        return -1, 0, "geonames"
    first = rows[0]
    if len(first) == len(OPENCELLID) and first[0].upper() in RADIOS:
        return -1, 0, "opencellid"
    found = find_header(rows[:200])
    known = [cell.strip() for cell in first] == list(OPENCELLID)
    return found.index, found.first, "opencellid" if known else "csv"


def read_csv(opened: OpenedFile, choice: ImportChoice) -> tuple[pd.DataFrame, FileDescription]:
    """Read all rows; cells stay text, empty ones are missing.

    Parameters
    ----------
    opened
        The file on disk, its format known.
    choice
        Settings of the planner; what is unset is detected.

    Returns
    -------
    frame, sniffed
        Rows with their numbers, and how they were read.

    Raises
    ------
    DataError
        If the file holds no rows, or most rows do not fit the header.
    InputError
        If an encoding, delimiter or header row of the planner does not fit.
    """
    plan = layout(opened, choice)
    frame, swallowed = _rows(plan, opened.limits, opened.name)
    remarks = []
    if swallowed:
        frame, _ = _rows(replace(plan, quoted=False), opened.limits, opened.name)
        remarks = [Message("reader.quote_open")]
    frame, nameless = drop_nameless(frame, plan.header)
    if BEYOND in frame and BEYOND not in plan.names:
        count = int(frame[BEYOND].notna().sum())
        remarks.append(Message("reader.cells_beyond", {"count": count, "column": BEYOND}))
    return frame, replace(plan.sniffed, remarks=(*plan.sniffed.remarks, *remarks, *nameless))


def _rows(plan: TextLayout, limits: FileLimits, name: str) -> tuple[pd.DataFrame, bool]:
    """Return the rows, and whether an unclosed quotation mark swallowed some."""
    import pyarrow as pa

    ragged = _Ragged()
    try:
        table, numbers = _arrow(plan, ragged, limits, name)
    except pa.ArrowInvalid as error:
        if plan.quoted:
            return pd.DataFrame(), True
        raise DataError("table.cell_counts", where=name, columns=len(plan.names)) from error
    frame = _to_pandas(table, plan.names)
    frame[ROW] = numbers
    swallowed = plan.quoted and plan.text.quotes % 2 == 1 and _has_line_breaks(table, ragged)
    if ragged.rows and not swallowed:
        frame = _with_ragged(frame, ragged.rows, plan)
    return frame, swallowed


def _arrow(
    plan: TextLayout, ragged: _Ragged, limits: FileLimits, name: str
) -> tuple[Any, np.ndarray[Any, Any]]:
    """Read what has the right number of cells; rows that are blank throughout are left out."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    ids = [str(index) for index in range(len(plan.names))]
    schema = pa.schema([(id_, pa.large_string()) for id_ in ids])
    data = _bytes(plan.text.path).slice(plan.start)
    if not data.size:
        return schema.empty_table(), np.empty(0, dtype=np.int64)
    reader = arrow_csv.open_csv(
        pa.BufferReader(data),
        read_options=arrow_csv.ReadOptions(
            use_threads=False, column_names=ids, block_size=BLOCK_BYTES
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=plan.sniffed.delimiter, quote_char='"' if plan.quoted else False,
            newlines_in_values=plan.quoted, ignore_empty_lines=False, invalid_row_handler=ragged,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=schema, strings_can_be_null=True, null_values=[""], check_utf8=False
        ),
    )  # fmt: skip
    batches, seen, memory = [], 0, 0
    for batch in reader:
        seen += batch.num_rows
        memory += batch.nbytes
        limits.check_table(seen + len(ragged.rows), len(ids), where=name)
        if memory > limits.table_bytes:
            raise DataError("table.cells_large", where=name, most=limits.table_bytes / MIB)
        batches.append(batch)
    table = pa.Table.from_batches(batches, schema)
    numbers = _numbers(table.num_rows, ragged.rows) + plan.row
    blank = _blank(table)
    return (table.filter(pa.array(~blank)), numbers[~blank]) if blank.any() else (table, numbers)


def _bytes(path: Path) -> Any:
    import pyarrow as pa

    with pa.memory_map(str(path)) as source:
        return source.read_buffer()


def _numbers(good: int, ragged: Sequence[tuple[int, str]]) -> np.ndarray[Any, Any]:
    """Return the zero-based number of each good row, the ragged ones counted in between."""
    total = np.ones(good + len(ragged), dtype=bool)
    total[np.array([number - 1 for number, _ in ragged], dtype=np.int64)] = False
    return np.flatnonzero(total)


def _blank(table: Any) -> np.ndarray[Any, Any]:
    blank = np.ones(table.num_rows, dtype=bool)
    for column in table.itercolumns():
        if not blank.any():
            break
        blank &= column.is_null().to_numpy()
    return blank


def _has_line_breaks(table: Any, ragged: _Ragged) -> bool:
    import pyarrow.compute as pc

    return any("\n" in text for _, text in ragged.rows) or any(
        pc.any(pc.match_substring(column, "\n")).as_py() for column in table.itercolumns()
    )


def _to_pandas(table: Any, names: Sequence[str]) -> pd.DataFrame:
    """Return the columns without a copy; ``="0871"`` is how spreadsheets are given a text."""
    import pyarrow.compute as pc

    dtype = pd.StringDtype("pyarrow", na_value=np.nan)

    def plain(column: Any) -> Any:
        if not pc.any(pc.starts_with(column, '="')).as_py():
            return column
        return pc.replace_substring_regex(column, r'^="([^"]*)"$', r"\1")

    columns = {
        name: pd.Series(plain(column), dtype=dtype)
        for name, column in zip(names, table.itercolumns(), strict=True)
    }
    return pd.DataFrame(columns)


def _with_ragged(
    frame: pd.DataFrame, ragged: Sequence[tuple[int, str]], plan: TextLayout
) -> pd.DataFrame:
    """Add the ragged rows: short ones filled up, the rest of long ones beside the table."""
    width = len(plan.names)
    rows, numbers, beyond = [], [], []
    for number, text in ragged:
        lines = text.splitlines(keepends=True) if plan.quoted else [text]
        cells = next(
            csv.reader(
                lines, delimiter=plan.sniffed.delimiter, quoting=_quoting(quoted=plan.quoted)
            ),
            [],
        )
        if any(cells):
            rows.append([cell or None for cell in cells[:width]] + [None] * (width - len(cells)))
            beyond.append(plan.sniffed.delimiter.join(cells[width:]).strip(" ,;|\t") or None)
            numbers.append(number - 1 + plan.row)
    more = pd.DataFrame(rows, columns=list(plan.names), dtype=frame.dtypes.iloc[0])
    more[ROW] = np.array(numbers, dtype=np.int64)
    if any(beyond) and BEYOND not in plan.names:
        more.insert(width, BEYOND, pd.Series(beyond, dtype=frame.dtypes.iloc[0]))
        frame.insert(width, BEYOND, pd.Series(None, index=frame.index, dtype=frame.dtypes.iloc[0]))
    whole = pd.concat([frame, more]) if len(more) else frame
    return whole.sort_values(ROW, ignore_index=True)
