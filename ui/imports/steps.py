"""The doctor's steps on the page: what was read, mapped, placed and found, each with its levers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
import streamlit as st

from data.doctor.base import ROW
from data.doctor.checks.context import SHAPE
from data.doctor.checks.findings import column_label, rule_title
from data.doctor.checks.repairs import REPAIRS
from data.doctor.headers.matching import NAMES, POSITIONS, column_targets
from data.tables.common import LAT, LON
from geo.earth.crs import Floats
from layers.map import features
from ui.imports import session as import_session
from ui.map import maps
from ui.shell import localised_select
from ui.shell.i18n import UNKNOWN, language, number, t
from ui.shell.provenance import plain

if TYPE_CHECKING:
    from data.doctor.diagnosis import Diagnosis
    from data.tables.pack import Table

_ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "big5")
_DELIMITERS = {",": ",", ";": ";", "\t": "Tab", "|": "|"}
#: Rows of findings that the page shows; the report holds them all.
_SHOWN = 200
#: Edge of the preview around the points [°].
_MARGIN_DEG = 0.05


def reading(found: Diagnosis) -> None:
    """Draw what the file seems to be, and what the planner may override."""
    seen = found.raw.sniffed
    facts = {
        "format": seen.format,
        "encoding": seen.encoding,
        "delimiter": _DELIMITERS.get(seen.delimiter, seen.delimiter),
        "sheet": seen.sheet,
        "layer": seen.layer,
        "header_row": str(seen.header_row) if seen.header_row else t("import.no_header"),
        "geometry": seen.geometry,
        "declared_crs": seen.declared_crs,
        "rows": number(found.raw.rows_read),
    }
    st.markdown(
        " · ".join(f"{t(f'import.{key}')} **{plain(text)}**" for key, text in facts.items() if text)
    )
    for remark in seen.remarks:
        st.caption(plain(remark.text(language())))
    cells = st.columns(5)
    cells[0].selectbox(
        t("import.encoding"), _ENCODINGS, index=None, key=import_session.ENCODING,
        placeholder=t("import.auto"),
    )  # fmt: skip
    localised_select.selectbox(
        cells[1], t("import.delimiter"), list(_DELIMITERS), index=None,
        key=import_session.DELIMITER,
        placeholder=t("import.auto"), format_func=_DELIMITERS.__getitem__,
    )  # fmt: skip
    cells[2].selectbox(
        t("import.sheet"), seen.sheets, index=None, key=import_session.SHEET,
        placeholder=seen.sheet or UNKNOWN, disabled=len(seen.sheets) < 2,
    )  # fmt: skip
    cells[3].selectbox(
        t("import.layer"), seen.layers, index=None, key=import_session.LAYER,
        placeholder=seen.layer or UNKNOWN, disabled=len(seen.layers) < 2,
    )  # fmt: skip
    cells[4].number_input(
        t("import.header_row"), min_value=0, value=None, key=import_session.HEADER_ROW,
        placeholder=t("import.auto"), help=t("import.header_row_help"),
    )  # fmt: skip
    # As text: an empty cell is drawn empty, not as the word None.
    shown = found.raw.frame.head(8).rename(columns={ROW: t("import.row")}).astype("str").fillna("")
    st.dataframe(shown, hide_index=True, height=260)


def headers(found: Diagnosis) -> None:
    """Draw header → column, with what the doctor proposes but does not apply."""
    titles = {name: t(f"import.target_{name}") for name in (*POSITIONS, *NAMES)}
    titles |= column_titles(found.table, language())
    mapped, proposals = found.headers.mapped, {p.header: p for p in found.headers.proposals}
    listed = [column for column in found.raw.frame.columns if column != ROW]
    first = found.raw.frame.head(50)
    rows = pd.DataFrame(
        {
            "header": listed,
            "example": [str(next(iter(first[name].dropna()), "")) for name in listed],
            "column": [mapped.get(name, UNKNOWN) for name in listed],
            "proposal": [
                f"{titles.get(one.column, one.column)} {one.score:.0%}"
                if (one := proposals.get(name)) is not None
                else ""
                for name in listed
            ],
        }
    )
    column = st.column_config
    edited = st.data_editor(
        rows,
        key=f"import-headers-{found.raw.sha256[:8]}-{found.kind}",
        hide_index=True,
        disabled=["header", "example", "proposal"],
        column_config={
            "header": column.TextColumn(t("import.header")),
            "example": column.TextColumn(t("import.example")),
            "column": column.SelectboxColumn(
                t("import.column"), options=[UNKNOWN, *column_targets(found.table)],
                help=t("import.column_help"),
                format_func=lambda name: titles.get(str(name), str(name)),
            ),
            "proposal": column.TextColumn(t("import.proposal"), help=t("import.proposal_help")),
        },
    )  # fmt: skip
    now = edited["column"].fillna(UNKNOWN)
    changed = now != rows["column"]
    if changed.any():
        chosen = dict(st.session_state.get(import_session.COLUMNS) or {})
        # An empty name keeps the column as an extra.
        names = now[changed].replace(UNKNOWN, "")
        chosen |= dict(zip(edited.loc[changed, "header"], names, strict=True))
        st.session_state[import_session.COLUMNS] = chosen
        st.rerun()
    extras = t("list.comma").join(found.headers.extras)
    st.caption(t("import.extras", names=plain(extras) or UNKNOWN))


def placing(found: Diagnosis) -> None:
    """Draw the decision on the coordinate system with every hypothesis and its evidence."""
    decision = found.decision
    if decision is None:
        st.info(t("import.no_positions"))
        return
    said = t(f"import.crs_{decision.status}")
    reason = decision.reason.text(language())
    (st.warning if decision.status == "undecided" else st.success)(f"**{said}** {plain(reason)}")
    table = pd.DataFrame(
        {
            t("import.crs"): [item.crs for item in decision.hypotheses],
            t("import.swapped"): [
                t("import.yes") if item.swapped else "" for item in decision.hypotheses
            ],
            t("import.inside"): [_share(item.inside) for item in decision.hypotheses],
            t("import.inside_named"): [_share(item.inside_named) for item in decision.hypotheses],
            t("import.residual"): [number(item.residual_m) for item in decision.hypotheses],
            t("import.matched"): [number(item.matched) for item in decision.hypotheses],
            t("import.score"): [f"{item.score:,.1f}" for item in decision.hypotheses],
        }
    )
    st.dataframe(table, hide_index=True)
    cells = st.columns([2, 1, 3], vertical_alignment="bottom")
    known = list(dict.fromkeys([*(item.crs for item in decision.hypotheses), "EPSG:4326"]))
    cells[0].selectbox(
        t("import.crs_choose"), known, index=None, key=import_session.CRS, accept_new_options=True,
        placeholder=t("import.auto"), help=t("import.crs_help"),
    )  # fmt: skip
    localised_select.selectbox(
        cells[1], t("import.swapped"), ["yes", "no"], index=None, key=import_session.SWAPPED,
        placeholder=t("import.auto"),
        format_func={word: t(f"import.{word}") for word in ("yes", "no")}.__getitem__,
    )  # fmt: skip


def checking(found: Diagnosis) -> None:
    """Draw what the rules found, the repairs on offer, and the first findings in full."""
    offered = dict(found.offered) | {
        key: 0 for key in found.choice.repairs if key not in found.offered
    }
    if offered:
        titles = {
            key: f"{REPAIRS[key].title.text(language())} ({number(count)})"
            for key, count in offered.items()
        }
        st.pills(
            t("import.repairs"), list(offered), selection_mode="multi", key=import_session.REPAIRS,
            format_func=titles.__getitem__, help=t("import.repairs_help"),
        )  # fmt: skip
    counts = found.findings.counts()
    if not len(counts):
        st.success(t("import.no_findings"))
        return
    left, right = st.columns([0.34, 0.66])
    left.dataframe(
        pd.DataFrame(
            {
                t("import.severity"): [t(f"import.severity_{word}") for word in counts["severity"]],
                t("import.rule"): [rule_title(rule).text(language()) for rule in counts["rule"]],
                t("import.count"): counts["count"],
            }
        ),
        hide_index=True,
    )
    tongue = language()
    titles = column_titles(found.table, tongue)
    listed = found.findings.findings(_SHOWN)
    right.dataframe(
        pd.DataFrame(
            {
                t("import.row"): [item.row for item in listed],
                t("import.column"): [titles.get(item.column, item.column) for item in listed],
                t("import.value"): [item.value for item in listed],
                t("import.why"): [item.why.text(tongue) for item in listed],
                t("import.how"): [item.how.text(tongue) for item in listed],
            }
        ),
        hide_index=True,
    )
    if len(found.findings) > _SHOWN:
        st.caption(t("import.first", shown=number(_SHOWN), all=number(len(found.findings))))


def column_titles(table: Table, tongue: str) -> dict[str, str]:
    """Return column → what a planner calls it."""
    return {column.name: column_label(column).text(tongue) for column in table.columns}


def preview(found: Diagnosis) -> None:
    """Draw the rows on the map: as in the file, accepted, rejected."""
    after = _after(found.placed)
    if after is None:
        st.info(t("import.no_preview"))
        return
    bad = found.placed[ROW].isin(found.rejected).to_numpy()
    state = np.where(bad, 0, 1)
    before = np.column_stack(found.before) if found.before else np.empty((0, 2))
    swapped = bool(found.decision and found.decision.swapped)
    before = before[:, ::-1] if swapped else before
    points = np.vstack([after, before])
    kind = np.concatenate([state, np.full(len(before), 2)]).astype(np.uint8)
    seen = (np.abs(points[:, 0]) <= 180) & (np.abs(points[:, 1]) <= 89)
    nothing = np.zeros(int(seen.sum()), np.int64)
    content = features.point_bytes(points[seen, 0], points[seen, 1], nothing, kind[seen])
    look = maps.PointLook(
        t("import.preview"),
        t("import.point"),
        (t("import.rejected"), t("import.accepted"), t("import.as_read")),
        (t("import.preview_note"),),
        each=True,
        box=_box(after[~bad]),
    )
    maps.point_map(content, look, key="import", height=460)


def _box(points: Floats) -> tuple[tuple[float, float], ...]:
    """Return the box around points, (lon, lat) each, as (lat, lon) of its corners; none of none."""
    if not len(points):
        return ()
    west, south = np.nanmin(points, axis=0) - _MARGIN_DEG
    east, north = np.nanmax(points, axis=0) + _MARGIN_DEG
    return (float(south), float(west)), (float(north), float(east))


def _after(placed: pd.DataFrame) -> Floats | None:
    """Return where the rows lie, of lines and areas the middle; None for rows without a place."""
    if LON in placed.columns:
        return placed[[LON, LAT]].to_numpy(float)
    if SHAPE not in placed.columns:
        return None
    middle = shapely.centroid(placed[SHAPE].to_numpy(object))
    return np.column_stack([shapely.get_x(middle), shapely.get_y(middle)])


def _share(value: float) -> str:
    return UNKNOWN if np.isnan(value) else f"{value:.1%}"
