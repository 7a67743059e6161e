"""DXF for design institutes: layers by kind, metres of one CGCS2000 Gauss–Krüger zone.

WGS84 is taken for CGCS2000: both lie within a metre of one another. One drawing has one zone, the
3° zone of its middle; what lies outside is longer on paper, and the drawing says by how much.

References
----------
GB/T 13989-2012; CH/T 1014: 3° zones, eastings with the number of the zone in front.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyproj
import shapely

from data.export.bundle import ExportBundle, number_text, records
from data.export.geo import layers_of
from data.export.handover.long_texts import pieces
from data.export.handover.titles import table_title
from data.export.kml import label_of
from data.wording.catalogue import both
from geo.earth.projections import GaussKruegerZone, zone
from geo.errors import InputError

if TYPE_CHECKING:
    from ezdxf.document import Drawing
    from ezdxf.entities import Insert
    from ezdxf.layouts.layout import Modelspace

#: Characters of an attribute at most; CAD programs show no more in one line.
_ATTRIBUTE = 250
#: Columns that split a table into layers; the first that is there counts.
_KINDS = ("state", "layer", "kind")
#: True colours of layers by kind; others are grey.
_COLOURS = {
    "uncovered": (213, 94, 0), "covered": (0, 114, 178), "unknown": (153, 153, 153),
    "sites": (204, 121, 167), "fibre": (230, 159, 0), "microwave": (86, 180, 233),
}  # fmt: skip
_OTHER = (102, 102, 102)
_LAYER_REFUSES = re.compile(r"[<>/\\\":;?*|=`,\x00-\x1f]")
_LAYER_LENGTH = 200
#: Sizes in the drawing [m].
_SYMBOL_M, _TEXT_M, _ABOUT_M = 60.0, 80.0, 400.0
_FONT = "simhei.ttf"
_METRES, _HIDDEN = 6, 1
#: Rows of a layer up to which its texts are attributes: each takes 0.3 ms and 0.5 kB.
_FEW = 2_000
#: Features of a drawing at most.
_MOST = 50_000
#: Extended data: name of the program, group code of a text, its characters, bytes of an entity.
_PROGRAM, _TEXT_CODE, _STRING, _EXTENDED = "TONGCUN", 1000, 60, 12_000
_EARTH_M = 6_371_000.0
#: Function of longitudes and latitudes [°] that returns eastings and northings [m].
Project = Callable[[Any, Any], tuple[Any, Any]]


def to_dxf(bundle: ExportBundle) -> bytes:
    """Return a drawing: a symbol or outline, a label and attributes for each row with a shape.

    Parameters
    ----------
    bundle
        Tidy tables, shapes and provenance.

    Returns
    -------
    content
        DXF R2010 in UTF-8. Attributes are those of a block at each feature; an unknown one is left
        out, and a longer text goes on in a further attribute.

    Raises
    ------
    InputError
        If the main table has no positions, they are not in China, or there are too many.
    """
    import ezdxf

    layers = {name: (frame, shapes) for name, (frame, shapes) in layers_of(bundle).items()
              if shapes is not None}  # fmt: skip
    known = np.concatenate([shapes[~shapely.is_missing(shapes)] for _, shapes in layers.values()])
    known = known[~shapely.is_empty(known)]
    if len(known) > _MOST:
        raise InputError("export.drawing", count=len(known), most=_MOST)
    own = zone_of(known)
    project = pyproj.Transformer.from_crs("EPSG:4490", own.crs, always_xy=True).transform
    # Without it the file carries the time and random numbers.
    before = ezdxf.options.write_fixed_meta_data_for_testing
    ezdxf.options.write_fixed_meta_data_for_testing = True
    try:
        drawing = _new_drawing()
        for name, (frame, shapes) in layers.items():
            _draw(drawing, name, frame, _projected(shapes, project))
        _about(drawing, bundle, own, known, project)
        # The library lists the classes in use in the order of a set.
        for kind in sorted({entity.dxftype() for entity in drawing.entitydb.values()}):
            drawing.classes.add_class(kind)
        stream = io.StringIO()
        drawing.write(stream)
    finally:
        ezdxf.options.write_fixed_meta_data_for_testing = before
    return stream.getvalue().encode(drawing.output_encoding, errors="dxfreplace")


def zone_of(shapes: np.ndarray) -> GaussKruegerZone:
    """Return the 3° zone of CGCS2000 in which the middle of the shapes lies.

    Parameters
    ----------
    shapes
        (n,) shapely geometries in WGS84 [°], none missing.

    Returns
    -------
    zone
        With the number of the zone in front of its eastings.

    Raises
    ------
    InputError
        If there are none, or the middle is in no zone of China.
    """
    west, _, east, _ = shapely.total_bounds(shapes)
    number = round((west + east) / 6) if np.isfinite(west) else 0
    try:
        return zone("CGCS2000", 3, number, prefixed=True)
    except InputError as error:
        raise InputError("export.no_zone") from error


def _new_drawing() -> Drawing:
    import ezdxf

    drawing = ezdxf.new("R2010")
    drawing.header["$INSUNITS"], drawing.header["$MEASUREMENT"] = _METRES, 1
    drawing.styles.add("TONGCUN", font=_FONT)
    drawing.appids.add(_PROGRAM)
    symbol = drawing.blocks.new("SITE_POINT")
    symbol.add_circle((0, 0), _SYMBOL_M)
    symbol.add_line((-_SYMBOL_M, 0), (_SYMBOL_M, 0))
    symbol.add_line((0, -_SYMBOL_M), (0, _SYMBOL_M))
    drawing.blocks.new("SITE_DATA").add_point((0, 0))
    return drawing


def _draw(drawing: Drawing, name: str, frame: pd.DataFrame, shapes: np.ndarray) -> None:
    space = drawing.modelspace()
    column = next((column for column in _KINDS if column in frame.columns), "")
    kinds = frame[column].map(table_title if column == "layer" else str, na_action="ignore") if (
        column) else [""] * len(frame)  # fmt: skip
    for row, shape, kind in zip(records(frame), shapes, kinds, strict=True):
        if shape is None or shape.is_empty:
            continue
        layer = _layer(drawing, name, kind or "")
        _outline(space, shape, layer)
        at = shapely.get_coordinates(shape.representative_point())[0]
        is_point = shape.geom_type == "Point"
        block = space.add_blockref("SITE_POINT" if is_point else "SITE_DATA", at,
                                   dxfattribs={"layer": layer})  # fmt: skip
        texts = {key: number_text(value) for key, value in row.items()}
        _tell(block, list(_attributes(texts)), few=len(frame) <= _FEW)
        if label := label_of(texts):
            look = {"layer": layer, "style": "TONGCUN", "char_height": _TEXT_M,
                    "insert": at + _SYMBOL_M}  # fmt: skip
            space.add_mtext(_mtext(label), dxfattribs=look)


def _tell(block: Insert, attributes: list[tuple[str, str]], *, few: bool) -> None:
    """Give a block its texts as attributes; in a large drawing as extended data, which is small."""
    if few or sum(len(tag) + 4 * len(text) for tag, text in attributes) > _EXTENDED:
        look = {"layer": block.dxf.layer, "flags": _HIDDEN, "style": "TONGCUN", "height": _TEXT_M}
        for tag, text in attributes:
            block.add_attrib(tag, text, block.dxf.insert, dxfattribs=look)
    else:
        parts = (part for tag, text in attributes for part in pieces(f"{tag}={text}", _STRING))
        block.set_xdata(_PROGRAM, [(_TEXT_CODE, part) for part in parts])


def _layer(drawing: Drawing, table: str, kind: str) -> str:
    name = _LAYER_REFUSES.sub("_", f"{table_title(table)} {kind}".strip())
    if len(name) > _LAYER_LENGTH:
        name = table_title(table)
    if name not in drawing.layers:
        layer = drawing.layers.add(name)
        layer.rgb = _COLOURS.get(kind) or _COLOURS.get(table, _OTHER)
    return name


def _projected(shapes: np.ndarray, project: Project) -> np.ndarray:
    def pairs(degrees: np.ndarray) -> np.ndarray:
        return np.column_stack(project(degrees[:, 0], degrees[:, 1]))

    return np.asarray(shapely.transform(shapes, pairs), dtype=object)


def _outline(space: Modelspace, shape: Any, layer: str) -> None:
    """Draw the lines of a shape, and the rings of an area."""
    look = {"layer": layer}
    for part in shapely.get_parts(shape):
        if part.geom_type == "LineString":
            space.add_lwpolyline(part.coords, format="xy", dxfattribs=look)
        elif part.geom_type == "Polygon":
            for ring in (part.exterior, *part.interiors):
                space.add_lwpolyline(ring.coords[:-1], format="xy", close=True, dxfattribs=look)


def _attributes(texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    for key, text in texts.items():
        tag = re.sub(r"\W", "_", key).upper()
        for place, piece in enumerate(pieces(_one_line(text), _ATTRIBUTE)):
            yield tag if place == 0 else f"{tag}_{place + 1}", piece


def _one_line(text: str) -> str:
    """Return text in the caret notation of DXF: no line break ends the value."""
    return re.sub(r"\r\n|\n|\r", "^J", text.replace("^", "^ "))


def _mtext(text: str) -> str:
    """Return text of which a CAD program reads no part as a command."""
    safe = re.sub("%(?=%)", "%{}", re.sub(r"([\\{}])", r"\\\1", text)).replace("^", "^ ")
    return re.sub(r"\r\n|\n|\r", r"\\P", safe)


def _about(
    drawing: Drawing,
    bundle: ExportBundle,
    own: GaussKruegerZone,
    shapes: np.ndarray,
    project: Project,
) -> None:
    """Write zone, scale and provenance below the drawing, and as properties of the file."""
    west, south, east, north = shapely.total_bounds(shapes)
    middle = 3.0 * own.number
    away = np.radians(max(abs(west - middle), abs(east - middle)))
    off_m = _EARTH_M * away * np.cos(np.radians(max(min(abs(south), abs(north)), 0)))
    per_km = 1000 * off_m**2 / (2 * _EARTH_M**2)
    system = both("about.dxf", number=own.number, meridian=middle, code=own.crs, per_km=per_km)
    lines = [f"{bundle.title_zh} / {bundle.title_en}", system]
    lines += [f"{key}: {value}" for key, value in bundle.provenance.items()]
    layer = _layer(drawing, "about", "")
    corner = np.array(project(west, south)) - (0, 10 * _ABOUT_M)
    look = {"layer": layer, "style": "TONGCUN", "char_height": _ABOUT_M, "insert": corner}
    drawing.modelspace().add_mtext(_mtext("\n".join(lines)), dxfattribs=look)
    drawing.header.custom_vars.append("CRS", f"{own.crs} {own.datum}")
    for key, value in bundle.provenance.items():
        drawing.header.custom_vars.append(_one_line(key), _one_line(value)[:_ATTRIBUTE])
