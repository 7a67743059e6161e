"""Coverage rules as profiles: each a TOML file with its figures, source, year and whether verified.

The embedded ones are in ``data/rules/``; a planner's own in a folder of the workspace. A file is
named like its key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from data.scenario.field_faults import field_faults
from data.scenario.link_presets import PLACES, BudgetRequirement
from data.wording.catalogue import Bilingual, Message
from geo.coverage.distance import MAX_RADIUS_M
from geo.coverage.rules import distance_state
from geo.errors import DataError, InputError, UnknownNameError
from geo.radio.probability import coverage_probability, coverage_state, edge_probability
from geo.sentence import Several

_FOLDER = Path(__file__).parents[1] / "rules"
#: What a profile of each kind must give, and what it must not.
_DISTANCE = frozenset({"radius_m"})
_SIGNAL = frozenset({"rsrp_limit_dBm", "probability", "probability_of", "place"})
#: Largest file that can be a rule [bytes].
_MAX_BYTES = 65_536

Share = Annotated[float, Field(gt=0, le=1)]
Text = Annotated[str, Field(min_length=1, max_length=2_000)]
Point = Literal["committee", "school", "clinic", "cluster"]
Need = Literal["all", "any", "share"]


class Profile(BaseModel):
    """One coverage rule.

    Attributes
    ----------
    unit
        What it judges: administrative or natural village.
    kind
        ``distance`` to the nearest site, or ``signal`` level with a probability.
    radius_m
        Distance rule: greatest geodesic distance [m].
    rsrp_limit_dBm, probability, probability_of, place
        Signal rule: level [dBm], required probability at the ``edge`` or over the ``area`` of a
        cell, and where the terminal is (:data:`data.scenario.link_presets.PLACES`).
    points
        Points of a unit that are judged; a ``cluster`` counts from ``cluster_min_households`` on.
    need
        ``all`` of them, ``any``, or a ``share`` of their households.
    min_households
        Smaller units are not judged [households].
    source, source_zh
        Where the figures were read; without a Chinese text the other is used for both.
    verified
        Whether every figure of the profile was read in its source.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
    title_zh: Text
    title_en: Text
    unit: Literal["admin_village", "natural_village"]
    kind: Literal["distance", "signal"]
    technology: Literal["4G", "5G"]
    radius_m: Annotated[float, Field(gt=0, le=MAX_RADIUS_M)] | None = None
    rsrp_limit_dBm: Annotated[float, Field(ge=-140, le=-40)] | None = None
    probability: Annotated[float, Field(gt=0, lt=1)] | None = None
    probability_of: Literal["edge", "area"] | None = None
    place: str | None = None
    points: Annotated[tuple[Point, ...], Field(min_length=1, strict=False)]
    cluster_min_households: Annotated[int, Field(ge=0)] = 0
    need: Need
    households_share: Share | None = None
    min_households: Annotated[int, Field(ge=0)] = 0
    source: Text
    source_zh: Annotated[str, Field(max_length=2_000)] = ""
    year: Annotated[int, Field(ge=1990, le=2100)]
    verified: bool
    note_zh: Text
    note_en: Text

    def title(self, language: str) -> str:
        """Return the title in a language.

        Parameters
        ----------
        language
            Code of the language, such as ``en``.

        Returns
        -------
        title
            In Chinese or English, whichever readers of the language are shown.
        """
        return Bilingual(self.title_zh, self.title_en).text(language)

    def note(self, language: str) -> str:
        """Return the note in a language.

        Parameters
        ----------
        language
            Code of the language, such as ``en``.

        Returns
        -------
        note
            In Chinese or English, whichever readers of the language are shown.
        """
        return Bilingual(self.note_zh, self.note_en).text(language)

    def cited(self, language: str) -> str:
        """Return the source of the figures in a language.

        Parameters
        ----------
        language
            Code of the language, such as ``en``.

        Returns
        -------
        source
            In Chinese or English, whichever readers of the language are shown; the English one
            where no Chinese text is given.
        """
        return Bilingual(self.source_zh or self.source, self.source).text(language)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Profile:
        must, never = (_DISTANCE, _SIGNAL) if self.kind == "distance" else (_SIGNAL, _DISTANCE)
        faults = [
            Message("fault_rule.missing", {"name": name})
            for name in sorted(must)
            if getattr(self, name) is None
        ]
        faults += [
            Message("fault_rule.other_kind", {"name": name, "kind": self.kind})
            for name in sorted(never)
            if getattr(self, name) is not None
        ]
        if (self.need == "share") != (self.households_share is not None):
            faults.append(Message("fault_rule.share"))
        if self.place is not None and self.place not in PLACES:
            given = {"place": self.place, "known": ", ".join(PLACES)}
            faults.append(Message("fault_rule.place", given))
        if faults:
            raise ValueError(Several((*faults,)))
        return self

    def requirement(self, *, sigma_dB: float = 8.0, exponent: float = 3.9) -> BudgetRequirement:
        """Return what the rule requires of a link budget.

        Parameters
        ----------
        sigma_dB
            Standard deviation of shadowing [dB]; with the exponent it turns a probability over the
            area into one at the edge.
        exponent
            Growth of the path loss with distance (loss ∝ distance to this power).

        Returns
        -------
        requirement
            Level [dBm], probability at the cell edge, and place of the terminal.

        Raises
        ------
        InputError
            If it is a rule by distance.
        RangeError
            If no edge probability gives the required share of the area with such shadowing.
        """
        if self.rsrp_limit_dBm is None or self.place is None:
            raise InputError("rules.level_by_distance", key=self.key)
        required = self.required_probability(sigma_dB=sigma_dB, exponent=exponent)
        return BudgetRequirement(self.rsrp_limit_dBm, required, self.place)

    def required_probability(self, *, sigma_dB: float = 8.0, exponent: float = 3.9) -> float:
        """Return the probability that a point must reach.

        An area probability is converted to the one at the cell edge.

        Parameters
        ----------
        sigma_dB, exponent
            As in :meth:`requirement`.

        Returns
        -------
        probability
            Coverage probability of a point, 0–1.

        Raises
        ------
        InputError
            If it is a rule by distance.
        RangeError
            If no edge probability gives the required share of the area with such shadowing.
        """
        if self.probability is None:
            raise InputError("rules.probability_by_distance", key=self.key)
        if self.probability_of == "area":
            return edge_probability(self.probability, sigma_dB, exponent)
        return self.probability


def point_states(
    profile: Profile,
    *,
    distance_m: ArrayLike | None = None,
    rsrp_dBm: ArrayLike | None = None,
    sigma_dB: ArrayLike = 8.0,
    exponent: float = 3.9,
) -> NDArray[np.uint8]:
    """Return the state of points by a rule: 0 uncovered, 1 covered, 2 unknown.

    Parameters
    ----------
    profile
        The rule.
    distance_m
        For a rule by distance: as :func:`geo.coverage.rules.distance_state` takes it [m].
    rsrp_dBm
        For a rule by signal: predicted median at the best server [dBm], with the losses of the
        rule's place; NaN where there is no prediction.
    sigma_dB
        Standard deviation of shadowing [dB], one value or one per point; an area probability is
        converted to an edge probability with its mean.
    exponent
        Growth of the path loss with distance, for area probabilities.

    Returns
    -------
    states
        One per point: 0 uncovered, 1 covered, 2 unknown.

    Raises
    ------
    InputError
        If the array that the rule needs is not given.
    RangeError
        If a value is outside its range.

    Examples
    --------
    >>> point_states(rule("miit_2018_a"), distance_m=[4_000, 6_000]).tolist()
    [1, 0]
    >>> point_states(rule("fcc_like"), rsrp_dBm=[-90, -100, float("nan")]).tolist()
    [1, 0, 2]
    """
    given = distance_m if profile.kind == "distance" else rsrp_dBm
    if given is None:
        needed = "distance_m" if profile.kind == "distance" else "rsrp_dBm"
        raise InputError("rules.lacks", key=profile.key, kind=profile.kind, needed=needed)
    if profile.radius_m is not None:
        return distance_state(given, profile.radius_m)
    typical = float(np.mean(np.asarray(sigma_dB, float)))
    required = profile.required_probability(sigma_dB=typical, exponent=exponent)
    share = coverage_probability(given, float(profile.rsrp_limit_dBm or 0), sigma_dB)
    return coverage_state(share, required)


def asked_units(profile: Profile, households: ArrayLike) -> NDArray[np.bool_]:
    """Return which villages a rule judges: those with enough households, or an unknown number.

    Parameters
    ----------
    profile
        The rule.
    households
        Households of each village, shape (n,); NaN is unknown.

    Returns
    -------
    judged
        True where the rule applies, shape (n,).
    """
    numbers = np.asarray(households, float)
    return ~(numbers < profile.min_households)


def rules(own: Path | None = None) -> Mapping[str, Profile]:
    """Return the profiles by key: the embedded ones in the order of their names, then own ones.

    Parameters
    ----------
    own
        Folder with a planner's own profiles; may not exist.

    Returns
    -------
    profiles
        Key → profile.

    Raises
    ------
    DataError
        If a file is broken; the message names every fault of every file.
    """
    found: dict[str, Profile] = {}
    faults: list[Message] = []
    for folder in (_FOLDER, own):
        if folder is None or not folder.is_dir():
            continue
        for path in sorted(folder.glob("*.toml")):
            profile = _read(path, faults)
            if profile is None:
                continue
            if profile.key in found:
                faults.append(_fault(path, "key_taken", key=profile.key))
            found.setdefault(profile.key, profile)
    if faults:
        raise DataError("rules.files", where=str(own or _FOLDER), faults=Several((*faults,)))
    return found


def rule(key: str, own: Path | None = None) -> Profile:
    """Return one profile.

    Parameters
    ----------
    key
        Key of the profile.
    own
        Folder with a planner's own profiles; may not exist.

    Returns
    -------
    profile
        The rule.

    Raises
    ------
    UnknownNameError
        If there is no such profile; the message gives the nearest known key.
    DataError
        If a file is broken.
    """
    known = rules(own)
    if key not in known:
        raise UnknownNameError("coverage_rule", key, known)
    return known[key]


def _read(path: Path, faults: list[Message]) -> Profile | None:
    """Return a profile, or None after adding what is wrong with its file."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            faults.append(_fault(path, "large", most=_MAX_BYTES))
            return None
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        profile = Profile.model_validate(content)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        faults.append(_fault(path, "unreadable", error=error))
        return None
    except ValidationError as error:
        faults += [_fault(path, "field", fault=one) for one in field_faults(error).sentences]
        return None
    if profile.key != path.stem:
        faults.append(_fault(path, "key_of_file", key=profile.key))
    return profile


def _fault(path: Path, code: str, **given: object) -> Message:
    return Message(f"fault_rule.{code}", {"file": path.name, **given})
