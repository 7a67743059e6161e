"""Target, built and gap of a counted layer once more, in pandas, from the pack's tables alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.tables.reader import Pack
from layers.figures import RULE_COLUMNS
from layers.registry import layer as layer_of


@dataclass
class Recomputed:
    """The figures of one layer at one level under one rule; ``rule`` empty: the default."""

    pack: Pack
    layer: str
    level: str
    rule: str = ""

    def __post_init__(self) -> None:
        item = layer_of(self.layer)
        self.default, keys = item.metric().default_rule, item.metric().ledger
        seen, plan = (
            table[table["layer"] == self.layer]
            for table in (self.pack.table("observations"), self.pack.table("targets"))
        )
        local = seen[seen["adcode"] != self.pack.adcode].sort_values(["as_of", "id"])
        built = seen[seen["metric"].isin(keys.built) & (seen["kind"] == "built")]
        base = plan[plan["metric"].isin(keys.built) & (plan["kind"] == "baseline")]
        own = built[built["adcode"] == self.pack.adcode]
        self.whole = pd.concat([base, own]).sort_values("as_of", kind="stable")
        self.parts = local[local["id"].isin(built["id"])]
        shares = local[local["metric"].isin(keys.share)]
        self.shares = shares.groupby("adcode")["value"].last()
        aims = plan[plan["metric"].isin(keys.target) & (plan["kind"] == "target")]
        more = plan[plan["metric"].isin(keys.increment)].copy()
        more["value"] += [base.loc[base["as_of"] < d, "value"].tail(1).sum() for d in more["as_of"]]
        self.aim = pd.concat([aims, more]).sort_values("as_of").tail(1)

    def table(self) -> pd.DataFrame:
        """Return target, built and gap by adcode."""
        known = self.whole[self.whole["as_of"] <= self.pack.default_as_of].tail(1)
        basis = "".join(known["as_of"])
        figures = pd.DataFrame(index=pd.Index(self.pack.regions(self.level)["adcode"]))
        figures["target"] = self.spread(self.aim, basis, "9999")
        figures["built"] = self.spread(known, self.pack.default_as_of, basis)
        return figures.assign(gap=figures["target"] - figures["built"])

    def spread(self, total: pd.DataFrame, until: str, since: str) -> pd.Series:
        """Share out a total: what is observed then is kept, earlier a floor, later put over it."""
        whole = float(total["value"].round().sum())
        if total.empty:
            return pd.Series(np.nan, index=self.pack.regions(self.level)["adcode"])
        seen = self.parts[self.parts["as_of"] <= until]
        then, later, earlier = (
            seen[rows].groupby("adcode")["value"].last()
            for rows in (seen["as_of"] == since, seen["as_of"] > since, seen["as_of"] < since)
        )
        fixed = then.combine_first((self.shares * whole).round())
        floor = earlier.drop(fixed.index, errors="ignore")
        if fixed.sum() + floor.sum() > whole:
            floor = floor.head(0)
        weights = self.weights()
        while True:
            rest = split(whole - fixed.sum(), weights.drop(fixed.index))
            short = floor[rest.reindex(floor.index) < floor]
            if short.empty:
                break
            fixed = pd.concat([fixed, short])
        parts: pd.Series = pd.concat([fixed, rest]).sort_index()
        parts.update(later)
        if self.level == "province":
            return pd.Series({self.pack.adcode: parts.sum()})
        if self.level == "prefecture":
            return parts
        column = RULE_COLUMNS.get(self.rule or self.default, RULE_COLUMNS[self.default])
        inside = self.pack.regions("county").set_index("adcode").groupby("parent")[column]
        counties: pd.Series = pd.concat([split(parts[code], weight) for code, weight in inside])
        return counties.sort_index()

    def weights(self) -> pd.Series:
        """Return the weights of the prefectures."""
        regions = self.pack.regions("prefecture").set_index("adcode")
        if self.rule != "past_share":
            chosen: pd.Series = regions[RULE_COLUMNS[self.rule or self.default]].astype(float)
            return chosen
        shares = pd.Series(dtype=float)
        for code, date, value in self.parts[["adcode", "as_of", "value"]].to_numpy():
            before = self.whole.loc[self.whole["as_of"] == date, "value"]
            shares[code] = value / before.iloc[-1] if len(before) else np.nan
        shares = shares.dropna()
        people = regions["population"].drop(shares.index)
        rest = people / people.sum() * max(0, 1 - shares.sum())
        weights: pd.Series = pd.concat([shares, rest]).sort_index()
        return weights


def split(total: float, weights: pd.Series) -> pd.Series:
    """Return whole parts by largest remainder; a tie goes to the larger weight, then by code."""
    quota = total * weights.astype(float) / weights.sum()
    order = pd.DataFrame({"rest": -(quota % 1).round(8), "less": -weights, "code": weights.index})
    first = order.sort_values(["rest", "less", "code"])["code"]
    parts = dict(zip(weights.index, np.floor(quota + 1e-9), strict=True))
    parts |= {code: parts[code] + 1 for code in first.head(round(total - sum(parts.values())))}
    return pd.Series(parts, dtype=float)
