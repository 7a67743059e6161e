"""The two ends of a path: a village by click, id or list, and a site that may serve it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from geo.earth.crs import geodesic_m
from planning.coverage.best_servers import servers_of
from planning.coverage.path_profile import PathEnd, PathView, path_between
from planning.coverage.prediction import CoverageOrder, antenna_of
from ui.coverage import predictions
from ui.shell import cache, localised_select, region, state
from ui.shell.callbacks import whole
from ui.shell.i18n import UNKNOWN, name_language, number, t
from ui.shell.provenance import plain

SITE = "path_site"
_LISTED, _TYPED = "_path_village", "path_typed"
_NOBODY = "_path_nobody"
#: A click chooses a village no further away than this [m].
_CLICK_M = 5_000.0
#: Villages in the list at most; any other is found by click or id.
_MOST = 1_000


def typed() -> None:
    """Draw the box for the id of a village; a known one chooses its county."""
    st.text_input(t("path.id"), key=_TYPED, placeholder=t("path.id_form"), on_change=_take_typed)
    unknown = st.session_state.pop(_NOBODY, "")
    if unknown:
        st.warning(t("path.no_village", id=plain(unknown)))


def village(table: pd.DataFrame) -> pd.Series:
    """Draw the list of villages; return the chosen one, the least served by default."""
    ranked = table.sort_values(["state", "margin_dB"], ascending=[False, True]).head(_MOST)
    chosen = st.session_state.get(state.VILLAGE, "")
    if chosen not in set(table["village_id"]):
        if chosen and chosen == str(st.session_state.get(_TYPED, "")).strip():
            st.warning(t("path.not_judged", id=plain(chosen)))
        # The largest village that misses service though a site is in reach says most.
        known = ranked[(ranked["state"] == "uncovered") & ranked["rsrp_dBm"].notna()]
        largest = (known if len(known) else ranked).nlargest(1, "households")
        chosen = str(largest["village_id"].iloc[0])
    rows = table.set_index("village_id")
    listed = ranked["village_id"].astype(str).tolist()
    options = listed if chosen in listed else [chosen, *listed]
    names = dict(zip(rows.index, _names(rows), strict=True))
    st.session_state[state.VILLAGE] = st.session_state[_LISTED] = chosen
    localised_select.selectbox(
        st, t("path.village"), options, key=_LISTED, format_func=names.__getitem__,
        on_change=_take_listed, help=t("path.village_help"),
    )  # fmt: skip
    found: pd.Series = rows.loc[chosen]
    return found


def servers(place: pd.Series, order: CoverageOrder) -> pd.DataFrame:
    """Return the sites that may serve a village, kept between runs."""
    asked = predictions.key_of(order, str(place.name))
    return _servers(asked, float(place["lon"]), float(place["lat"]), order)


def site(found: pd.DataFrame) -> pd.Series:
    """Draw the list of sites, best server first; return the chosen one."""
    names = {_key(row): _site_name(row, first=i == 0) for i, row in enumerate(_rows(found))}
    if st.session_state.get(SITE) not in names:
        st.session_state[SITE] = next(iter(names))
    chosen = localised_select.selectbox(
        st,
        t("path.site"),
        list(names),
        key=SITE,
        format_func=names.__getitem__,
        help=t("path.site_help"),
    )
    picked: pd.Series = found.iloc[list(names).index(str(chosen))]
    return picked


def view(place: pd.Series, server: pd.Series, order: CoverageOrder) -> PathView:
    """Return the path between the chosen ends.

    Raises
    ------
    PlannerError
        As :func:`planning.coverage.path_profile.path_between`.
    """
    plan = state.plan()
    end = PathEnd(str(server["site_id"]), float(server["lon"]), float(server["lat"]),
                  float(server["antenna_height_m"]))  # fmt: skip
    if server["planned"]:
        own = plan.sites[int(server["site_id"]) - 1]
        end = replace(end, antenna=antenna_of(own))
        order = replace(order, preset=own.preset)
    target = PathEnd(str(place.name), float(place["lon"]), float(place["lat"]))
    return path_between(cache.pack(), plan, end, target, order)


def clicked(table: pd.DataFrame, lat: float, lon: float) -> None:
    """Choose the village of the table nearest to a click."""
    away = geodesic_m(lon, lat, table["lon"].to_numpy(float), table["lat"].to_numpy(float))
    if len(away) and away.min() <= _CLICK_M:
        st.session_state[state.VILLAGE] = str(table["village_id"].iloc[int(np.argmin(away))])
    else:
        st.toast(t("path.none_near", km=number(_CLICK_M / 1000)))


def marks(found: pd.DataFrame, chosen: str) -> list[dict[str, object]]:
    """Return the sites that may serve the village as marks for the map."""
    rows = _rows(found)
    return [
        {"lat": float(row["lat"]), "lon": float(row["lon"]), "title": site_title(row),
         "on": site_title(row) == chosen}
        for row in rows
    ]  # fmt: skip


def site_title(server: pd.Series) -> str:
    """Return the name of a site for the reader."""
    if server["planned"]:
        return t("raster.planned", number=server["site_id"])
    return str(server["site_id"])


@st.cache_data(max_entries=64, show_spinner=False)
def _servers(asked: str, lon: float, lat: float, order: CoverageOrder) -> pd.DataFrame:
    del asked
    return servers_of(cache.pack(), state.plan(), lon, lat, order)


def _rows(found: pd.DataFrame) -> list[pd.Series]:
    return [found.iloc[i] for i in range(len(found))]


def _key(server: pd.Series) -> str:
    return f"{'+' if server['planned'] else ''}{server['site_id']}"


def _site_name(server: pd.Series, *, first: bool) -> str:
    level = server["rsrp_dBm"]
    known = pd.notna(level)
    text = t(
        "path.site_line",
        name=site_title(server),
        km=number(float(server["distance_km"]), digits=1) if known else UNKNOWN,
        level=number(float(level)).replace("-", "−") if known else UNKNOWN,
    )
    return f"{text} · {t('path.best')}" if first and known else text


def _names(rows: pd.DataFrame) -> list[str]:
    words = {name: t(f"state.{name}") for name in ("covered", "uncovered", "unknown")}
    counties = rows[f"county_{name_language()}"]
    return [
        t("path.village_line", id=key, county=county, households=number(int(homes)),
          state=words[word])
        for key, county, homes, word in zip(
            rows.index, counties, rows["households"], rows["state"], strict=True
        )
    ]  # fmt: skip


@whole
def _take_listed() -> None:
    st.session_state[state.VILLAGE] = st.session_state[_LISTED]


@whole
def _take_typed() -> None:
    wanted = str(st.session_state[_TYPED]).strip()
    found = cache.villages()
    row = found[found["village_id"].astype(str) == wanted]
    if len(row):
        region.choose("county", str(row["county"].iloc[0]))
        st.session_state[state.VILLAGE] = wanted
    elif wanted:
        st.session_state[_NOBODY] = wanted
