"""Faults of a table's columns against their declaration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from data.wording.catalogue import Message

if TYPE_CHECKING:
    from data.tables.pack import Column, Table

#: Faults after which nothing else can be said of a table.
OF_KIND = frozenset(
    f"pack_fault.{rule}" for rule in ("no_column", "not_numeric", "not_text", "not_boolean")
)
_NUMERIC = ("integer", "floating", "mixed-integer-float", "decimal")
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


def frame_faults(frame: pd.DataFrame, table: Table) -> Iterator[Message]:
    """Yield what is wrong with the columns, cells and keys of a table.

    Parameters
    ----------
    frame
        Rows as they were read; columns that are not declared are not looked at.
    table
        Declaration.

    Yields
    ------
    message
        One per fault; the number of rows and the first of them (counted from 1) where it applies.
    """
    for column in table.columns:
        if column.name not in frame.columns:
            yield Message("pack_fault.no_column", {"column": column.name})
        else:
            yield from _column_faults(frame[column.name], column)
    if table.key and set(table.key) <= set(frame.columns):
        repeated = frame.duplicated(list(table.key))
        if repeated.any():
            yield _counted("repeated_key", repeated, key="+".join(table.key))


def cast(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the cells in the kinds of values that the checks expect.

    Parameters
    ----------
    frame
        Rows with every declared column; not changed.
    table
        Declaration.

    Returns
    -------
    frame
        Numbers as floats (NaN is unknown), text and dates as text (empty is unknown), booleans as
        they are.
    """
    columns: dict[str, pd.Series] = {}
    for column in table.columns:
        values = frame[column.name].astype(object)
        if column.kind in ("integer", "number"):
            columns[column.name] = pd.to_numeric(values, errors="coerce").astype(float)
        elif column.kind != "boolean":
            columns[column.name] = values.where(values.notna(), "").astype(str)
    return frame.assign(**columns)


def _column_faults(values: pd.Series, column: Column) -> Iterator[Message]:
    empty = values.isna()
    if not column.nullable and empty.any():
        yield _counted("empty_cells", empty, column=column.name)
    known = values[~empty]
    if not len(known):
        return
    if column.kind in ("integer", "number"):
        yield from _number_faults(known, column)
        return
    if column.kind == "boolean":
        if pd.api.types.infer_dtype(known) != "boolean":
            yield Message("pack_fault.not_boolean", {"column": column.name})
        return
    if pd.api.types.infer_dtype(known.astype(object)) != "string":
        yield Message("pack_fault.not_text", {"column": column.name})
        return
    yield from _text_faults(known, column)


def _text_faults(known: pd.Series, column: Column) -> Iterator[Message]:
    unknown = ~known.isin(column.words)
    if column.words and unknown.any():
        words = ", ".join(sorted(map(str, known[unknown].unique()))[:3])
        yield _counted("unknown_words", unknown, column=column.name, words=words,
                       known=", ".join(column.words))  # fmt: skip
    if column.kind == "date":
        wrong = ~known.astype(str).str.fullmatch(_DATE)
        if wrong.any():
            yield _counted("not_dates", wrong, column=column.name, example=known[wrong].iloc[0])


def _number_faults(known: pd.Series, column: Column) -> Iterator[Message]:
    if pd.api.types.infer_dtype(known.astype(object)) not in _NUMERIC:
        yield Message("pack_fault.not_numeric", {"column": column.name})
        return
    numbers = known.to_numpy(dtype=float)
    infinite = ~np.isfinite(numbers)
    if infinite.any():
        yield _counted("infinite", infinite, column=column.name)
    if column.kind == "integer":
        broken = ~infinite & (numbers != np.floor(numbers))
        if broken.any():
            yield _counted("not_whole", broken, column=column.name)
    unit = f" {column.unit}" if column.unit else ""
    for rule, limit, wrong in (
        ("below", column.minimum, numbers < (column.minimum or 0)),
        ("above", column.maximum, numbers > (column.maximum or 0)),
    ):
        if limit is not None and wrong.any():
            yield _counted(rule, wrong, column=column.name, limit=f"{limit:g}{unit}")


def _counted(rule: str, wrong: pd.Series | np.ndarray, **arguments: object) -> Message:
    """Return a message with the number of wrong rows and the first of them, counted from 1."""
    first = int(np.asarray(wrong).argmax())
    if isinstance(wrong, pd.Series):
        first = int(wrong.index[first])
    count = int(np.asarray(wrong).sum())
    return Message(f"pack_fault.{rule}", {"count": count, "row": first + 1, **arguments})
