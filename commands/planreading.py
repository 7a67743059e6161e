"""Command of the plan reader: from a plan's text to targets of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.options import (
    Folder,
    Out,
    pack_of,
    print_table,
    remark,
    terminal_language,
    write_bundle,
)

if TYPE_CHECKING:
    import pandas as pd

    from data.planreader.document import Document
    from data.planreader.statement import PlanStatement

COMMANDS = typer.Typer()


@COMMANDS.command("read-plan")
def read_plan(
    files: Annotated[list[Path], typer.Argument(help="TXT, HTML, DOCX or PDF with a text layer.")],
    *,
    province: Annotated[
        str,
        typer.Option(
            "--province",
            "-p",
            help="Province whose regions the text may name: a pack or one of the 31 of the "
            "mainland; default the one that the text is of.",
        ),
    ] = "",
    accept: Annotated[
        str,
        typer.Option("--accept", help="Ids of proposals by comma, or all: into the workspace."),
    ] = "",
    workspace: Folder = None,
    out: Out = "-",
) -> None:
    """Propose targets from a plan's text, each with its sentence; accept them only if asked."""
    import pandas as pd

    from data.planreader.acceptance import PROPOSAL_COLUMNS, proposals
    from data.planreader.files import opened
    from data.planreader.reading import read_document
    from data.provinces.listed import region_names_of

    code, regions = _regions(province, workspace)
    read: list[tuple[Document, list[PlanStatement]]] = []
    for file in files:
        document = opened(file, progress=_progress(file))
        _remark_on(document, code)
        own = document.region or code
        names = regions if own == code else region_names_of(own)
        read.append((document, read_document(document, province=own, regions=names)))
    parts = [proposals(found, document, terminal_language()) for document, found in read]
    filled = [part for part in parts if len(part)]
    table = (
        pd.concat(filled, ignore_index=True)
        if filled
        else pd.DataFrame(columns=list(PROPOSAL_COLUMNS))
    )
    if accept:
        _accept(read, accept, province, workspace)
    if out != "-":
        _write(table, out)
        return
    columns = ["id", "title", "value", "unit", "qualifier", "basis", "date", "kind", "region",
               "confidence", "quote"]  # fmt: skip
    shown = table[columns].assign(quote=table["quote"].str[:40])
    print_table(shown, right={"value", "confidence"})


def _remark_on(document: Document, code: str) -> None:
    """Say what of a document joins no ledger: another province's figures, tables of a PDF."""
    from data.provinces.listed import listed_province

    if code and document.region not in {"", code}:
        # Its figures keep their province: they would join the wrong ledger.
        other = listed_province(document.region)
        name = other.name_zh if terminal_language() == "zh" else other.name_en
        remark("planreader.other_province", file=document.name, name=name)
    if document.tables:
        pages = ", ".join(map(str, document.tables))
        remark("planreader.tables", file=document.name, pages=pages)


def _regions(province: str, workspace: Path | None) -> tuple[str, list[tuple[str, str]]]:
    """Return code and regions of a province; where there is no pack of it, those of the list."""
    from data.provinces.listed import listed_province, region_names_of
    from data.tables.reader import pack_names

    if not province:
        return "", []
    if province not in pack_names():
        code = listed_province(province).adcode
        return code, region_names_of(code)
    pack = pack_of(province, workspace)
    table = pack.table("regions")
    names = zip(table["adcode"].astype(str), table["name_zh"].astype(str), strict=True)
    return pack.adcode, list(names)


def _progress(file: Path) -> Callable[[int, int], None]:
    said = 0

    def tell(done: int, pages: int) -> None:
        nonlocal said
        if done != said and (done == pages or done >= said + 20):
            typer.echo(f"{file.name}: {done} / {pages}", err=True)
            said = done

    return tell


def _write(table: pd.DataFrame, out: str) -> None:
    from data.export.bundle import ExportBundle
    from data.export.writers import run_digest
    from data.wording.catalogue import Message

    digest = run_digest({"proposals": table["id"].tolist()})
    title = Message("planreader.title")
    write_bundle(ExportBundle("proposals", title, table, about={"run_digest": digest}), out)


def _accept(
    read: list[tuple[Document, list[PlanStatement]]], chosen: str, province: str,
    workspace: Path | None,
) -> None:  # fmt: skip
    from data.planreader.acceptance import accept, proposal_id, why_not
    from data.tables.reader import Pack
    from data.workspace.catalogue import Catalogue
    from data.workspace.folder import Workspace
    from geo.errors import InputError, UnknownNameError

    if not province:
        raise InputError("terminal.accept_province")
    pack = Pack.load(province)
    known = {
        proposal_id(said, document): said for document, found in read for said in found
    }  # fmt: skip
    wanted = {name.strip() for name in chosen.split(",")}
    if chosen == "all":
        wanted = {name for name, said in known.items() if not why_not(said, pack.adcode)}
    for name in wanted - known.keys():
        raise UnknownNameError("proposal", name, known, where="--accept")
    with Catalogue(Workspace.open(workspace).folder) as store:
        for document, found in read:
            mine = [said for said in found if proposal_id(said, document) in wanted]
            if mine:
                accept(store, pack, document, mine)
            remark("planreader.accepted", count=len(mine), file=document.name)
