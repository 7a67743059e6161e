"""GeoPackage, Shapefile, GeoJSON, TopoJSON, KML, MapInfo and DXF through GDAL."""

from __future__ import annotations

import html
import re
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.doctor.base import ROW, FileDescription, ImportChoice
from data.doctor.reading.archive import beside
from data.doctor.reading.encoding import clean_text, guess
from data.doctor.reading.gdal import keep_driver
from data.doctor.reading.geometry import Geometries, crs_name, finite, kind_of
from data.doctor.reading.parquet import plain
from data.doctor.reading.screening import check_json, check_kml, views
from data.doctor.reading.source import SUFFIXES, OpenedFile
from data.wording.catalogue import Message
from geo.errors import DataError, UnknownNameError

#: File name under which GDAL takes each format for what it is.
_NAMES = {
    "geojson": "data.geojson", "topojson": "data.topojson", "gpkg": "data.gpkg", "kml": "data.kml",
    "dxf": "data.dxf", "shapefile": "data.shp", "mapinfo": "data.mif",
}  # fmt: skip
#: Fields that KML adds to every feature by default.
_KML_NOISE = (
    "id", "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility",
    "drawOrder", "icon", "snippet",
)  # fmt: skip
#: Where KML names a field that no schema declares.
_KML_FIELD = re.compile(
    rb"""(?P<tag><(?:\w+:)?Data\b[^<>]*?\sname\s*=\s*)(?P<quote>["'])(?P<name>.*?)(?P=quote)"""
)
#: Always UTF-8 by the time GDAL sees them.
_UNICODE = ("gpkg", "geojson", "topojson", "kml")
_DXF_NOISE = ("PaperSpace", "SubClasses", "ExtendedEntity")
#: Name of the layer in a file that was copied.
_COPY = "data"
#: Bytes of a dBASE file from which its encoding is detected.
_DBF_SAMPLE = 1 << 20
_OPTIONS = {
    "SHAPE_RESTORE_SHX": "YES",     # a Shapefile without its index is still whole
    "DXF_INLINE_BLOCKS": "FALSE",   # a block is a symbol at a point, not a drawing
    "OGR_GEOJSON_MAX_OBJ_SIZE": "64",
    "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE",
}  # fmt: skip
#: The one driver of each format.
_DRIVERS = {
    "geojson": "GeoJSON", "topojson": "TopoJSON", "gpkg": "GPKG", "kml": "LIBKML", "dxf": "DXF",
    "shapefile": "ESRI Shapefile", "mapinfo": "MapInfo File",
}  # fmt: skip


def read_vector(
    opened: OpenedFile, choice: ImportChoice
) -> tuple[pd.DataFrame, Geometries | None, FileDescription]:
    """Read the chosen layer, else the one with most features; numbers stay numbers.

    Parameters
    ----------
    opened
        The file on disk, its format known.
    choice
        Settings of the planner; what is unset is detected.

    Returns
    -------
    frame, geometry, sniffed
        Rows, their geometries if any, and how they were read.

    Raises
    ------
    DataError
        If the file is damaged or too large.
    UnknownNameError
        If there is no such layer.
    """
    keep_driver("pyogrio", _DRIVERS[opened.format])
    with _gdal() as warned:
        prepared, encoding, renamed = _prepared(opened, choice)
        layers, left_out = _layers(prepared)
        layer, remarks = _layer(layers, prepared, choice)
        info = _info(prepared, layer, encoding)
        prepared.limits.check_table(info["features"], len(info["fields"]) + 1, where=opened.name)
        data, geometry, encoding = _features(prepared, layer, encoding)
    # Features without any attribute are rows too.
    index = None if geometry is None else pd.RangeIndex(len(geometry))
    columns = {renamed.get(name, name): series for name, series in data.items()}
    frame = pd.DataFrame(columns, index=index)
    frame[ROW] = np.arange(1, len(frame) + 1)
    frame, geometry, drawn = _without_noise(frame, geometry, prepared, choice)
    bad: list[Message] = []
    if geometry is not None:
        geometry, bad = finite(geometry)
    shown = choice.layer or "" if drawn else _shown(layer, prepared)
    remarks = [*prepared.remarks, *remarks, *left_out, *bad, *warned()]
    return frame, geometry, FileDescription(
        prepared.format, encoding or "", layer=prepared.part if prepared.parts else shown,
        layers=prepared.parts or drawn or tuple(_shown(name, prepared) for name in layers),
        geometry=kind_of(geometry), declared_crs=_declared(prepared, info), remarks=tuple(remarks),
    )  # fmt: skip


def _shown(layer: str, opened: OpenedFile) -> str:
    """Return the layer's name for the planner; a copy has a fixed name."""
    return layer if layer != _COPY else opened.part or Path(opened.name).stem


@contextmanager
def _gdal() -> Iterator[Callable[[], list[Message]]]:
    """Set GDAL's options for the one file of this process; its warnings become remarks."""
    import pyogrio

    pyogrio.set_gdal_config_options(_OPTIONS)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield lambda: _remarks(caught)


def _remarks(caught: list[warnings.WarningMessage]) -> list[Message]:
    texts = dict.fromkeys(str(item.message)[:200] for item in caught)
    return [Message("reader.gdal", {"text": text}) for text in list(texts)[:5]]


def _prepared(
    opened: OpenedFile, choice: ImportChoice
) -> tuple[OpenedFile, str | None, dict[str, str]]:
    """Return the file as GDAL takes it, the encoding to decode it with, replaced names → names."""
    path, format_ = opened.path, opened.format
    if format_ in ("shapefile", "mapinfo") and not path.is_relative_to(opened.scratch):
        path = beside(path, format_, opened.scratch, opened.limits)
    suffix = Path(opened.name).suffix.lower()
    if format_ in ("shapefile", "mapinfo") and not path.suffix and suffix in SUFFIXES[format_]:
        # An upload lies on the disk under a plain name, without companions.
        path = Path(shutil.copyfile(path, (opened.scratch / _COPY).with_suffix(suffix)))
    if format_ == "shapefile":
        return (*_shapefile(replace(opened, path=path), choice), {})
    if format_ == "mapinfo":
        return (*_mapinfo(replace(opened, path=path), choice), {})
    if format_ in ("geojson", "topojson", "kml"):
        opened, renamed = _as_utf8(opened, choice)
        return opened, None, renamed
    target = opened.scratch / _NAMES[format_]
    shutil.copyfile(path, target)
    return replace(opened, path=target), None, {}


def _as_utf8(opened: OpenedFile, choice: ImportChoice) -> tuple[OpenedFile, dict[str, str]]:
    text = clean_text(
        opened.path, opened.scratch, opened.limits, name=opened.name, encoding=choice.encoding
    )
    data, renamed = text.path.read_bytes()[text.start :], dict[str, str]()
    if opened.format == "kml":
        data = re.sub(
            rb"^\s*<\?xml.*?\?>", b'<?xml version="1.0" encoding="UTF-8"?>', data, count=1
        )
        check_kml(data, opened.name)
        data, renamed = _ascii_names(data)
    else:
        check_json(data, opened.name)
    target = opened.scratch / _NAMES[opened.format]
    target.write_bytes(data)
    return replace(opened, path=target).remark(*text.remarks), renamed


def _ascii_names(data: bytes) -> tuple[bytes, dict[str, str]]:
    """Replace the names of data fields: LIBKML makes every Chinese letter an underscore."""
    names: dict[bytes, str] = {}

    def replacement(match: re.Match[bytes]) -> bytes:
        key = names.setdefault(match["name"], f"field{len(names) + 1}")
        return match["tag"] + b'"' + key.encode() + b'"'

    data = re.sub(_KML_FIELD, replacement, data)
    return data, {key: html.unescape(name.decode()) for name, key in names.items()}


def _shapefile(opened: OpenedFile, choice: ImportChoice) -> tuple[OpenedFile, str | None]:
    table = opened.path.with_suffix(".dbf")
    remarks = []
    if not table.exists():
        remarks.append(Message("reader.shapefile_dbf"))
    if not opened.path.with_suffix(".prj").exists():
        remarks.append(Message("reader.shapefile_prj"))
    encoding = choice.encoding
    if encoding is None and table.exists():
        with table.open("rb") as stream:
            sample = stream.read(_DBF_SAMPLE)[32:]
        encoding = None if sample.isascii() else guess(sample)
        declared = opened.path.with_suffix(".cpg")
        if encoding and not declared.exists():
            remarks.append(Message("reader.shapefile_cpg", {"encoding": encoding}))
    return opened.remark(*remarks), encoding


def _mapinfo(opened: OpenedFile, choice: ImportChoice) -> tuple[OpenedFile, str | None]:
    """Convert a MIF to UTF-8, since GDAL follows its Charset line whatever the bytes are."""
    with opened.path.open("rb") as stream:
        native = stream.read(6).lower() == b"!table"
    if native:
        lost = [end for end in (".map", ".id") if not opened.path.with_suffix(end).exists()]
        remark = Message("reader.mapinfo_files", {"files": ", ".join(lost)})
        return opened.remark(*[remark] * bool(lost)), choice.encoding
    target = opened.scratch / "mif"
    target.mkdir(exist_ok=True)
    for suffix in (".mif", ".mid"):
        part = opened.path.with_suffix(suffix)
        if not part.exists():
            continue
        text = (
            clean_text(part, target, opened.limits, name=opened.name, encoding=choice.encoding)
            if part.stat().st_size
            else None
        )
        data = text.path.read_bytes()[text.start :] if text else b""
        if suffix == ".mif":
            data = re.sub(rb"(?im)^charset.*?$", b'Charset "UTF-8"', data, count=1)
            opened = opened.remark(*(text.remarks if text else ()))
        (target / f"data{suffix}").write_bytes(data)
    return replace(opened, path=target / "data.mif"), None


def _layers(opened: OpenedFile) -> tuple[dict[str, str], list[Message]]:
    """Return name → kind of geometry, and which layers are views, which are not read."""
    import pyogrio

    computed = views(opened.path, opened.name) if opened.format == "gpkg" else ()
    try:
        found = pyogrio.list_layers(opened.path)
    except (pyogrio.errors.DataSourceError, RuntimeError) as error:
        raise _damaged(opened, error) from error
    layers = {str(name): str(kind or "") for name, kind in found if name not in computed}
    left_out = ", ".join(sorted({str(name) for name, _ in found} & set(computed)))
    if not layers:
        code = "vector.only_views" if left_out else "vector.no_layer"
        raise DataError(code, where=opened.name, views=left_out[:80])
    return layers, [Message("reader.views", {"views": left_out[:200]})] if left_out else []


def _layer(
    layers: dict[str, str], opened: OpenedFile, choice: ImportChoice
) -> tuple[str, list[Message]]:
    if opened.format == "dxf":
        return "entities", []
    if choice.layer is not None and choice.layer not in (opened.part, _shown(_COPY, opened)):
        if choice.layer not in layers:
            raise UnknownNameError("layer", choice.layer, layers, where=opened.name)
        return choice.layer, []
    if len(layers) == 1:
        return next(iter(layers)), []
    count = {
        name: _info(opened, name, None)["features"] * (1 + bool(layers[name])) for name in layers
    }
    best = max(layers, key=lambda name: count[name])
    others = ", ".join(name for name in layers if name != best)
    return best, [Message("reader.layer_read", {"layer": best, "others": others[:200]})]


def _info(opened: OpenedFile, layer: str, encoding: str | None) -> dict[str, Any]:
    import pyogrio

    try:
        return dict(pyogrio.read_info(
            opened.path, layer=layer, encoding=encoding or "latin-1", force_feature_count=True
        ))  # fmt: skip
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, RuntimeError) as error:
        raise _damaged(opened, error) from error


def _features(
    opened: OpenedFile, layer: str, encoding: str | None
) -> tuple[dict[str, pd.Series], Geometries | None, str | None]:
    """Return columns, geometries and the encoding that worked."""
    import pyogrio

    for attempt in dict.fromkeys((encoding, "gb18030")):
        try:
            if opened.format in _UNICODE:
                return (*_by_arrow(opened, layer), None)
            meta, _, wkb, columns = pyogrio.raw.read(
                opened.path, layer=layer, encoding=attempt, datetime_as_string=True
            )
        except UnicodeDecodeError:
            continue
        except (
            pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError,
            pyogrio.errors.FeatureError, pyogrio.errors.GeometryError, RuntimeError,
        ) as error:  # fmt: skip
            raise _damaged(opened, error) from error
        series = (_column(values) for values in columns)
        return dict(zip(meta["fields"], series, strict=True)), _shapes(wkb), attempt
    raise DataError("vector.encoding", where=opened.name)


def _by_arrow(opened: OpenedFile, layer: str) -> tuple[dict[str, pd.Series], Geometries | None]:
    """Read a format that is always UTF-8 by columns, which is quicker."""
    import pyogrio

    meta, table = pyogrio.raw.read_arrow(opened.path, layer=layer, datetime_as_string=True)
    shape = meta["geometry_name"] or "wkb_geometry"
    series = {name: plain(table[name]) for name in table.column_names if name != shape}
    if shape not in table.column_names:
        return series, None
    return series, _shapes(table[shape].to_numpy(zero_copy_only=False))


def _shapes(wkb: np.ndarray[Any, Any] | None) -> Geometries | None:
    import shapely

    return None if wkb is None else shapely.from_wkb(wkb, on_invalid="ignore")


def _damaged(opened: OpenedFile, error: Exception) -> DataError:
    reason = str(error).replace(str(opened.path), opened.name).replace(str(opened.scratch), "")
    return DataError("vector.damaged", where=opened.name, format=opened.format, reason=reason[:200])


def _column(values: np.ndarray[Any, Any]) -> pd.Series:
    if values.dtype.kind in "iuf":
        return pd.Series(values)
    if values.dtype.kind == "b":
        return pd.Series(values).map({True: "TRUE", False: "FALSE"}).astype("str")
    series = pd.Series(values, dtype=object)
    return series.where(series.isna(), series.astype("str")).replace("", None).astype("str")


def _without_noise(
    frame: pd.DataFrame, geometry: Geometries | None, opened: OpenedFile, choice: ImportChoice
) -> tuple[pd.DataFrame, Geometries | None, tuple[str, ...]]:
    """Drop what the driver adds; of a drawing keep the chosen layer. Return its layers too."""
    if opened.format == "kml":
        return frame.drop(columns=[name for name in _KML_NOISE if name in frame]), geometry, ()
    if opened.format != "dxf":
        return frame, geometry, ()
    drawn = tuple(sorted(frame["Layer"].dropna().unique()))
    if choice.layer is not None and not opened.parts:
        if choice.layer not in drawn:
            raise UnknownNameError("layer", choice.layer, drawn, where=opened.name)
        kept = (frame["Layer"] == choice.layer).to_numpy()
        frame = frame[kept].reset_index(drop=True)
        geometry = None if geometry is None else geometry[kept]
    unused = [name for name in frame if name in _DXF_NOISE or frame[name].isna().all()]
    return frame.drop(columns=unused), geometry, drawn


def _declared(opened: OpenedFile, info: dict[str, Any]) -> str:
    """Return the system that the file states itself, not the one that GDAL assumes.

    JSON without a ``crs`` should be WGS84, but map services of China write GCJ-02 in the same form.
    """
    if opened.format in ("geojson", "topojson"):
        text = Path(opened.path).read_bytes()
        return crs_name(info["crs"]) if re.search(rb'"crs"\s*:\s*\{', text) else ""
    return crs_name(info["crs"])
