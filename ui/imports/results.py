"""What leaves the doctor: templates, reports, the commit into the workspace and its undoing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from data import importing
from data.doctor.report.files import REPORTS, report
from data.doctor.report.rejects import rejected_file
from data.doctor.report.templates import template
from data.tables.imports import IMPORTABLE, RASTERS
from geo.errors import PlannerError
from ui.imports import session as import_session
from ui.shell import cache, localised_select, state
from ui.shell.callbacks import once
from ui.shell.exporting import FORMATS
from ui.shell.frame import explain
from ui.shell.i18n import UNKNOWN, language, number, t
from ui.shell.provenance import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from data.doctor.diagnosis import Diagnosis
    from data.workspace.catalogue import ImportRecord

_MIME = {**FORMATS, ".html": "text/html", ".json": "application/json"}
_FAULT, _DONE = "_import_fault", "_import_done"
_UNDO_KIND, _TEMPLATE, _UNIT = "import_undo_kind", "import_template", "import_unit"


def title_of(kind: str) -> str:
    """Return a table's title in the reader's language."""
    table = IMPORTABLE[kind]
    return table.title(language())


def titles_of(kinds: Iterable[str]) -> dict[str, str]:
    """Return the tables' titles in the reader's language.

    A widget is given this and not `title_of`: it may ask outside the session that drew it.
    """
    return {kind: title_of(kind) for kind in kinds}


def templates() -> None:
    """Draw the choice of a blank template and its two formats."""
    kinds = [name for name in IMPORTABLE if name not in RASTERS]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        kind = localised_select.selectbox(
            st, t("import.template"), kinds, key=_TEMPLATE, width=380,
            format_func=titles_of(kinds).__getitem__,
            help=t("import.template_help"),
        )  # fmt: skip
        for suffix in (".xlsx", ".csv"):
            st.download_button(
                suffix,
                data=_later(template, kind, language(), suffix),
                file_name=f"{kind}-{language()}{suffix}",
                mime=_MIME[suffix],
                key=f"template{suffix}",
                on_click="ignore",
            )


def reports(found: Diagnosis) -> None:
    """Draw the buttons of the report and of the rejected rows."""
    stem = found.raw.name.rpartition(".")[0] or found.raw.name
    files = [(t("import.report"), suffix, report) for suffix in REPORTS]
    if found.rejected:
        files += [
            (t("import.rejected_rows"), suffix, rejected_file) for suffix in (".csv", ".xlsx")
        ]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for label, suffix, build in files:
            st.download_button(
                f"{label} {suffix}",
                data=_later(build, found, suffix, language()),
                file_name=f"{stem}-{'rejected' if build is rejected_file else 'report'}{suffix}",
                mime=_MIME[suffix],
                key=f"{label}{suffix}",
                on_click="ignore",
            )


def commit(found: Diagnosis) -> None:
    """Draw the button that puts the accepted rows into the workspace."""
    kept = found.counts.accepted + found.counts.repaired
    said = t("import.commit", rows=number(kept), table=title_of(found.kind))
    st.button(
        said, key="import_commit", type="primary", disabled=not kept, on_click=once(_commit),
        args=(found,), help=t("import.commit_help"),
    )  # fmt: skip
    if not kept:
        st.caption(t("import.nothing_kept"))


def raster(content: bytes, name: str) -> None:
    """Draw what a raster is, what its cells mean, and the button that takes it in."""
    info = import_session.raster(content, name)
    if info is None:
        return
    west, south, east, north = info.bounds
    facts = (
        f"{info.driver} · {number(info.width)} × {number(info.height)} · {info.dtype}",
        f"{t('import.crs')} **{plain(info.declared_crs or UNKNOWN)}**",
        f"{t('import.extent')} {west:.4f}, {south:.4f} – {east:.4f}, {north:.4f}",
        f"{t('import.cell')} {info.resolution[0]:g} × {info.resolution[1]:g}",
        f"{t('import.nodata')} {UNKNOWN if info.nodata is None else f'{info.nodata:g}'}",
    )
    st.markdown(" · ".join(facts))
    for remark in info.remarks:
        st.caption(plain(remark.text(language())))
    wanted = st.session_state.get(import_session.KIND)
    kind = wanted if wanted in RASTERS else "dem"
    units = next(c.words for c in IMPORTABLE[kind].columns if c.name == "unit")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        unit = st.selectbox(t("import.cells_mean"), units, key=_UNIT, width=260)
        st.text_input(
            t("import.crs_choose"), key=import_session.CRS, placeholder=info.declared_crs,
            help=t("import.crs_help"), width=260,
        )  # fmt: skip
    st.button(
        t("import.commit_raster", table=title_of(kind)), key="import_commit_raster",
        type="primary", on_click=once(_commit_raster), args=(content, name, kind, unit),
    )  # fmt: skip


def messages() -> None:
    """Draw what the last commit or undo said."""
    error = st.session_state.pop(_FAULT, None)
    if error is not None:
        explain(error)
    done = st.session_state.pop(_DONE, None)
    if done is not None:
        st.success(done)


def history() -> None:
    """Draw what was imported for the province, what is in force, and undo and redo."""
    with importing.catalogue() as store:
        records = store.history(state.province())
        in_force = {record.id for record in store.in_force(state.province()).values()}
    st.markdown(f"###### {t('import.history')}")
    if not records:
        st.caption(t("import.no_history"))
        return
    st.dataframe(record_table(records, in_force), hide_index=True)
    kinds = list(dict.fromkeys(record.kind for record in records))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        kind = localised_select.selectbox(
            st,
            t("import.undo_kind"),
            kinds,
            key=_UNDO_KIND,
            width=380,
            format_func=titles_of(kinds).__getitem__,
        )
        st.button(t("import.undo"), key="import_undo", on_click=once(_step), args=("undo", kind))
        st.button(t("import.redo"), key="import_redo", on_click=once(_step), args=("redo", kind))


def record_table(records: list[ImportRecord], in_force: set[int]) -> pd.DataFrame:
    """Return import records as the pages list them, the latest first."""
    return pd.DataFrame(
        {
            t("import.state"): [
                t("import.in_force") if record.id in in_force
                else t("import.undone") if record.undone else t("import.replaced")
                for record in records
            ],
            t("import.kind"): [title_of(record.kind) for record in records],
            t("import.file_name"): [record.file_name for record in records],
            t("import.rows"): [record.rows for record in records],
            t("import.rejected"): [record.rejected for record in records],
            t("import.evidence"): [t(f"evidence.{record.evidence}") for record in records],
            t("import.as_of"): [record.as_of or UNKNOWN for record in records],
            t("import.crs"): [str(record.crs.get("crs") or UNKNOWN) for record in records],
            t("import.at"): [record.at[:16].replace("T", " ") for record in records],
            t("import.who"): [record.who for record in records],
            "sha256": [record.file_sha256[:12] for record in records],
        }
    )  # fmt: skip


def _commit(found: Diagnosis) -> None:
    try:
        with importing.catalogue() as store:
            record = importing.commit_table(store, found)
    except PlannerError as error:
        st.session_state[_FAULT] = error
        return
    _committed(record)


def _commit_raster(content: bytes, name: str, kind: str, unit: str) -> None:
    try:
        with importing.catalogue() as store:
            record = importing.commit_raster(
                store, importing.RasterFile(content, unit, name, import_session.system()),
                cache.pack(), kind=kind, origin=import_session.origin(),
            )  # fmt: skip
    except PlannerError as error:
        st.session_state[_FAULT] = error
        return
    _committed(record)


def _committed(record: ImportRecord) -> None:
    import_session.done()
    st.session_state[_DONE] = t(
        "import.done",
        rows=number(record.rows),
        table=title_of(record.kind),
        file=plain(record.file_name),
    )


def _step(which: str, kind: str) -> None:
    try:
        with importing.catalogue() as store:
            record = (store.undo if which == "undo" else store.redo)(state.province(), kind)
    except PlannerError as error:
        st.session_state[_FAULT] = error
        return
    now = plain(record.file_name) if record else t("import.pack_own")
    st.session_state[_DONE] = t("import.now", table=title_of(kind), file=now)


def _later(build: Callable[..., bytes], *args: object) -> Callable[[], bytes]:
    """Return what builds a file once its button is clicked."""
    return lambda: build(*args)
