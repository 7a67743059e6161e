"""Area and households of each region that all sites together cover."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from layers.villages import village_table
from planning.coverage.area import MASKS, region_shares
from planning.coverage.prediction import evidence_of, require_terrain
from planning.coverage.whole_area import WholeArea

HOUSEHOLD_COLUMNS = (
    "households", "covered_households", "below_households", "unknown_households",
    "covered_household_share",
)  # fmt: skip


def whole_area_shares(pack: Pack, area: WholeArea, level: str, evidence: str) -> pd.DataFrame:
    """Return area and households of each region that the sites cover.

    Parameters
    ----------
    pack
        The province's tables in force.
    area
        Levels from :func:`whole_area`.
    level
        ``province``, ``prefecture`` or ``county``.
    evidence
        Evidence class of the levels.

    Returns
    -------
    table
        The columns of :func:`planning.coverage.area.area_shares`, :data:`HOUSEHOLD_COLUMNS` of the
        natural villages that the table in force lists, ``evidence`` and ``source_ids``. What lies
        outside the elevation model is unknown.
    """
    covered, unknown = area.covered, area.unknown
    masks = dict(zip(MASKS, (covered, ~covered & ~unknown, unknown), strict=True))
    table = region_shares(pack, area.raster, masks, level)
    missing = table["area_km2"] - table[[f"{name}_km2" for name in MASKS]].sum(axis=1)
    # Less than that is the rounding of cells along the border.
    outside = missing.where(missing > 0.01 * table["area_km2"], 0.0)
    table["unknown_km2"] += outside
    households = _households(pack, area, masks, level).reindex(table["adcode"]).fillna(0.0)
    for name in HOUSEHOLD_COLUMNS[:-1]:
        table[name] = households[name].to_numpy()
    all_of = table["households"].where(table["households"] > 0)
    table[HOUSEHOLD_COLUMNS[-1]] = table["covered_households"] / all_of
    table["evidence"], table["source_ids"] = evidence, "pack:natural_villages;pack:sites"
    return table


def whole_area_evidence(pack: Pack, scenario: Scenario) -> str:
    """Return the evidence class of levels from all sites; ``modelled`` at best.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.

    Returns
    -------
    evidence
        The weakest of terrain, sites and villages.
    """
    return evidence_of(pack, require_terrain(pack, scenario))


def _households(
    pack: Pack, area: WholeArea, masks: Mapping[str, NDArray[np.bool_]], level: str
) -> pd.DataFrame:
    """Return the households of each region by what the cell of their village is."""
    villages = village_table(pack)
    raster = area.raster
    row = np.rint((raster.north - villages["lat"].to_numpy(float)) / raster.step_lat).astype(int)
    column = np.rint((villages["lon"].to_numpy(float) - raster.west) / raster.step_lon).astype(int)
    rows, columns = area.swept.level.shape
    there = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    households = villages["households"].to_numpy(float)
    code = villages["county"].str[:2] + "0000" if level == "province" else villages[level]
    table = pd.DataFrame({"adcode": code, "households": households})
    for name, mask in masks.items():
        counted = np.zeros(len(villages), dtype=bool)
        counted[there] = mask[row[there], column[there]]
        if name == "unknown":
            counted |= ~there
        table[f"{name}_households"] = np.where(counted, households, 0.0)
    return table.groupby("adcode").sum()
