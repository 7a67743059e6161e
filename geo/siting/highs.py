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
from geo.siting.kernels import Index
from geo.siting.model import Flags, Floats

#: A linear program too small for presolve or a second thread to pay. The number of threads stays
#: unsaid: HiGHS runs no program that wishes for another one than the process's first.
_PLAIN = {"output_flag": False, "presolve": "off", "parallel": "off"}

_FIRST = threading.Lock()
_greeted: list[bool] = []
_mine = threading.local()


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


@dataclass(frozen=True, eq=False)
class Relaxed:
    """A linear program at its end: a price per row, the columns' values, the steps it took."""

    prices: Floats
    values: Floats
    pivots: int


def cover(ptr: Index, idx: Index, due: Floats, cost: Floats) -> Relaxed:
    """Cover each of some villages once, with parts of rows, at least cost.

    Row ``i`` costs ``due[i]`` and covers the villages ``idx[ptr[i]:ptr[i + 1]]``; (2, villages)
    ``cost`` is that of covering a village once more, and that of leaving it. Values are those of
    the rows, then those of each cost. Where HiGHS fails all prices are 0, which prove nothing.
    """
    import highspy

    solver = _plain()
    villages = cost.shape[1]
    columns, each = len(due) + 2 * villages, np.arange(2 * villages, dtype=np.int32)
    factors = np.ones(len(idx) + 2 * villages)
    factors[len(idx) : len(idx) + villages] = -1.0
    solver.passModel(
        columns, villages, len(factors), int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize), 0.0, np.concatenate([due, cost.ravel()]),
        np.zeros(columns), np.full(columns, np.inf), np.ones(villages), np.ones(villages),
        np.concatenate([ptr, ptr[-1] + 1 + each]), np.concatenate([idx, each % villages]),
        factors, np.zeros(columns, dtype=np.int32),
    )  # fmt: skip
    solver.run()
    if not solved(solver):
        return Relaxed(np.zeros(villages), np.zeros(columns), 1)
    solution, pivots = solver.getSolution(), int(solver.getInfo().simplex_iteration_count)
    prices = np.asarray(solution.row_dual, dtype=float)
    return Relaxed(prices, np.asarray(solution.col_value, dtype=float), max(pivots, 1))


def prepared(program: Program, clock: Clock) -> Any:
    """Return the solver that holds a program, for those who add rows and solve again."""
    return _prepared(program, clock, None, None)


def solved(solver: Any) -> bool:
    """Return True if the last run ended with the optimum."""
    import highspy

    return bool(solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)


def _plain() -> Any:
    """Return the calling thread's solver of linear programs: to make one takes as long as a run."""
    if not hasattr(_mine, "solver"):
        _mine.solver = _solver()
        for name, value in _PLAIN.items():
            _mine.solver.setOptionValue(name, value)
    return _mine.solver


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
