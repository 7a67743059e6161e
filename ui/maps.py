"""Which map each page shows: the choice of layers, selection and clicks, drawn by mapview."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from data.pack import Pack
from data.presets import preset
from data.scenario import Scenario
from layers import render, shapes
from layers.base import unit_name
from layers.registry import layer
from layers.villages import STATES
from layers.whatif import Effect
from ui import cache, drilldown, mapview, state, tables
from ui.i18n import interval, language, number, short_names, t

_OCTETS = "application/octet-stream"
#: Newly reached villages drawn as marks of their own at most; the numbers count all.
_MARKS = 3_000


def gap_map(table: pd.DataFrame, *, key: str, height: int) -> None:
    """Draw the regions coloured by gap with villages, rivers and seats; a click selects."""
    pack = cache.pack()
    points = _points(shapes.village_bytes(pack), key)
    text = table.to_json()
    chart = _gap_chart(
        pack.name, pack.digest, _digest(text), points, language(), mapview.is_dark(), _table=table
    )
    level = str(table["level"].iloc[0])
    mapview.show(
        chart,
        key=f"map-{key}",
        height=height,
        overlay=_selection(pack),
        on_region=lambda adcode: drilldown.choose(level, adcode),
    )


def village_map(villages: pd.DataFrame, *, key: str, height: int) -> None:
    """Draw the listed villages over the county borders."""
    pack = cache.pack()
    content = shapes.point_bytes(
        villages["lon"].to_numpy(float),
        villages["lat"].to_numpy(float),
        villages["households"].to_numpy(np.int64),
        villages["state"]
        .map({name: i for i, name in enumerate(STATES)})
        .to_numpy()
        .astype(np.uint8),
    )
    points = _points(content, key)
    chart = _border_chart(pack.name, pack.digest, points, language(), mapview.is_dark(), 6.0)
    overlay = _selection(pack)
    marked = villages[villages["village_id"] == st.session_state.get(tables.VILLAGE)]
    if len(marked):
        overlay["mark"] = [float(marked["lat"].iloc[0]), float(marked["lon"].iloc[0])]
    mapview.show(chart, key=f"map-{key}", height=height, overlay=overlay)


def site_map(
    plan: Scenario,
    result: Effect,
    *,
    on_click: Callable[[float, float], None],
    key: str,
    height: int,
) -> None:
    """Draw the sites with their circles; a click on the map places the next one."""
    pack = cache.pack()
    points = _points(shapes.village_bytes(pack), key)
    chart = _border_chart(
        pack.name, pack.digest, points, language(), mapview.is_dark(), render.AGGREGATE_BELOW
    )
    gained = result.gained.head(_MARKS)
    overlay = {
        "colour": render.SITE_COLOUR,
        "gainedColour": render.GAINED_COLOUR,
        "sites": [
            {
                "number": number_,
                "lat": site.lat,
                "lon": site.lon,
                "radius_m": preset(site.preset).radius_m,
                "enabled": site.enabled,
                "title": t("whatif.circle"),
            }
            for number_, site in enumerate(plan.sites, start=1)
        ],
        "gained": gained[["lat", "lon"]].round(5).to_numpy().tolist(),
    }
    mapview.show(chart, key=f"map-{key}", height=height, overlay=overlay, on_click=on_click)


@st.cache_resource(max_entries=64, show_spinner=False)
def _gap_chart(
    name: str,
    digest: str,
    values: str,
    points: str,
    tongue: str,
    dark: bool,  # noqa: FBT001  part of the cache's key
    *,
    _table: pd.DataFrame,
) -> mapview.Drawn:
    """Return the choropleth; ``values`` stands for the table in the cache's key."""
    del digest, values
    pack = Pack.load(name)
    level = str(_table["level"].iloc[0])
    sheet = _sheet(pack, dark=dark)
    shown, bound = _shown(_table)
    fill = _fill(pack, _table, shown)
    render.add_regions(sheet, shapes.region_features(pack, level), fill)
    if level == "county":
        render.add_outline(sheet, shapes.region_features(pack, "prefecture"))
    _common(sheet, pack, tongue)
    render.add_points(sheet, url=points)
    render.add_labels(sheet, fill, from_zoom=8.5 if level == "county" else 0)
    first = _table.iloc[0]
    title = f"{layer(str(first['layer'])).title(tongue)} · {t('figure.gap')}"
    notes = [t("map.upper")] if bound else []
    legend = render.Legend(
        title, unit_name(str(first["unit"]), tongue), (*notes, t("map.discs"), t("map.invented"))
    )
    return _finished(pack, sheet, legend)


@st.cache_resource(max_entries=64, show_spinner=False)
def _border_chart(
    name: str,
    digest: str,
    points: str,
    tongue: str,
    dark: bool,  # noqa: FBT001  part of the cache's key
    aggregate_below: float,
) -> mapview.Drawn:
    """Return villages over the county borders, without figures."""
    del digest
    pack = Pack.load(name)
    sheet = _sheet(pack, dark=dark)
    counties = pack.regions("county")
    labels = list(
        zip(counties["label_lat"], counties["label_lon"], short_names(counties), strict=True)
    )
    fill = render.RegionFill({}, {}, labels, ())
    render.add_regions(sheet, shapes.region_features(pack, "county"), fill)
    render.add_outline(sheet, shapes.region_features(pack, "prefecture"))
    _common(sheet, pack, tongue)
    render.add_points(sheet, url=points, aggregate_below=aggregate_below)
    render.add_labels(sheet, fill, from_zoom=8.5)
    legend = render.Legend(t("map.villages"), "", (t("map.discs"), t("map.invented")))
    return _finished(pack, sheet, legend)


def _sheet(pack: Pack, *, dark: bool) -> render.Sheet:
    words = render.Words(
        credit=t("map.credit"),
        north=t("map.north"),
        village=t("map.village"),
        households=unit_name("household", language()),
        states=(t("state.uncovered"), t("state.covered"), t("state.unknown")),
        no_figure=t("map.no_figure"),
        rivers=t("map.rivers"),
        relief=t("map.relief"),
        seats=t("map.seats"),
        switches=t("map.switches"),
    )
    sheet = render.new_sheet(shapes.bounds(pack), words, dark=dark)
    render.add_relief(sheet, pack.table("relief"))
    return sheet


def _common(sheet: render.Sheet, pack: Pack, tongue: str) -> None:
    """Draw rivers and county seats."""
    render.add_rivers(sheet, shapes.river_features(pack))
    places = pack.table("places")
    seats = places[places["kind"] == "county_seat"]
    names = seats[f"name_{tongue}"].fillna(seats["name_zh"]).fillna("")
    render.add_seats(
        sheet,
        [(la, lo, str(n)) for la, lo, n in zip(seats["lat"], seats["lon"], names, strict=True)],
    )


def _selection(pack: Pack) -> dict[str, Any]:
    """Return the chosen region for the overlay: its code, and its box to zoom to."""
    level, adcode = state.region()
    if not adcode:
        return {"selected": "", "fit": shapes.bounds(pack)}
    return {"selected": adcode, "fit": shapes.region_bounds(pack, level, adcode)}


def _finished(pack: Pack, sheet: render.Sheet, legend: render.Legend) -> mapview.Drawn:
    chart = render.finish(sheet, legend, banner=t("banner.word"))
    return mapview.drawn(chart, shapes.bounds(pack), place=pack.name)


def _shown(table: pd.DataFrame) -> tuple[pd.Series, bool]:
    """Return the gap; where no gap is known at all, its upper bound, and True."""
    if table["gap"].notna().any() or not table["gap_high"].notna().any():
        return table["gap"], False
    return table["gap_high"], True


def _fill(pack: Pack, table: pd.DataFrame, shown: pd.Series) -> render.RegionFill:
    regions = pack.regions(str(table["level"].iloc[0])).set_index("adcode")
    names = short_names(table)
    cards = {}
    for name, row in zip(names, table.to_dict("records"), strict=True):
        target = number(row["target"]) if pd.notna(row["target"]) else t("status.none_stated")
        cards[str(row["adcode"])] = (
            name,
            (
                (t("figure.target"), target),
                (t("figure.built"), f"{number(row['built'])} {row['as_of']}".strip()),
                (t("figure.planned"), number(row["planned"])),
                (t("figure.gap"), number(row["gap"])),
                (t("figure.interval"), interval(row["gap_low"], row["gap_high"])),
                (t("map.unit"), unit_name(str(row["unit"]), language())),
                (t("table.evidence"), t(f"evidence.{row['evidence']}")),
            ),
        )
    spots = regions.loc[table["adcode"]]
    labels = list(zip(spots["label_lat"], spots["label_lon"], names, strict=True))
    values = dict(zip(table["adcode"].astype(str), shown.astype(float), strict=True))
    return render.RegionFill(values, cards, labels, render.class_limits(values.values()))


def _points(content: bytes, key: str) -> str:
    return mapview.address(content, _OCTETS, key=f"points-{key}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
