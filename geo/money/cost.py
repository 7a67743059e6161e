"""Money over the years: present value, total cost with reinvestment, subsidy.

Every amount is a :class:`Money`: low, base and high, with its currency, its price year, and whether
it was discounted. Amounts that differ in one of these never add up silently. The discount rate is
always an argument. Rates are real: prices stay those of the price year.

An amount of year t is discounted by (1 + r)^−t: r discount rate per year, t years since the start.

References
----------
Blank, L. and Tarquin, A. (2012), Engineering Economy, 7th ed., McGraw-Hill, chapters 2 and 6.
MIIT and MOF (2018), universal-service guide: subsidy of 30 % of build and six years of operation,
ten years at the border.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import InputError, RangeError

Floats = NDArray[np.float64]

#: Years of operation that the subsidy counts, by whether the county is at the border.
#: Source: MIIT and MOF universal-service guide 2018 (xuangubao.cn/article/299100).
SUBSIDY_YEARS = {False: 6, True: 10}
#: Share of build and operation that it pays; same source.
SUBSIDY_SHARE = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Money:
    """An amount, or one per site, with its interval.

    Attributes
    ----------
    amounts
        (…, 3) low, base, high [currency].
    currency
        ISO 4217 code.
    price_year
        Year whose prices the amount is in.
    discounted
        True for a present value.
    """

    amounts: Floats
    currency: str
    price_year: int
    discounted: bool = False

    @classmethod
    def of(
        cls, low: ArrayLike, base: ArrayLike, high: ArrayLike, *, currency: str, price_year: int
    ) -> Money:
        """Return an undiscounted amount from its three values.

        Parameters
        ----------
        low, base, high
            Values [currency], any shapes that broadcast.
        currency
            ISO 4217 code.
        price_year
            Year whose prices the amount is in.

        Returns
        -------
        money
            (…, 3) amounts.

        Raises
        ------
        RangeError
            If a value is not a number or low ≤ base ≤ high does not hold.
        """
        values = np.stack(np.broadcast_arrays(*(np.asarray(v, float) for v in (low, base, high))))
        if not np.isfinite(values).all() or (np.diff(values, axis=0) < 0).any():
            raise RangeError("money.order")
        return cls(np.moveaxis(values, 0, -1), currency, int(price_year))

    @property
    def low(self) -> Floats:
        """Low value [currency]."""
        return np.asarray(self.amounts[..., 0])

    @property
    def base(self) -> Floats:
        """Base value [currency]."""
        return np.asarray(self.amounts[..., 1])

    @property
    def high(self) -> Floats:
        """High value [currency]."""
        return np.asarray(self.amounts[..., 2])

    def __add__(self, other: Money) -> Money:
        """Add amounts of equal currency, price year and discounting.

        Raises
        ------
        InputError
            If they differ in one of them.
        """
        if not isinstance(other, Money):
            return NotImplemented
        if _kind(self) != _kind(other):
            raise InputError("money.unlike", left=_words(self), right=_words(other))
        return replace(self, amounts=self.amounts + other.amounts)

    def __mul__(self, factor: ArrayLike) -> Money:
        """Multiply by a number of at least 0, or by one for each site.

        Raises
        ------
        RangeError
            If a factor is negative or not finite: low and high would change places.
        """
        times = np.asarray(factor, dtype=float)
        if not np.isfinite(times).all() or (times < 0).any():
            raise RangeError("money.times", times=times)
        return replace(self, amounts=self.amounts * times[..., None])

    __rmul__ = __mul__

    def sum(self) -> Money:
        """Return the total over all sites.

        Returns
        -------
        total
            One amount.
        """
        return replace(self, amounts=self.amounts.reshape(-1, 3).sum(axis=0))

    def in_prices_of(self, year: int, *, price_change: float) -> Money:
        """Convert to the prices of another year.

        Parameters
        ----------
        year
            Price year of the result.
        price_change
            Yearly change of prices (share per year), above −1.

        Returns
        -------
        money
            The same amounts at the prices of ``year``.

        Raises
        ------
        RangeError
            If the change is not a number above −1.
        """
        if not -1 < price_change < math.inf:
            raise RangeError("money.price_change", price_change=price_change)
        factor = (1 + price_change) ** (int(year) - self.price_year)
        return replace(self, amounts=self.amounts * factor, price_year=int(year))

    def per(self, count: ArrayLike) -> Money:
        """Return the amount per household or village.

        Parameters
        ----------
        count
            Households or villages, at least 0; its shape precedes the last axis of the amounts.

        Returns
        -------
        money
            Amounts per unit; NaN, not infinity, where the count is 0.

        Raises
        ------
        RangeError
            If a count is negative.
        """
        number = np.asarray(count, dtype=float)
        if (number < 0).any():
            raise RangeError("money.count")
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.where(number[..., None] > 0, self.amounts / number[..., None], np.nan)
        return replace(self, amounts=shares)


def _kind(money: Money) -> tuple[str, int, bool]:
    return money.currency, money.price_year, money.discounted


def _words(money: Money) -> str:
    how = "discounted" if money.discounted else "not discounted"
    return f"{money.currency} at prices of {money.price_year}, {how},"


def total(amounts: Iterable[Money]) -> Money:
    """Add amounts of one kind.

    Parameters
    ----------
    amounts
        At least one amount; equal in currency, price year and discounting.

    Returns
    -------
    total
        Their sum.

    Raises
    ------
    InputError
        If there is none, or they differ in currency, price year or discounting.
    """
    listed = list(amounts)
    if not listed:
        raise InputError("money.nothing")
    return functools.reduce(operator.add, listed)


def _check_rate(rate: float) -> None:
    if not 0 <= rate < math.inf:
        raise RangeError("money.rate", rate=rate)


def _discount(rate: float, years: int) -> Floats:
    return np.asarray((1 + rate) ** -np.arange(years, dtype=float))


@dataclass(frozen=True, slots=True)
class Asset:
    """Asset built in year 0 and renewed at the end of its life.

    Attributes
    ----------
    build
        Cost of building it, not discounted.
    life_years
        Whole years until it is replaced; None: never within the plan.
    renewal
        Cost of replacing it, where that differs from ``build`` (new batteries of a solar site).
    """

    build: Money
    life_years: int | None = None
    renewal: Money | None = None


@dataclass(frozen=True, slots=True)
class LifeCost:
    """Cost over the years of a plan.

    Attributes
    ----------
    build, reinvestment, operation, residual
        Sums over the years; ``residual`` is the value left at the end and is taken off.
    total
        Build + reinvestment + operation − residual.
    flows
        (years + 1, 3) cost per year, low, base, high, not discounted; year 0 is the build.
    discount_rate
        The rate that was used; None where nothing was discounted.
    """

    build: Money
    reinvestment: Money
    operation: Money
    residual: Money
    total: Money
    flows: Floats
    discount_rate: float | None


def life_cost(
    assets: Sequence[Asset],
    yearly: Money,
    *,
    years: int,
    discount_rate: float | None,
    residual: bool = False,
) -> LifeCost:
    """Return the total cost of ownership.

    Parameters
    ----------
    assets
        What is built in year 0, each for one sum (no value per site).
    yearly
        Cost of operation in each of the years 1 … ``years``.
    years
        Years of operation, whole, at least 1.
    discount_rate
        Share per year; None adds the years up without discounting and says so.
    residual
        Subtract what assets are still worth at the end, linear in their remaining life.

    Returns
    -------
    cost
        Build, reinvestment, operation and residual value, and the flows per year.

    Raises
    ------
    InputError
        If amounts differ in currency or price year, or are discounted already.
    RangeError
        If years, lives or the rate are out of range.
    """
    _check_rate(discount_rate or 0.0)
    if years < 1 or years != int(years):
        raise RangeError("money.years", years=years)
    parts = np.zeros((4, years + 1, 3))
    for asset in assets:
        _check_kind(yearly, asset.build, asset.renewal or asset.build)
        _spread(asset, parts, residual=residual)
    _check_kind(yearly)
    parts[2, 1:] = yearly.amounts
    rate = discount_rate or 0.0
    sums = np.einsum("pyk,y->pk", parts, _discount(rate, years + 1))
    build, reinvestment, operation, left, whole = (
        replace(yearly, amounts=row, discounted=discount_rate is not None)
        for row in (*sums, sums[:3].sum(axis=0) - sums[3])
    )
    flows = parts[:3].sum(axis=0) - parts[3]
    return LifeCost(build, reinvestment, operation, left, whole, flows, discount_rate)


def _spread(asset: Asset, parts: Floats, *, residual: bool) -> None:
    """Add an asset's build, renewals and residual value to the years."""
    years = parts.shape[1] - 1
    parts[0, 0] += asset.build.amounts
    if asset.life_years is None:
        return
    life = int(asset.life_years)
    if life < 1 or life != asset.life_years:
        raise RangeError("money.life", life_years=asset.life_years)
    renewal = asset.renewal or asset.build
    # A renewal due in the last year is not bought: the plan ends there.
    renewed = range(life, years, life)
    for year in renewed:
        parts[1, year] += renewal.amounts
    if residual:
        last = renewed[-1] if renewed else 0
        left = (last + life - years) / life
        parts[3, years] += left * (renewal if renewed else asset.build).amounts


def _check_kind(first: Money, *others: Money) -> None:
    for money in (first, *others):
        if money.discounted or money.amounts.shape != (3,):
            raise InputError("money.discounted")
        if _kind(money) != _kind(first):
            raise InputError("money.other_prices", left=_words(first), right=_words(money))


@dataclass(frozen=True, slots=True)
class Subsidy:
    """Share of the universal-service fund, and what remains with the operator; not discounted.

    ``years`` are the years of operation that count.
    """

    amount: Money
    left: Money
    years: int


def subsidy(build: Money, yearly: Money, *, border: bool, share: float = SUBSIDY_SHARE) -> Subsidy:
    """Return the subsidy: a share of build and of six years of operation, ten at the border.

    Parameters
    ----------
    build
        Cost of building, not discounted.
    yearly
        Cost of operation per year, not discounted.
    border
        True for a county at the national border.
    share
        Share of build and operation that is paid, 0 to 1.

    Returns
    -------
    subsidy
        What is paid, what is left, and the years that count.

    Raises
    ------
    InputError
        If an amount is discounted (the rule counts plain sums) or their kinds differ.
    RangeError
        If the share is outside 0–1.

    References
    ----------
    MIIT and MOF universal-service guide 2018 (xuangubao.cn/article/299100).
    """
    if not 0 <= share <= 1:
        raise RangeError("money.share", share=share)
    if build.discounted or yearly.discounted:
        raise InputError("money.subsidy")
    years = SUBSIDY_YEARS[bool(border)]
    counted = build + yearly * years
    return Subsidy(counted * share, counted * (1 - share), years)
