"""What causes a difference: the changed inputs exchanged one at a time, the rest as interaction.

From scenario A on, each group of inputs that differs is taken from B alone, and the plan is solved
again. The effect of a group is the figure of that scenario minus the figure of A; what all effects
together leave of B − A is the interaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.scenario.scenario import Scenario
from geo.errors import PlannerError
from planning.comparison.figures import KEYS, aligned, union, weakest_known
from planning.comparison.inputs import changed_fields, exchanged

Floats = NDArray[np.float64]

#: Steps that are no group of inputs: both ends and what remains.
START, INTERACTION, END = "start", "interaction", "end"
CAUSE_COLUMNS = (
    "compared", *KEYS, "unit", "step", "cause", "effect", "low", "high", "is_certain", "inputs",
    "evidence", "source_ids",
)  # fmt: skip
#: Scenario → its figures, or None where it has no plan.
Figures = Callable[[Scenario], pd.DataFrame]


def causes(a: Scenario, b: Scenario, figures_of: Figures, *, compared: str) -> pd.DataFrame:
    """Return how much each group of changed inputs contributes to each figure.

    Parameters
    ----------
    a, b
        Scenarios of one province.
    figures_of
        Returns the figures of a scenario, as :func:`planning.comparison.figures.figure_table`; it
        is asked once for each group that differs.
    compared
        Letter of ``b`` among the scenarios.

    Returns
    -------
    table
        :data:`CAUSE_COLUMNS`: for each figure the value of ``a`` (``start``), the effect of each
        group, the interaction, and the value of ``b`` (``end``), numbered by ``step``. ``low`` and
        ``high`` enclose an effect where the solver's bounds do; ``is_certain`` says whether its
        sign is known then, and is unknown without bounds. NaN where a step cannot be planned.
    """
    changes = changed_fields(a, b)
    first, last = _keyed(figures_of(a)), _keyed(figures_of(b))
    steps = {group: _tried(figures_of, a, b, group) for group in changes}
    index = union(first, last, *(table for table in steps.values() if table is not None))
    start, end = aligned(first, index), aligned(last, index)
    told = {group: inputs_text(changes[group]) for group in changes}
    parts = [_step(start, START, start["value"].to_numpy())]
    tried = [None if table is None else aligned(table, index) for table in steps.values()]
    for group, table in zip(steps, tried, strict=True):
        parts.append(_step(start, group, *_effect(start, table), inputs=told[group]))
    if len(steps) > 1:
        # One group alone leaves nothing: its scenario is B.
        parts.append(_step(start, INTERACTION, *_remainder(start, tried, end)))
    parts.append(_step(start, END, end["value"].to_numpy()))
    whole = pd.concat([part.assign(step=i) for i, part in enumerate(parts)])
    basis = _basis(start, end)
    whole = whole.join(basis, on=list(KEYS)).assign(compared=compared)
    order = pd.Series(range(len(index)), index=index)
    whole["_at"] = order.loc[pd.MultiIndex.from_frame(whole[list(KEYS)])].to_numpy()
    whole = whole.sort_values(["_at", "step"], kind="stable", ignore_index=True)
    return whole[list(CAUSE_COLUMNS)]


def inputs_text(changes: Mapping[str, tuple[object, object]]) -> str:
    """Return changed inputs as a file names them.

    Parameters
    ----------
    changes
        Field → values in both scenarios.

    Returns
    -------
    text
        ``field: value → value``, joined by semicolons.
    """
    return "; ".join(f"{field}: {_value(one)} → {_value(other)}"
                     for field, (one, other) in changes.items())  # fmt: skip


def _value(value: object) -> str:
    if isinstance(value, list | tuple) and len(str(value)) > _LONGEST:
        return f"({len(value)})"
    return "—" if value is None else str(value)


#: A list that is longer is given by its length [characters].
_LONGEST = 60


def _keyed(table: pd.DataFrame) -> pd.DataFrame:
    return table.set_index(list(KEYS))


def _tried(figures_of: Figures, a: Scenario, b: Scenario, group: str) -> pd.DataFrame | None:
    """Return the figures of A with one group of B; None where they do not fit together."""
    try:
        return _keyed(figures_of(exchanged(a, b, group)))
    except PlannerError:
        return None


def _effect(start: pd.DataFrame, table: pd.DataFrame | None) -> tuple[Floats, Floats, Floats]:
    if table is None:
        unknown = np.full(len(start), np.nan)
        return unknown, unknown, unknown
    return (
        (table["value"] - start["value"]).to_numpy(),
        (table["least"] - start["most"]).to_numpy(),
        (table["most"] - start["least"]).to_numpy(),
    )


def _remainder(
    start: pd.DataFrame, tried: list[pd.DataFrame | None], end: pd.DataFrame
) -> tuple[Floats, Floats, Floats]:
    """Return B − A without the effects of all groups, with its interval."""
    known = [table for table in tried if table is not None]
    if len(known) < len(tried):
        unknown = np.full(len(start), np.nan)
        return unknown, unknown, unknown
    more = float(len(known) - 1)

    def rest(of_end: str, of_start: str, of_steps: str) -> Floats:
        steps = sum((table[of_steps].to_numpy() for table in known), np.zeros(len(start)))
        value = end[of_end].to_numpy() + more * start[of_start].to_numpy() - steps
        return np.asarray(value, float)

    ends = rest("least", "least", "most"), rest("most", "most", "least")
    return rest("value", "value", "value"), *ends


def _step(
    start: pd.DataFrame, cause: str, effect: Floats, low: Floats | None = None,
    high: Floats | None = None, *, inputs: str = "",
) -> pd.DataFrame:  # fmt: skip
    unknown = np.full(len(start), np.nan)
    least, most = (unknown if end is None else end for end in (low, high))
    known = np.isfinite(least) & np.isfinite(most) & np.isfinite(effect)
    certain = (least > 0) | (most < 0) | ((least == most) & known)
    table = pd.DataFrame(index=start.index).reset_index()
    return table.assign(
        cause=cause, effect=effect, low=least, high=most, inputs=inputs,
        is_certain=pd.arrays.BooleanArray(certain, ~known),
    )  # fmt: skip


def _basis(start: pd.DataFrame, end: pd.DataFrame) -> pd.DataFrame:
    """Return unit, the weakest evidence and all sources of each figure of both scenarios."""
    both = pd.concat([start, end]).dropna(subset="unit")
    return both.groupby(level=list(KEYS), sort=False).agg(
        unit=("unit", "first"),
        evidence=("evidence", weakest_known),
        source_ids=("source_ids", joined),
    )


def joined(ids: pd.Series) -> str:
    """Return source ids of several texts in one, each once.

    Parameters
    ----------
    ids
        Texts with ids, joined by semicolons.

    Returns
    -------
    text
        Sorted ids, joined by semicolons.
    """
    found = {part for text in ids for part in str(text).split(";") if part}
    return ";".join(sorted(found))
