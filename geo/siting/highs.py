"""HiGHS, the solver of integer programs: one way in, silent, the same on every machine.

HiGHS: Huangfu and Hall (2018), Mathematical Programming Computation 10:119–142,
doi:10.1007/s12532-017-0130-5.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from geo.siting.clock import Clock
from geo.siting.model import Flags, Floats

_FIRST = threading.Lock()
_greeted: list[bool] = []


@dataclass(frozen=True, eq=False)
class Program:
    """Maximise ``gain @ v`` with ``low <= matrix @ v <= high`` and ``least <= v <= most``.

    Attributes
    ----------
    gain, least, most, whole
        (columns,) objective, bounds, and which columns are integer.
    matrix, low, high
        Rows and their bounds; ``inf`` for none.
    """

    gain: Floats
    matrix: sp.csc_array
    low: Floats
    high: Floats
    least: Floats
    most: Floats
    whole: Flags


@dataclass(frozen=True)
class Outcome:
    """What HiGHS found.

    Attributes
    ----------
    values
        (columns,) the best values; None where none were found.
    bound
        No values can gain more than this.
    infeasible
        True if it is proven that no values fit.
    """

    values: Floats | None
    bound: float
    infeasible: bool


def maximise(
    program: Program, clock: Clock, *, start: Floats | None = None, nodes: int | None = None,
    tell: Callable[[float, float], None] | None = None,
) -> Outcome:  # fmt: skip
    """Solve the program within the clock's time, from ``start`` if that is given and fits.

    ``nodes`` limits the search tree; ``tell`` hears of the gain and the bound so far. The run is
    serial and seeded: it gives the same answer whatever the number of cores.
    """
    solver = _prepared(program, clock, nodes, tell)
    if start is not None:
        _begin_from(solver, start)
    solver.run()
    if start is not None and _stale(solver, program):
        # HiGHS 1.16 may prove a better answer in presolve and still hand back the start.
        solver = _prepared(program, clock, nodes, tell)
        solver.run()
    return _outcome(solver, whole=bool(program.whole.any()))


def prepared(program: Program, clock: Clock) -> Any:
    """Return the solver that holds a program, for those who add rows and solve again."""
    return _prepared(program, clock, None, None)


def solved(solver: Any) -> bool:
    """Return True if the last run ended with the optimum."""
    import highspy

    return bool(solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)


def _prepared(
    program: Program, clock: Clock, nodes: int | None, tell: Callable[[float, float], None] | None
) -> Any:
    solver = _solver()
    options: dict[str, bool | float | str | int] = {
        "output_flag": False, "mip_rel_gap": max(clock.run.gap, 0.0), "mip_abs_gap": 1e-6,
        "random_seed": 1, "parallel": "off", "time_limit": clock.left_s,
    }  # fmt: skip
    if nodes is not None:
        options["mip_max_nodes"] = nodes
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(_model(program))
    solver.cbMipInterrupt += lambda event: _ask(event, clock, tell)
    solver.cbSimplexInterrupt += lambda event: _ask(event, clock)
    return solver


def _begin_from(solver: Any, start: Floats) -> None:
    import highspy

    first = highspy.HighsSolution()
    first.col_value = start.tolist()
    solver.setSolution(first)


def _stale(solver: Any, program: Program) -> bool:
    """Return True if the values that are handed back are worse than what is said of them."""
    values = np.asarray(solver.getSolution().col_value, dtype=float)
    said = float(solver.getInfo().objective_function_value)
    if len(values) != len(program.gain) or not np.isfinite(said):
        return False
    return float(program.gain @ values) < said - 1e-6 * max(1.0, abs(said))


def _solver() -> Any:
    """Return a new solver; the licence line that a process's first one prints is held back."""
    import highspy

    with _FIRST:
        if _greeted:
            return highspy.Highs()  # type: ignore[no-untyped-call]  # only its core has types
        sys.stdout.flush()
        kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 1)
            solver = highspy.Highs()  # type: ignore[no-untyped-call]  # only its core has types
        finally:
            os.dup2(kept, 1)
            os.close(kept)
            os.close(nowhere)
        _greeted.append(True)
        return solver


def _ask(event: Any, clock: Clock, tell: Callable[[float, float], None] | None = None) -> None:
    if tell is not None:
        state = event.data_out
        gain, bound = float(state.mip_primal_bound), float(state.mip_dual_bound)
        if np.isfinite(gain) and np.isfinite(bound):
            tell(gain, max(gain, bound))
    if clock.over():
        event.interrupt()


def _model(program: Program) -> Any:
    import highspy

    model = highspy.HighsLp()
    rows, columns = program.matrix.shape
    model.num_col_, model.num_row_ = columns, rows
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = program.gain
    model.col_lower_, model.col_upper_ = program.least, program.most
    model.row_lower_, model.row_upper_ = program.low, program.high
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = program.matrix.indptr
    model.a_matrix_.index_ = program.matrix.indices
    model.a_matrix_.value_ = program.matrix.data
    if program.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(flag)] for flag in program.whole]
    return model


def _outcome(solver: Any, *, whole: bool) -> Outcome:
    import highspy

    info, status = solver.getInfo(), solver.getModelStatus()
    infeasible = status == highspy.HighsModelStatus.kInfeasible
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.asarray(solver.getSolution().col_value, dtype=float) if found else None
    if whole:
        bound = float(info.mip_dual_bound)
    else:
        best = status == highspy.HighsModelStatus.kOptimal
        bound = float(info.objective_function_value) if best else np.inf
    return Outcome(values, bound if np.isfinite(bound) else np.inf, infeasible)
