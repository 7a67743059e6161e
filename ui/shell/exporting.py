"""Exports: workbook first, then the raw formats; a file is built when its button is clicked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st

from ui.shell.i18n import t
from ui.shell.provenance import plain

if TYPE_CHECKING:
    from data.export.bundle import ExportBundle

#: Suffix → media type, in the order of the buttons.
FORMATS = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".kml": "application/vnd.google-earth.kml+xml",
    ".parquet": "application/vnd.apache.parquet",
}
#: Formats that carry geometry.
GEOGRAPHIC = frozenset({".geojson", ".gpkg", ".kml", ".parquet"})


def buttons(
    label: str,
    stem: str,
    build: Callable[[bool], ExportBundle],
    *,
    suffixes: Sequence[str] = tuple(FORMATS),
) -> None:
    """Draw one button per format.

    Parameters
    ----------
    label
        What is exported, for the reader.
    stem
        File name without suffix.
    build
        Returns the bundle; its argument says whether the format carries geometry. It runs when
        the button is clicked, outside the session: what it needs it must hold.
    suffixes
        Formats to offer.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":small[**{label}**]", width="content")
        for suffix in suffixes:
            st.download_button(
                suffix,
                data=_builder(build, suffix),
                file_name=stem + suffix,
                mime=FORMATS[suffix],
                key=f"download-{stem}{suffix}",
                on_click="ignore",
                help=t("export.help"),
            )


@contextmanager
def opened_menu(label: str, about: str = "") -> Iterator[None]:
    """Draw the button of a menu of exports; what is drawn inside stands in the menu."""
    with st.popover(
        label, type="primary", icon=":material/download:", help=about or t("export.help")
    ):
        yield


def menu(about: str, stem: str, build: Callable[[bool], ExportBundle]) -> None:
    """Draw what a menu of exports says and offers: the workbook first, then the raw formats.

    Parameters
    ----------
    about
        Region, layer, rows and evidence of the content.
    stem
        File name without suffix.
    build
        As in :func:`buttons`.
    """
    first, *others = FORMATS
    st.markdown(f"**{about}**")
    st.download_button(
        t("export.workbook"), data=_builder(build, first), file_name=stem + first,
        mime=FORMATS[first], key=f"menu-{stem}{first}", on_click="ignore", type="primary",
        width="stretch", icon=":material/table:", help=t("export.help"),
    )  # fmt: skip
    with st.container(horizontal=True, gap="xsmall"):
        for suffix in others:
            st.download_button(
                suffix, data=_builder(build, suffix), file_name=stem + suffix,
                mime=FORMATS[suffix], key=f"menu-{stem}{suffix}", on_click="ignore",
                help=t("export.help"),
            )  # fmt: skip
    st.markdown(f":small[{plain(stem + first)}]")


def _builder(build: Callable[[bool], ExportBundle], suffix: str) -> Callable[[], bytes]:
    def built() -> bytes:
        from data.export.writers import to_bytes

        return to_bytes(build(suffix in GEOGRAPHIC), suffix)

    return built
