"""Rules on rows as a whole: repeated rows, ids that are empty or repeated, required cells."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data.doctor.base import ROW, Finding
from data.doctor.checks.context import SHAPE, CheckContext
from data.doctor.checks.findings import RuleHits
from data.doctor.checks.position import repeats
from data.doctor.checks.text import is_text
from data.doctor.examples import EXAMPLE_MARKS, marked_column
from data.doctor.headers.matching import HeaderMap
from data.doctor.reading.cells import Bools, Rows, bools, by_word, numbers, texts
from data.doctor.vocabulary import vocabulary
from data.tables.common import LAT, LON
from data.tables.imports import REQUIRED
from data.tables.pack import Table
from data.wording.catalogue import Message

#: What the first cells of a row of totals say.
_WORDS = vocabulary("checks")
_TOTAL = (
    rf"(?i)^\s*(?:(?:{'|'.join(_WORDS['totals'])})\s*[:：]?"
    rf"|.{{1,20}}(?:{'|'.join(_WORDS['totals_of'])}))\s*$"
)
#: What a line below the table begins with.
_FOOTER = rf"(?i)^\s*(?:{'|'.join(_WORDS['footers'])})\s*[:：]"


def check_rows(frame: pd.DataFrame, context: CheckContext) -> Iterator[RuleHits]:
    """Check ids, repeated rows and required cells.

    Parameters
    ----------
    frame
        Rows of the file: declared columns as :func:`data.doctor.checks.conversion.convert`
        types them, positions in degrees (WGS84), and the row numbers.
    context
        Table, province, date and units that the rules compare with.

    Yields
    ------
    hits
        Rows per rule.
    """
    rows = frame[ROW].to_numpy(dtype=np.int64)
    mark = marked_column(context.table)
    if mark in frame.columns:
        marked = frame[mark].astype("str").isin(EXAMPLE_MARKS).to_numpy()
        yield RuleHits("template_example", mark, np.flatnonzero(marked))
    yield from _no_objects(frame)
    own = own_id(context.table)
    if own in frame.columns:
        empty = frame[own].isna().to_numpy()
        if not empty.all():
            yield RuleHits("empty_id", own, np.flatnonzero(empty))
    names = [name for name in context.table.key if name in frame.columns]
    if _is_whole(names, context.table):
        later, first = _repeated(frame, names)
        again, origin = _whole_rows(frame, later, first)
        yield _hits("duplicate_row", "", again, rows[origin])
        same = ~np.isin(later, again)
        rule, column = ("duplicate_id", own) if own else ("duplicate_key", names[-1])
        yield _hits(rule, column, later[same], rows[first[same]], frame[column])
    else:
        yield from _without_ids(frame, rows)
    yield from _required(frame, context)


def own_id(table: Table) -> str:
    """Return the column that identifies a row of a table and for which an id can be generated.

    Parameters
    ----------
    table
        Table of an import.

    Returns
    -------
    column
        The last part of the key that is an id; empty where the key is a code of a region.
    """
    ids = [name for name in table.key if name == "id" or name.endswith("_id")]
    return ids[-1] if ids else ""


def _is_whole(names: list[str], table: Table) -> bool:
    """Test whether the columns that a file has are a key: every id of the table is among them.

    A station without its cells, or a technology alone, names many rows.
    """
    ids = {name for name in table.key if name == "id" or name.endswith("_id")}
    return bool(names) and (ids or {"adcode"}) <= set(names)


def _repeated(frame: pd.DataFrame, names: list[str]) -> tuple[Rows, Rows]:
    """Return rows whose key an earlier row has, and that row; an incomplete key names nothing."""
    later, first = repeats(row_keys([frame[name] for name in names]))
    ids = [name for name in names if name == "id" or name.endswith("_id")]
    known = frame[ids].notna().all(axis=1).to_numpy()
    return later[known[later]], first[known[later]]


def _no_objects(frame: pd.DataFrame) -> Iterator[RuleHits]:
    """Find rows that are no object: no position, and a total in a cell or a note in the first."""
    places = [name for name in (LON, LAT, SHAPE) if name in frame.columns]
    without = frame[places].isna().any(axis=1) if places else pd.Series([], dtype=bool)
    at = np.flatnonzero(without.to_numpy())
    totals, first = (np.full(len(at), "", dtype=object) for _ in range(2))
    for name in frame.columns:
        if not len(at) or name in (ROW, SHAPE) or not is_text(frame[name]):
            continue
        cells = texts(frame[name].iloc[at])
        said = by_word(cells, lambda array: bools(pc.match_substring_regex(array, _TOTAL)))
        shown = np.asarray(cells.fill_null("").to_pylist(), dtype=object)
        totals[said] = shown[said]
        first = np.where(first == "", shown, first)
    is_total = totals != ""
    notes = np.asarray([bool(re.match(_FOOTER, cell)) for cell in first], dtype=bool) & ~is_total
    for rule, found, shown in (("total_row", is_total, totals), ("footer_row", notes, first)):
        said = pa.array(shown[found].tolist(), pa.large_string())
        yield RuleHits(rule, "", at[found], said)


def _hits(
    rule: str, column: str, at: Rows, first: NDArray[np.int64], cells: pd.Series | None = None
) -> RuleHits:
    values = None if cells is None else texts(cells.iloc[at])
    return RuleHits(rule, column, at, values, [str(row) for row in first.tolist()])


def _without_ids(frame: pd.DataFrame, rows: NDArray[np.int64]) -> Iterator[RuleHits]:
    """Find repeated rows of a table whose ids are still to be made."""
    if {LON, LAT} <= set(frame.columns):
        later, first = repeats(row_keys([frame[LON], frame[LAT]]))
        again, origin = _whole_rows(frame, later, first)
        yield _hits("duplicate_row", "", again, rows[origin])


def _whole_rows(frame: pd.DataFrame, later: Rows, first: Rows) -> tuple[Rows, Rows]:
    """Return those of ``later`` rows that equal an earlier one in every column, and that one."""
    if not len(later):
        return later, later
    at = np.unique(np.concatenate([later, first]))
    names = [name for name in frame.columns if name not in (ROW, SHAPE)]
    some = frame.iloc[at]
    later_too, first_too = repeats(row_keys([some[name] for name in names]))
    if SHAPE in frame.columns:
        shapes = some[SHAPE].to_numpy()
        same = np.array(
            [a is b or a == b for a, b in zip(shapes[later_too], shapes[first_too], strict=True)],
            dtype=bool,
        )
        later_too, first_too = later_too[same], first_too[same]
    return at[later_too], at[first_too]


def row_keys(columns: list[pd.Series]) -> NDArray[np.int64]:
    """Return one number per row, equal where all columns are equal.

    Parameters
    ----------
    columns
        Columns to compare, of the same length.

    Returns
    -------
    keys
        (n,) one number per row.
    """
    keys = np.zeros(len(columns[0]), dtype=np.int64)
    most = 1
    for column in columns:
        codes, words = pd.factorize(column)
        if most * (len(words) + 1) >= 2**62:
            keys, found = pd.factorize(keys)
            most = len(found)
        keys = keys * (len(words) + 1) + codes + 1
        most *= len(words) + 1
    return keys


def _required(frame: pd.DataFrame, context: CheckContext) -> Iterator[RuleHits]:
    """Find empty cells of columns that a file must give."""
    for name in _wanted(context.table):
        if name in frame.columns:
            yield RuleHits("required_empty", name, np.flatnonzero(_missing(frame[name])))


def _wanted(table: Table) -> list[str]:
    """Return the columns that a file must give; an id is made, a position has its own rules."""
    own = (LON, LAT, own_id(table), *table.key[:1])
    return [name for name in REQUIRED.get(table.name, ()) if name not in own]


def missing_column(table: Table, headers: HeaderMap, filled: Collection[str]) -> Finding | None:
    """Return which column a file lacks that it must give: one finding for all rows.

    Parameters
    ----------
    table
        Table that the file becomes.
    headers
        Meaning of the headers.
    filled
        Columns that are filled without the file.

    Returns
    -------
    fault
        Rejects every row; None where the file has them all.
    """
    known = {*headers.mapped.values(), *filled}
    name = next((name for name in _wanted(table) if name not in known), None)
    if name is None:
        return None
    near = next((one.header for one in headers.proposals if one.column == name), None)
    listed = ", ".join((*headers.mapped, *headers.extras))[:300]
    arguments = {"column": name, "headers": listed, "header": near or ""}
    rule = "no_column" if near is None else "column_in_doubt"
    why, how = (Message(f"finding.{rule}.{part}", arguments) for part in ("why", "how"))
    return Finding(rule, "error", 0, name, "", why, how)


def _missing(cells: pd.Series) -> Bools:
    if cells.dtype.kind == "f":
        return np.isnan(numbers(cells))
    return np.asarray(cells.isna().to_numpy(), dtype=bool)
