"""The 31 provinces of the mainland, as ``data/census`` lists them.

``provinces_2020.csv`` gives code, name and published population, ``counties_2020.csv`` the census
by county-level unit, ``units_joined.csv`` what becomes of each unit without a polygon of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from data.provinces.census import list_of_units, urban_and_rural
from data.provinces.names import english_names
from geo.errors import UnknownNameError

if TYPE_CHECKING:
    from data.provinces.packages import PackageStore

#: Folder of the tables.
CENSUS_DIR = Path(__file__).parents[1] / "census"
PROVINCES_FILE = CENSUS_DIR / "provinces_2020.csv"
PREFECTURES_FILE = CENSUS_DIR / "prefectures.csv"
COUNTIES_FILE = CENSUS_DIR / "counties_2020.csv"
JOINED_FILE = CENSUS_DIR / "units_joined.csv"


@dataclass(frozen=True)
class ListedProvince:
    """One province of the list.

    Attributes
    ----------
    adcode
        Its code.
    name
        Name of its pack, pinyin.
    name_zh, name_en
        Its full names.
    published_population
        Residents on 2020-11-01 [person], as the census bulletin states them.
    """

    adcode: str
    name: str
    name_zh: str
    name_en: str
    published_population: int

    @property
    def joined(self) -> pd.DataFrame:
        """Rows of ``units_joined.csv``: code, name_zh, in, into, units, reason."""
        rows = _joined()
        return rows[rows["code"].str[:2] == self.adcode[:2]]

    @property
    def merge(self) -> dict[str, str]:
        """Features of the boundary set that are or belong to a county of another code."""
        return self._into("boundaries")

    @property
    def statistical_areas(self) -> dict[str, str]:
        """Codes of the list of units without a polygon."""
        return self._into("units")

    @property
    def renumbered(self) -> dict[str, str]:
        """Codes of the census and the seats that one county has taken whole."""
        return self._into("seats")

    @property
    def census_file(self) -> str:
        """File with the census."""
        return str(COUNTIES_FILE)

    def county_census(self) -> pd.DataFrame:
        """Return the census of the province's county-level units.

        Returns
        -------
        census
            Columns of ``counties_2020.csv``.
        """
        rows = _census()
        return rows[rows["adcode"].str[:2] == self.adcode[:2]]

    def areas(self, store: PackageStore) -> pd.DataFrame:
        """Return how census rows without a county of their own are split.

        Parameters
        ----------
        store
            Packages, for the list of village-level units.

        Returns
        -------
        parts
            ``urban_units`` and ``rural_units`` by (area, county); an area that falls to one county
            has no need of them, so they are 1.
        """
        rows = self.joined
        rows = rows[rows["in"].isin(["census", "census units"])]
        units = list_of_units(store, self)
        kinds = pd.DataFrame(urban_and_rural(units)).astype(int)
        counted = [_counted(units["code"], kinds, str(prefixes)) for prefixes in rows["units"]]
        keys = pd.MultiIndex.from_frame(rows[["code", "into"]])
        return pd.DataFrame(counted, index=keys, columns=["urban_units", "rural_units"])

    def names(self, shapes: pd.DataFrame) -> pd.DataFrame:
        """Return English names of the regions.

        Parameters
        ----------
        shapes
            ``level``, ``adcode``, ``name_zh`` and ``parent`` of all levels.

        Returns
        -------
        names
            ``level``, ``adcode``, ``name_en``.
        """
        above = shapes.drop_duplicates("adcode").set_index("adcode")["name_zh"]
        regions = pd.DataFrame(shapes[["level", "adcode", "name_zh"]]).assign(
            parent_zh=shapes["parent"].map(above)
        )
        names = english_names(regions).mask(regions["level"] == "province", self.name_en)
        return regions[["level", "adcode"]].assign(name_en=names)

    def river_names(self) -> pd.DataFrame:
        """Return no Chinese names of rivers: none are at hand.

        Returns
        -------
        names
            ``name`` and ``name_zh``, empty.
        """
        return pd.DataFrame({"name": [], "name_zh": []}, dtype=str)

    def check(self, prefectures: pd.DataFrame) -> None:
        """Accept the sums: no publication by prefecture is at hand.

        Parameters
        ----------
        prefectures
            Sums by prefecture.
        """

    def _into(self, where: str) -> dict[str, str]:
        rows = self.joined
        return {
            str(code): str(county)
            for code, places, county in zip(rows["code"], rows["in"], rows["into"], strict=True)
            if where in str(places).split()
        }


def listed_provinces() -> tuple[ListedProvince, ...]:
    """Return the provinces of the list, ordered by code.

    Returns
    -------
    provinces
        31 of them.
    """
    rows = pd.read_csv(PROVINCES_FILE, dtype={"adcode": str}).to_dict("records")
    return tuple(
        ListedProvince(str(row["adcode"]), str(row["name"]), str(row["name_zh"]),
                       str(row["name_en"]), int(row["population_2020"]))
        for row in rows
    )  # fmt: skip


def listed_province(wanted: str) -> ListedProvince:
    """Return one province of the list.

    Parameters
    ----------
    wanted
        Code, pinyin, Chinese or English name; 贵州 is also known without 省.

    Returns
    -------
    province
        The province.

    Raises
    ------
    UnknownNameError
        If the list has none of that name.
    """
    asked = wanted.strip().casefold()
    provinces = listed_provinces()
    for province in provinces:
        names = {province.adcode, province.adcode[:2], province.name, province.name_zh,
                 province.name_en.casefold(), province.name_en.split()[0].casefold()}  # fmt: skip
        if asked in names or (len(asked) > 1 and province.name_zh.startswith(asked)):
            return province
    raise UnknownNameError("province", wanted, [province.name for province in provinces])


def region_names_of(adcode: str) -> list[tuple[str, str]]:
    """Return the regions that a plan of a province may name; the province needs no pack.

    Parameters
    ----------
    adcode
        Code of the province; empty or unknown gives none.

    Returns
    -------
    regions
        Code and Chinese name of province, prefectures and county-level units.
    """
    prefectures = pd.read_csv(PREFECTURES_FILE, dtype=str)
    provinces = [(province.adcode, province.name_zh) for province in listed_provinces()]
    rows = pd.concat([prefectures, _census()], ignore_index=True)
    named = [*provinces, *zip(rows["adcode"].astype(str), rows["name_zh"], strict=True)]
    return [(code, name) for code, name in named if adcode and code[:2] == adcode[:2]]


def _counted(codes: pd.Series, kinds: pd.DataFrame, prefixes: str) -> tuple[int, int]:
    """Return urban and rural units whose code begins with one of the prefixes; (1, 1) for none."""
    if not prefixes:
        return 1, 1
    mine = kinds[codes.str.startswith(tuple(prefixes.split(";")))]
    return int(mine["urban_units"].sum()), int(mine["rural_units"].sum())


@cache
def _joined() -> pd.DataFrame:
    return pd.read_csv(JOINED_FILE, dtype=str, keep_default_na=False)


@cache
def _census() -> pd.DataFrame:
    return pd.read_csv(COUNTIES_FILE, dtype={"adcode": str})
