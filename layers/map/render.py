"""Table → folium map: regions by class of gap, villages on a canvas, rivers, seats, legend.

Degrees and HTML begin here. Every text that came from a table is escaped here before it becomes
HTML; texts that our own scripts place go in as text. No element asks another machine for
anything: the map's scripts are the vendored bundle, tiles are off unless configured.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import folium
import numpy as np
from branca.element import MacroElement

from layers.map.folium_internals import Script, name_element, number_elements
from layers.map.palette import colours
from layers.map.symbols import HATCH, STEPS, class_of, fill_of, region_style, states

#: Zoom below which points are counted per square of the screen, since dots would run together.
AGGREGATE_BELOW = 8.0
SEATS_FROM, _ROADS_FROM, _PLACES_FROM = 8.5, 9.0, 9.5


@dataclass(frozen=True)
class RegionFill:
    """How regions are drawn.

    Attributes
    ----------
    figures
        adcode → gap that is shown; NaN: unknown. A region that is absent has its borders only.
    cards
        adcode → (title, lines of label and value) of the tooltip, as plain text.
    labels
        (lat, lon, name, figure) of each region, the most important first.
    limits
        Upper limits of the classes but the last.
    untargeted
        adcodes for which no target is stated.
    """

    figures: Mapping[str, float]
    cards: Mapping[str, tuple[str, Sequence[tuple[str, str]]]]
    labels: Sequence[tuple[float, float, str, str]]
    limits: Sequence[float]
    untargeted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Words:
    """Texts of the map in the reader's language.

    Attributes
    ----------
    tools
        Titles of the tools of the frame, by name, as in static/map/frame.js.
    unknown, no_target, met
        What the legend says of regions without a class.
    """

    credit: str
    tools: Mapping[str, str]
    village: str
    households: str
    states: tuple[str, ...]
    unknown: str
    no_target: str
    met: str
    rivers: str
    roads: str
    places: str
    relief: str
    seats: str
    switches: str
    counted: str = ""
    unsized: str = ""


@dataclass(frozen=True)
class Legend:
    """What the legend says above and below its rows."""

    title: str
    unit: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tiles:
    """A tile background: address with ``{z}``, ``{x}``, ``{y}``, credit, coordinates, zooms."""

    url: str
    attribution: str
    gcj02: bool = False
    zooms: tuple[int, int] = (0, 18)


@dataclass
class Sheet:
    """A map in the making: the folium map, its named layers and the rows of its legend."""

    map: folium.Map
    words: Words
    dark: bool
    tiled: bool = False
    layers: dict[str, MacroElement] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    ramp: list[dict[str, str]] = field(default_factory=list)

    @property
    def ink(self) -> dict[str, str]:
        """Colours by name in the reader's theme."""
        return colours(dark=self.dark)

    def shade(self, colour: str) -> str:
        """Return the colour of a name in the palette; a CSS colour is its own.

        Parameters
        ----------
        colour
            Name, or CSS colour.

        Returns
        -------
        shade
            CSS colour.
        """
        return self.ink.get(colour, colour)


def new_sheet(
    bounds: tuple[tuple[float, float], tuple[float, float]],
    words: Words,
    *,
    dark: bool = False,
    tiles: Tiles | None = None,
) -> Sheet:
    """Return an empty map that fits the bounds, in its frame of tools and credits.

    Parameters
    ----------
    bounds
        (south, west), (north, east) [°].
    words
        Texts in the reader's language.
    dark
        Whether the reader's theme is dark.
    tiles
        Optional background, asked from the machine that its address names.

    Returns
    -------
    sheet
        A map without content.
    """
    chart = folium.Map(
        location=[(bounds[0][0] + bounds[1][0]) / 2, (bounds[0][1] + bounds[1][1]) / 2],
        zoom_start=7, tiles=None, max_zoom=18, min_zoom=4, zoom_snap=0.25, zoom_delta=0.5,
        wheel_px_per_zoom_level=90, prefer_canvas=False, control_scale=False,
        zoom_control=False, attribution_control=False,
    )  # fmt: skip
    # folium's own links lead to servers that an air-gapped planner cannot reach.
    chart.default_js, chart.default_css = [], []
    sheet = Sheet(chart, words, dark, tiled=tiles is not None)
    credit = words.credit
    if tiles is not None:
        first, last = tiles.zooms
        options = {"url": tiles.url, "gcj02": tiles.gcj02, "min_zoom": first, "max_zoom": last}
        chart.add_child(Script("tiles", "L.tongcunTiles", options))
        credit = f"{tiles.attribution} · {credit}" if tiles.attribution else credit
    _add(sheet, "frame", "L.tongcunFrame", {"words": dict(words.tools), "credit": credit})
    return sheet


def add_regions(sheet: Sheet, features: Sequence[Mapping[str, Any]], fill: RegionFill) -> None:
    """Draw regions by class; a tooltip carries the figures, grey means no figure.

    Parameters
    ----------
    sheet
        Map in the making; it is added to.
    features
        GeoJSON features of the regions, in the order they are drawn.
    fill
        Figures, tooltips and classes of the regions.
    """
    drawn = []
    fills = set()
    for feature in features:
        adcode = feature["properties"]["adcode"]
        shade = "card"
        if adcode in fill.figures:
            targeted = adcode not in fill.untargeted
            shade = fill_of(fill.figures[adcode], fill.limits, targeted=targeted)
        fills.add(shade)
        properties = {
            "adcode": adcode,
            "card": _card(*fill.cards[adcode]) if adcode in fill.cards else "",
            "style": region_style(shade, dark=sheet.dark, tiled=sheet.tiled),
        }
        drawn.append({**feature, "properties": properties})
    shapes = folium.GeoJson(
        {"type": "FeatureCollection", "features": drawn},
        style_function=lambda feature: feature["properties"]["style"],
        tooltip=folium.GeoJsonTooltip(["card"], labels=False, class_name="tc-card", sticky=True)
        if fill.cards
        else None,
    )
    shapes.add_to(sheet.map)
    ink = sheet.ink
    if "unknown" in fills:
        hatch = {"id": HATCH, "line": ink["unknown"], "ground": ink["unknown-ground"]}
        _add(sheet, "hatch", "L.tongcunHatch", hatch)
    sheet.layers["regions"] = shapes
    sheet.ramp += _ramp(fill, ink)
    for name, text, hatched in (
        ("covered", sheet.words.met, ""),
        ("no-target", sheet.words.no_target, ""),
        ("unknown", sheet.words.unknown, ink["unknown-ground"]),
    ):
        if name in fills:
            sheet.rows.append({"text": text, "colour": ink[name], "hatch": hatched})


def add_outline(sheet: Sheet, features: Sequence[Mapping[str, Any]]) -> None:
    """Draw borders of a higher level over the regions, without filling; one can be framed.

    Parameters
    ----------
    sheet
        Map in the making; it is added to.
    features
        GeoJSON features of the regions, in the order they are drawn.
    """
    line = {"color": sheet.ink["ink-2"], "weight": 1.3, "fill": False, "interactive": False}
    plain = [
        {**feature, "properties": {"adcode": feature["properties"]["adcode"], "style": line}}
        for feature in features
    ]
    folium.GeoJson(
        {"type": "FeatureCollection", "features": plain},
        style_function=lambda _feature: line,
        interactive=False,
    ).add_to(sheet.map)


def add_rivers(sheet: Sheet, features: Sequence[Mapping[str, Any]]) -> None:
    """Draw the rivers' centre lines.

    Parameters
    ----------
    sheet
        Map in the making; it is added to.
    features
        GeoJSON features of the rivers.
    """
    colour = sheet.ink["river"]
    line = {"color": colour, "weight": 1.4, "interactive": False}
    rivers = folium.GeoJson(
        {"type": "FeatureCollection", "features": list(features)},
        style_function=lambda _feature: line,
        interactive=False,
    )
    rivers.add_to(sheet.map)
    sheet.layers["rivers"] = rivers
    sheet.rows.append(
        {"text": sheet.words.rivers, "colour": colour, "shape": "line", "layer": "rivers"}
    )


def add_labels(
    sheet: Sheet, fill: RegionFill, *, from_zoom: float = 0, to_zoom: float = 30
) -> None:
    """Write the regions' names and figures at their label points, where they meet no other.

    Parameters
    ----------
    sheet
        Map in the making; it is added to.
    fill
        Its ``labels`` are written.
    from_zoom, to_zoom
        Zoom levels between which the names are shown.
    """
    items = [list(label) for label in fill.labels]
    _add(
        sheet, "labels", "L.tongcunLabels",
        {"items": items, "class_name": "tc-region", "min_zoom": from_zoom, "max_zoom": to_zoom},
    )  # fmt: skip


def add_roads(sheet: Sheet, url: str) -> None:
    """Draw the imported roads from the zoom on at which they can be told apart.

    Parameters
    ----------
    sheet
        Map in the making; it is added to.
    url
        Address of :func:`layers.map.features.road_bytes`.
    """
    colour = sheet.ink["road"]
    options = {"url": url, "colour": colour, "min_zoom": _ROADS_FROM}
    _add(sheet, "roads", "L.tongcunRoads", options)
    row = {"text": sheet.words.roads, "colour": colour, "shape": "line", "layer": "roads"}
    sheet.rows.append({**row, "min_zoom": _ROADS_FROM})


def add_places(sheet: Sheet, places: Sequence[tuple[float, float, str]]) -> None:
    """Write the names of places below the county seats at close zoom.

    Parameters
    ----------
    sheet
        Map in the making; it is added to.
    places
        (lat, lon, name) of each place [°], the most important first.
    """
    items = [list(place) for place in places]
    _add(
        sheet, "places", "L.tongcunLabels",
        {"items": items, "class_name": "tc-place tc-small", "min_zoom": _PLACES_FROM,
         "max_zoom": 30, "dot": True, "size": 11},
    )  # fmt: skip
    row = {"text": sheet.words.places, "colour": sheet.ink["ink-2"], "shape": "disc"}
    sheet.rows.append({**row, "layer": "places", "min_zoom": _PLACES_FROM})


def add_seats(sheet: Sheet, seats: Sequence[tuple[float, float, str]]) -> None:
    """Write the county seats from zoom 8.5 on.

    Parameters
    ----------
    sheet
        Map in the making; it is added to.
    seats
        (lat, lon, name) of each seat [°].
    """
    items = [[lat, lon, name] for lat, lon, name in seats]
    _add(
        sheet, "seats", "L.tongcunLabels",
        {"items": items, "class_name": "tc-place", "min_zoom": SEATS_FROM, "max_zoom": 30,
         "dot": True},
    )  # fmt: skip
    sheet.rows.append(
        {"text": sheet.words.seats, "colour": sheet.ink["ink"], "shape": "square",
         "layer": "seats", "min_zoom": SEATS_FROM}
    )  # fmt: skip


@dataclass(frozen=True)
class PointView:
    """How points are drawn.

    Attributes
    ----------
    aggregate_below
        Zoom below which points are counted per square of the screen.
    from_zoom
        Zoom below which nothing of them is drawn.
    shown
        Whether they are drawn at first; else they wait for their switches.
    looks
        Colour and shape of each class that the words name; empty for those of villages.
    """

    aggregate_below: float = AGGREGATE_BELOW
    from_zoom: float = 0.0
    shown: bool = True
    looks: Sequence[Mapping[str, str]] = ()


def add_points(
    sheet: Sheet, source: str | bytes, view: PointView | None = None, *, names: str = ""
) -> None:
    """Draw points from the bytes of :func:`layers.map.features.point_bytes`, by address or inline.

    Parameters
    ----------
    sheet
        Map in the making; it is added to.
    source
        Address of the bytes, or the bytes themselves.
    view
        How they are drawn.
    names
        Address of the list of their names; empty without.
    """
    view = view or PointView()
    words = sheet.words
    given = view.looks or states(dark=sheet.dark)
    looks = [{**look, "label": label} for look, label in zip(given, words.states, strict=True)]
    options: dict[str, Any] = {
        "classes": looks,
        "highlight": 0,
        "aggregate_below": view.aggregate_below,
        "min_zoom": view.from_zoom,
        "hidden": [] if view.shown else list(range(len(looks))),
        "halo": sheet.ink["card"],
        "names": names,
        "words": {
            "village": words.village,
            "households": words.households,
            "unsized": words.unsized,
        },
    }
    options |= points_from(*((source, b"") if isinstance(source, str) else ("", source)))
    _add(sheet, "points", "L.tongcunPoints", options)
    single = max(view.aggregate_below, view.from_zoom)
    shared = {"layer": "points", "off": not view.shown}
    sheet.rows += [
        {**look, **shared, "text": look["label"], "cls": cls, "min_zoom": single}
        for cls, look in enumerate(looks)
    ]
    if view.aggregate_below > view.from_zoom and words.counted:
        counted = {"colour": looks[0]["colour"], "shape": "disc", "text": words.counted, "cls": 0}
        sheet.rows.append({**counted, **shared, "max_zoom": single, "in_switches": False})


def finish(sheet: Sheet, legend: Legend, *, banner: str = "") -> folium.Map:
    """Add the legend (and a banner) and return the map, with names that do not change by chance.

    Parameters
    ----------
    sheet
        The map with its content.
    legend
        Texts over and under the rows of the legend.
    banner
        Word across the corner of the map; empty for none.

    Returns
    -------
    chart
        The map; the sheet must not be added to afterwards.
    """
    if banner:
        _add(sheet, "banner", "L.tongcunBanner", banner)
    number_elements(sheet.map)
    named = ", ".join(f"{key}: {layer.get_name()}" for key, layer in sheet.layers.items())
    switches = [row for row in sheet.rows if row.get("in_switches", "layer" in row)]
    for name, call, options, more in (
        ("legend", "L.tongcunLegend",
         {"title": legend.title, "unit": legend.unit, "ramp": sheet.ramp, "rows": sheet.rows,
          "notes": [*legend.notes]}, ""),
        ("switches", "L.tongcunSwitches",
         {"title": sheet.words.switches, "rows": switches}, f", {{{named}}}"),
    ):  # fmt: skip
        box = Script(name, call, options, more=more)
        name_element(box, "0")
        sheet.map.add_child(box)
    return sheet.map


def points_from(url: str, content: bytes) -> dict[str, str]:
    """Return the option that says where the script finds points.

    Parameters
    ----------
    url, content
        Address of the bytes, or the bytes themselves.

    Returns
    -------
    option
        ``url`` or ``base64``.
    """
    return {"url": url} if url else {"base64": base64.b64encode(content).decode()}


def _add(sheet: Sheet, key: str, call: str, options: Any) -> None:
    element = Script(key, call, options)
    sheet.map.add_child(element)
    sheet.layers[key] = element


def _card(title: str, lines: Sequence[tuple[str, str]]) -> str:
    rows = "".join(
        f"<tr><td>{escape(label)}</td><td>{escape(value)}</td></tr>" for label, value in lines
    )
    return f"<b>{escape(title)}</b><table>{rows}</table>"


def _ramp(fill: RegionFill, ink: Mapping[str, str]) -> list[dict[str, str]]:
    """Return colour and limits of each class that stands on the map."""
    gaps = [value for value in fill.figures.values() if np.isfinite(value) and value > 0]
    if not gaps:
        return []
    limits = [*fill.limits]
    texts = [f"{limit:,.0f}" for limit in limits]
    if not limits:
        texts = [f"{min(gaps):,.0f} – {max(gaps):,.0f}"]
    else:
        texts = [f"≤ {texts[0]}", *(f"– {text}" for text in texts[1:]), f"> {texts[-1]}"]
    ends = [*limits, max(gaps)]
    return [
        {"colour": ink[STEPS[class_of(end, limits)]], "text": text}
        for end, text in zip(ends, texts, strict=True)
    ]
