"""Select boxes whose words change with the language.

The browser names what is chosen by its words. After a switch of language it would go on saying them
in the old one, which nobody knows any more: it is told each choice anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import streamlit as st

from ui.shell.callbacks import whole

_DRAWN = "_choices_drawn"


class SelectContainer(Protocol):
    """Where a select box can stand: :mod:`streamlit` itself, a column, a container."""

    @property
    def selectbox(self) -> Callable[..., Any]:
        """Draw a select box."""


def selectbox(
    place: SelectContainer, label: str, options: Sequence[Any], *, key: str, **how: Any
) -> Any:
    """Draw a select box at a place and return what is chosen; parameters as Streamlit's.

    A default stands in the session under ``key``: Streamlit takes no other beside that.
    """
    st.session_state.setdefault(_DRAWN, set()).add(key)
    return place.selectbox(label, options, key=key, **how)


@whole
def tell_anew() -> None:
    """Let the browser hear every choice in the words of the language that is now in force."""
    for key in st.session_state.get(_DRAWN, ()):
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]
