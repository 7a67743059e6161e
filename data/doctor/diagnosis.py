"""Result of examining a file: its table, the positions of its rows, the findings."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pandas as pd

from data.doctor.base import CrsDecision, ImportChoice, RawTable
from data.doctor.checks.findings import FindingTable
from data.doctor.headers.matching import HeaderMap
from data.tables.common import Counts
from data.tables.imports import IMPORT_EVIDENCE
from data.tables.pack import Table
from geo.earth.crs import Floats
from geo.errors import InputError, UnknownNameError

#: Tables whose scores differ by less than this fit about equally well.
TIE = 0.05
#: Below this score a file says little of its table, and the margin must be wider.
LOW, WIDER = 0.45, 0.15


@dataclass(frozen=True)
class FileOrigin:
    """Statements of the planner about a file as a whole.

    Attributes
    ----------
    evidence
        ``measured``, ``declared`` or ``modelled``.
    as_of
        Date that the rows hold for, YYYY-MM-DD; empty if unknown.
    today
        Day of the import; later dates are in the future.
    """

    evidence: str = "declared"
    as_of: str = ""
    today: dt.date = field(default_factory=dt.date.today)

    def __post_init__(self) -> None:
        """Check the evidence class and the date."""
        if self.evidence not in IMPORT_EVIDENCE:
            raise UnknownNameError("evidence_class", self.evidence, IMPORT_EVIDENCE)
        if self.as_of:
            try:
                dt.date.fromisoformat(self.as_of)
            except ValueError as error:
                raise InputError("import.as_of", as_of=self.as_of) from error


@dataclass(frozen=True)
class Diagnosis:
    """Result of examining one file; nothing has been written yet.

    Attributes
    ----------
    raw
        The file as it was read.
    table
        Table that the file becomes.
    kinds
        (kind, score) of every table the file may be, best first.
    headers
        Meaning of each header.
    decision
        Coordinate system; None for a table without positions.
    before
        Easting or longitude, northing or latitude as the file has them; None without any.
    placed
        All rows with typed columns and positions in WGS84.
    accepted
        Rows to import: declared columns, other columns of the file, row numbers; WGS84.
    offered
        Repair → number of rows that it would change.
    findings
        Findings that remain after the repairs of ``choice``.
    counts
        Rows read, accepted, repaired and rejected.
    repaired, rejected
        Row numbers of the file.
    choice
        Settings of the planner.
    origin
        Statements of the planner.
    province
        Name of the pack.
    """

    raw: RawTable
    table: Table
    kinds: tuple[tuple[str, float], ...]
    headers: HeaderMap
    decision: CrsDecision | None
    before: tuple[Floats, Floats] | None
    placed: pd.DataFrame
    accepted: pd.DataFrame
    offered: dict[str, int]
    findings: FindingTable
    counts: Counts
    repaired: frozenset[int]
    rejected: frozenset[int]
    choice: ImportChoice
    origin: FileOrigin
    province: str

    @property
    def kind(self) -> str:
        """Table that the file is to become."""
        return self.table.name

    @property
    def is_undecided(self) -> bool:
        """Whether a coordinate system must be chosen before anything is committed."""
        return self.decision is not None and self.decision.status == "undecided"

    @property
    def tied(self) -> tuple[str, ...]:
        """Tables that the headers fit about as well, this one among them, unless it is chosen."""
        if self.choice.kind is not None or not self.kinds:
            return (self.kind,)
        best = self.kinds[0][1]
        margin = TIE if best >= LOW else WIDER
        return tuple(kind for kind, score in self.kinds if score > best - margin)
