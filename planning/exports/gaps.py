"""Content of exported files: a table, its sources and its provenance.

The web page and the terminal build their exports here, so that their files are equal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from data.export.bundle import ExportBundle, ReadingSheet, in_both
from data.export.writers import run_digest
from data.ledger.anomalies import anomaly_table
from data.scenario.presets import presets
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.wording.catalogue import Bilingual, Message, text
from geo.sentence import Sentence
from layers.registry import metric_of, unit_name
from layers.villages import MIN_HOUSEHOLDS, village_table, with_brought
from planning.exports.source_rows import SOURCE_COLUMNS, source_rows
from planning.gaps import EXTRA_COLUMNS, GAP_COLUMNS, own_columns

if TYPE_CHECKING:
    import geopandas as gpd

    from planning.whatif import Effect

ILLUSTRATIVE, CIRCLE = Message("stamp.illustrative"), Message("basis.circle")
_TERRAIN = Message("basis.terrain")
#: Basis of an effect → its description.
BASIS = {
    "circle": CIRCLE,
    "terrain": _TERRAIN,
    "mixed": Message("basis.mixed", {"terrain": _TERRAIN, "circle": CIRCLE}),
}


def gap_bundle(
    pack: Pack,
    table: pd.DataFrame,
    *,
    scenario: Scenario | None = None,
    geometry: bool = False,
    lists: bool = True,
    language: str = "",
) -> ExportBundle:
    """Return the export of a gap table.

    Parameters
    ----------
    pack
        The province's tables in force.
    table
        Rows of :func:`planning.gaps.gap_table`, all or some.
    scenario
        The scenario; None for one without changes.
    geometry
        Include the polygons of the regions.
    lists
        Include the list of villages without 4G, as a sheet or layer of its own.
    language
        Language of the sheets for people in a workbook; empty for a workbook without them.

    Returns
    -------
    bundle
        Gap table, with sources and villages.
    """
    plan = scenario if scenario is not None else Scenario(province=pack.name)
    regions = sorted(set(table["adcode"]) - {pack.adcode})
    level = str(table["level"].iloc[0]) if len(table) else "prefecture"
    sources = sources_of(pack, table["source_ids"])
    extra = {"sources": sources}
    if lists:
        wanted = regions if level in ("prefecture", "county") else []
        extra = {
            "villages": village_table(
                pack,
                state="uncovered",
                regions=wanted,
                min_households=MIN_HOUSEHOLDS,
                as_of=plan.day,
            ),
            **extra,
        }
    placed = any(site.enabled for site in plan.sites)
    classes = [*table["evidence"], *_evidence(extra)]
    about = provenance(pack, plan, evidence=classes, over_terrain=placed) | {
        "level": level,
        "as_of": "; ".join(sorted({str(date) for date in table["as_of"] if date})),
        **_per_layer(table),
    }
    return ExportBundle(
        kind="gaps",
        title=title("export_title.gaps", pack),
        main=table[[*GAP_COLUMNS, *EXTRA_COLUMNS, *own_columns(table)]].reset_index(drop=True),
        extra=extra,
        about=about | {"run_digest": _digest("gaps", pack, plan, table)},
        geometry=_polygons(pack, table) if geometry else None,
        reading=_for_people(pack, table, sources, language),
    )


def _for_people(
    pack: Pack, table: pd.DataFrame, sources: pd.DataFrame, language: str
) -> tuple[ReadingSheet, ...]:
    if not language or table.empty:
        return ()
    from planning.exports.workbook import gap_sheets

    return gap_sheets(pack, table, sources, language)


def village_bundle(
    pack: Pack, villages: pd.DataFrame, *, scenario: Scenario | None = None
) -> ExportBundle:
    """Return the export of a list of villages.

    Parameters
    ----------
    pack
        The province's tables in force.
    villages
        Rows of :func:`layers.villages.village_table`.
    scenario
        The scenario; None for one without changes.

    Returns
    -------
    bundle
        Villages, with sources.
    """
    plan = scenario if scenario is not None else Scenario(province=pack.name)
    about = provenance(pack, plan, evidence=villages["evidence"].unique()) | {
        "states": "; ".join(sorted(villages["state"].unique())),
        "rule": text("about.state", "en"),
    }
    return ExportBundle(
        kind="villages",
        title=title("export_title.villages", pack),
        main=villages.reset_index(drop=True),
        extra={"sources": sources_of(pack, villages["source_ids"].unique())},
        about=about | {"run_digest": _digest("villages", pack, plan, villages[["village_id"]])},
        geometry=None,
    )


def whatif_bundle(
    pack: Pack, scenario: Scenario, effect: Effect, *, language: str = ""
) -> ExportBundle:
    """Return the export of planned sites and their effect.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    effect
        Effect from :func:`planning.whatif.effect`.
    language
        Language of the sheets for people in a workbook; empty for a workbook without them.

    Returns
    -------
    bundle
        Planned sites, with villages newly covered, regions before and after, and sources.
    """
    sites = site_table(scenario)
    classes = ["assumed", *effect.regions["evidence"]]
    about = provenance(pack, scenario, evidence=classes, over_terrain=True) | {
        **in_both("coverage", BASIS[effect.basis]),
        "denominator": text("about.denominator", "en", households=MIN_HOUSEHOLDS),
        "villages_gained": f"{effect.villages}",
        "households_gained": f"{effect.households}",
        "five_g_counts_as_4g": "yes" if scenario.five_g_counts_as_4g else "no",
    }
    gained = with_brought(pack, effect.gained.reset_index(drop=True))
    sources = sources_of(pack, ["pack:natural_villages"])
    sheets: tuple[ReadingSheet, ...] = ()
    if language:
        from planning.exports.plan_sheets import whatif_sheets

        tables = {"sites": sites, "villages": gained, "sources": sources}
        sheets = whatif_sheets(pack, scenario, tables, effect, language)
    return ExportBundle(
        kind="whatif",
        title=title("export_title.whatif", pack),
        main=sites,
        extra={
            "villages": gained,
            **({} if effect.basis == "circle" else {"missed": with_brought(pack, effect.missed)}),
            "effect": effect.regions,
            "sources": sources,
        },
        about=about | {"run_digest": _digest("whatif", pack, scenario, sites)},
        geometry=None,
        reading=sheets,
    )


def source_bundle(
    pack: Pack, *, areas: frozenset[str] = frozenset(), place: Bilingual | None = None
) -> ExportBundle:
    """Return the export of the ledger with the anomalies.

    Parameters
    ----------
    pack
        The province's tables in force.
    areas
        adcodes of what the rows tell of; a row that tells of other areas alone is left out. Empty
        for all rows.
    place
        Name of the areas; None for the province.

    Returns
    -------
    bundle
        Sources, with anomalies.
    """
    plan = Scenario(province=pack.name)
    table, findings = source_table(pack), anomaly_table(pack)
    if areas:
        elsewhere = _sources_elsewhere(pack, areas)
        findings = findings[~_all_of(findings["source_ids"], elsewhere)].reset_index(drop=True)
        of_finding = table["id"].str.startswith("anomaly:")
        ids = table["source"].where(of_finding, table["id"])
        table = table[~_all_of(ids, elsewhere)].reset_index(drop=True)
    return ExportBundle(
        kind="sources",
        title=title("export_title.sources", pack, **({} if place is None else {"province": place})),
        main=table,
        extra={"anomalies": findings},
        about=provenance(pack, plan, evidence=())
        | {"run_digest": _digest("sources", pack, plan, None)},
        geometry=None,
    )


def _all_of(ids: pd.Series, wanted: Collection[str]) -> pd.Series:
    """Return which cells hold none but wanted ids, joined by ``;``."""
    return ids.astype(str).map(lambda text: set(text.split(";")) <= set(wanted))


def _sources_elsewhere(pack: Pack, areas: frozenset[str]) -> set[str]:
    """Return the ids of statements that tell of other areas alone."""
    found = set()
    for name, column in (("targets", "adcode"), ("observations", "adcode"),
                         ("policy_zones", "regions")):  # fmt: skip
        rows = pack.table(name)
        if column in rows:
            codes = rows[column].fillna("").astype(str)
            away = codes.map(lambda text: bool(text) and areas.isdisjoint(text.split(";")))
            found |= set(rows.loc[away, "id"].astype(str))
    return found


def site_table(scenario: Scenario) -> pd.DataFrame:
    """Return the planned sites of a scenario.

    Parameters
    ----------
    scenario
        The scenario with its sites.

    Returns
    -------
    table
        One row per site, with radius [m] and the source of the radius.
    """
    known = presets()
    rows = [
        {
            "site": number,
            "lon": site.lon,
            "lat": site.lat,
            "antenna_height_m": site.antenna_height_m,
            "preset": site.preset,
            "title_zh": known[site.preset].title("zh"),
            "title_en": known[site.preset].title("en"),
            "radius_m": known[site.preset].radius_m,
            "enabled": site.enabled,
            "evidence": "assumed",
            "source_ids": f"preset:{site.preset}",
        }
        for number, site in enumerate(scenario.sites, start=1)
    ]
    columns = (
        "site", "lon", "lat", "antenna_height_m", "preset", "title_zh", "title_en", "radius_m",
        "enabled", "evidence", "source_ids",
    )  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns))


def source_table(pack: Pack) -> pd.DataFrame:
    """Return all source ids of the province.

    Parameters
    ----------
    pack
        The province's tables in force.

    Returns
    -------
    table
        One row per id with its quote or origin: the columns of :func:`source_rows`.
    """
    return pd.concat(source_rows(pack), ignore_index=True)[list(SOURCE_COLUMNS)]


def sources_of(pack: Pack, source_ids: Iterable[str]) -> pd.DataFrame:
    """Return the rows of the source table with the given ids.

    Parameters
    ----------
    pack
        The province's tables in force.
    source_ids
        Ids, several in one text joined by ``;``.

    Returns
    -------
    table
        Rows of :func:`source_table`.
    """
    wanted = {part for text in source_ids for part in str(text).split(";") if part}
    table = source_table(pack)
    return table[table["id"].isin(wanted)].reset_index(drop=True)


def title(key: str, pack: Pack, **arguments: Sentence) -> Message:
    """Return the title of an export, with the name of the province.

    Parameters
    ----------
    key
        Key of the title in the catalogue.
    pack
        The province's tables in force.
    **arguments
        Further arguments of the title.

    Returns
    -------
    message
        The title.
    """
    province = Bilingual(str(pack.meta["name_zh"]), str(pack.meta["name_en"]))
    return Message(key, {"province": province, **arguments})


def provenance(
    pack: Pack, scenario: Scenario, *, evidence: Iterable[str], over_terrain: bool = False
) -> dict[str, str]:
    """Return the provenance of an export: province, scenario, evidence and credits.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    evidence
        Evidence classes of the rows.
    over_terrain
        Whether the rows depend on the elevation model: an invented one is said.

    Returns
    -------
    about
        Name of the line → text.
    """
    classes = sorted(set(evidence))
    about = {
        "province_zh": str(pack.meta["name_zh"]),
        "province_en": str(pack.meta["name_en"]),
        "pack_digest": pack.digest,
        "scenario": scenario.name,
        "scenario_digest": scenario.digest,
        "evidence": "; ".join(classes),
        "coordinates": text("about.coordinates", "en"),
        "unknown": text("about.empty", "en"),
        "credits": "; ".join(dict.fromkeys(pack.table("SOURCES")["credit"])),
    }
    invented = over_terrain and is_over_relief(pack, scenario)
    if "illustrative" in classes or invented:
        about |= in_both("stamp", ILLUSTRATIVE)
    return about | (in_both("relief", Message("stamp.relief")) if invented else {})


def is_over_relief(pack: Pack, scenario: Scenario) -> bool:
    """Return whether the scenario is computed over the invented relief of the demonstration.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.

    Returns
    -------
    invented
        False with an elevation model in force, and without any.
    """
    if not scenario.demonstration_terrain:
        return False
    from planning.elevation import terrain_of

    found = terrain_of(pack, scenario)
    return found is not None and found.is_demonstration


def _per_layer(table: pd.DataFrame) -> dict[str, str]:
    """Return, per layer and metric, the definition and the allocation of the figures."""
    lines = {}
    for (key, metric_key), rows in table.groupby(["layer", "metric"], sort=False):
        item, metric = metric_of(str(key), str(metric_key))
        is_default = metric.key == item.metric().key
        first = rows.iloc[0]
        extras = {name: first[name] for name in EXTRA_COLUMNS if name in rows.columns}
        lines[f"layer {key}" if is_default else f"layer {key}, metric {metric_key}"] = text(
            "about.layer", "en",
            title_zh=item.heading(metric, "zh"), title_en=item.heading(metric, "en"),
            unit=unit_name(str(first["unit"]), "en"),
            denominator=extras.get("denominator_en", ""),
            status=extras.get("target_status", ""),
            as_of=extras.get("target_as_of", ""),
            rule=extras.get("rule", ""),
            note=extras.get("note_en", ""),
        ).strip()  # fmt: skip
    return lines


def _evidence(extra: Mapping[str, pd.DataFrame]) -> list[str]:
    return [
        word for frame in extra.values() if "evidence" in frame for word in set(frame["evidence"])
    ]


def _digest(kind: str, pack: Pack, plan: Scenario, table: pd.DataFrame | None) -> str:
    rows = "" if table is None else table.to_csv(index=False)
    return run_digest({"kind": kind, "pack": pack.digest, "scenario": plan.digest, "rows": rows})


def _polygons(pack: Pack, table: pd.DataFrame) -> gpd.GeoSeries:
    """Return the polygon of each row, EPSG:4326."""
    regions = pack.geo("regions")
    keyed = regions.set_index(["level", "adcode"]).geometry
    import geopandas as gpd

    wanted = list(zip(table["level"], table["adcode"], strict=True))
    return gpd.GeoSeries(keyed.loc[wanted].to_numpy(), crs=regions.crs)
