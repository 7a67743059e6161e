"""``python -m bench.reference MINUTES [SEED]``: long runs on the cities, for the best plans known.

Not the product's own run: each search begins at a random choice, cools slowly from far hotter, and
after each few the best choice among the rows of all is found by HiGHS. What is better than the
table goes into the table, ``bench/best_known.csv``.
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bench.siting import CITIES, city
from geo.siting import Problem, Run, kernels
from geo.siting.clock import Clock
from geo.siting.kernels import Cooling
from geo.siting.lagrangian import prices
from geo.siting.model import Flags, checked
from geo.siting.reduction import Core, reduce
from geo.siting.search import among, covered_by

FILE = Path(__file__).with_name("best_known.csv")
_HEAD = ("nodes", "near", "p", "covered", "how", "date")
#: Moves of one search, hot start and cold end as shares of what the last site is worth.
_MOVES, _WARM, _COLD = 6_000_000, 0.4, 0.004
#: Searches between two merges, and the nodes of HiGHS in one.
_SEARCHES, _NODES = 3, 2_000

Case = tuple[int, int, int]


def known() -> dict[Case, dict[str, str]]:
    """Return the table's row of each case."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {(int(row["nodes"]), int(row["near"]), int(row["p"])): row for row in rows}


def found(case: Case, seconds: float, seed: int) -> tuple[float, str]:
    """Return the greatest weight that long runs cover, and how they found it."""
    nodes, near, p = case
    reach, weights = city(nodes, near)
    core = reduce(checked(Problem(coverage=reach, weights=weights, p=p)))
    m = kernels.matrix(core.reach, core.weights, core.costs, core.places)
    worth = prices(m, (core.p, core.budget), float(weights.sum()) / 2, 400).threshold
    like = kernels.likest(m, 0, np.zeros(1, np.int64))
    draw = np.random.default_rng(seed)
    begin, elite, best = time.perf_counter(), list[Flags](), 0.0
    while time.perf_counter() - begin < seconds:
        first = np.zeros(len(core.options), dtype=bool)
        first[draw.choice(len(first), core.p, replace=False)] = True
        how = Cooling(
            _WARM * worth, _COLD * worth, 0.0, _MOVES, int(draw.integers(2**31)),
            np.zeros(1, np.int64), like,
        )  # fmt: skip
        chosen, covered = kernels.anneal(m, first, core.p, core.budget, how)
        elite.append(chosen)
        best = max(best, float(covered))
        if len(elite) % _SEARCHES == 0:
            best = max(best, merged(core, elite))
    text = f"{len(elite)} slow searches from random choices, merged by HiGHS; seed {seed}"
    return best, text


def merged(core: Core, elite: list[Flags]) -> float:
    """Return the weight of the best choice among the rows of several; it joins them."""
    first = max(elite, key=lambda flags: covered_by(core, flags))
    clock = Clock(Run(time_limit_s=60.0))
    chosen, _ = among(core, np.logical_or.reduce(elite), first, clock, nodes=_NODES)
    if chosen is None:
        return 0.0
    elite.append(chosen)
    return covered_by(core, chosen)


def write(table: Mapping[Case, Mapping[str, str]]) -> None:
    """Write the table."""
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _HEAD, lineterminator="\n")
        writer.writeheader()
        writer.writerows(table[case] for case in sorted(table))


def main() -> None:
    """Search each city for some minutes and keep what is better."""
    minutes, seed = float(sys.argv[1]), int((*sys.argv, "1")[2])
    table = known()
    for case in CITIES:
        covered, how = found(case, 60.0 * minutes, seed)
        before = float(table[case]["covered"]) if case in table else 0.0
        print(f"{case}: {covered:.0f}, known {before:.0f}", flush=True)
        if covered > before:
            day = f"{datetime.now(UTC):%Y-%m-%d}"
            values = (*map(str, case), f"{covered:.0f}", how, day)
            table[case] = dict(zip(_HEAD, values, strict=True))
            write(table)


if __name__ == "__main__":
    main()
