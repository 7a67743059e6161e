"""What the forms of universal service say: sites, villages, aims and acceptances.

Money is in 万元 (10,000 CNY) at the base unit costs and prices of the plan. A figure that neither
plan nor ledger knows, such as funds by origin, stays empty until it is given by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from data.clock import today
from data.export.bundle import records, tidy
from data.forms.fields import Cell, FormContent, form_of
from data.ledger.metrics import currency_word
from data.scenario.presets import preset
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.wording.catalogue import text
from layers.villages import with_brought
from planning.plan.rollout import Rollout, plan

_WAN = 10_000.0
Step = Callable[[str], None]
Row = Mapping[str, Any]


def form_content(
    kind: str,
    pack: Pack,
    scenario: Scenario | None = None,
    *,
    rollout: Rollout | None = None,
    workspace: str | Path | None = None,
    step: Step | None = None,
) -> FormContent:
    """Return the content of a form.

    Parameters
    ----------
    kind
        Key of :data:`data.forms.fields.FORMS`.
    pack
        The province's tables in force.
    scenario
        The scenario whose plan counts; None for one without changes.
    rollout
        Its plan, where it is worked out already.
    workspace
        Folder of the ledger; default as in :meth:`Workspace.open`.
    step
        Told the name of each step.

    Returns
    -------
    content
        Values and rows, in Chinese as the forms are.

    Raises
    ------
    UnknownNameError
        If there is no such form.
    """
    form_of(kind)
    tell = step if step is not None else lambda _name: None
    wanted = scenario if scenario is not None else Scenario(province=pack.name)
    if kind == "acceptance":
        tell("ledger")
        return _acceptance(pack, wanted, workspace)
    tell("plan")
    found = rollout if rollout is not None else plan(pack, wanted)
    tell(kind)
    return _MAKERS[kind](pack, found)


def _site_list(pack: Pack, found: Rollout) -> FormContent:
    villages = _villages(pack, found)
    rows = []
    for number, site in enumerate(_rows(found.sites), start=1):
        own = [row for row in villages if row["candidate_id"] == site["candidate_id"]]
        first = max(own, key=lambda row: row["households"] or 0, default={})
        rows.append(
            _place(number, site, first)
            | {
                "natural_village": "；".join(_called(row) for row in own),
                "village_codes": "；".join(str(row["village_id"]) for row in own),
                "households": site["households"], "site_id": site["candidate_id"],
                "lon": site["lon"], "lat": site["lat"],
                "technology": preset(site["preset"]).title("zh"),
                "link": _word("backhaul", site.get("backhaul")),
                "power": _word("power", site.get("power")),
                "budget_wan": _wan(site["cost_base"]), "year": site["year"],
                "evidence": _evidence(site),
            }
        )  # fmt: skip
    totals: dict[str, Cell] = {
        "site_count": len(rows), "household_count": int(found.sites["households"].sum()),
        "budget_total_wan": _wan(float(found.sites["cost_base"].sum())),
    }  # fmt: skip
    return FormContent(_head(pack, found.scenario, found.evidence) | totals, tuple(rows))


def _task_list(pack: Pack, found: Rollout) -> FormContent:
    technology = {row["candidate_id"]: preset(row["preset"]).title("zh")
                  for row in _rows(found.sites)}  # fmt: skip
    rows = [
        _place(number, row, row)
        | {
            "natural_village": _called(row), "village_code": row["village_id"],
            "households": row["households"], "lon": row["lon"], "lat": row["lat"],
            "site_id": row["candidate_id"], "technology": technology.get(row["candidate_id"]),
            "year": row["year"], "evidence": _evidence(row),
        }
        for number, row in enumerate(_villages(pack, found), start=1)
    ]  # fmt: skip
    totals: dict[str, Cell] = {
        "village_count": len(rows),
        "household_count": int(found.villages["households"].sum()),
    }
    return FormContent(_head(pack, found.scenario, found.evidence) | totals, tuple(rows))


def _performance(pack: Pack, found: Rollout) -> FormContent:
    sites, villages = len(found.sites), len(found.villages)
    households = int(found.villages["households"].sum())
    total = float(found.sites["cost_base"].sum())
    years = [row for row in _rows(found.yearly) if row["sites"]]
    aims = [text("form.aim_year", "zh", year=row["year"], sites=row["sites"],
                 villages=row["villages"], households=row["households"])
            for row in years]  # fmt: skip
    figures: list[tuple[str, str, Cell, str]] = [
        ("output", "sites", sites, "modelled"),
        ("output", "villages", villages, "modelled"),
        ("output", "quality", None, ""),
        ("output", "time", max((row["year"] for row in years), default=None), "modelled"),
        ("output", "cost", _wan(total / sites) if sites else None, "assumed"),
        ("benefit", "households", households, "modelled"),
        ("benefit", "lasting", None, ""),
        ("satisfaction", "users", None, ""),
    ]
    rows: list[Mapping[str, Cell]] = [
        {
            "level_1": text(f"form.{level}", "zh"),
            "level_2": text(f"form_indicator.{name}_kind", "zh"),
            "level_3": text(f"form_indicator.{name}", "zh"),
            "indicator_unit": text(f"form_indicator.{name}_unit", "zh"),
            "indicator_value": value,
            "indicator_evidence": text(f"evidence.{evidence}", "zh") if evidence else None,
        }
        for level, name, value, evidence in figures
    ]
    first = years[0]["year"] if years else None
    values: dict[str, Cell] = {
        "fund_total_wan": _wan(total),
        "period": f"{first}–{years[-1]['year']}" if years else None,
        "aim_total": text("form.aim", "zh", sites=sites, villages=villages, households=households),
        "aim_years": "\n".join(aims),
    }
    return FormContent(_head(pack, found.scenario, found.evidence) | values, tuple(rows))


def _acceptance(pack: Pack, scenario: Scenario, workspace: str | Path | None) -> FormContent:
    from data.ledger.site_lives import KIND
    from data.workspace.accepted_sites import ACCEPTED, village_ids
    from data.workspace.catalogue import Catalogue
    from data.workspace.folder import Workspace

    with Catalogue(Workspace.open(workspace).folder) as store:
        lives = store.table(pack.name, KIND)
    frame = pd.DataFrame() if lives is None else lives[lives["stage"] == ACCEPTED]
    accepted = _rows(frame)
    known = {row["village_id"]: row for row in _rows(_named(pack, pack.table("natural_villages")))}
    rows: list[Mapping[str, Cell]] = []
    for life in accepted:
        for code in village_ids(life["villages"]):
            village = known.get(code, {})
            rows.append(
                {
                    "number": len(rows) + 1, "county": village.get("county_zh"),
                    "county_code": village.get("adcode"), "township": village.get("township"),
                    "natural_village": village.get("name") or code, "village_code": code,
                    "households": village.get("households"), "site_id": life["site_id"],
                    "accepted_on": life["as_of"], "technology": life["technology"],
                    "rsrp_dbm": life["rsrp_dbm"], "rate_mbps": life["rate_mbps"],
                    "photographs": life["photographs"],
                    "result": text(f"form.{life['result']}", "zh") if life["result"] else None,
                    "evidence": _evidence(life),
                }
            )  # fmt: skip
    totals: dict[str, Cell] = {"site_count": len(accepted), "village_count": len(rows)}
    evidence = [str(row["evidence"]) for row in accepted]
    return FormContent(_head(pack, scenario, evidence) | totals, tuple(rows))


_MAKERS: Mapping[str, Callable[[Pack, Rollout], FormContent]] = {
    "site_list": _site_list, "task_list": _task_list, "performance": _performance,
}  # fmt: skip


def _head(pack: Pack, scenario: Scenario, evidence: Iterable[str]) -> dict[str, Cell]:
    invented = "illustrative" in set(evidence)
    money = scenario.plan.money
    return {
        "project_name": scenario.name or None,
        "province": str(pack.meta["name_zh"]),
        "filled_on": today().isoformat(),
        "about": text("form.about", "zh", currency=currency_word(money.currency),
                      year=money.price_year, digest=scenario.digest[:16]),
        "stamp": text("stamp.illustrative", "zh") if invented else None,
    }  # fmt: skip


def _place(number: int, site: Row, village: Row) -> dict[str, Cell]:
    return {
        "number": number, "prefecture": site["prefecture_zh"], "county": site["county_zh"],
        "county_code": site["county"], "township": village.get("township"),
        "admin_village": village.get("admin_village"),
    }  # fmt: skip


def _villages(pack: Pack, found: Rollout) -> list[dict[str, Any]]:
    return _rows(with_brought(pack, found.villages))


def _named(pack: Pack, villages: pd.DataFrame) -> pd.DataFrame:
    counties = pack.regions("county").set_index("adcode")["name_zh"]
    plain = pd.DataFrame(villages).drop(columns="geometry", errors="ignore")
    return with_brought(pack, plain.assign(county_zh=plain["adcode"].map(counties)))


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return records(tidy(frame))


def _called(village: Row) -> str:
    return str(village.get("name") or village["village_id"])


def _wan(amount: float | None) -> float | None:
    return None if amount is None else round(amount / _WAN, 2)


def _word(group: str, code: object) -> str | None:
    return text(f"plan.{group}_{code}", "zh") if code else None


def _evidence(row: Row) -> str:
    return text(f"evidence.{row['evidence']}", "zh")
