"""What an imported list counts, said beside a layer's figure and never mixed into it.

A list of stations, data centres or administrative villages need not be whole, and no pack has a
table of its kind that it could replace: so it moves no target, no figure and no gap. The note of
each region says what the list holds there, on which evidence, as of when. Base stations are counted
by their own ids; rows are cells, and cells and stations never add up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.workspace.effective import imported_table
from geo.evidence import weakest
from layers.base import Context

#: States in which nothing is on air yet or any more.
_ABSENT = ("proposed", "planned", "under_construction", "decommissioned")
#: Ids that the doctor made because the file had none begin like this.
_MADE = r"^base_stations-[0-9a-f]{8}-\d+$"


@dataclass(frozen=True)
class Beside:
    """A sentence in two languages for each region of a table; empty where the list has nothing."""

    zh: list[str]
    en: list[str]


def beside(key: str, context: Context) -> Beside | None:
    """Return the notes for one layer; None where no list is in force.

    Parameters
    ----------
    key
        Key of the layer.
    context
        Its regions give the order of the notes.

    Raises
    ------
    DataError
        If the imported table cannot be read.
    """
    found = _LISTS.get(key)
    rows = None if found is None else imported_table(context.pack, found[0])
    if found is None or rows is None or not len(rows):
        return None
    kind, count = found
    rows = pd.DataFrame(rows.drop(columns="geometry", errors="ignore"))
    if "status" in rows.columns:
        rows = rows[~rows["status"].isin(_ABSENT)]
    dates = rows["as_of"].dropna()
    date = str(dates.max()) if len(dates) else ""
    evidence = weakest(rows["evidence"].astype(str).unique()) if len(rows) else "declared"
    head_zh = f"导入的{_TITLES[kind][0]}（{_EVIDENCE_ZH[evidence]}{'，' + date if date else ''}）"
    head_en = f"Imported list of {_TITLES[kind][1]} ({evidence}{', ' + date if date else ''})"
    texts = {
        code: count(part) for code, part in rows.groupby(_codes(rows, context), sort=False)
    }  # fmt: skip
    pairs = [texts.get(str(code)) for code in context.regions["adcode"]]
    return Beside(
        [f"{head_zh}：此处{pair[0]}；仅并列，未计入。" if pair else "" for pair in pairs],
        [f"{head_en}: {pair[1]} here; beside the figure, not in it." if pair else ""
         for pair in pairs],
    )  # fmt: skip


def _codes(rows: pd.DataFrame, context: Context) -> pd.Series:
    """Return the region of the table's level that each row lies in."""
    county = rows["adcode"].astype(str)
    if context.level == "county":
        return county
    if context.level == "prefecture":
        counties = context.pack.regions("county").set_index("adcode")["parent"]
        return county.map(counties.astype(str))
    return pd.Series(context.pack.adcode, index=rows.index)


def _stations(technology: str) -> Callable[[pd.DataFrame], tuple[str, str] | None]:
    def count(rows: pd.DataFrame) -> tuple[str, str] | None:
        rows = rows[rows["technology"] == technology]
        if not len(rows):
            return None
        named = rows[~rows["station_id"].astype(str).str.match(_MADE)]
        stations, n = named["station_id"].nunique(), len(rows)
        if len(named) < n:
            zh, en = f"{n:,}行{technology}小区", f"{n:,} rows of {technology} cells"
            return f"{zh}，站号不全", f"{en}, without the ids of their stations"
        return (
            f"{stations:,}个{technology}基站（{n:,}行）",
            f"{stations:,} {technology} base stations in {n:,} rows",
        )

    return count


def _racks(rows: pd.DataFrame) -> tuple[str, str] | None:
    racks = rows["standard_racks"].astype("Float64")
    known = racks.dropna()
    total = int(np.round(known.sum())) if len(known) else 0
    unknown = len(racks) - len(known)
    zh = f"{len(rows):,}个数据中心，标准机架{total:,}架"
    en = f"{len(rows):,} data centres with {total:,} standard racks"
    if unknown:
        zh, en = f"{zh}（{unknown}个未填）", f"{en} ({unknown} do not say)"
    return zh, en


def _reached(rows: pd.DataFrame) -> tuple[str, str] | None:
    fibre = rows["has_fibre"].astype("boolean")
    yes, unknown = int(fibre.fillna(value=False).sum()), int(fibre.isna().sum())
    no = len(rows) - yes - unknown
    zh = f"{len(rows):,}个行政村，通光纤{yes:,}，未通{no:,}，未知{unknown:,}"
    en = f"{len(rows):,} administrative villages, {yes:,} with fibre, {no:,} without"
    return zh, f"{en}, {unknown:,} unknown"


_TITLES = {
    "admin_villages": ("行政村表", "administrative villages"),
    "base_stations": ("基站表", "base stations"),
    "data_centres": ("数据中心表", "data centres"),
}
_EVIDENCE_ZH = {"measured": "实测", "declared": "申报", "modelled": "预测"}
#: Layer → imported table, and what to say of its rows in one region.
_LISTS: dict[str, tuple[str, Callable[[pd.DataFrame], tuple[str, str] | None]]] = {
    "mobile_4g": ("base_stations", _stations("4G")),
    "mobile_5g": ("base_stations", _stations("5G")),
    "data_centres": ("data_centres", _racks),
    "fibre": ("admin_villages", _reached),
}
