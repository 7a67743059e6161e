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
from layers.map.symbols import BORDER, FILLS, NO_FIGURE, STATES, class_of, region_style

#: Zoom below which points are counted per square of the screen, since dots would run together.
AGGREGATE_BELOW = 8.0

SITE_COLOUR, GAINED_COLOUR = "#7a0177", "#009e73"


@dataclass(frozen=True)
class RegionFill:
    """How regions are drawn.

    Attributes
    ----------
    figures
        adcode → figure that is shown; absent or NaN: no figure.
    cards
        adcode → (title, lines of label and value) of the tooltip, as plain text.
    labels
        (lat, lon, name) of each region.
    limits
        Upper limits of the classes but the last.
    """

    figures: Mapping[str, float]
    cards: Mapping[str, tuple[str, Sequence[tuple[str, str]]]]
    labels: Sequence[tuple[float, float, str]]
    limits: Sequence[float]


@dataclass(frozen=True)
class Words:
    """Texts of the map in the reader's language."""

    credit: str
    north: str
    village: str
    households: str
    states: tuple[str, ...]
    no_figure: str
    rivers: str
    relief: str
    seats: str
    switches: str
    unsized: str = ""


@dataclass(frozen=True)
class Legend:
    """What the legend says on top and below."""

    title: str
    unit: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tiles:
    """A tile background: address with ``{z}``, ``{x}``, ``{y}``, credit, and its coordinates."""

    url: str
    attribution: str
    gcj02: bool = False


@dataclass
class Sheet:
    """A map in the making: the folium map, its named layers and the rows of its legend."""

    map: folium.Map
    words: Words
    dark: bool
    tiled: bool = False
    layers: dict[str, MacroElement] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)


def new_sheet(
    bounds: tuple[tuple[float, float], tuple[float, float]],
    words: Words,
    *,
    dark: bool = False,
    tiles: Tiles | None = None,
) -> Sheet:
    """Return an empty map that fits the bounds, with scale bar, north arrow and credit.

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
    )  # fmt: skip
    # folium's own links lead to servers that an air-gapped planner cannot reach.
    chart.default_js, chart.default_css = [], []
    sheet = Sheet(chart, words, dark, tiled=tiles is not None)
    if tiles is not None:
        options = {"url": tiles.url, "attribution": escape(tiles.attribution), "gcj02": tiles.gcj02}
        chart.add_child(Script("tiles", "L.tongcunTiles", options))
    _add(sheet, "prefix", "L.tongcunCredit", escape(words.credit))
    _add(sheet, "scale", "L.control.scale", {"imperial": False, "max_width": 120})
    _add(sheet, "north", "L.tongcunNorth", words.north)
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
    theme = "dark" if sheet.dark else "light"
    drawn = []
    for feature in features:
        adcode = feature["properties"]["adcode"]
        value = fill.figures.get(adcode, float("nan"))
        drawn.append(
            {
                **feature,
                "properties": {
                    "adcode": adcode,
                    "card": _card(*fill.cards[adcode]) if adcode in fill.cards else "",
                    "style": region_style(value, fill.limits, BORDER[theme], tiled=sheet.tiled),
                },
            }
        )
    shapes = folium.GeoJson(
        {"type": "FeatureCollection", "features": drawn},
        style_function=lambda feature: feature["properties"]["style"],
        highlight_function=lambda _feature: {"fillOpacity": 0.9},
        tooltip=folium.GeoJsonTooltip(["card"], labels=False, class_name="tc-card", sticky=True)
        if fill.cards
        else None,
    )
    shapes.add_to(sheet.map)
    sheet.layers["regions"] = shapes
    sheet.rows += _class_rows(fill, sheet.words)


def add_outline(sheet: Sheet, features: Sequence[Mapping[str, Any]]) -> None:
    """Draw borders of a higher level over the regions, without filling.

    Parameters
    ----------
    sheet
        Map in the making; it is added to.
    features
        GeoJSON features of the regions, in the order they are drawn.
    """
    line = {
        "color": "#27323d" if not sheet.dark else "#e2e8ef",
        "weight": 1.6,
        "fill": False,
        "interactive": False,
    }
    plain = [{**feature, "properties": {}} for feature in features]
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
    line = {"color": "#3b82c4", "weight": 1.4, "opacity": 0.75, "interactive": False}
    rivers = folium.GeoJson(
        {"type": "FeatureCollection", "features": list(features)},
        style_function=lambda _feature: line,
        interactive=False,
    )
    rivers.add_to(sheet.map)
    sheet.layers["rivers"] = rivers
    sheet.rows.append({"text": sheet.words.rivers, "colour": "#3b82c4", "layer": "rivers"})


def add_labels(
    sheet: Sheet, fill: RegionFill, *, from_zoom: float = 0, to_zoom: float = 30
) -> None:
    """Write the regions' names at their label points.

    Parameters
    ----------
    sheet
        Map in the making; it is added to.
    fill
        Its ``labels`` are written.
    from_zoom, to_zoom
        Zoom levels between which the names are shown.
    """
    items = [[lat, lon, name] for lat, lon, name in fill.labels]
    _add(
        sheet, "labels", "L.tongcunLabels",
        {"items": items, "class_name": "tc-region", "min_zoom": from_zoom, "max_zoom": to_zoom},
    )  # fmt: skip


def add_seats(sheet: Sheet, seats: Sequence[tuple[float, float, str]]) -> None:
    """Write the county seats from zoom 8 on.

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
        {"items": items, "class_name": "tc-place", "min_zoom": 8, "max_zoom": 30, "dot": True},
    )  # fmt: skip
    sheet.rows.append(
        {"text": sheet.words.seats, "colour": "#26313d", "shape": "dot", "layer": "seats"}
    )


def add_points(
    sheet: Sheet,
    source: str | bytes,
    *,
    names: str = "",
    aggregate_below: float = AGGREGATE_BELOW,
    in_legend: Sequence[int] = (0,),
    colours: Sequence[Mapping[str, str]] = STATES,
) -> None:
    """Draw points from the bytes of :func:`layers.map.features.point_bytes`, by address or inline.

    Parameters
    ----------
    sheet
        Map in the making; it is added to.
    source
        Address of the bytes, or the bytes themselves.
    names
        Address of the list of their names; empty without.
    aggregate_below
        Zoom below which points are counted per square of the screen.
    in_legend
        Classes that the legend lists; the switches offer all.
    colours
        Colour and ring of each class that the words name.
    """
    words = sheet.words
    looks = [{**look, "label": label} for look, label in zip(colours, words.states, strict=True)]
    options: dict[str, Any] = {
        "classes": looks,
        "highlight": 0,
        "aggregate_below": aggregate_below,
        "names": names,
        "words": {
            "village": words.village,
            "households": words.households,
            "unsized": words.unsized,
        },
    }
    options |= points_from(*((source, b"") if isinstance(source, str) else ("", source)))
    _add(sheet, "points", "L.tongcunPoints", options)
    sheet.rows += [
        {
            **look,
            "shape": "dot",
            "text": look["label"],
            "layer": "points",
            "cls": cls,
            "in_legend": cls in in_legend,
        }
        for cls, look in enumerate(looks)
    ]


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
    switches = [row for row in sheet.rows if "layer" in row]
    shown = [row for row in sheet.rows if row.get("in_legend", "layer" not in row)]
    for name, call, options, more in (
        ("legend", "L.tongcunLegend",
         {"title": legend.title, "unit": legend.unit, "rows": shown, "notes": [*legend.notes]}, ""),
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


def _class_rows(fill: RegionFill, words: Words) -> list[dict[str, Any]]:
    known = [v for v in fill.figures.values() if np.isfinite(v)]
    rows: list[dict[str, Any]] = []
    if known:
        low, high = min(known), max(known)
        edges = [low, *fill.limits, high]
        for i in range(len(edges) - 1):
            text = f"{edges[i]:,.0f} – {edges[i + 1]:,.0f}" if low != high else f"{low:,.0f}"
            rows.append({"colour": FILLS[class_of(edges[i + 1], fill.limits)], "text": text})
    if len(known) < len(fill.figures):
        rows.append({"colour": NO_FIGURE, "text": words.no_figure, "hatch": True})
    return rows
