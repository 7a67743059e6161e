"""Dates as people write them, whole columns at once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data.doctor.reading.cells import Bools, bools
from data.doctor.vocabulary import vocabulary
from geo.earth.crs import Floats

Days = NDArray[np.datetime64]

_TIME = r"(?:[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?$"
_WORDS = vocabulary("checks")["date"]
_YEAR, _MONTH, _DAY = _WORDS["year"], _WORDS["month"], _WORDS["day"]
_YEAR_MONTH = rf"^(?P<y>\d{{4}})\s*[-/.{_YEAR}]\s*(?P<m>\d{{1,2}})\s*"
_WHOLE_DATES = (
    rf"{_YEAR_MONTH}[-/.{_MONTH}]\s*(?P<d>\d{{1,2}})\s*{_DAY}?{_TIME}",
    rf"^(?P<y>(?:19|20)\d{{2}})(?P<m>\d{{2}})(?P<d>\d{{2}}){_TIME}",
)
_MONTHS = (
    rf"{_YEAR_MONTH}{_MONTH}?(?P<d>)$",
    r"^(?P<y>(?:19|20)\d{2})(?P<m>0[1-9]|1[0-2])(?P<d>)$",
)
_YEARS = (rf"^(?P<y>(?:19|20)\d{{2}})\s*{_YEAR}?(?P<m>)(?P<d>)$",)
#: Days since 1899-12-30, as spreadsheets count: 1954 to 2119.
_SERIAL, _SERIALS = r"^\d{5}(?:\.\d+)?$", (20_000, 80_000)
#: Seconds, or milliseconds, since 1970: 2001 to 2100.
_EPOCH, _EPOCHS = r"^\d{10}(?:\d{3})?$", (978_307_200, 4_102_444_800)
_SPREADSHEET = np.datetime64("1899-12-30", "D")
_UNIX = np.datetime64("1970-01-01", "D")
_NAT = np.datetime64("NaT", "D")


def read_dates(array: pa.Array) -> tuple[Days, Bools]:
    """Read a column of dates in the spellings that files use.

    Understood: ``2024-05-01``, ``2024/5/1``, ``2024.5.1``, ``20240501``, ``2024年5月1日``,
    each with a time behind it; ``2024年5月``, ``202405``, ``2024年`` (read as their last
    day); serial days of spreadsheets; Unix time.
    Two-digit years and ``1/5/2024`` are ambiguous, so they are no dates.

    Parameters
    ----------
    array
        Cells as text.

    Returns
    -------
    days, partial
        (n,) day of each cell, NaT where it is none, and which cells give no day of the month.

    Examples
    --------
    >>> cells = pa.array(["2024/5/1", "2024年2月", "45413", "1459692342", "1/5/2024", "2024-02-30"])
    >>> read_dates(cells)[0].astype(str).tolist()
    ['2024-05-01', '2024-02-29', '2024-05-01', '2016-04-03', 'NaT', 'NaT']
    """
    days = np.full(len(array), _NAT, dtype="datetime64[D]")
    partial = np.zeros(len(array), dtype=bool)
    for read, half in ((_counted, False), (_whole, False), (_whole, True), (_partial, True)):
        rest = np.flatnonzero(np.isnat(days))
        if not len(rest):
            break
        cells = array.take(pa.array(rest))
        days[rest] = read(_halfwidth(cells) if half else cells)
        if read is _partial:
            partial[rest] = ~np.isnat(days[rest])
    return days, partial


def _halfwidth(array: pa.Array) -> pa.Array:
    return pc.utf8_trim_whitespace(pc.utf8_normalize(array, form="NFKC"))


def _whole(array: pa.Array) -> Days:
    days = np.full(len(array), _NAT, dtype="datetime64[D]")
    for pattern in _WHOLE_DATES:
        year, month, day = _parts(array, pattern)
        days = np.where(np.isnat(days), _day(year, month, day), days)
    return days


def _partial(array: pa.Array) -> Days:
    days = np.full(len(array), _NAT, dtype="datetime64[D]")
    for pattern in (*_MONTHS, *_YEARS):
        year, month, _ = _parts(array, pattern)
        month = np.where(np.isnan(month) & ~np.isnan(year), 12.0, month)
        first_of_next = _day(year + (month == 12), np.where(month == 12, 1.0, month + 1), 1.0)
        days = np.where(np.isnat(days) & (month <= 12) & (month >= 1), first_of_next - 1, days)
    return days


def _counted(array: pa.Array) -> Days:
    """Read serial days and Unix time."""
    serial = _number(array, _SERIAL, _SERIALS)
    seconds = _number(array, _EPOCH, (_EPOCHS[0], _EPOCHS[1] * 1_000))
    seconds = np.where(seconds > _EPOCHS[1], seconds / 1_000, seconds)
    seconds[(seconds < _EPOCHS[0]) | (seconds > _EPOCHS[1])] = np.nan
    days = _since(_SPREADSHEET, serial)
    return np.where(np.isnat(days), _since(_UNIX, seconds / 86_400), days)


def _number(array: pa.Array, pattern: str, limits: tuple[int, int]) -> Floats:
    cells = pc.if_else(
        pc.match_substring_regex(array, pattern), array, pa.scalar(None, array.type)
    )  # fmt: skip
    numbers = np.array(pc.cast(cells, pa.float64()).to_numpy(zero_copy_only=False), dtype=float)
    numbers[(numbers < limits[0]) | (numbers > limits[1])] = np.nan
    return numbers


def _since(start: np.datetime64, days: Floats) -> Days:
    known = ~np.isnan(days)
    counted = np.where(known, np.floor(days), 0).astype(np.int64)
    return np.where(known, start + counted.astype("timedelta64[D]"), _NAT)


def _parts(array: pa.Array, pattern: str) -> tuple[Floats, Floats, Floats]:
    found = pc.extract_regex(array, pattern)
    year, month, day = (_part(found, name) for name in "ymd")
    return year, month, day


def _part(found: pa.Array, name: str) -> Floats:
    part = pc.struct_field(found, name)
    part = pc.if_else(pc.equal(part, ""), pa.scalar(None, part.type), part)
    return np.array(pc.cast(part, pa.float64()).to_numpy(zero_copy_only=False), dtype=float)


def _day(year: Floats, month: Floats, day: Floats | float) -> Days:
    """Return the day, NaT where there is none such (30 February, month 13)."""
    known = (year >= 1) & (month >= 1) & (month <= 12) & (np.asarray(day) >= 1)
    months = np.where(known, (year - 1970) * 12 + month - 1, 0).astype(np.int64)
    first = months.astype("datetime64[M]")
    days = first.astype("datetime64[D]") + (
        np.where(known, day, 1).astype(np.int64) - 1
    ).astype("timedelta64[D]")  # fmt: skip
    return np.where(known & (days.astype("datetime64[M]") == first), days, _NAT)


def iso_days(array: pa.Array) -> Days:
    """Read dates of the form YYYY-MM-DD.

    Parameters
    ----------
    array
        Dates as :func:`data.doctor.checks.conversion.convert` leaves them.

    Returns
    -------
    days
        (n,) days, NaT where missing.
    """
    days = pc.cast(pc.if_else(_is_iso(array), array, pa.scalar(None, array.type)), pa.date32())
    return np.asarray(days.to_numpy(zero_copy_only=False), dtype="datetime64[D]")


def _is_iso(array: pa.Array) -> pa.Array:
    return pa.array(bools(pc.match_substring_regex(array, r"^\d{4}-\d{2}-\d{2}$")))
