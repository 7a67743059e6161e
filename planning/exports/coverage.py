"""Export of a coverage prediction: villages, regions, link budget and provenance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from data.export.bundle import ExportBundle, in_both
from data.export.writers import run_digest
from data.scenario.coverage_rules import Profile
from data.scenario.link_presets import budget_table, link_budget
from data.scenario.scenario import ErrorSettings, Scenario
from data.tables.reader import Pack
from data.wording.catalogue import Message, text
from layers.villages import with_brought
from planning.coverage.prediction import CoverageOrder, require_terrain
from planning.elevation import terrain_of
from planning.exports.gaps import ILLUSTRATIVE, provenance, sources_of, title


@dataclass(frozen=True, slots=True)
class RulePair:
    """The two coverage rules of a comparison.

    Attributes
    ----------
    a
        The first rule.
    b
        The second rule.
    """

    a: Profile
    b: Profile


def coverage_bundle(
    pack: Pack,
    scenario: Scenario,
    order: CoverageOrder,
    villages: pd.DataFrame,
    regions: pd.DataFrame,
    errors: ErrorSettings | None = None,
) -> ExportBundle:
    """Return the export of a prediction.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    order
        Order of the prediction.
    villages
        Prediction from :func:`planning.coverage.prediction.village_prediction`.
    regions
        Aggregate from :func:`planning.coverage.per_region.region_prediction`.
    errors
        Shared errors from a calibration; None for those of the scenario.

    Returns
    -------
    bundle
        Villages, with regions, link budget and sources.
    """
    about = provenance(pack, scenario, evidence=villages["evidence"].unique(), over_terrain=True)
    about |= _terrain(pack, scenario) | _asked(order) | _option(scenario)
    about["interval"] = text("about.interval", "en")
    about["shared_errors"] = _shared(errors or scenario.errors, calibrated=errors is not None)
    about["uplink"] = text("about.uplink", "en")
    return ExportBundle(
        kind="coverage",
        title=title("export_title.coverage", pack),
        main=with_brought(pack, villages.reset_index(drop=True)),
        extra={
            "regions": regions.reset_index(drop=True),
            "link_budget": budget_table(order.preset, order.requirement),
            "sources": sources_of(pack, villages["source_ids"].unique()),
        },
        about=about | {"run_digest": _digest("coverage", pack, scenario, villages)},
    )


def rules_bundle(
    pack: Pack, scenario: Scenario, pair: RulePair, villages: pd.DataFrame, regions: pd.DataFrame
) -> ExportBundle:
    """Return the export of a comparison of two rules.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    pair
        The two rules.
    villages
        Comparison from :func:`planning.coverage.rule_comparison.rule_comparison`.
    regions
        Counts from :func:`planning.coverage.rule_comparison.rule_counts`.

    Returns
    -------
    bundle
        Villages, with regions and sources.
    """
    about = provenance(pack, scenario, evidence=villages["evidence"].unique(), over_terrain=True)
    about |= _terrain(pack, scenario) | _option(scenario)
    about["judged_on"] = text("about.judged_on", "en")
    for side, rule in (("a", pair.a), ("b", pair.b)):
        about[f"rule_{side}"] = f"{rule.title_zh} / {rule.title_en} ({rule.key})"
        about[f"rule_{side}_source"] = f"{rule.source}, {rule.year}"
        verified = "about.verified" if rule.verified else "about.unverified"
        about[f"rule_{side}_verified"] = text(verified, "en")
        about[f"rule_{side}_note"] = f"{rule.note_zh} / {rule.note_en}"
    return ExportBundle(
        kind="rules",
        title=title("export_title.rules", pack),
        main=with_brought(pack, villages.reset_index(drop=True)),
        extra={
            "regions": regions.reset_index(drop=True),
            "sources": sources_of(pack, villages["source_ids"].unique()),
        },
        about=about | {"run_digest": _digest("rules", pack, scenario, villages)},
    )


def area_tags(
    pack: Pack, scenario: Scenario, order: CoverageOrder, sites: Sequence[str]
) -> dict[str, str]:
    """Return the metadata of an area's GeoTIFF, accuracy included.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    order
        Order of the prediction.
    sites
        Ids of the sites of the area.

    Returns
    -------
    tags
        Name of the tag → text.

    Raises
    ------
    InputError
        If no elevation model is in force.
    """
    terrain = require_terrain(pack, scenario)
    sigma = link_budget(order.preset, order.requirement).shadow_sigma_dB
    tags = _terrain(pack, scenario) | _asked(order) | {
        "sites": ";".join(sites),
        "accuracy": text("about.accuracy", "en", sigma=sigma),
        "evidence": terrain.evidence if terrain.is_demonstration else "modelled",
        "pack_digest": pack.digest,
        "scenario_digest": scenario.digest,
    }  # fmt: skip
    if terrain.is_demonstration or _invented(pack):
        tags |= in_both("stamp", ILLUSTRATIVE)
    return tags


def _invented(pack: Pack) -> bool:
    return bool((pack.table("sites", columns=("evidence",))["evidence"] == "illustrative").any())


def _terrain(pack: Pack, scenario: Scenario) -> dict[str, str]:
    """Return the provenance of the elevation model; empty where none is in force."""
    found = terrain_of(pack, scenario)
    if found is None:
        return {}
    if found.accuracy_m is None:
        accuracy = text("about.accuracy_unknown", "en")
    else:
        accuracy = text("about.accuracy_m", "en", metres=found.accuracy_m)
    return {
        **in_both("model", Message("basis.model")),
        "terrain": text("about.terrain", "en", name=found.name, version=found.version),
        "terrain_datum": found.datum,
        "terrain_accuracy": accuracy,
        "terrain_spacing_m": f"{found.spacing_m:.0f}",
        "terrain_evidence": found.evidence,
        "unknown_state": text("about.unknown_state", "en"),
    }


def _asked(order: CoverageOrder) -> dict[str, str]:
    return {
        "preset": order.preset,
        "rsrp_limit_dBm": f"{order.limit_dBm:g}",
        "probability": text("about.probability", "en", probability=order.required_probability),
        "place_of_the_terminal": order.place,
        "reach_m": f"{order.reach_m:g}",
        "min_households": str(order.min_households),
    }


def _option(scenario: Scenario) -> dict[str, str]:
    """Return whether 5G sites counted where 4G was asked for."""
    return {"five_g_counts_as_4g": "yes" if scenario.five_g_counts_as_4g else "no"}


def _shared(errors: ErrorSettings, *, calibrated: bool) -> str:
    basis = Message("about.from_drive_test" if calibrated else "about.assumed_error")
    return text(
        "about.shared_errors", "en",
        common=errors.common_sigma_dB, length=errors.correlation_m, basis=basis,
    )  # fmt: skip


def _digest(kind: str, pack: Pack, scenario: Scenario, villages: pd.DataFrame) -> str:
    return run_digest(
        {"kind": kind, "pack": pack.digest, "scenario": scenario.digest,
         "rows": villages.to_csv(index=False)}
    )  # fmt: skip
