"""Exports: workbook first, then the raw formats; a file is built when its button is clicked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st

from data.wording.catalogue import call_prefectures, called_prefectures
from data.workspace.access import desk
from data.workspace.access.desk import bound
from data.workspace.access.mode import is_guarded
from data.workspace.access.roles import Action, RoleArea
from ui.shell import state
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
#: Suffix → media type of the formats for the programs of others, in the order of the buttons.
HANDOVER = {
    ".qgz": "application/zip",
    ".kmz": "application/vnd.google-earth.kmz",
    ".tab": "application/octet-stream",
    ".dxf": "image/vnd.dxf",
    ".ofds.json": "application/json",
    ".ofds.gpkg": "application/geopackage+sqlite3",
}
#: Those of them that hold any map.
MAPS = (".qgz", ".kmz", ".tab", ".dxf")
_ZIP = "application/zip"


def buttons(
    label: str,
    stem: str,
    build: Callable[[bool], ExportBundle],
    *,
    suffixes: Sequence[str] = tuple(FORMATS),
    handover: Sequence[str] = (),
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
    handover
        Formats for the programs of others, in a menu of their own; none for no menu.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":small[**{label}**]", width="content")
        for suffix in suffixes:
            st.download_button(
                suffix,
                data=_builder(build, suffix, stem),
                file_name=stem + suffix,
                mime=FORMATS[suffix],
                key=f"download-{stem}{suffix}",
                on_click="ignore",
                help=t("export.help"),
            )
        if handover:
            with st.popover(t("export.handover"), help=t("export.handover_help")):
                _handover(stem, build, handover)


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
        t("export.workbook"), data=_builder(build, first, stem), file_name=stem + first,
        mime=FORMATS[first], key=f"menu-{stem}{first}", on_click="ignore", type="primary",
        width="stretch", icon=":material/table:", help=t("export.help"),
    )  # fmt: skip
    with st.container(horizontal=True, gap="xsmall"):
        for suffix in others:
            st.download_button(
                suffix, data=_builder(build, suffix, stem), file_name=stem + suffix,
                mime=FORMATS[suffix], key=f"menu-{stem}{suffix}", on_click="ignore",
                help=t("export.help"),
            )  # fmt: skip
    _handover(stem, build)
    st.markdown(f":small[{plain(stem + first)}]")


def _handover(
    stem: str, build: Callable[[bool], ExportBundle], suffixes: Sequence[str] = MAPS
) -> None:
    """Draw the buttons of the formats for the programs of others."""
    from data.export.writers import SEVERAL

    st.markdown(f":small[**{t('export.handover')}**]")
    with st.container(horizontal=True, gap="xsmall"):
        for suffix in suffixes:
            several = suffix in SEVERAL
            st.download_button(
                t(f"export.for{suffix.replace('.', '_')}"), data=_builder(build, suffix, stem),
                file_name=f"{stem}{suffix}{'.zip' if several else ''}",
                mime=_ZIP if several else HANDOVER[suffix], key=f"handover-{stem}{suffix}",
                on_click="ignore", help=t(f"export.about{suffix.replace('.', '_')}"),
            )  # fmt: skip


def _builder(build: Callable[[bool], ExportBundle], suffix: str, stem: str) -> Callable[[], bytes]:
    word, province = called_prefectures(), state.province()

    def built() -> bytes:
        call_prefectures(word)
        from data.export.writers import TABLES_ONLY, to_bytes

        allow(province, stem + suffix)
        return to_bytes(build(suffix not in TABLES_ONLY), suffix, stem)

    return bound(built)


def recorded(name: str, built: Callable[[], bytes]) -> Callable[[], bytes]:
    """Return what makes a file that is no export of a table, recorded where people are known.

    Parameters
    ----------
    name
        Name of the file.
    built
        Makes it when the button is clicked.

    Returns
    -------
    built
        The same for who may export; others get none.
    """
    province = state.province()

    def run() -> bytes:
        allow(province, name)
        return built()

    return bound(run)


def allow(province: str, name: str) -> None:
    """Refuse a file to who may not export, and record it, where people are known.

    Parameters
    ----------
    province
        Name of the pack.
    name
        Name of the file.

    Raises
    ------
    AccessRefusedError
        If the account may not export from the province.
    """
    if is_guarded():
        desk.require(Action.EXPORT, RoleArea(province=province), name)
        desk.note("export.made", f"{province} {name}")
