"""What a planner names: places to lock, forbid or add, areas, and limits by prefecture."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from pydantic import BaseModel

from data.scenario.plan_settings import AreaSettings, BuiltSite, Place
from data.scenario.scenario import parse_site
from geo.errors import InputError, PlannerError
from ui.plan import settings as plan_settings
from ui.shell import cache, localised_select
from ui.shell.callbacks import once, standing, whole
from ui.shell.i18n import short_names, t
from ui.shell.provenance import plain

_TYPED, _KIND = "plan_typed", "plan_typed_kind"
#: Field of the candidates → key of its word; areas come last.
_FIELDS = ("own", "locked", "forbidden", "built", "forbidden_areas")
#: Places of a kind that are listed; the map shows all.
_SHOWN = 12
#: Year in which a typed place was built.
_YEAR = "plan_typed_year"


def typed() -> None:
    """Draw the box for typed coordinates: one place, or the corners of an area."""
    st.session_state.setdefault(_TYPED, "")
    localised_select.selectbox(
        st, t("plan.typed_kind"), _FIELDS, key=_KIND,
        format_func={name: t(f"plan.named_{name}") for name in _FIELDS}.__getitem__,
    )  # fmt: skip
    if st.session_state[_KIND] == "built":
        st.session_state.setdefault(_YEAR, plan_settings.settings().years.first - 1)
        st.number_input(
            t("plan.built_year"), min_value=2000, max_value=2100, step=1, key=_YEAR, format="%d",
            help=t("plan.built_help"),
        )  # fmt: skip
    cells = st.columns([0.66, 0.34], vertical_alignment="bottom", gap="small")
    cells[0].text_input(
        t("whatif.coordinates"), key=_TYPED, placeholder="25.04,102.71",
        help=t("plan.typed_help"),
    )  # fmt: skip
    cells[1].button(t("whatif.add"), key="plan_add", on_click=once(_add), width="stretch")


def named() -> None:
    """Draw what the planner has named, each with a button that takes it back."""
    now = plan_settings.settings().candidates
    for field in _FIELDS:
        places = getattr(now, field)
        for i, place in enumerate(places[:_SHOWN]):
            _taken_back(_words(field, place), field, i, place)
        if len(places) > _SHOWN:
            _more(field, len(places))


def _words(field: str, place: Place | AreaSettings) -> str:
    """Return what is said of one named place."""
    if isinstance(place, AreaSettings):
        return t("plan.area_of", corners=len(place.ring), name=plain(place.name))
    year = f" {place.year}" if isinstance(place, BuiltSite) else ""
    return f"{t(f'plan.named_{field}')}{year} · {place.key}"


def _more(field: str, count: int) -> None:
    """Say how many more there are; a button takes all of the kind back."""
    cells = st.columns([0.62, 0.38], vertical_alignment="center", gap="small")
    cells[0].caption(t("plan.named_more", kind=t(f"plan.named_{field}"), more=count - _SHOWN))
    cells[1].button(t("plan.take_all_back"), key=f"plan_drop_all_{field}", on_click=_drop_all,
                    args=(field,), help=t("plan.take_all_back_help", count=count))  # fmt: skip


@whole
def _drop_all(field: str) -> None:
    plan_settings.put_at({f"candidates.{field}": []})


def by_prefecture() -> None:
    """Draw least share and building capacity of single prefectures."""
    now = plan_settings.settings()
    regions = cache.pack().regions("prefecture")
    codes = regions["adcode"].tolist()
    share = now.limits.least_share
    frame = pd.DataFrame(
        {
            "adcode": codes,
            "name": short_names(regions),
            "share": pd.array(
                [share[code] * 100 if code in share else None for code in codes], dtype="Float64"
            ),
            "capacity": pd.array(
                [now.years.build_capacity_of.get(code) for code in codes], dtype="Int64"
            ),
        }
    )
    column = st.column_config
    wide = column.NumberColumn
    # The key carries what is in force: undo and redo make a fresh editor.
    key = f"plan_prefectures-{share}-{now.years.build_capacity_of}"
    st.data_editor(
        frame, key=key, hide_index=True, height=240, row_height=28, disabled=["adcode", "name"],
        on_change=standing("plan_prefectures", key, _take), args=(key, codes),
        column_config={
            "adcode": None, "name": t("table.region"),
            "share": wide(t("plan.least_share"), min_value=0.0, max_value=100.0, format="%.6g"),
            "capacity": wide(t("plan.sites_a_year"), min_value=0, step=1),
        },
    )  # fmt: skip


def _take(key: str, codes: list[str]) -> None:
    now = plan_settings.settings()
    share = dict(now.limits.least_share)
    capacity = dict(now.years.build_capacity_of)
    for row, cells in st.session_state[key]["edited_rows"].items():
        code = codes[int(row)]
        for name, kept, factor in (("share", share, 0.01), ("capacity", capacity, 1)):
            if name in cells:
                kept.pop(code, None)
                if cells[name] is not None:
                    kept[code] = cells[name] * factor
    plan_settings.put_at({"limits.least_share": share, "years.build_capacity_of": capacity})


@whole
def _add() -> None:
    """Take the typed place or area; what is wrong stays in the box."""
    field, text = st.session_state[_KIND], str(st.session_state[_TYPED])
    parts = [part for part in text.replace("，", ",").replace("；", ";").split(";") if part.strip()]
    try:
        corners = [parse_site(part) for part in parts]
    except PlannerError as error:
        plan_settings.refuse(error)
        return
    if not corners:
        plan_settings.refuse(InputError("plan.no_place"))
        return
    year = {"year": int(st.session_state[_YEAR])} if field == "built" else {}
    places = [{"lat": round(at.lat, 5), "lon": round(at.lon, 5), **year} for at in corners]
    new = [{"ring": [(at.lon, at.lat) for at in corners]}]
    now = getattr(plan_settings.settings().candidates, field)
    added = new if field == "forbidden_areas" else places
    kept = [place.model_dump() for place in now]
    if plan_settings.put_at({f"candidates.{field}": kept + [x for x in added if x not in kept]}):
        st.session_state[_TYPED] = ""


def _taken_back(words: str, field: str, at: int, place: BaseModel) -> None:
    cells = st.columns([0.85, 0.15], vertical_alignment="center", gap="small")
    cells[0].caption(words)
    cells[1].button("✕", key=f"plan_drop_{field}_{at}", on_click=_drop, args=(field, at, place),
                    type="tertiary", help=t("plan.take_back"))  # fmt: skip


@whole
def _drop(field: str, at: int, place: BaseModel) -> None:
    """Take one line back, if it still says what it said when it was clicked."""
    now = getattr(plan_settings.settings().candidates, field)
    if now[at : at + 1] == (place,):
        places = [kept.model_dump() for kept in (*now[:at], *now[at + 1 :])]
        plan_settings.put_at({f"candidates.{field}": places})
