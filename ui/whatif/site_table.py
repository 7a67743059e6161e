"""The placed sites: a row each with what it brings, a switch, and a press that shows it."""

from __future__ import annotations

from html import escape

import streamlit as st

from data.scenario.presets import preset
from data.scenario.scenario import PlannedSite, Scenario
from geo.earth.crs import geodesic_m
from layers.villages import MIN_HOUSEHOLDS, sized
from planning.whatif import Effect
from ui.shell import cache, state
from ui.shell.i18n import language, number, t
from ui.whatif import sites
from ui.widgets import figure_table
from ui.widgets.figure_table import Cell, RowChoice, Section, TableColumn

#: Greatest height before the rows scroll [px].
_TALL = 250
#: Sites that bring nothing of which it is said.
_NOTES = 3


def show(plan: Scenario, result: Effect) -> None:
    """Draw the sites with the villages and households that each brings."""
    if not plan.sites:
        st.info(t("whatif.none"))
        return
    homes = result.gained.groupby("site")["households"].sum().to_dict()
    villages = result.gained["site"].value_counts().to_dict()
    rows = [
        (key_of(i, site), _cells(i, site, int(villages.get(i, 0)), int(homes.get(i, 0))))
        for i, site in enumerate(plan.sites, start=1)
    ]
    columns = (
        TableColumn("number", t("site.number"), sortable=False),
        TableColumn("preset", t("whatif.preset")),
        TableColumn("height", t("site.height"), "number", optional=True),
        TableColumn("villages", t("site.villages"), "number"),
        TableColumn("households", t("site.households"), "number"),
        TableColumn("on", t("site.on"), "switch", sortable=False),
    )
    foot: dict[str, Cell] = {
        "number": {"text": "Σ"},
        "preset": {"text": t("site.total", on=sum(site.enabled for site in plan.sites))},
        "villages": {"text": f"+{number(result.villages)}"},
        "households": {"text": f"+{number(sum(homes.values()))}"},
    }
    at = sites.chosen()
    chosen = key_of(at, plan.sites[at - 1]) if at else ""
    figure_table.show(
        [Section("sites", columns, rows, foot)], key="site-table", legend=(), tall=_TALL,
        choice=RowChoice(chosen, take=choose, turn=turn),
    )  # fmt: skip
    _idle(plan, result)


def _idle(plan: Scenario, result: Effect) -> None:
    """Say of each site whose circle brings nothing how far the nearest village without 4G is."""
    serving = set(result.gained["site"])
    idle = [(i, site) for i, site in enumerate(plan.sites, start=1)
            if site.enabled and i not in serving]  # fmt: skip
    if result.basis != "circle" or not idle:
        return
    villages = cache.villages()
    lacking = villages[(villages["state"] == "uncovered") & sized(villages, MIN_HOUSEHOLDS)]
    notes = []
    for number_, site in idle:
        metres = geodesic_m(site.lon, site.lat, lacking["lon"], lacking["lat"])
        if len(metres) and metres.min() > preset(site.preset).radius_m:
            km = number(metres.min() / 1000, digits=1)
            notes.append(t("whatif.nothing", number=number_, km=km))
    for note in notes[:_NOTES]:
        st.html(f'<div class="tc-note past">{escape(note)}</div>')


def key_of(number_: int, site: PlannedSite) -> str:
    """Return the key of a row: a press on a row that is gone finds none."""
    return f"{number_}|{site.lat},{site.lon}|{site.preset}"


def choose(key: str) -> None:
    """Frame the site of a row, and show where it stands."""
    at = _place_of(key)
    if at is not None:
        sites.choose(at + 1)


def turn(key: str, on: bool) -> None:  # noqa: FBT001  what the switch says
    """Take what the switch of a row says."""
    at = _place_of(key)
    if at is None:
        return
    changed = list(state.plan().sites)
    changed[at] = changed[at].model_copy(update={"enabled": on})
    state.change(sites=tuple(changed))


def _place_of(key: str) -> int | None:
    keys = [key_of(i, site) for i, site in enumerate(state.plan().sites, start=1)]
    return keys.index(key) if key in keys else None


def _cells(number_: int, site: PlannedSite, villages: int, homes: int) -> dict[str, Cell]:
    name = preset(site.preset).title(language())
    place = f"{site.lat:.5f}, {site.lon:.5f}"
    return {
        "number": {"text": str(number_), "help": t("site.show", number=number_, place=place)},
        "preset": {"text": name, "value": name, "help": place},
        "height": figure_table.number_cell(
            f"{number(site.antenna_height_m)} m", site.antenna_height_m
        ),
        "villages": figure_table.number_cell(f"+{number(villages)}", villages, strong=True),
        "households": figure_table.number_cell(f"+{number(homes)}", homes, strong=True),
        "on": figure_table.switch_cell(on=site.enabled, label=t("site.turn", number=number_)),
    }
