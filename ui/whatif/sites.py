"""The planner's sites: placed, typed, toggled, deleted; each change can be undone."""

from __future__ import annotations

import streamlit as st

from data.doctor.crs.position import read_position
from data.scenario.presets import preset
from data.scenario.scenario import (
    DEFAULT_HEIGHT_M,
    DEFAULT_PRESET,
    PlannedSite,
    Scenario,
    parse_site,
)
from geo.errors import PlannerError
from planning.coverage.prediction import has_radio
from planning.whatif import Effect, counties_of
from ui.shell import cache, state
from ui.shell.callbacks import whole
from ui.shell.frame import explain
from ui.shell.i18n import language, number, t

PRESET, HEIGHT, TYPED = "site_preset", "site_height", "site_typed"
_FAULT = "_site_fault"


def begin() -> None:
    """Give the inputs of the next site their defaults, once a session."""
    st.session_state.setdefault(PRESET, DEFAULT_PRESET)
    st.session_state.setdefault(HEIGHT, DEFAULT_HEIGHT_M)
    st.session_state.setdefault(TYPED, "")


def place(lat: float, lon: float) -> None:
    """Place a site where the map was clicked; outside the province only a message changes."""
    session = st.session_state
    _add(PlannedSite(lat=round(lat, 6), lon=round(lon, 6),
                     antenna_height_m=session[HEIGHT], preset=session[PRESET]))  # fmt: skip


@whole
def place_typed() -> None:
    """Place a site at typed coordinates, with ``,HEIGHT_M[,PRESET]`` after them or not.

    What is wrong stays in the box.
    """
    session = st.session_state
    text = str(session[TYPED]).replace("，", ",").strip()
    given = [part for part in text.split(",") if part.strip()]
    height, chosen = float(session[HEIGHT]), str(session[PRESET])
    try:
        if len(given) > 2:
            site = parse_site(",".join([*given, chosen][:4]))
        else:
            lat, lon = read_position(text)
            site = PlannedSite(lat=lat, lon=lon, antenna_height_m=height, preset=chosen)
    except PlannerError as error:
        session[_FAULT] = error
        return
    if state.plan().sites[-1:] == (site,) or _add(site):
        session[TYPED] = ""


@whole
def undo() -> None:
    """Take the last step back."""
    state.keep(state.history().undo())


@whole
def redo() -> None:
    """Repeat the step that was taken back."""
    state.keep(state.history().redo())


def fault() -> None:
    """Show once why the last site was refused."""
    error = st.session_state.pop(_FAULT, None)
    if error is not None:
        explain(error)


def listed(plan: Scenario, result: Effect) -> None:
    """Draw the sites with a switch and a button to delete each."""
    if not plan.sites:
        st.info(t("whatif.none"))
        return
    households = result.gained.groupby("site")["households"].sum().to_dict()
    villages = result.gained["site"].value_counts().to_dict()
    with st.container(height=190, border=True, gap="xsmall"):
        for i, site in enumerate(plan.sites):
            cells = st.columns([0.88, 0.12], vertical_alignment="center", gap="small")
            key = f"{plan.digest}-{i}"
            cells[0].checkbox(
                _title(
                    i,
                    site,
                    (int(villages.get(i + 1, 0)), int(households.get(i + 1, 0))),
                    circle=result.basis == "circle" or not has_radio(site.preset),
                ),
                value=site.enabled,
                key=f"site-on-{key}",
                on_change=_toggle,
                args=(i, site, f"site-on-{key}"),
            )
            cells[1].button(
                "✕", key=f"site-off-{key}", on_click=_delete, args=(i, site), type="tertiary",
                help=t("whatif.delete"),
            )  # fmt: skip


def _title(i: int, site: PlannedSite, gained: tuple[int, int], *, circle: bool) -> str:
    """Return one site with the villages and households that it gains."""
    known = preset(site.preset)
    reach = t("whatif.radius_km", radius=number(known.radius_m / 1000, digits=1))
    return t(
        "whatif.site",
        number=i + 1,
        lat=f"{site.lat:.4f}",
        lon=f"{site.lon:.4f}",
        preset=known.title(language()),
        reach=reach if circle else t("whatif.terrain_reach"),
        height=number(site.antenna_height_m),
        villages=number(gained[0]),
        households=number(gained[1]),
    )


def _add(site: PlannedSite) -> bool:
    try:
        counties_of(cache.pack(), [site])
    except PlannerError as error:
        st.session_state[_FAULT] = error
        return False
    state.change(sites=(*state.plan().sites, site))
    return True


@whole
def _toggle(i: int, site: PlannedSite, key: str) -> None:
    """Take what the switch of one row says."""
    enabled = bool(st.session_state[key])
    _change(i, site, [site.model_copy(update={"enabled": enabled})])


@whole
def _delete(i: int, site: PlannedSite) -> None:
    """Take one row away."""
    _change(i, site, [])


def _change(i: int, site: PlannedSite, instead: list[PlannedSite]) -> None:
    """Put ``instead`` in the place of row ``i``, if that row still shows ``site``.

    A click sent while the page was being redrawn brings along the rows of the plan before it:
    Streamlit takes them for changed and calls back for rows that are gone.
    """
    sites = state.plan().sites
    if sites[i : i + 1] == (site,):
        state.change(sites=(*sites[:i], *instead, *sites[i + 1 :]))
