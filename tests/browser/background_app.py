"""A page with long work, a fragment with long work, and buttons that count their presses.

The address says how long each takes [s]: ``?main=20&corner=0``.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st

from geo.radio.prediction import Cancelled
from ui.shell.callbacks import whole
from ui.widgets import background


@whole
def press(name: str) -> None:
    """Count a press."""
    st.session_state[name] = st.session_state.get(name, 0) + 1


def lasting(seconds: float) -> background.Work[str]:
    """Return work that takes this long."""

    def work(tell: Callable[[float], None], stop: Callable[[], bool]) -> str:
        begun = time.monotonic()
        while (gone := time.monotonic() - begun) < seconds:
            if stop():
                raise Cancelled
            tell(gone / seconds)
            time.sleep(0.02)
        return "done"

    return work


def counter(name: str) -> None:
    """Draw a button and the number of its presses."""
    st.button(name, on_click=press, args=(name,), key=f"button-{name}")
    st.text(f"{name} {st.session_state.get(name, 0)}")


def long_work(place: str) -> None:
    """Draw the work of a place, and its result."""
    seconds = float(st.query_params.get(place, "0"))
    found = background.result_of(place, str(seconds), lasting(seconds), label=place)
    st.text(f"{place} {found}")


@background.part
def corner() -> None:
    """Draw the fragment."""
    long_work("corner")
    counter("inside")


st.session_state.setdefault("lang", "en")
background.begin()
long_work("main")
counter("outside")
corner()
background.watch()
