"""OpenStreetMap extracts: places, roads, power lines and towers, each as a layer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely

from data.doctor.base import ROW, FileDescription, ImportChoice
from data.doctor.reading.geometry import Geometries, kind_of
from data.doctor.reading.source import OpenedFile
from data.wording.catalogue import Message
from geo.errors import DataError, UnknownNameError


@dataclass(frozen=True, slots=True)
class OsmLayer:
    """One layer: the objects that belong to it, and the tags that become columns.

    Attributes
    ----------
    line
        True for ways, False for nodes.
    wanted
        Tag → values; an empty set takes any value.
    columns
        Tags that become columns.
    kinds
        Tables that the layer suits.
    """

    line: bool
    wanted: dict[str, frozenset[str]]
    columns: tuple[str, ...]
    kinds: tuple[str, ...]


#: https://wiki.openstreetmap.org/wiki/Map_features
THEMES = {
    "places": OsmLayer(
        line=False,
        wanted={"place": frozenset(
            {"city", "town", "village", "hamlet", "isolated_dwelling", "suburb", "neighbourhood",
             "locality", "farm"})},
        columns=("name", "name:zh", "name:en", "place", "population", "is_in"),
        kinds=("natural_villages", "admin_villages"),
    ),
    "roads": OsmLayer(
        line=True,
        wanted={"highway": frozenset()},
        columns=("name", "name:en", "ref", "highway", "surface", "lanes", "oneway", "bridge",
                 "tunnel"),
        kinds=("roads",),
    ),
    "power": OsmLayer(
        line=True,
        wanted={"power": frozenset({"line", "minor_line", "cable"})},
        columns=("name", "power", "voltage", "cables", "circuits", "operator"),
        kinds=("power_lines",),
    ),
    "towers": OsmLayer(
        line=False,
        wanted={
            "man_made": frozenset({"mast", "tower", "communications_tower"}),
            "tower:type": frozenset({"communication"}),
            "telecom": frozenset(),
        },
        columns=("name", "operator", "man_made", "tower:type", "height", "telecom"),
        kinds=("sites", "base_stations"),
    ),
}  # fmt: skip


def theme_of(choice: ImportChoice, name: str) -> str:
    """Return the layer that the planner chose or that suits the table; else places.

    Parameters
    ----------
    choice
        Settings of the planner; what is unset is detected.
    name
        File name, for messages.

    Returns
    -------
    layer
        Key of :data:`THEMES`.

    Raises
    ------
    UnknownNameError
        If there is no such layer.
    """
    if choice.layer is not None:
        if choice.layer not in THEMES:
            raise UnknownNameError("layer", choice.layer, THEMES, where=name)
        return choice.layer
    return next((key for key, theme in THEMES.items() if choice.kind in theme.kinds), "places")


def describe(opened: OpenedFile, choice: ImportChoice) -> FileDescription:
    """Describe an extract without reading it.

    Parameters
    ----------
    opened
        The file on disk, its format known.
    choice
        Settings of the planner; what is unset is detected.

    Returns
    -------
    sniffed
        How it would be read.

    Raises
    ------
    UnknownNameError
        If there is no such layer.
    """
    layer = theme_of(choice, opened.name)
    return FileDescription(
        "osm", layer=layer, layers=tuple(THEMES), declared_crs="EPSG:4326",
        geometry="line" if THEMES[layer].line else "point", remarks=opened.remarks,
    )  # fmt: skip


def read_osm(
    opened: OpenedFile, choice: ImportChoice
) -> tuple[pd.DataFrame, Geometries, FileDescription]:
    """Read one layer; tags without a column of their own are in ``other_tags``.

    Parameters
    ----------
    opened
        The file on disk, its format known.
    choice
        Settings of the planner; what is unset is detected.

    Returns
    -------
    frame, geometry, sniffed
        Rows, their geometries, and how they were read.

    Raises
    ------
    DataError
        If the extract is damaged or too large.
    """
    sniffed = describe(opened, choice)
    theme = THEMES[sniffed.layer]
    rows: list[tuple[Any, ...]] = []
    shapes: list[bytes | None] = []
    try:
        for row, wkb in _objects(opened.path, theme):
            rows.append(row)
            shapes.append(wkb)
            if len(rows) > opened.limits.rows:
                opened.limits.check_table(len(rows), len(theme.columns), where=opened.name)
    except RuntimeError as error:
        raise DataError("osm.damaged", where=opened.name, error=error) from error
    columns = ["osm_id", *theme.columns, "other_tags"]
    frame = pd.DataFrame(rows, columns=columns).astype(
        {"osm_id": "int64"} | dict.fromkeys(columns[1:], "str")
    )
    frame[ROW] = np.arange(1, len(frame) + 1)
    geometry = shapely.from_wkb(np.array(shapes, dtype=object), on_invalid="ignore")
    lost = int(shapely.is_missing(geometry).sum())
    remarks = [Message("reader.osm_lost", {"count": lost})] * bool(lost)
    others = ", ".join(key for key in THEMES if key != sniffed.layer)
    remarks.append(Message("reader.layer_read", {"layer": sniffed.layer, "others": others}))
    return (
        frame,
        geometry,
        replace(sniffed, geometry=kind_of(geometry), remarks=(*opened.remarks, *remarks)),
    )


def _objects(path: Any, theme: OsmLayer) -> Iterator[tuple[tuple[Any, ...], bytes | None]]:
    """Yield attributes and WKB of each object of the theme."""
    import osmium

    kind = osmium.osm.WAY if theme.line else osmium.osm.NODE
    keys = osmium.filter.KeyFilter(*theme.wanted)
    entities = kind | osmium.osm.NODE
    source = osmium.FileProcessor(osmium.io.File(str(path), "pbf"), entities)
    if theme.line:
        source = source.with_locations().with_filter(osmium.filter.EntityFilter(kind))
    for item in source.with_filter(keys):
        tags = dict(item.tags)
        if not any(
            key in tags and (not values or tags[key] in values)
            for key, values in theme.wanted.items()
        ):
            continue
        own = tuple(tags.pop(key, None) for key in theme.columns)
        rest = json.dumps(tags, ensure_ascii=False, sort_keys=True) if tags else None
        yield (item.id, *own, rest), _line(item) if theme.line else _point(item)


def _point(node: Any) -> bytes | None:
    if not node.location.valid():
        return None
    return bytes(shapely.to_wkb(shapely.Point(node.lon, node.lat)))


def _line(way: Any) -> bytes | None:
    """Return the part of the way whose nodes are in the extract."""
    known = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
    return bytes(shapely.to_wkb(shapely.LineString(known))) if len(known) > 1 else None
