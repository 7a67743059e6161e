"""The area that all sites cover, asked for by a press since it takes minutes, kept when done."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import rasterio
import streamlit as st

from data.workspace.folder import Workspace
from geo.radio.sweep import NOTHING
from planning.coverage.prediction import CoverageOrder, networks_of
from planning.engine import engine_of
from planning.exports.area import forget_areas, is_whole, kept_area, make_whole_area
from ui.coverage import area_tiles, predictions
from ui.coverage.site_raster import AreaShown, shares
from ui.map import mapview
from ui.shell import cache, exporting, state
from ui.shell.callbacks import whole
from ui.shell.i18n import number, t
from ui.widgets.background import result_of

WHOSE, REACH, KIND = "area_whose", "area_reach_km", "area_kind"
#: Areas that were asked for in this session, and when each began [s].
_ASKED = "_area_asked"
_REACHES_KM = (10, 20, 30)
#: Areas that a workspace keeps: each takes up to some 100 MB.
_KEPT = 6


def asked() -> bool:
    """Draw the choice between chosen and all sites; return whether it is all."""
    words = {key: t(f"raster.{key}") for key in ("chosen", "all")}
    choice = st.segmented_control(
        t("raster.whose"), list(words), key=WHOSE, default="chosen", required=True,
        format_func=words.__getitem__,
    )  # fmt: skip
    return choice == "all"


def panel(order: CoverageOrder) -> AreaShown | None:
    """Draw what is asked of all sites; return their area once it is worked out."""
    kind = st.segmented_control(
        t("raster.kind"), list(area_tiles.KINDS), key=KIND, default="power", required=True,
        format_func={word: t(f"raster.{word}") for word in area_tiles.KINDS}.__getitem__,
    )  # fmt: skip
    reach = st.select_slider(t("raster.all_reach"), _REACHES_KM, value=30, key=REACH)
    order = replace(order, reach_m=int(reach) * 1000.0, regions=())
    region = state.region()[1]
    path = kept_area(Workspace.open().folder, predictions.key_of(order, region))
    if not is_whole(path) and not _made(path, order, region):
        return None
    st.caption(t("raster.all_kept"))
    return AreaShown(
        _raster(path, str(kind)), lambda: _shares(path, order), lambda: _download(path)
    )


def _made(path: Path, order: CoverageOrder, region: str) -> bool:
    """Draw the button, then the progress; return whether the area is there."""
    begun: dict[str, tuple[float, float]] = st.session_state.setdefault(_ASKED, {})
    key = path.parent.name
    pack, plan = cache.pack(), state.plan()
    if key not in begun:
        sites = sum(len(network.ids) for network in networks_of(pack, plan, order))
        st.button(
            t("raster.all_start"), key="area-all", on_click=_ask, args=(key,), type="primary",
            icon=":material/grid_on:",
        )  # fmt: skip
        st.caption(t("raster.all_help", sites=number(sites)))
        return False

    def work(progress: Callable[[float], None], cancel: Callable[[], bool]) -> bool:
        path.parent.mkdir(parents=True, exist_ok=True)
        make_whole_area(
            pack, plan, order, region, path, engine_of(), progress=progress, cancel=cancel
        )
        forget_areas(path.parents[1], keep=_KEPT)
        return True

    return bool(result_of("whole-area", key, work, label=_words(begun, key)))


def _words(begun: dict[str, tuple[float, float]], key: str) -> Callable[[float], str]:
    """Return what is said at a share of the work: how long it takes, once that can be told."""

    def words(share: float) -> str:
        if not begun[key][1]:
            begun[key] = (time.monotonic(), share)
        since, first = begun[key]
        if share - first < 0.05 or share >= 1.0:
            return t("raster.all_working")
        left_s = (time.monotonic() - since) * (1.0 - share) / (share - first)
        return t("raster.all_left", minutes=number(max(1.0, np.ceil(left_s / 60.0))))

    return words


@whole
def _ask(key: str) -> None:
    st.session_state[_ASKED] = {**st.session_state.get(_ASKED, {}), key: (time.monotonic(), 0.0)}


def _raster(path: Path, kind: str) -> mapview.Overlay:
    with rasterio.open(path) as file:
        west, south, east, north = file.bounds
    bounds = ((south, west), (north, east))
    # The legend of a picture that holds every case.
    cells = np.array([[[-800, 0]], [[1, 0]], [[1, 0]], [[1, 0]]], np.int32)
    cells[0, 0, 1] = NOTHING
    words = (t("raster.many"), t("raster.unknown"))
    title = t({"power": "raster.legend_power", "server": "raster.legend_server",
               "count": "raster.legend_count"}[kind])  # fmt: skip
    return {
        "url": area_tiles.ROUTE.format(name=path.parent.name, kind=kind, z="{z}", x="{x}", y="{y}"),
        "tiles": area_tiles.MAX_ZOOM,
        "bounds": bounds,
        "opacity": 0.7,
        "legend": {
            "title": title, "unit": "dBm" if kind == "power" else "",
            "rows": area_tiles.picture(cells, kind, bounds, words).rows,
            "notes": [t("raster.modelled")],
        },
        "words": {"opacity": t("map.opacity")},
    }  # fmt: skip


def _shares(path: Path, order: CoverageOrder) -> None:
    rows = pd.read_csv(path.with_name(f"{path.stem}-shares.csv"), dtype={"adcode": str})
    limit = f"{order.limit_dBm:.0f}".replace("-", "−")
    shares(rows, t("raster.all_shares", limit=limit), t("raster.all_shares_note"))


def _download(path: Path) -> None:
    table = path.with_name(f"{path.stem}-shares.csv")
    files = ((".tif", path, "image/tiff", "all_tif"), (".csv", table, "text/csv", "all_csv"))
    with st.container(horizontal=True):
        for suffix, file, mime, word in files:
            st.download_button(
                suffix, data=exporting.recorded(word + suffix, file.read_bytes),
                file_name=f"{cache.pack().name}-{word}{suffix}",
                mime=mime, key=f"download-{word}", on_click="ignore", help=t(f"raster.{word}"),
            )  # fmt: skip
