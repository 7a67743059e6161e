"""What goes into the files of a plan: its tables, sources, money and proof.

Formats of one table (CSV, Parquet) hold the table asked for; the others hold all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from data.export.bundle import ExportBundle
from data.export.writers import run_digest
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.errors import UnknownNameError
from layers.base import Layer
from planning.exports.gaps import CIRCLE_EN, CIRCLE_ZH, provenance, sources_of
from planning.needs import need_level
from planning.plan.rollout import Rollout

if TYPE_CHECKING:
    import geopandas as gpd

#: Tables of a plan in the order of the sheets, with their titles.
TABLES: dict[str, tuple[str, str]] = {
    "sites": ("站址清单", "list of sites"),
    "villages": ("村—站对应表", "villages and their sites"),
    "routes": ("光缆路由", "fibre routes"),
    "bill": ("工程量与造价清单", "bill of materials"),
    "yearly": ("分年表", "yearly table"),
    "totals": ("全周期费用", "money over the years"),
    "frontier": ("预算—覆盖曲线", "frontier"),
    "alternatives": ("备选方案", "other plans"),
    "unreachable": ("无法覆盖的自然村", "villages out of reach"),
    "left": ("方案未覆盖的自然村", "villages that the plan leaves out"),
}


def plan_bundle(pack: Pack, rollout: Rollout, table: str = "sites") -> ExportBundle:
    """Return the export of a plan with one of its tables as the main one.

    Raises
    ------
    UnknownNameError
        If there is no such table.
    """
    if table not in TABLES:
        raise UnknownNameError("table", table, TABLES, where="--table")
    shapes: dict[str, gpd.GeoSeries] = {"routes": rollout.routes.geometry}
    frames = {name: plan_table(rollout, name) for name in TABLES}
    main = frames.pop(table)
    ids = [text for frame in (main, *frames.values()) if "source_ids" in frame
           for text in frame["source_ids"].unique()]  # fmt: skip
    frames["sources"] = sources_of(pack, ids)
    zh, en = TABLES[table]
    about = provenance(pack, rollout.scenario, evidence=rollout.evidence) | _about(rollout)
    inputs = {
        "kind": f"plan {table}",
        "pack": pack.digest,
        "scenario": rollout.scenario.digest,
        "rows": main.to_csv(index=False),
    }
    return ExportBundle(
        kind=table,
        title_zh=f"{pack.meta['name_zh']}建设方案：{zh}",
        title_en=f"{pack.meta['name_en']} plan: {en}",
        main=main,
        extra=frames,
        about=about | {"run_digest": run_digest(inputs)},
        geometry=shapes.pop(table, None),
        shapes=shapes,
    )


def plan_table(rollout: Rollout, name: str) -> pd.DataFrame:
    """Return one table of a plan without geometry."""
    frame = getattr(rollout, name)
    return pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))


def need_bundle(pack: Pack, scenario: Scenario, table: pd.DataFrame, layer: Layer) -> ExportBundle:
    """Return the export of what a layer needs by year, with the polygons of its regions."""
    inputs = {"kind": f"needs {layer.key}", "pack": pack.digest, "scenario": scenario.digest,
              "rows": table.to_csv(index=False)}  # fmt: skip
    # One code may be a prefecture and a county at once: the level of the table decides.
    level = need_level(layer)
    regions = pack.geo("regions")
    fits = regions["level"].isin((level, "province"))
    shapes = regions[fits].drop_duplicates("adcode")
    geometry = shapes.set_index("adcode").geometry.reindex(table["adcode"].tolist())
    about = provenance(pack, scenario, evidence=table["evidence"].unique())
    return ExportBundle(
        kind="needs",
        title_zh=f"{pack.meta['name_zh']}分年需求",
        title_en=f"{pack.meta['name_en']}: need by year",
        main=table,
        extra={"sources": sources_of(pack, table["source_ids"].unique())},
        about=about | {"layer": layer.key, "run_digest": run_digest(inputs)},
        geometry=geometry.reset_index(drop=True),
    )


def _about(rollout: Rollout) -> dict[str, str]:
    settings = rollout.scenario.plan
    money = settings.money
    lines = {
        "objective": settings.objective,
        "proof": rollout.proof,
        "proof_of_years": rollout.order_proof,
        "stopped": rollout.choice.stopped,
        "settings": settings.model_dump_json(),
        "money": f"{money.currency}, prices of {money.price_year}, not discounted",
        "villages_rule": "each village belongs to the site that reaches it first",
        "left_out": "; ".join(rollout.notes),
    }
    if rollout.joint is not None:
        both = rollout.joint
        lines["two_step_cost"] = f"{both.two_step.cost:,.0f}"
        lines["joint_cost"] = f"{both.best.cost:,.0f}"
        lines["joint_gain"] = f"{both.gained:,.0f} households, {both.saved:,.0f} saved"
    if rollout.basis != "terrain":
        lines |= {"coverage_zh": CIRCLE_ZH, "coverage_en": CIRCLE_EN}
    return lines
