"""Tables that are arranged otherwise than one object a row under one row of headers.

Three arrangements are put right before headers are matched: a table on its side, whose first
column holds the headers; rows of units or translations under the header; and rows that name the
place of all rows below them (大可乡 alone in its row, then its villages).
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.doctor.base import ROW, RawTable
from data.doctor.headers.matching import aliases
from data.doctor.headers.readings import readings
from data.doctor.headers.vocabulary import spelled_units
from data.doctor.names.forms import plain
from data.doctor.reading.header_row import is_number, unique_headers
from data.doctor.vocabulary import vocabulary
from data.wording.catalogue import Message

FORMATS = ("csv", "xlsx", "xls", "ods", "json")
#: A table on its side has at most so many columns of the planner's, which are its rows.
MOST_FIELDS = 60
#: Headers known in its first column: so many, and this share of it.
LEAST_KNOWN, SHARE_KNOWN = 3, 0.5
#: Rows under a header that may explain it, and rows below that they are compared with.
EXPLAINING, COMPARED = 2, 30
#: Rows with a cell or two that are looked at, and the share of all rows that sections may be.
MOST_SHORT, MOST_SECTIONS = 5_000, 0.5
_LONGEST_HEADER = 200

_WORDS = vocabulary("headers")
_SECTION = _WORDS["sections"]
#: 一、 (二) 3. before the name of a section.
_NUMBER = re.compile(rf"^[（(]?[{_SECTION['numerals']}\d]+[）)]?\s*[、.．,，:：]?\s*")
_REMARK = re.compile(r"[（(].*[）)]\s*$|[:：]\s*$")
_LEVELS = {
    column: re.compile(rf".*(?:{'|'.join(ends)})$")
    for column, ends in _SECTION["ends"].items()
}  # fmt: skip


def arranged(raw: RawTable) -> RawTable:
    """Return a table with one object a row under one row of headers.

    Parameters
    ----------
    raw
        The file as it was read; geometries are left as they are.

    Returns
    -------
    table
        The same where nothing is to be put right; else with a remark on each change.
    """
    if raw.geometry is not None or raw.sniffed.format not in FORMATS:
        return raw
    return _in_sections(_explained(_upright(raw)))


def _changed(raw: RawTable, frame: pd.DataFrame, remark: Message) -> RawTable:
    sniffed = replace(raw.sniffed, remarks=(*raw.sniffed.remarks, remark))
    return replace(raw, frame=frame, sniffed=sniffed, rows_read=len(frame))


def _upright(raw: RawTable) -> RawTable:
    """Turn a table whose headers stand in its first column."""
    own = raw.frame.drop(columns=ROW)
    top = list(own.columns) if raw.sniffed.header_row else []
    if own.shape[1] < 2 or len(own) > MOST_FIELDS:
        return raw
    side = [*top[:1], *_texts(own.iloc[:, 0])]
    known = sum(bool(_meanings(header)) for header in side)
    if known < max(LEAST_KNOWN, SHARE_KNOWN * len(side)) or any(map(_meanings, top[1:])):
        return raw
    names, _ = unique_headers(side, len(side), _LONGEST_HEADER)
    cells = [[*top[i : i + 1], *_texts(own.iloc[:, i])] for i in range(1, own.shape[1])]
    frame = pd.DataFrame(
        {
            name: pd.Series([row[i] or None for row in cells], dtype="str")
            for i, name in enumerate(names)
        }
    )
    # A spreadsheet's second column is the first object.
    frame[ROW] = np.arange(2, len(frame) + 2)
    return _changed(raw, frame, Message("reader.on_its_side", {"count": len(frame)}))


def _explained(raw: RawTable) -> RawTable:
    """Leave out rows right under the header that only explain it: units, kinds, translations."""
    count = 0
    while count < EXPLAINING and _explains(raw.frame, count):
        count += 1
    if not count:
        return raw
    rows = ", ".join(map(str, raw.frame[ROW].iloc[:count]))
    frame = raw.frame.iloc[count:].reset_index(drop=True)
    frame = frame.rename(columns=_better_names(raw.frame.iloc[:count].drop(columns=ROW)))
    return _changed(raw, frame, Message("reader.header_explained", {"rows": rows}))


def _better_names(rows: pd.DataFrame) -> dict[str, str]:
    """Return header → name where a row below knows more columns than a header of groups does."""
    own = list(rows.columns)
    known = sum(bool(_meanings(header)) for header in own)
    for at in range(len(rows)):
        cells = _texts(rows.iloc[at])
        if sum(bool(_meanings(cell)) for cell in cells) > known:
            given = [cell or header for cell, header in zip(cells, own, strict=True)]
            return dict(zip(own, unique_headers(given, len(own), _LONGEST_HEADER)[0], strict=True))
    return {}


def _explains(frame: pd.DataFrame, at: int) -> bool:
    """Test whether a row has words where the rows below have numbers, and these are a header's."""
    below = frame.iloc[at + 1 : at + 1 + COMPARED].drop(columns=ROW)
    if not len(below):
        return False
    words = []
    for name in below.columns:
        values = [text for text in _texts(below[name]) if text]
        if values and sum(map(is_number, values)) > len(values) / 2:
            words += _texts(frame[name].iloc[at : at + 1])
    said = [word for word in words if word]
    return (
        len(said) >= min(2, len(words)) > 0
        and all(word and not any(map(str.isdigit, word)) for word in said)
        and any(_is_explanation(word) for word in said)
    )


def _is_explanation(word: str) -> bool:
    bare = plain(word).strip("()[]")
    return bare in spelled_units() or bare in _WORDS["explanations"] or bool(_meanings(word))


def _in_sections(raw: RawTable) -> RawTable:
    """Give rows the county, township or committee that a row above them names alone."""
    frame = raw.frame
    named = {meaning for header in frame.columns for meaning in _meanings(str(header))}
    own = frame.drop(columns=ROW)
    few = _short_rows(own)
    if len(few) > MOST_SHORT:
        return raw
    sections = {int(at): found for at in few if (found := _section(own.iloc[at], named))}
    if not sections or len(sections) > MOST_SECTIONS * len(frame):
        return raw
    levels = list(_LEVELS)
    columns = {name: np.full(len(frame), None, dtype=object) for name in levels}
    for at, (level, name) in sections.items():
        for lower in levels[levels.index(level) :]:
            columns[lower][at:] = name if lower == level else None
    rows = np.setdiff1d(np.arange(len(frame)), list(sections))
    kept = frame.iloc[rows].reset_index(drop=True)
    for name, values in columns.items():
        if any(name == level for level, _ in sections.values()):
            kept.insert(kept.shape[1] - 1, name, pd.Series(values[rows], dtype="str"))
    names = ", ".join(name for _, name in sections.values())
    told = {"count": len(sections), "names": names[:200]}
    return _changed(raw, kept, Message("reader.sections", told))


def _short_rows(own: pd.DataFrame) -> NDArray[np.intp]:
    """Return the rows with a number and a name at most, or one text in merged cells."""
    filled = np.zeros(len(own), dtype=np.int32)
    for name in own.columns:
        filled += own[name].notna().to_numpy()
    short = filled <= 2
    if own.shape[1] > 2:
        first, last = own.iloc[:, 0], own.iloc[:, -1]
        short |= (first.notna() & (first.astype("str") == last.astype("str"))).to_numpy()
    return np.flatnonzero(short)


def _section(cells: pd.Series, named: set[str]) -> tuple[str, str] | None:
    """Return level and name where a row says nothing but the place of the rows below."""
    said = {bare for text in _texts(cells) if (bare := _NUMBER.sub("", text))}
    if len(said) != 1:
        return None
    name = _REMARK.sub("", said.pop()).strip()
    for level, ends in _LEVELS.items():
        if level not in named and len(name) > 1 and ends.fullmatch(name):
            return level, name
    return None


def _texts(cells: pd.Series) -> list[str]:
    return cells.astype("str").fillna("").str.strip().tolist()


def _meanings(header: str) -> frozenset[str]:
    """Return the columns that a header is known to mean in any table."""
    if not header or is_number(header):
        return frozenset()
    found = (_targets().get(reading.letters) for reading in readings(header))
    return next((columns for columns in found if columns), frozenset())


@cache
def _targets() -> dict[str, frozenset[str]]:
    """Return letters → columns of all aliases."""
    targets: dict[str, frozenset[str]] = {}
    for column, alias, _ in aliases():
        targets[alias] = targets.get(alias, frozenset()) | {column}
    return targets
