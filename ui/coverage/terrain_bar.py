"""Which elevation model a page uses, or why there is only a circle and how to get one."""

from __future__ import annotations

import math

import streamlit as st

from planning.elevation import Terrain, terrain_of
from ui.shell import cache, demonstration, region, state
from ui.shell.callbacks import whole
from ui.shell.i18n import number, t
from ui.shell.provenance import plain

_DEMONSTRATION = "_demonstration_terrain"
_SHOWN = "_demonstration_visited"


def show() -> Terrain | None:
    """Draw the state of the terrain with the switch of the demonstration; return the model."""
    pack, plan = cache.pack(), state.plan()
    found = terrain_of(pack, plan)
    if found is not None and found.is_demonstration and not st.session_state.get(_SHOWN):
        # The invented relief is one county: the whole province would be unknown elsewhere.
        st.session_state[_SHOWN] = True
        if not state.region()[1] and _visit(found):
            # The bar above the page names the region in force.
            st.rerun()
    measured = found is not None and not found.is_demonstration
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(_sentence(found), width="content")
        with st.popover(t("terrain.details" if found else "terrain.get"), type="tertiary"):
            st.markdown(_details(found) if found else t("terrain.how", province=pack.name))
        if not measured:
            st.session_state[_DEMONSTRATION] = plan.demonstration_terrain
            st.toggle(
                t("terrain.demonstration"), key=_DEMONSTRATION, on_change=_switch,
                help=t("terrain.demonstration_help"),
            )  # fmt: skip
    return found


def is_missing() -> bool:
    """Return whether no elevation model is in force."""
    return terrain_of(cache.pack(), state.plan()) is None


def badge() -> str:
    """Return the basis of a prediction in a few words, as Markdown."""
    found = terrain_of(cache.pack(), state.plan())
    if found is None:
        return f":orange-badge[{t('terrain.none')}]"
    colour = "orange" if found.is_demonstration else "green"
    return f":{colour}-badge[{t('terrain.badge', name=_name(found))}]"


def _sentence(found: Terrain | None) -> str:
    if found is None:
        return f"{badge()} :small[{t('terrain.why')}]"
    parts = [
        t("terrain.spacing", metres=number(found.spacing_m)),
        _accuracy(found),
        *([] if found.void_share is None else [t("terrain.void", share=f"{found.void_share:.1%}")]),
    ]
    return f"{badge()} :small[{' · '.join(parts)}]"


def _name(found: Terrain) -> str:
    return t("terrain.demonstration_name") if found.is_demonstration else plain(found.name)


def _accuracy(found: Terrain) -> str:
    if found.accuracy_m is None or math.isnan(found.accuracy_m):
        return t("terrain.accuracy_unknown")
    return t("terrain.accuracy", metres=number(found.accuracy_m, digits=0))


def _details(found: Terrain) -> str:
    west, south, east, north = found.bounds
    lines = [
        t("terrain.name", name=_name(found), version=plain(found.version)),
        t("terrain.datum", datum=plain(found.datum)),
        t("terrain.box", west=f"{west:.3f}", south=f"{south:.3f}", east=f"{east:.3f}",
          north=f"{north:.3f}"),
        t("terrain.evidence", word=t(f"evidence.{found.evidence}")),
        t("terrain.outside"),
    ]  # fmt: skip
    if found.is_demonstration:
        lines.append(t("terrain.invented"))
    return "\n\n".join(lines)


@whole
def _switch() -> None:
    """Turn the demonstration on or off; on, the view goes to a county that it covers."""
    on = bool(st.session_state[_DEMONSTRATION])
    demonstration.switch(on=on)
    found = terrain_of(cache.pack(), state.plan()) if on else None
    if found is not None:
        _visit(found)


def _visit(found: Terrain) -> bool:
    """Choose the county of which the model knows most villages; return whether there is one."""
    west, south, east, north = found.bounds
    villages = cache.villages()
    inside = villages[villages["lon"].between(west, east) & villages["lat"].between(south, north)]
    if inside.empty:
        return False
    known = found.knows(inside["lon"].to_numpy(float), inside["lat"].to_numpy(float))
    per_county = inside.loc[known, "county"].value_counts()
    if len(per_county):
        region.choose("county", str(per_county.index[0]))
    return bool(len(per_county))
