"""Zip archives: nothing leaves the scratch folder, nothing unpacks without bound."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from data.doctor.reading.limits import FileLimits
from data.doctor.reading.source import (
    SUFFIXES,
    OpenedFile,
    check_unpacked,
    copy_bounded,
    gunzip,
    identify,
)
from data.doctor.reading.terrain_tiles import is_folder
from data.wording.catalogue import Message
from geo.errors import DataError, UnknownNameError

#: What counts as a data set of an archive, best first.
_PRIMARY = (
    ".gpkg", ".shp", ".tab", ".mif", ".parquet", ".geoparquet", ".geojson", ".topojson", ".kml",
    ".xlsx", ".xls", ".ods", ".csv", ".tsv", ".pbf", ".vrt", ".tif", ".tiff", ".hgt", ".dxf",
    ".json", ".txt",
)  # fmt: skip
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
#: Files of the operating system that archives contain.
_NOISE = re.compile(r"(^|/)(__MACOSX/|\.DS_Store|Thumbs\.db|desktop\.ini)", re.IGNORECASE)
#: Errors of Python for an archive that is truncated or inconsistent.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError)


def open_archive(opened: OpenedFile, layer: str | None) -> OpenedFile:
    """Return the data set inside a zip: a workbook as it is, else unpacked into scratch.

    Parameters
    ----------
    opened
        The file on disk, its format known.
    layer
        Data set to read; None reads the largest.

    Returns
    -------
    opened
        The data set inside, its format known.

    Raises
    ------
    DataError
        If the archive is damaged, encrypted, a bomb, leads outside, or holds nothing to read.
    UnknownNameError
        If there is no such data set.
    """
    try:
        with zipfile.ZipFile(opened.path) as archive:
            if is_folder(archive.namelist()):
                return replace(opened, format="raster")
            members = _members(archive, opened)
            if "xl/workbook.xml" in members:
                return replace(opened, format="xlsx")
            if _is_spreadsheet(archive, members):
                return replace(opened, format="ods")
            if "xl/workbook.bin" in members or "content.xml" in members:
                raise DataError("workbook.kind", where=opened.name)
            return _unpacked(archive, members, opened, layer)
    except DAMAGED as error:
        raise DataError("archive.damaged", where=opened.name) from error


def _is_spreadsheet(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> bool:
    """Test for an OpenDocument spreadsheet, which says so in its first member."""
    if not {"mimetype", "content.xml"} <= members.keys():
        return False
    with archive.open(members["mimetype"]) as stream:
        return stream.read(64).strip() == _ODS


def _members(archive: zipfile.ZipFile, opened: OpenedFile) -> dict[str, zipfile.ZipInfo]:
    """Return readable name → member; refuse what no valid archive holds."""
    infos = [info for info in archive.infolist() if info.filename and not info.is_dir()]
    limits = opened.limits
    if len(infos) > limits.members:
        raise DataError(
            "archive.many_files", where=opened.name, count=len(infos), most=limits.members
        )
    check_unpacked(
        sum(info.file_size for info in infos),
        sum(info.compress_size for info in infos), limits, opened.name,
    )  # fmt: skip
    members = {}
    for info in infos:
        name = _readable(info)
        if leads_outside(name):
            raise DataError("archive.outside", where=opened.name, name=name[:80])
        if info.flag_bits & 1:
            raise DataError("archive.locked", where=opened.name)
        if not _NOISE.search(name):
            members[name] = info
    return members


def _readable(info: zipfile.ZipInfo) -> str:
    """Return the name; Chinese archivers write GBK without declaring it."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def leads_outside(name: str) -> bool:
    r"""Test whether a path inside an archive points out of it.

    Parameters
    ----------
    name
        Path inside an archive.

    Returns
    -------
    outside
        True if it does.

    Examples
    --------
    >>> [leads_outside(name) for name in ("a/b.shp", "../b", "/etc/b", "C:\\b", "a\\..\\..\\b")]
    [False, True, True, True, True]
    """
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or bool(re.match(r"[A-Za-z]:", name))


def _unpacked(
    archive: zipfile.ZipFile,
    members: dict[str, zipfile.ZipInfo],
    opened: OpenedFile,
    layer: str | None,
) -> OpenedFile:
    primary = _best_suffix(members)
    if primary is None:
        inside = ", ".join(sorted(members)[:5]) or "–"
        raise DataError("archive.no_data", where=opened.name, inside=inside)
    sets = {PurePosixPath(name).stem: name for name in primary}
    remarks = list(opened.remarks)
    part = layer if layer in sets else _largest(sets, members)
    if len(sets) > 1:
        if layer is not None and layer not in sets:
            raise UnknownNameError("layer", layer, sets, where=opened.name)
        others = ", ".join(sorted(set(sets) - {part})[:5])
        remarks.append(
            Message("reader.archive_sets", {"count": len(sets), "part": part, "others": others})
        )
    path = _extract(archive, members, sets[part], opened)
    name = f"{opened.name}/{sets[part]}"
    format_ = identify(path, path.name)
    if format_ == "gzip":
        inner = path.with_suffix("")
        gunzip(path, inner, opened.limits, name)
        path, format_ = inner, identify(inner, inner.name)
    if format_ == "zip":
        with zipfile.ZipFile(path) as inner_archive:
            if "xl/workbook.xml" not in inner_archive.namelist():
                raise DataError("archive.nested", where=name)
        format_ = "xlsx"
    return replace(
        opened, path=path, format=format_, remarks=tuple(remarks), part=part,
        parts=tuple(sorted(sets)) if len(sets) > 1 else (),
    )  # fmt: skip


def _best_suffix(members: Iterable[str]) -> list[str] | None:
    for suffix in _PRIMARY:
        found = [name for name in members if name.lower().removesuffix(".gz").endswith(suffix)]
        if suffix == ".tab":  # a plain text table may be called .tab as well
            found = [name for name in found if _sibling(name, ".dat") & {*members}]
        if found:
            return sorted(found)
    return None


def _sibling(name: str, suffix: str) -> set[str]:
    stem = name.rsplit(".", 1)[0]
    return {stem + suffix, stem + suffix.upper()}


def _largest(sets: dict[str, str], members: dict[str, zipfile.ZipInfo]) -> str:
    return max(sorted(sets), key=lambda stem: members[sets[stem]].file_size)


def _extract(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], primary: str, opened: OpenedFile
) -> Path:
    """Write the data set and its companions into scratch under fixed plain names."""
    folder = opened.scratch / "unpacked"
    folder.mkdir(exist_ok=True)
    path = PurePosixPath(primary)
    stem = path.stem if path.suffix.lower() in (".hgt", ".vrt", ".gz") else "data"
    everything = path.suffix.lower() == ".vrt"
    target = folder / "data"
    for name, info in members.items():
        other = PurePosixPath(name)
        companion = other.parent == path.parent and other.stem.lower() == path.stem.lower()
        if not (companion or everything):
            continue
        plain = other.name if everything else stem + other.suffix.lower()
        with archive.open(info) as stream:
            copy_bounded(stream, folder / plain, info.compress_size, opened.limits, opened.name)  # type: ignore[arg-type]  # typeshed: ZipExtFile is IO[bytes], not BinaryIO
        if name == primary:
            target = folder / plain
    return target


def beside(path: Path, format_: str, scratch: Path, limits: FileLimits) -> Path:
    """Copy a Shapefile or MapInfo file with its companions under a plain name.

    Parameters
    ----------
    path
        The file of the planner.
    format_
        Its format.
    scratch
        Folder for the copy.
    limits
        Upper bounds on the size of the file.

    Returns
    -------
    copy
        Path of the copy; the original where it cannot be copied.
    """
    folder = scratch / "beside"
    folder.mkdir(exist_ok=True)
    target = path
    for other in path.parent.iterdir():
        if other.stem.lower() != path.stem.lower() or not other.is_file():
            continue
        size = other.stat().st_size
        plain = folder / f"data{other.suffix.lower()}"
        with other.open("rb") as stream:
            copy_bounded(stream, plain, size, limits, other.name)
        if other == path:
            target = plain
    if target == path or target.suffix not in SUFFIXES[format_]:
        return path
    return target
