"""The region in force on every page: province → prefecture → county, chosen anywhere."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ui.shell import cache, state
from ui.shell.i18n import brief_name, name_language


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
    adcode = state.region()[1]
    if not adcode:
        return pd.Series(data=True, index=codes.index)
    pack = cache.pack()
    counties = pack.regions("county")
    below = set(counties.loc[counties["parent"] == adcode, "adcode"])
    told = {pack.adcode, adcode, chosen()[0], *below}
    return codes.astype(str).map(lambda text: not told.isdisjoint(text.split(";")))


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
