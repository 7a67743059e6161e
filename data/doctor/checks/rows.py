"""Rules on rows as a whole: repeated rows, ids that are empty or repeated, required cells."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data.doctor.base import ROW
from data.doctor.checks.context import SHAPE, CheckContext
from data.doctor.checks.findings import RuleHits
from data.doctor.checks.position import repeats
from data.doctor.checks.text import is_text
from data.doctor.examples import EXAMPLE_MARKS, marked_column
from data.doctor.reading.cells import Bools, Rows, bools, by_word, numbers, texts
from data.doctor.vocabulary import vocabulary
from data.tables.common import LAT, LON
from data.tables.imports import REQUIRED
from data.tables.pack import Table

#: What the first cells of a row of totals say.
_TOTAL = rf"(?i)^\s*(?:{'|'.join(vocabulary('checks')['totals'])})\s*[:：]?\s*$"


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
    yield _totals(frame)
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


def _totals(frame: pd.DataFrame) -> RuleHits:
    """Find rows of totals: no position, and a word for a total in a cell."""
    places = [name for name in (LON, LAT, SHAPE) if name in frame.columns]
    without = frame[places].isna().any(axis=1) if places else pd.Series([], dtype=bool)
    found = np.zeros(len(frame), dtype=bool)
    shown = np.full(len(frame), "", dtype=object)
    at = np.flatnonzero(without.to_numpy())
    for name in frame.columns:
        if not len(at) or name in (ROW, SHAPE) or not is_text(frame[name]):
            continue
        cells = texts(frame[name].iloc[at])
        said = by_word(cells, lambda array: bools(pc.match_substring_regex(array, _TOTAL)))
        shown[at[said]] = cells.filter(pa.array(said)).to_pylist()
        found[at[said]] = True
    rows = np.flatnonzero(found)
    return RuleHits("total_row", "", rows, pa.array(shown[rows].tolist(), pa.large_string()))


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
    """Find empty cells of columns that a file must give; a missing column is empty everywhere."""
    for name in REQUIRED.get(context.table.name, ()):
        if name in (LON, LAT, own_id(context.table)) or name in context.table.key[:1]:
            continue
        missing = _missing(frame[name]) if name in frame.columns else np.ones(len(frame), bool)
        yield RuleHits("required_empty", name, np.flatnonzero(missing))


def _missing(cells: pd.Series) -> Bools:
    if cells.dtype.kind == "f":
        return np.isnan(numbers(cells))
    return np.asarray(cells.isna().to_numpy(), dtype=bool)
