"""Content of one exported file: tables, shapes, provenance, and their tidy form."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from data.wording.catalogue import DATA_LANGUAGES, Bilingual, Message

if TYPE_CHECKING:
    import geopandas as gpd


#: Characters that start a formula in a spreadsheet; in some the full-width forms as well.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


#: Characters that XML 1.0 cannot contain, not even escaped.
_ILLEGAL = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class WordedNumber:
    """A number that is shown with the word of how exact it is before it, and still adds up.

    Attributes
    ----------
    value
        The number.
    word
        What stands before it, such as ``约``.
    """

    value: float
    word: str

    def __str__(self) -> str:
        """Return the number as shown, for the width of its column."""
        return f"{self.word}{self.value:,.10g}"


Cell = str | float | WordedNumber


@dataclass(frozen=True)
class ReadingSheet:
    """One sheet of a workbook as a person reads and prints it, in one language.

    Attributes
    ----------
    name
        What the sheet is called; made to fit where a spreadsheet refuses it.
    title, lines
        Above the table: title, then region, date, sources, what is illustrative.
    head
        (k,) titles of the columns with their units.
    rows
        Rows of k cells: text or number.
    total
        Cells of the total row; none without.
    """

    name: str
    title: str
    lines: tuple[str, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class ExportBundle:
    """Tables, shapes and provenance of one file.

    Attributes
    ----------
    kind
        Name of the main table and its sheet or layer: ``gaps``, ``villages``, ``whatif`` …
    main
        The table itself; with ``lon`` and ``lat`` columns it is a table of points.
    extra
        Further sheets or layers by name.
    about
        How the tables came about; holds ``run_digest``. The stamps ``stamp_zh`` and ``stamp_en``
        are added where a row is illustrative and they lack.
    geometry
        Shape of each row of ``main``, EPSG:4326; None for points and plain tables.
    shapes
        Name of a further table → shape of each of its rows, EPSG:4326, such as lines.
    reading
        Sheets for people; a workbook shows these and hides the tables with their codes.
    """

    kind: str
    title: Message | Bilingual
    main: pd.DataFrame
    extra: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    geometry: gpd.GeoSeries | None = None
    shapes: Mapping[str, gpd.GeoSeries] = field(default_factory=dict)
    reading: tuple[ReadingSheet, ...] = ()

    def __post_init__(self) -> None:
        """Refuse tables that would overwrite one another, and shapes without a table."""
        if clash := {self.kind, "about"} & set(self.extra):
            raise ValueError(f"further tables may not be called {sorted(clash)}")
        if lost := set(self.shapes) - set(self.extra):
            raise ValueError(f"there are no further tables {sorted(lost)}")

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by name, the main one first."""
        return {self.kind: self.main, **self.extra}

    @cached_property
    def provenance(self) -> dict[str, str]:
        """The lines of ``about``, with the stamps wherever a row is illustrative."""
        stamps = in_both("stamp", Message("stamp.illustrative"))
        invented = any(is_illustrative(frame).any() for frame in self.tables.values())
        return {**(stamps if invented else {}), **self.about}

    @property
    def title_zh(self) -> str:
        """Title in Chinese."""
        return printable(self.title.text("zh"))

    @property
    def title_en(self) -> str:
        """Title in English."""
        return printable(self.title.text("en"))

    @property
    def stamp(self) -> str:
        """Sentence that says what is illustrative, in both languages, or empty."""
        lines = self.provenance
        return " ".join(lines[key] for key in ("stamp_zh", "stamp_en") if key in lines)


def in_both(line: str, words: Message) -> dict[str, str]:
    """Return the lines ``<line>_zh`` and ``<line>_en`` of an export's provenance.

    Parameters
    ----------
    line
        Name of the lines, without the suffix.
    words
        The sentence.

    Returns
    -------
    lines
        One line for each language.
    """
    return {f"{line}_{language}": words.text(language) for language in DATA_LANGUAGES}


def escape_formula(text: str) -> str:
    """Return text that no spreadsheet runs as a formula.

    Parameters
    ----------
    text
        Text of a cell.

    Returns
    -------
    text
        The text, with a leading apostrophe where a spreadsheet would run it.

    Examples
    --------
    >>> escape_formula("=1+1")
    "'=1+1"
    >>> escape_formula("昆明市"), escape_formula("=")  # A sign alone is no formula.
    ('昆明市', '=')
    """
    return f"'{text}" if len(text) > 1 and text.startswith(_FORMULA) else text


def printable(text: str) -> str:
    """Return the text with U+FFFD for each character that XML and spreadsheets refuse.

    Every assigned or private character stays, rare ideographs included.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    text
        The text without characters that XML cannot carry.

    Examples
    --------
    >>> printable("a" + chr(0) + "b") == "a" + chr(0xFFFD) + "b"
    True
    """
    return _ILLEGAL.sub("\ufffd", text)


def tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame in the form that every writer expects.

    Numbers are int64 or float64 (NaN: unknown; infinity counts as unknown), truth values bool,
    and all else is text that XML can carry (None: unknown; dates as YYYY-MM-DD), dtype object.

    Parameters
    ----------
    frame
        Any frame; not changed.

    Returns
    -------
    frame
        Same columns and rows, index from 0.
    """
    columns = {printable(str(name)): _tidy_column(frame[name]) for name in frame.columns}
    return pd.DataFrame(columns, index=frame.index).reset_index(drop=True)


def is_text(column: pd.Series) -> bool:
    """Return whether a column of a tidy frame contains text.

    Parameters
    ----------
    column
        Column of a tidy frame.

    Returns
    -------
    is_text
        True for text, False for numbers and truth values.
    """
    return column.dtype == object


def cells(column: pd.Series) -> list[Any]:
    """Return a tidy column as plain Python values.

    Parameters
    ----------
    column
        Column of a tidy frame.

    Returns
    -------
    values
        One for each row, None where unknown.
    """
    if column.dtype.kind != "f":
        return column.tolist()
    return [None if value != value else value for value in column.tolist()]  # noqa: PLR0124  NaN


def number_text(value: object) -> str:
    """Return a number as text.

    Parameters
    ----------
    value
        Number of a tidy frame, or None.

    Returns
    -------
    text
        No digit lost, no ``.0``; empty where unknown.

    Examples
    --------
    >>> number_text(394100000123.0), number_text(-0.5), number_text(None)
    ('394100000123', '-0.5', '')
    """
    if value is None:
        return ""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def is_illustrative(frame: pd.DataFrame) -> np.ndarray:
    """Return for each row whether it is illustrative.

    Parameters
    ----------
    frame
        Any table.

    Returns
    -------
    illustrative
        (n,) True where ``evidence`` is illustrative; False without such a column.
    """
    if "evidence" not in frame.columns:
        return np.zeros(len(frame), bool)
    return np.array([word == "illustrative" for word in frame["evidence"].tolist()], bool)


def is_points(frame: pd.DataFrame) -> bool:
    """Return whether the frame has positions.

    Parameters
    ----------
    frame
        Any table.

    Returns
    -------
    is_points
        True if it has the columns ``lon`` and ``lat``.
    """
    return {"lon", "lat"} <= set(frame.columns)


def about_json(bundle: ExportBundle, identity: Mapping[str, str] | None = None) -> bytes:
    """Return the provenance and the sources of a tidy bundle as JSON.

    Parameters
    ----------
    bundle
        Tidy bundle.
    identity
        Name and sha256 of the file that the text belongs to.

    Returns
    -------
    text
        UTF-8.
    """
    about = {
        **(identity or {}),
        "title_zh": bundle.title_zh,
        "title_en": bundle.title_en,
        "kind": bundle.kind,
        "about": bundle.provenance,
        "sources": records(bundle.tables["sources"]) if "sources" in bundle.tables else [],
    }
    return (json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode()


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a tidy frame as plain values.

    Parameters
    ----------
    frame
        Tidy frame.

    Returns
    -------
    rows
        Column → value per row, None where unknown.
    """
    columns = [cells(frame[name]) for name in frame.columns]
    return [dict(zip(frame.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def _tidy_column(values: pd.Series) -> pd.Series:
    whole = not values.isna().any()
    if pd.api.types.is_bool_dtype(values.dtype) and whole:
        return values.astype(bool)
    if pd.api.types.is_integer_dtype(values.dtype) and whole:
        return values.astype("int64")
    if pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype):
        return values.astype("float64").replace([np.inf, -np.inf], np.nan)
    codes, distinct = pd.factorize(values)
    texts = np.array([*(printable(_text(value)) for value in distinct), None], dtype=object)
    return pd.Series(texts[codes], index=values.index, dtype=object)


def _text(value: object) -> str:
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value)
