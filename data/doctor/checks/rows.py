"""Rules on rows as a whole: repeated rows, ids that are empty or repeated, required cells."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.doctor.base import ROW
from data.doctor.checks.context import SHAPE, CheckContext
from data.doctor.checks.findings import RuleHits
from data.doctor.checks.position import repeats
from data.doctor.examples import EXAMPLE_MARKS, marked_column
from data.doctor.reading.cells import Bools, Rows, numbers, texts
from data.tables.common import LAT, LON
from data.tables.imports import REQUIRED


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
    key = [name for name in context.table.key if name in frame.columns]
    mark = marked_column(context.table)
    if mark in frame.columns:
        marked = frame[mark].astype("str").isin(EXAMPLE_MARKS).to_numpy()
        yield RuleHits("template_example", mark, np.flatnonzero(marked))
    again = np.empty(0, dtype=np.intp)
    if key:
        empty = frame[key[0]].isna().to_numpy()
        some = not empty.all()
        if some:
            yield RuleHits("empty_id", key[0], np.flatnonzero(empty))
        keys = row_keys([frame[name] for name in key])
        later, first = repeats(keys)
        later, first = later[~empty[later]], first[~empty[later]]
        again, origin = _whole_rows(frame, later if some else np.empty(0, np.intp), first)
        yield _hits("duplicate_row", "", again, rows[origin])
        same = ~np.isin(later, again)
        yield _hits("duplicate_id", key[0], later[same], rows[first[same]], frame[key[0]])
    if not key or frame[key[0]].isna().all():
        yield from _without_ids(frame, rows)
    yield from _required(frame, context)


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
        if name in (LON, LAT) or name in context.table.key[:1]:
            continue
        missing = _missing(frame[name]) if name in frame.columns else np.ones(len(frame), bool)
        yield RuleHits("required_empty", name, np.flatnonzero(missing))


def _missing(cells: pd.Series) -> Bools:
    if cells.dtype.kind == "f":
        return np.isnan(numbers(cells))
    return np.asarray(cells.isna().to_numpy(), dtype=bool)
