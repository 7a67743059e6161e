"""The search box: any place of the province by name, letters, code or coordinates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import streamlit as st

from data.doctor.crs.position import read_position
from data.scenario.scenario import PlannedSite
from data.tables.reader import Pack
from data.workspace.find import search_bytes
from geo.errors import PlannerError
from ui.shell import cache, frame, region, state
from ui.shell.callbacks import hear, heard
from ui.shell.i18n import brief_name, name_language, t
from ui.shell.streamlit_internals import media_address

_KEY = "find"
_FAULT = "_find_fault"
_HTML = (
    '<div class="tc-find"><input type="search" role="combobox" aria-expanded="false" '
    'aria-controls="tc-find-list" aria-autocomplete="list" autocomplete="off" spellcheck="false">'
    '<kbd aria-hidden="true">/</kbd>'
    '<div id="tc-find-list" role="listbox" hidden></div></div>'
)
#: Kinds of :data:`data.workspace.find.FIELDS`.
_KINDS = ("p", "c", "t", "v", "s")


def box() -> None:
    """Draw the box; what is picked becomes the region in force, a place in it is marked."""
    pack = cache.pack()
    _component()(
        key=_KEY,
        height=30,
        data={
            "url": media_address(_places(pack.digest, _pack=pack), "application/gzip", key=_KEY),
            "heard": heard(_KEY),
            "regions": _region_names(pack.digest, name_language(), _pack=pack),
            "words": {
                "names": name_language(),
                "kinds": {kind: t(f"find.kind_{kind}") for kind in _KINDS},
                **{
                    name: t(f"find.{name}")
                    for name in (
                        "label", "placeholder", "help", "none", "loading", "failed", "position",
                    )
                },
            },
        },
        on_events_change=lambda: hear(_KEY, _take),
    )  # fmt: skip


def take_fault() -> PlannerError | None:
    """Return why the last search found nothing, and forget it."""
    fault: PlannerError | None = st.session_state.pop(_FAULT, None)
    return fault


def _take(event: Mapping[str, Any]) -> None:
    picked = event["pick"]
    kind = str(picked["kind"])
    if kind == "position":
        _go(str(picked["text"]))
    elif kind in ("p", "c"):
        region.choose("prefecture" if kind == "p" else "county", str(picked["id"]))
    else:
        region.choose("county", str(picked["adcode"]))
        st.session_state[state.PLACE] = (float(picked["lat"]), float(picked["lon"]))
        if kind == "v":
            st.session_state[state.VILLAGE] = str(picked["id"])


def _go(text: str) -> None:
    # Geometry takes half a second to import: only where coordinates are given.
    from planning.whatif import counties_of

    try:
        lat, lon = read_position(text)
        county = counties_of(cache.pack(), [PlannedSite(lat=lat, lon=lon)])[0]
    except PlannerError as error:
        st.session_state[_FAULT] = error
        return
    region.choose("county", county)
    st.session_state[state.PLACE] = (lat, lon)


@st.cache_resource(max_entries=4, show_spinner=False)
def _places(digest: str, *, _pack: Pack) -> bytes:
    del digest
    return search_bytes(_pack)


@st.cache_data(max_entries=8, show_spinner=False)
def _region_names(digest: str, names: str, *, _pack: Pack) -> dict[str, str]:
    """Return the prefecture and county of each county's adcode."""
    del digest
    title = f"name_{names}"
    upper = _pack.regions("prefecture").set_index("adcode")[title]
    counties = _pack.regions("county")
    return {
        code: " ".join(
            brief_name(str(name), with_kind=True) for name in (upper.get(parent, ""), own) if name
        )
        for code, parent, own in zip(
            counties["adcode"], counties["parent"], counties[title], strict=True
        )
    }


@lru_cache(maxsize=1)
def _component() -> Callable[..., Any]:
    """Register the box once per process."""
    mount: Callable[..., Any] = st.components.v2.component(
        "tongcun_find", html=_HTML, js=frame.component("find.js"), isolate_styles=False
    )
    return mount
