"""The ranked list: each site with what it adds and why, to lock, forbid, and see on the map."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from data.scenario.presets import preset
from planning.plan.rollout import Rollout
from ui.plan import map as plan_map, settings as plan_settings, whatif_transfer
from ui.plan.settings import TEN_THOUSAND
from ui.shell.callbacks import whole
from ui.shell.i18n import language, name_language, number, short_names, t
from ui.shell.provenance import plain
from ui.widgets import tables

_HEIGHT, _ROW = 380, 28


def ranked(result: Rollout) -> None:
    """Draw the list with the chosen site's buttons."""
    shown = _shown(result.sites)
    chosen = str(st.session_state.get(plan_map.CHOSEN, ""))
    table = tables.followed("plan-list", result.sites["candidate_id"], chosen)
    st.dataframe(
        shown,
        **table,
        height=tables.fitted(len(shown), _HEIGHT),
        row_height=_ROW,
        hide_index=True,
        on_select=lambda: _take(result, table["key"]),
        column_config=_columns(result),
    )
    sites = result.sites
    total = (
        (len(sites), t("plan.unit_sites")), (sites["villages"].sum(), t("plan.unit_villages")),
        (sites["households"].sum(), t("plan.unit_households")),
    )  # fmt: skip
    said = [f"{number(amount)} {unit}" for amount, unit in total]
    said.append(t("plan.total_cost", amount=number(sites["cost_base"].sum() / TEN_THOUSAND)))
    st.caption(f"**{t('plan.all_years')}** {' · '.join(said)}")
    counts = result.sites["evidence"].value_counts()
    words = [t("plan.evidence_sites", word=t(f"evidence.{word}"), count=number(count))
             for word, count in counts.items()]  # fmt: skip
    st.caption(f"**{t('table.evidence')}** {t('list.comma').join(words)}")
    _buttons(result)


def unreachable(result: Rollout) -> None:
    """Draw the villages that no candidate reaches, with the reason."""
    if result.unreachable.empty:
        st.success(t("plan.all_reachable"))
        return
    end = name_language()
    table = result.unreachable
    shown = table[["village_id", f"county_{end}", "lat", "lon", "households"]].copy()
    shown["reason"] = [t(f"plan.reason_{word}") for word in table["reason"]]
    shown["nearest"] = table["nearest_m"] / 1000
    shown["remedy"] = [
        t(f"plan.remedy_{word}", preset=preset(key).title(language()) if key else "")
        for word, key in zip(table["remedy"], table["remedy_preset"], strict=True)
    ]
    names = {
        "village_id": t("table.village_id"), f"county_{end}": t("table.county"),
        "lat": t("table.lat"), "lon": t("table.lon"), "households": t("table.households"),
        "reason": t("plan.reason"), "nearest": t("plan.nearest_candidate"),
        "remedy": t("plan.remedy"),
    }  # fmt: skip
    height = tables.fitted(len(shown), _HEIGHT)
    st.dataframe(shown.rename(columns=names), height=height, row_height=_ROW, hide_index=True)


def _shown(sites: pd.DataFrame) -> pd.DataFrame:
    """Return what fits a narrow screen; the rest is shown for the chosen site."""
    names = pd.DataFrame({"name_zh": sites["county_zh"], "name_en": sites["county_en"]})
    return pd.DataFrame(
        {
            "rank": sites["rank"],
            "county": short_names(names),
            "year": sites["year"],
            "villages": sites["villages"],
            "households": sites["households"],
            "cost": (sites["cost_base"] / TEN_THOUSAND).round(1),
            "per": sites["cost_per_household"].round(0),
            "why": [_words("why", text) for text in sites["reasons"]],
            "backhaul": [t(f"plan.backhaul_{kind}") for kind in sites["backhaul"]],
            "power": [t(f"plan.power_{kind}") for kind in sites["power"]],
        }
    )


def _words(kind: str, codes: str) -> list[str]:
    return [t(f"plan.{kind}_{code}") for code in codes.split(";") if code]


def _columns(result: Rollout) -> dict[str, Any]:
    money = result.scenario.plan.money
    column = st.column_config
    cost = t("plan.column_cost", year=money.price_year)
    return {
        "rank": column.NumberColumn(t("plan.rank"), width=40, pinned=True),
        "county": column.TextColumn(t("table.county"), width=150),
        "year": column.NumberColumn(t("plan.year"), format="%d", width=52),
        "villages": column.NumberColumn(
            t("plan.column_villages"), help=t("plan.marginal"), format="localized", width=74
        ),
        "households": column.NumberColumn(
            t("plan.column_households"), help=t("plan.marginal"), format="localized", width=90
        ),
        "cost": column.NumberColumn(cost, format="%.1f", width=156),
        "per": column.NumberColumn(t("plan.column_per"), format="localized", width=104),
        "why": column.ListColumn(t("plan.why"), help=t("plan.why_help"), width=132),
        "backhaul": column.TextColumn(t("plan.backhaul_column"), width=80),
        "power": column.TextColumn(t("plan.power_column"), width=64),
    }


@whole
def _take(result: Rollout, key: str) -> None:
    rows = st.session_state[key].selection.rows
    chosen = result.sites["candidate_id"].iloc[rows[0]] if rows else ""
    st.session_state[plan_map.CHOSEN] = chosen


def _buttons(result: Rollout) -> None:
    chosen = result.sites[result.sites["candidate_id"] == st.session_state.get(plan_map.CHOSEN)]
    whatif_transfer.into_what_if(result, chosen)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if chosen.empty:
            st.caption(t("plan.choose_site"))
            return
        site = chosen.iloc[0]
        st.markdown(
            t("plan.chosen_site", rank=site["rank"], place=plain(site["candidate_id"]),
              villages=number(site["villages"]), households=number(site["households"])),
            width="content",
        )  # fmt: skip
        for field, word in (("locked", t("plan.lock")), ("forbidden", t("plan.forbid"))):
            st.button(word, key=f"plan_{field}_it", on_click=_name,
                      args=(field, site["lat"], site["lon"]))  # fmt: skip
    _reasons(site)


def _reasons(site: pd.Series) -> None:
    """Show the reasons for a site's place, year, backhaul and power."""
    reasons = {
        "plan.why": _words("why", site["reasons"]),
        "plan.when": _words("when", site["year_reason"]),
        "plan.link": _words("link", site["link_reasons"]),
        "plan.regret": _words("regret", site["regret"]),
        "table.evidence": [t(f"evidence.{site['evidence']}")],
    }
    st.caption(
        " · ".join(f"**{t(key)}** {', '.join(words)}" for key, words in reasons.items() if words)
    )


@whole
def _name(field: str, lat: float, lon: float) -> None:
    """Lock or forbid a place; it leaves the other list."""
    now = plan_settings.settings().candidates
    other = {"locked": "forbidden", "forbidden": "locked"}[field]
    here = {"lat": round(float(lat), 5), "lon": round(float(lon), 5)}
    lists = {
        name: [place.model_dump() for place in getattr(now, name) if place.model_dump() != here]
        for name in (field, other)
    }
    plan_settings.put_at(
        {f"candidates.{field}": [*lists[field], here], f"candidates.{other}": lists[other]}
    )
