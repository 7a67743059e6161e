"""What the Coverage page shows of a prediction: figures, map, tables, link budget."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from data.scenario.coverage_rules import Profile
from data.scenario.link_presets import budget_table
from data.scenario.presets import preset
from data.scenario.scenario import ErrorSettings
from data.tables.reader import Pack
from layers.map import features
from layers.villages import STATES
from planning.coverage.per_region import region_prediction
from planning.coverage.prediction import CoverageOrder
from ui.coverage.predictions import key_of, preset_title
from ui.map import maps, mapview
from ui.shell import cache, state
from ui.shell.callbacks import whole
from ui.shell.i18n import UNKNOWN, interval, language, name_language, number, short_names, t
from ui.shell.provenance import plain
from ui.widgets import tables

_ROW_HEIGHT = 28
#: Villages that the table shows; the export holds all.
_SHOWN = 3_000
#: Green where covered, orange where not, grey where unknown: never the other's colour.
_REASON_COLOURS = {
    "line_of_sight": "green", "over_ridge": "green", "ridge": "orange", "distance": "orange",
    "no_site": "orange", "outside_model": "gray",
}  # fmt: skip
_COUNTS = ("villages", "covered", "uncovered", "unknown", "not_asked")
#: Widths of figures, by which the table of regions fits a laptop's screen [px].
_WIDTHS = {
    "villages": 60, "covered": 62, "uncovered": 84, "unknown": 66, "not_asked": 74, "expected": 112,
    "households": 80, "reached": 108, "open": 112,
}  # fmt: skip
_STATE_CODES = {name: code for code, name in enumerate(STATES)}


def stamp(rule: Profile) -> None:
    """Draw a rule's source, year and whether its figures were verified, with its note."""
    colour, word = ("green", "verified") if rule.verified else ("orange", "unverified")
    source, note = rule.cited(language()), rule.note(language())
    st.caption(
        f":{colour}-badge[{t(f'coverage.{word}')}] {plain(source)} · {rule.year} · {plain(note)}"
    )


def metrics(table: pd.DataFrame, regions: pd.DataFrame, order: CoverageOrder) -> None:
    """Draw villages and households by state, and what shadowing leaves open."""
    cells = st.columns(3)
    people = table.groupby("state")["households"].sum()
    for cell, name in zip(cells, ("covered", "uncovered", "unknown"), strict=True):
        many = int((table["state"] == name).sum())
        cell.metric(
            t(f"coverage.{name}"), number(many), _share(many, len(table)),
            delta_color="off", delta_arrow="off",
        )  # fmt: skip
    homes = {name: number(int(people.get(name, 0))) for name in _STATE_CODES}
    reached = {name: number(round(float(regions[f"reached_{name}"].sum())))
               for name in ("low", "expected", "high")}  # fmt: skip
    key = "coverage.interval" if len(regions) == 1 else "coverage.interval_sum"
    words = t(
        key, **reached, limit=_dBm(order.limit_dBm), required=f"{order.required_probability:.0%}"
    )
    asked = t("coverage.not_asked", count=number(int(regions["not_asked"].sum())),
              least=number(order.min_households))  # fmt: skip
    st.caption(f"{t('coverage.homes', **homes)} {asked}  \n{words}")


def circle(order: CoverageOrder) -> None:
    """Draw what is known without an elevation model: a radius, and the link budget behind it."""
    known = preset(order.preset)
    st.info(
        t("coverage.circle", preset=preset_title(order.preset),
          radius=number(known.radius_m / 1000, digits=1), source=plain(known.about(language())))
    )  # fmt: skip
    budget_frame(order)


def chips(reasons: pd.Series) -> None:
    """Draw how many villages are in their state for which reason."""
    found = reasons.astype(str).value_counts()
    st.markdown(
        " ".join(
            f":{_REASON_COLOURS[str(word)]}-badge[{reason(str(word))} · {number(int(count))}]"
            for word, count in found.items()
        )
    )


def reason(word: str) -> str:
    """Return why a village is in its state, in the language of the session."""
    return t(f"reason.{word}")


def chart(table: pd.DataFrame, *, illustrative: bool) -> mapview.Drawn:
    """Return the map of the villages by predicted state."""
    content = features.point_bytes(
        table["lon"].to_numpy(float),
        table["lat"].to_numpy(float),
        table["households"].to_numpy(np.int64),
        table["state"].map(_STATE_CODES).to_numpy().astype(np.uint8),
    )
    look = maps.PointLook(
        title=t("coverage.map"),
        point=maps.village_word(),
        states=tuple(t(f"state.{name}") for name in STATES),
        notes=(t("coverage.unknown_note"),),
        counted=True,
        each=True,
        banner=t("banner.word") if illustrative else "",
    )
    return maps.point_chart(content, look, key="coverage")


def focus(table: pd.DataFrame) -> mapview.Overlay:
    """Return the overlay that shows the chosen region, and the village chosen in the table."""
    level, adcode = state.region()
    pack = cache.pack()
    box = features.region_bounds(pack, level, adcode) if adcode else features.bounds(pack)
    overlay: mapview.Overlay = {"selected": adcode, "fit": box}
    marked = table[table["village_id"] == st.session_state.get(state.VILLAGE)]
    if len(marked):
        overlay["mark"] = [float(marked["lat"].iloc[0]), float(marked["lon"].iloc[0])]
    return overlay


def counted(table: pd.DataFrame, order: CoverageOrder, errors: ErrorSettings) -> pd.DataFrame:
    """Return the prediction per region: counties under a chosen region, else as the sidebar says.

    The draws of the interval take a moment for a whole province, so they are kept.
    """
    level = "county" if state.region()[0] else str(st.session_state[state.LEVEL])
    asked = key_of(order, level, "rsrp_corrected_dBm" in table.columns)
    return _counted(asked, level, order, errors.model_dump_json(), _table=table, _pack=cache.pack())


@st.cache_data(max_entries=16, show_spinner=False)
def _counted(
    asked: str,
    level: str,
    order: CoverageOrder,
    errors: str,
    *,
    _table: pd.DataFrame,
    _pack: Pack,
) -> pd.DataFrame:
    del asked
    return region_prediction(_table, _pack, level, order, ErrorSettings.model_validate_json(errors))


def region_frame(regions: pd.DataFrame) -> None:
    """Draw covered, uncovered and unknown villages and households per region."""
    shown = pd.DataFrame(
        {
            "region": short_names(regions),
            **{name: regions[name] for name in _COUNTS},
            "expected": regions["reached_expected"].round(),
            "interval": _intervals(regions["reached_low"], regions["reached_high"]),
            "households": regions["households"],
            "reached": regions["households_covered"],
            "open": regions["households_unknown"],
            "evidence": [t(f"evidence.{word}") for word in regions["evidence"]],
        }
    )
    figure, text = st.column_config.NumberColumn, st.column_config.TextColumn
    names = {name: figure(t(f"coverage.column_{name}"), format="localized", width=width)
             for name, width in _WIDTHS.items()}  # fmt: skip
    st.dataframe(
        shown, hide_index=True, row_height=_ROW_HEIGHT, placeholder=UNKNOWN,
        column_config={
            "region": text(t("table.region"), pinned=True, width=104),
            "interval": text(
                t("coverage.column_interval"), help=t("coverage.interval_help"), width=88
            ),
            "evidence": text(t("table.evidence"), width=78), **names,
        },
    )  # fmt: skip
    st.caption(t("coverage.interval_help"))


def village_frame(table: pd.DataFrame) -> None:
    """Draw villages with level, probability and reason; a ticked row is marked on the map."""
    ranked = table.sort_values(["state", "margin_dB"], ascending=[False, True]).head(_SHOWN)
    shown = pd.DataFrame(
        {
            "village_id": ranked["village_id"],
            "county": ranked[f"county_{name_language()}"],
            "households": ranked["households"],
            "state": ranked["state"].map({name: t(f"state.{name}") for name in STATES}),
            "reason": [reason(word) for word in ranked["reason"]],
            "site": ranked["site_id"].replace("", UNKNOWN),
            "distance": ranked["distance_km"],
            "rsrp": ranked["rsrp_dBm"],
            **(
                {"corrected": ranked["rsrp_corrected_dBm"]}
                if "rsrp_corrected_dBm" in ranked
                else {}
            ),
            "margin": ranked["margin_dB"],
            "probability": ranked["probability"] * 100,
            "ridge": ranked["ridge_km"],
        }
    )
    text, figure = st.column_config.TextColumn, st.column_config.NumberColumn
    chosen = str(st.session_state.get(state.VILLAGE, ""))
    table_ = tables.followed("coverage-villages", ranked["village_id"], chosen)
    st.dataframe(
        shown, **table_, hide_index=True, height=tables.fitted(len(shown), 380),
        row_height=_ROW_HEIGHT, placeholder=UNKNOWN,
        on_select=lambda: _take(ranked["village_id"], table_["key"]),
        column_config={
            "village_id": text(t("table.village_id"), pinned=True),
            "county": text(t("table.county")),
            "households": figure(t("table.households"), format="localized"),
            "state": text(t("table.state")),
            "reason": text(t("coverage.reason"), width="medium"),
            "site": text(t("coverage.server")),
            "distance": figure(t("coverage.distance"), format="%.1f"),
            "rsrp": figure(t("coverage.rsrp"), format="%.0f"),
            "corrected": figure(t("coverage.corrected"), format="%.0f"),
            "margin": figure(t("coverage.margin"), format="%.0f"),
            "probability": figure(t("coverage.probability"), format="%.0f"),
            "ridge": figure(t("coverage.ridge"), format="%.1f"),
        },
    )  # fmt: skip
    st.caption(t("coverage.rows", shown=number(len(shown)), all=number(len(table))))


def budget_frame(order: CoverageOrder) -> None:
    """Draw the link budget line by line, each with its evidence and source."""
    end = language()
    lines = budget_table(order.preset, order.requirement, languages=(end,))
    shown = pd.DataFrame(
        {
            "line": [
                f"Σ {title}" if is_sum else title
                for title, is_sum in zip(lines[f"title_{end}"], lines["is_sum"], strict=True)
            ],
            "value": _signed(lines),
            "unit": lines["unit"],
            "evidence": [t(f"evidence.{word}") for word in lines["evidence"]],
            "source": lines[f"source_{end}"],
        }
    )
    text = st.column_config.TextColumn
    st.dataframe(
        shown, hide_index=True, height=tables.fitted(len(shown), 2000), row_height=_ROW_HEIGHT,
        column_config={
            "line": text(t("coverage.line"), width=300),
            "value": text(t("coverage.value"), width="small"),
            "unit": text(t("coverage.unit"), width="small"),
            "evidence": text(t("table.evidence"), width="small"),
            "source": text(t("column.source"), width="large"),
        },
    )  # fmt: skip
    st.caption(t("coverage.budget_note"))


def _signed(lines: pd.DataFrame) -> list[str]:
    """Return the values as they count: with + or − where a line enters the next sum."""
    texts = []
    for value, sign, is_sum in zip(lines["value"], lines["sign"], lines["is_sum"], strict=True):
        if np.isnan(value):
            text = UNKNOWN
        elif is_sum:
            text = f"{value:.1f}"
        elif sign:
            text = f"{value * sign:+.1f}" if abs(value) >= 0.05 else "0.0"
        else:
            text = f"{value:,.2f}".rstrip("0").rstrip(".")
        texts.append(text.replace("-", "−"))
    return texts


def _dBm(level: float) -> str:
    return f"{level:g}".replace("-", "−")


def _intervals(low: pd.Series, high: pd.Series) -> list[str]:
    return [interval(float(a), float(b)) for a, b in zip(low, high, strict=True)]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else UNKNOWN


@whole
def _take(ids: Sequence[str] | pd.Series, key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    st.session_state[state.VILLAGE] = str(pd.Series(ids).iloc[rows[0]]) if rows else ""
