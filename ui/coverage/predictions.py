"""What the Coverage, Path and Rules pages ask of the engine, and how the answers are kept.

Every answer is named by the pack, the scenario and the order, so that nothing stale is shown; the
work itself runs in a thread of its own (:mod:`ui.widgets.background`).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from data.scenario.coverage_rules import Profile, rules
from data.scenario.link_presets import budget_keys
from data.scenario.presets import preset
from data.workspace.folder import Workspace
from layers.registry import technology_of
from planning.coverage import rule_comparison
from planning.coverage.prediction import CoverageOrder, village_prediction
from planning.coverage.rule_comparison import RuleOrder
from ui.shell import cache, localised_select, state
from ui.shell.i18n import language, t
from ui.widgets.background import result_of

RULE, PRESET = "coverage_rule", "coverage_preset"
#: The rule that a fresh page judges by.
_FIRST_RULE = "natural_village"


def profiles() -> Mapping[str, Profile]:
    """Return every coverage rule: the embedded ones and those of the workspace."""
    return rules(Workspace.open().folder / "rules")


def title_of(rule: Profile) -> str:
    """Return a rule's title in the language of the session."""
    return rule.title(language())


def preset_title(key: str) -> str:
    """Return a preset's title in the language of the session."""
    known = preset(key)
    return known.title(language())


def carriers(technology: str) -> list[str]:
    """Return the presets of a technology that have a link budget."""
    return [key for key in budget_keys() if technology_of(key) == technology]


def ask() -> tuple[Profile, CoverageOrder]:
    """Draw the choice of rule and band; return the rule and the order it makes."""
    cells = st.columns([1.7, 1, 2.2], vertical_alignment="bottom")
    known = {key: rule for key, rule in profiles().items() if rule.kind == "signal"}
    if st.session_state.get(RULE) not in known:
        st.session_state[RULE] = _FIRST_RULE if _FIRST_RULE in known else next(iter(known))
    chosen = localised_select.selectbox(
        cells[0], t("coverage.rule"), list(known), key=RULE,
        format_func={key: title_of(rule) for key, rule in known.items()}.__getitem__,
        help=t("coverage.rule_help"),
    )  # fmt: skip
    rule = known[chosen]
    bands = carriers(rule.technology)
    if st.session_state.get(PRESET) not in bands:
        st.session_state[PRESET] = bands[0] if "4g_1800" not in bands else "4g_1800"
    band = localised_select.selectbox(
        cells[1], t("coverage.preset"), bands, key=PRESET,
        format_func={key: preset_title(key) for key in bands}.__getitem__,
        help=t("coverage.preset_help"),
    )  # fmt: skip
    return rule, order_of(rule, str(band), regions())


def regions() -> tuple[str, ...]:
    """Return the adcode of the chosen region; none for the whole province."""
    adcode = state.region()[1]
    return (adcode,) if adcode else ()


def order_of(rule: Profile, band: str, within: tuple[str, ...]) -> CoverageOrder:
    """Return the order that a rule by signal makes for one band."""
    return rule_comparison.order_of(rule, RuleOrder(within, band))


def key_of(*parts: object) -> str:
    """Return the text that names an answer: pack, scenario, and what was asked."""
    return "|".join([cache.pack().digest, cache.key_of(state.plan()), *map(repr, parts)])


def villages(order: CoverageOrder) -> pd.DataFrame | None:
    """Return every village of the order with its best server; None while it is being worked out."""
    pack, plan = cache.pack(), state.plan()
    work = functools.partial(village_prediction, pack, plan, order)
    return result_of(
        "villages", key_of(order),
        lambda progress, cancel: work(progress=progress, cancel=cancel),
        label=t("coverage.working"),
    )  # fmt: skip
