"""Virtual rasters: read as XML, and written again with nothing in it but tiles beside the file.

A VRT may name any file, address or program. GDAL therefore never sees the planner's own: it is
given one that is built here from the few elements that a mosaic of tiles needs.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import NoReturn
from xml.etree import ElementTree as ET
from xml.parsers import expat

from data.doctor.reading.archive import leads_outside
from data.doctor.reading.geometry import crs_name
from data.doctor.reading.source import OpenedFile, identify
from data.wording.catalogue import Message
from geo.errors import DataError

#: More text or tiles than the largest mosaic of a province.
MOST_BYTES, MOST_SOURCES = 32 * 1024 * 1024, 10_000
_NUMBER = r"\s*[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|nan|inf)\s*"
#: Elements that are taken over: name → what its text may be, and its attributes, all numbers or
#: words.
_TEXTS = {
    "GeoTransform": rf"({_NUMBER},){{5}}{_NUMBER}", "NoDataValue": _NUMBER, "Offset": _NUMBER,
    "Scale": _NUMBER, "ColorInterp": r"\w*", "UnitType": r"[\w ./²-]{0,40}", "SourceBand": r"\d+",
    "NODATA": _NUMBER, "ScaleOffset": _NUMBER, "ScaleRatio": _NUMBER, "SrcRect": r"\s*",
    "DstRect": r"\s*",
}  # fmt: skip
#: Elements that change no value of a cell and are left out.
_LEFT_OUT = frozenset(
    {"Metadata", "Description", "Histograms", "OverviewList", "Overview", "SourceProperties",
     "HideNoDataValue", "UseMaskBand", "BlockXSize", "BlockYSize", "CategoryNames", "GCPList"}
)  # fmt: skip
_INSIDE = {
    "VRTDataset": {"SRS", "GeoTransform", "VRTRasterBand"},
    "VRTRasterBand": {
        "NoDataValue", "Offset", "Scale", "ColorInterp", "UnitType", "SimpleSource",
        "ComplexSource",
    },
    "SimpleSource": {"SourceFilename", "SourceBand", "SrcRect", "DstRect"},
    "ComplexSource": {
        "SourceFilename", "SourceBand", "SrcRect", "DstRect", "NODATA", "ScaleOffset", "ScaleRatio",
    },
}  # fmt: skip
_ATTRIBUTES = frozenset(
    {"rasterXSize", "rasterYSize", "dataType", "band", "xOff", "yOff", "xSize", "ySize",
     "resampling"}
)  # fmt: skip


def rebuilt(opened: OpenedFile) -> Path:
    """Write the VRT again with tiles of its own folder only.

    Parameters
    ----------
    opened
        The file on disk, its format known.

    Returns
    -------
    path
        A VRT in the scratch folder.

    Raises
    ------
    DataError
        If it reads anything but tiles in its own folder, or is none.
    """
    tree = _parsed(opened)
    sources = list(tree.iter("SourceFilename"))
    if len(sources) > MOST_SOURCES:
        _refuse(opened, "many_tiles", most=MOST_SOURCES)
    places: dict[str, str] = {}
    for element in sources:
        name = (element.text or "").strip()
        if element.get("relativeToVRT") != "1":
            _refuse(opened, "outside")
        if name not in places:
            places[name] = _place(name, opened)
        element.text = places[name]
    made = _copied(tree, opened)
    path = opened.scratch / "rebuilt.vrt"
    ET.ElementTree(made).write(path, encoding="utf-8")
    return path


def _parsed(opened: OpenedFile) -> ET.Element:
    """Return the tree; entities and document types are refused before they mean anything."""
    content = opened.path.read_bytes() if opened.path.stat().st_size <= MOST_BYTES else b""
    if not content:
        _refuse(opened, "large")
    if content.count(b"SourceFilename") > 2 * MOST_SOURCES:
        _refuse(opened, "many_tiles", most=MOST_SOURCES)
    builder = ET.TreeBuilder()
    parser = expat.ParserCreate()

    def declared(*_what: object) -> None:
        _refuse(opened, "entities")

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = declared
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(content, True)
        tree = builder.close()
    except (expat.ExpatError, AssertionError) as error:
        raise DataError("vrt.damaged", where=opened.name) from error
    if tree.tag != "VRTDataset":
        _refuse(opened, "other")
    return tree


def _place(name: str, opened: OpenedFile) -> str:
    """Return the path of a tile by its name as XML has decoded it."""
    folder = opened.path.parent.resolve()
    tile = folder / PurePosixPath(name)
    if leads_outside(name) or "://" in name or not name:
        _refuse(opened, "outside")
    inside = tile.resolve().is_relative_to(folder) and tile.is_file()
    if not inside or identify(tile, tile.name) != "raster" or is_markup(tile):
        raise DataError("vrt.no_tile", where=opened.name, name=name[:80])
    return str(tile.resolve())


def _copied(element: ET.Element, opened: OpenedFile) -> ET.Element:
    """Return a copy of an element with what is known to be harmless."""
    made = ET.Element(element.tag, _attributes(element, opened))
    made.text = _text(element, opened)
    for child in element:
        if child.tag in _INSIDE.get(element.tag, ()):
            made.append(_copied(child, opened))
        elif child.tag not in _LEFT_OUT:
            _refuse(opened, "part", part=child.tag[:40])
    return made


def _attributes(element: ET.Element, opened: OpenedFile) -> dict[str, str]:
    if element.tag == "SourceFilename":
        return {"relativeToVRT": "0"}
    if element.get("subClass") is not None:
        _refuse(opened, "computed")
    taken = {key: value for key, value in element.items() if key in _ATTRIBUTES}
    if not all(re.fullmatch(rf"\w+|{_NUMBER}", value) for value in taken.values()):
        _refuse(opened, "damaged")
    return taken


def _text(element: ET.Element, opened: OpenedFile) -> str | None:
    text = element.text or ""
    if element.tag == "SRS":
        return crs_name(text)
    if element.tag == "SourceFilename":
        return text
    wanted = _TEXTS.get(element.tag)
    if wanted is None:
        return None
    if not re.fullmatch(wanted, text):
        _refuse(opened, "value", tag=element.tag, text=text[:40])
    return text


def is_markup(path: Path) -> bool:
    """Test whether a file begins as XML does.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    markup
        True if it does.
    """
    with path.open("rb") as stream:
        head = stream.read(64)
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").startswith(b"<")


def _refuse(opened: OpenedFile, code: str, **given: object) -> NoReturn:
    raise DataError("vrt.kind", where=opened.name, found=Message(f"fault_vrt.{code}", given))
