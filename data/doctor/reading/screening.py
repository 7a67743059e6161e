"""Refuse what GDAL must not see in a file: addresses to follow, programs, endless views."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from xml.parsers import expat

from geo.errors import DataError


def _letter(letter: str) -> str:
    """Return what a letter of a key may be written as; GDAL takes either case."""
    codes = "|".join(f"{ord(case):02x}" for case in (letter, letter.upper()))
    return rf"(?:{letter}|\\u00(?:{codes}))"


_CRS = re.compile(
    (r"""["']""" + "".join(map(_letter, "crs")) + r"""["']\s*(.)""").encode(),
    re.IGNORECASE | re.DOTALL,
)
#: Members of ``crs`` that name a system; ``link``, ``url`` and ``file`` are followed by GDAL.
_NAMED = re.compile(
    rb"""\s*(?:null|["'\d\[tf-]|\{\s*\}|\{\s*"type"\s*:\s*"(?:name|EPSG)"\s*,\s*"properties"\s*:\s*"""
    rb"""\{\s*"(?:name|code)"\s*:\s*(?:"[^"\\]*"|\d+)\s*\}\s*\}"""
    rb"""|\{\s*"properties"\s*:\s*\{\s*"(?:name|code)"\s*:\s*(?:"[^"\\]*"|\d+)\s*\}\s*,"""
    rb"""\s*"type"\s*:\s*"(?:name|EPSG)"\s*\})""",
    re.IGNORECASE,
)
_TABLES = ("rtree", "fts3", "fts4", "fts5")
_SYSTEM = ("gpkg_", "rtree_", "sqlite_")


def check_json(data: bytes, name: str) -> None:
    """Refuse JSON whose coordinate system is an address.

    Parameters
    ----------
    data
        The file as UTF-8.
    name
        File name, for the message.

    Raises
    ------
    DataError
        If a ``crs`` is none that names a system.
    """
    for found in _CRS.finditer(data):
        follows = found.group(1)
        if follows in (b",", b"}", b"]") or (follows == b":" and _NAMED.match(data, found.end(1))):
            continue
        raise DataError("import.crs_looked_up", where=name)


def check_kml(data: bytes, name: str) -> None:
    """Refuse XML that is no KML or declares entities.

    Parameters
    ----------
    data
        The file as UTF-8.
    name
        File name, for the message.

    Raises
    ------
    DataError
        If the root is no ``kml``, or the document declares entities.
    """
    roots: list[str] = []
    parser = expat.ParserCreate("utf-8")

    def declared(*_what: object) -> None:
        raise DataError("kml.entities", where=name)

    def begun(tag: str, _attributes: object) -> None:
        roots.append(tag.rpartition(":")[2])
        parser.StartElementHandler = None

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = declared
    parser.StartElementHandler = begun
    try:
        for first in range(0, len(data), 1 << 20):
            parser.Parse(data[first : first + (1 << 20)], False)
            if roots:
                break
    except expat.ExpatError as error:
        raise DataError("kml.damaged", where=name) from error
    if roots != ["kml"]:
        raise DataError("kml.other_xml", where=name)


def views(path: Path, name: str) -> frozenset[str]:
    """Return the views of a GeoPackage, which are not read: one may compute without end.

    Parameters
    ----------
    path
        The file.
    name
        File name, for the message.

    Returns
    -------
    views
        Their names.

    Raises
    ------
    DataError
        If the file is damaged, or a table that describes it is a view or made by a program.
    """
    found: list[tuple[str, str, str | None]] = []
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            base.execute("PRAGMA trusted_schema = OFF")
            found = base.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    except sqlite3.Error as error:
        raise DataError("gpkg.damaged", where=name) from error
    seen = frozenset(str(one) for kind, one, _ in found if kind == "view")
    virtual = [
        re.search(r"USING\s+[\"'`\[]?(\w+)", sql or "", re.IGNORECASE)
        for kind, _, sql in found
        if kind == "table" and re.match(r"\s*CREATE\s+VIRTUAL", sql or "", re.IGNORECASE)
    ]
    foreign = [one for one in virtual if one is None or one[1].lower() not in _TABLES]
    if foreign or any(one.lower().startswith(_SYSTEM) for one in seen):
        raise DataError("gpkg.computed", where=name)
    return seen
