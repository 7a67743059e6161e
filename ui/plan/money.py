"""Money of a plan: how it is counted, unit costs to edit, the bill of materials."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from pandas.api.typing import NAType

from data.ledger.metrics import currency_word, in_language
from planning.plan.rollout import Rollout
from planning.plan.unit_costs import unit_costs
from ui.plan import charts as plan_charts, settings as plan_settings
from ui.plan.settings import TEN_THOUSAND
from ui.shell import cache
from ui.shell.callbacks import standing
from ui.shell.i18n import cost_unit, language, name_language, number, short_names, t
from ui.widgets import tables

_VALUES = ("low", "base", "high")
_EDITOR = "plan_unit_costs"
#: Number of bars in the chart of drivers.
_DRIVERS = 12


def costs() -> None:
    """Draw the unit costs in force; a changed cell goes into the scenario."""
    own = plan_settings.settings().money.unit_costs
    table, sources = unit_costs(cache.pack()), _sources()
    rows = [
        {
            "item": item,
            "meaning": row.meaning_zh if name_language() == "zh" else row.meaning,
            "unit": cost_unit(f"{row.currency} {row.per}"),
            **{name: getattr(own.get(item, row), name) for name in _VALUES},
            "price_year": row.price_year,
            "evidence": t("evidence.assumed" if item in own else f"evidence.{row.evidence}"),
            "source": t("plan.own_cost") if item in own else sources[row.source],
        }
        for item, row in table.items()
    ]
    frame = pd.DataFrame(rows)
    names = {
        "item": t("column.item"), "meaning": t("column.meaning"), "unit": t("column.unit"),
        "price_year": t("column.price_year"), "evidence": t("table.evidence"),
        "source": t("column.source"),
    }  # fmt: skip
    numbers = {
        name: st.column_config.NumberColumn(t(f"column.{name}"), min_value=0.0, format="%.6g")
        for name in _VALUES
    }
    # The key carries what is in force: undo and redo make a fresh editor.
    key = f"{_EDITOR}-{hash(tuple(sorted((k, v.model_dump_json()) for k, v in own.items())))}"
    st.data_editor(
        frame, key=key, hide_index=True, height=320, row_height=28, disabled=list(names),
        column_config={**names, **numbers}, on_change=standing("plan_costs", key, _take),
        args=(key, frame),
    )  # fmt: skip
    st.caption(t("plan.costs_help"))


def bill(result: Rollout) -> None:
    """Draw the bill of materials."""
    table = result.bill
    end = name_language()
    shown = pd.DataFrame(
        {
            t("column.meaning"): table["meaning_zh" if end == "zh" else "meaning"],
            t("plan.quantity"): table["quantity"].round(1),
            t("column.unit"): [
                # The unit of what is paid each year names the year.
                cost_unit(unit.removesuffix(" and year"))
                + (f" · {t('plan.paid_yearly')}" * (paid != "once"))
                for unit, paid in zip(table["unit"], table["paid"], strict=True)
            ],
            **{
                f"{t(f'column.{name}')} ({t('plan.ten_thousand')})": (
                    table[f"total_{name}"] / TEN_THOUSAND
                ).round(1)
                for name in _VALUES
            },
            t("table.evidence"): [t(f"evidence.{word}") for word in table["evidence"]],
            t("column.source"): table["source"].replace(_sources()),
        }
    )
    height = tables.fitted(len(shown), 320)
    st.dataframe(shown, hide_index=True, height=height, row_height=28)
    st.caption(plan_settings.money_note())


def _sources() -> dict[str, str]:
    """Return where unit costs come from: the words of the table and those of the reader."""
    costs = cache.pack().table("unit_costs")
    return dict(zip(costs["source"], in_language(costs, language())["source"], strict=True))


def drivers(result: Rollout) -> None:
    """Draw which unit costs and assumptions change the total most, each alone."""
    table, money = result.drivers, result.scenario.plan.money
    if table.empty:
        return
    st.markdown(f"**{t('plan.drivers_title')}**")
    st.vega_lite_chart(plan_charts.drivers(table.head(_DRIVERS), money))
    shown = min(_DRIVERS, len(table))
    st.caption(t("plan.drivers_help", shown=shown, count=len(table)))


def over_years(result: Rollout) -> None:
    """Draw total cost, present value and subsidy, each with its kind of money."""
    table = result.totals
    money = result.scenario.plan.money
    shown = pd.DataFrame(
        {
            t("plan.figure"): [
                _figure(name, years)
                for name, years in zip(table["figure"], table["years"], strict=True)
            ],
            **{t(f"column.{name}"): [number(value) for value in table[name]] for name in _VALUES},
            t("plan.discounting"): [
                t("plan.discounted", rate=f"{rate:.1%}") if yes else t("plan.undiscounted")
                for yes, rate in zip(table["discounted"], table["discount_rate"], strict=True)
            ],
        }
    )
    st.dataframe(shown, hide_index=True, row_height=28)
    st.caption(
        t("plan.totals_help", currency=currency_word(money.currency), year=money.price_year,
          years=money.operation_years)
    )  # fmt: skip


def _figure(name: str, years: int | NAType) -> str:
    """Return what a figure is called; those of the subsidy with the years it counts."""
    title = t(f"plan.total_{name}")
    if "subsidy" not in name:
        return title
    counted = t("plan.subsidy_years_mixed") if years is pd.NA else years
    return t("plan.subsidy_counts", figure=title, years=counted)


def counting() -> None:
    """Draw price year, discount rate, years of operation and subsidy."""
    now = plan_settings.settings().money
    cells = st.columns(4, vertical_alignment="bottom")
    with cells[0]:
        plan_settings.figure("money.price_year", t("plan.price_year"), now.price_year,
                           (2000, 2100, 1), whole=True)  # fmt: skip
    with cells[1]:
        rate = None if now.discount_rate is None else now.discount_rate * 100
        plan_settings.optional("money.discount_rate", t("plan.discount_rate"), rate,
                             lambda value: None if value is None else value / 100,
                             empty=t("plan.as_in_table"))  # fmt: skip
    with cells[2]:
        plan_settings.figure("money.operation_years", t("plan.operation_years"),
                           now.operation_years, (1, 50, 1), whole=True)  # fmt: skip
    with cells[3]:
        plan_settings.switch("money.subsidy", t("plan.subsidy"), now.subsidy)
    plan_settings.several("money.border", t("plan.border"), _regions(now.border), now.border,
                        help_=t("plan.border_help"), empty=t("plan.no_border"))  # fmt: skip


def _regions(known: Sequence[str]) -> dict[str, str]:
    """Return the names of prefectures and counties by code; a code nobody knows names itself."""
    names = {code: code for code in known}
    prefectures, counties = (cache.pack().regions(level) for level in ("prefecture", "county"))
    of = dict(zip(prefectures["adcode"], short_names(prefectures), strict=True))
    inside = zip(counties["adcode"], counties["parent"], short_names(counties), strict=True)
    for code, parent, name in inside:
        names[code] = f"{of[parent]} · {name}"
    return names | of


def _take(key: str, frame: pd.DataFrame) -> None:
    """Put the edited cells into the scenario."""
    own = {
        item: value.model_dump()
        for item, value in plan_settings.settings().money.unit_costs.items()
    }
    for row, cells in st.session_state[key]["edited_rows"].items():
        before = frame.iloc[int(row)]
        values = {name: float(before[name]) for name in _VALUES}
        values |= {name: float(value) for name, value in cells.items() if value is not None}
        # Who raises the base above the high means the interval to follow.
        values["low"] = min(values["low"], values["base"])
        values["high"] = max(values["high"], values["base"])
        own[str(before["item"])] = values
    plan_settings.put_at({"money.unit_costs": own})
