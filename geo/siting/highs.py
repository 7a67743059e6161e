"""Interface to HiGHS, the solver of linear and integer programs: silent and reproducible.

HiGHS: Huangfu and Hall (2018), Mathematical Programming Computation 10:119–142,
doi:10.1007/s12532-017-0130-5.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from geo.siting.clock import SolverClock
from geo.siting.model import Flags, Floats

_FIRST = threading.Lock()
_greeted: list[bool] = []
#: The largest factor of the objective is scaled into this range: the solver's tolerances are
#: absolute, 1e-6 on the gap and 1e-7 on reduced costs.
_LARGEST_GAIN = (2.0**10, 2.0**20)
#: Columns from which a linear program asks in each iteration whether it must end: below, it ends
#: in less time than the questions take.
_LONG = 2_000
#: Options of searches for answers beside the tree, and of the restart that they lead to.
_HEURISTICS = (
    "mip_heuristic_run_rens",
    "mip_heuristic_run_rins",
    "mip_heuristic_run_root_reduced_cost",
    "mip_allow_restart",
)


@dataclass(frozen=True, eq=False)
class IntegerProgram:
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
class SolverOutcome:
    """Result of a HiGHS run.

    Attributes
    ----------
    values
        (columns,) the best values; None where none were found.
    bound
        Upper bound on the gain.
    infeasible
        True if it is proven that no values are feasible.
    """

    values: Floats | None
    bound: float
    infeasible: bool


def maximise(
    program: IntegerProgram, clock: SolverClock, *, start: Floats | None = None,
    nodes: int | None = None, report: Callable[[float, float], None] | None = None,
    prove: float | None = None,
) -> SolverOutcome:  # fmt: skip
    """Solve a program within the clock's time.

    The run is serial and seeded: it gives the same answer whatever the number of cores.

    Parameters
    ----------
    program
        The program.
    clock
        Time limit and cancellation.
    start
        (columns,) values to start from, if feasible.
    nodes
        Limit of the search tree; None for no limit.
    report
        Called with the gain and the bound so far.
    prove
        Gap at which the run ends, as a share, for callers with a good answer of their own: the
        solver's heuristics are left out. None takes the gap of the clock's run.

    Returns
    -------
    outcome
        The best values and the bound.
    """
    if not len(program.gain):
        fits = not (program.low > 0).any() and not (program.high < 0).any()
        return SolverOutcome(np.zeros(0) if fits else None, 0.0, not fits)
    scale = _scale(program.gain)
    scaled = replace(program, gain=program.gain * scale)
    limits = nodes, prove

    def progress(gain: float, bound: float) -> None:
        if report is not None:
            report(gain / scale, bound / scale)

    solver = _prepared(scaled, clock, limits, progress)
    if start is not None:
        _begin_from(solver, start)
    solver.run()
    if start is not None and _stale(solver, scaled):
        # HiGHS 1.16 may prove a better answer in presolve and still hand back the start.
        solver = _prepared(scaled, clock, limits, progress)
        solver.run()
    outcome = _outcome(solver, whole=bool(program.whole.any()))
    return replace(outcome, bound=outcome.bound / scale)


def prepared(program: IntegerProgram, clock: SolverClock) -> Any:
    """Load a program for callers that add rows and solve repeatedly.

    Parameters
    ----------
    program
        The program.
    clock
        Time limit and cancellation.

    Returns
    -------
    solver
        The solver, not yet run.
    """
    return _prepared(program, clock, (None, None), None)


def solved(solver: Any) -> bool:
    """Check the last run of a prepared solver.

    Parameters
    ----------
    solver
        As :func:`prepared` returns it.

    Returns
    -------
    optimal
        True if the run ended with the optimum.
    """
    import highspy

    return bool(solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)


def _scale(gain: Floats) -> float:
    """Return the power of two that brings the largest factor into the solver's range."""
    largest = float(np.abs(gain).max(initial=0.0))
    if not largest:
        return 1.0
    least, most = _LARGEST_GAIN
    if largest < least:
        return float(2.0 ** np.floor(np.log2(least / largest)))
    return float(2.0 ** -np.ceil(np.log2(largest / most))) if largest > most else 1.0


def _prepared(
    program: IntegerProgram,
    clock: SolverClock,
    limits: tuple[int | None, float | None],
    report: Callable[[float, float], None] | None,
) -> Any:
    nodes, prove = limits
    solver = _solver()
    gap = clock.run.gap if prove is None else prove
    options: dict[str, bool | float | str | int] = {
        "output_flag": False, "mip_rel_gap": max(gap, 0.0), "mip_abs_gap": 1e-6,
        # A site built by 1e-7 less than 1 would make the bound on the cost wrong by some fen.
        "mip_feasibility_tolerance": 1e-9,
        "random_seed": 1, "parallel": "off", "time_limit": clock.left_s,
    }  # fmt: skip
    if nodes is not None:
        options["mip_max_nodes"] = nodes
    if prove is not None:
        options |= dict.fromkeys(_HEURISTICS, False)
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(_model(program))
    solver.cbMipInterrupt += lambda event: _ask(event, clock, report)
    if len(program.gain) > _LONG:
        solver.cbSimplexInterrupt += lambda event: _ask(event, clock)
    return solver


def _begin_from(solver: Any, start: Floats) -> None:
    import highspy

    first = highspy.HighsSolution()
    first.col_value = start.tolist()
    solver.setSolution(first)


def _stale(solver: Any, program: IntegerProgram) -> bool:
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


def _ask(
    event: Any, clock: SolverClock, report: Callable[[float, float], None] | None = None
) -> None:
    if report is not None:
        state = event.data_out
        gain, bound = float(state.mip_primal_bound), float(state.mip_dual_bound)
        if np.isfinite(gain) and np.isfinite(bound):
            report(gain, max(gain, bound))
    if clock.over():
        event.interrupt()


def _model(program: IntegerProgram) -> Any:
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


def _outcome(solver: Any, *, whole: bool) -> SolverOutcome:
    import highspy

    info, status = solver.getInfo(), solver.getModelStatus()
    # All columns that gain have bounds: what is "unbounded or infeasible" is infeasible.
    none_fit = (
        highspy.HighsModelStatus.kInfeasible,
        highspy.HighsModelStatus.kUnboundedOrInfeasible,
    )
    infeasible = status in none_fit
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.asarray(solver.getSolution().col_value, dtype=float) if found else None
    if whole:
        bound = float(info.mip_dual_bound)
    else:
        best = status == highspy.HighsModelStatus.kOptimal
        bound = float(info.objective_function_value) if best else np.inf
    return SolverOutcome(values, bound if np.isfinite(bound) else np.inf, infeasible)
