"""The one place that puts a map on the page: folium builds it, a small host of our own draws it.

The map itself (script, polygons, points) goes out of band, by address, once per digest; Streamlit
carries a few hundred bytes per click. The host keeps zoom and position while the overlay changes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import folium
import streamlit as st

from data.clock import today
from data.export.report.writers import file_name
from layers.map.folium_internals import map_parts
from layers.map.palette import colours
from layers.map.raster_images import Picture
from ui.shell import frame, region, state
from ui.shell.callbacks import hear, heard
from ui.shell.i18n import t
from ui.shell.streamlit_internals import media_address

Bounds = tuple[tuple[float, float], tuple[float, float]]
Overlay = dict[str, Any]


@dataclass(frozen=True)
class Drawn:
    """A map ready for the page.

    Attributes
    ----------
    content
        JSON of the map's parts and bounds.
    digest
        Identity of the content: the host remounts only when it changes.
    place
        Name of what is shown; while it stays, zoom and position survive a new drawing.
    ahead
        Address of what the map's script will ask for: the host asks at once.
    title
        What it shows, on top of a saved picture.
    """

    content: bytes
    digest: str
    place: str
    ahead: str = ""
    title: str = ""


@dataclass(frozen=True)
class MapEvents:
    """Callbacks for map events.

    Attributes
    ----------
    on_click
        Called with latitude and longitude [°] of a click.
    on_region
        Called with the adcode of the region that was clicked; the click then goes no further.
    on_drawn
        Called once the points of a new map are drawn, or the map has failed.
    on_back
        Called when the last click was the first of a double click, which only zooms.
    on_site
        Called with the number of a site and, if it was dragged, its new latitude and longitude.
    """

    on_click: Callable[[float, float], None] | None = None
    on_region: Callable[[str], None] | None = None
    on_drawn: Callable[[], None] | None = None
    on_back: Callable[[], None] | None = None
    on_site: Callable[[int, tuple[float, float] | None], None] | None = None


def drawn(chart: folium.Map, bounds: Bounds, *, place: str, title: str, ahead: str = "") -> Drawn:
    """Return a folium map as what the host needs; the map itself is used up."""
    parts = {**map_parts(chart), "bounds": bounds}
    content = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
    return Drawn(content, hashlib.sha256(content).hexdigest()[:16], place, ahead, title)


def raster(picture: Picture, title: str, unit: str, notes: Sequence[str], *, key: str) -> Overlay:
    """Return a picture as the overlay's ``raster``: by address, with its legend.

    Parameters
    ----------
    title, unit, notes
        What the legend says over and under the classes.
    key
        Name of the place on the page.
    """
    return {
        "url": media_address(picture.content, "image/png", key=f"raster-{key}"),
        "bounds": picture.bounds,
        "opacity": 0.7,
        "legend": {"title": title, "unit": unit, "rows": picture.rows, "notes": list(notes)},
        "words": {"opacity": t("map.opacity")},
    }


def is_dark() -> bool:
    """Return whether the reader's theme is dark."""
    return bool(st.context.theme.type == "dark")


def show(
    chart: Drawn,
    *,
    key: str,
    height: int,
    overlay: Mapping[str, Any] | None = None,
    events: MapEvents | None = None,
    profile: Mapping[str, Any] | None = None,
) -> None:
    """Draw a map on the page.

    Parameters
    ----------
    chart
        The map; redrawn only when its digest changes.
    key
        Name of the place on the page.
    height
        Height [px].
    overlay
        What changes with a click: ``sites``, ``stations``, ``gained``, ``selected`` adcode,
        ``zoom`` to it, ``mark`` (lat, lon), ``raster`` as :func:`raster` returns it, ``look``: a
        box to show once.
    events
        Callbacks; none by default.
    profile
        Terrain between two antennas, drawn below the map and linked with it in the browser; its
        form is in static/map/profile.js.
    """
    events = events or MapEvents()

    _host()(
        key=key,
        height="content" if profile else height,
        data=_message(chart, key, height, overlay or {}, events)
        | {"profile": dict(profile) if profile else None},
        on_events_change=lambda: hear(key, lambda event: _handle(event, events)),
    )


def _handle(event: Mapping[str, Any], events: MapEvents) -> None:
    kind = event["kind"]
    if kind == "click" and events.on_click is not None:
        events.on_click(float(event["lat"]), float(event["lon"]))
    elif kind == "back" and events.on_back is not None:
        events.on_back()
    elif kind == "region" and events.on_region is not None:
        events.on_region(str(event["adcode"]))
    elif kind == "site" and events.on_site is not None:
        at = (float(event["lat"]), float(event["lon"])) if "lat" in event else None
        events.on_site(int(event["number"]), at)
    elif kind == "drawn" and events.on_drawn is not None:
        events.on_drawn()


def _caption(title: str) -> dict[str, str]:
    """Return title, dates and file name of a saved picture."""
    place, as_of = region.name(full=True), str(st.session_state[state.AS_OF])
    about = t("map.picture_about", as_of=as_of, drawn=today().isoformat())
    return {
        "title": f"{place} · {title}",
        "about": about,
        "file": file_name(f"{place}_{title}_{as_of}"),
    }


def _message(
    chart: Drawn, key: str, height: int, overlay: Mapping[str, Any], events: MapEvents
) -> dict[str, Any]:
    """Return the data that the host receives with every run of the page."""
    return {
        "url": media_address(chart.content, "application/json", key=key),
        "digest": chart.digest,
        "place": chart.place,
        "ahead": chart.ahead,
        "height": height,
        "clicks": events.on_click is not None,
        "regions": events.on_region is not None,
        "report": events.on_drawn is not None,
        "failed": t("map.failed"),
        "caption": _caption(chart.title),
        "heard": heard(key),
        "overlay": {"colours": _colours(), **overlay},
    }


def _colours() -> dict[str, str]:
    """Return the colours of what an overlay draws."""
    ink = colours(dark=is_dark())
    return {
        "site": ink["built"], "reach": ink["planned"], "gained": ink["covered"],
        "halo": ink["card"], "edge": ink["unknown"], "chosen": ink["selection"],
    }  # fmt: skip


@lru_cache(maxsize=1)
def _host() -> Callable[..., Any]:
    """Register the host once per process."""
    mount: Callable[..., Any] = st.components.v2.component(
        "tongcun_map",
        html='<div class="tc-host" style="width:100%"></div><div class="tc-profile"></div>',
        js=frame.component("host.js"),
        isolate_styles=False,
    )
    return mount
