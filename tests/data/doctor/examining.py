"""Examine a file and commit its rows in one call, as pages and terminal do in several."""

from __future__ import annotations

from data.doctor.base import ImportChoice
from data.doctor.checks.findings import FindingTable
from data.doctor.diagnosis import Diagnosis, FileOrigin
from data.doctor.engine import Progress, diagnose
from data.doctor.process.guarded import read
from data.doctor.reading.source import Source
from data.importing import commit_tables
from data.tables.reader import Pack
from data.workspace.catalogue import Catalogue, ImportRecord

AUTOMATIC = ImportChoice()
DECLARED = FileOrigin()


def examine(
    source: Source,
    pack: Pack,
    choice: ImportChoice = AUTOMATIC,
    *,
    origin: FileOrigin = DECLARED,
    name: str = "",
    progress: Progress = lambda _step: None,
) -> Diagnosis:
    """Return what is found in a file that becomes one table of one province."""
    progress("read")
    raw = read(source, choice, name=name)
    return diagnose(raw, pack, choice=choice, origin=origin, progress=progress)


def commit_table(store: Catalogue, found: Diagnosis) -> ImportRecord:
    """Put the accepted rows into the workspace."""
    return commit_tables(store, [found])[0]


def of_rule(findings: FindingTable, key: str) -> FindingTable:
    """Return the findings of one rule."""
    return findings.only(findings.frame["rule"] == key)
