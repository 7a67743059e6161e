"""The region in force on every page: province → prefecture → county, chosen anywhere."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data.wording.catalogue import Bilingual
from ui.shell import cache, state
from ui.shell.i18n import brief_name, name_language, t


def chosen() -> tuple[str, str]:
    """Return the adcodes of the chosen prefecture and county; empty where none is."""
    level, adcode = state.region()
    if level == "county":
        counties = cache.pack().regions("county").set_index("adcode")["parent"]
        return str(counties.get(adcode, "")), adcode
    return (adcode, "") if level == "prefecture" else ("", "")


def choose(level: str, adcode: str) -> None:
    """Make a region the one in force; everything on every page follows."""
    st.session_state[state.REGION] = (level, adcode) if adcode else state.NO_REGION
    st.session_state[state.PLACE] = None


def level() -> str:
    """Return the level of the region in force."""
    found = state.region()[0]
    return found or "province"


def level_below() -> str:
    """Return the level of the regions that the one in force is divided into; a county is not."""
    return "county" if state.region()[0] else "prefecture"


def own_row(table: pd.DataFrame) -> pd.Series:
    """Return the row of the region in force.

    Parameters
    ----------
    table
        Rows of its level, with ``adcode``.
    """
    adcode = state.region()[1]
    return (table[table["adcode"] == adcode] if adcode else table).iloc[0]


def inside(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows inside the region in force, itself included.

    Parameters
    ----------
    table
        Rows with ``adcode``.
    """
    adcode = state.region()[1]
    if not adcode:
        return table
    counties = cache.pack().regions("county")
    below = set(counties.loc[counties["parent"] == adcode, "adcode"])
    return table[table["adcode"].isin({adcode, *below})]


def about(codes: pd.Series) -> pd.Series:
    """Return which rows tell of the region in force: of itself, what is above, what is inside.

    Parameters
    ----------
    codes
        adcodes of each row, parted by semicolons.
    """
    told = concerned()
    if not told:
        return pd.Series(data=True, index=codes.index)
    return codes.astype(str).map(lambda text: not told.isdisjoint(text.split(";")))


def concerned() -> frozenset[str]:
    """Return the adcodes of the region in force, of what is above and inside; none for all."""
    adcode = state.region()[1]
    if not adcode:
        return frozenset()
    pack = cache.pack()
    counties = pack.regions("county")
    below = counties.loc[counties["parent"] == adcode, "adcode"]
    return frozenset({pack.adcode, adcode, chosen()[0], *below} - {""})


def both_names() -> Bilingual:
    """Return the full name of the region in force in both languages."""
    level_, adcode = state.region()
    row = own_row(cache.pack().regions(level_)) if adcode else cache.pack().meta
    return Bilingual(str(row["name_zh"]), str(row["name_en"]))


def listed(codes: pd.Series) -> list[str]:
    """Return the names of regions in the place of their codes, each cell parted by semicolons."""
    regions = cache.pack().table("regions").drop_duplicates("adcode").set_index("adcode")
    names = regions[f"name_{name_language()}"]
    return [
        t("list.comma").join(str(names.get(code, code)) for code in str(cell).split(";"))
        for cell in codes
    ]


def name(*, full: bool = False) -> str:
    """Return the name of the region in force, as people say it or in full."""
    pack = cache.pack()
    words = f"name_{name_language()}"
    level_, adcode = state.region()
    if not adcode:
        return str(pack.meta[words])
    regions = pack.regions(level_).set_index("adcode")[words]
    found = str(regions.get(adcode, adcode))
    return found if full else brief_name(found, with_kind=True)
