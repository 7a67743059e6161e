"""Records that the steps of an examination pass on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from data.wording.catalogue import Message

Severity = Literal["error", "warning", "note"]

#: Column of every examined frame: the row's number in the original file, as a spreadsheet or
#: editor shows it (the header row is 1 when it is the first line).
ROW = "_row"


@dataclass(frozen=True, slots=True)
class ImportChoice:
    """Settings of the planner for one file; None leaves the decision to the examination.

    Attributes
    ----------
    kind
        Table of :mod:`data.tables.pack` that the file becomes.
    encoding, delimiter, sheet, layer
        How to read the file.
    header_row
        Row number of the header, from 1; 0 for a file without one.
    columns
        Header of the file → declared column; an empty name keeps it as an extra.
    crs
        ``EPSG:4326``, ``GCJ-02``, ``BD-09`` or any EPSG code.
    swapped
        True where the columns of longitude and latitude are exchanged.
    repairs
        Keys of the automatic repairs that the planner allows.
    """

    kind: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    layer: str | None = None
    header_row: int | None = None
    columns: dict[str, str] = field(default_factory=dict)
    crs: str | None = None
    swapped: bool | None = None
    repairs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FileDescription:
    """What the readers detect about a file.

    Attributes
    ----------
    format
        Key of :data:`data.doctor.reading.source.SUFFIXES`, or a known layout of one, such as
        ``opencellid``.
    encoding, delimiter
        Of a text file; empty for other formats.
    sheet, sheets
        Sheet that is read, and all visible ones of a workbook.
    layer, layers
        Layer that is read, and all layers of the file.
    header_row
        Row number of the header, from 1; 0 without one.
    geometry
        ``point``, ``line``, ``polygon``, ``mixed``, ``raster``, or empty for a plain table.
    declared_crs
        Coordinate system that the file states; empty if it states none.
    remarks
        What the planner should know about how the file was read.
    titles
        Texts above the header.
    """

    format: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    layer: str = ""
    layers: tuple[str, ...] = ()
    header_row: int = 0
    geometry: str = ""
    declared_crs: str = ""
    remarks: tuple[Message, ...] = ()
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RawTable:
    """A file as it was read: cells as text, or numbers where the format has them, and :data:`ROW`.

    Attributes
    ----------
    name
        File name.
    sniffed
        How the file was read.
    frame
        Columns under their original headers, in the original order, then :data:`ROW`.
    geometry
        (n,) shapely geometries in the file's own coordinates, or None for a plain table.
    rows_read
        Rows of data in the file; equals ``len(frame)``.
    sha256
        Checksum of the file.
    """

    name: str
    sniffed: FileDescription
    frame: pd.DataFrame
    geometry: object | None
    rows_read: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding in one cell, row or file.

    Attributes
    ----------
    rule
        Key of the rule; its title is the sentence ``finding.<rule>.title``.
    severity
        ``error`` rejects the row, ``warning`` and ``note`` do not.
    row
        Number in the original file; 0 for the whole file.
    column
        Declared column, or empty for a whole row.
    value
        The offending value, as text.
    why, how
        What is wrong, and how to fix it.
    repair
        Key of the automatic repair that is offered, or empty.
    """

    rule: str
    severity: Severity
    row: int
    column: str
    value: str
    why: Message
    how: Message
    repair: str = ""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One way to read the coordinates, with the evidence for it.

    Attributes
    ----------
    crs
        Name as in :class:`ImportChoice`.
    swapped
        True where the columns of longitude and latitude are exchanged.
    inside
        Share of the points inside the named province.
    inside_named
        Share of the points inside the prefecture or county that their row names; NaN if none
        does.
    residual_m
        Median distance to known places, sites or roads of the same name [m]; NaN if none
        matches.
    matched
        Rows whose name is that of a known place.
    score
        Log-likelihood relative to the best hypothesis; larger is better.
    """

    crs: str
    swapped: bool
    inside: float
    inside_named: float
    residual_m: float
    matched: int
    score: float


@dataclass(frozen=True, slots=True)
class CrsDecision:
    """How the coordinates are read, and why.

    Attributes
    ----------
    crs
        Name as in :class:`ImportChoice`; empty if no system fits.
    swapped
        True where the columns of longitude and latitude are exchanged.
    status
        ``declared`` by the file, ``decided`` by evidence, ``chosen`` by the planner, or
        ``undecided``: then nothing is shifted.
    reason
        Evidence for the decision.
    hypotheses
        All readings, the likeliest first.
    """

    crs: str
    swapped: bool
    status: Literal["declared", "decided", "chosen", "undecided"]
    reason: Message
    hypotheses: tuple[Hypothesis, ...] = ()
