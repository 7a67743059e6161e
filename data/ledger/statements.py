"""The ledger: what the plans and publications state for a province, by metric and date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from data.ledger.metrics import keyed
from data.tables.reader import Pack
from geo.errors import InputError


@dataclass(frozen=True, slots=True)
class Statement:
    """One provincial figure with where it comes from.

    Attributes
    ----------
    value, low, high
        The figure and its bounds [unit]; ``high`` is None where the source says "more than".
    basis
        ``cumulative``, ``share`` … as in the targets table.
    as_of
        Date it holds for, YYYY-MM-DD.
    derived
        True where it is the sum of a baseline and an increment that no source states.
    """

    value: float
    low: float
    high: float | None
    unit: str
    basis: str
    as_of: str
    source_ids: tuple[str, ...]
    derived: bool = False
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class RegionalFigure:
    """One observed figure of a prefecture; ``share`` figures are of the provincial total."""

    adcode: str
    value: float
    kind: str
    as_of: str
    source_id: str


@dataclass(frozen=True)
class Ledger:
    """Targets and observations of one province."""

    adcode: str
    targets: pd.DataFrame
    observations: pd.DataFrame

    @classmethod
    def of(cls, pack: Pack) -> Ledger:
        """Read the ledger of a pack."""
        return cls(pack.adcode, keyed(pack.table("targets")), keyed(pack.table("observations")))

    def of_layer(self, layer: str) -> Ledger:
        """Return the rows of one layer only: the same metric key may occur in several layers."""
        return Ledger(
            self.adcode,
            self.targets[self.targets["layer"] == layer],
            self.observations[self.observations["layer"] == layer],
        )

    def target(
        self, metrics: Sequence[str], increments: Sequence[str] = (), *, as_of: str = ""
    ) -> Statement | None:
        """Return the target due next; an increment is added to its baseline.

        Parameters
        ----------
        metrics
            Metrics stated as a total or share.
        increments
            Metrics stated as "newly built", to be added to the baseline of ``metrics``
            known at the latest plan start before the target's date.
        as_of
            Date on which the target is asked for, YYYY-MM-DD: of several the one due next is in
            force, and the last where all are past due. Empty: the last.

        Returns
        -------
        The statement, or None where no plan states one.
        """
        rows = self.targets[self.targets["kind"] == "target"]
        stated = rows[rows["metric"].isin(list(metrics))]
        added = rows[rows["metric"].isin(list(increments)) & (rows["basis"] == "increment")]
        candidates = [_statement(row) for row in stated.to_dict("records")]
        for row in added.to_dict("records"):
            base = self._plan_baseline(metrics, str(row["as_of"]))
            if base is not None:
                candidates.append(_sum(base, _statement(row)))
        ahead = [s for s in candidates if as_of and s.as_of >= as_of]
        if ahead:
            return min(ahead, key=lambda s: s.as_of)
        return max(candidates, key=lambda s: s.as_of, default=None)

    def built(self, metrics: Sequence[str], as_of: str) -> Statement | None:
        """Return the latest provincial figure of ``metrics`` not after ``as_of``, or None."""
        baselines = self.targets[self.targets["kind"] == "baseline"]
        rows = baselines[baselines["metric"].isin(list(metrics))].to_dict("records")
        seen = self.observations
        # A share of the province's row is of what the metric counts, not of a larger whole.
        seen = seen[(seen["adcode"] == self.adcode) & seen["kind"].isin(["built", "share"])]
        rows += [
            {**row, "basis": "cumulative"}
            for row in seen[seen["metric"].isin(list(metrics))].to_dict("records")
        ]
        known = [_statement(row) for row in rows if str(row["as_of"]) <= as_of]
        latest = max((s.as_of for s in known), default=None)
        same = [s for s in known if s.as_of == latest]
        return _merge(same) if same else None

    def states(self, metrics: Sequence[str]) -> bool:
        """Return whether any row, of the province or of a part of it, is of one of ``metrics``."""
        return any(frame["metric"].isin(list(metrics)).any()
                   for frame in (self.targets, self.observations))  # fmt: skip

    def series(self, metrics: Sequence[str], as_of: str) -> list[Statement]:
        """Return the latest figure at each date of :meth:`dates` up to ``as_of``, oldest first."""
        found = (self.built(metrics, date) for date in self.dates(metrics) if date <= as_of)
        return [statement for statement in found if statement is not None]

    def regional(self, metrics: Sequence[str], as_of: str = "9999-12-31") -> list[RegionalFigure]:
        """Return the figures observed for single prefectures, oldest first."""
        seen = self.observations
        rows = seen[
            seen["metric"].isin(list(metrics))
            & (seen["adcode"] != self.adcode)
            & (seen["as_of"] <= as_of)
        ].sort_values(["as_of", "id"])
        return [
            RegionalFigure(
                str(r["adcode"]), float(r["value"]), str(r["kind"]), str(r["as_of"]), str(r["id"])
            )
            for r in rows.to_dict("records")
        ]

    def dates(self, metrics: Sequence[str]) -> list[str]:
        """Return the dates for which a provincial figure is known, oldest first."""
        base = self.targets[(self.targets["kind"] == "baseline")]
        seen = self.observations[self.observations["adcode"] == self.adcode]
        both = pd.concat(
            [frame[frame["metric"].isin(list(metrics))]["as_of"] for frame in (base, seen)]
        )
        return sorted(set(both))

    def _plan_baseline(self, metrics: Sequence[str], before: str) -> Statement | None:
        """Return the baseline that a plan's increment starts from."""
        rows = self.targets
        rows = rows[(rows["kind"] == "baseline") & rows["metric"].isin(list(metrics))]
        known = [_statement(r) for r in rows.to_dict("records") if str(r["as_of"]) < before]
        return max(known, key=lambda s: s.as_of, default=None)


def parse_date(text: str, *, where: str = "--as-of") -> str:
    """Return an ISO date or say what is wrong with it.

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
        raise InputError(
            f"{text!r} is no date", where=where, repair="give YYYY-MM-DD, for example 2021-12-31"
        ) from error


def _statement(row: Mapping[Hashable, Any]) -> Statement:
    value = float(str(row["value"]))
    qualifier = str(row["qualifier"])
    is_open = qualifier in (">", ">=") and row.get("kind") != "target"
    return Statement(
        value=value,
        low=value,
        high=None if is_open else value,
        unit=str(row["unit"]),
        basis=str(row["basis"]),
        as_of=str(row["as_of"]),
        source_ids=(str(row["id"]),),
        approximate=qualifier == "~",
    )


def _sum(base: Statement, increment: Statement) -> Statement:
    return Statement(
        value=base.value + increment.value,
        low=base.low + increment.low,
        high=None if base.high is None or increment.high is None else base.high + increment.high,
        unit=base.unit,
        basis="cumulative",
        as_of=increment.as_of,
        source_ids=base.source_ids + increment.source_ids,
        derived=True,
        approximate=base.approximate or increment.approximate,
    )


def _merge(same_date: list[Statement]) -> Statement:
    """Join statements of one date: equal ones share their sources, differing ones make a range."""
    first = same_date[0]
    ids = tuple(dict.fromkeys(i for s in same_date for i in s.source_ids))
    highs = [s.high for s in same_date]
    return Statement(
        value=first.value,
        low=min(s.low for s in same_date),
        high=None if None in highs else max(h for h in highs if h is not None),
        unit=first.unit,
        basis=first.basis,
        as_of=first.as_of,
        source_ids=ids,
        derived=first.derived,
        approximate=first.approximate,
    )
