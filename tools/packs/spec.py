"""What one province's build needs to know, read from its ``pack.toml`` and ``inputs/``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from data.provinces.census import COUNTS, area_units
from data.provinces.packages import PackageStore
from data.tables.found_packs import META_FILE, read_meta
from geo.errors import DataError

#: Sums that must equal the reference by prefecture, and its column.
_PUBLISHED = {"population": "population_2020", **{name: f"{name}_2023" for name in COUNTS[:3]}}
#: Largest difference by rounding of a prefecture's urban share [1] and households.
_ROUNDED_SHARE, _ROUNDED = 1e-4, 2


@dataclass(frozen=True)
class Spec:
    """Build settings of one pack.

    Attributes
    ----------
    folder
        Pack folder with the hand-kept files.
    merge
        Features that are no administrative units: code → county they join.
    statistical_areas
        Codes of the code list without a polygon (county or town) → county.
    renumbered
        County codes renumbered since the seats or the census were listed: old → new.
    villages_per_unit
        Natural villages per village-level unit.
    uncovered
        Natural villages without 4G.
    sites
        Sites before the dark places are cleared of them.
    relief_county
        County of the demonstration relief; empty for none.
    """

    folder: Path
    adcode: str
    name_zh: str
    name_en: str
    merge: dict[str, str]
    statistical_areas: dict[str, str]
    renumbered: dict[str, str]
    villages_per_unit: int
    uncovered: int
    sites: int
    relief_county: str = ""

    @property
    def census_file(self) -> str:
        """Where the census by county stands."""
        return str(self.folder / "inputs" / "census_counties.csv")

    def names(self, _shapes: pd.DataFrame) -> pd.DataFrame:
        """Return English names: adcode, level, name_en."""
        return pd.read_csv(self.folder / "inputs" / "names_en.csv", dtype=str)

    def river_names(self) -> pd.DataFrame:
        """Return Chinese names of rivers: name, name_zh."""
        return pd.read_csv(self.folder / "inputs" / "rivers.csv", dtype=str)

    def county_census(self) -> pd.DataFrame:
        """Return the census of 2020 by county-level unit, with the codes of that year."""
        return pd.read_csv(self.census_file, dtype={"adcode": str})

    def areas(self, store: PackageStore) -> pd.DataFrame:
        """Return the urban and rural units of each statistical area by (area, county)."""
        return area_units(store, self)

    def check(self, prefectures: pd.DataFrame) -> None:
        """Compare the sums with the census and the counts of units by prefecture."""
        path = self.folder / "inputs" / "census.csv"
        _compare(prefectures, pd.read_csv(path, dtype={"adcode": str}).set_index("adcode"))


def read_spec(folder: Path) -> Spec:
    """Read the build settings of a pack folder.

    Raises
    ------
    DataError
        If ``pack.toml`` is broken, has no ``[build]``, or that lacks a setting.
    """
    meta = read_meta(folder)
    try:
        return _spec(folder, meta, meta["build"])
    except KeyError as error:
        raise DataError(
            f"lacks {error} for the build",
            where=str(folder / META_FILE),
            repair="see data/packs/README.md; a pack without [build] is kept as it is",
        ) from error


def is_built(folder: Path) -> bool:
    """Return whether the tables of a pack are built from packages."""
    return "build" in read_meta(folder)


def _spec(folder: Path, meta: dict[str, Any], build: dict[str, Any]) -> Spec:
    return Spec(
        folder=folder,
        adcode=meta["adcode"],
        name_zh=meta["name_zh"],
        name_en=meta["name_en"],
        merge=build["merge"],
        statistical_areas=build["statistical_areas"],
        renumbered=build["renumbered"],
        villages_per_unit=build["villages"]["per_unit"],
        uncovered=build["villages"]["uncovered"],
        sites=build["villages"]["sites"],
        relief_county=build.get("relief", {}).get("county", ""),
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
