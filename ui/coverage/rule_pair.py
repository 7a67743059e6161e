"""Two coverage rules side by side: the choice, their stamps, map, table per region, exports."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import streamlit as st

from layers.map import features
from planning.coverage.rule_comparison import RuleOrder, rule_comparison, rule_counts
from planning.exports.coverage import RulePair
from ui.coverage import predictions, results as coverage_view
from ui.map import maps, mapview
from ui.shell import cache, localised_select, state
from ui.shell.i18n import UNKNOWN, name_language, number, short_names, t
from ui.widgets import tables
from ui.widgets.background import result_of

RULE_A, RULE_B, LEAST = "rules_a", "rules_b", "rules_least"
#: The pair that a fresh page compares: the two that MIIT 2018 accepts as alternatives.
_FIRST = ("miit_2018_a", "miit_2018_b")
_ORDER = ("only_a", "only_b", "neither", "both", "unknown", "not_asked")
#: Widths of their columns, by which the table fits beside the map on a laptop's screen [px].
_WIDTHS = (54, 54, 58, 48, 70, 74)
#: Disagreement in two colours of its own, agreement as the states of villages; the first on top.
_LOOKS = (
    {"colour": "rule-a", "shape": "disc"},
    {"colour": "rule-b", "shape": "disc"},
    {"colour": "uncovered", "shape": "diamond"},
    {"colour": "covered", "shape": "ring"},
    {"colour": "unknown", "shape": "square"},
    {"colour": "no-target", "shape": "square"},
)
_ROW_HEIGHT, _HEIGHT = 28, 330


def ask() -> tuple[RulePair, RuleOrder]:
    """Draw the choice of both rules and of the region; return them."""
    known = predictions.profiles()
    titles = {key: predictions.title_of(rule) for key, rule in known.items()}
    for key, first in zip((RULE_A, RULE_B), _FIRST, strict=True):
        if st.session_state.get(key) not in known:
            st.session_state[key] = first if first in known else next(iter(known))
    sides = st.columns(2, gap="small")
    chosen = []
    for cell, key, title in zip(sides, (RULE_A, RULE_B), ("A", "B"), strict=True):
        with cell:
            picked = localised_select.selectbox(
                st,
                t("rules.rule", side=title),
                list(titles),
                key=key,
                format_func=titles.__getitem__,
            )
            chosen.append(known[str(picked)])
            coverage_view.stamp(chosen[-1])
    cells = st.columns([0.8, 3.8], vertical_alignment="bottom")
    least = cells[0].number_input(
        t("lists.min_households"), min_value=1, max_value=10_000, value=1, key=LEAST
    )
    cells[1].caption(t("rules.judged"))
    return RulePair(chosen[0], chosen[1]), RuleOrder(
        predictions.regions(), min_households=int(least)
    )


def needs_terrain(pair: RulePair) -> bool:
    """Return whether a rule of the pair asks for a level."""
    return "signal" in {pair.a.kind, pair.b.kind}


def compared(pair: RulePair, order: RuleOrder) -> pd.DataFrame | None:
    """Return every village with its outcome; None while it is being worked out."""
    pack, plan = cache.pack(), state.plan()
    work = functools.partial(rule_comparison, pack, plan, pair.a, pair.b, order)
    return result_of(
        "rules", predictions.key_of(pair, order),
        lambda progress, cancel: work(progress=progress, cancel=cancel),
        label=t("rules.working"),
    )  # fmt: skip


def counted(table: pd.DataFrame) -> pd.DataFrame:
    """Return the outcomes per prefecture, or per county under a chosen region."""
    level = "county" if state.region()[0] else "prefecture"
    return rule_counts(table, cache.pack(), level, predictions.regions())


def metrics(table: pd.DataFrame) -> None:
    """Draw how many villages have each outcome."""
    found = table["outcome"].value_counts()
    homes = table.groupby("outcome")["households"].sum()
    cells = st.columns(len(_ORDER))
    for cell, word in zip(cells, _ORDER, strict=True):
        cell.metric(
            _outcome(word), number(int(found.get(word, 0))),
            t("rules.homes", count=number(int(homes.get(word, 0)))),
            delta_color="off", delta_arrow="off",
        )  # fmt: skip
    differ = int(found.get("only_a", 0) + found.get("only_b", 0))
    judged = int(len(table) - found.get("unknown", 0) - found.get("not_asked", 0))
    if judged:
        st.markdown(t("rules.differ", differ=number(differ), judged=number(judged),
                      share=f"{differ / judged:.1%}"))  # fmt: skip


def chart(table: pd.DataFrame) -> mapview.Drawn:
    """Return the map of the villages by outcome."""
    code = {word: i for i, word in enumerate(_ORDER)}
    content = features.point_bytes(
        table["lon"].to_numpy(float),
        table["lat"].to_numpy(float),
        table["households"].to_numpy(np.int64),
        table["outcome"].map(code).to_numpy().astype(np.uint8),
    )
    invented = "illustrative" in set(table["evidence"])
    look = maps.PointLook(
        title=t("rules.map"),
        point=maps.village_word(),
        states=tuple(_outcome(word) for word in _ORDER),
        notes=(t("coverage.unknown_note"),),
        looks=_LOOKS,
        counted=True,
        each=True,
        banner=t("banner.word") if invented else "",
    )
    return maps.point_chart(content, look, key="rules")


def region_frame(regions: pd.DataFrame) -> None:
    """Draw the outcomes per region, those with most disagreement first."""
    differ = regions["only_a"] + regions["only_b"]
    ranked = regions.loc[differ.sort_values(ascending=False, kind="stable").index]
    shown = pd.DataFrame({"region": short_names(ranked), **{word: ranked[word] for word in _ORDER}})
    figure = st.column_config.NumberColumn
    st.dataframe(
        shown, hide_index=True, row_height=_ROW_HEIGHT, placeholder=UNKNOWN,
        height=tables.fitted(len(shown), _HEIGHT),
        column_config={
            "region": st.column_config.TextColumn(t("table.region"), pinned=True, width=92),
            **{word: figure(t(f"outcome_brief.{word}"), format="localized", width=width)
               for word, width in zip(_ORDER, _WIDTHS, strict=True)},
        },
    )  # fmt: skip


def village_frame(table: pd.DataFrame, shown: int = 2_000) -> None:
    """Draw the villages on which the rules disagree."""
    differ = table[table["outcome"].isin(["only_a", "only_b"])].head(shown)
    words = {name: t(f"state.{name}") for name in ("covered", "uncovered", "unknown")}
    words["not_asked"] = t("rules.not_asked")
    rows = pd.DataFrame(
        {
            "village_id": differ["village_id"],
            "county": differ[f"county_{name_language()}"],
            "households": differ["households"],
            "a": differ["state_a"].map(words),
            "b": differ["state_b"].map(words),
        }
    )
    text = st.column_config.TextColumn
    st.dataframe(
        rows, hide_index=True, row_height=_ROW_HEIGHT, placeholder=UNKNOWN,
        height=tables.fitted(len(rows), _HEIGHT),
        column_config={
            "village_id": text(t("table.village_id"), width=104),
            "county": text(t("table.county"), width=104),
            "households": st.column_config.NumberColumn(
                t("table.households"), format="localized", width=60
            ),
            "a": text("A", width=70), "b": text("B", width=70),
        },
    )  # fmt: skip


def _outcome(word: str) -> str:
    return t(f"outcome.{word}")
