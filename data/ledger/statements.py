"""The ledger: what the plans and publications state for a province, by metric and date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from data.ledger.metrics import keyed
from data.tables.reader import Pack
from geo.errors import InputError
from geo.evidence import weakest


@dataclass(frozen=True, slots=True)
class Statement:
    """One provincial figure and its sources.

    Attributes
    ----------
    value, low, high
        The figure and its bounds [unit], see :func:`stated_bounds`.
    unit
        Unit of the figure.
    basis
        ``cumulative``, ``share`` … as in the targets table.
    as_of
        Date it holds for, YYYY-MM-DD.
    source_ids
        Ids of the ledger rows that state it.
    derived
        True where it is computed from other figures and no source states it.
    qualifier
        How exact the source says it is: ``=``, ``~`` (about), ``>`` (more than) …
    evidence
        Class of the row: ``reported`` of a plan or publication, the planner's word for a count of
        their own.
    """

    value: float
    low: float
    high: float
    unit: str
    basis: str
    as_of: str
    source_ids: tuple[str, ...]
    derived: bool = False
    qualifier: str = "="
    evidence: str = "reported"

    @property
    def word(self) -> str:
        """The class of the figure: a derived one is no stronger than that."""
        return weakest([self.evidence, "derived"]) if self.derived else self.evidence


@dataclass(frozen=True, slots=True)
class RegionalFigure:
    """One observed figure of a prefecture or county; shares are of the provincial total.

    Attributes
    ----------
    adcode
        Code of the region.
    value, low, high
        The figure and its bounds, see :func:`stated_bounds`; a share is 0–1.
    kind
        ``built``, ``share`` or ``plan``.
    as_of
        Date it holds for, YYYY-MM-DD.
    source_id
        Id of the ledger row.
    qualifier, evidence
        As in :class:`Statement`.
    """

    adcode: str
    value: float
    low: float
    high: float
    kind: str
    as_of: str
    source_id: str
    qualifier: str = "="
    evidence: str = "reported"


#: One row of a ledger, column → cell.
Row = Mapping[Hashable, Any]


@dataclass(frozen=True)
class Ledger:
    """Targets and observations of one province.

    Attributes
    ----------
    adcode
        Code of the province.
    targets, observations
        Rows of the tables ``targets`` and ``observations``, their metrics as keys.
    """

    adcode: str
    targets: Sequence[Row]
    observations: Sequence[Row]

    @classmethod
    def of(cls, pack: Pack) -> Ledger:
        """Read the ledger of a pack.

        Parameters
        ----------
        pack
            The pack.

        Returns
        -------
        ledger
            All its rows.
        """
        return _read(pack, pack.digest_of("targets"), pack.digest_of("observations"))

    def of_layer(self, layer: str) -> Ledger:
        """Return the ledger of one layer: the same metric key may occur in several layers.

        Parameters
        ----------
        layer
            Key of the layer.

        Returns
        -------
        ledger
            With the rows of that layer only.
        """
        return Ledger(
            self.adcode,
            [row for row in self.targets if row["layer"] == layer],
            [row for row in self.observations if row["layer"] == layer],
        )

    def target(
        self,
        metrics: Sequence[str],
        increments: Sequence[str] = (),
        *,
        as_of: str = "",
        due: str = "",
    ) -> Statement | None:
        """Return the target due next, or the one due on a date.

        Parameters
        ----------
        metrics
            Metrics stated as a total or share.
        increments
            Metrics stated as "newly built", to be added to the baseline of ``metrics`` known at the
            latest plan start before the target's date.
        as_of
            Date of the question, YYYY-MM-DD: of several targets the one due next is in force, and
            the last where all are past due. Empty: the last.
        due
            Date on which the target is due, YYYY-MM-DD; empty for the target in force.

        Returns
        -------
        statement
            The target; None where no plan states one.
        """
        candidates = self._targets(metrics, increments)
        if due:
            candidates = [s for s in candidates if s.as_of == due]
        ahead = [s for s in candidates if as_of and s.as_of >= as_of]
        if ahead:
            return min(ahead, key=lambda s: s.as_of)
        return max(candidates, key=lambda s: s.as_of, default=None)

    def due_dates(self, metrics: Sequence[str], increments: Sequence[str] = ()) -> list[str]:
        """Return the dates on which targets are due, earliest first.

        Parameters
        ----------
        metrics, increments
            As in :meth:`target`.

        Returns
        -------
        dates
            YYYY-MM-DD, each once.
        """
        return sorted({statement.as_of for statement in self._targets(metrics, increments)})

    def _targets(self, metrics: Sequence[str], increments: Sequence[str]) -> list[Statement]:
        """Return every target; an increment is added to its baseline, without one it is none."""
        rows = [row for row in self.targets if row["kind"] == "target"]
        candidates = [_statement(row) for row in rows if row["metric"] in metrics]
        for row in rows:
            if row["metric"] not in increments or row["basis"] != "increment":
                continue
            base = self.plan_baseline(metrics, str(row["as_of"]))
            if base is not None:
                candidates.append(_sum(base, _statement(row)))
        return candidates

    def built(self, metrics: Sequence[str], as_of: str) -> Statement | None:
        """Return the latest provincial figure not after a date.

        Parameters
        ----------
        metrics
            Keys of metrics, of which each may state the figure.
        as_of
            Last date that counts, YYYY-MM-DD.

        Returns
        -------
        statement
            The figure; a range where figures of that date differ; None where none is known.
        """
        rows = self._baselines(metrics)
        # A share of the province's row is of what the metric counts, not of a larger whole.
        rows += [
            {**row, "basis": "cumulative"}
            for row in self.observations
            if row["metric"] in metrics
            and row["adcode"] == self.adcode
            and row["kind"] in {"built", "share"}
        ]
        known = [_statement(row) for row in rows if str(row["as_of"]) <= as_of]
        latest = max((s.as_of for s in known), default=None)
        same = [s for s in known if s.as_of == latest]
        return _merge(same) if same else None

    def states(self, metrics: Sequence[str]) -> bool:
        """Return whether the ledger has any figure for some metrics.

        Parameters
        ----------
        metrics
            Keys of metrics.

        Returns
        -------
        stated
            True if a row, of the province or of a prefecture, has one of the metrics.
        """
        return any(row["metric"] in metrics for row in (*self.targets, *self.observations))

    def series(self, metrics: Sequence[str], as_of: str) -> list[Statement]:
        """Return the provincial figures over time.

        Parameters
        ----------
        metrics
            Keys of metrics, of which each may state the figure.
        as_of
            Last date that counts, YYYY-MM-DD.

        Returns
        -------
        statements
            One per date of :meth:`dates` up to ``as_of``, oldest first.
        """
        found = (self.built(metrics, date) for date in self.dates(metrics) if date <= as_of)
        return [statement for statement in found if statement is not None]

    def regional(self, metrics: Sequence[str], as_of: str = "9999-12-31") -> list[RegionalFigure]:
        """Return the figures observed for single prefectures and counties.

        Parameters
        ----------
        metrics
            Keys of metrics.
        as_of
            Last date that counts, YYYY-MM-DD; default: all.

        Returns
        -------
        figures
            Oldest first.
        """
        rows = [
            row
            for row in self.observations
            if row["metric"] in metrics and row["adcode"] != self.adcode and row["as_of"] <= as_of
        ]
        return [_regional(row) for row in sorted(rows, key=lambda row: (row["as_of"], row["id"]))]

    def dates(self, metrics: Sequence[str]) -> list[str]:
        """Return the dates for which a provincial figure is known.

        Parameters
        ----------
        metrics
            Keys of metrics.

        Returns
        -------
        dates
            YYYY-MM-DD, each once, oldest first.
        """
        seen = [
            row
            for row in self.observations
            if row["metric"] in metrics and row["adcode"] == self.adcode
        ]
        return sorted({str(row["as_of"]) for row in (*self._baselines(metrics), *seen)})

    def plan_baseline(self, metrics: Sequence[str], before: str) -> Statement | None:
        """Return the baseline that a plan starts from: the last one before it is due.

        Parameters
        ----------
        metrics
            Metrics of which one states the baseline.
        before
            Date of the plan's target, YYYY-MM-DD.

        Returns
        -------
        baseline
            None where no plan states one.
        """
        rows = self._baselines(metrics)
        known = [_statement(row) for row in rows if str(row["as_of"]) < before]
        return max(known, key=lambda s: s.as_of, default=None)

    def _baselines(self, metrics: Sequence[str]) -> list[Row]:
        return [r for r in self.targets if r["kind"] == "baseline" and r["metric"] in metrics]


# A gap table asks each layer's rows some hundred times: they are made once per state of the files.
@lru_cache(maxsize=8)
def _read(pack: Pack, targets: str, observations: str) -> Ledger:
    del targets, observations
    plans, seen = (keyed(pack.table(name)).to_dict("records")
                   for name in ("targets", "observations"))  # fmt: skip
    return Ledger(pack.adcode, plans, seen)


def parse_date(text: str, *, where: str = "--as-of") -> str:
    """Check an ISO date.

    Parameters
    ----------
    text
        The date; spaces around it do not count.
    where
        Name of the option or field, for messages.

    Returns
    -------
    date
        YYYY-MM-DD.

    Raises
    ------
    InputError
        If the text is no calendar date in the form YYYY-MM-DD.

    Examples
    --------
    >>> parse_date("2021-12-31")
    '2021-12-31'
    """
    try:
        return dt.date.fromisoformat(text.strip()).isoformat()
    except ValueError as error:
        raise InputError("settings.as_of", where=where, text=text) from error


@lru_cache(maxsize=1024)
def stated_bounds(value: float, qualifier: str, *, is_share: bool = False) -> tuple[float, float]:
    """Return the least and greatest figure that the digits of a statement leave open.

    "About" is half a unit of the last digit stated either way, "more than" up to one unit above: a
    text that says "more than 40,000" would say "more than 50,000" if it were so. Zeros at the end
    are not stated digits. A share is read in whole per cent; its bounds stay within 0 and 1.

    Parameters
    ----------
    value
        The figure as stated.
    qualifier
        ``=``, ``~``, ``>`` or ``>=``.
    is_share
        Whether the figure is a share, 0–1.

    Returns
    -------
    bounds
        Low and high [unit of the figure].

    Examples
    --------
    >>> stated_bounds(5000, "~"), stated_bounds(41_100, "~"), stated_bounds(40_000, ">")
    ((4500.0, 5500.0), (41050.0, 41150.0), (40000.0, 50000.0))
    >>> stated_bounds(0.25, "~", is_share=True), stated_bounds(98_689, "=")
    ((0.245, 0.255), (98689.0, 98689.0))
    """
    digits = Decimal(repr(float(value))).normalize()
    place = int(digits.as_tuple().exponent)
    unit = Decimal(1).scaleb(min(place, -2) if is_share else place)
    below = unit / 2 if qualifier == "~" else 0
    above = {"=": Decimal(0), "~": unit / 2}.get(qualifier, unit)
    low, high = max(float(digits - below), 0.0), float(digits + above)
    return low, min(high, 1.0) if is_share and value <= 1 else high


def _bounds(row: Row, value: float) -> tuple[float, float]:
    """Return the bounds of a ledger row; a target of "more than" is met by its figure."""
    qualifier = str(row["qualifier"])
    if row.get("kind") == "target" and qualifier != "~":
        return value, value
    is_share = row.get("basis") == "share" or str(row["unit"]).startswith("share")
    return stated_bounds(value, qualifier, is_share=is_share)


def _statement(row: Row) -> Statement:
    value = float(str(row["value"]))
    low, high = _bounds(row, value)
    made_of = row.get("derived_from")
    return Statement(
        value=value,
        low=low,
        high=high,
        unit=str(row["unit"]),
        basis=str(row["basis"]),
        as_of=str(row["as_of"]),
        source_ids=(str(row["id"]),),
        derived=isinstance(made_of, str) and bool(made_of),
        qualifier=str(row["qualifier"]),
        evidence=_evidence(row),
    )


def _evidence(row: Row) -> str:
    """Return the class of a row: rows of the pack's own ledger have none and are published."""
    word = row.get("evidence")
    return word if isinstance(word, str) and word else "reported"


def _regional(row: Row) -> RegionalFigure:
    value = float(str(row["value"]))
    low, high = _bounds(row, value)
    return RegionalFigure(
        str(row["adcode"]), value, low, high, str(row["kind"]), str(row["as_of"]), str(row["id"]),
        str(row["qualifier"]), _evidence(row),
    )  # fmt: skip


def _sum(base: Statement, increment: Statement) -> Statement:
    return Statement(
        value=base.value + increment.value,
        low=base.low + increment.low,
        high=base.high + increment.high,
        unit=base.unit,
        basis="cumulative",
        as_of=increment.as_of,
        source_ids=base.source_ids + increment.source_ids,
        derived=True,
        qualifier=_joint([base, increment]),
        evidence=weakest([base.evidence, increment.evidence]),
    )


def _joint(parts: Sequence[Statement]) -> str:
    """Return the qualifier of a figure made of several: theirs if they agree, else "about"."""
    signs = {part.qualifier for part in parts if part.qualifier != "="} or {"="}
    return signs.pop() if len(signs) == 1 else "~"


def _merge(same_date: list[Statement]) -> Statement:
    """Join statements of one date: equal ones share their sources, differing ones make a range."""
    first = same_date[0]
    ids = tuple(dict.fromkeys(i for s in same_date for i in s.source_ids))
    differ = len({s.value for s in same_date}) > 1
    return Statement(
        value=first.value,
        low=min(s.low for s in same_date),
        high=max(s.high for s in same_date),
        unit=first.unit,
        basis=first.basis,
        as_of=first.as_of,
        source_ids=ids,
        derived=first.derived,
        qualifier="~" if differ else _joint(same_date),
        evidence=weakest(s.evidence for s in same_date),
    )
