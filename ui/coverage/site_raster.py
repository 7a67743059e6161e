"""The area that chosen sites cover: received power or best server as a picture on the map."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from geo.earth.crs import geodesic_m
from geo.radio.area_prediction import AreaPrediction
from layers.map.raster_images import POWER_LIMITS_DBM, Picture, power_picture, server_picture
from planning.coverage.area import area_prediction, area_shares
from planning.coverage.prediction import CoverageOrder
from ui.coverage import predictions
from ui.map import maps, mapview
from ui.shell import cache, exporting, state
from ui.shell.callbacks import whole
from ui.shell.i18n import number, short_names, t
from ui.widgets.background import result_of

SITES, REACH, KIND = "raster_sites", "raster_reach_km", "raster_kind"
_KNOWN = "_raster_known"
#: Whether the map should move to the next picture, and where it was moved to last.
_ZOOM, _LOOK = "_raster_zoom", "_raster_look"
_REACHES_KM = (5, 10, 15, 20, 30)
#: A click chooses a site no further away than this [m].
_CLICK_M = 15_000.0
#: Sites that one picture may show: each has a colour of its own.
_MOST = 8


def choose(lat: float, lon: float) -> None:
    """Add the site nearest to a click to those that are shown; one that is shown goes."""
    rows = cache.pack().table("sites", columns=("site_id", "lon", "lat"))
    away = geodesic_m(lon, lat, rows["lon"].to_numpy(float), rows["lat"].to_numpy(float))
    nearest = int(np.argmin(away)) if len(away) else -1
    if nearest < 0 or away[nearest] > _CLICK_M:
        st.toast(t("raster.none_near", km=number(_CLICK_M / 1000)))
        return
    site = str(rows["site_id"].iloc[nearest])
    known = _known()
    if site not in known:
        st.session_state[_KNOWN] = [*known, site]
    chosen: list[str] = list(st.session_state.get(SITES, []))
    st.session_state[SITES] = (
        [other for other in chosen if other != site] if site in chosen else [*chosen, site][-_MOST:]
    )


@dataclass(frozen=True)
class AreaShown:
    """An area on the page.

    Attributes
    ----------
    raster
        Its picture for the map.
    shares
        Draws the share of each county.
    download
        Draws the buttons that hand it out.
    """

    raster: mapview.Overlay
    shares: Callable[[], None]
    download: Callable[[], None]


def panel(table: pd.DataFrame, order: CoverageOrder) -> AreaShown | None:
    """Draw the choice of sites; return the area that they cover, None without a site."""
    options = [*_planned(), *_known()]
    busiest = table.loc[table["state"] == "covered", "site_id"].value_counts().index[:_MOST]
    cells = st.columns([2, 1], vertical_alignment="bottom")
    cells[1].button(
        t("raster.busiest"), key="raster-busiest", on_click=_take,
        args=([str(site) for site in busiest],),
        help=t("raster.busiest_help"), width="stretch", disabled=not len(busiest),
    )  # fmt: skip
    st.session_state[SITES] = [s for s in st.session_state.get(SITES, []) if s in options]
    chosen = cells[0].multiselect(
        t("raster.sites"), options, key=SITES, max_selections=_MOST,
        format_func={site: _name(site) for site in options}.__getitem__,
        placeholder=t("raster.click"),
    )  # fmt: skip
    cells = st.columns([1.3, 1], vertical_alignment="bottom")
    kind = cells[0].segmented_control(
        t("raster.kind"), ["power", "server"], key=KIND, default="power", required=True,
        format_func={word: t(f"raster.{word}") for word in ("power", "server")}.__getitem__,
    )  # fmt: skip
    reach = cells[1].select_slider(t("raster.reach"), _REACHES_KM, value=10, key=REACH)
    if not chosen:
        return None
    area = _area(tuple(chosen), order, int(reach) * 1000.0)
    if area is None:
        return None
    if st.session_state.pop(_ZOOM, False):
        st.session_state[_LOOK] = area.bounds
    picture = _picture(area, str(kind), list(chosen))
    title = t("raster.legend_power" if kind == "power" else "raster.legend_server")
    unit = "dBm" if kind == "power" else ""
    notes = [t("raster.modelled")]
    if kind == "server":
        notes.append(t("raster.heard", least=f"{POWER_LIMITS_DBM[-1]:.0f}".replace("-", "−")))
    raster = mapview.raster(picture, title, unit, notes, key="coverage")
    limit = f"{order.limit_dBm:.0f}".replace("-", "−")
    return AreaShown(
        raster,
        lambda: shares(
            area_shares(cache.pack(), area, "county", order.limit_dBm),
            t("raster.shares", limit=limit), t("raster.shares_note"),
        ),
        lambda: _download(area, order),
    )  # fmt: skip


def overlay(raster: mapview.Overlay | None) -> mapview.Overlay:
    """Return the picture and the marks of the chosen sites, planned ones included."""
    chosen: list[str] = st.session_state.get(SITES, [])
    rows = cache.pack().table("sites", columns=("site_id", "lon", "lat"))
    rows = rows[rows["site_id"].astype(str).isin(chosen)]
    stations = [
        {"lat": float(lat), "lon": float(lon), "title": str(site), "on": True}
        for site, lat, lon in zip(rows["site_id"], rows["lat"], rows["lon"], strict=True)
    ]
    planned = [
        {"number": number, "lat": site.lat, "lon": site.lon, "enabled": True,
         "title": t("raster.planned", number=number)}
        for number, site in enumerate(state.plan().sites, start=1) if site.enabled
    ]  # fmt: skip
    model = maps.model_box(cache.pack(), state.plan())
    look = st.session_state.get(_LOOK) if raster else None
    marks = {"stations": stations, "sites": planned, "model": model}
    return {**marks, "legend": maps.marks_legend(marks), "raster": raster, "look": look}


def shares(rows: pd.DataFrame, title: str, note: str) -> None:
    """Draw how much of each county's area is covered, and how many households if that is known."""
    rows = rows.sort_values("covered_km2", ascending=False, kind="stable")
    shown = pd.DataFrame({
        "region": short_names(rows), "area": rows["area_km2"], "covered": rows["covered_km2"],
        "below": rows["below_km2"], "unknown": rows["unknown_km2"],
        "share": rows["covered_share"] * 100.0,
    })  # fmt: skip
    column = st.column_config.NumberColumn
    columns = {name: column(t(f"raster.column_{name}"), format="%.0f km²")
               for name in ("area", "covered", "below", "unknown")}  # fmt: skip
    columns["share"] = column(t("raster.column_share"), format="%.1f %%")
    if "covered_households" in rows:
        shown["households"] = rows["covered_households"]
        columns["households"] = column(t("raster.column_households"), format="localized")
    st.markdown(f":small[**{title}**]")
    st.dataframe(
        shown, hide_index=True, row_height=28,
        column_config={"region": st.column_config.TextColumn(t("table.region"), pinned=True),
                       **columns},
    )  # fmt: skip
    st.caption(note)


def _download(area: AreaPrediction, order: CoverageOrder) -> None:
    """Draw the button that hands out the area as GeoTIFF."""
    pack, plan = cache.pack(), state.plan()
    chosen: list[str] = st.session_state[SITES]

    def built() -> bytes:
        from data.export.geotiff import area_geotiff
        from planning.exports.coverage import area_tags

        return area_geotiff(area, area_tags(pack, plan, order, chosen))

    st.download_button(
        ".tif", data=exporting.recorded(f"{pack.name}-rsrp.tif", built),
        file_name=f"{pack.name}-rsrp.tif", mime="image/tiff",
        key="download-rsrp.tif", on_click="ignore", help=t("raster.tif_help"),
    )  # fmt: skip


def _area(chosen: tuple[str, ...], order: CoverageOrder, reach_m: float) -> AreaPrediction | None:
    pack, plan = cache.pack(), state.plan()
    work = functools.partial(area_prediction, pack, plan, chosen, order, reach_m)
    return result_of(
        "area", predictions.key_of(chosen, order.preset, order.place, reach_m),
        lambda progress, cancel: work(progress=progress, cancel=cancel),
        label=t("raster.working"),
    )  # fmt: skip


def _picture(area: AreaPrediction, kind: str, chosen: list[str]) -> Picture:
    asked = np.isfinite(area.rsrp_dBm) | ~area.known
    if kind == "power":
        return power_picture(area.rsrp_dBm, asked, area.bounds, unknown=t("raster.unknown"))
    # A best site that nobody hears is none.
    asked &= ~(area.rsrp_dBm < POWER_LIMITS_DBM[-1])
    words = (t("raster.others"), t("raster.unknown"))
    names = [_name(site) for site in chosen]
    return server_picture(area.server, asked, area.bounds, names=names, words=words)


def _planned() -> list[str]:
    return [str(i) for i, site in enumerate(state.plan().sites, start=1) if site.enabled]


def _known() -> list[str]:
    """Return the sites that were clicked or taken, as far as the pack in force has them."""
    known: list[str] = st.session_state.get(_KNOWN, [])
    if not known:
        return []
    rows = set(cache.pack().table("sites", columns=("site_id",))["site_id"].astype(str))
    return [site for site in known if site in rows]


def _name(site: str) -> str:
    return t("raster.planned", number=site) if site.isdigit() else site


@whole
def _take(sites: list[str]) -> None:
    known = _known()
    st.session_state[_KNOWN] = [*known, *(s for s in sites if s not in known and not s.isdigit())]
    st.session_state[SITES] = sites
    st.session_state[_ZOOM] = True
