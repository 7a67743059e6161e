"""Convert cells to the kinds that a table declares; unreadable ones are left empty.

Nothing is guessed: ``1/5/2024`` is a day in May or in January, so it is no date; a cell that is
neither yes nor no is unknown. Each such cell is a finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data.doctor.base import ROW
from data.doctor.checks.dates import read_dates
from data.doctor.checks.findings import FindingTable, RuleHits
from data.doctor.headers.vocabulary import FALSE, TRUE, UNKNOWN, declared_words, fold
from data.doctor.reading.cells import Bools, bools, codes, text_series, texts
from data.doctor.vocabulary import vocabulary
from data.tables.common import LAT, LON
from data.tables.pack import Column, Table
from geo.earth.crs import Floats

_PLAIN = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$"
_THOUSANDS = r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$"
_WORDS = vocabulary("checks")
_WAN = rf"{_WORDS['ten_thousand']}[{_WORDS['counted']}]?$"
_UNIT = rf"\s*(?:{'|'.join(_WORDS['units'])})$"
_ABOUT = "|".join(_WORDS["about"])
_INEXACT = rf"^(?:{_ABOUT})\s*|\s*(?:{_ABOUT})$"
#: A list of one word, as GeoJSON properties have it.
_LISTED = re.compile(r"^\s*\[\s*[\"']?([^\[\]\"',]*)[\"']?\s*\]\s*$")
_ESCAPED = r"^'([=+\-@\t\r\n＝＋－＠])"
#: ``1e999`` and ``inf``: kept as infinite, so that the rule on infinite numbers sees them.
_INFINITE = r"(?i)^[+-]?(?:inf|infinity|∞)$"


def convert(frame: pd.DataFrame, table: Table) -> tuple[pd.DataFrame, FindingTable]:
    """Convert the declared columns to their kinds, and find the cells that cannot be read.

    Text becomes ``str`` without empty cells, ``integer`` Int64 (float64 while a cell has a
    fraction, which a rule then finds), ``number`` float64, ``boolean`` boolean, ``date`` text
    YYYY-MM-DD. ``lon`` and ``lat`` and undeclared columns stay as they are.

    Parameters
    ----------
    frame
        Cells as they were read, under the names of the table's columns.
    table
        Table that the file becomes.

    Returns
    -------
    typed, findings
        The frame with typed columns, and one finding per unreadable cell.
    """
    hits: list[RuleHits] = []
    frame = _unescaped(frame)
    typed = frame.copy(deep=False)
    for column in table.columns:
        if column.name in frame.columns and column.name not in (LON, LAT):
            typed[column.name], found = _convert(frame[column.name], column)
            hits += found
    rows = frame[ROW].to_numpy(dtype=np.int64)
    return typed, FindingTable.collect(hits, rows)


def _unescaped(frame: pd.DataFrame) -> pd.DataFrame:
    """Take away the apostrophe that exports put before what a spreadsheet would run."""
    plain = frame.copy(deep=False)
    for name in frame.columns:
        if not isinstance(frame[name].dtype, pd.StringDtype):
            continue
        array = texts(frame[name])
        if pc.any(pc.match_substring_regex(array, _ESCAPED)).as_py():
            array = pc.replace_substring_regex(array, _ESCAPED, r"\1")
            plain[name] = text_series(array, frame.index)
    return plain


def _convert(cells: pd.Series, column: Column) -> tuple[pd.Series, list[RuleHits]]:
    if column.kind in ("integer", "number"):
        return _numbers(cells, column)
    if column.kind == "boolean":
        return _booleans(cells, column)
    if column.kind == "date":
        return _dates(cells, column)
    array = texts(cells)
    array = pc.if_else(pc.equal(array, ""), pa.scalar(None, array.type), array)
    if column.words:
        array = _words(array, column)
    return text_series(array, cells.index), []


def _words(array: pa.Array, column: Column) -> pa.Array:
    """Return the declared word for each that is known; others stay, for a rule to find."""
    coded = pc.dictionary_encode(array)
    known = declared_words(column)
    words = coded.dictionary.to_pylist()
    return _taken([_word(word, known) for word in words], coded)


def _word(word: str, known: dict[str, str]) -> str | None:
    folded = fold(_LISTED.sub(r"\1", word))
    return known.get(folded, None if folded in UNKNOWN else word)


def _taken(words: list[str | None], coded: pa.DictionaryArray) -> pa.Array:
    return pa.array(words, pa.large_string()).take(coded.indices)


def _booleans(cells: pd.Series, column: Column) -> tuple[pd.Series, list[RuleHits]]:
    if cells.dtype.name in ("bool", "boolean"):
        return cells.astype("boolean"), []
    array = texts(cells)
    coded = pc.dictionary_encode(array)
    folded = [fold(word) for word in coded.dictionary.to_pylist()]
    values = [1 if word in TRUE else 0 if word in FALSE else -1 for word in folded]
    unreadable = [v < 0 and w not in UNKNOWN for v, w in zip(values, folded, strict=True)]
    at = codes(coded)
    answer = np.array([*values, -1])[at]
    bad = np.flatnonzero(np.array([*unreadable, False])[at])
    read = pd.arrays.BooleanArray(answer == 1, answer < 0)
    hits = RuleHits("boolean_unreadable", column.name, bad, array.take(pa.array(bad)))
    return pd.Series(read, index=cells.index), [hits]


def _dates(cells: pd.Series, column: Column) -> tuple[pd.Series, list[RuleHits]]:
    array = _trimmed(texts(cells))
    days, partial = read_dates(array)
    dates = pc.cast(pa.array(days), pa.large_string())
    bad = np.flatnonzero(np.isnat(days) & _given(array))
    part = np.flatnonzero(partial)
    hits = [
        RuleHits("date_unreadable", column.name, bad, array.take(pa.array(bad))),
        RuleHits("date_partial", column.name, part, array.take(pa.array(part)),
             dates.take(pa.array(part)).to_pylist()),
    ]  # fmt: skip
    return text_series(dates, cells.index), hits


def _numbers(cells: pd.Series, column: Column) -> tuple[pd.Series, list[RuleHits]]:
    if pd.api.types.is_numeric_dtype(cells.dtype):
        numbers = np.array(cells.to_numpy(dtype=float, na_value=np.nan))
        return _kept(numbers, cells.index, column), []
    array = _trimmed(texts(cells))
    numbers = _plain(array)
    rest = np.flatnonzero(np.isnan(numbers) & _given(array))
    hits = []
    if len(rest):
        others = array.take(pa.array(rest))
        plain = pc.replace_substring_regex(pc.utf8_normalize(others, form="NFKC"), _INEXACT, "")
        about = bools(pc.match_substring_regex(others, _INEXACT))
        read, wan = _unusual(plain)
        numbers[rest] = read
        hits = list(_number_hits(column.name, others, (rest, read, wan, about)))
    return _kept(numbers, cells.index, column), hits


def _number_hits(
    column: str, others: pa.Array, found: tuple[np.ndarray, Floats, Bools, Bools]
) -> Iterator[RuleHits]:
    rest, read, wan, about = found
    bad = np.flatnonzero(np.isnan(read))
    yield RuleHits("not_a_number", column, rest[bad], others.take(pa.array(bad)))
    for rule, mask in (("number_wan", wan), ("number_about", about & ~wan)):
        at = np.flatnonzero(mask & ~np.isnan(read))
        details = [f"{number:,.15g}" for number in read[at]]
        yield RuleHits(rule, column, rest[at], others.take(pa.array(at)), details)


def _kept(numbers: Floats, index: pd.Index, column: Column) -> pd.Series:
    """Return an integer column as Int64 where every number in it is whole."""
    known = numbers[~np.isnan(numbers)]
    whole = np.isfinite(known).all() and (np.abs(known) < 2**53).all()
    if column.kind != "integer" or not whole or (known % 1 != 0).any():
        return pd.Series(numbers, index=index, dtype="float64")
    missing = np.isnan(numbers)
    values = np.where(missing, 0, numbers).astype(np.int64)
    return pd.Series(pd.arrays.IntegerArray(values, missing), index=index)


def _trimmed(array: pa.Array) -> pa.Array:
    return pc.utf8_trim_whitespace(array)


def _given(array: pa.Array) -> Bools:
    """Return which cells hold something other than a word for "unknown"."""
    unknown = pa.array(UNKNOWN, pa.large_string())
    return bools(pc.invert(pc.is_in(pc.utf8_lower(array), unknown))) & bools(pc.is_valid(array))


def _plain(array: pa.Array) -> Floats:
    """Return plain numbers, NaN elsewhere."""
    plain = pc.match_substring_regex(array, _PLAIN)
    cells = pc.if_else(plain, array, pa.scalar(None, array.type))
    numbers = pc.cast(pc.utf8_ltrim(cells, characters="+"), pa.float64())
    return np.array(numbers.to_numpy(zero_copy_only=False), dtype=float)


def _unusual(array: pa.Array) -> tuple[Floats, Bools]:
    """Read full width, separators of thousands, units behind the number, 万, infinity.

    Returns the numbers and which of them were written in 万.
    """
    half = pc.utf8_trim_whitespace(pc.utf8_normalize(array, form="NFKC"))
    half = pc.replace_substring_regex(half, "[−–]", "-")
    wan = bools(pc.match_substring_regex(half, _WAN))
    half = pc.replace_substring_regex(half, rf"\s*{_WAN}", "")
    half = pc.replace_substring_regex(half, _UNIT, "")
    half = pc.if_else(
        pc.match_substring_regex(half, _THOUSANDS), pc.replace_substring(half, ",", ""), half
    )
    numbers = _plain(half) * np.where(wan, 1e4, 1.0)
    # 1.2 × 10,000 is 12,000, not 11,999.999…
    numbers = np.where(wan, np.round(numbers, 6), numbers)
    infinite = bools(pc.match_substring_regex(half, _INFINITE))
    negative = bools(pc.starts_with(half, "-"))
    return np.where(infinite, np.where(negative, -np.inf, np.inf), numbers), wan
