"""Coordinates as people write them: decimal, degrees-minutes-seconds, full width, two in a cell.

Understood: ``102.7123``, ``102,7123``, ``34 512 345.6`` and ``2,771,234.5`` (eastings, northings),
``102°42′44.28″E``, ``东经102度42分44.28秒``, ``E102-42-44.28``, ``102:42:44``, ``102d42m44s``,
``１０２．７１``, ``25°2′S`` (negative). Whole columns at once, by two regular expressions of
Arrow; what neither understands is normalised and tried again. 134,000 cells of
degrees-minutes-seconds take about 0.2 s.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data.doctor.base import ROW, Finding
from data.doctor.vocabulary import vocabulary
from data.wording.catalogue import Message

Floats = NDArray[np.float64]

_NUMBER = r"\d+(?:\.\d+)?"
_GAP = r"(?:\s*[:\-]\s*|\s+)"
_WORDS = vocabulary("crs")
_MARKS = _WORDS["marks"]
#: ``′`` and its like; two of them are a ``″``.
_PRIME = f"[{_MARKS['primes']}]"
_DEGREES = "|".join([f"[{_MARKS['degrees']}]", *_MARKS["degree_words"]])
_MINUTES = "|".join([_PRIME, _MARKS["minutes"], *_MARKS["minute_words"]])
_SECONDS = "|".join(
    [f"[{_MARKS['double_primes']}]", _PRIME * 2, _MARKS["seconds"], *_MARKS["second_words"]]
)
_DMS = (
    rf"^\s*(?P<before>{'|'.join(_WORDS['hemispheres'])}|[NSEWnsew])?\s*[:=]?\s*(?P<sign>[+-])?\s*"
    rf"(?P<degrees>{_NUMBER})(?:(?:\s*(?:{_DEGREES})\s*|{_GAP})"
    rf"(?:(?P<minutes>{_NUMBER})(?:\s*(?:{_MINUTES})\s*|{_GAP}|$)"
    rf"(?:(?P<seconds>{_NUMBER})\s*(?:{_SECONDS})?)?)?)?"
    r"\s*(?P<after>[NSEWnsew])?\s*$"
)
_LATITUDE_LETTER = f"[{_WORDS['latitude_letters']}]"
_LONGITUDE_LETTER = f"[{_WORDS['longitude_letters']}]"
_LABELS = f"(?i){'|'.join(_WORDS['labels'])}"
#: A comma between digits before the mark of an angle: a decimal sign.
_COMMA_IN_ANGLE = (
    rf"\d,\d+\s*(?:°|{_MARKS['degrees'][-1]}|'|{_MARKS['minutes']}|\"|{_MARKS['seconds']})"
)
_DECIMAL = r"^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?\s*$"
#: An angle never has more digits before a comma than this; an easting does.
_LARGEST_DEGREE = 180.0


def parse_angle(cells: pd.Series) -> pd.Series:
    """Read a column of coordinates.

    Parameters
    ----------
    cells
        Text or numbers, as they are in the file.

    Returns
    -------
    numbers
        On the same index [° or m]; NaN where a cell is no coordinate.

    Examples
    --------
    >>> parse_angle(pd.Series(["102°30′36″E", "北纬25度3分", "25,5", "2,771,234.5", "x"])).tolist()
    [102.51, 25.05, 25.5, 2771234.5, nan]
    """
    if pd.api.types.is_numeric_dtype(cells.dtype):
        numbers = cells.to_numpy(dtype=float, na_value=np.nan, copy=True)
    else:
        texts = pa.array(cells.astype("string"), type=pa.string())
        numbers = _decimal(texts)
        for read in (_sexagesimal, _unusual):
            rest = np.isnan(numbers)
            if rest.any():
                numbers[rest] = read(texts.filter(pa.array(rest)))
    numbers[~np.isfinite(numbers)] = np.nan
    return pd.Series(numbers, index=cells.index, name=cells.name, dtype=float)


def read_angles(frame: pd.DataFrame, column: str) -> tuple[pd.Series, list[Finding]]:
    """Read a column of coordinates, and find the cells that are none.

    An empty cell is NaN without a finding: whether one may be empty is the table's own rule.

    Parameters
    ----------
    frame
        Rows of the file, with their numbers where it has them.
    column
        Name of the column.

    Returns
    -------
    numbers, findings
        As of :func:`parse_angle`, and one finding per unreadable cell.
    """
    numbers = parse_angle(frame[column])
    texts = frame[column].astype("string").str.strip()
    bad = numbers.isna() & texts.notna() & (texts != "")
    rows = frame[ROW] if ROW in frame.columns else pd.Series(frame.index + 1, index=frame.index)
    return numbers, [
        _unreadable(int(row), column, str(value))
        for row, value in zip(rows[bad], texts[bad], strict=True)
    ]


def _unreadable(row: int, column: str, value: str) -> Finding:
    return Finding(
        rule="unreadable_coordinate",
        severity="error",
        row=row,
        column=column,
        value=value,
        why=Message("finding.unreadable_coordinate.why"),
        how=Message("finding.unreadable_coordinate.how"),
    )


def split_pairs(cells: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Split cells that hold two coordinates, such as ``102.71,25.04`` or ``E102°42′ N25°2′``.

    Where both parts name their hemisphere the longitude comes first in the answer; otherwise the
    order of the file is kept.

    Parameters
    ----------
    cells
        Text, as it is in the file.

    Returns
    -------
    x, y
        First and second coordinate of each cell [° or m]; NaN where there is none.

    Examples
    --------
    >>> x, y = split_pairs(pd.Series(["102.71, 25.04", "[102.71,25.04]", "N25°2′ E102°42′"]))
    >>> x.tolist(), y.round(4).tolist()
    ([102.71, 102.71, 102.7], [25.04, 25.04, 25.0333])
    """
    texts = cells.astype("string").str.normalize("NFKC").str.strip("()[]{} ").str.strip()
    split = texts.str.extract(r"^(.+?)\s*[,;|/、]\s*([^,;|/、]+)$")
    spaced = texts.str.extract(r"^(\S+)\s+(\S+)$")
    parts = split.where(split[0].notna(), spaced).astype("string")
    first, second = parts[0], parts[1]
    north = first.str.contains(_LATITUDE_LETTER, na=False)
    latitude_first = north & second.str.contains(_LONGITUDE_LETTER, na=False)
    x, y = first.mask(latitude_first, second), second.mask(latitude_first, first)
    return parse_angle(x), parse_angle(y)


def _decimal(texts: pa.Array) -> Floats:
    """Return plain numbers, NaN elsewhere."""
    plain = pc.match_substring_regex(texts, _DECIMAL)
    cells = pc.utf8_trim_whitespace(pc.if_else(plain, texts, pa.scalar(None, pa.string())))
    return _floats(pc.cast(pc.utf8_ltrim(cells, characters="+"), pa.float64()))


def _floats(numbers: pa.Array) -> Floats:
    return np.array(numbers.to_numpy(zero_copy_only=False), dtype=float)


def _unusual(texts: pa.Array) -> Floats:
    """Read full-width characters, decimal commas, separators of thousands, capital units."""
    half = _normal(texts)
    numbers = _decimal(half)
    rest = np.isnan(numbers)
    if rest.any():
        numbers[rest] = _sexagesimal(half.filter(pa.array(rest)))
    return numbers


def _normal(texts: pa.Array) -> pa.Array:
    """Return half-width text, small unit letters, and no comma inside a number."""
    half = pc.utf8_normalize(pc.replace_substring(texts, "´", "′"), form="NFKC")
    half = pc.replace_substring_regex(half, _LABELS, "")
    half = pc.replace_substring_regex(half, r"[–—−]", "-")
    lettered = pc.match_substring_regex(half, r"\d\s*[dD]\s*\d")
    half = pc.utf8_trim_whitespace(pc.if_else(lettered, pc.utf8_lower(half), half))
    metres = pc.match_substring_regex(half, r"^\d{1,3}(?: \d{3})+(?:\.\d+)?$")
    half = pc.if_else(metres, pc.replace_substring(half, " ", ""), half)
    series = pd.Series(half.to_pandas().to_numpy(), dtype="string")
    if not series.str.contains(",", regex=False).any():
        return half
    return pa.array(_without_commas(series), type=pa.string())


def _without_commas(texts: pd.Series) -> pd.Series:
    """Read a comma as the decimal sign in a degree, as a separator of thousands in metres."""
    single = texts.str.fullmatch(r"[+-]?\d{1,3},\d+", na=False)
    degrees = pd.to_numeric(texts.str.extract(r"^[+-]?(\d+),")[0], errors="coerce")
    decimal = single & (degrees <= _LARGEST_DEGREE)
    thousands = texts.str.fullmatch(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", na=False) & ~decimal
    inside = texts.str.contains(_COMMA_IN_ANGLE, na=False)
    texts = texts.mask(decimal | inside, texts.str.replace(",", ".", regex=False))
    return texts.mask(thousands, texts.str.replace(",", "", regex=False))


def _sexagesimal(texts: pa.Array) -> Floats:
    """Return degrees-minutes-seconds as degrees, NaN where a cell is something else."""
    fields = pc.extract_regex(texts, _DMS)
    degrees, minutes, seconds = (_part(fields, n) for n in ("degrees", "minutes", "seconds"))
    whole = (degrees == np.floor(degrees)) | np.isnan(minutes)
    whole &= (minutes == np.floor(minutes)) | np.isnan(seconds)
    m, s = np.nan_to_num(minutes), np.nan_to_num(seconds)
    value = np.where(whole & (m < 60) & (s < 60), degrees + m / 60 + s / 3600, np.nan)
    return np.where(_negative(fields), -value, value)


def _part(fields: pa.Array, name: str) -> Floats:
    texts = pc.struct_field(fields, name)
    cells = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    return _floats(pc.cast(cells, pa.float64()))


def _negative(fields: pa.Array) -> NDArray[np.bool_]:
    south = pa.array(_WORDS["negative"])
    found = np.zeros(len(fields), dtype=bool)
    for name in ("before", "after", "sign"):
        part = pc.is_in(pc.struct_field(fields, name), south)
        found |= np.asarray(part.to_numpy(zero_copy_only=False), dtype=bool)
    return found
