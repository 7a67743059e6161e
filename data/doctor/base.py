"""Records that the doctor's steps hand to one another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from data.wording.catalogue import Message

Severity = Literal["error", "warning", "note"]

#: Column of every frame of the doctor: the row's number in the original file, as a spreadsheet or
#: editor shows it (the header row is 1 when it is the first line).
ROW = "_row"


@dataclass(frozen=True, slots=True)
class ImportChoice:
    """What the planner overrides; None leaves it to the doctor.

    Attributes
    ----------
    kind
        Table of :mod:`data.tables.pack` that the file is to become.
    encoding, delimiter, sheet, layer
        How to read the file.
    header_row
        Row number of the header, from 1; 0 for a file without one.
    columns
        Header of the file → declared column; an empty name keeps it as an extra.
    crs
        ``EPSG:4326``, ``GCJ-02``, ``BD-09`` or any EPSG code.
    swapped
        True where longitude and latitude stand in each other's column.
    repairs
        Names of the automatic repairs that the planner consents to.
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
    """What the file seems to be, each with how sure that is."""

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


@dataclass(frozen=True, slots=True)
class RawTable:
    """A file as it was read: cells as text, or numbers where the format has them, and :data:`ROW`.

    Attributes
    ----------
    frame
        Columns under their original headers, in the original order, then :data:`ROW`.
    geometry
        (n,) shapely geometries in the file's own coordinates, or None for a plain table.
    rows_read
        Rows of data in the file; equals ``len(frame)``.
    """

    name: str
    sniffed: FileDescription
    frame: pd.DataFrame
    geometry: object | None
    rows_read: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the doctor found.

    Attributes
    ----------
    rule
        Key of the rule; its title is the sentence ``finding.<rule>.title``.
    row
        Number in the original file; 0 for the whole file.
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
    inside
        Share of the points inside the named province.
    inside_named
        Share of the points inside the prefecture or county that their row names; NaN if none does.
    residual_m
        Median distance to known places, sites or roads of the same name [m]; NaN if none matches.
    score
        What the table is ranked by; larger is better.
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
    status
        ``declared`` by the file, ``decided`` by evidence, ``chosen`` by the planner, or
        ``undecided``: then nothing is shifted.
    """

    crs: str
    swapped: bool
    status: Literal["declared", "decided", "chosen", "undecided"]
    reason: Message
    hypotheses: tuple[Hypothesis, ...] = ()
