"""``python -m bench [NAME …]``: measure the named figures; without names all, into the page."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping

from bench import (
    backhaul,
    coverage,
    doctor,
    documents,
    intervals,
    pages,
    plan,
    planreading,
    prediction,
    radio,
    report,
    sessions,
    siting,
    terminal,
    terrain,
)
from bench.measure import Figure

BENCHES: Mapping[str, Callable[[int], Iterator[Figure]]] = {
    "gaps": terminal.gaps,
    "imports": terminal.imports,
    "doctor": doctor.doctor,
    "coverage": coverage.distance,
    "radio": radio.paths,
    "intervals": intervals.intervals,
    "terrain": terrain.terrain,
    "siting": siting.siting,
    "trees": backhaul.trees,
    "backhaul": backhaul.sites,
    "roads": backhaul.roads,
    "prediction": prediction.prediction,
    "plan": plan.whole,
    "planreading": planreading.reading,
    "reports": documents.reports,
    "pages": pages.pages,
    "sessions": sessions.sessions,
}


def main() -> int:
    """Measure, print, and write the page when everything was measured."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHES)}")
    parser.add_argument("--runs", type=int, default=7, help="runs of each (default 7)")
    options = parser.parse_args()
    unknown = set(options.names) - set(BENCHES)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(BENCHES)}")
    figures: list[Figure] = []
    for name in options.names or BENCHES:
        print(f"{name} …", file=sys.stderr, flush=True)
        figures += BENCHES[name](options.runs)
    page = report.text(figures)
    print(page)
    if not options.names:
        report.write(page)
    return 1 if any(figure.holds is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
