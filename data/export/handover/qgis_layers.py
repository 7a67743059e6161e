"""The layers that QGIS shows of an export, and the style of each."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.export.bundle import ExportBundle
from data.export.captions import caption
from data.export.geo import layers_of
from data.export.handover.qgis_styles import renderer
from data.export.handover.titles import table_title

#: Oldest release that reads what is written here; newer ones convert it.
RELEASE = "3.16.0"
_KINDS = {"Point": "point", "LineString": "line", "Polygon": "polygon"}
#: Kind of a layer → names of its geometry in a project.
TYPES = {"point": ("Point", "Point"), "line": ("Line", "LineString"),
          "polygon": ("Polygon", "Polygon")}  # fmt: skip


@dataclass(frozen=True, eq=False)
class StyledLayer:
    """One layer of the project.

    Attributes
    ----------
    table
        Table of the GeoPackage.
    key
        What tells it from other layers of the table.
    title
        Both languages.
    kind
        ``point``, ``line``, ``polygon``; empty for a plain table.
    rows
        Its rows, for the classes.
    subset
        Condition in SQL; empty for all rows.
    """

    table: str
    key: str
    title: str
    kind: str
    rows: pd.DataFrame
    subset: str = ""


def styled_layers(bundle: ExportBundle) -> list[StyledLayer]:
    """Return the layers of a bundle: one for each table, or for each layer of a gap list.

    Parameters
    ----------
    bundle
        Tidy tables and shapes.

    Returns
    -------
    layers
        Those with shapes first, in the order of drawing: points, lines, polygons.
    """
    found: list[StyledLayer] = []
    for name, (frame, shapes) in layers_of(bundle).items():
        kind = _kind(shapes)
        if kind == "polygon" and "layer" in frame.columns:
            found += _per_layer(name, frame)
        else:
            found.append(StyledLayer(name, name, table_title(name), kind, frame))
    order = (*TYPES, "")
    return sorted(found, key=lambda layer: order.index(layer.kind))


def styles(bundle: ExportBundle) -> Iterator[tuple[str, str, str]]:
    """Yield table, name and style of each layer with shapes, for the GeoPackage.

    Parameters
    ----------
    bundle
        Tidy tables and shapes.

    Yields
    ------
    style
        Table, name of the style, QML.
    """
    for layer in styled_layers(bundle):
        if layer.kind:
            value = f'if({layer.subset}, "gap", NULL)' if layer.subset else "gap"
            root = ET.Element("qgis", version=RELEASE, styleCategories="Symbology|Fields")
            root.append(renderer(layer.rows, layer.kind, value))
            root.append(aliases(layer.rows))
            yield layer.table, layer.title, document(root, "qgis").decode()


def _per_layer(table: str, frame: pd.DataFrame) -> list[StyledLayer]:
    names = ["layer", "metric"] if "metric" in frame.columns else ["layer"]
    found = []
    for values, rows in frame.groupby(names, sort=False):
        words = [str(value) for value in values]
        pairs = list(zip(names, words, strict=True))
        subset = " AND ".join(f'"{name}" = {_quoted(value)}' for name, value in pairs)
        key = " ".join(words)
        found.append(StyledLayer(table, key, table_title(key), "polygon", rows, subset))
    return found


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _kind(shapes: np.ndarray | None) -> str:
    if shapes is None:
        return ""
    names = {shape.geom_type.removeprefix("Multi") for shape in shapes if shape is not None}
    return _KINDS.get(min(names, default="Point"), "polygon")


def aliases(frame: pd.DataFrame) -> ET.Element:
    """Return what the columns of a table mean, as QGIS shows it.

    Parameters
    ----------
    frame
        Rows of the table.

    Returns
    -------
    element
        ``aliases``, in both languages.
    """
    element = ET.Element("aliases")
    for place, name in enumerate(frame.columns, start=1):
        ET.SubElement(element, "alias", index=f"{place}", field=name, name=caption(name))
    return element


def document(root: ET.Element, kind: str) -> bytes:
    """Return an XML document of QGIS.

    Parameters
    ----------
    root
        Its root.
    kind
        Name of the root.

    Returns
    -------
    content
        UTF-8.
    """
    head = f"<!DOCTYPE {kind} PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return (head + ET.tostring(root, encoding="unicode")).encode()
