"""Settings of a plan: goal, candidates, limits, years, money and links.

Part of a :class:`~data.scenario.scenario.Scenario` as its field ``plan``. Every field has a
default, so that a first plan comes without a choice; unknown keys are refused. All amounts of money
are in :attr:`MoneySettings.currency` at the prices of :attr:`MoneySettings.price_year`, none of
them discounted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from data.clock import first_plan_year
from data.scenario.field_faults import field_faults
from data.scenario.presets import preset
from data.wording.catalogue import Message
from geo.errors import InputError, PlannerError

if TYPE_CHECKING:
    import shapely

Objective = Literal["sites", "budget", "all", "share", "equity"]
Priority = Literal["efficiency", "equity", "zones", "hardest"]
CandidateSource = Literal["existing", "high_point", "road", "fibre", "power", "village"]
BackhaulKind = Literal["fibre", "microwave", "satellite"]
PowerKind = Literal["grid", "solar"]

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
#: An amount that must be there: a budget of 0 builds nothing [CNY].
Amount = Annotated[float, Field(gt=0, le=1e13)]
_DECIMALS = 5


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Place(_Frozen):
    """A place a planner names, WGS84 [°]; its key is also the id of a candidate there.

    Examples
    --------
    >>> Place(lat=25.04, lon=102.71).key
    '25.04000,102.71000'
    """

    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]

    @property
    def key(self) -> str:
        """Latitude and longitude to the metre: ids of candidates do not depend on their order."""
        return place_key(self.lat, self.lon)


class BuiltSite(Place):
    """A site of an earlier round of the plan: it is built, covers, and costs nothing more."""

    year: Annotated[int, Field(ge=2000, le=2100)]


class AreaSettings(_Frozen):
    """An area in which nothing may be built: one ring of (lon, lat), WGS84 [°], open or closed."""

    name: str = ""
    ring: tuple[tuple[float, float], ...]

    @field_validator("ring")
    @classmethod
    def _polygon(cls, ring: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        if len(set(ring)) < 3:
            raise ValueError(Message("fault_field.corners"))
        if any(not (-180 <= lon <= 180 and -90 <= lat <= 90) for lon, lat in ring):
            raise ValueError(Message("fault_field.corner"))
        import shapely

        if not shapely.Polygon(ring).is_valid:
            raise ValueError(Message("fault_field.border"))
        return ring

    @property
    def polygon(self) -> shapely.Polygon:
        """The area as a polygon."""
        import shapely

        return shapely.Polygon(self.ring)


class CostRange(_Frozen):
    """A unit cost as the planner sees it, in the unit and price year of the pack's table."""

    low: Annotated[float, Field(ge=0)]
    base: Annotated[float, Field(ge=0)]
    high: Annotated[float, Field(ge=0)]

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if not self.low <= self.base <= self.high:
            raise ValueError(Message("fault_field.ascending"))
        return self


class CandidateSettings(_Frozen):
    """Where a site could be built.

    Attributes
    ----------
    sources
        Kinds of places that are proposed; a kind without a table in force adds none.
    cluster_m, merge_m, line_m
        Villages within ``cluster_m`` of a larger one are its cluster; candidates closer than
        ``merge_m`` are one; a road, fibre or power line within ``line_m`` of a cluster counts [m].
    own
        Places that the planner adds.
    locked, forbidden
        Places that must, or must not, be built; a forbidden place keeps candidates within
        ``merge_m`` away.
    built
        Sites of earlier rounds (rolling plan): fixed, at no further cost.
    """

    sources: tuple[CandidateSource, ...] = (
        "existing", "high_point", "road", "fibre", "power", "village",
    )  # fmt: skip
    cluster_m: Annotated[float, Field(gt=0, le=50_000)] = 2_000.0
    merge_m: Annotated[float, Field(ge=0, le=5_000)] = 150.0
    line_m: Annotated[float, Field(gt=0, le=50_000)] = 3_000.0
    every_village: bool = True
    own: tuple[Place, ...] = ()
    locked: tuple[Place, ...] = ()
    forbidden: tuple[Place, ...] = ()
    forbidden_areas: tuple[AreaSettings, ...] = ()
    built: tuple[BuiltSite, ...] = ()


class CoverageSettings(_Frozen):
    """What counts as reached where an elevation model is in force.

    Attributes
    ----------
    limit_dBm, required_probability
        Level that counts, and the least probability of it at the village.
    place
        Where the terminal is.
    reach_m
        How far a site is looked for [m].
    """

    limit_dBm: Annotated[float, Field(ge=-140, le=-40)] = -105.0
    required_probability: Annotated[
        # Scenarios saved before have the second name.
        float, Field(gt=0, lt=1, validation_alias=AliasChoices("required_probability", "wished"))
    ] = 0.5
    place: Literal["outdoor", "handheld", "vehicle", "indoor"] = "outdoor"
    reach_m: Annotated[float, Field(ge=500, le=50_000)] = 10_000.0


class LimitSettings(_Frozen):
    """Limits on the choice.

    Attributes
    ----------
    capacity_households
        Households that one site serves; None for no limit.
    least_share
        adcode of a prefecture → least share of its households to be reached.
    """

    capacity_households: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    least_share: dict[str, Share] = {}


class YearSettings(_Frozen):
    """Years of construction, with their budgets and capacities.

    Attributes
    ----------
    annual_budgets
        Greatest spending on building per year [currency]; the last one holds for all further years;
        none: no limit, and the spending is spread evenly unless a capacity limits it.
    carry_over
        What a year leaves may be spent in the next.
    build_capacity
        Sites that can be built in one prefecture in one whole year; ``build_capacity_of`` gives
        single prefectures their own (adcode → sites). None: no limit.
    season_months
        Months in which building is possible; the capacity of a year shrinks with them.
    """

    first: Annotated[int, Field(ge=2000, le=2100)] = Field(default_factory=first_plan_year)
    count: Annotated[int, Field(ge=1, le=30)] = 5
    annual_budgets: tuple[Amount, ...] = ()
    carry_over: bool = True
    build_capacity: Annotated[int, Field(ge=1, le=100_000)] | None = None
    build_capacity_of: dict[str, Count] = {}
    season_months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = tuple(range(1, 13))
    priority: Priority = "efficiency"

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.annual_budgets) > self.count:
            given = {"budgets": len(self.annual_budgets), "years": self.count}
            raise ValueError(Message("fault_field.budgets", given))
        if not self.season_months or len(set(self.season_months)) < len(self.season_months):
            raise ValueError(Message("fault_field.months"))
        return self


class MoneySettings(_Frozen):
    """How costs are counted.

    Attributes
    ----------
    goal
        Money that a budget limits, a goal of least cost counts and a link is chosen by: what is
        paid to ``build``, or the ``present_value`` over the years of operation.
    hold_at
        Unit costs at which budgets hold: ``base``, or ``high``, which keeps the difference as a
        reserve.
    price_year
        All amounts are in the prices of this year; older unit costs are converted.
    discount_rate, price_change
        Share per year; None takes the base value of the pack's unit costs.
    operation_years
        Years of operation that the total cost counts.
    subsidy
        Take off what the universal-service fund pays: 30 % of build and 6 years of operation.
    border
        adcodes of counties or prefectures at the border: there 10 years count.
    unit_costs
        Item → own low, base and high in place of the pack's.
    """

    currency: Literal["CNY"] = "CNY"
    goal: Literal["build", "present_value"] = "build"
    hold_at: Literal["base", "high"] = "base"
    price_year: Annotated[int, Field(ge=2000, le=2100)] = 2025
    discount_rate: Annotated[float, Field(ge=0, le=1)] | None = None
    price_change: Annotated[float, Field(gt=-1, le=1)] | None = None
    operation_years: Annotated[int, Field(ge=1, le=50)] = 10
    subsidy: bool = True
    border: tuple[str, ...] = ()
    unit_costs: dict[str, CostRange] = {}


class LinkSettings(_Frozen):
    """Backhaul and power supply of a site.

    Attributes
    ----------
    backhaul, power
        Kinds that may be used; the cheapest that is feasible is taken. Where no power line is
        imported, that is the grid with a line of assumed length (unit cost ``grid_drop``).
    hop_km, hops
        Greatest length of a microwave hop [km], greatest number of hops to the fibre.
    assume_sight
        Offer hops where no elevation model is in force too: each one is taken as clear from the
        masts that the sites have, though nothing was looked at in between.
    hop_GHz, rain_mm_h, unavailable_percent
        Frequency of hops [GHz], rain rate exceeded in 0.01 % of a year [mm/h], and time that rain
        may interrupt a hop [%]: they shorten the greatest length where need be
        (:mod:`geo.links.microwave_budget`).
    route_factor
        Length of a route over the geodesic; None takes the base value of the pack's unit costs.
    """

    backhaul: tuple[BackhaulKind, ...] = ("fibre", "microwave", "satellite")
    power: tuple[PowerKind, ...] = ("grid", "solar")
    hop_km: Annotated[float, Field(gt=0, le=100)] = 30.0
    hop_GHz: Annotated[float, Field(ge=1, le=100)] = 7.5
    rain_mm_h: Annotated[float, Field(ge=0, le=250)] = 63.0
    unavailable_percent: Annotated[float, Field(ge=0.001, le=1)] = 0.01
    hops: Annotated[int, Field(ge=1, le=5)] = 2
    assume_sight: bool = False
    route_factor: Annotated[float, Field(ge=1, le=5)] | None = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.backhaul or not self.power:
            raise ValueError(Message("fault_field.kinds"))
        return self


class PlanSettings(_Frozen):
    """Settings of a plan of new sites.

    Attributes
    ----------
    objective
        ``sites``: most households with at most :attr:`sites` new sites; ``budget``: most
        households for at most :attr:`budget` of build cost; ``all``: every village that can be
        reached, at least cost; ``share``: :attr:`share` of the households at least cost;
        ``equity``: raise the least served prefecture as far as it goes, with :attr:`sites`.
    regions, across
        adcodes of the prefectures or counties that the plan is for, none: the whole province; and
        whether sites outside of them may serve them.
    min_households
        Only villages of at least that size [households].
    presets
        Technologies that a site may have, one of them each.
    frontier_points
        Points of the curve of what more would reach; 0 for none.
    alternatives, tolerance
        Number of other plans to look for (0: none), and the share of the best coverage that a
        near-optimal plan may lack.
    time_limit_s
        Greatest time for the choice of sites [s].
    """

    objective: Objective = "sites"
    sites: Annotated[int, Field(ge=1, le=100_000)] = 300
    budget: Amount = 200_000_000.0
    share: Annotated[float, Field(gt=0, le=1)] = 0.9
    regions: tuple[str, ...] = ()
    across: bool = False
    min_households: Annotated[int, Field(ge=1, le=100_000)] = 20
    presets: tuple[str, ...] = ("4g_1800",)
    antenna_height_m: Annotated[float, Field(ge=1, le=300)] = 35.0
    candidates: CandidateSettings = CandidateSettings()
    coverage: CoverageSettings = CoverageSettings()
    limits: LimitSettings = LimitSettings()
    years: YearSettings = Field(default_factory=YearSettings)
    money: MoneySettings = MoneySettings()
    links: LinkSettings = LinkSettings()
    frontier_points: Annotated[int, Field(ge=0, le=100)] = 12
    alternatives: Annotated[int, Field(ge=0, le=20)] = 0
    tolerance: Annotated[float, Field(ge=0, lt=1)] = 0.01
    time_limit_s: Annotated[float, Field(gt=0, le=86_400)] = 60.0

    @model_validator(mode="before")
    @classmethod
    def _without_joint(cls, content: Any) -> Any:
        # A scenario saved before sites and links were one model may have this switch.
        if isinstance(content, Mapping):
            return {name: value for name, value in content.items() if name != "joint"}
        return content

    @field_validator("presets")
    @classmethod
    def _known(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        if not keys or len(set(keys)) < len(keys):
            raise ValueError(Message("fault_field.presets"))
        try:
            return tuple(preset(key).key for key in keys)
        except PlannerError as error:
            raise ValueError(error) from error


def place_key(lat: float, lon: float) -> str:
    """Return the id of a place, made of its coordinates.

    Parameters
    ----------
    lat, lon
        WGS84 [°].

    Returns
    -------
    key
        ``lat,lon`` with five decimals each, about one metre.
    """
    return f"{lat:.{_DECIMALS}f},{lon:.{_DECIMALS}f}"


def changed(settings: PlanSettings, values: Mapping[str, Any]) -> PlanSettings:
    """Return the settings with some values replaced.

    Parameters
    ----------
    settings
        Settings to start from; not changed.
    values
        Dotted name of a field, such as ``years.count`` → its new value.

    Returns
    -------
    settings
        The changed settings.

    Raises
    ------
    InputError
        With every fault in one message.

    Examples
    --------
    >>> changed(PlanSettings(), {"sites": 10, "years.count": 2}).years.count
    2
    """
    content = settings.model_dump()
    for path, value in values.items():
        *folders, name = path.split(".")
        inside = content
        for folder in folders:
            inside = inside.setdefault(folder, {})
        inside[name] = value
    try:
        return PlanSettings.model_validate(content)
    except ValidationError as error:
        raise InputError("plan.fields", faults=field_faults(error)) from error
