"""Select boxes whose words change with the language.

The browser identifies a choice by its label. After a switch of language it would keep the label of
the old one, which no longer exists: each choice is sent to it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import streamlit as st

_DRAWN = "_choices_drawn"


class SelectContainer(Protocol):
    """Where a select box can be drawn: :mod:`streamlit` itself, a column, a container."""

    @property
    def selectbox(self) -> Callable[..., Any]:
        """Draw a select box."""


def selectbox(
    place: SelectContainer, label: str, options: Sequence[Any], *, key: str, **how: Any
) -> Any:
    """Draw a select box at a place and return what is chosen; parameters as Streamlit's.

    A default is kept in the session under ``key``: Streamlit accepts no other beside it.
    """
    st.session_state.setdefault(_DRAWN, set()).add(key)
    return place.selectbox(label, options, key=key, **how)


def refresh_labels() -> None:
    """Send every choice to the browser again, labelled in the language in force."""
    for key in st.session_state.get(_DRAWN, ()):
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]
