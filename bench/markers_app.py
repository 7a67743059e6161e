"""The usual way, for comparison: a Streamlit page with thousands of single folium markers."""

from __future__ import annotations

import folium
import numpy as np
import streamlit as st

from bench.measure import ROOT

_N = 5_000


def page() -> str:
    """Return the folium page with the vendored browser files inside: it must not call out."""
    world = folium.Map(location=(25.0, 101.5), zoom_start=7, tiles=None)
    draw = np.random.default_rng(1)
    for lat, lon in draw.uniform((21.5, 97.5), (29.0, 106.0), (_N, 2)).tolist():
        folium.CircleMarker((lat, lon), radius=3, tooltip=f"{lat:.3f}, {lon:.3f}").add_to(world)
    world.default_js, world.default_css = [], []
    script = (ROOT / "static/vendor/map.js").read_text(encoding="utf-8")
    style = (ROOT / "static/vendor/map.css").read_text(encoding="utf-8")
    script = script.replace("</script", "<\\/script")
    inside = f"<head><style>{style}</style><script>{script}</script>"
    return str(world.get_root().render()).replace("<head>", inside, 1)


st.set_page_config(layout="wide")
st.components.v1.html(page(), height=600)
