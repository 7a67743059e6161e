"""What is done on a component of our own (map, table, search) reaches the page, and counts once.

A message of a component is lost where the page is being drawn at that moment. Therefore the
component repeats its events (static/events.js) until the page acknowledges them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from ui.shell.callbacks import whole

_STATIC = Path(__file__).parents[2] / "static"
#: Number of the last event heard per component.
_HEARD = "_events_heard"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.js)";\n', re.MULTILINE)


def code(name: str) -> str:
    """Return a component's script, with what it imports in the place of the import.

    Parameters
    ----------
    name
        File in ``static``: Streamlit takes a script as text, which has no neighbours.
    """
    text = (_STATIC / name).read_text(encoding="utf-8")
    return _IMPORT.sub(lambda found: code(found[1]).replace("export ", ""), text)


def heard(key: str) -> int:
    """Return the number of the last event heard, which the component must be told with each run."""
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
