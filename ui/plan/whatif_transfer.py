"""Sites between What-if and the plan: taken over by one button, nothing lost, one step to undo."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from data.scenario.plan_settings import place_key
from data.scenario.scenario import PlannedSite
from planning.plan.rollout import Rollout
from ui.plan import settings as plan_settings
from ui.shell import navigation, state
from ui.shell.callbacks import whole
from ui.shell.i18n import number, t

#: The other lists that a place leaves when it goes into one: what must be is not forbidden.
_LEAVES = {"locked": ("own", "forbidden"), "own": ("forbidden",)}
_TAKEN, _OPENED = "_plan_taken", "_plan_opened"
#: Sites that What-if lists at most: more than a person looks through, and slow to draw.
MOST = 300


def into_plan() -> None:
    """Draw on What-if the buttons that take its sites in use into the plan."""
    places = _in_use()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":small[**{t('exchange.into_plan')}**]", width="content")
        for field in _LEAVES:
            st.button(
                t(f"exchange.as_{field}"), key=f"into_{field}", on_click=_take, args=(field,),
                disabled=not places, help=t("exchange.into_plan_help"),
            )  # fmt: skip
    taken = st.session_state.pop(_TAKEN, None)
    if taken is not None:
        field, new, known = taken
        st.success(t(f"exchange.taken_{field}", new=number(new), known=number(known)))
        st.page_link(navigation.page_of("plan"), label=t("exchange.open_plan"))


def into_what_if(found: Rollout, chosen: pd.DataFrame) -> None:
    """Draw on Plan the buttons that open its sites in What-if.

    Parameters
    ----------
    chosen
        The row that is chosen in the ranked list; empty for none.
    """
    height = found.scenario.plan.antenna_height_m
    shown = found.sites[found.sites["status"] != "built"].head(MOST)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":small[**{t('exchange.into_whatif')}**]", width="content")
        if len(chosen):
            st.button(t("exchange.this_site", rank=chosen["rank"].iloc[0]), key="open_chosen",
                      on_click=_open, args=(chosen, height))  # fmt: skip
        st.button(
            t("exchange.all_sites", count=number(len(shown))), key="open_all",
            help=t("exchange.into_whatif_help", most=MOST), disabled=shown.empty,
            on_click=_open, args=(shown, height),
        )  # fmt: skip
        opened = st.session_state.pop(_OPENED, None)
        if opened is not None:
            st.markdown(t("exchange.opened", new=number(opened)), width="content")
            # Changing the page from here would lose what the sidebar holds; a link keeps it.
            st.page_link(navigation.page_of("what_if"), label=t("exchange.open_whatif"))


def _in_use() -> list[dict[str, float]]:
    """Return the places of the sites in use, each once."""
    places = {
        place_key(site.lat, site.lon): {"lat": round(site.lat, 5), "lon": round(site.lon, 5)}
        for site in state.plan().sites
        if site.enabled
    }
    return list(places.values())


@whole
def _take(field: str) -> None:
    """Put the places of the sites in use into a list of the plan's candidates."""
    now = plan_settings.settings().candidates
    places = _in_use()
    # What must be built is more than a candidate; what is built is more than both.
    more = {"locked": ("locked", "built"), "own": ("own", "locked", "built")}[field]
    known = {place.key for name in more for place in getattr(now, name)}
    new = [at for at in places if place_key(at["lat"], at["lon"]) not in known]
    keys = {place_key(at["lat"], at["lon"]) for at in new}
    values: dict[str, Any] = {
        f"candidates.{name}": [
            place.model_dump() for place in getattr(now, name) if place.key not in keys
        ]
        for name in _LEAVES[field]
    }
    kept = [place.model_dump() for place in getattr(now, field)]
    if plan_settings.put_at(values | {f"candidates.{field}": [*kept, *new]}):
        st.session_state[_TAKEN] = (field, len(new), len(places) - len(new))


@whole
def _open(sites: pd.DataFrame, height_m: float) -> None:
    """Add sites of a plan to those of What-if; one that is there already is switched on."""
    now = list(state.plan().sites)
    at = {(place_key(site.lat, site.lon), site.preset): i for i, site in enumerate(now)}
    for row in sites[["lat", "lon", "preset"]].to_dict("records"):
        key = (place_key(row["lat"], row["lon"]), str(row["preset"]))
        if key in at:
            now[at[key]] = now[at[key]].model_copy(update={"enabled": True})
            continue
        now.append(
            PlannedSite(lat=round(float(row["lat"]), 6), lon=round(float(row["lon"]), 6),
                        antenna_height_m=height_m, preset=str(row["preset"]))
        )  # fmt: skip
    st.session_state[_OPENED] = len(now) - len(state.plan().sites)
    state.change(sites=tuple(now))
