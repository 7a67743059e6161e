"""Which map each page shows: the choice of layers, selection and clicks, drawn by mapview."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from data.scenario.presets import preset
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.wording.catalogue import data_language
from layers.base import Layer
from layers.map import features, relief, render, tiles
from layers.map.palette import colours
from layers.registry import metric_of, unit_name
from layers.villages import STATES
from planning.coverage.prediction import has_radio
from planning.elevation import terrain_of
from planning.whatif import Effect
from ui.map import layer_marks, mapview, regions
from ui.shell import cache, region, state
from ui.shell.i18n import brief_name, language, number, t
from ui.shell.streamlit_internals import media_address

_OCTETS, _JSON = "application/octet-stream", "application/json"
#: Tools of a map's frame, as static/map/frame.js names them.
_TOOLS = (
    "home", "zoom_in", "zoom_out", "measure", "full", "picture", "pointer", "north",
    "failed_picture",
)  # fmt: skip
#: Newly reached villages drawn as marks of their own at most; the numbers count all.
_MARKS = 3_000
#: Key of the roads among the addresses of a map.
_ROADS = "roads"
#: Named places on a map at most, those with most people.
_PLACES = 2_000


def gap_map(
    table: pd.DataFrame, *, key: str, height: int, on_drawn: Callable[[], None] | None = None
) -> None:
    """Draw the regions coloured by gap with villages, rivers and seats; a click selects."""
    pack = cache.pack()
    points = _points(features.village_bytes(pack, state.day()), key)
    names = _names(features.village_names(pack), key)
    marks = _addresses(pack, key)
    text = table.to_json()
    look = (pack.digest, _digest(text), points, names, repr(marks), language(), mapview.is_dark())
    chart = _gap_chart(
        look, _pack=pack, _table=table, _points_at=(points, names), _marks_at=dict(marks)
    )
    level = str(table["level"].iloc[0])
    mapview.show(
        chart,
        key=f"map-{key}",
        height=height,
        overlay=_selection(pack),
        events=mapview.MapEvents(
            on_region=lambda adcode: region.choose(level, adcode), on_drawn=on_drawn
        ),
    )


def village_map(villages: pd.DataFrame, *, key: str, height: int) -> None:
    """Draw the listed villages over the county borders."""
    pack = cache.pack()
    content = features.point_bytes(
        villages["lon"].to_numpy(float),
        villages["lat"].to_numpy(float),
        villages["households"].to_numpy(float, na_value=np.nan),
        villages["state"]
        .map({name: i for i, name in enumerate(STATES)})
        .to_numpy()
        .astype(np.uint8),
    )
    view = render.PointView(aggregate_below=6.0)
    chart = _borders(pack, content, key, view, names=features.names_of(villages))
    overlay = _selection(pack)
    marked = villages[villages["village_id"] == st.session_state.get(state.VILLAGE)]
    if len(marked):
        overlay["mark"] = [float(marked["lat"].iloc[0]), float(marked["lon"].iloc[0])]
    mapview.show(chart, key=f"map-{key}", height=height, overlay=overlay)


@dataclass(frozen=True)
class PointLook:
    """What a map of classed points says of them.

    Attributes
    ----------
    title
        Head of the legend.
    point
        What one point is.
    states
        Names of the classes 0, 1, 2 ….
    notes
        Lines below the legend.
    looks
        Colour (a name of the palette) and shape of each class; empty for those of villages.
    counted
        Whether the tooltip tells the households of a point.
    banner
        Word across the map's corner; empty for none.
    each
        Whether every point is drawn at every zoom; else far out the first class is counted.
    box
        South, west, north, east that is shown at first [°]; empty for the province.
    """

    title: str
    point: str
    states: tuple[str, ...]
    notes: tuple[str, ...] = ()
    looks: tuple[Mapping[str, str], ...] = ()
    counted: bool = False
    banner: str = ""
    each: bool = False
    box: tuple[tuple[float, float], ...] = ()


def point_map(content: bytes, look: PointLook, *, key: str, height: int) -> None:
    """Draw classed points over the county borders.

    Parameters
    ----------
    content
        As :func:`layers.map.features.point_bytes` packs them.
    """
    chart = point_chart(content, look, key=key)
    overlay = _selection(cache.pack()) | ({"look": look.box} if look.box else {})
    mapview.show(chart, key=f"map-{key}", height=height, overlay=overlay)


def point_chart(content: bytes, look: PointLook, *, key: str) -> mapview.Drawn:
    """Return classed points over the county borders, for :func:`ui.map.mapview.show`."""
    pack = cache.pack()
    points = _points(content, key)
    marks = _addresses(pack, key)
    known = (pack.digest, points, repr(marks), repr(look), language(), mapview.is_dark())
    return _point_chart(known, _pack=pack, _address=points, _look=look, _marks_at=dict(marks))


def site_map(
    plan: Scenario,
    result: Effect,
    events: mapview.MapEvents,
    *,
    chosen: int,
    look: list[list[float]] | None,
    height: int,
) -> None:
    """Draw the sites, with circles where no terrain is known; a click places the next one.

    Parameters
    ----------
    chosen
        Number of the site that is framed, 0 for none.
    look
        Box that is shown once [°].
    """
    pack = cache.pack()
    view = render.PointView()
    names = features.village_names(pack)
    chart = _borders(pack, features.village_bytes(pack, state.day()), "whatif", view, names=names)
    gained = result.gained.head(_MARKS)
    overlay = {
        "movable": True,
        "sites": [
            {
                "number": number_,
                "lat": site.lat,
                "lon": site.lon,
                "radius_m": preset(site.preset).radius_m if circle else None,
                "enabled": site.enabled,
                "chosen": number_ == chosen,
                "title": t("whatif.circle") if circle else f"{number(site.antenna_height_m)} m",
            }
            for number_, site in enumerate(plan.sites, start=1)
            for circle in [result.basis == "circle" or not has_radio(site.preset)]
        ],
        "gained": gained[["lat", "lon"]].round(5).to_numpy().tolist(),
        **_selection(pack),
        "model": model_box(pack, plan),
        "legend": _site_legend(plan, result),
        "look": look,
    }
    mapview.show(chart, key="map-whatif", height=height, overlay=overlay, events=events)


def _site_legend(plan: Scenario, result: Effect) -> list[dict[str, Any]]:
    """Return the rows of what the sites draw."""
    ink = colours(dark=mapview.is_dark())
    edge = marks_legend({"model": model_box(cache.pack(), plan)})
    if not plan.sites:
        return edge
    rows = [*edge, {"text": t("map.site"), "colour": ink["built"], "shape": "disc"}]
    if result.basis == "circle":
        rows.append({"text": t("map.reach"), "colour": ink["planned"], "shape": "disc",
                     "outline": ink["built"]})  # fmt: skip
    if len(result.gained):
        text = t("map.gained", count=number(len(result.gained)))
        rows.append({"text": text, "colour": ink["covered"], "shape": "disc"})
    return rows


def marks_legend(overlay: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of what an overlay draws: its stations, its sites, the model's edge."""
    ink = colours(dark=mapview.is_dark())
    looks: dict[str, dict[str, Any]] = {
        "stations": {"text": t("map.station"), "colour": ink["built"], "shape": "square"},
        "sites": {"text": t("map.site"), "colour": ink["built"], "shape": "disc"},
        "model": {
            "text": t("map.model_edge"), "colour": ink["unknown"], "shape": "line", "dash": True,
        },
    }  # fmt: skip
    return [look for name, look in looks.items() if overlay.get(name)]


def model_box(pack: Pack, plan: Scenario) -> mapview.Bounds | None:
    """Return the box of the elevation model in force, None without one: outside all is unknown."""
    found = terrain_of(pack, plan)
    if found is None:
        return None
    west, south, east, north = found.bounds
    return (south, west), (north, east)


def plan_map(
    content: bytes,
    overlay: Mapping[str, Any],
    *,
    on_click: Callable[[float, float], None],
    height: int,
    planned: bool,
) -> None:
    """Draw a plan, or the villages that it would be for; ``content`` packs them."""
    chart = _borders(
        cache.pack(), content, "plan", render.PointView(aggregate_below=6.0, shown=not planned)
    )
    events = mapview.MapEvents(on_click=on_click)
    drawn = {**_selection(cache.pack()), **overlay}
    mapview.show(chart, key="map-plan", height=height, overlay=drawn, events=events)


@st.cache_resource(max_entries=64, show_spinner=False)
def _gap_chart(
    look: tuple[str | bool, ...],
    *,
    _pack: Pack,
    _table: pd.DataFrame,
    _points_at: tuple[str, str],
    _marks_at: Mapping[str, str],
) -> mapview.Drawn:
    """Return the choropleth; ``look`` is the cache's key and identifies everything else."""
    del look
    level = str(_table["level"].iloc[0])
    sheet = _sheet(_pack, dark=mapview.is_dark())
    gaps, bound = regions.shown(_table)
    fill = regions.fill(_pack, _table, gaps, bounds=bound)
    render.add_regions(sheet, features.region_features(_pack, level), fill)
    above = "prefecture" if level == "county" else "province"
    render.add_outline(sheet, features.region_features(_pack, above))
    _common(sheet, _pack, language(), _marks_at[_ROADS])
    first = _table.iloc[0]
    item, metric = metric_of(str(first["layer"]), str(first["metric"]))
    layer_marks.add(sheet, _pack, _marks_at, shown=item.key)
    # Villages of one layer lie over another's colours only where the reader asks for them.
    own = str(first["unit"]) == "natural_village"
    from_zoom = render.AGGREGATE_BELOW if own else 0.0
    view = render.PointView(from_zoom=from_zoom, aggregate_below=from_zoom, shown=own)
    render.add_points(sheet, _points_at[0], view, names=_points_at[1])
    render.add_labels(sheet, fill, from_zoom=6.75 if level == "county" else 0)
    unit = unit_name(str(first["unit"]), language())
    title = f"{item.heading(metric, language())} · {t('figure.gap_axis', unit=unit)}"
    legend = render.Legend(title, regions.dates(_table), (t("map.upper"),) if bound else ())
    return _finished(_pack, sheet, legend, "")


def village_word() -> str:
    """Return what the tooltip calls a village in force."""
    invented = "illustrative" in cache.village_evidence()
    return t("map.village_invented" if invented else "map.village")


def _borders(
    pack: Pack, content: bytes, key: str, view: render.PointView, *, names: bytes = b""
) -> mapview.Drawn:
    """Return the map of these villages; counted per disc below a zoom."""
    points = (_points(content, key), _names(names, key))
    marks = _addresses(pack, key)
    look = (pack.digest, *points, repr(marks), language(), mapview.is_dark(), repr(view))
    return _border_chart(look, _pack=pack, _points_at=points, _marks_at=dict(marks), _view=view)


def overlay_map(item: Layer, *, key: str, height: int) -> None:
    """Draw the marks of an overlay over the county borders."""
    pack = cache.pack()
    marks = _addresses(pack, key)
    look = (pack.digest, item.key, repr(marks), language(), mapview.is_dark())
    chart = _overlay_chart(look, _pack=pack, _item=item, _marks_at=dict(marks))
    mapview.show(chart, key=f"map-{key}", height=height, overlay=_selection(pack))


@st.cache_resource(max_entries=16, show_spinner=False)
def _overlay_chart(
    look: tuple[str | bool, ...], *, _pack: Pack, _item: Layer, _marks_at: Mapping[str, str]
) -> mapview.Drawn:
    """Return the marks of an overlay over the borders; ``look`` is the cache's key."""
    del look
    sheet = _sheet(_pack, dark=mapview.is_dark())
    fill = _county_borders(sheet, _pack)
    _common(sheet, _pack, language(), _marks_at[_ROADS])
    layer_marks.add(sheet, _pack, _marks_at, shown=_item.key)
    render.add_labels(sheet, fill, from_zoom=7.5, to_zoom=render.SEATS_FROM)
    return _finished(_pack, sheet, render.Legend(_item.title(language())), "", banner="")


def _county_borders(sheet: render.Sheet, pack: Pack) -> render.RegionFill:
    """Draw counties without figures and the borders of prefectures; return the counties' labels."""
    counties = pack.regions("county")
    labels = [
        (float(lat), float(lon), name, "")
        for lat, lon, name in zip(
            counties["label_lat"], counties["label_lon"], regions.brief_names(counties), strict=True
        )
    ]
    fill = render.RegionFill({}, {}, labels, ())
    render.add_regions(sheet, features.region_features(pack, "county"), fill)
    render.add_outline(sheet, features.region_features(pack, "prefecture"))
    return fill


@st.cache_resource(max_entries=64, show_spinner=False)
def _border_chart(
    look: tuple[str | bool | float, ...],
    *,
    _pack: Pack,
    _points_at: tuple[str, str],
    _marks_at: Mapping[str, str],
    _view: render.PointView,
) -> mapview.Drawn:
    """Return villages over the county borders, without figures; ``look`` is the cache's key."""
    del look
    sheet = _sheet(_pack, dark=mapview.is_dark())
    fill = _county_borders(sheet, _pack)
    _common(sheet, _pack, language(), _marks_at[_ROADS])
    layer_marks.add(sheet, _pack, _marks_at)
    render.add_points(sheet, _points_at[0], _view, names=_points_at[1])
    render.add_labels(sheet, fill, from_zoom=7.5, to_zoom=render.SEATS_FROM)
    return _finished(_pack, sheet, render.Legend(t("map.villages")), _points_at[0])


@st.cache_resource(max_entries=8, show_spinner=False)
def _point_chart(
    known: tuple[str | bool, ...],
    *,
    _pack: Pack,
    _address: str,
    _look: PointLook,
    _marks_at: Mapping[str, str],
) -> mapview.Drawn:
    """Return points over the county borders; ``known`` is the cache's key."""
    del known
    sheet = _sheet(_pack, dark=mapview.is_dark(), look=_look)
    fill = _county_borders(sheet, _pack)
    if not _look.counted:
        fill = replace(fill, labels=[])
    _common(sheet, _pack, language(), _marks_at[_ROADS])
    looks = [{**look, "colour": sheet.shade(look["colour"])} for look in _look.looks]
    view = render.PointView(aggregate_below=0.0 if _look.each else 6.0, looks=looks)
    render.add_points(sheet, _address, view)
    render.add_labels(sheet, fill, from_zoom=7.5, to_zoom=render.SEATS_FROM)
    legend = render.Legend(_look.title, "", _look.notes)
    return _finished(_pack, sheet, legend, _address, banner=_look.banner)


def words(*, village: str = "", look: PointLook | None = None) -> render.Words:
    """Return the texts of a map in the language of the session.

    Parameters
    ----------
    village
        What a point is called; empty on a map without any.
    look
        Classes of the points, where they are not the states of villages.
    """
    states = tuple(t(f"state.{name}") for name in STATES)
    counted = look is None or look.counted
    return render.Words(
        credit=t("map.credit"),
        tools={name: t(f"map.{name}") for name in _TOOLS},
        village=village,
        households=unit_name("household", language()) if counted else "",
        states=look.states if look else states,
        unsized=t("map.unsized"),
        counted=t("map.discs") if look is None else "",
        unknown=t("legend.unknown"), no_target=t("legend.none"), met=t("map.met"),
        rivers=t("map.rivers"), roads=t("map.roads"),
        places=t("map.places"), relief=t("map.relief"), seats=t("map.seats"),
        switches=t("map.switches"),
    )  # fmt: skip


def _sheet(pack: Pack, *, dark: bool, look: PointLook | None = None) -> render.Sheet:
    village = look.point if look else village_word()
    return new_sheet(pack, words(village=village, look=look), dark=dark)


def new_sheet(pack: Pack, texts: render.Words, *, dark: bool) -> render.Sheet:
    """Return an empty map of the province, with its relief to switch on."""
    sheet = render.new_sheet(features.bounds(pack), texts, dark=dark, tiles=tiles.background())
    relief.add_relief(sheet, pack)
    return sheet


def _addresses(pack: Pack, key: str) -> tuple[tuple[str, str], ...]:
    """Return the addresses of what a map draws beside its own points: marks of layers, roads."""
    roads = features.road_bytes(pack)
    address = media_address(roads, _JSON, key=f"roads-{key}") if roads else ""
    return (*layer_marks.addresses(pack, key), (_ROADS, address))


def _common(sheet: render.Sheet, pack: Pack, tongue: str, roads: str) -> None:
    """Draw rivers, imported roads where no tiles have them, county seats, and further places."""
    render.add_rivers(sheet, features.river_features(pack))
    if roads and not sheet.tiled:
        render.add_roads(sheet, roads)
    places = pack.table("places")
    is_seat = places["kind"] == "county_seat"
    render.add_seats(sheet, _spots(places[is_seat], tongue))
    others = places[~is_seat].sort_values("population", ascending=False, kind="stable")
    render.add_places(sheet, _spots(others.head(_PLACES), tongue))


def _spots(places: pd.DataFrame, tongue: str) -> list[tuple[float, float, str]]:
    names = places[f"name_{data_language(tongue)}"].fillna(places["name_zh"]).fillna("")
    return [
        # A seat is called as its county is: "Eryuan", not "Eryuan County".
        (float(lat), float(lon), brief_name(str(name)) if kind == "county_seat" else str(name))
        for lat, lon, kind, name in zip(
            places["lat"], places["lon"], places["kind"], names, strict=True
        )
        if str(name)
    ]


def _selection(pack: Pack) -> dict[str, Any]:
    """Return the chosen region for the overlay: its code, and its box to zoom to."""
    level, adcode = state.region()
    place = st.session_state.get(state.PLACE)
    mark = {"mark": list(place)} if place else {}
    if not adcode:
        return {"selected": "", "fit": features.bounds(pack), **mark}
    return {"selected": adcode, "fit": features.region_bounds(pack, level, adcode), **mark}


def _finished(
    pack: Pack, sheet: render.Sheet, legend: render.Legend, ahead: str, banner: str | None = None
) -> mapview.Drawn:
    """Return the map as the host needs it, stamped where its villages are invented."""
    if banner is None:
        banner = t("banner.word") if "illustrative" in cache.village_evidence() else ""
    chart = render.finish(sheet, legend, banner=banner)
    title = legend.title
    return mapview.drawn(chart, features.bounds(pack), place=pack.name, title=title, ahead=ahead)


def _points(content: bytes, key: str) -> str:
    return media_address(content, _OCTETS, key=f"points-{key}")


def _names(content: bytes, key: str) -> str:
    """Return the address of the names of a map's points; empty without any."""
    return media_address(content, _JSON, key=f"names-{key}") if content else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
