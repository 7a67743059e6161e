"""Rejected rows as a file in the original layout, to be corrected and imported again.

Headers, columns and their order are the file's own; one column of reasons is put before them. The
import drops that column when the file comes back.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from data.doctor.base import ROW, RawTable
from data.doctor.reading.cells import texts
from data.doctor.reading.header_row import is_number
from data.export.bundle import escape_formula, printable
from data.export.xlsx import cell_text
from data.wording.catalogue import DEFAULT, LANGUAGES, text
from geo.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from data.doctor.diagnosis import Diagnosis

#: Header of geometries, which a table can hold only as text.
WKT = "wkt"
#: Headers of the column of reasons in every language: dropped when a corrected file comes back.
REASONS = frozenset(text("import_report.reason", language) for language in LANGUAGES)
#: Reasons of one row that are written out.
_REASONS = 5
_MAX_ROWS = 1_048_575
SUFFIXES = (".csv", ".xlsx")


def rejected_file(found: Diagnosis, suffix: str, language: str = DEFAULT) -> bytes:
    """Return the rejected rows as ``.csv`` (UTF-8 with BOM, the file's delimiter) or ``.xlsx``.

    Geometries become well-known text in the file's own coordinates.

    Parameters
    ----------
    found
        Result of the examination.
    suffix
        ``.csv`` or ``.xlsx``.
    language
        Code of a language of :mod:`data.wording`.

    Returns
    -------
    content
        The file.

    Raises
    ------
    InputError
        If a sheet cannot hold so many rows.
    UnknownNameError
        If the suffix is another one.
    """
    if suffix.lower() not in SUFFIXES:
        raise UnknownNameError("format_of_rejected_rows", suffix, SUFFIXES, where="--rejected")
    table = rejected_table(found, language)
    if suffix.lower() == ".xlsx":
        return _xlsx(table)
    return _csv(table, found.raw.sniffed.delimiter or ",")


def rejected_table(found: Diagnosis, language: str = DEFAULT) -> pd.DataFrame:
    """Return the rejected rows as text: the column of reasons, then the file's own columns.

    Parameters
    ----------
    found
        Result of the examination.
    language
        Code of a language of :mod:`data.wording`.

    Returns
    -------
    table
        One row per rejected row, in the order of the file.
    """
    raw = found.raw
    mask = raw.frame[ROW].isin(found.rejected).to_numpy()
    frame = raw.frame[mask]
    rows = frame[ROW].tolist()
    reasons = _reasons(found, language)
    shared = reasons.pop(0, [])
    table: dict[str, Any] = {
        text("import_report.reason", language): [
            " | ".join(
                reasons.get(row) or shared or (text("import_report.repeats", language, row=row),)
            )
            for row in rows
        ]
    }
    for name in frame.columns:
        if name != ROW:
            table[str(name)] = [cell or "" for cell in texts(frame[name]).to_pylist()]
    if raw.geometry is not None and not _has_text(frame):
        table[WKT] = _well_known(raw, mask)
    return pd.DataFrame(table)


def without_reasons(raw: pd.DataFrame) -> pd.DataFrame:
    """Drop the column of reasons that an earlier file of rejected rows added.

    Parameters
    ----------
    raw
        Rows as they were read.

    Returns
    -------
    rows
        Without that column; the frame passed in is not changed.
    """
    return raw.drop(columns=[name for name in raw.columns if str(name).strip() in REASONS])


def _reasons(found: Diagnosis, language: str) -> dict[int, list[str]]:
    """Return row → why it was rejected, at most a few each."""
    errors = found.findings.only(found.findings.frame["severity"] == "error")
    reasons: dict[int, list[str]] = defaultdict(list)
    for item in errors.findings(None):
        if (item.row in found.rejected or not item.row) and len(reasons[item.row]) < _REASONS:
            key = "import_report.at_row" if item.row else "import_report.at_all"
            reasons[item.row].append(text(key, language, row=item.row, why=item.why, how=item.how))
    return reasons


def _has_text(frame: pd.DataFrame) -> bool:
    return any(str(name).strip().lower() == WKT for name in frame.columns)


def _well_known(raw: RawTable, mask: np.ndarray[Any, Any]) -> list[str]:
    shapes = np.asarray(raw.geometry, dtype=object)[mask]
    code = raw.sniffed.declared_crs.removeprefix("EPSG:")
    before = f"SRID={code};" if code.isdigit() else ""
    return [f"{before}{shape}" if shape else "" for shape in shapely.to_wkt(shapes)]


def _safe(cell: str) -> str:
    """Return text that no spreadsheet runs; numbers stay as they are."""
    return cell if is_number(cell) else escape_formula(printable(cell))


def _csv(table: pd.DataFrame, delimiter: str) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([_safe(str(name)) for name in table.columns])
    for row in zip(*(table[name] for name in table.columns), strict=True):
        writer.writerow([_safe(cell) for cell in row])
    return stream.getvalue().encode("utf-8-sig")


def _xlsx(table: pd.DataFrame) -> bytes:
    import xlsxwriter

    if len(table) > _MAX_ROWS:
        raise InputError("export.rejects_many", rows=len(table))
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"created": pd.Timestamp(2000, 1, 1).to_pydatetime()})
        sheet = book.add_worksheet("rejected")
        for j, name in enumerate(table.columns):
            sheet.write_string(0, j, cell_text(printable(str(name))))
            for i, cell in enumerate(table[name], start=1):
                sheet.write_string(i, j, cell if is_number(cell) else cell_text(printable(cell)))
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 0, 60)
    return stream.getvalue()
