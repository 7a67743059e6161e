"""Upper bound of household-years over all build orders.

The linear relaxation over years: x grows with the years, a village is served to the extent that
sites which reach it are built, money and sites built up to each year stay within the limits up to
then, and a site is built no sooner than the one that carries it. Running costs, and the lapse of
unspent money, are left out, which only weakens the bound.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from geo.schedule.phasing import BuildSchedule
from geo.schedule.projects import Projects, ScheduleState, YearlyLimits, checked
from geo.siting import highs
from geo.siting.clock import SolverClock
from geo.siting.problem import SolverRun

#: Share added for the solver's rounding.
_ROUNDING = 1e-6


def household_years(found: BuildSchedule) -> float:
    """Return the households served at the end of each year, summed over the years.

    Parameters
    ----------
    found
        A build schedule.

    Returns
    -------
    household_years
        Households × years.
    """
    return float(found.served.sum())


def most_household_years(projects: Projects, limits: YearlyLimits, run: SolverRun) -> float:
    """Return an upper bound of :func:`household_years` over all build orders.

    Parameters
    ----------
    projects
        Sites to build, as for :func:`geo.schedule.phasing.rollout`.
    limits
        Budget and capacity per year.
    run
        Time limit; where it is too short, the bound is all that can be reached from the first year
        on.

    Returns
    -------
    bound
        Households × years.

    Raises
    ------
    InputError
        As :func:`geo.schedule.phasing.rollout`.
    RangeError
        As :func:`geo.schedule.phasing.rollout`.
    """
    state = checked(projects, limits)
    years = len(state.budgets)
    reached = np.zeros(len(state.households), dtype=bool)
    reached[state.reach.indices] = True
    everything = years * float(state.households[reached].sum())
    outcome = highs.maximise(_program(_alike(state)), SolverClock(run))
    if outcome.infeasible or not np.isfinite(outcome.bound):
        return everything
    return min(outcome.bound * (1 + _ROUNDING), everything)


def _alike(state: ScheduleState) -> ScheduleState:
    """Return the state with villages that the same sites reach as one."""
    by_village = sp.csc_array(state.reach)
    by_village.sort_indices()
    number: dict[bytes, int] = {}
    of = np.zeros(by_village.shape[1], dtype=np.int64)
    for village in range(len(of)):
        who = by_village.indices[by_village.indptr[village] : by_village.indptr[village + 1]]
        of[village] = number.setdefault(who.tobytes(), len(number))
    first = np.unique(of, return_index=True)[1]
    return replace(
        state, reach=sp.csr_array(by_village[:, first]),
        households=np.bincount(of, state.households, len(first)).astype(np.float64),
    )  # fmt: skip


def _program(state: ScheduleState) -> highs.IntegerProgram:
    """Return the relaxation; columns are sites, then villages, each year by year."""
    years, sites, villages = len(state.budgets), len(state.costs), len(state.households)
    every, earlier = sp.eye_array(years), sp.eye_array(years, k=-1)
    exists = (state.year == 0).astype(float)
    one = sp.eye_array(sites)
    waits = np.flatnonzero(state.after >= 0)
    order = sp.csr_array(one)[waits] - sp.csr_array(one)[state.after[waits]]
    new = np.where(exists > 0, 0.0, 1.0)
    count = state.capacity.shape[0]
    inside = sp.csr_array((new, (state.region, np.arange(sites))), shape=(count, sites))
    served = sp.csr_array(state.reach.T)
    rows = [
        (sp.kron(earlier - every, one), None, np.zeros(years * sites)),
        (sp.kron(every, order), None, np.zeros(years * len(waits))),
        (sp.kron(every, state.costs[None, :]), None, np.cumsum(state.budgets)),
        (sp.kron(every, inside), None, np.cumsum(state.capacity, axis=1).T.ravel().astype(float)),
        (-sp.kron(every, served), sp.eye_array(years * villages), np.zeros(years * villages)),
    ]
    blocks = [
        sp.hstack([x, sp.csr_array((len(high), years * villages)) if y is None else y])
        for x, y, high in rows
    ]
    high = np.concatenate([part[2] for part in rows])
    gain = np.concatenate([np.zeros(years * sites), np.tile(state.households, years)])
    least = np.concatenate([np.tile(exists, years), np.zeros(years * villages)])
    return highs.IntegerProgram(
        gain, sp.csc_array(sp.vstack(blocks)), np.full(len(high), -np.inf), high, least,
        np.ones(len(gain)), np.zeros(len(gain), dtype=bool),
    )  # fmt: skip
