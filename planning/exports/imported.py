"""Export of a table that a planner's own files have in force: every row and column of them."""

from __future__ import annotations

import pandas as pd

from data.export.bundle import ExportBundle
from data.export.writers import run_digest
from data.scenario.scenario import Scenario
from data.tables.imports import IMPORTABLE
from data.tables.reader import Pack
from data.wording.catalogue import Bilingual, Message
from data.workspace.effective import imported_table
from geo.errors import InputError
from planning.exports.gaps import provenance, sources_of, title

#: Column of a plain file for lines and areas; the import reads it again.
WKT = "wkt"


def imported_bundle(pack: Pack, kind: str, *, geometry: bool = False) -> ExportBundle:
    """Return the export of one table as the planner's files made it.

    Parameters
    ----------
    pack
        The province's tables in force.
    kind
        Key of :data:`data.tables.imports.IMPORTABLE`.
    geometry
        Whether the format carries shapes; in others lines and areas are a column of text.

    Returns
    -------
    bundle
        Declared columns, then the further columns of the files; with the source.

    Raises
    ------
    UnknownNameError
        If no such kind of table can be imported.
    InputError
        If no import of that kind is in force.
    """
    found = imported_table(pack, kind)
    if found is None:
        raise InputError(
            Message("own_table.none", {"kind": kind}), where=pack.name,
            repair=Message("own_table.none_repair"),
        )  # fmt: skip
    schema = IMPORTABLE[kind]
    rows = pd.DataFrame(found).drop(columns="geometry", errors="ignore")
    shapes = found.geometry if schema.geometry not in (None, "point") else None
    if shapes is not None and not geometry:
        rows[WKT], shapes = shapes.to_wkt(), None
    rows = rows.dropna(axis="columns", how="all").reset_index(drop=True)
    inputs = {"kind": f"own {kind}", "pack": pack.digest, "rows": rows.to_csv(index=False)}
    plan = Scenario(province=pack.name)
    return ExportBundle(
        kind=kind,
        title=title(
            "export_title.own", pack, table=Bilingual(schema.title("zh"), schema.title("en"))
        ),
        main=rows,
        extra={"sources": sources_of(pack, [f"pack:{kind}"])},
        about=provenance(pack, plan, evidence=rows["evidence"].dropna().unique())
        | {"run_digest": run_digest(inputs)},
        geometry=shapes,
    )
