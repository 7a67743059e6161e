"""Inputs that the build of one province needs."""

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
        """File with the census by county, for messages."""

    def county_census(self) -> pd.DataFrame:
        """Return the census by county-level unit, with the codes of its year."""

    def areas(self, store: PackageStore) -> pd.DataFrame:
        """Return how the census of each statistical area is split over counties.

        Parameters
        ----------
        store
            Packages.

        Returns
        -------
        units
            Numbers of urban and rural units by (area, county).
        """

    def names(self, shapes: pd.DataFrame) -> pd.DataFrame:
        """Return the English names of regions.

        Parameters
        ----------
        shapes
            Regions as :func:`data.provinces.boundaries.boundaries` returns them.

        Returns
        -------
        names
            ``adcode``, ``level``, ``name_en``.
        """

    def river_names(self) -> pd.DataFrame:
        """Return the Chinese names of rivers: name, name_zh."""

    def check(self, prefectures: pd.DataFrame) -> None:
        """Compare the sums by prefecture with the published ones.

        Parameters
        ----------
        prefectures
            Census and counts by code of the prefecture.

        Raises
        ------
        DataError
            If they differ.
        """
