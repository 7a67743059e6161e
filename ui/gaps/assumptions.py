"""What the planner may set: an own target and how it is shared out. Both go into the scenario."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st
from pydantic import ValidationError

from layers.base import Layer, Metric
from layers.figures import RULES
from planning.gaps import target_dates
from ui.shell import cache, localised_select, state
from ui.shell.callbacks import standing, whole
from ui.shell.i18n import name_language, number, t

_TARGET, _RULE, _WEIGHTS = "_own_target", "_own_rule", "_own_weights"
_DATE = "_target_date"
_OWN_LIST = "_own_list"
#: Largest own target, as in the scenario's schema.
_LARGEST = 10**9


def show(layer: Layer, row: pd.Series) -> None:
    """Draw the inputs for a layer; ``row`` is the province's row of its gap table."""
    plan, metric = state.plan(), state.metric_of(layer)
    setting = layer.setting(metric)
    with st.expander(t("assume.title"), expanded=bool(pd.isna(row["target"]))):
        _own_list(layer, row)
        left, right = st.columns(2)
        own = plan.targets.get(setting)
        # The field of a share or a rate takes decimals, that of units whole numbers.
        kind: type[float] = float if metric.digits else int
        st.session_state[_TARGET] = None if own is None else kind(own)
        left.number_input(
            t("assume.target"),
            min_value=kind(0),
            max_value=kind(100 if metric.unit == "percent" else _LARGEST),
            step=kind(1 if metric.digits else 100),
            format=f"%.{metric.digits}f" if metric.digits else "%d",
            key=_TARGET,
            placeholder=t("status.none_stated") if pd.isna(row["target"]) else t("assume.as_plan"),
            help=t("assume.target_help"),
            on_change=_take_target,
            args=(setting,),
        )
        _target_date(layer, metric)
        if not metric.rules:
            return
        st.session_state[_RULE] = plan.rules.get(setting, metric.default_rule)
        localised_select.selectbox(
            right,
            t("assume.rule"),
            RULES,
            key=_RULE,
            format_func={rule: t(f"rule.{rule}") for rule in RULES}.__getitem__,
            help=t("assume.rule_help"),
            on_change=_take_rule,
            args=(setting, metric.default_rule),
        )
        if plan.rules.get(setting) == "own":
            _weights(setting)


def _target_date(layer: Layer, metric: Metric) -> None:
    """Draw which of several stated targets counts; one alone is no choice."""
    dates = target_dates(cache.pack(), layer, metric)
    if len(dates) < 2:
        return
    setting = layer.setting(metric)
    chosen = state.plan().target_dates.get(setting)
    st.session_state[_DATE] = chosen.isoformat() if chosen is not None else ""
    localised_select.selectbox(
        st, t("assume.target_date"), ["", *dates], key=_DATE,
        format_func={"": t("assume.next_due"), **{day: day for day in dates}}.__getitem__,
        help=t("assume.target_date_help"), on_change=_take_date, args=(setting,),
    )  # fmt: skip


def _own_list(layer: Layer, row: pd.Series) -> None:
    """Draw the choice between the planner's own count and the allocated figure; none without."""
    if pd.isna(row.get("built_own")):
        return
    st.session_state[_OWN_LIST] = layer.key in state.plan().own_counts
    st.toggle(
        t(
            "assume.own_counts", own=number(row["built_own"]),
            allocated=number(row["built_allocated"]), difference=number(row["own_difference"]),
        ),
        key=_OWN_LIST, help=t("assume.own_counts_help"), on_change=_take_own_list,
        args=(layer.key,),
    )  # fmt: skip


@whole
def _take_own_list(key: str) -> None:
    others = tuple(name for name in state.plan().own_counts if name != key)
    state.change(own_counts=(*others, key) if st.session_state[_OWN_LIST] else others)


def _weights(setting: str) -> None:
    regions = cache.pack().regions("prefecture")
    own = state.plan().weights.get(setting, {})
    table = pd.DataFrame(
        {
            "adcode": regions["adcode"],
            "name": regions[f"name_{name_language()}"],
            "weight": [float(own.get(code, 0.0)) for code in regions["adcode"]],
        }
    )
    version = f"{_WEIGHTS}-{setting}-{state.plan().digest}"
    st.data_editor(
        table,
        key=version,
        hide_index=True,
        disabled=["adcode", "name"],
        column_config={
            "adcode": t("table.adcode"),
            "name": t("table.region"),
            "weight": st.column_config.NumberColumn(
                t("assume.weight"), min_value=0.0, required=True
            ),
        },
        on_change=standing("weights", version, _take_weights),
        args=(setting, table, version),
    )


@whole
def _take_date(setting: str) -> None:
    day = st.session_state[_DATE]
    dates = {key: date for key, date in state.plan().target_dates.items() if key != setting}
    state.change(target_dates={**dates, setting: dt.date.fromisoformat(day)} if day else dates)


@whole
def _take_target(key: str) -> None:
    value = st.session_state[_TARGET]
    others = {name: number for name, number in state.plan().targets.items() if name != key}
    state.change(targets=others if value is None else {**others, key: value})


@whole
def _take_rule(setting: str, default: str) -> None:
    rule = st.session_state[_RULE]
    plan = state.plan()
    rules = {name: chosen for name, chosen in plan.rules.items() if name != setting}
    weights = dict(plan.weights)
    if rule != default:
        rules[setting] = rule
    if rule == "own" and setting not in weights:
        regions = cache.pack().regions("prefecture")
        weights[setting] = dict(
            zip(regions["adcode"], regions["population"].astype(float), strict=True)
        )
    state.change(rules=rules, weights=weights)


def _take_weights(key: str, table: pd.DataFrame, version: str) -> None:
    weights = dict(zip(table["adcode"], table["weight"], strict=True))
    for row, edit in st.session_state[version]["edited_rows"].items():
        weights[table["adcode"].iloc[int(row)]] = float(edit["weight"] or 0.0)
    try:
        state.change(weights={**state.plan().weights, key: weights})
    except ValidationError:
        st.toast(t("assume.bad_weight"))
