"""Accepted statements become rows of the workspace's ledger; nothing is accepted silently."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from data.atomic import atomic_write, storage_errors
from data.ledger.metrics import metric_title
from data.observing import region_code
from data.tables.common import Counts
from data.tables.imports import OBSERVATIONS_IMPORT, TARGETS_IMPORT
from data.wording.catalogue import Message, text
from data.workspace.catalogue import Catalogue, ImportRecord
from data.workspace.merging import rows_by_id
from geo.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from data.planreader.document import Document
    from data.planreader.statement import PlanStatement
    from data.tables.reader import Pack

#: Folder of the workspace that keeps the texts.
PLANS = "plans"
_CODE_LENGTH = 6
#: The ledger counts cable in sheath km; texts write km.
_LEDGER_UNITS = {("fibre", "cable_length", "km"): "sheath km"}


def proposal_id(said: PlanStatement, document: Document) -> str:
    """Return the id of a statement: equal texts give equal ids.

    Parameters
    ----------
    said
        The statement.
    document
        Its document.

    Returns
    -------
    identifier
        Such as ``plan-3f2a9c1b-77d0e412``.
    """
    mark = hashlib.sha256(repr((said.key, said.quote)).encode()).hexdigest()[:8]
    return f"plan-{document.sha256[:8]}-{mark}"


def proposals(found: Sequence[PlanStatement], document: Document, language: str) -> pd.DataFrame:
    """Return statements as a table, one row each, with the document's title and number.

    Parameters
    ----------
    found
        Statements of one document.
    document
        The document.
    language
        Of titles and reasons.

    Returns
    -------
    table
        Columns as :data:`PROPOSAL_COLUMNS`.
    """
    rows = [
        {
            "id": proposal_id(said, document), "layer": said.layer, "metric": said.metric,
            "title": metric_title(said.layer, said.metric, language), "value": said.value,
            "other_value": said.other_value, "unit": said.unit, "qualifier": said.qualifier,
            "basis": said.basis, "date": said.date or "", "kind": said.kind,
            "region": said.region, "places": said.place, "confidence": said.confidence,
            "reasons": "; ".join(text(f"plan_reason.{code}", language) for code in said.reasons),
            "quote": said.quote, "start": said.start, "page": document.page_of(said.start),
            "file": document.name, "document": document.title, "number": document.number,
            "issued": document.date or "",
        }
        for said in found
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(PROPOSAL_COLUMNS))


PROPOSAL_COLUMNS = (
    "id", "layer", "metric", "title", "value", "other_value", "unit", "qualifier", "basis",
    "date", "kind", "region", "places", "confidence", "reasons", "quote", "start", "page", "file",
    "document", "number", "issued",
)  # fmt: skip


def contradictions(said: PlanStatement, ledger: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in force that state another value of the same thing.

    Parameters
    ----------
    said
        The statement.
    ledger
        Targets of the pack with what the workspace has in force.

    Returns
    -------
    rows
        Rows of the ledger.
    """
    same = (
        (ledger["layer"] == said.layer) & (ledger["metric"] == said.metric)
        & (ledger["kind"] == said.kind) & (ledger["basis"] == said.basis)
        & (ledger["as_of"].astype(str).str[:10] == (said.date or ""))
        & (ledger["province"].astype(str) == said.region)
    )  # fmt: skip
    return ledger[same & (ledger["value"] != said.value)]


def why_not(said: PlanStatement, province: str) -> str:
    """Return the code of why a statement cannot become a row, or empty.

    Parameters
    ----------
    said
        The statement.
    province
        Six-digit code of the province whose ledger it would join.

    Returns
    -------
    code
        Key under ``plan_refusal``.
    """
    if said.date is None:
        return "no_date"
    if said.basis == "growth":
        return "growth"
    if said.region == province:
        return ""
    if len(said.region) != _CODE_LENGTH:
        return "part_of_province"
    if said.region[:2] != province[:2]:
        return "other_province"
    return "" if said.basis == "cumulative" else "share_of_part"


def accept(
    store: Catalogue, pack: Pack, document: Document, accepted: Sequence[PlanStatement]
) -> list[ImportRecord]:
    """Add statements to the ledger that the workspace has in force.

    Figures of the province become targets. A count of a single region becomes an observation of
    it, built or planned: what it plans counts as its own target where the province states one for
    the same date, whose total stays.

    Parameters
    ----------
    store
        The workspace's catalogue.
    pack
        The province.
    document
        Document that states them.
    accepted
        At least one; a statement of the same id replaces the row it made before.

    Returns
    -------
    records
        The imports that put them in force, of targets and of observations; each can be undone like
        any other.

    Raises
    ------
    InputError
        If none is given, or one cannot become a row of the ledger.
    UnknownNameError
        If the pack has no such region.
    """
    if not accepted:
        raise InputError("reading.none_accepted", where=document.name)
    for said in accepted:
        if code := why_not(said, pack.adcode):
            raise InputError(
                Message(f"plan_refusal.{code}"), where=said.quote[:40],
                repair=Message("plan_refusal.repair"),
            )  # fmt: skip
        region_code(pack, said.region, where=said.quote[:40])
    whole = [said for said in accepted if said.region == pack.adcode]
    parts = [said for said in accepted if said.region != pack.adcode]
    keep(store.folder, document)
    made = (("targets", _rows(document, whole)), ("observations", _rows_of_parts(document, parts)))
    return [_commit(store, pack, document, kind, rows) for kind, rows in made if len(rows)]


def _commit(
    store: Catalogue, pack: Pack, document: Document, kind: str, added: pd.DataFrame
) -> ImportRecord:
    with store.changing():
        rows = rows_by_id(store.table(pack.name, kind), added)
        return store.commit(
            province=pack.name, kind=kind, table=rows, file_name=document.name,
            file_sha256=document.sha256, evidence="declared", as_of=document.date or "", crs={},
            counts=Counts(len(rows), len(rows), 0, 0), choices={"accepted": len(added)},
        )  # fmt: skip


def keep(folder: Path, document: Document) -> Path:
    """Keep the text of a document in the workspace.

    Parameters
    ----------
    folder
        Root of the workspace.
    document
        The document.

    Returns
    -------
    path
        A JSON file with text, digest, title, issuer, number and date.

    Raises
    ------
    StorageError
        If it cannot be written.
    """
    path = folder / PLANS / f"{document.sha256}.json"
    about = {
        "name": document.name, "sha256": document.sha256, "title": document.title,
        "issuer": document.issuer, "number": document.number, "date": document.date,
        "text": document.text,
    }  # fmt: skip
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(path, json.dumps(about, ensure_ascii=False, indent=1).encode())
    return path


def _rows(document: Document, accepted: Sequence[PlanStatement]) -> pd.DataFrame:
    rows = [
        {
            "id": proposal_id(said, document), "province": said.region, "layer": said.layer,
            "metric": said.metric, "kind": said.kind, "as_of": said.date,
            "unit": _unit(said),
            "qualifier": said.qualifier, "value": said.value, "basis": said.basis,
            "source_file": document.name, "quote": said.quote, "note": _note(document),
            "evidence": "reported", "source": document.title,
        }
        for said in accepted
    ]  # fmt: skip
    return pd.DataFrame(rows).reindex(columns=list(TARGETS_IMPORT.column_names))


def _rows_of_parts(document: Document, accepted: Sequence[PlanStatement]) -> pd.DataFrame:
    rows = [
        {
            "id": proposal_id(said, document), "adcode": said.region, "layer": said.layer,
            "metric": said.metric, "as_of": said.date, "qualifier": said.qualifier,
            "value": said.value, "unit": _unit(said),
            "kind": "plan" if said.kind == "target" else "built", "source": document.title,
            "source_file": document.name, "quote": said.quote, "note": _note(document),
            "evidence": "reported",
        }
        for said in accepted
    ]  # fmt: skip
    return pd.DataFrame(rows).reindex(columns=list(OBSERVATIONS_IMPORT.column_names))


def _note(document: Document) -> str:
    return " · ".join(filter(None, (document.title, document.issuer, document.number)))


def _unit(said: PlanStatement) -> str:
    return _LEDGER_UNITS.get((said.layer, said.metric, said.unit), said.unit)
