"""The table of natural villages with region names and coverage state, and the sites beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from data.ledger.statements import Ledger
from data.tables.initials import matches
from data.tables.reader import Pack
from data.wording.catalogue import Bilingual
from data.workspace.effective import brought
from geo.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: "20户以上" normally includes 20 [households].
MIN_HOUSEHOLDS = 20
#: Layer of the villages in the ledger, and the share of them that a prefecture has covered.
VILLAGES_LAYER, COVERED_SHARE = "natural_villages", ("with_4g",)
#: Source id of the village table.
VILLAGES_SOURCE = "pack:natural_villages"

STATES = ("uncovered", "covered", "unknown")

VILLAGE_COLUMNS = (
    "village_id", "prefecture", "prefecture_zh", "prefecture_en", "county", "county_zh",
    "county_en", "lon", "lat", "households", "state", "evidence", "source_ids",
)  # fmt: skip

#: Columns of the village table that a gap needs; the rest is read only for lists and maps.
COUNT_COLUMNS = ("adcode", "households", "has_4g", "evidence")


def village_states(has_4g: pd.Series) -> NDArray[np.uint8]:
    """Return the state per village: 0 uncovered, 1 covered, 2 unknown (an empty cell).

    Parameters
    ----------
    has_4g
        (n,) true, false or empty.

    Returns
    -------
    state
        (n,) index in :data:`STATES`.
    """
    known = has_4g.notna().to_numpy()
    covered = has_4g.fillna(value=False).to_numpy(dtype=bool)
    return np.where(known, covered.astype(np.uint8), 2).astype(np.uint8)


def states_in_force(pack: Pack, villages: pd.DataFrame, as_of: str = "") -> NDArray[np.uint8]:
    """Return the state per village; invented ones agree with what their prefecture has reported.

    Where a prefecture has reported that all its villages have 4G, none that a rule has invented
    lacks it: as the gap counts them.

    Parameters
    ----------
    pack
        The province.
    villages
        Rows with :data:`COUNT_COLUMNS`.
    as_of
        Last date of a report that counts, YYYY-MM-DD; empty for today.

    Returns
    -------
    state
        (n,) index in :data:`STATES`.
    """
    states = village_states(villages["has_4g"])
    invented = (villages["evidence"] == "illustrative").to_numpy()
    if not invented.any():
        return states
    ledger = Ledger.of(pack).of_layer(VILLAGES_LAYER)
    shares = ledger.regional(COVERED_SHARE, as_of or pack.default_as_of)
    latest = {figure.adcode: figure.value for figure in shares if figure.kind == "share"}
    whole = [code for code, share in latest.items() if share >= 1.0]
    counties = pack.regions("county")
    inside = counties.loc[counties["parent"].isin(whole), "adcode"]
    states[invented & villages["adcode"].isin(inside).to_numpy()] = 1
    return states


def reported_since(pack: Pack, as_of: str) -> list[str]:
    """Return the prefectures' reports of covered villages that a date leaves out and today has.

    Parameters
    ----------
    pack
        The province.
    as_of
        As in :func:`states_in_force`.

    Returns
    -------
    ids
        Ids of observations.
    """
    ledger = Ledger.of(pack).of_layer(VILLAGES_LAYER)
    then, now = (
        [figure.source_id for figure in ledger.regional(COVERED_SHARE, day)]
        for day in (as_of or pack.default_as_of, pack.default_as_of)
    )
    return sorted(set(now) - set(then))


def village_table(
    pack: Pack,
    *,
    state: str = "all",
    regions: Sequence[str] = (),
    min_households: int = 1,
    radius_m: float | None = None,
    as_of: str = "",
) -> pd.DataFrame:
    """Return the villages of a province with names of their regions.

    Parameters
    ----------
    pack
        The province.
    state
        ``uncovered``, ``covered``, ``unknown`` or ``all``.
    regions
        adcodes of prefectures or counties; empty for all.
    min_households
        Only villages of at least that size [households]; 0 for those of unknown size too.
    radius_m
        Derive the state again from the sites in force: a site within this distance [m], MIIT 2018
        rule A with its 5 km or any other. Default: the state that the table holds.
    as_of
        As in :func:`states_in_force`.

    Returns
    -------
    table
        :data:`VILLAGE_COLUMNS`, then the columns of the planner's own files.

    Raises
    ------
    InputError
        If the state or an adcode is not known.
    """
    if state not in (*STATES, "all"):
        raise InputError("villages.state", state=state, states=", ".join(STATES))
    check_regions(pack, regions)
    villages = pack.table("natural_villages")
    codes = (
        states_in_force(pack, villages, as_of)
        if radius_m is None
        else rule_a_states(pack, villages, radius_m)
    )
    # A hundred counties are looked up, not a hundred thousand villages.
    county = pd.Categorical(villages["adcode"])
    names = county_names(pack).reindex(county.categories)
    keep = sized(villages, min_households, unknown=min_households < 1)
    if state != "all":
        keep &= codes == STATES.index(state)
    if regions:
        wanted = names.index.isin(regions) | names["prefecture"].isin(regions).to_numpy()
        keep &= wanted[county.codes]
    chosen = villages.loc[keep].reset_index(drop=True)
    named = names.iloc[county.codes[keep]].reset_index(drop=True)
    table = pd.concat([chosen, named], axis=1)
    table["county"] = names.index.to_numpy(object)[county.codes[keep]]
    table["state"] = np.array(STATES)[codes[keep]]
    table["source_ids"] = "pack:natural_villages"
    return with_brought(pack, table[list(VILLAGE_COLUMNS)])


def sized(villages: pd.DataFrame, least: int, *, unknown: bool = False) -> NDArray[np.bool_]:
    """Return which villages have at least so many households.

    Parameters
    ----------
    villages
        Table of villages.
    least
        Smallest number that counts [households].
    unknown
        What holds of a village whose households are unknown.

    Returns
    -------
    mask
        (n,) boolean.
    """
    homes = villages["households"].to_numpy(float)
    return np.where(np.isnan(homes), unknown, homes >= least)


def with_brought(pack: Pack, table: pd.DataFrame) -> pd.DataFrame:
    """Return a list of villages with what the planner's own files say of them.

    Parameters
    ----------
    pack
        The province's tables in force.
    table
        Rows with ``village_id``.

    Returns
    -------
    table
        Its columns, then name, township, administrative village, population, and every other
        column of the files; those that the list has already stay as they are.
    """
    own = brought(pack, "natural_villages")
    if own is None or "village_id" not in table.columns:
        return table
    further = own[[name for name in own.columns if name not in table.columns]]
    return table.merge(further, how="left", left_on="village_id", right_index=True)


def left_out(villages: pd.DataFrame, *, state: str, min_households: int) -> pd.Series:
    """Return why each village is not in a list.

    Parameters
    ----------
    villages
        Rows of :func:`village_table` of every state and size.
    state
        State that the list is of, or ``all``.
    min_households
        Smallest village of the list [households].

    Returns
    -------
    reasons
        ``small``, ``unsized`` (households unknown), or the state that it has; empty where it is in
        the list.
    """
    reasons = pd.Series("", index=villages.index)
    if state != "all":
        reasons = villages["state"].astype(str).where(villages["state"] != state, "")
    unsized = villages["households"].isna().to_numpy() & (min_households > 1)
    small = ~sized(villages, min_households, unknown=True)
    reasons = reasons.mask((reasons == "") & unsized, "unsized")
    return reasons.mask((reasons == "") & small, "small")


def named(villages: pd.DataFrame, wanted: str) -> NDArray[np.bool_]:
    """Return which villages a search finds: by a part of any text, by initials, by code.

    Parameters
    ----------
    villages
        Rows of :func:`village_table`.
    wanted
        What is searched for; empty finds all.

    Returns
    -------
    mask
        (n,) boolean.
    """
    hit = np.full(len(villages), not wanted.strip())
    if not wanted.strip():
        return hit
    for column in villages.columns:
        skip = column in ("state", "evidence", "source_ids")
        if not skip and not pd.api.types.is_numeric_dtype(villages[column]):  # so are yes and no
            hit |= matches(villages[column], wanted).to_numpy()
    return hit


def rule_a_states(pack: Pack, villages: pd.DataFrame, radius_m: float) -> NDArray[np.uint8]:
    """Return the state per village by distance to the sites in force (rule A).

    Parameters
    ----------
    pack
        The province.
    villages
        Table with lon and lat [°].
    radius_m
        Distance within which a site counts [m].

    Returns
    -------
    state
        (n,) index in :data:`STATES`.

    Raises
    ------
    RangeError
        If the radius is not above 0 or beyond 100 km.
    """
    from geo.coverage.distance import distance_coverage

    sites = pack.table("sites", columns=("lon", "lat"))
    return distance_coverage(
        villages["lon"], villages["lat"], sites["lon"], sites["lat"], radius_m
    ).state


def county_names(pack: Pack) -> pd.DataFrame:
    """Return, by county adcode: prefecture and the names of both in both languages.

    Parameters
    ----------
    pack
        The province.

    Returns
    -------
    names
        Frame indexed by the adcode of the county.
    """
    counties = pack.regions("county")
    prefectures = pack.regions("prefecture").set_index("adcode")
    parent = prefectures.loc[counties["parent"]]
    return pd.DataFrame(
        {
            "prefecture": counties["parent"].to_numpy(),
            "prefecture_zh": parent["name_zh"].to_numpy(),
            "prefecture_en": parent["name_en"].to_numpy(),
            "county_zh": counties["name_zh"].to_numpy(),
            "county_en": counties["name_en"].to_numpy(),
        },
        index=counties["adcode"].to_numpy(),
    )


def check_regions(pack: Pack, adcodes: Sequence[str]) -> None:
    """Check that each adcode is a prefecture or county of the province.

    Parameters
    ----------
    pack
        The province.
    adcodes
        Codes that a caller gave.

    Raises
    ------
    InputError
        If one is not known.
    """
    known = {code for level in ("prefecture", "county") for code in pack.regions(level)["adcode"]}
    unknown = [code for code in adcodes if code not in known]
    if unknown:
        raise InputError(
            "villages.region",
            codes=", ".join(unknown),
            some=", ".join(sorted(known)[:3]),
            province=Bilingual(pack.meta["name_zh"], pack.meta["name_en"]),
        )
