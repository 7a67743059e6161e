"""The usual way, for comparison: a Streamlit page with thousands of single folium markers."""

from __future__ import annotations

import base64

import folium
import numpy as np
import streamlit as st
from streamlit_folium import st_folium

from bench.measure import ROOT

_N = 5_000


def world() -> folium.Map:
    """Return the map; the browser files go inline, since it must not call out."""
    chart = folium.Map(location=(25.0, 101.5), zoom_start=7, tiles=None)
    draw = np.random.default_rng(1)
    for lat, lon in draw.uniform((21.5, 97.5), (29.0, 106.0), (_N, 2)).tolist():
        folium.CircleMarker((lat, lon), radius=3, tooltip=f"{lat:.3f}, {lon:.3f}").add_to(chart)
    chart.default_js = [("map", _inline("map.js", "text/javascript"))]
    chart.default_css = [("map", _inline("map.css", "text/css"))]
    return chart


def _inline(name: str, kind: str) -> str:
    content = (ROOT / "static/vendor" / name).read_bytes()
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


st.set_page_config(layout="wide")
st_folium(world(), height=600, use_container_width=True, returned_objects=["last_clicked"])
