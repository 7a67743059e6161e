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
from data.workspace.effective import is_imported
from data.workspace.merging import SCOPES
from geo.earth import projections
from geo.errors import PlannerError
from ui.imports import session as import_session
from ui.shell import cache, exporting, localised_select, state
from ui.shell.callbacks import once, whole
from ui.shell.exporting import FORMATS
from ui.shell.frame import explain
from ui.shell.i18n import UNKNOWN, language, name_language, number, t
from ui.shell.provenance import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from data.doctor.diagnosis import Diagnosis
    from data.doctor.reading.raster import RasterInfo
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
                data=exporting.recorded(stem + suffix, _later(build, found, suffix, language())),
                file_name=f"{stem}-{'rejected' if build is rejected_file else 'report'}{suffix}",
                mime=_MIME[suffix],
                key=f"{label}{suffix}",
                on_click="ignore",
            )


def part_name(part: Diagnosis) -> str:
    """Return the name of a file, with the sheet or layer that a part of it is."""
    inside = part.raw.sniffed.sheet or part.raw.sniffed.layer
    counts = part.counts
    kept = number(counts.accepted + counts.repaired)
    return f"{part.raw.name} {inside}".strip() + f" · {title_of(part.kind)} · {kept}"


def chosen_part(parts: list[Diagnosis]) -> Diagnosis:
    """Draw the choice of the file, sheet or layer that the page shows; all of them are imported."""
    if len(parts) == 1:
        return parts[0]
    names = {number_: part_name(part) for number_, part in enumerate(parts)}
    if st.session_state.get(import_session.PART) not in names:
        st.session_state[import_session.PART] = 0
    chosen = localised_select.selectbox(
        st, t("import.part", count=len(parts)), list(names), key=import_session.PART,
        format_func=names.__getitem__)  # fmt: skip
    return parts[chosen or 0]


def commit(parts: list[Diagnosis]) -> None:
    """Draw what the rows replace, and the button that puts them into the workspace."""
    kept = {
        kind: sum(p.counts.accepted + p.counts.repaired for p in parts if p.kind == kind)
        for kind in dict.fromkeys(part.kind for part in parts)
    }
    rows = sum(kept.values())
    undecided = [part for part in parts if part.is_undecided and len(part.accepted)]
    tied = [part for part in parts if len(part.tied) > 1]
    scopes = {scope: t(f"import.scope_{scope}") for scope in SCOPES}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        localised_select.selectbox(
            st, t("import.scope"), list(scopes), key=import_session.SCOPE, width=380,
            format_func=scopes.__getitem__, help=t("import.scope_help"),
        )  # fmt: skip
        titles = t("list.comma").join(title_of(kind) for kind, count in kept.items() if count)
        st.button(
            t("import.commit", rows=number(rows), table=titles or title_of(parts[0].kind)),
            key="import_commit", type="primary", disabled=not rows or bool(undecided or tied),
            on_click=once(_commit), args=(parts, import_session.scope()),
            help=t("import.commit_help"),
        )  # fmt: skip
    if not rows:
        st.caption(t("import.nothing_kept"))
        return
    _replaced(parts)
    if tied:
        st.warning(t("import.choose_kind"))
    if undecided:
        _system_choice(undecided[0])


def _replaced(parts: list[Diagnosis]) -> None:
    """Say what of the table in force is replaced, before it is."""
    with importing.catalogue() as store:
        for kind in dict.fromkeys(part.kind for part in parts if len(part.accepted)):
            mine = [part for part in parts if part.kind == kind and len(part.accepted)]
            merge = importing.planned_merge(store, mine, import_session.scope())
            st.caption(
                t(
                    "import.replaces", table=title_of(kind), added=number(merge.added),
                    replaced=number(merge.replaced), removed=number(merge.removed),
                    kept=number(merge.kept), counties=number(len(merge.counties)),
                )
            )  # fmt: skip


def _system_choice(part: Diagnosis) -> None:
    """Draw the systems that an undecided file may be in: one must be chosen before the commit."""
    decision = part.decision
    if decision is None:
        return
    st.warning(f"{t('import.crs_must')} {plain(decision.reason.text(language()))}")
    systems = dict.fromkeys(item.crs for item in decision.hypotheses)
    degrees = projections.WGS84 in systems or decision.crs == projections.WGS84
    others = [system for system in systems if system != projections.WGS84]
    with st.container(horizontal=True, gap="small"):
        if degrees:
            st.button(
                t("import.crs_keep"), key="import_crs_keep", on_click=_take_system,
                args=(projections.WGS84,),
            )  # fmt: skip
        for system in others[:4]:
            st.button(
                t("import.crs_read_as", crs=system), key=f"import_crs_{system}",
                on_click=_take_system, args=(system,),
            )  # fmt: skip


@whole
def _take_system(system: str) -> None:
    st.session_state[import_session.CRS] = system


def rasters(files: list[tuple[bytes, str]]) -> None:
    """Draw what each raster is, and the button that takes them in."""
    for place, (content, name) in enumerate(files[1:], start=1):
        if _raster_facts(content, name, place) is None:
            return
    raster(*files[0], more=files[1:])


def _raster_facts(content: bytes, name: str, place: int = 0) -> RasterInfo | None:
    """Draw what a raster is; return it, or None while it is read."""
    info = import_session.raster(content, name, place)
    if info is None:
        return None
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
    return info


def raster(content: bytes, name: str, *, more: list[tuple[bytes, str]]) -> None:
    """Draw what a raster's cells mean, and the button that takes it and the others in."""
    info = _raster_facts(content, name)
    if info is None:
        return
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
        type="primary", on_click=once(_commit_raster), args=([(content, name), *more], kind, unit),
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
        _own_rows(kind)


def _own_rows(kind: str) -> None:
    """Draw the menu of exports of a table that own files have in force."""
    pack = cache.pack()
    if kind in RASTERS or not is_imported(pack, kind):
        return
    from planning.exports.imported import imported_bundle

    place = pack.meta[f"name_{name_language()}"]
    with exporting.opened_menu(t("import.own_rows"), t("import.own_rows_help")):
        exporting.menu(
            f"{place} · {title_of(kind)}",
            f"{place}_{title_of(kind)}",
            lambda geometry: imported_bundle(pack, kind, geometry=geometry),
        )


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


def _commit(parts: list[Diagnosis], scope: str) -> None:
    try:
        with importing.catalogue() as store:
            records = importing.commit_tables(store, parts, scope)
    except PlannerError as error:
        st.session_state[_FAULT] = error
        return
    _committed(records)


def _commit_raster(files: list[tuple[bytes, str]], kind: str, unit: str) -> None:
    given = [
        importing.RasterFile(content, unit, name, import_session.system())
        for content, name in files
    ]
    try:
        with importing.catalogue() as store:
            record = importing.commit_rasters(
                store, given, cache.pack(), kind=kind, origin=import_session.origin()
            )
    except PlannerError as error:
        st.session_state[_FAULT] = error
        return
    _committed([record])


def _committed(records: list[ImportRecord]) -> None:
    import_session.done()
    st.session_state[_DONE] = "  \n".join(
        t("import.done", rows=number(r.rows), table=title_of(r.kind), file=plain(r.file_name))
        for r in records
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
