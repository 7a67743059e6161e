"""Turn a path or bytes into one file on disk whose format is known by its content."""

from __future__ import annotations

import gzip
import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from data.atomic import scratch_folder, storage_errors
from data.doctor.reading.limits import MIB, FileLimits
from data.doctor.reading.terrain_tiles import is_folder, is_wanted
from data.wording.catalogue import Message
from geo.errors import DataError, StorageError

Source = str | Path | bytes

#: Formats by what a file's content says → suffixes that fit it.
SUFFIXES: dict[str, tuple[str, ...]] = {
    "csv": (".csv", ".txt", ".tsv", ".tab", ".dat"),
    "xlsx": (".xlsx", ".xlsm", ".xltx"),
    "xls": (".xls", ".et"),
    "ods": (".ods",),
    "geojson": (".geojson", ".json", ".geojsonl"),
    "topojson": (".topojson", ".json"),
    "json": (".json",),
    "gpkg": (".gpkg",),
    "shapefile": (".shp",),
    "kml": (".kml", ".kmz"),
    "parquet": (".parquet", ".geoparquet", ".pq"),
    "mapinfo": (".tab", ".mif"),
    "dxf": (".dxf",),
    "osm": (".pbf",),
    "raster": (".tif", ".tiff", ".hgt", ".vrt", ".mbtiles", ".pmtiles"),
}
#: Read by programs that follow nothing: the content alone decides.
TABLES = ("csv", "xlsx", "xls", "ods", "parquet")
#: Read piece by piece, so that they may be large.
STREAMED = ("osm", "raster")
#: Side of an SRTM tile with 2 bytes a post.
HGT_BYTES = frozenset({2 * 1201 * 1201, 2 * 3601 * 3601, 2 * 1801 * 3601, 2 * 601 * 1201})
HGT_NAME = re.compile(r"^[NS]\d{2}[EW]\d{3}", re.IGNORECASE)
CHUNK = 4 * MIB

_SQLITE = b"SQLite format 3\0"
_MAGIC = (
    (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"\x1f\x8b", "gzip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"), (_SQLITE, "gpkg"),
    (b"PAR1", "parquet"), (b"II*\0", "raster"), (b"MM\0*", "raster"), (b"II+\0", "raster"),
    (b"MM\0+", "raster"), (b"\0\0\x27\x0a", "shapefile"), (b"AutoCAD Binary DXF", "binary DXF"),
    (b"Rar!", "RAR archive"), (b"7z\xbc\xaf\x27\x1c", "7z archive"), (b"%PDF", "PDF"),
    (b"PMTiles\3", "raster"), (b"\x89PNG", "PNG picture"), (b"\xff\xd8\xff", "JPEG picture"),
)  # fmt: skip
_MARKUP = (
    (r"<kml\b", "kml"), (r"<gpx\b", "GPX track"), (r"<VRTDataset\b", "raster"),
    (r"<OGRVRT", "OGR VRT file"), (r"Excel\.Sheet", "XML spreadsheet of 2003"),
    (r"<html|<table|<!doctype html", "web page"),
)  # fmt: skip


#: What says that JSON is a map; other JSON may hold a list of records.
_JSON_KIND = (
    r'"type"\s*:\s*"(Topology|Feature(?:Collection)?|GeometryCollection|'
    r'(?:Multi)?(?:Point|LineString|Polygon))"'
)


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """One data set on disk, its format known by content.

    Attributes
    ----------
    path
        Where to read: the planner's own file, or a copy in ``scratch``.
    name
        Original file name.
    format
        Key of :data:`SUFFIXES`.
    sha256
        Checksum of the original file.
    scratch
        Folder for copies, deleted afterwards.
    limits
        Upper bounds on its size.
    remarks
        What was noticed so far.
    parts, part
        Data sets of an archive, and the one to read; empty without an archive.
    """

    path: Path
    name: str
    format: str
    sha256: str
    scratch: Path
    limits: FileLimits
    remarks: tuple[Message, ...] = ()
    parts: tuple[str, ...] = ()
    part: str = ""

    def remark(self, *messages: Message) -> OpenedFile:
        """Return a copy with further remarks.

        Parameters
        ----------
        *messages
            Remarks to add.

        Returns
        -------
        opened
            A copy.
        """
        return replace(self, remarks=(*self.remarks, *messages))


@dataclass(frozen=True, slots=True)
class LandedFile:
    """A file from outside on the disk of this machine, not opened yet.

    Attributes
    ----------
    path
        The planner's own file, or the upload in ``scratch``.
    name
        Original file name.
    sha256
        Checksum of the file.
    scratch
        Folder for copies, deleted afterwards.
    limits
        Upper bounds on its size.
    """

    path: Path
    name: str
    sha256: str
    scratch: Path
    limits: FileLimits


@contextmanager
def landed(source: Source, name: str, limits: FileLimits) -> Iterator[LandedFile]:
    """Put the content of an upload on disk, with a scratch folder.

    Parameters
    ----------
    source
        Path, or the content of an upload; a folder of map tiles is packed into one file.
    name
        File name of an upload; of a path, its own.
    limits
        Upper bounds on the size of the file.

    Yields
    ------
    file
        The file, its name and checksum, and a folder that is deleted afterwards.

    Raises
    ------
    DataError
        If the file is empty or too large.
    StorageError
        If it cannot be read, or the disk is full.
    """
    with scratch_folder() as scratch:
        if isinstance(source, bytes):
            name = PurePosixPath(name.replace("\\", "/")).name or "upload"
            limits.check_file(len(source), where=name, streamed=True)
            path = scratch / "upload"
            with storage_errors(path):
                path.write_bytes(source)
        else:
            path = Path(source).resolve()
            name = name or Path(source).name
            if path.is_dir():
                path = _packed(path, scratch / "folder.zip", limits)
            if not path.is_file():
                raise StorageError("import.no_file", where=str(path))
            limits.check_file(path.stat().st_size, where=name, streamed=True)
        try:
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise StorageError("import.unreadable", where=name, reason=error.strerror) from error
        yield LandedFile(path, name, digest, scratch, limits)


def _packed(folder: Path, target: Path, limits: FileLimits) -> Path:
    """Pack the map tiles of a folder into one file; links are left out, for they lead elsewhere."""
    found = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }
    names = sorted(name for name in found if is_wanted(name))
    if not is_folder(names):
        raise DataError(
            Message("reader.no_tiles.what"), where=str(folder),
            repair=Message("reader.no_tiles.repair"),
        )  # fmt: skip
    size = sum(found[name].stat().st_size for name in names)
    limits.check_file(size, where=folder.name, streamed=True)
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            # No date: the same tiles give the same file.
            archive.writestr(zipfile.ZipInfo(name), found[name].read_bytes())
    return target


def identify(path: Path, name: str) -> str:
    """Detect the format of a file by its content.

    Parameters
    ----------
    path
        The file.
    name
        File name, for messages and the suffix of SRTM tiles.

    Returns
    -------
    format
        Key of :data:`SUFFIXES`, ``zip`` or ``gzip``.

    Raises
    ------
    DataError
        If the content is none that can be read.
    """
    with path.open("rb") as stream:
        head = stream.read(64 * 1024)
    if head.startswith(_SQLITE) and Path(name).suffix.lower() == ".mbtiles":
        return "raster"
    for magic, word in _MAGIC:
        if head.startswith(magic):
            return _refuse(word, name) if " " in word or word.isupper() else word
    if head[4:15] == b"\n\tOSMHeader":
        return "osm"
    if path.stat().st_size in HGT_BYTES and Path(name).suffix.lower() == ".hgt":
        return "raster"
    return _identify_text(head, name)


def _identify_text(head: bytes, name: str) -> str:
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = head.decode("utf-16" if utf16 else "latin-1", errors="replace")
    text = text.removeprefix("ï»¿").lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        return _identify_markup(text, name)
    if re.match(r"\{\s*(\"|\})", text):
        kind = re.search(_JSON_KIND, text)
        return "json" if kind is None else "topojson" if kind[1] == "Topology" else "geojson"
    if re.match(r"\[\s*\{", text):
        return "json"
    if re.match(r"(999\r?\n[^\n]*\n\s*)*0\s*\r?\n\s*SECTION", text):
        return "dxf"
    if text.lower().startswith("!table") or (
        re.match(r"version\s+\d+", text, re.IGNORECASE)
        and re.search(r"^\s*columns\s+\d+", text, re.IGNORECASE | re.MULTILINE)
    ):
        return "mapinfo"
    return (
        "csv" if utf16 or not _is_binary(head) else _refuse("binary file of an unknown kind", name)
    )


def _identify_markup(text: str, name: str) -> str:
    words = (word for pattern, word in _MARKUP if re.search(pattern, text, re.IGNORECASE))
    word = next(words, "XML file of an unknown kind")
    return _refuse(word, name) if " " in word else word


def _is_binary(head: bytes) -> bool:
    return head.count(0) > len(head) // 100 and not _looks_utf16(head)


def _looks_utf16(head: bytes) -> bool:
    half = max(1, len(head) // 2)
    return min(head[::2].count(0), head[1::2].count(0)) < half // 50


def _refuse(word: str, name: str) -> str:
    content = Message(f"fault_content.{word.replace(' ', '_')}")
    raise DataError("import.content", where=name, content=content)


def gunzip(path: Path, target: Path, limits: FileLimits, name: str) -> None:
    """Unpack a gz archive, never more than the limits allow.

    Parameters
    ----------
    path
        The archive.
    target
        File to write.
    limits
        Upper bounds on the size of the file.
    name
        File name, for messages.

    Raises
    ------
    DataError
        If it is damaged, or unpacks to too much.
    """
    packed = path.stat().st_size
    try:
        with gzip.open(path) as stream:
            copy_bounded(stream, target, packed, limits, name)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError("archive.gz_damaged", where=name) from error


def copy_bounded(
    stream: BinaryIO | gzip.GzipFile, target: Path, packed: int, limits: FileLimits, name: str
) -> None:
    """Copy an unpacking stream to a file; stop where it exceeds the limits.

    Parameters
    ----------
    stream
        Unpacked bytes.
    target
        File to write.
    packed
        Size of the packed bytes that it comes from [byte].
    limits
        Upper bounds on the size of the file.
    name
        File name, for messages.

    Raises
    ------
    DataError
        If it unpacks to too much.
    """
    size = 0
    with target.open("wb") as out:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            check_unpacked(size, packed, limits, name)
            out.write(chunk)


def check_unpacked(size: int, packed: int, limits: FileLimits, name: str) -> None:
    """Refuse content that is too large, or too large for its packed size.

    Parameters
    ----------
    size
        Unpacked size so far [byte].
    packed
        Packed size [byte].
    limits
        Upper bounds on the size of the file.
    name
        File name, for messages.

    Raises
    ------
    DataError
        If it unpacks to too much.
    """
    streamed = Path(name).suffix.lower() in (".tif", ".tiff", ".pbf")
    limit = limits.streamed_bytes if streamed else limits.file_bytes
    bomb = size > limits.ratio_from_bytes and size > limits.ratio * max(packed, 1)
    if bomb or size > limit:
        raise DataError("archive.bomb", where=name, size=size / MIB, packed=packed / MIB)


def check_name(format_: str, name: str, *, where: str) -> None:
    """Refuse a file whose name is that of another format, where its reader may follow the content.

    Tables are read for what they are: a text may be called ``.xls``.

    Parameters
    ----------
    format_
        Format of the content.
    name
        File name that should fit it.
    where
        Name for the message.

    Raises
    ------
    DataError
        If name and content are of two formats.
    """
    suffix = Path(name.lower().removesuffix(".gz")).suffix
    others = {end for ends in SUFFIXES.values() for end in ends} - {*SUFFIXES[format_]}
    if format_ not in TABLES and suffix in others:
        raise DataError(
            "import.suffix", where=where, suffix=suffix, content=format_,
            wanted=SUFFIXES[format_][0],
        )  # fmt: skip


def misnamed(format_: str, name: str) -> tuple[Message, ...]:
    """Remark where the suffix of a name promises another format than the content has.

    Parameters
    ----------
    format_
        Format of the content.
    name
        File name.

    Returns
    -------
    remarks
        One remark, or none.
    """
    suffix = Path(name.removesuffix(".gz")).suffix.lower()
    if not suffix or suffix in SUFFIXES[format_] or suffix in (".zip", ".gz"):
        return ()
    return (Message("reader.misnamed", {"suffix": suffix, "format": format_}),)
