"""What one province's build needs to know, read from its ``pack.toml`` and ``inputs/``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from data.tables.found_packs import META_FILE, read_meta
from geo.errors import DataError


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
    def prefix(self) -> str:
        """First two digits of every code of the province."""
        return self.adcode[:2]

    def names(self) -> pd.DataFrame:
        """Return English names: adcode, level, name_en."""
        return pd.read_csv(self.folder / "inputs" / "names_en.csv", dtype=str)

    def census(self) -> pd.DataFrame:
        """Return the census of 2020 and the counts of units by prefecture, to compare with."""
        return pd.read_csv(self.folder / "inputs" / "census.csv", dtype={"adcode": str})

    def county_census(self) -> pd.DataFrame:
        """Return the census of 2020 by county-level unit, with the codes of that year."""
        return pd.read_csv(self.folder / "inputs" / "census_counties.csv", dtype={"adcode": str})


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
