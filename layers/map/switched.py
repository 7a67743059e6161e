"""Groups that the reader switches on and off: zones, places and routes that layers mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import folium
from branca.element import MacroElement

from layers.map.folium_internals import Script
from layers.map.render import Sheet, points_from
from layers.offers import Symbol


@dataclass(frozen=True)
class Entry:
    """A group of the map that the reader can switch on and off.

    Attributes
    ----------
    key
        Name of the group, an identifier.
    title
        Text of its switch and of its row in the legend.
    symbol
        How it looks.
    shown
        Whether it is shown at first; the legend has a row of it while it is.
    """

    key: str
    title: str
    symbol: Symbol
    shown: bool = False


def add_zones(
    sheet: Sheet,
    entry: Entry,
    features: Sequence[Mapping[str, Any]],
    names: Sequence[tuple[float, float, str]],
) -> None:
    """Outline the regions that a layer names and write the names at their label points.

    Parameters
    ----------
    sheet
        Map in the making; it is added to.
    entry
        Name, title and symbol of the group.
    features
        GeoJSON features of the regions.
    names
        (lat, lon, text) of each region.
    """
    zones = folium.FeatureGroup(show=entry.shown)
    line = _line(sheet, entry.symbol, 2.5)
    folium.GeoJson(
        {"type": "FeatureCollection", "features": [{**f, "properties": {}} for f in features]},
        style_function=lambda _feature: line,
        interactive=False,
    ).add_to(zones)
    items = [[lat, lon, name] for lat, lon, name in names]
    zones.add_child(
        Script(
            entry.key, "L.tongcunLabels",
            {"items": items, "class_name": "tc-zone", "min_zoom": 0, "max_zoom": 30},
        )
    )  # fmt: skip
    zones.add_to(sheet.map)
    _switched(sheet, entry, zones, "line")


def add_lines(sheet: Sheet, entry: Entry, paths: Sequence[Sequence[Sequence[float]]]) -> None:
    """Draw routes; each path is a sequence of (lon, lat) [°].

    Parameters
    ----------
    sheet
        Map in the making; it is added to.
    entry
        Name, title and symbol of the group.
    paths
        (lon, lat) [°] of the points of each line.
    """
    line = _line(sheet, entry.symbol, 2.0)
    lines = folium.GeoJson(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {},
                    "geometry": {"type": "LineString", "coordinates": path},
                }
                for path in paths
            ],
        },
        style_function=lambda _feature: line,
        interactive=False,
    )
    group = folium.FeatureGroup(show=entry.shown)
    lines.add_to(group)
    group.add_to(sheet.map)
    _switched(sheet, entry, group, "line")


def add_nodes(sheet: Sheet, entry: Entry, *, url: str = "", content: bytes = b"") -> None:
    """Draw places from the bytes of :func:`layers.map.features.point_bytes`.

    Parameters
    ----------
    sheet
        Map in the making; it is added to.
    entry
        Name, title and symbol of the group.
    url, content
        Address of the bytes, or the bytes themselves.
    """
    options = {
        "classes": [
            {
                "colour": sheet.shade(entry.symbol.colour),
                "label": entry.title,
                "shape": entry.symbol.shape,
            }
        ],
        "highlight": 0,
        "aggregate_below": 0,
        "halo": sheet.ink["card"],
        "words": {"village": entry.title, "households": ""},
        **points_from(url, content),
    }
    nodes = Script(entry.key, "L.tongcunPoints", options, shown=entry.shown)
    sheet.map.add_child(nodes)
    _switched(sheet, entry, nodes, entry.symbol.shape)


def _line(sheet: Sheet, symbol: Symbol, weight: float) -> dict[str, Any]:
    line: dict[str, Any] = {"color": sheet.shade(symbol.colour), "weight": weight, "fill": False}
    return line | ({"dashArray": symbol.dash} if symbol.dash else {})


def _switched(sheet: Sheet, entry: Entry, element: MacroElement, shape: str) -> None:
    """Offer a group that the reader can switch; the legend has it while it is shown."""
    sheet.layers[entry.key] = element
    symbol = entry.symbol
    sheet.rows.append({
        "text": entry.title, "colour": sheet.shade(symbol.colour), "shape": shape,
        "layer": entry.key, "dash": bool(symbol.dash), "off": not entry.shown,
    })  # fmt: skip
