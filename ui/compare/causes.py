"""Why two scenarios differ: the figure that is explained, its waterfall, and what is uncertain."""

from __future__ import annotations

import streamlit as st

from planning.comparison.comparison import Comparison
from planning.exports.comparison.inputs import InputWords
from planning.exports.comparison.waterfall import figures_explained, steps_of, waterfall
from planning.exports.comparison.words import figure_name, figure_text, figure_unit
from planning.exports.report.reader import Reader, records
from ui.compare import chart
from ui.shell import cache, localised_select
from ui.shell.i18n import language, t
from ui.shell.provenance import plain

_FIGURE = "compare_figure"


def show(comparison: Comparison, letter: str) -> None:
    """Draw the causes of one figure.

    Parameters
    ----------
    letter
        Letter of the scenario that is compared with A.
    """
    reader = Reader(language())
    known = figures_explained(comparison.causes, letter)
    if not known:
        st.info(t("compare.no_cause"))
        return
    titles = {
        "|".join(map(str, (row["figure"], row["layer"], row["metric"], row["year"]))):
            figure_name(row, language()) for row in known
    }  # fmt: skip
    rows = dict(zip(titles, known, strict=True))
    preferred = next((key for key in titles if key.startswith("households|")), next(iter(titles)))
    if st.session_state.get(_FIGURE) not in titles:
        st.session_state[_FIGURE] = preferred
    key = localised_select.selectbox(
        st, t("compare.shown"), list(titles), key=_FIGURE, format_func=titles.__getitem__,
    )  # fmt: skip
    row = rows[str(key)]
    steps = steps_of(comparison.causes, row)
    told = InputWords(cache.pack(), reader).by_cause(comparison, letter)
    bars = waterfall(steps, reader, told)
    ends = records(steps)
    difference = float(ends[-1]["effect"]) - float(ends[0]["effect"])
    unit = figure_unit(row, language())
    text = figure_text(row, difference, reader, signed=True)
    st.markdown(f"**{plain(t('compare.why', difference=text, unit=unit).strip())}**")
    st.vega_lite_chart(chart.waterfall(bars, unit))
    if any(not bar.is_certain for bar in bars):
        st.markdown(f":small[{t('compare.uncertain')}]")
    st.markdown(f":small[{t('compare.method')}]")
    lines = ["- " + t("compare.bar_inputs", cause=f"**{plain(bar.title)}**", change=bar.label,
                    inputs=plain(bar.inputs)) for bar in bars
             if bar.inputs]  # fmt: skip
    st.markdown("\n".join(lines))
