"""What-if: place sites by click or coordinates and see at once which villages they reach."""

from __future__ import annotations

import streamlit as st

from data.scenario.presets import preset, presets
from planning.coverage.prediction import has_radio
from planning.whatif import Effect
from ui.coverage import terrain_bar
from ui.map import maps, mapview
from ui.plan import whatif_transfer
from ui.shell import cache, exporting, localised_select, saving, sidebar, state
from ui.shell.callbacks import once
from ui.shell.frame import guarded, head
from ui.shell.i18n import language, number, t
from ui.shell.provenance import see_sources
from ui.whatif import effect_reasons, effects, five_g, site_table, site_tuning, sites
from ui.widgets.background import part

_MAP_HEIGHT = 600


@guarded
def show() -> None:
    """Draw the page; what a click changes is one fragment, the rest does not change."""
    head(t("whatif.title"), invented=cache.illustrative())
    _workbench()


@part
def _workbench() -> None:
    model = terrain_bar.show()
    left, right = st.columns([0.62, 0.38], gap="small")
    with right:
        _next_site(terrain=model is not None)
        plan = state.plan()
        result = effects.of(plan)
        effects.summary(result)
        five_g.show()
        site_table.show(plan, result)
        whatif_transfer.into_plan()
        sidebar.scenario()
    with left:
        events = mapview.MapEvents(on_click=sites.place, on_back=sites.unplace, on_site=sites.hear)
        maps.site_map(
            plan,
            result,
            events,
            chosen=sites.chosen(),
            look=sites.look(),
            height=_MAP_HEIGHT,
        )
        site_tuning.show(model)
        effects.basis(result)
    effect_reasons.show(result)
    effects.per_region(result)
    _exports(result)
    see_sources(["pack:natural_villages", *(f"preset:{site.preset}" for site in plan.sites)])
    saving.show()


def _next_site(*, terrain: bool) -> None:
    """Draw what the next site is: preset, height, typed coordinates; undo and redo."""
    known = presets()
    cells = st.columns([1.6, 1], vertical_alignment="bottom")
    titles = {k: item.title(language()) for k, item in known.items()}
    localised_select.selectbox(
        cells[0],
        t("whatif.preset"),
        list(titles),
        key=sites.PRESET,
        format_func=titles.__getitem__,
    )
    cells[1].number_input(
        t("whatif.height"), min_value=1.0, max_value=300.0, step=5.0, format="%.0f",
        key=sites.HEIGHT, help=t("tune.height_help" if terrain else "whatif.height_help"),
    )  # fmt: skip
    chosen = preset(st.session_state[sites.PRESET])
    basis = chosen.about(language())
    if terrain and has_radio(chosen.key):
        st.caption(t("whatif.level"))
    else:
        radius = number(chosen.radius_m / 1000, digits=1, unit="km")
        weak = number(chosen.radius_weak_m / 1000, digits=1, unit="km")
        st.caption(t("whatif.radius", radius=radius, weak=weak, basis=basis))
    cells = st.columns([1.9, 0.8, 0.5, 0.5], vertical_alignment="bottom", gap="small")
    cells[0].text_input(
        t("whatif.coordinates"),
        key=sites.TYPED,
        placeholder=t("whatif.coordinates_form"),
        help=t("whatif.coordinates_help"),
    )
    cells[1].button(t("whatif.add"), key="add", on_click=once(sites.place_typed), width="stretch")
    history = state.history()
    cells[2].button(
        "↶", help=t("whatif.undo"), key="undo", on_click=once(sites.undo),
        disabled=not history.past, width="stretch",
    )  # fmt: skip
    cells[3].button(
        "↷", help=t("whatif.redo"), key="redo", on_click=once(sites.redo),
        disabled=not history.future, width="stretch",
    )  # fmt: skip
    sites.fault()


def _exports(result: Effect) -> None:
    from planning.exports.gaps import whatif_bundle

    pack, plan, tongue = cache.pack(), state.dated(), language()
    if plan.sites:
        exporting.buttons(
            t("export.whatif"),
            f"{pack.name}-whatif",
            lambda _geometry: whatif_bundle(pack, plan, result, language=tongue),
            handover=exporting.MAPS,
        )
