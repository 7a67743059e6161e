"""An example over the planner's own work: a few steps, left at any time, which restores all."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from data.scenario.scenario import PlannedSite, Scenario
from ui.shell import cache, navigation, region, state
from ui.shell.callbacks import whole
from ui.shell.history import History
from ui.shell.i18n import t

_KEY = "_example"
#: Pages of the example, in order.
STEPS = ("overview", "gap_lists", "what_if", "plan")


@dataclass(frozen=True)
class _Before:
    """What the planner had before, and the step that is shown."""

    region: tuple[str, str]
    history: History
    view: str


def begin() -> None:
    """Set the example: the prefecture that lacks most villages, a site beside its largest one."""
    if _KEY not in st.session_state:
        view = str(st.session_state.get("lists_view", "regions"))
        st.session_state[_KEY] = _Before(state.region(), state.history(), view)
    villages = cache.villages()
    missing = villages[villages["state"] == "uncovered"]
    if len(missing):
        prefecture = str(missing["prefecture"].value_counts().index[0])
        inside = missing[missing["prefecture"] == prefecture]
        village = inside.nlargest(1, "households").iloc[0]
        site = PlannedSite(lat=float(village["lat"]), lon=float(village["lon"]))
        region.choose("prefecture", prefecture)
        state.keep(History(Scenario(province=state.province(), sites=(site,))))
    st.switch_page(navigation.page_of(STEPS[0]))


def show(path: str) -> None:
    """Draw the bar of the example while it runs.

    Parameters
    ----------
    path
        Path of the page in the address.
    """
    if _KEY not in st.session_state:
        return
    paths = [navigation.PAGES[step] for step in STEPS]
    at = paths.index(path or paths[0]) if (path or paths[0]) in paths else -1
    with st.container(key="example", horizontal=True, vertical_alignment="center", gap="small"):
        words = t(f"example.{STEPS[at]}") if at >= 0 else t("example.elsewhere")
        st.markdown(f"**{t('example.title', step=at + 1, count=len(STEPS))}** {words}")
        following = STEPS[(at + 1) % len(STEPS)]
        if at + 1 < len(STEPS) and st.button(
            t("example.next"), key="example_next", help=t(f"page_about.{following}")
        ):
            st.switch_page(navigation.page_of(following))
        st.button(
            t("example.leave"), key="example_leave", on_click=_leave, help=t("example.leave_help")
        )


@whole
def _leave() -> None:
    before: _Before = st.session_state[_KEY]
    state.keep(before.history)
    st.session_state[state.REGION] = before.region
    st.session_state["lists_view"] = before.view
    st.session_state.pop(_KEY, None)
