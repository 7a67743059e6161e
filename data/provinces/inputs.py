"""What the build of one province asks of whoever knows the province."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pandas as pd

    from data.provinces.packages import PackageStore


class Inputs(Protocol):
    """One province: its code, its peculiarities, its census and its names."""

    @property
    def adcode(self) -> str:
        """Code of the province."""

    @property
    def merge(self) -> Mapping[str, str]:
        """Features of the boundary set → county they are or belong to."""

    @property
    def statistical_areas(self) -> Mapping[str, str]:
        """Codes of the code list without a polygon (county or town) → county."""

    @property
    def renumbered(self) -> Mapping[str, str]:
        """Codes of the census and of the seats → county that has taken the whole of it."""

    @property
    def census_file(self) -> str:
        """Where the census by county stands, for messages."""

    def county_census(self) -> pd.DataFrame:
        """Return the census by county-level unit, with the codes of its year."""

    def areas(self, store: PackageStore) -> pd.DataFrame:
        """Return by (area, county) how the census of an area is split: urban and rural units."""

    def names(self, shapes: pd.DataFrame) -> pd.DataFrame:
        """Return the English names of regions: adcode, level, name_en."""

    def river_names(self) -> pd.DataFrame:
        """Return the Chinese names of rivers: name, name_zh."""

    def check(self, prefectures: pd.DataFrame) -> None:
        """Raise an error if the sums by prefecture are not those published."""
