"""Write a table for people and for other programs: XLSX, CSV, GeoJSON, GeoPackage, KML, Parquet.

Every file carries evidence, source ids and the digest of the run that made it. CSV and Parquet
hold the main table alone (Parquet its provenance as metadata, CSV in a file
``<name>.about.json`` beside it); the other formats hold the further tables too. The same inputs
give the same bytes. Text that a spreadsheet would run as a formula is escaped; unknown stays an
empty cell.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from data.atomic import atomic_write_all
from data.export.bundle import ExportBundle, about_json, escape_formula, is_text, printable, tidy
from geo.errors import InputError


def run_digest(inputs: Mapping[str, Any]) -> str:
    """Return the identity of a run: sha256 of its inputs as sorted JSON.

    Parameters
    ----------
    inputs
        Values that can be written as JSON.

    Returns
    -------
    digest
        16 hex digits.

    Examples
    --------
    >>> run_digest({"a": 1, "b": 2}) == run_digest({"b": 2, "a": 1})
    True
    """
    text = json.dumps(inputs, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def write(bundle: ExportBundle, path: Path) -> Path:
    """Write the bundle in the format of the suffix, completely or not at all.

    Parameters
    ----------
    bundle
        Tables, shapes and provenance.
    path
        File to write; an existing one is replaced.

    Returns
    -------
    path
        The file.

    Raises
    ------
    InputError
        If the suffix is unknown, or the format cannot represent the table.
    StorageError
        If the file cannot be written; an earlier file is then unchanged.
    """
    content = to_bytes(bundle, path.suffix)
    files = {path: content}
    if path.suffix.lower() == ".csv":
        identity = {"file": path.name, "sha256": hashlib.sha256(content).hexdigest()}
        beside = path.with_name(f"{path.name}.about.json")
        files = {beside: about_json(_tidy_bundle(bundle), identity), path: content}
    atomic_write_all(files)
    return path


def to_bytes(bundle: ExportBundle, suffix: str) -> bytes:
    """Return the content of a file in the format of a suffix.

    Parameters
    ----------
    bundle
        Tables, shapes and provenance.
    suffix
        One of :data:`SUFFIXES`.

    Returns
    -------
    content
        The file.

    Raises
    ------
    InputError
        If the suffix is unknown, or the format cannot represent the table.
    StorageError
        If the folder for temporary files cannot be written (GeoPackage only).
    """
    writer = _WRITERS.get(suffix.lower())
    if writer is None:
        raise InputError(
            f"no format has the suffix {suffix!r}",
            where="--out",
            repair=f"end the name in one of {' '.join(_WRITERS)}, or give - for a table",
        )
    return writer(_tidy_bundle(bundle))


def _tidy_bundle(bundle: ExportBundle) -> ExportBundle:
    return replace(
        bundle,
        main=tidy(bundle.main),
        extra={name: tidy(frame) for name, frame in bundle.extra.items()},
        about={printable(key): printable(str(text)) for key, text in bundle.provenance.items()},
    )


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Return a frame as CSV that a spreadsheet opens directly and does not run.

    Parameters
    ----------
    frame
        Any frame.

    Returns
    -------
    content
        UTF-8 with a byte order mark.
    """
    return _csv(tidy(frame))


def _csv(main: pd.DataFrame) -> bytes:
    table = pd.DataFrame(
        {
            escape_formula(name): main[name].map(escape_formula, na_action="ignore")
            if is_text(main[name])
            else main[name]
            for name in main.columns
        },
        index=main.index,
    )
    # Excel splits rows at \r\n, and takes a CSV for UTF-8 only with a byte order mark.
    text = table.to_csv(index=False, lineterminator="\r\n", float_format="%.15g")
    return text.encode("utf-8-sig")


def _xlsx(bundle: ExportBundle) -> bytes:
    from data.export.xlsx import to_xlsx

    return to_xlsx(bundle)


def _geojson(bundle: ExportBundle) -> bytes:
    from data.export.geo import to_geojson

    return to_geojson(bundle)


def _gpkg(bundle: ExportBundle) -> bytes:
    from data.export.geo import to_gpkg

    return to_gpkg(bundle)


def _kml(bundle: ExportBundle) -> bytes:
    from data.export.kml import to_kml

    return to_kml(bundle)


def _parquet(bundle: ExportBundle) -> bytes:
    from data.export.geo import to_parquet

    return to_parquet(bundle)


_WRITERS: dict[str, Callable[[ExportBundle], bytes]] = {
    ".csv": lambda bundle: _csv(bundle.main),
    ".xlsx": _xlsx,
    ".geojson": _geojson,
    ".gpkg": _gpkg,
    ".kml": _kml,
    ".parquet": _parquet,
}
#: Formats that web and terminal offer.
SUFFIXES = tuple(_WRITERS)
#: Formats that carry the polygons of regions.
GEOGRAPHIC = frozenset({".geojson", ".gpkg", ".kml", ".parquet"})
