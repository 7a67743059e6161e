"""Counts of units per county from the code list, and the census split over the counties.

The census of 2020 is embedded by prefecture. County figures are its split, marked "allocated":
urban population and households in proportion to urban village-level units, rural ones to rural
units, by largest remainder, so that the counties always sum to their prefecture.
"""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from geo.errors import DataError
from geo.gaps.allocation import largest_remainder
from tools.packs.packages import Store
from tools.packs.spec import Spec

TOWNS_FILE = "package/dist/streets.json"
UNITS_FILE = "package/dist/villages.json"

#: Last three digits of a village-level unit's code: a village committee has 200–399.
_RURAL = (200, 399)
#: The published counts go by name: a village committee is so called or is a bare village, and a
#: rural unit renamed to a community is a residents' committee. Living quarters of farms and
#: misspelt names are neither.
_VILLAGE_NAME = r"村委会|村民委员会|村$"
_COMMUNITY = "社区"
_RESIDENTS_NAME = "社区|居委会|居民委员会"

COUNTS = ("township_units", "village_committees", "residents_committees", "village_units")
CENSUS = ("population", "urban_population", "households", "rural_households")


def unit_counts(store: Store, spec: Spec) -> pd.DataFrame:
    """Return per county: :data:`COUNTS` and ``urban_units``, ``rural_units`` by code."""
    towns = _list(store, spec, TOWNS_FILE)
    units = _list(store, spec, UNITS_FILE)
    number = units["code"].str[-3:].astype(int)
    rural = number.between(*_RURAL)
    names = units["name"]
    village = names.str.contains(_VILLAGE_NAME) & ~names.str.contains(_COMMUNITY)
    kinds = pd.DataFrame(
        {
            "village_committees": village,
            "residents_committees": ~village & names.str.contains(_RESIDENTS_NAME),
            "village_units": True,
            "urban_units": ~rural,
            "rural_units": rural,
        }
    ).astype(int)
    counts = kinds.groupby(units["county"]).sum()
    counts["township_units"] = towns.groupby("county").size()
    return counts


def census_table(spec: Spec, counts: pd.DataFrame, parents: pd.Series) -> pd.DataFrame:
    """Return counts and census of all levels, indexed by (level, adcode).

    Parameters
    ----------
    counts
        Result of :func:`unit_counts`.
    parents
        Prefecture code by county code.
    """
    prefectures = _prefectures(spec.census())
    counties = pd.concat(
        [
            _split(prefectures.loc[code], counts.loc[members.index])
            for code, members in parents.groupby(parents)
        ]
    )
    counties = counties.join(counts[list(COUNTS)])
    sums = counties[list(COUNTS)].groupby(parents).sum()
    _compare(sums, spec.census().set_index("adcode"))
    prefectures = prefectures.join(sums)
    province = prefectures.sum().to_frame(spec.adcode).T
    province["census_evidence"] = prefectures["census_evidence"] = "reported"
    counties["census_evidence"] = "allocated"
    levels = {"province": province, "prefecture": prefectures, "county": counties}
    return pd.concat(levels, names=["level", "adcode"])


def _prefectures(census: pd.DataFrame) -> pd.DataFrame:
    census = census.set_index("adcode")
    urban = census["urban_share_2020"]
    households = census["family_households_2020_estimate"]
    return pd.DataFrame(
        {
            "population": census["population_2020"],
            "urban_population": _rounded(census["population_2020"] * urban),
            "households": households,
            "rural_households": _rounded(households * (1 - urban)),
        }
    )


def _split(whole: pd.Series, counts: pd.DataFrame) -> pd.DataFrame:
    """Split one prefecture's figures over its counties."""

    def share(total: int, kind: str) -> np.ndarray:
        weights = counts[kind] if counts[kind].any() else counts["village_units"]
        return largest_remainder(int(total), weights, keys=list(counts.index))

    urban = share(whole["urban_population"], "urban_units")
    rural = share(whole["population"] - whole["urban_population"], "rural_units")
    rural_homes = share(whole["rural_households"], "rural_units")
    urban_homes = share(whole["households"] - whole["rural_households"], "urban_units")
    return pd.DataFrame(
        {
            "population": urban + rural,
            "urban_population": urban,
            "households": urban_homes + rural_homes,
            "rural_households": rural_homes,
        },
        index=counts.index,
    )


def _compare(sums: pd.DataFrame, published: pd.DataFrame) -> None:
    """Raise if the counts per prefecture differ from the reference table."""
    faults = [
        f"{code} {column}: {counted} counted, {stated} published"
        for column in COUNTS[:3]
        for code, counted, stated in zip(
            sums.index, sums[column], published.loc[sums.index, f"{column}_2023"], strict=True
        )
        if counted != stated
    ]
    if faults:
        raise DataError("counts of units differ from the reference: " + "; ".join(faults))


def _list(store: Store, spec: Spec, member: str) -> pd.DataFrame:
    table = pd.DataFrame(json.loads(store.read("china-division", member)))
    table = table[table["provinceCode"] == spec.prefix].reset_index(drop=True)
    town = table["code"].str[:9]
    county = table["areaCode"].where(~town.isin(list(spec.statistical_areas)), town)
    return table.assign(county=county.replace(spec.statistical_areas))


def _rounded(values: pd.Series) -> pd.Series:
    return (values + 0.5).astype("int64")
