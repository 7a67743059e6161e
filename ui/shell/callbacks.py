"""What a planner asks is done whole, and once.

A callback is cut off where it touches the session while a later request of its page waits, so that
what was asked is lost (streamlit issue 10578). And where a part of the page redraws itself by a
clock, a press may be sent with its request as well as with its own. Both come from a page that
moves under the planner's hand: a chart that has just been drawn reports its selection.

A message of a component of our own (map, table, search) is lost where the page is being drawn at
that moment: the component repeats its events (static/events.js) until the page acknowledges them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec

import streamlit as st

from ui.shell.streamlit_internals import RerunException

P = ParamSpec("P")
#: Number of the last event heard per component.
_HEARD = "_events_heard"


def whole(callback: Callable[P, object]) -> Callable[P, None]:
    """Return the callback so that a later request waits for its end.

    Cut off, it is called again from its start: it must change things last, and nothing by halves.
    What it calls must not be whole itself: that would end it before its own end.
    """

    @functools.wraps(callback)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        later: RerunException | None = None
        while True:
            try:
                callback(*args, **kwargs)
                break
            except RerunException as request:
                later = request
        if later is not None:
            raise later

    return run


def once(callback: Callable[P, object]) -> Callable[P, None]:
    """Return the callback for one drawing of a button: a press that comes twice counts once."""
    pressed = False

    @functools.wraps(callback)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        nonlocal pressed
        if not pressed:
            pressed = True
            callback(*args, **kwargs)

    return run


def standing(place: str, key: str, callback: Callable[..., object]) -> Callable[..., None]:
    """Return the callback of the widget that is now at a place under a key of its own.

    The browser goes on reporting a widget that a redraw has replaced, and Streamlit takes what it
    says for a change: a choice that was undone would come back. Such a report is passed over.
    """
    name = f"_standing_{place}"
    st.session_state[name] = key

    @functools.wraps(callback)
    def run(*args: Any, **kwargs: Any) -> None:
        if st.session_state.get(name) == key:
            callback(*args, **kwargs)

    return whole(run)


def heard(key: str) -> int:
    """Return the number of the last event heard, which a component must be told with each run."""
    return int(st.session_state.get(_HEARD, {}).get(key, 0))


@whole
def hear(key: str, handle: Callable[[Mapping[str, Any]], None]) -> None:
    """Handle what was done on a component, each event once, in its order.

    Parameters
    ----------
    key
        Key of the component on the page.
    handle
        Called with each new event: its ``kind`` and its details.
    """
    told = getattr(st.session_state[key], "events", None)
    # A plain table, so that an event and its acknowledgement cannot be separated.
    known: dict[str, int] = st.session_state.setdefault(_HEARD, {})
    for event in told["events"] if told else ():
        if event["id"] > known.get(key, 0):
            handle(event)
            known[key] = event["id"]
