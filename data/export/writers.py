"""Write a table for people and for other programs, in the format of a suffix.

Every file carries evidence, source ids and the digest of the run that made it. CSV and Parquet
hold the main table alone (Parquet its provenance as metadata, CSV in a file
``<name>.about.json`` beside it); the other formats hold the further tables too. Formats of several
files (MapInfo TAB, a QGIS project with its GeoPackage) are written side by side, and as one ZIP
where one file is asked for. The same inputs give the same bytes. Text that a spreadsheet would run
as a formula is escaped; unknown stays an empty cell.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from data.atomic import atomic_write_all
from data.export.bundle import ExportBundle, about_json, escape_formula, is_text, printable, tidy
from geo.errors import InputError

#: Date of every entry of a ZIP, the first that the format knows.
_NO_CLOCK = (1980, 1, 1, 0, 0, 0)
#: Characters that some system refuses in the name of a file, and the longest stem.
_NO_FILE_NAME, _STEM = re.compile(r'[/\\:*?"<>|\x00-\x1f\u200e\u200f\u202a-\u202e]'), 60
#: Without it the entry names the operating system that wrote it.
_UNIX = 3


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
    suffix = suffix_of(path.name)
    if several := _SEVERAL.get(suffix):
        stem = path.name[: len(path.name) - len(suffix)]
        files = several(_tidy_bundle(bundle), stem)
        atomic_write_all({path.with_name(name): content for name, content in files.items()})
        return path
    content = to_bytes(bundle, suffix)
    files_here = {path: content}
    if suffix == ".csv":
        identity = {"file": path.name, "sha256": hashlib.sha256(content).hexdigest()}
        beside = path.with_name(f"{path.name}.about.json")
        files_here = {beside: about_json(_tidy_bundle(bundle), identity), path: content}
    atomic_write_all(files_here)
    return path


def suffix_of(name: str) -> str:
    """Return the suffix that names the format of a file.

    Parameters
    ----------
    name
        Name of the file.

    Returns
    -------
    suffix
        The longest of :data:`SUFFIXES` that the name ends in, else what follows its last point.

    Examples
    --------
    >>> suffix_of("plan.ofds.json"), suffix_of("plan.XLSX"), suffix_of("plan.docx")
    ('.ofds.json', '.xlsx', '.docx')
    """
    fitting = [suffix for suffix in SUFFIXES if name.lower().endswith(suffix)]
    return max(fitting, key=len, default=Path(name).suffix.lower())


def check_suffix(name: str) -> str:
    """Return the suffix that names the format of a file, before anything is computed for it.

    Parameters
    ----------
    name
        Name of the file.

    Returns
    -------
    suffix
        One of :data:`SUFFIXES`.

    Raises
    ------
    InputError
        If no format has it.
    """
    suffix = suffix_of(name)
    if suffix not in SUFFIXES:
        raise InputError("export.suffix", suffix=suffix, known=" ".join(SUFFIXES))
    return suffix


def to_bytes(bundle: ExportBundle, suffix: str, stem: str = "export") -> bytes:
    """Return the content of one file in the format of a suffix.

    Parameters
    ----------
    bundle
        Tables, shapes and provenance.
    suffix
        One of :data:`SUFFIXES`.
    stem
        Name without suffix of the files inside, for a format of several files.

    Returns
    -------
    content
        The file; a ZIP for a format of several files.

    Raises
    ------
    InputError
        If the suffix is unknown, or the format cannot represent the table.
    StorageError
        If the folder for temporary files cannot be written.
    """
    known = check_suffix(suffix)
    if several := _SEVERAL.get(known):
        # A place may be called ../x: no file of the archive lies outside its folder.
        inside = _NO_FILE_NAME.sub("_", stem)[:_STEM].lstrip(".") or "export"
        return zipped(several(_tidy_bundle(bundle), inside))
    return _WRITERS[known](_tidy_bundle(bundle))


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return files as one ZIP without a clock in it.

    Parameters
    ----------
    files
        Name → content.

    Returns
    -------
    content
        The archive; equal files give equal bytes.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=_NO_CLOCK)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, _UNIX
            archive.writestr(entry, content)
    return buffer.getvalue()


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


def _from(module: str, name: str) -> Callable[..., Any]:
    """Return a function that loads a writer, with its libraries, on its first use."""

    def load(*arguments: object) -> Any:
        return getattr(import_module(f"data.export.{module}"), name)(*arguments)

    return load


_WRITERS: dict[str, Callable[[ExportBundle], bytes]] = {
    ".csv": lambda bundle: _csv(bundle.main),
    ".xlsx": _from("xlsx", "to_xlsx"),
    ".geojson": _from("geo", "to_geojson"),
    ".gpkg": _from("gpkg", "to_gpkg"),
    ".kml": _from("kml", "to_kml"),
    ".parquet": _from("geo", "to_parquet"),
}
#: Formats of tables, for people and for programs that read tables.
PLAIN = tuple(_WRITERS)
_WRITERS |= {
    ".kmz": _from("handover.kmz", "to_kmz"),
    ".dxf": _from("handover.dxf", "to_dxf"),
    ".ofds.json": _from("handover.ofds", "to_ofds_json"),
    ".ofds.gpkg": _from("handover.ofds_gpkg", "to_ofds_gpkg"),
}
#: Suffix → function of bundle and stem that returns the files of the format by name.
_SEVERAL: dict[str, Callable[[ExportBundle, str], dict[str, bytes]]] = {
    ".qgz": _from("handover.qgis", "to_qgz"),
    ".tab": _from("handover.mapinfo", "to_tab"),
}
#: Formats that web and terminal offer.
SUFFIXES = (*_WRITERS, *_SEVERAL)
#: Formats of several files: where one file is asked for, it is a ZIP.
SEVERAL = frozenset(_SEVERAL)
#: Formats without the polygons of regions.
TABLES_ONLY = frozenset({".csv", ".xlsx"})
