"""Automatic repairs: offered with a finding, applied only where the planner allows them.

Each changes what its finding names and nothing else. The rules check the repaired rows again, so a
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

#: Arguments of a repair: the frame to change, the rows, the column, the finding's detail.
RepairFunction = Callable[[pd.DataFrame, Rows, str, str], None]

_UNITS = {c.name: c.unit for table in IMPORTABLE.values() for c in table.columns}


@dataclass(frozen=True, slots=True)
class Repair:
    """One automatic repair; its title is the sentence ``repair.<key>``.

    Attributes
    ----------
    key
        Name of the repair.
    apply
        Changes the given rows of a copy of the frame; None where the rows are left out.
    """

    key: str
    apply: RepairFunction | None

    @property
    def title(self) -> Message:
        """What the repair does."""
        return Message(f"repair.{self.key}")


def apply_repairs(
    frame: pd.DataFrame, findings: FindingTable, consented: frozenset[str]
) -> tuple[pd.DataFrame, pd.Series]:
    """Apply the repairs that the planner allows; the frame passed in is not changed.

    Parameters
    ----------
    frame
        As it was checked; polygons to repair are in column ``geometry``.
    findings
        Findings of the rules in this very frame.
    consented
        Keys of :data:`REPAIRS` to apply.

    Returns
    -------
    repaired, changed
        The repaired frame, without repeated rows if ``drop_duplicates`` is allowed, and on its
        index a boolean Series of the rows that changed.

    Raises
    ------
    UnknownNameError
        If a repair is unknown.
    """
    for key in sorted(consented - set(REPAIRS)):
        raise UnknownNameError("repair", key, REPAIRS)
    repaired = frame.copy()
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
            if repair.apply is None:
                dropped[at] = True
                continue
            repair.apply(repaired, at, str(group[0]), str(part["detail"].iloc[0]))
            changed[at] = True
    return repaired[~dropped], pd.Series(changed, index=frame.index)[~dropped]


def repairs_of(findings: FindingTable) -> pd.Series:
    """Return the repair that each finding offers.

    Parameters
    ----------
    findings
        Findings to look at.

    Returns
    -------
    keys
        Keys of :data:`REPAIRS`, empty without a repair; on the index of the findings.
    """
    rules = findings.frame["rule"].cat
    words = [RULE[key].repair if key in RULE else "" for key in map(str, rules.categories)]
    keys = np.array([*words, ""], dtype=object)[rules.codes.to_numpy()]
    given = findings.frame["given"].to_numpy()
    theirs = np.array([*(finding.repair for finding in findings.given), ""], dtype=object)[given]
    return pd.Series(np.where(given < 0, keys, theirs), index=findings.frame.index, dtype="str")


def offered(findings: FindingTable) -> dict[str, int]:
    """Count the rows that each repair would change.

    Parameters
    ----------
    findings
        Findings to look at.

    Returns
    -------
    rows
        Repair → number of rows, in the order of :data:`REPAIRS`.
    """
    rows = findings.frame["row"].groupby(repairs_of(findings).to_numpy()).nunique()
    return {key: int(rows[key]) for key in REPAIRS if key in rows.index}


def repaired_context(context: CheckContext, consented: frozenset[str]) -> CheckContext:
    """Return the context of the repaired frame, whose numbers are in the declared units.

    Parameters
    ----------
    context
        Context of the first check.
    consented
        Repairs that were applied.

    Returns
    -------
    context
        Without units where they were converted.
    """
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
    def multiply(frame: pd.DataFrame, at: Rows, column: str, _detail: str) -> None:
        _put_numbers(frame, column, at, numbers(frame[column])[at] * ratio)

    return multiply


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
    """Make an unused id for each row from its number in the file.

    Parameters
    ----------
    rows
        (n,) row numbers.
    taken
        Ids in use.

    Returns
    -------
    ids
        (n,) new ids.

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
