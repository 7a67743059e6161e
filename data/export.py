"""Write a table for people and for other programs: XLSX, CSV, GeoJSON, GeoPackage, KML, Parquet.

Every file carries evidence, source ids and the digest of the run that made it; CSV, which has
room for a table only, has a file ``<name>.about.json`` beside it. The same inputs give the same
bytes. Text that a spreadsheet would run as a formula is escaped; unknown stays an empty cell.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.atomic import atomic_write
from geo.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd

#: What a spreadsheet takes for the start of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: Decimals of a coordinate in text formats: 0.1 m.
COORDINATE_DECIMALS = 6


@dataclass(frozen=True)
class ExportBundle:
    """What goes into one file.

    Attributes
    ----------
    kind
        Name of the main table and its sheet or layer: ``gaps``, ``villages``, ``whatif`` …
    main
        The table itself; with ``lon`` and ``lat`` columns it is a table of points.
    extra
        Further sheets or layers by name.
    about
        How the tables came about; holds ``run_digest`` and, where due, ``stamp_zh``/``stamp_en``.
    geometry
        Polygon of each row of ``main``, EPSG:4326; None for points and plain tables.
    """

    kind: str
    title_zh: str
    title_en: str
    main: pd.DataFrame
    extra: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    geometry: gpd.GeoSeries | None = None

    @property
    def stamp(self) -> str:
        """Sentence that says what is illustrative, in both languages, or empty."""
        return " ".join(self.about[k] for k in ("stamp_zh", "stamp_en") if k in self.about)


def run_digest(inputs: Mapping[str, Any]) -> str:
    """Return the identity of a run: sha256 of its inputs as sorted JSON, 16 hex digits."""
    text = json.dumps(inputs, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def write(bundle: ExportBundle, path: Path) -> Path:
    """Write the bundle in the format that the suffix names; whole or not at all.

    Raises
    ------
    InputError
        If the suffix is unknown, or the format needs positions that the table lacks.
    StorageError
        If the file cannot be written; an earlier file then stays as it was.
    """
    suffix = path.suffix.lower()
    content = to_bytes(bundle, suffix)
    atomic_write(path, content)
    if suffix == ".csv":
        atomic_write(path.with_name(path.name + ".about.json"), _about_json(bundle))
    return path


def to_bytes(bundle: ExportBundle, suffix: str) -> bytes:
    """Return the file's bytes for a suffix such as ``.xlsx``.

    Raises
    ------
    InputError
        If the suffix is unknown, or the format needs positions that the table lacks.
    """
    writer = _WRITERS.get(suffix.lower())
    if writer is None:
        raise InputError(
            f"no format has the suffix {suffix!r}",
            where="--out",
            repair=f"end the name in one of {' '.join(_WRITERS)}, or give - for a table",
        )
    return writer(bundle)


def escape_formula(text: str) -> str:
    """Return text that no spreadsheet runs: a leading apostrophe where it would.

    Examples
    --------
    >>> escape_formula("=1+1")
    "'=1+1"
    >>> escape_formula("昆明市")
    '昆明市'
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def printable(text: str) -> str:
    """Return the text without characters that XML and spreadsheets refuse (replaced by U+FFFD)."""
    return "".join(
        ch if ch in "\t\n\r" or unicodedata.category(ch) not in {"Cc", "Cs", "Cn"} else "\ufffd"
        for ch in text
    )


def text_columns(frame: pd.DataFrame) -> list[str]:
    """Return the columns that hold text rather than numbers or booleans."""
    return [
        column
        for column in frame.columns
        if not pd.api.types.is_numeric_dtype(frame[column])
        and not pd.api.types.is_bool_dtype(frame[column])
    ]


def is_points(frame: pd.DataFrame) -> bool:
    """Return whether the frame holds positions."""
    return {"lon", "lat"} <= set(frame.columns)


def as_geo(bundle: ExportBundle) -> gpd.GeoDataFrame:
    """Return the main table with its geometry, EPSG:4326.

    Raises
    ------
    InputError
        If the table has neither polygons nor positions.
    """
    import geopandas as gpd

    if bundle.geometry is not None:
        return gpd.GeoDataFrame(bundle.main.copy(), geometry=bundle.geometry.to_numpy(), crs=4326)
    if is_points(bundle.main):
        points = gpd.points_from_xy(bundle.main["lon"], bundle.main["lat"])
        return gpd.GeoDataFrame(bundle.main.copy(), geometry=points, crs=4326)
    raise InputError(
        f"the table {bundle.kind!r} has no positions",
        where="--out",
        repair="choose .xlsx, .csv or .parquet",
    )


def _csv(bundle: ExportBundle) -> bytes:
    table = bundle.main.copy()
    for column in text_columns(table):
        known = table[column].notna()
        table.loc[known, column] = table.loc[known, column].astype(str).map(escape_formula)
    text = table.to_csv(index=False, lineterminator="\r\n", float_format="%.10g")
    # Excel takes a CSV for UTF-8 only with a byte order mark.
    return text.encode("utf-8-sig", errors="replace")


def _parquet(bundle: ExportBundle) -> bytes:
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    if bundle.geometry is None and not is_points(bundle.main):
        bundle.main.to_parquet(buffer, index=False)
    else:
        as_geo(bundle).to_parquet(buffer, index=False)
    buffer.seek(0)
    table = pq.read_table(buffer)
    about = {b"tongcun": _about_json(bundle)}
    stamped = table.replace_schema_metadata({**(table.schema.metadata or {}), **about})
    sink = pa.BufferOutputStream()
    pq.write_table(stamped, sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


def _xlsx(bundle: ExportBundle) -> bytes:
    from data.export_xlsx import to_xlsx

    return to_xlsx(bundle)


def _geojson(bundle: ExportBundle) -> bytes:
    from data.export_geo import to_geojson

    return to_geojson(bundle)


def _gpkg(bundle: ExportBundle) -> bytes:
    from data.export_geo import to_gpkg

    return to_gpkg(bundle)


def _kml(bundle: ExportBundle) -> bytes:
    from data.export_kml import to_kml

    return to_kml(bundle)


def _about_json(bundle: ExportBundle) -> bytes:
    about = {
        "title_zh": bundle.title_zh,
        "title_en": bundle.title_en,
        "kind": bundle.kind,
        "about": dict(bundle.about),
        "sources": json.loads(bundle.extra["sources"].to_json(orient="records", force_ascii=False))
        if "sources" in bundle.extra
        else [],
    }
    return (json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode()


_WRITERS: dict[str, Callable[[ExportBundle], bytes]] = {
    ".csv": _csv,
    ".xlsx": _xlsx,
    ".geojson": _geojson,
    ".gpkg": _gpkg,
    ".kml": _kml,
    ".parquet": _parquet,
}
#: Formats that the doors offer.
SUFFIXES = tuple(_WRITERS)
#: Formats that carry the polygons of regions.
GEOGRAPHIC = frozenset({".geojson", ".gpkg", ".kml", ".parquet"})
