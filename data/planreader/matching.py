"""Which metric a number of a clause belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from data.planreader.lexicon import CONVERSIONS, MetricWords, lexicon
from data.planreader.phrases import pattern
from data.planreader.quantities import Quantity

#: Behind the words of a metric these make it something else: 5G基站配套电源.
_SOMETHING_ELSE = pattern("matching.something_else")
_NOT_BUILT = pattern("matching.not_built")
_PER = pattern("matching.per")
_LEAD = pattern("matching.lead")
#: A few words may come between a number and its metric, but no other noun that is counted.
_BETWEEN = pattern("matching.between")
_GAP_COST = 0.15
_LEAST_SCORE = 0.4


@dataclass(frozen=True)
class Subject:
    """A metric that fits a number, and how well.

    Attributes
    ----------
    layer, metric, unit, basis
        As in a statement.
    score
        Length of the words that name it, less their distance.
    inherited
        True if another clause names it.
    """

    layer: str
    metric: str
    unit: str
    basis: str
    score: float
    inherited: bool = False


def converted(value: float, measure: str, unit: str) -> float:
    """Return a value of a measure in the unit of a metric.

    Parameters
    ----------
    value
        In the measure's base unit.
    measure, unit
        From which, to which.

    Returns
    -------
    value
        Unchanged where both are the same.
    """
    return float(f"{value * CONVERSIONS.get((measure, unit), 1.0):.12g}")


def subject(
    before: str, behind: str, clause: str, quantity: Quantity | None, *, by_unit: bool = False
) -> Subject | None:
    """Return the metric whose words are longest and nearest to a number.

    Parameters
    ----------
    before, behind
        Words between the number and its neighbours.
    clause
        The whole clause.
    quantity
        The number; None accepts any metric that counts.
    by_unit
        True to let the unit name the metric where no word does.

    Returns
    -------
    subject
        None where no words fit.
    """
    best: Subject | None = None
    counts_all = not _PER.search(before)
    for metric in lexicon().metrics:
        if not (counts_all or metric.basis != "cumulative") or not _fits(metric, quantity, clause):
            continue
        score = max(_before(metric, before), _behind(metric, behind) if quantity else 0.0)
        if by_unit and quantity is not None and quantity.measure == metric.by_unit:
            score = max(score, _LEAST_SCORE + 0.1)
        if score > (best.score if best else _LEAST_SCORE):
            best = Subject(metric.layer, metric.metric, metric.unit, metric.basis, score)
    return best


def _fits(metric: MetricWords, quantity: Quantity | None, clause: str) -> bool:
    if quantity is None:
        fits = metric.basis == "cumulative" or "share" not in metric.measures
    else:
        fits = quantity.measure in metric.measures
    return (
        fits
        and (metric.needs is None or metric.needs.search(clause) is not None)
        and (metric.without is None or metric.without.search(clause) is None)
    )


def _before(metric: MetricWords, before: str) -> float:
    if metric.words is None:
        return 0.0
    return max(
        (
            (match.end() - match.start()) - _GAP_COST * (len(before) - match.end())
            for match in metric.words.finditer(before)
            if match.end() > match.start()
            and not _SOMETHING_ELSE.match(before, match.end())
            and not _NOT_BUILT.search(before[: match.start()])
        ),
        default=0.0,
    )


def _behind(metric: MetricWords, behind: str) -> float:
    if metric.after is None:
        return 0.0
    lead, near = _LEAD.match(behind), _BETWEEN.match(behind)
    match = metric.after.match(behind, lead.end() if lead else 0) or metric.after.match(behind)
    if match is None:
        reach = near.end() if near else 0
        match = metric.after.search(behind[: reach + 12])
        if match is not None and match.start() > reach:
            return 0.0
    if match is None or match.end() == match.start():
        return 0.0
    if _SOMETHING_ELSE.match(behind, match.end()):
        return 0.0
    return (match.end() - match.start()) + 2 - _GAP_COST * match.start()
