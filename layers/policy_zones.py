"""Policy-zone overlay: cores, clusters, parks and data-centre places that the plans name.

The plans name regions, not outlines: a zone is drawn as the regions it names, and listed with the
sentence that names it.
"""

from __future__ import annotations

import pandas as pd

from data.tables.reader import Pack
from data.wording.catalogue import data_language
from layers.base import Layer
from layers.offers import LISTING_COLUMNS, Listing, Symbol, Zones

_TABLE = "policy_zones"


def marks(pack: Pack, language: str) -> tuple[Zones, ...]:
    """Return the regions that zones name, each with the names of its zones.

    Parameters
    ----------
    pack
        The province.
    language
        Code of a language of the locale.

    Returns
    -------
    marks
        One mark of zones.
    """
    zones = pack.table(_TABLE)
    prefectures = set(pack.regions("prefecture")["adcode"])
    named: dict[tuple[str, str], list[str]] = {}
    for codes, name in zip(zones["regions"], zones[f"name_{data_language(language)}"], strict=True):
        for adcode in str(codes).split(";"):
            if adcode == pack.adcode:
                continue  # Somewhere in the province: it has no outline and no place on the map.
            level = "prefecture" if adcode in prefectures else "county"
            named.setdefault((level, adcode), []).append(str(name))
    return (Zones({region: tuple(names) for region, names in named.items()}, Symbol("ink", "6 4")),)


def rows(pack: Pack) -> pd.DataFrame:
    """Return the zones with the regions they name, their focus and the sentence that names them.

    Parameters
    ----------
    pack
        The province.

    Returns
    -------
    rows
        :data:`~layers.offers.LISTING_COLUMNS`.
    """
    zones = pack.table(_TABLE)
    return zones.assign(
        about_zh=zones["focus_zh"], about_en=zones["focus"], evidence="reported",
        source=zones["source_file"], source_ids=zones["id"],
    ).reindex(columns=list(LISTING_COLUMNS))  # fmt: skip


LAYER = Layer(
    key="policy_zones",
    order=70,
    marks=marks,
    listing=Listing(rows, source_kind="policy zone"),
)
