"""Export of the progress: the table of who is behind, with its sources."""

from __future__ import annotations

import pandas as pd

from data.export.bundle import ExportBundle
from data.export.writers import run_digest
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from planning.exports.gaps import provenance, sources_of, title


def progress_bundle(pack: Pack, table: pd.DataFrame, scenario: Scenario | None) -> ExportBundle:
    """Return the export of a progress, with the polygons of its regions.

    Parameters
    ----------
    pack
        The province's tables in force.
    table
        Table of :func:`planning.progress.progress_table`.
    scenario
        The scenario that it was made with; None for one without changes.

    Returns
    -------
    bundle
        The table and its sources.
    """
    plan = scenario if scenario is not None else Scenario(province=pack.name)
    inputs = {"kind": "progress", "pack": pack.digest, "scenario": plan.digest,
              "rows": table.to_csv(index=False)}  # fmt: skip
    shapes = pack.geo("regions").set_index(["level", "adcode"]).geometry
    keys = pd.MultiIndex.from_frame(table[["level", "adcode"]])
    about = provenance(pack, plan, evidence=table["evidence"].unique())
    return ExportBundle(
        kind="progress",
        title=title("export_title.progress", pack),
        main=table,
        extra={"sources": sources_of(pack, table["source_ids"].unique())},
        about=about | {"run_digest": run_digest(inputs)},
        geometry=shapes.reindex(keys).reset_index(drop=True),
    )
