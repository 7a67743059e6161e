"""QGIS: a project whose layers are named, grouped and styled, beside its GeoPackage.

The GeoPackage carries the same styles, so that its layers look alike in any other project.

References
----------
Structure of projects and of the table ``layer_styles``: as QGIS 3.22 writes and reads them.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import shapely

from data.export.bundle import ExportBundle
from data.export.geo import layers_of
from data.export.gpkg import to_gpkg
from data.export.handover.qgis_layers import (
    RELEASE,
    TYPES,
    StyledLayer,
    aliases,
    document,
    styled_layers,
)
from data.export.handover.qgis_styles import renderer
from data.export.handover.titles import table_title
from data.export.writers import zipped

#: An id of ten characters or fewer is replaced when the project is read.
_ID = "tongcun_layer_"


def to_qgz(bundle: ExportBundle, stem: str) -> dict[str, bytes]:
    """Return the project and its GeoPackage.

    Parameters
    ----------
    bundle
        Tidy tables, shapes and provenance.
    stem
        Name of the files without suffix.

    Returns
    -------
    files
        ``<stem>.qgz`` and ``<stem>.gpkg``; they belong side by side.

    Raises
    ------
    InputError
        If the main table has no positions.
    StorageError
        If the folder for temporary files is full or cannot be written.
    """
    package = to_gpkg(bundle)
    project = zipped({f"{stem}.qgs": _project(bundle, stem)})
    return {f"{stem}.gpkg": package, f"{stem}.qgz": project}


def _project(bundle: ExportBundle, stem: str) -> bytes:
    root = ET.Element("qgis", projectname=bundle.title_zh, version=RELEASE)
    ET.SubElement(root, "homePath", path="")
    ET.SubElement(root, "title").text = f"{bundle.title_zh} / {bundle.title_en}"
    ET.SubElement(root, "projectCrs").append(_system())
    tree = ET.SubElement(root, "layer-tree-group")
    canvas = ET.SubElement(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    ET.SubElement(canvas, "units").text = "degrees"
    canvas.append(_extent(bundle))
    ET.SubElement(canvas, "destinationsrs").append(_system())
    listed = ET.SubElement(root, "projectlayers")
    groups: dict[str, ET.Element] = {}
    for number, layer in enumerate(styled_layers(bundle)):
        name = table_title("map" if layer.kind else "tables")
        if layer.subset:
            name = table_title(layer.table)
        if name not in groups:
            groups[name] = _group(tree, name)
        group = groups[name]
        source = f"./{stem}.gpkg|layername={layer.table}"
        source += f"|subset={layer.subset}" if layer.subset else ""
        # Of several layers of areas the first is shown, as on the screen.
        shown = not layer.subset or not len(group)
        identity = f"{_ID}{layer.table}_{number}"
        ET.SubElement(group, "layer-tree-layer", id=identity, name=layer.title,
                      source=source, providerKey="ogr", expanded="0",
                      checked="Qt::Checked" if shown else "Qt::Unchecked")  # fmt: skip
        listed.append(_map_layer(layer, identity, source))
    settings = ET.SubElement(root, "properties")
    paths, systems = ET.SubElement(settings, "Paths"), ET.SubElement(settings, "SpatialRefSys")
    ET.SubElement(paths, "Absolute", type="bool").text = "false"
    ET.SubElement(systems, "ProjectionsEnabled", type="int").text = "1"
    return document(root, "qgis")


def _group(tree: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(tree, "layer-tree-group", name=name, checked="Qt::Checked", expanded="1")


def _map_layer(layer: StyledLayer, identity: str, source: str) -> ET.Element:
    geometry, wkb = TYPES.get(layer.kind, ("No geometry", "NoGeometry"))
    element = ET.Element("maplayer", type="vector", geometry=geometry, wkbType=wkb,
                         styleCategories="AllStyleCategories")  # fmt: skip
    for tag, text in (("id", identity), ("datasource", source), ("layername", layer.title)):
        ET.SubElement(element, tag).text = text
    ET.SubElement(element, "srs").append(_system())
    ET.SubElement(element, "provider", encoding="UTF-8").text = "ogr"
    element.append(aliases(layer.rows))
    if layer.kind:
        element.append(renderer(layer.rows, layer.kind))
    return element


def _extent(bundle: ExportBundle) -> ET.Element:
    shapes = [shapes[~shapely.is_missing(shapes)]
              for _, shapes in layers_of(bundle).values() if shapes is not None]  # fmt: skip
    bounds = shapely.total_bounds(np.concatenate(shapes)).tolist()
    element = ET.Element("extent")
    for tag, value in zip(("xmin", "ymin", "xmax", "ymax"), bounds, strict=True):
        ET.SubElement(element, tag).text = f"{value:.6f}"
    return element


def _system() -> ET.Element:
    element = ET.Element("spatialrefsys")
    for tag, text in (("proj4", "+proj=longlat +datum=WGS84 +no_defs"), ("srid", "4326"),
                      ("authid", "EPSG:4326"), ("description", "WGS 84"),
                      ("geographicflag", "true")):  # fmt: skip
        ET.SubElement(element, tag).text = text
    return element
