"""The product's name and mark, on every page and in the browser's tab."""

from __future__ import annotations

from html import escape

import streamlit as st

from layers.map.palette import colours
from ui.shell.i18n import t

#: Two hills and a mast that reaches over them; 30 × 30.
_MARK = (
    '<rect width="30" height="30" rx="7" fill="{ground}"/>'
    '<g fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">'
    '<path d="M5.5 22.5 11.5 14l4 5.5 3.5-4.5 5.5 7.5"/>'
    '<path d="M11.9 8.6a4.4 4.4 0 0 1 6.2 0"/></g>'
    '<circle cx="15" cy="11" r="1.6" fill="#fff"/>'
)
_HEAD = '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="{box}">'
_FONT = "'Noto Sans SC','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif"


def mark() -> str:
    """Return the mark as SVG, for the browser's tab and a folded sidebar."""
    ground = colours(dark=False)["button"]
    head = _HEAD.format(width=30, height=30, box="0 0 30 30")
    return f"{head}{_MARK.format(ground=ground)}</svg>"


def show(*, dark: bool) -> None:
    """Draw mark and name on top of the sidebar.

    Parameters
    ----------
    dark
        Whether the ground is dark.
    """
    shade = colours(dark=dark)
    picture = (
        _HEAD.format(width=176, height=34, box="0 0 176 34")
        + f'<g transform="translate(0 2)">{_MARK.format(ground=shade["button"])}</g>'
        + f'<g font-family="{_FONT}"><text x="39" y="15" font-size="17" font-weight="700"'
        + f' fill="{shade["ink"]}">{escape(t("brand.name"))}</text>'
        + f'<text x="39" y="31" font-size="12" fill="{shade["ink-2"]}">'
        + f"{escape(t('brand.what'))}</text></g></svg>"
    )
    st.logo(picture, size="large", icon_image=mark())
