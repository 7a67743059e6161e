"""The illustrative tables of a province, made by the rule of ``data/packs/README.md``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.provinces.illustrative.fibre import fibre_nodes
from data.provinces.illustrative.sites import clear_margin, darken, place_sites
from data.provinces.illustrative.villages import (
    draw_households,
    number_ids,
    place_villages,
    without_small_dark,
)
from geo.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

    from data.provinces.illustrative.counties import County
    from data.provinces.relief import Relief

#: Mean size of a village [households], villages without 4G of all, sites per person: those of the
#: embedded pack of the province whose plan states a number of villages.
_MEAN_HOUSEHOLDS, _DARK_SHARE, _SITES_PER_PERSON = 55, 5_000 / 133_992, 53_750 / 47_209_277


@dataclass(frozen=True)
class RuleNumbers:
    """How many of each the rule places.

    Attributes
    ----------
    villages
        Natural villages, about.
    uncovered
        Villages without 4G, exactly.
    sites
        Sites before those of the areas without 4G are removed.
    """

    villages: int
    uncovered: int
    sites: int


def like_embedded(counties: list[County]) -> RuleNumbers:
    """Return the numbers of a province whose plans state none: the ratios of an embedded one.

    Parameters
    ----------
    counties
        All counties of the province.

    Returns
    -------
    numbers
        Invented: no plan or publication states them.
    """
    villages = round(sum(county.rural_households for county in counties) / _MEAN_HOUSEHOLDS)
    people = sum(county.population for county in counties)
    return RuleNumbers(villages, round(_DARK_SHARE * villages), round(_SITES_PER_PERSON * people))


def illustrative_like_embedded(counties: list[County], relief: Relief) -> dict[str, pd.DataFrame]:
    """Return the illustrative tables of a province whose plans state no number.

    Parameters
    ----------
    counties
        All counties of the province.
    relief
        Heights around it.

    Returns
    -------
    tables
        As :func:`illustrative`. Where sites stand so densely that the dark places of the embedded
        ratio find no room, half or a quarter of them.

    Raises
    ------
    DataError
        If a quarter finds no room either.
    """
    numbers = like_embedded(counties)
    for part in (1, 2, 4):
        try:
            fewer = replace(numbers, uncovered=numbers.uncovered // part)
            return illustrative(fewer, counties, relief)
        except DataError as error:
            fault = error
    raise fault


def illustrative(
    numbers: RuleNumbers, counties: list[County], relief: Relief
) -> dict[str, pd.DataFrame]:
    """Return the tables that no package holds.

    Parameters
    ----------
    numbers
        How many of each.
    counties
        All counties of the province.
    relief
        Heights around it.

    Returns
    -------
    tables
        ``natural_villages``, ``sites`` and ``fibre_nodes``.
    """
    villages = place_villages(counties, relief, numbers.villages)
    villages["households"] = draw_households(counties, villages)
    sites = place_sites(counties, villages, numbers.sites)
    stays = darken(counties, relief, villages, sites, numbers.uncovered)
    sites = sites[stays].reset_index(drop=True)
    villages, covered = clear_margin(counties, villages, sites)
    villages["households"] = without_small_dark(counties, villages, covered)
    villages["has_4g"] = covered
    nodes = fibre_nodes(counties, villages, sites)
    tables = {"natural_villages": villages, "sites": sites, "fibre_nodes": nodes}
    return {name: number_ids(table, name) for name, table in tables.items()}
