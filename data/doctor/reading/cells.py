"""Columns of text as Arrow arrays: what the checks and conversions work on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.earth.crs import Floats

Bools = NDArray[np.bool_]
Rows = NDArray[np.intp]

#: Dtype of text columns: missing cells are NaN.
TEXT = pd.StringDtype("pyarrow", na_value=np.nan)
#: Rows that show whether a column repeats few words.
_SAMPLE = 2_000


def texts(cells: pd.Series) -> pa.Array:
    """Return cells as one Arrow array of text; whole numbers lose their ``.0``.

    Parameters
    ----------
    cells
        Cells of any kind.

    Returns
    -------
    array
        Missing where a cell is.

    Examples
    --------
    >>> texts(pd.Series([1.0, 2.5, None])).to_pylist()
    ['1', '2.5', None]
    """
    if cells.dtype.kind == "f":
        return number_texts(cells.to_numpy(dtype=float))
    if cells.dtype == object:
        whole = [isinstance(cell, float) and cell.is_integer() for cell in cells]
        if any(whole):
            cells = cells.where(~np.array(whole), cells[whole].astype("int64").astype(object))
    array = pa.array(cells.astype(TEXT), type=pa.large_string(), from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def number_texts(numbers: Floats) -> pa.Array:
    """Return numbers as text.

    Parameters
    ----------
    numbers
        (n,) numbers.

    Returns
    -------
    array
        Missing where NaN.
    """
    return pc.cast(pa.array(numbers, from_pandas=True), pa.large_string())


def bools(mask: pa.Array) -> Bools:
    """Return a mask of Arrow as one of numpy.

    Parameters
    ----------
    mask
        Boolean array.

    Returns
    -------
    mask
        (n,) boolean; unknown is False.
    """
    return np.asarray(pc.fill_null(mask, fill_value=False).to_numpy(zero_copy_only=False), bool)


def text_series(array: pa.Array, index: pd.Index) -> pd.Series:
    """Return an Arrow array as a column of text.

    Parameters
    ----------
    array
        Array of text.
    index
        Index of the column.

    Returns
    -------
    cells
        Missing cells are NaN.
    """
    return pd.Series(pd.array(pa.chunked_array([array]), dtype=TEXT), index=index)


def by_word(array: pa.Array, test: Callable[[pa.Array], Bools]) -> Bools:
    """Apply a test to each cell, once per word where a column repeats few words.

    Parameters
    ----------
    array
        Array of text.
    test
        Returns a boolean for each cell of an array.

    Returns
    -------
    passed
        (n,) boolean.
    """
    if len(array) <= _SAMPLE or pc.count_distinct(array.slice(0, _SAMPLE)).as_py() > _SAMPLE // 4:
        return test(array)
    coded = pc.dictionary_encode(array)
    answers = np.append(test(coded.dictionary), False)
    return answers[codes(coded)]


def codes(coded: pa.DictionaryArray) -> Rows:
    """Return the index of each cell's word.

    Parameters
    ----------
    coded
        Dictionary-encoded array.

    Returns
    -------
    codes
        (n,) indices; −1 where a cell is missing.
    """
    return np.asarray(pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False), np.intp)


def numbers(cells: pd.Series) -> Floats:
    """Return a typed column as floats.

    Parameters
    ----------
    cells
        Cells of any kind.

    Returns
    -------
    numbers
        (n,) NaN where unknown or not a number.
    """
    if pd.api.types.is_numeric_dtype(cells.dtype):
        return np.asarray(cells.to_numpy(dtype=float, na_value=np.nan))
    return np.asarray(pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float, na_value=np.nan))
