"""The planner's sites: placed, typed, chosen, moved, deleted; each change can be undone."""

from __future__ import annotations

import streamlit as st

from data.doctor.crs.position import read_position
from data.scenario.scenario import DEFAULT_HEIGHT_M, DEFAULT_PRESET, PlannedSite, parse_site
from geo.errors import PlannerError
from planning.whatif import counties_of
from ui.shell import cache, state
from ui.shell.callbacks import whole
from ui.shell.frame import explain

PRESET, HEIGHT, TYPED = "site_preset", "site_height", "site_typed"
#: Number of the site that is chosen in table or map.
CHOSEN = "chosen_site"
_FAULT, _LOOK = "_site_fault", "_site_look"
#: Half of the box that is shown around a site that is chosen in the table [°].
_AROUND_DEG = 0.06


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


def unplace() -> None:
    """Take back the site that the first click of a double click has placed."""
    history = state.history()
    if history.past and history.past[-1].sites == history.present.sites[:-1]:
        state.keep(history.undo())
    st.session_state.pop(_FAULT, None)


def hear(number_: int, at: tuple[float, float] | None) -> None:
    """Choose the site whose pin was pressed; one that was dragged stands where it was let go."""
    sites_ = state.plan().sites
    if not 1 <= number_ <= len(sites_):
        return
    st.session_state[CHOSEN] = number_
    if at is not None:
        moved = {"lat": round(at[0], 6), "lon": round(at[1], 6)}
        replace_chosen(**moved)


def choose(number_: int) -> None:
    """Frame a site and have the map show its surroundings."""
    site = state.plan().sites[number_ - 1]
    st.session_state[CHOSEN] = number_
    st.session_state[_LOOK] = [
        [site.lat - _AROUND_DEG, site.lon - _AROUND_DEG],
        [site.lat + _AROUND_DEG, site.lon + _AROUND_DEG],
    ]


def look() -> list[list[float]] | None:
    """Return the box that the map shows once for the site that was chosen last."""
    box: list[list[float]] | None = st.session_state.get(_LOOK)
    return box


def chosen() -> int:
    """Return the number of the chosen site, 0 for none."""
    number_ = int(st.session_state.get(CHOSEN) or 0)
    return number_ if number_ <= len(state.plan().sites) else 0


def replace_chosen(**fields: object) -> None:
    """Change the chosen site as one step that can be undone; what is refused is told."""
    sites_ = list(state.plan().sites)
    at = chosen() - 1
    try:
        sites_[at] = PlannedSite.model_validate(sites_[at].model_dump() | fields)
        counties_of(cache.pack(), [sites_[at]])
    except PlannerError as error:
        st.session_state[_FAULT] = error
        return
    state.change(sites=tuple(sites_))


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
        choose(len(state.plan().sites))


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


def _add(site: PlannedSite) -> bool:
    try:
        counties_of(cache.pack(), [site])
    except PlannerError as error:
        st.session_state[_FAULT] = error
        return False
    state.change(sites=(*state.plan().sites, site))
    st.session_state[CHOSEN] = len(state.plan().sites)
    return True


def move_chosen(text: str) -> None:
    """Move the chosen site to typed coordinates; what cannot be read is told."""
    try:
        lat, lon = read_position(text)
    except PlannerError as error:
        st.session_state[_FAULT] = error
        return
    replace_chosen(lat=round(lat, 6), lon=round(lon, 6))


@whole
def delete_chosen() -> None:
    """Take the chosen site away."""
    at = chosen()
    if at:
        sites_ = state.plan().sites
        state.change(sites=(*sites_[: at - 1], *sites_[at:]))
        st.session_state[CHOSEN] = 0
