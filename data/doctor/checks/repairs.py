"""Automatic repairs: offered with a finding, applied only where the planner consents.

Each mends what its finding says and nothing else. The rules look at the mended rows again, so a
repair that does not help leaves its row rejected.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow.compute as pc
import shapely

from data.doctor.base import ROW
from data.doctor.checks.context import SHAPE, CheckContext
from data.doctor.checks.findings import RULE, FindingTable
from data.doctor.checks.text import BREAKS, CONTROL
from data.doctor.headers.vocabulary import factor
from data.doctor.reading.cells import Rows, numbers, text_series, texts
from data.tables.common import LAT, LON
from data.tables.imports import IMPORTABLE
from data.wording.catalogue import Message
from geo.earth.crs import Floats
from geo.errors import UnknownNameError

#: What a repair is given: the frame to mend, the rows, the column, the finding's detail.
RepairFunction = Callable[[pd.DataFrame, Rows, str, str], None]

_UNITS = {c.name: c.unit for table in IMPORTABLE.values() for c in table.columns}


@dataclass(frozen=True, slots=True)
class Repair:
    """One automatic repair.

    Attributes
    ----------
    mend
        Changes the given rows of a frame that belongs to :func:`apply_repairs`; None where the
        rows are left out.
    """

    key: str
    mend: RepairFunction | None

    @property
    def title(self) -> Message:
        """What the repair does."""
        return Message(f"repair.{self.key}")


def apply_repairs(
    frame: pd.DataFrame, findings: FindingTable, consented: frozenset[str]
) -> tuple[pd.DataFrame, pd.Series]:
    """Return the mended frame and which of its rows changed; the argument stays as it is.

    Parameters
    ----------
    frame
        As it was checked; polygons to be made valid stand in column ``geometry``.
    findings
        What the rules found in this very frame.
    consented
        Keys of :data:`REPAIRS`; the others are not applied.

    Returns
    -------
    tuple of (DataFrame, Series)
        The mended frame; rows that repeat another are left out of it if the planner consents to
        ``drop_duplicates``. The Series is boolean, on the index of the mended frame.

    Raises
    ------
    UnknownNameError
        If a repair is not known.
    """
    for key in sorted(consented - set(REPAIRS)):
        raise UnknownNameError("repair", key, REPAIRS)
    mended = frame.copy()
    changed = np.zeros(len(frame), dtype=bool)
    dropped = np.zeros(len(frame), dtype=bool)
    place = pd.Index(frame[ROW])
    found = findings.frame.assign(repair=repairs_of(findings))
    for key, repair in REPAIRS.items():
        mine = found[found["repair"] == key] if key in consented else found[:0]
        names = ["column", "detail"] if key == "unit" else ["column"]
        for group, part in mine.groupby(names, observed=True, sort=False):
            at = place.get_indexer(pd.Index(part["row"]))
            at = np.unique(at[at >= 0])
            if repair.mend is None:
                dropped[at] = True
                continue
            repair.mend(mended, at, str(group[0]), str(part["detail"].iloc[0]))
            changed[at] = True
    return mended[~dropped], pd.Series(changed, index=frame.index)[~dropped]


def repairs_of(findings: FindingTable) -> pd.Series:
    """Return the key of the repair that each finding offers, empty without one."""
    rules = findings.frame["rule"].cat
    words = [RULE[key].repair if key in RULE else "" for key in map(str, rules.categories)]
    keys = np.array([*words, ""], dtype=object)[rules.codes.to_numpy()]
    given = findings.frame["given"].to_numpy()
    theirs = np.array([*(finding.repair for finding in findings.given), ""], dtype=object)[given]
    return pd.Series(np.where(given < 0, keys, theirs), index=findings.frame.index, dtype="str")


def offered(findings: FindingTable) -> dict[str, int]:
    """Return repair → rows that it would mend, in the order of :data:`REPAIRS`."""
    rows = findings.frame["row"].groupby(repairs_of(findings).to_numpy()).nunique()
    return {key: int(rows[key]) for key in REPAIRS if key in rows.index}


def settled(context: CheckContext, consented: frozenset[str]) -> CheckContext:
    """Return the context of the mended frame: its numbers are in the declared units."""
    return replace(context, units={}) if "unit" in consented else context


def _swap(frame: pd.DataFrame, at: Rows, _column: str, _detail: str) -> None:
    lon, lat = frame[LON].to_numpy(copy=True), frame[LAT].to_numpy(copy=True)
    lon[at], lat[at] = lat[at], lon[at].copy()
    frame[LON], frame[LAT] = lon, lat


def _drop_sign(frame: pd.DataFrame, at: Rows, _column: str, _detail: str) -> None:
    for name in (LON, LAT):
        degrees = frame[name].to_numpy(copy=True)
        degrees[at] = np.abs(degrees[at])
        frame[name] = degrees


def _times(ratio: float) -> RepairFunction:
    def mend(frame: pd.DataFrame, at: Rows, column: str, _detail: str) -> None:
        _put_numbers(frame, column, at, numbers(frame[column])[at] * ratio)

    return mend


def _unit(frame: pd.DataFrame, at: Rows, column: str, detail: str) -> None:
    ratio = factor(_UNITS.get(column, ""), detail)
    if ratio is not None:
        _times(ratio)(frame, at, column, detail)


def _modulo(frame: pd.DataFrame, at: Rows, column: str, _detail: str) -> None:
    _put_numbers(frame, column, at, numbers(frame[column])[at] % 360)


def _put_numbers(frame: pd.DataFrame, column: str, at: Rows, values: Floats) -> None:
    """Write numbers; a column of counts that is whole again becomes one of integers."""
    counts = _KINDS.get(column) == "integer"
    written = numbers(frame[column]).copy()
    # 4.7 × 10,000 is 47,000, not 46,999.999…
    written[at] = np.round(values, 9)
    whole = counts and np.isfinite(written[~np.isnan(written)]).all() and (
        np.nan_to_num(written) % 1 == 0
    ).all()  # fmt: skip
    frame[column] = pd.Series(written, index=frame.index).astype("Int64" if whole else "float64")


_KINDS = {c.name: c.kind for table in IMPORTABLE.values() for c in table.columns}


def _blank(frame: pd.DataFrame, at: Rows, column: str, _detail: str) -> None:
    cells = frame[column].copy()
    cells.iloc[at] = np.nan
    frame[column] = cells


def _strip_control(frame: pd.DataFrame, at: Rows, column: str, _detail: str) -> None:
    array = pc.replace_substring_regex(texts(frame[column].iloc[at]), BREAKS + "+", " ")
    array = pc.replace_substring_regex(array, CONTROL, "")
    _put_texts(frame, column, at, pc.utf8_trim_whitespace(array))


def _trim(frame: pd.DataFrame, at: Rows, column: str, _detail: str) -> None:
    _put_texts(frame, column, at, pc.utf8_trim_whitespace(texts(frame[column].iloc[at])))


def _put_texts(frame: pd.DataFrame, column: str, at: Rows, array: object) -> None:
    """Write texts; what is empty now is missing."""
    written = text_series(array, frame.index[at])
    cells = frame[column].copy()
    cells.iloc[at] = written.where(written != "").to_numpy()
    frame[column] = cells


def _new_id(frame: pd.DataFrame, at: Rows, column: str, _detail: str) -> None:
    cells = frame[column].astype("object").copy()
    cells.iloc[at] = new_ids(frame[ROW].iloc[at], taken=set(frame[column].dropna()))
    frame[column] = cells.astype(frame[column].dtype)


def new_ids(rows: pd.Series, *, taken: set[str]) -> list[str]:
    """Return an id for each row, made from its number in the file, that none has yet.

    Examples
    --------
    >>> new_ids(pd.Series([7, 8]), taken={"row-7"})
    ['row-7-2', 'row-8']
    """
    made = []
    for row in rows.tolist():
        name, n = f"row-{row}", 1
        while name in taken:
            n += 1
            name = f"row-{row}-{n}"
        made.append(name)
    return made


def _make_valid(frame: pd.DataFrame, at: Rows, _column: str, _detail: str) -> None:
    if SHAPE in frame.columns:
        shapes = frame[SHAPE].to_numpy(dtype=object, copy=True)
        shapes[at] = shapely.make_valid(shapes[at], method="structure", keep_collapsed=False)
        frame[SHAPE] = shapes


#: In the order in which they are applied: repeated rows go before ids are made.
REPAIRS: dict[str, Repair] = {
    repair.key: repair
    for repair in (
        Repair("drop_duplicates", None),
        Repair("unit", _unit),
        Repair("wan", _times(1e4)),
        Repair("height_km", _times(1e3)),
        Repair("length_m", _times(1e-3)),
        Repair("frequency_ghz", _times(1e3)),
        Repair("azimuth_modulo", _modulo),
        Repair("swap_lonlat", _swap),
        Repair("drop_sign", _drop_sign),
        Repair("strip_control", _strip_control),
        Repair("trim", _trim),
        Repair("blank_word", _blank),
        Repair("new_id", _new_id),
        Repair("make_valid", _make_valid),
    )
}
