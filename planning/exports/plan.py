"""Export of a plan: its tables, sources, costs and bound.

Formats with one table (CSV, Parquet) contain the main table only, the others all tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from data.export.bundle import ExportBundle, ReadingSheet, in_both
from data.export.writers import run_digest
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.wording.catalogue import Message, text
from layers.base import Layer
from layers.registry import unit_name
from layers.villages import with_brought
from planning.exports.gaps import BASIS, provenance, sources_of, title
from planning.exports.report.reader import Reader
from planning.exports.several import main_and_others
from planning.plan.rollout import Rollout

if TYPE_CHECKING:
    import geopandas as gpd

#: Tables of a plan in the order of the sheets.
TABLES = (
    "sites", "villages", "routes", "bill", "yearly", "totals", "drivers", "frontier",
    "alternatives", "unreachable", "left",
)  # fmt: skip


def plan_bundle(
    pack: Pack, rollout: Rollout, table: str = "sites", *, language: str = ""
) -> ExportBundle:
    """Return the export of a plan with one of its tables as the main one.

    Parameters
    ----------
    pack
        The province's tables in force.
    rollout
        The plan.
    table
        Name of the main table, one of :data:`TABLES`.
    language
        Language of the sheets for people in a workbook; empty for a workbook without them.

    Returns
    -------
    bundle
        Main table, with the other tables and the sources.

    Raises
    ------
    UnknownNameError
        If there is no such table.
    """
    main, others = main_and_others(
        pack, table, TABLES, lambda name: with_brought(pack, plan_table(rollout, name))
    )
    shapes: dict[str, gpd.GeoSeries] = {"routes": rollout.routes.geometry}
    about = provenance(
        pack, rollout.scenario, evidence=rollout.evidence, over_terrain=True
    ) | _about(rollout)
    inputs = {
        "kind": f"plan {table}",
        "pack": pack.digest,
        "scenario": rollout.scenario.digest,
        "rows": main.to_csv(index=False),
    }
    return ExportBundle(
        kind=table,
        title=title("export_title.plan", pack, table=Message(f"plan_table.{table}")),
        main=main,
        extra=others,
        about=about | {"run_digest": run_digest(inputs)},
        geometry=shapes.pop(table, None),
        shapes=shapes,
        reading=_for_people(pack, rollout, others["sources"], language),
    )


def _for_people(
    pack: Pack, rollout: Rollout, sources: pd.DataFrame, language: str
) -> tuple[ReadingSheet, ...]:
    if not language:
        return ()
    from planning.exports.plan_sheets import plan_sheets

    return plan_sheets(pack, rollout, sources, language)


def plan_table(rollout: Rollout, name: str) -> pd.DataFrame:
    """Return one table of a plan without geometry.

    Parameters
    ----------
    rollout
        The plan.
    name
        Name of the table, one of :data:`TABLES`.

    Returns
    -------
    table
        A copy of the table.
    """
    frame = getattr(rollout, name)
    return pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))


def need_bundle(
    pack: Pack, scenario: Scenario, table: pd.DataFrame, layer: Layer, *, language: str = ""
) -> ExportBundle:
    """Return the export of a layer's need by year, with the polygons of its regions.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    table
        Table from :func:`planning.needs.need_table`.
    layer
        A layer with a need.
    language
        Language of the sheets for people in a workbook; empty for a workbook without them.

    Returns
    -------
    bundle
        Table of the need, with sources.
    """
    inputs = {"kind": f"needs {layer.key}", "pack": pack.digest, "scenario": scenario.digest,
              "rows": table.to_csv(index=False)}  # fmt: skip
    # A code may belong to a prefecture and a county; only rows of counties have a gap each.
    level = "county" if "gap" in table else "prefecture"
    regions = pack.geo("regions")
    fits = regions["level"].isin((level, "province"))
    shapes = regions[fits].drop_duplicates("adcode")
    geometry = shapes.set_index("adcode").geometry.reindex(table["adcode"].tolist())
    about = provenance(pack, scenario, evidence=table["evidence"].unique())
    sources = sources_of(pack, table["source_ids"].unique())
    sheets: tuple[ReadingSheet, ...] = ()
    if language:
        from planning.exports.plan_sheets import need_sheets

        unit = unit_name(str(table["unit"].iloc[0]), language) if "unit" in table else ""
        words = "sheet.need" if unit else "export_title.list"
        heading = text(words, language, layer=layer.title(language), unit=unit, province="")
        sheets = need_sheets(pack, scenario, table, sources, Reader(language), heading)
    return ExportBundle(
        kind="needs",
        title=title("export_title.needs", pack),
        main=table,
        extra={"sources": sources},
        reading=sheets,
        about=about | {"layer": layer.key, "run_digest": run_digest(inputs)},
        geometry=geometry.reset_index(drop=True),
    )


def _about(rollout: Rollout) -> dict[str, str]:
    settings = rollout.scenario.plan
    money = settings.money
    lines = {
        "objective": settings.objective,
        "proof": rollout.proof.text("en"),
        "proof_of_years": rollout.order_proof.text("en"),
        "stopped": rollout.choice.stopped,
        "settings": settings.model_dump_json(),
        "money": text("about.money", "en", currency=money.currency, year=money.price_year),
        "villages_rule": text("about.villages_rule", "en"),
        "left_out": "; ".join(rollout.notes),
    }
    for kind, notes in (("money", rollout.money_notes), ("warning", rollout.warnings)):
        for number, note in enumerate(notes, start=1):
            lines |= in_both(f"{kind}_{number}", note)
    if rollout.basis != "terrain":
        lines |= in_both("coverage", BASIS[rollout.basis])
    return lines
