"""What a plan states: the list, and the statement in view with its fields and reasons."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pandas as pd
import streamlit as st

from data.ledger.metrics import metric_title
from data.planreader.acceptance import contradictions, why_not
from data.planreader.statement import BASES, QUALIFIERS, PlanStatement
from geo.errors import PlannerError
from ui.reading import session
from ui.reading.session import ACCEPTED, PENDING, REJECTED, Reading
from ui.shell import cache, localised_select
from ui.shell.callbacks import once, whole
from ui.shell.frame import explain
from ui.shell.i18n import UNKNOWN, language, named, number, t
from ui.widgets import tables

_TABLE, _MESSAGE, _FAULT = "reading_table", "_reading_message", "_reading_fault"


#: Widths by which the list fits beside the text on a laptop's screen [px].
_WIDTHS = {
    name: st.column_config.Column(width=width)
    for name, width in (
        ("number", 30), ("metric", 158), ("value", 126), ("date", 80), ("kind", 60), ("state", 58),
    )
}  # fmt: skip


def messages() -> None:
    """Say once what the last press did."""
    if said := st.session_state.pop(_MESSAGE, ""):
        st.success(said)
    fault: PlannerError | None = st.session_state.pop(_FAULT, None)
    if fault is not None:
        explain(fault)


def buttons(reading: Reading) -> None:
    """Draw the counts, and what is done with all of them."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        counts = {state: number(reading.count(state)) for state in (ACCEPTED, PENDING, REJECTED)}
        st.markdown(
            t("reading.counts", read=number(len(reading.statements)),
              apart=number(len(reading.apart)), **counts),
            width="stretch",
        )  # fmt: skip
        st.button(
            t("reading.sure"), key="reading_sure", on_click=whole(session.decide_sure),
            help=t("reading.sure_help", share=number(100 * session.SURE)),
        )  # fmt: skip
        st.button(t("reading.another"), key="reading_another", on_click=whole(session.forget))
        accepted = reading.count(ACCEPTED)
        st.button(
            t("reading.commit", count=number(accepted)), key="reading_commit", type="primary",
            disabled=not accepted, on_click=once(_commit), help=t("reading.commit_help"),
        )  # fmt: skip


def _commit() -> None:
    try:
        count = session.commit()
    except PlannerError as fault:
        st.session_state[_FAULT] = fault
        return
    st.session_state[_MESSAGE] = t("reading.committed", count=number(count))


def show(reading: Reading) -> None:
    """Draw the list of statements and the one in view."""
    names = list(reading.statements)
    rows = [_row(reading, place, name) for place, name in enumerate(names, start=1)]
    # Another document has another table: a selection by position would be another statement.
    table = tables.followed(f"{_TABLE}-{reading.document.name}", pd.Series(names), "")
    picked = st.dataframe(
        pd.DataFrame(rows), **table, hide_index=True, on_select="rerun",
        row_height=tables.ROW_HEIGHT, height=tables.fitted(len(rows), 330),
        column_config={t(f"reading.{name}"): width for name, width in _WIDTHS.items()},
    )  # fmt: skip
    chosen = picked["selection"]["rows"]
    marker = (table["key"], tuple(chosen))
    if chosen and st.session_state.get("_reading_picked") != marker:
        st.session_state["_reading_picked"] = marker
        reading.chosen = names[chosen[0]]
        st.rerun()
    if reading.chosen in reading.statements:
        _detail(reading, reading.chosen)
    if reading.apart:
        with st.expander(t("reading.apart", count=number(len(reading.apart)))):
            st.dataframe(
                pd.DataFrame({t("reading.sentence"): [words for _, words in reading.apart]}),
                hide_index=True,
            )


def _row(reading: Reading, place: int, name: str) -> dict[str, object]:
    said = reading.statements[name]
    return {
        t("reading.number"): place,
        t("reading.metric"): _title(said),
        t("reading.value"): _brief(said),
        t("reading.date"): said.date or UNKNOWN,
        t("reading.kind"): t(f"reading.{said.kind}"),
        t("reading.state"): t(f"reading.is_{reading.state(name)}"),
    }


def _title(said: PlanStatement) -> str:
    return metric_title(said.layer, said.metric, language())


def _word(qualifier: str) -> str:
    return {"=": "exact", "~": "about", ">": "more", ">=": "least", "<=": "most"}[qualifier]


def _brief(said: PlanStatement) -> str:
    """Return value and unit with the sign of how exact they are."""
    signs = {"~": "about", ">": "more_than", ">=": "at_least", "<=": "at_most"}
    if said.qualifier in signs:
        return t(f"qualifier_brief.{signs[said.qualifier]}", figure=_value(said))
    return _value(said)


def _value(said: PlanStatement) -> str:
    if said.unit.startswith("share"):
        return number(100 * said.value, digits=0 if said.value * 100 % 1 < 1e-9 else 1) + " %"
    amount = number(said.value, digits=0 if said.value % 1 == 0 else 2)
    return f"{amount} {t(f'plan_unit.{_unit_key(said.unit)}')}"


def _detail(reading: Reading, name: str) -> None:
    said = reading.statements[name]
    place = list(reading.statements).index(name) + 1
    with st.container(border=True):
        st.markdown(f"**{t('reading.item', number=place)}** · {_title(said)}")
        changed = _fields(said, name)
        _reasons(said)
        refusal = why_not(changed, cache.pack().adcode)
        if refusal:
            st.warning(t(f"plan_refusal.{refusal}"))
        with st.container(horizontal=True, gap="small"):
            st.button(
                t("reading.reject"), key=f"reading_reject_{name}",
                on_click=once(session.decide), args=(name, REJECTED),
            )  # fmt: skip
            if changed == said:
                st.button(
                    t("reading.accept"), key=f"reading_accept_{name}", type="primary",
                    disabled=bool(refusal), on_click=once(session.decide), args=(name, ACCEPTED),
                )  # fmt: skip
            else:
                st.button(
                    t("reading.correct"), key=f"reading_correct_{name}", type="primary",
                    disabled=bool(refusal), on_click=once(session.correct), args=(name, changed),
                )  # fmt: skip


def _fields(said: PlanStatement, name: str) -> PlanStatement:
    """Draw the fields of a statement; return it as the planner has them."""
    cells = st.columns(3)
    kinds = {kind: t(f"reading.{kind}") for kind in ("baseline", "target")}
    kind = localised_select.selectbox(
        cells[0],
        t("reading.kind"), list(kinds), index=list(kinds).index(said.kind),
        format_func=kinds.__getitem__, key=f"reading_kind_{name}",
    )  # fmt: skip
    qualifiers = {q: t(f"qualifier_word.{_word(q)}") or "=" for q in QUALIFIERS}
    qualifier = localised_select.selectbox(
        cells[1],
        t("reading.qualifier"), list(qualifiers), index=QUALIFIERS.index(said.qualifier),
        format_func=qualifiers.__getitem__, key=f"reading_qualifier_{name}",
    )  # fmt: skip
    share = said.unit.startswith("share")
    shown = 100 * said.value if share else said.value
    value = cells[2].number_input(
        t("reading.value") + (" %" if share else ""), value=float(shown), min_value=0.0,
        format="%.6g", key=f"reading_value_{name}",
    )  # fmt: skip
    cells = st.columns(3)
    known = dt.date.fromisoformat(said.date) if said.date else None
    date = cells[0].date_input(
        t("reading.date"), value=known, key=f"reading_date_{name}", format="YYYY-MM-DD"
    )
    bases = {basis: t(f"reading.basis_{basis}") for basis in BASES}
    basis = localised_select.selectbox(
        cells[1],
        t("reading.basis"), list(bases), index=BASES.index(said.basis),
        format_func=bases.__getitem__, key=f"reading_basis_{name}",
    )  # fmt: skip
    cells[2].text_input(
        t("reading.unit"), value=t(f"plan_unit.{_unit_key(said.unit)}"), disabled=True,
        key=f"reading_unit_{name}",
    )  # fmt: skip
    same = abs(value - shown) < 1e-9 * max(1.0, abs(shown))
    return replace(
        said, kind=str(kind), qualifier=str(qualifier), basis=str(basis),
        value=said.value if same else (value / 100 if share else value),
        date=date.isoformat() if isinstance(date, dt.date) else None,
    )  # fmt: skip


def _unit_key(unit: str) -> str:
    return re.sub(r"\W+", "_", unit.lower())


def _reasons(said: PlanStatement) -> None:
    sure = number(100 * said.confidence)
    words = t("list.semicolon").join(t(f"plan_reason.{code}") for code in said.reasons)
    st.markdown(t("reading.confidence", share=sure) + (f" {words}" if words else ""))
    if said.other_value is not None:
        st.warning(t("reading.other_value", value=number(said.other_value)))
    if said.region != cache.pack().adcode and not why_not(said, cache.pack().adcode):
        regions = cache.pack().table("regions")
        own = regions[regions["adcode"] == said.region]
        if len(own):
            st.info(t("reading.of_region", name=named(own.iloc[0])))
    if said.place:
        st.info(t("reading.places", names=said.place))
    rows = contradictions(said, cache.pack().table("targets"))
    for name, value, quote in zip(rows["id"], rows["value"], rows["quote"], strict=True):
        shown = _value(replace(said, value=float(value)))
        st.warning(t("reading.contradicts", id=name, value=shown, quote=quote))
