"""MapInfo TAB through GDAL's driver: one table for each layer, Chinese in the code page of Windows.

The format knows no empty number and no field above 254 bytes: a column of numbers with an unknown
one is written as text, and a longer text goes on in a further column.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from data.atomic import storage_errors
from data.export.bundle import ExportBundle, cells, in_both, is_text, number_text
from data.export.geo import layers_of
from data.export.handover.long_texts import continued
from data.wording.catalogue import Message
from geo.errors import StorageError

#: Bytes of a text field at most, and of a column's name.
_FIELD, _NAME = 254, 31
#: Name of an encoding in the driver → in Python; the first that has every character is used.
_ENCODINGS = {"CP936": "gbk", "UTF-8": "utf-8"}
_WHOLE = 2**31
#: Bytes of the head of a dBase table and of each column's entry in it, and of the name there.
_HEADER, _DBASE_NAME = 32, 11


def to_tab(bundle: ExportBundle, stem: str) -> dict[str, bytes]:
    """Return the files of the tables: ``<stem>.tab`` for the main one, ``<stem>-<name>.tab`` else.

    Parameters
    ----------
    bundle
        Tidy tables, shapes and provenance.
    stem
        Name of the files without suffix.

    Returns
    -------
    files
        Name → content; four files for a layer, two for a plain table.

    Raises
    ------
    InputError
        If the main table has no positions.
    StorageError
        If the folder for temporary files is full or cannot be written.
    """
    encoding = _encoding(bundle)
    about = bundle.provenance | in_both("tab", Message("about.tab", {"encoding": encoding}))
    tables: dict[str, tuple[pd.DataFrame, np.ndarray | None]] = {}
    renamed: dict[str, str] = {}
    for name, (frame, shapes) in layers_of(bundle).items():
        whole = continued(_with_unknown(frame), _FIELD, lambda text: _bytes(text, encoding))
        names = _names(list(whole.columns), encoding)
        renamed |= {new: old for old, new in names.items() if old != new}
        tables[name] = (whole.rename(columns=names), shapes)
    about |= {f"column {new}": old for new, old in renamed.items()}
    lines = pd.DataFrame({"item": list(about), "value": list(about.values())}, dtype=object)
    tables["about"] = (continued(lines, _FIELD, lambda text: _bytes(text, encoding)), None)
    main = bundle.kind
    return {
        f"{stem}{'' if name == main else f'-{name}'}{suffix}": content
        for name, (frame, shapes) in tables.items()
        for suffix, content in _files(frame, shapes, encoding).items()
    }


def _files(frame: pd.DataFrame, shapes: np.ndarray | None, encoding: str) -> dict[str, bytes]:
    """Return the files of one table by suffix."""
    import pyogrio
    from pyogrio import errors

    columns = {name: _column(frame[name]) for name in frame.columns}
    fields = [_field(name, column, encoding) for name, column in columns.items()]
    options: dict[str, Any] = {"geometry_name": None, "geometry_type": "Unknown", "crs": None}
    if shapes is not None:
        columns["geometry"] = pa.array(shapely.to_wkb(shapes), pa.binary(), from_pandas=True)
        wkb = {"ARROW:extension:name": "ogc.wkb"}
        fields.append(pa.field("geometry", pa.binary(), metadata=wkb))
        options |= {"geometry_name": "geometry", "crs": "EPSG:4326"}
    table = pa.table(list(columns.values()), schema=pa.schema(fields))
    with storage_errors(tempfile.gettempdir()):
        try:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "table.tab"
                pyogrio.write_arrow(table, path, layer="table", driver="MapInfo File",
                                    layer_options={"ENCODING": encoding}, **options)  # fmt: skip
                parts = sorted(Path(folder).iterdir())
                return {part.suffix: _clean(part.suffix, part.read_bytes()) for part in parts}
        except (errors.DataSourceError, errors.DataLayerError, errors.FeatureError) as error:
            raise StorageError(
                "export.temporary", where=tempfile.gettempdir(), error=error
            ) from error


def _clean(suffix: str, content: bytes) -> bytes:
    """Clear what the driver leaves of its memory behind the names of the columns (dBase header)."""
    if suffix != ".dat":
        return content
    cleaned = bytearray(content)
    for start in range(_HEADER, int.from_bytes(content[8:10], "little") - 1, _HEADER):
        name, _, _ = content[start : start + _DBASE_NAME].partition(b"\0")
        cleaned[start : start + _DBASE_NAME] = name.ljust(_DBASE_NAME, b"\0")
    return bytes(cleaned)


def _encoding(bundle: ExportBundle) -> str:
    """Return the code page of Chinese Windows where it has every character, else UTF-8."""
    texts = f"{bundle.provenance}" + "".join(frame.to_csv() for frame in bundle.tables.values())
    for name, codec in _ENCODINGS.items():
        try:
            texts.encode(codec)
        except UnicodeEncodeError:
            continue
        return name
    raise AssertionError("UTF-8 has every character of a tidy table")


def _with_unknown(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose columns of numbers with an unknown one are text."""
    texts = {
        name: pd.Series([number_text(value) or None for value in cells(frame[name])],
                        index=frame.index, dtype=object)
        for name in frame.columns
        if not is_text(frame[name]) and frame[name].isna().any()
    }  # fmt: skip
    return frame.assign(**texts)


def _column(column: pd.Series) -> pa.Array:
    if is_text(column):
        return pa.array(column.tolist(), pa.string())
    if column.dtype.kind == "i" and column.abs().max() < _WHOLE:
        return pa.array(column.to_numpy(np.int32))
    kind = {"b": bool, "i": float, "f": float}[column.dtype.kind]
    return pa.array(column.to_numpy(kind))


def _field(name: str, column: pa.Array, encoding: str) -> pa.Field:
    if not pa.types.is_string(column.type):
        return pa.field(name, column.type)
    widest = max((_bytes(text, encoding) for text in column.to_pylist() if text), default=1)
    return pa.field(name, column.type, metadata={"GDAL:OGR:width": str(widest)})


def _bytes(text: str, encoding: str) -> int:
    return len(text.encode(_ENCODINGS[encoding]))


def _names(names: list[str], encoding: str) -> Mapping[str, str]:
    """Return for each column a name that the format takes, all of them different."""
    made: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        plain = re.sub(r"\W", "_", name) or "_"
        plain = f"_{plain}" if plain[0].isdigit() else plain
        new, number = _fitting(plain, "", encoding), 1
        while new.casefold() in taken:
            number += 1
            new = _fitting(plain, f"_{number}", encoding)
        taken.add(new.casefold())
        made[name] = new
    return made


def _fitting(name: str, ending: str, encoding: str) -> str:
    while _bytes(name + ending, encoding) > _NAME:
        name = name[:-1]
    return name + ending
