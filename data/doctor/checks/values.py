"""Rules on numbers and dates: out of range, in another unit, contradictory."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from data.doctor.checks.context import CheckContext
from data.doctor.checks.dates import iso_days
from data.doctor.checks.findings import RuleHits
from data.doctor.headers.vocabulary import factor
from data.doctor.reading.cells import Bools, number_texts, numbers, texts
from data.doctor.vocabulary import vocabulary
from data.tables.common import LAT, LON
from data.tables.pack import Column
from geo.earth.crs import Floats

#: Most households that one village is taken to have; more is looked at.
MOST_HOUSEHOLDS = {"natural_villages": 3_000, "admin_villages": 10_000}
#: Persons in a household, at least and at most.
PERSONS = (1.0, 10.0)
#: No village or county has more than this [ten thousand persons]: larger numbers are plain counts.
MOST_WAN = 300.0
#: No route or line is longer than this [km]: the largest provinces are about 2,000 km across.
LONGEST_KM = 3_000.0
#: A planner's dates begin with the first public mobile network of the country, rounded down.
EARLIEST = np.datetime64("1980-01-01", "D")
_OWN_RULE = {
    "antenna_height_m": "height_range",
    "azimuth_deg": "azimuth_range",
    "tilt_deg": "tilt_range",
    "frequency_mhz": "frequency_range",
}
#: Frequencies written in GHz, heights written in km.
_GHZ, _HEIGHT_KM = (0.4, 71.0), (0.001, 0.3)
#: Bands by number: lowest and highest frequency, uplink and downlink together [MHz].
#: 3GPP TS 38.104 table 5.2-1 and TS 36.104 table 5.5-1.
BANDS: dict[int, tuple[float, float]] = {
    1: (1920, 2170), 2: (1850, 1990), 3: (1710, 1880), 5: (824, 894), 7: (2500, 2690),
    8: (880, 960), 20: (791, 862), 28: (703, 803), 34: (2010, 2025), 38: (2570, 2620),
    39: (1880, 1920), 40: (2300, 2400), 41: (2496, 2690), 42: (3400, 3600), 43: (3600, 3800),
    77: (3300, 4200), 78: (3300, 3800), 79: (4400, 5000), 257: (26500, 29500),
    258: (24250, 27500), 260: (37000, 40000), 261: (27500, 28350),
}  # fmt: skip
_WORDS = vocabulary("checks")
_BAND = _WORDS["band"]
_MHZ, _GHZ_WORDS = "|".join(_WORDS["megahertz"]), "|".join(_WORDS["gigahertz"])
#: Duplex, system or generation before a band or frequency: FDD1800, TD-D, LTE900, NR2.6G.
_SYSTEM = rf"(?:(?:{'|'.join(_WORDS['band_systems'])})[\s_-]*)*"
_NUMBERED = re.compile(rf"{_SYSTEM}(?:band|b|n)?\s*(\d{{1,3}})[A-C]?(?:\s*{_BAND})?", re.IGNORECASE)
_IN_MHZ = re.compile(
    rf"(?!(?:band|b|n)\s*\d)\D*?(\d{{3,5}})\s*(?:(?:{_MHZ}).*|{_BAND})?", re.IGNORECASE
)
_IN_GHZ = re.compile(rf"\D*?(\d{{1,2}}(?:\.\d+)?)\s*(?:{_GHZ_WORDS}).*", re.IGNORECASE)
_LETTERED = re.compile(rf"{_SYSTEM}([ACDEF])\d?(?:[\s-]*(?:{_BAND}|band))?", re.IGNORECASE)
#: Bands that operators call by a letter, by number.
LETTERS = {"A": 34, "C": 77, "D": 41, "E": 40, "F": 39}
_NAMED = re.compile(r"(?:GSM|DCS|CDMA|PCS)", re.IGNORECASE)
_SEVERAL = re.compile(r"[/+,;、，；&()（）]")


def check_values(frame: pd.DataFrame, context: CheckContext) -> Iterator[RuleHits]:
    """Check every declared column of numbers and dates, then columns that belong together.

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
    for column in context.table.columns:
        if column.name not in frame.columns or column.name in (LON, LAT):
            continue
        if column.kind in ("integer", "number"):
            yield from _numbers(numbers(frame[column.name]), column, context)
        elif column.kind == "date":
            yield from _dates(frame[column.name], column, context)
    yield from _together(frame)
    if "band" in frame.columns:
        yield from _bands(frame)


def _hits(rule: str, column: str, mask: Bools, values: Floats, detail: str = "") -> RuleHits:
    at = np.flatnonzero(mask)
    return RuleHits(rule, column, at, number_texts(values[at]), detail)


def _numbers(values: Floats, column: Column, context: CheckContext) -> Iterator[RuleHits]:
    infinite = np.isinf(values)
    yield _hits("infinite", column.name, infinite, values)
    values = np.where(infinite, np.nan, values)
    written = context.units.get(column.name, "")
    ratio = factor(column.unit, written) if written and column.unit else 1.0
    if ratio is None:
        one = np.flatnonzero(~np.isnan(values))[:1]
        shown = pa.array([written] * len(one), pa.large_string())
        yield RuleHits("unit_unknown", column.name, one, shown, column.unit)
    elif ratio != 1.0:
        # Everything else would judge numbers in another unit.
        yield _hits("unit_header", column.name, ~np.isnan(values), values, written)
        return
    if column.kind == "integer":
        yield from _whole(values, column)
    yield from _ranges(values, column, context)


def _whole(values: Floats, column: Column) -> Iterator[RuleHits]:
    """Find fractions in counts; where most are, the column is in ten thousands."""
    fractions = np.nan_to_num(values) % 1 != 0
    if not fractions.any():
        return
    known = ~np.isnan(values)
    mostly = fractions.sum() * 2 > known.sum() and np.nanmax(values) < MOST_WAN
    if mostly and column.unit in ("person", "household"):
        yield _hits("count_in_wan", column.name, known, values)
    else:
        yield _hits("not_integer", column.name, fractions, values)


def _ranges(values: Floats, column: Column, context: CheckContext) -> Iterator[RuleHits]:
    low = -np.inf if column.minimum is None else column.minimum
    high = np.inf if column.maximum is None else column.maximum
    wrong = (values < low) | (values > high)
    rule = _OWN_RULE.get(column.name, "out_of_range")
    if column.name == "antenna_height_m":
        yield from _unit("height_in_km", wrong, values, column, _HEIGHT_KM)
    elif column.name == "frequency_mhz":
        yield from _unit("frequency_in_ghz", wrong, values, column, _GHZ)
    elif column.name in ("length_km", "sheath_km"):
        yield _hits("length_in_m", column.name, values > LONGEST_KM, values)
    elif column.name == "households":
        negative = values < 0
        yield _hits("households_negative", column.name, negative, values)
        wrong &= ~negative
        most = MOST_HOUSEHOLDS.get(context.table.name, np.inf)
        yield _hits("households_absurd", column.name, values > most, values, f"{most:,}")
    yield _hits(rule, column.name, wrong, values, limits_text(column))


def _unit(
    rule: str, wrong: Bools, values: Floats, column: Column, limits: tuple[float, float]
) -> Iterator[RuleHits]:
    """Find numbers that would be right in another unit, and take them out of ``wrong``."""
    other = wrong & (values >= limits[0]) & (values <= limits[1])
    yield _hits(rule, column.name, other, values)
    wrong &= ~other


def limits_text(column: Column) -> str:
    """Return the allowed range of a column in signs that need no translation.

    Parameters
    ----------
    column
        A declared column with a minimum or maximum.

    Returns
    -------
    range
        Such as ``1–300 m``.

    Examples
    --------
    >>> limits_text(Column("h", "number", "m", minimum=1, maximum=300))
    '1–300 m'
    """
    low, high = column.minimum, column.maximum
    unit = f" {column.unit}" if column.unit else ""
    if low is None or high is None:
        return f"≥ {low:g}{unit}" if low is not None else f"≤ {high or 0:g}{unit}"
    return f"{low:g}–{high:g}{unit}"


def _dates(cells: pd.Series, column: Column, context: CheckContext) -> Iterator[RuleHits]:
    array = texts(cells)
    days = iso_days(array)
    today = np.datetime64(context.today, "D")
    month, year = today.astype("datetime64[M]"), today.astype("datetime64[Y]")
    # A month or year without a day means its last day, which may be in the future.
    running = (days == (month + 1).astype("datetime64[D]") - 1) | (
        days == (year + 1).astype("datetime64[D]") - 1
    )
    for rule, mask, detail in (
        ("date_future", (days > today) & ~running, str(today)),
        ("date_ancient", days < EARLIEST, str(EARLIEST)),
    ):
        at = np.flatnonzero(mask)
        yield RuleHits(rule, column.name, at, array.take(pa.array(at)), detail)


def _together(frame: pd.DataFrame) -> Iterator[RuleHits]:
    """Compare columns that belong together."""
    if {"population", "households"} <= set(frame.columns):
        persons, homes = numbers(frame["population"]), numbers(frame["households"])
        wrong = (homes > 0) & ((persons < PERSONS[0] * homes) | (persons > PERSONS[1] * homes))
        at = np.flatnonzero(wrong & (persons >= 0))
        details = number_texts(homes[at]).to_pylist()
        yield RuleHits(
            "population_households", "population", at, number_texts(persons[at]), details
        )
    if {"used_racks", "standard_racks"} <= set(frame.columns):
        used, racks = numbers(frame["used_racks"]), numbers(frame["standard_racks"])
        at = np.flatnonzero(used > racks)
        details = number_texts(racks[at]).to_pylist()
        yield RuleHits("racks_used", "used_racks", at, number_texts(used[at]), details)


def _bands(frame: pd.DataFrame) -> Iterator[RuleHits]:
    """Compare the band with the known ones and with the frequency."""
    coded = pd.Categorical(texts(frame["band"]).to_pandas())
    spans = [band_span(str(word)) for word in coded.categories]
    low = np.array([*(np.nan if s is None else s[0] for s in spans), np.nan])[coded.codes]
    high = np.array([*(np.nan if s is None else s[1] for s in spans), np.nan])[coded.codes]
    array = texts(frame["band"])
    unknown = np.flatnonzero(np.isnan(low) & (coded.codes >= 0))
    yield RuleHits("band_unknown", "band", unknown, array.take(pa.array(unknown)))
    if "frequency_mhz" in frame.columns:
        values = numbers(frame["frequency_mhz"])
        at = np.flatnonzero((values < low) | (values > high))
        details = number_texts(values[at]).to_pylist()
        yield RuleHits("band_disagrees", "band", at, array.take(pa.array(at)), details)


def band_span(word: str) -> tuple[float, float] | None:
    """Return the frequencies that the name of a radio band may mean [MHz].

    Parameters
    ----------
    word
        Name of the band as the file writes it.

    Returns
    -------
    span
        Lowest and highest frequency [MHz]; None for an unknown band.

    Examples
    --------
    >>> band_span("n28"), band_span("Band 3"), band_span("700M"), band_span("2.6GHz")
    ((703, 803), (1710, 1880), (600.0, 800.0), (2340.0, 2860.0))
    >>> band_span("D频段"), band_span("FDD1800"), band_span("n28/n41")
    ((2496, 2690), (1620.0, 1980.0), (703, 2690))
    >>> band_span("n999") is None
    True
    """
    parts = [_span(part.strip()) for part in _SEVERAL.split(word) if part.strip()]
    known = [span for span in parts if span is not None]
    if not known or len(known) < len(parts):
        return None
    return min(low for low, _ in known), max(high for _, high in known)


def _span(text: str) -> tuple[float, float] | None:
    """Return the frequencies of one band [MHz]."""
    numbered = _NUMBERED.fullmatch(text)
    if numbered and int(numbered[1]) in BANDS:
        return BANDS[int(numbered[1])]
    lettered = _LETTERED.fullmatch(text)
    if lettered:
        return BANDS[LETTERS[lettered[1].upper()]]
    megahertz, gigahertz = _IN_MHZ.fullmatch(text), _IN_GHZ.fullmatch(text)
    if megahertz or gigahertz:
        centre = float(megahertz[1]) if megahertz else float(gigahertz[1]) * 1e3 if gigahertz else 0
        # A name such as 700M or 2.6G is rounded: uplink and downlink lie within about 100 MHz.
        around = max(100.0, centre * 0.1)
        return (centre - around, centre + around) if 400 <= centre <= 71_000 else None
    return (0.0, np.inf) if _NAMED.fullmatch(text) else None
