"""A scenario: what a planner changes against the pack. Frozen, digested, stored as sorted JSON."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from data.scenario.field_faults import field_faults
from data.scenario.plan_settings import PlanSettings
from data.scenario.presets import preset
from data.wording.catalogue import Message
from geo.errors import InputError, PlannerError, RangeError

#: Antenna height above ground when none is given [m].
DEFAULT_HEIGHT_M = 35.0
#: Preset when none is given: what most villages lack is 4G.
DEFAULT_PRESET = "4g_1800"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class PlannedSite(_Frozen):
    """One what-if site; coordinates WGS84 [°], height above ground [m].

    Without an azimuth the antenna is omnidirectional; the tilt is downwards [°].
    """

    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    antenna_height_m: Annotated[float, Field(ge=1, le=300)] = DEFAULT_HEIGHT_M
    preset: str = DEFAULT_PRESET
    enabled: bool = True
    azimuth_deg: Annotated[float, Field(ge=0, lt=360)] | None = None
    tilt_deg: Annotated[float, Field(ge=-10, le=30)] = 0.0

    @field_validator("preset")
    @classmethod
    def _known(cls, key: str) -> str:
        try:
            return preset(key).key
        except PlannerError as error:
            raise ValueError(error) from error


class ErrorSettings(_Frozen):
    """Errors of a prediction that several villages share; both are assumptions until measured.

    Attributes
    ----------
    common_sigma_dB
        Standard deviation of the error that all villages share [dB]. 4 dB is assumed: a model that
        no drive test has calibrated is off by 3–6 dB over a region.
    correlation_m
        Distance at which the correlation of shadowing falls to 1/e [m]; 2 km is assumed.
    """

    common_sigma_dB: Annotated[float, Field(ge=0, le=20)] = 4.0
    correlation_m: Annotated[float, Field(ge=0, le=50_000)] = 2_000.0


def _whole(value: float) -> float:
    """Return a whole number as one, so that 80 and 80.0 are the same scenario."""
    return int(value) if value == int(value) else value


#: Figure of a target [unit of the metric].
Target = Annotated[
    int | Annotated[float, Field(allow_inf_nan=False)],
    Field(ge=0, le=10**9),
    AfterValidator(_whole),
]


class Scenario(_Frozen):
    """What differs from the pack.

    Attributes
    ----------
    targets
        Layer key, or ``layer.metric`` → provincial figure set by the planner, where the plan states
        none [unit of the metric]: a total in whole units, a share in per cent, or a rate.
    target_dates
        Layer key → date of the stated target that counts, where a plan states several.
    rules
        Layer key → allocation rule instead of the layer's default.
    weights
        Layer key → adcode of a prefecture → own weight, for the rule ``own``.
    sites
        What-if sites in the order of placing.
    five_g_counts_as_4g
        Whether a 5G site also counts where 4G is required: the villages without 4G, and coverage
        rules for 4G. It serves 5G in either case.
    errors
        Errors of a prediction that its interval holds.
    demonstration_terrain
        Use the invented relief of the demonstration where no elevation model is in force.
    plan
        Settings of a plan of new sites.
    own_counts
        Keys of layers whose built figure is what the planner's own list counts, where it covers a
        region; the others keep the reported or allocated one.
    notes
        What the planner wrote about it; changes no figure.
    """

    name: str = ""
    province: str
    as_of: dt.date | None = None
    targets: dict[str, Target] = {}
    target_dates: dict[str, dt.date] = {}
    rules: dict[str, str] = {}
    weights: dict[str, dict[str, Annotated[float, Field(ge=0)]]] = {}
    sites: tuple[PlannedSite, ...] = ()
    five_g_counts_as_4g: bool = False
    errors: ErrorSettings = ErrorSettings()
    demonstration_terrain: bool = False
    plan: PlanSettings = Field(default_factory=PlanSettings)
    own_counts: tuple[str, ...] = Field(default=(), exclude_if=lambda keys: not keys)
    notes: Annotated[str, Field(max_length=5_000)] = Field(
        default="", exclude_if=lambda text: not text
    )

    def to_json(self) -> str:
        """Return the scenario as sorted JSON; equal scenarios give equal text.

        Returns
        -------
        text
            JSON that ends with a line feed.
        """
        content = self.model_dump(mode="json")
        return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n"

    @property
    def day(self) -> str:
        """Date of what counts as built, YYYY-MM-DD; empty for today."""
        return self.as_of.isoformat() if self.as_of else ""

    @property
    def digest(self) -> str:
        """Identity of the content (the name does not count), 16 hex digits."""
        content = self.model_dump(mode="json", exclude={"name"})
        text = json.dumps(content, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def noted(self, notes: str) -> Scenario:
        """Return the scenario with other notes.

        Parameters
        ----------
        notes
            What the planner writes about it; empty for none.

        Returns
        -------
        scenario
            A copy.

        Raises
        ------
        InputError
            If the notes are too long.
        """
        try:
            return Scenario.model_validate(self.model_dump() | {"notes": notes})
        except ValidationError as error:
            faults = field_faults(error)
            raise InputError("scenario.unreadable", where=self.name, faults=faults) from error

    @classmethod
    def from_json(cls, text: str, *, where: str = "scenario") -> Scenario:
        """Read a scenario from JSON.

        Parameters
        ----------
        text
            JSON as :meth:`to_json` writes it.
        where
            Name of the file or field, for messages.

        Returns
        -------
        scenario
            The scenario.

        Raises
        ------
        InputError
            With every fault of the text in one message.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            faults = field_faults(error)
            raise InputError("scenario.unreadable", where=where, faults=faults) from error


class ScenarioConflictError(InputError):
    """The saved scenario is another one than was loaded.

    Parameters
    ----------
    there
        What is saved now; None if it was deleted.
    where
        Name of the scenario.
    """

    def __init__(self, there: Scenario | None, *, where: str) -> None:
        self.there = there
        super().__init__("scenario.conflict", where=where)


def check_unchanged(there: Scenario | None, replaces: str, *, where: str) -> None:
    """Refuse to replace another scenario than was loaded.

    Parameters
    ----------
    there
        What is saved now; None if nothing is.
    replaces
        Digest of what was loaded; empty if nothing was.
    where
        Name of the scenario.

    Raises
    ------
    ScenarioConflictError
        If both differ.
    """
    if ("" if there is None else there.digest) != replaces:
        raise ScenarioConflictError(there, where=where)


def parse_site(text: str) -> PlannedSite:
    """Read ``LAT,LON[,HEIGHT_M[,PRESET]]``.

    Parameters
    ----------
    text
        Coordinates WGS84 [°], antenna height above ground [m] and key of a preset.

    Returns
    -------
    site
        The site; height and preset have their defaults where they are not given.

    Raises
    ------
    InputError
        If the text has another form.
    RangeError
        If a value is outside its range or the preset is unknown; the message says so where latitude
        and longitude look swapped.

    Examples
    --------
    >>> parse_site("25.04,102.71,40,4g_1800").antenna_height_m
    40.0
    """
    parts = [part.strip() for part in text.split(",")]
    no_site = Message("site_fault.what", {"text": text})
    form = Message("site_fault.form")
    try:
        numbers = [float(part) for part in parts[:3]]
    except ValueError as error:
        raise InputError(no_site, where="--site", repair=form) from error
    if not 2 <= len(parts) <= 4:
        raise InputError(no_site, where="--site", repair=form)
    lat, lon = numbers[:2]
    if abs(lat) > 90 >= abs(lon):
        raise RangeError(
            Message("site_fault.swapped", {"lat": lat}),
            where="--site",
            repair=Message("site_fault.swapped_repair", {"lat": lat, "lon": lon}),
        )
    try:
        return PlannedSite(
            lat=lat,
            lon=lon,
            antenna_height_m=numbers[2] if len(numbers) > 2 else DEFAULT_HEIGHT_M,
            preset=parts[3] if len(parts) > 3 else DEFAULT_PRESET,
        )
    except ValidationError as error:
        what = Message("site_fault.range", {"text": text, "faults": field_faults(error)})
        raise RangeError(what, where="--site", repair=form) from error
