"""The map of a plan: routes, villages by what they get, sites by year, and what a click does."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from geo.errors import InputError
from layers.map.features import point_bytes
from layers.map.palette import colours
from planning.plan.candidates import demand
from planning.plan.rollout import Rollout
from ui.map import maps, mapview
from ui.plan import settings as plan_settings
from ui.shell import cache, state
from ui.shell.callbacks import whole
from ui.shell.i18n import short_names, t
from ui.shell.streamlit_internals import media_address

MODE = "plan_click"
#: What a click on the map does.
MODES = ("look", "own", "lock", "forbid", "area")
#: Corners of the area that is being drawn, (lon, lat).
CORNERS = "_plan_corners"
#: id of the site that is chosen in list or map.
CHOSEN = "plan_site"
#: A click this near chooses a site [°].
_NEAR_DEG = 0.05
#: Edge of the map around the villages of an area [°].
_MARGIN_DEG = 0.1


def show(result: Rollout | None, year: int, *, height: int) -> None:
    """Draw the map; without a plan the villages that it would be for."""
    scenario = plan_settings.scenario()
    villages, box = _demand(cache.pack().digest, scenario.plan.regions,
                            scenario.plan.min_households)  # fmt: skip
    named = plan_settings.settings().candidates
    corners = [[lat, lon] for lon, lat in st.session_state.get(CORNERS, [])]
    overlay: dict[str, Any] = {
        "plan": {
            "year": year, "years": _span(result), "colours": _colours(), "corners": corners,
            "areas": [[[lat, lon] for lon, lat in area.ring] for area in named.forbidden_areas],
            **{
                kind: [[place.lat, place.lon] for place in places]
                for kind, places in (
                    ("own", named.own), ("locked", named.locked),
                    ("forbidden", named.forbidden),
                )
            },
        }
    }  # fmt: skip
    if scenario.plan.regions and box:
        overlay["look"] = box
    if result is not None:
        overlay["plan"] |= {"url": _content(result), "legend": _legend(result, year)}
        mark = result.sites[result.sites["candidate_id"] == st.session_state.get(CHOSEN)]
        if len(mark):
            overlay["mark"] = [float(mark["lat"].iloc[0]), float(mark["lon"].iloc[0])]
    maps.plan_map(
        villages,
        overlay,
        on_click=lambda lat, lon: _clicked(result, lat, lon),
        height=height,
        planned=result is not None,
    )


def modes() -> None:
    """Draw what a click does, and the buttons of an area that is being drawn."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.segmented_control(
            t("plan.click"), MODES, key=MODE, default=MODES[0], required=True,
            format_func={name: t(f"plan.click_{name}") for name in MODES}.__getitem__,
            label_visibility="collapsed",
        )  # fmt: skip
        corners = st.session_state.get(CORNERS, [])
        if st.session_state.get(MODE) == "area" or corners:
            st.button(t("plan.area_close", count=len(corners)), on_click=_close_area,
                      key="plan_close", disabled=len(corners) < 3)  # fmt: skip
            st.button(t("plan.area_drop"), on_click=_drop, key="plan_drop", disabled=not corners)


def _clicked(result: Rollout | None, lat: float, lon: float) -> None:
    mode = st.session_state.get(MODE) or MODES[0]
    named = plan_settings.settings().candidates
    here = {"lat": round(lat, 5), "lon": round(lon, 5)}
    if mode == "area":
        st.session_state[CORNERS] = [*st.session_state.get(CORNERS, []), (lon, lat)]
    elif mode == "look":
        _choose(result, lat, lon)
    else:
        field = {"own": "own", "lock": "locked", "forbid": "forbidden"}[mode]
        places = [place.model_dump() for place in getattr(named, field)]
        plan_settings.put_at({f"candidates.{field}": (*places, here)})


def _choose(result: Rollout | None, lat: float, lon: float) -> None:
    """Choose the site next to the click, if one is near."""
    if result is None or result.sites.empty:
        return
    sites = result.sites
    away = np.hypot(
        sites["lat"].to_numpy(float) - lat,
        (sites["lon"].to_numpy(float) - lon) * np.cos(np.radians(lat)),
    )
    at = int(np.argmin(away))
    st.session_state[CHOSEN] = sites["candidate_id"].iloc[at] if away[at] < _NEAR_DEG else ""


@whole
def _close_area() -> None:
    ring = tuple(st.session_state.pop(CORNERS, ()))
    areas = [area.model_dump() for area in plan_settings.settings().candidates.forbidden_areas]
    if len(ring) < 3:
        plan_settings.refuse(InputError("map.three_corners"))
        return
    plan_settings.put_at({"candidates.forbidden_areas": (*areas, {"ring": ring})})


@whole
def _drop() -> None:
    st.session_state.pop(CORNERS, None)


def _span(result: Rollout | None) -> list[int]:
    years = plan_settings.settings().years if result is None else result.scenario.plan.years
    return [years.first, years.first + years.count - 1]


def _content(result: Rollout) -> str:
    """Return the address of sites, villages and routes as the map's script reads them."""
    sites, villages, lost = result.sites, result.villages, result.unreachable
    names = short_names(
        pd.DataFrame({"name_zh": sites["county_zh"], "name_en": sites["county_en"]})
    )
    ends = result.routes.geometry.get_coordinates().round(5).to_numpy().reshape(-1, 4)
    content = {
        "sites": _rows(sites, _years(sites["year"]), sites["rank"].tolist(), names),
        "villages": [
            *_rows(villages, _years(villages["year"]), [0] * len(villages)),
            *_rows(lost, [0] * len(lost), [1] * len(lost)),
        ],
        "routes": [
            [b, a, d, c, year]
            for (a, b, c, d), year in zip(ends.tolist(), _years(result.routes["year"]), strict=True)
        ],
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return media_address(text.encode(), "application/json", key=f"plan-{state.province()}")


def _rows(frame: pd.DataFrame, *columns: list[Any]) -> list[list[Any]]:
    places = frame[["lat", "lon"]].round(5).to_numpy().tolist()
    return [[*place, *rest] for place, *rest in zip(places, *columns, strict=True)]


def _years(column: pd.Series) -> list[int]:
    return [int(year) for year in column.fillna(0)]


def _colours() -> dict[str, Any]:
    """Return the colours by what a plan draws; the years run from planned to built."""
    ink = colours(dark=mapview.is_dark())
    return {
        "route": ink["ink-2"], "reached": ink["covered"], "later": ink["uncovered"],
        "lost": ink["unknown"], "own": ink["ink"], "halo": ink["card"],
        "years": [ink["planned"], ink["built"]], "edge": ink["built"],
    }  # fmt: skip


def _legend(result: Rollout, year: int) -> dict[str, Any]:
    first, last = _span(result)
    shades = _colours()
    rows = [
        (shades["years"][0], t("plan.legend_site", year=first), shades["edge"]),
        (shades["years"][1], t("plan.legend_site", year=last), ""),
        (shades["reached"], t("plan.legend_reached", year=year), ""),
        (shades["later"], t("plan.legend_later"), ""),
        (shades["lost"], t("plan.legend_lost"), ""),
    ]
    notes = [t("plan.circle")] if result.basis == "circle" else []
    return {
        "title": t("plan.legend"),
        "rows": [
            *({"colour": colour, "text": text, "shape": "disc", "outline": edge}
              for colour, text, edge in rows),
            {"colour": shades["route"], "text": t("plan.legend_route"), "shape": "line"},
            *_wanted(),
        ],
        "notes": notes,
    }  # fmt: skip


def _wanted() -> list[dict[str, str]]:
    """Return the rows of the planner's own places, must-builds and forbidden places."""
    named, ink = plan_settings.settings().candidates, _colours()["own"]
    shapes = (("own", "ring", named.own), ("locked", "square", named.locked),
              ("forbidden", "cross", (*named.forbidden, *named.forbidden_areas)))  # fmt: skip
    return [
        {"colour": ink, "text": t(f"plan.legend_{kind}"), "shape": shape}
        for kind, shape, places in shapes if places
    ]  # fmt: skip


@st.cache_data(max_entries=8, show_spinner=False)
def _demand(digest: str, regions: tuple[str, ...], least: int) -> tuple[bytes, list[list[float]]]:
    """Return the villages planned for, and the box around them: south, west, north, east."""
    del digest, regions, least
    villages = demand(cache.pack(), plan_settings.scenario())
    lon, lat = (villages[name].to_numpy(float) for name in ("lon", "lat"))
    ends = ((part.min() - _MARGIN_DEG, part.max() + _MARGIN_DEG) for part in (lat, lon))
    box = np.transpose(list(ends)).tolist() if len(lon) else []
    nothing = np.zeros(len(villages), np.uint8)
    return point_bytes(lon, lat, villages["households"].to_numpy(np.int64), nothing), box
