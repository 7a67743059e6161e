"""Villages and sites that a scenario gains or loses against another one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planning.comparison.figures import Area, Solved
from planning.plan.rollout import Rollout

#: Served by B alone, by A alone, by both, by neither; of sites likewise, without the last.
GAINED, LOST, BOTH, NEITHER = CHANGES = ("gained", "lost", "both", "neither")
_PLACE = (
    "prefecture", "prefecture_zh", "prefecture_en", "county", "county_zh", "county_en", "lon",
    "lat",
)  # fmt: skip
VILLAGE_CHANGE_COLUMNS = (
    "compared", "village_id", *_PLACE, "households", "change", "year_a", "year_b", "evidence",
    "source_ids",
)  # fmt: skip
_OF_EACH = ("households", "cost_base", "backhaul", "power", "year")
SITE_CHANGE_COLUMNS = (
    "compared", "candidate_id", "preset", *_PLACE, "change",
    *(f"{name}_{end}" for name in _OF_EACH for end in "ab"), "evidence", "source_ids",
)  # fmt: skip


def village_changes(a: Solved, b: Solved, area: Area, compared: str) -> pd.DataFrame:
    """Return every village that either plan is for, by which of both plans serves it.

    Parameters
    ----------
    a, b
        Scenarios with their plans.
    area
        What is counted in.
    compared
        Letter of ``b`` among the scenarios.

    Returns
    -------
    table
        :data:`VILLAGE_CHANGE_COLUMNS`; empty where a scenario has no plan.
    """
    if a.rollout is None or b.rollout is None:
        return pd.DataFrame(columns=list(VILLAGE_CHANGE_COLUMNS))
    first, second = (area.within(_villages(one.rollout)) for one in (a, b) if one.rollout)
    whole = pd.concat([first, second]).drop_duplicates("village_id", ignore_index=True)
    table = _compared(whole, first, second, "village_id")
    served = [_served(table["village_id"], rows) for rows in (first, second)]
    table["change"] = np.select(
        [served[0] & served[1], served[1], served[0]], [BOTH, GAINED, LOST], NEITHER
    )
    return table.assign(compared=compared)[list(VILLAGE_CHANGE_COLUMNS)]


def site_changes(a: Solved, b: Solved, area: Area, compared: str) -> pd.DataFrame:
    """Return every new site of either plan, by which of both plans builds it.

    Parameters
    ----------
    a, b
        Scenarios with their plans.
    area
        What is counted in.
    compared
        Letter of ``b`` among the scenarios.

    Returns
    -------
    table
        :data:`SITE_CHANGE_COLUMNS`; empty where a scenario has no plan. A site is the same one in
        both where place and technology are.
    """
    if a.rollout is None or b.rollout is None:
        return pd.DataFrame(columns=list(SITE_CHANGE_COLUMNS))
    first, second = (area.within(_sites(one.rollout)) for one in (a, b) if one.rollout)
    whole = pd.concat([first, second]).drop_duplicates("site", ignore_index=True)
    table = _compared(whole, first, second, "site")
    there = [table["site"].isin(rows["site"]).to_numpy() for rows in (first, second)]
    table["change"] = np.select([there[0] & there[1], there[1]], [BOTH, GAINED], LOST)
    return table.assign(compared=compared)[list(SITE_CHANGE_COLUMNS)]


def _villages(rollout: Rollout) -> pd.DataFrame:
    """Return all villages of a plan; those that it serves have a site."""
    shown = ["village_id", *_PLACE, "households", "evidence", "source_ids"]
    served = rollout.villages[[*shown, "year"]].assign(is_served=True)
    others = [table[shown] for table in (rollout.left, rollout.unreachable)]
    whole = pd.concat([served, *others], ignore_index=True)
    return whole.assign(is_served=whole["is_served"].eq(True))


def _sites(rollout: Rollout) -> pd.DataFrame:
    new = rollout.sites[rollout.sites["status"] != "built"]
    return new.assign(site=new["candidate_id"] + " " + new["preset"])


def _served(ids: pd.Series, rows: pd.DataFrame) -> np.ndarray:
    return np.asarray(ids.isin(rows.loc[rows["is_served"], "village_id"]))


def _compared(
    whole: pd.DataFrame, first: pd.DataFrame, second: pd.DataFrame, key: str
) -> pd.DataFrame:
    """Return the rows of both with the cells of each in columns of their own."""
    own = [name for name in _OF_EACH if name in whole and name != "households"]
    if key == "site":
        own = list(_OF_EACH)
    table = whole.copy()
    for end, rows in zip("ab", (first, second), strict=True):
        keyed = rows.set_index(key)
        for name in own:
            table[f"{name}_{end}"] = keyed[name].reindex(table[key]).array
    return table
