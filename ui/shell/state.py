"""Names of the session's keys and of the URL's, and the one place that reads and writes both.

The URL carries names, never objects: ``?province=…&region=ADCODE&layer=…&level=…&as_of=…&lang=…``,
``&scenario=…`` and ``&metric=…`` where it is not the layer's default; the page is the path. It is
read once, when the session begins; after that the widgets lead and the URL follows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from data.ledger.statements import parse_date
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.workspace.folder import Workspace
from geo.errors import PlannerError
from layers.base import LEVELS, Layer, Metric
from layers.registry import layer, layers
from ui import packs
from ui.shell.history import History

LANGUAGE = "lang"
PROVINCE = "province"
LAYER = "layer"
METRIC = "metric"
LEVEL = "level"
AS_OF = "as_of"
SCENARIO = "scenario"
#: (level, adcode) of the region in force on every page; both empty for the province. A code alone
#: is ambiguous: one city is prefecture and county at once.
REGION = "region"
NO_REGION = ("", "")
#: (latitude, longitude) [°] of the place that was searched for and is marked on maps; or None.
PLACE = "place"
#: id of the village chosen in a table or by search.
VILLAGE = "village"
#: Run of the plan that the page shows, and the one that the address asked for.
RUN, RUN_ASKED = "run", "_run_asked"
#: Names shared with the URL, in the order they stand there.
URL_KEYS = (PROVINCE, REGION, LAYER, METRIC, LEVEL, AS_OF, LANGUAGE, SCENARIO, RUN)

#: Levels a map or list can show.
MAP_LEVELS = tuple(level for level in LEVELS if level != "province")
#: Faults of the URL, shown once.
_FAULTS = "_url_faults"
_HISTORIES = "_histories"
_READ = "_url_read"
_LOADED = "_loaded_scenarios"


@dataclass(frozen=True, slots=True)
class AddressFault:
    """A value of the URL that nobody knows.

    Attributes
    ----------
    asked, used
        What the URL says, and what is used instead.
    known
        Known values.
    """

    key: str
    asked: str
    used: str
    known: tuple[str, ...]


def begin(languages: Sequence[str]) -> None:
    """Fill the session from the URL on its first run; a wrong value is replaced and reported."""
    session = st.session_state
    if session.get(_READ):
        return
    provinces = packs.readable()
    known = (
        (LANGUAGE, tuple(languages), languages[0]),
        (PROVINCE, provinces, provinces[0]),
        (LAYER, tuple(item.key for item in layers()), layers()[0].key),
        (LEVEL, MAP_LEVELS, MAP_LEVELS[0]),
    )
    session[_FAULTS], session[_HISTORIES] = [], {}
    for key, names, default in known:
        session[key] = _known(key, names, session.get(key, default))
    session[METRIC] = _metric(st.query_params.get(METRIC, ""), layer(session[LAYER]))
    _load_named(st.query_params.get(SCENARIO, ""))
    session[AS_OF] = _date(st.query_params.get(AS_OF, ""), Pack.load(session[PROVINCE]))
    session[REGION] = _region(st.query_params.get(REGION, ""), Pack.load(session[PROVINCE]))
    session[PLACE] = None
    session[RUN] = session[RUN_ASKED] = st.query_params.get(RUN, "")
    session[_READ] = True


def write_url() -> None:
    """Let the URL follow the session."""
    wanted = {key: str(st.session_state.get(key) or "") for key in URL_KEYS if key != SCENARIO}
    wanted[SCENARIO], wanted[REGION] = plan().name, region()[1]
    if not is_own_metric():
        wanted[METRIC] = ""
    wanted = {key: value for key, value in wanted.items() if value}
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)


def take_faults() -> list[AddressFault]:
    """Return the faults of the URL and forget them."""
    faults: list[AddressFault] = st.session_state.get(_FAULTS, [])
    st.session_state[_FAULTS] = []
    return faults


def province() -> str:
    """Return the name of the chosen pack."""
    return str(st.session_state[PROVINCE])


def metric_of(item: Layer) -> Metric:
    """Return the metric of a layer: the one in force, else the first that the ledger states."""
    if item.key == st.session_state[LAYER]:
        keys = [metric.key for metric in item.metrics]
        chosen = st.session_state.get(METRIC)
        if chosen in keys:
            return item.metric(chosen)
    return _usual_metric(item)


def _usual_metric(item: Layer) -> Metric:
    return item.metric(packs.stated_metrics(province())[item.key])


def is_own_metric() -> bool:
    """Return whether the metric in force is another than the one without a choice."""
    item = layer(str(st.session_state[LAYER]))
    return not item.is_overlay and metric_of(item).key != _usual_metric(item).key


def region() -> tuple[str, str]:
    """Return level and adcode of the chosen region, both empty for the province."""
    level, adcode = st.session_state.get(REGION, NO_REGION)
    return str(level), str(adcode)


def history() -> History:
    """Return the planner's scenario of the chosen province with its undo and redo."""
    histories: dict[str, History] = st.session_state.setdefault(_HISTORIES, {})
    return histories.get(province()) or History(Scenario(province=province()))


def keep(changed: History) -> None:
    """Replace the history of the province it belongs to."""
    st.session_state[_HISTORIES][changed.present.province] = changed


def plan() -> Scenario:
    """Return the planner's scenario of the chosen province."""
    return history().present


def day() -> str:
    """Return the date in force, YYYY-MM-DD: what was built by then counts."""
    return str(st.session_state[AS_OF])


def dated(scenario: Scenario | None = None) -> Scenario:
    """Return a scenario, the planner's present one unless given, with the date in force."""
    return (scenario or plan()).model_copy(update={"as_of": dt.date.fromisoformat(day())})


def change(**fields: object) -> None:
    """Change fields of the scenario as one step that can be undone; faults raise InputError."""
    content = plan().model_dump() | fields
    keep(history().push(Scenario.model_validate(content)))


def adopt(scenario: Scenario) -> None:
    """Take a loaded scenario as the present one and switch to its province and date."""
    session = st.session_state
    if session[PROVINCE] != scenario.province:
        session[REGION] = NO_REGION
    session[PROVINCE] = scenario.province
    keep(history().push(scenario))
    loaded()[scenario.name] = scenario
    if scenario.as_of is not None:
        session[AS_OF] = scenario.as_of.isoformat()


def loaded() -> dict[str, Scenario]:
    """Return name → scenario as this session loaded or saved it last."""
    known: dict[str, Scenario] = st.session_state.setdefault(_LOADED, {})
    return known


def change_province(name: str) -> None:
    """Start at today's figures of another province, with no region chosen."""
    session = st.session_state
    session[AS_OF] = Pack.load(name).default_as_of
    session[REGION], session[PLACE] = NO_REGION, None
    session[PROVINCE] = name


def _known(key: str, names: tuple[str, ...], default: str) -> str:
    asked = st.query_params.get(key, default)
    if asked in names:
        return asked
    used = default if default in names else names[0]
    _fault(key, asked, used, names)
    return used


def _region(asked: str, pack: Pack) -> tuple[str, str]:
    """Return the region that the URL asks for: of two with one code the upper."""
    if not asked:
        return NO_REGION
    regions = pack.table("regions")
    own = set(regions.loc[regions["adcode"] == asked, "level"])
    levels = [level for level in MAP_LEVELS if level in own]
    if levels:
        return levels[0], asked
    _fault(REGION, asked, "", tuple(pack.regions(MAP_LEVELS[0])["adcode"].astype(str)))
    return NO_REGION


def _metric(asked: str, item: Layer) -> str:
    """Return the metric that the URL asks for; empty for the default of the layer."""
    names = tuple(metric.key for metric in item.metrics)
    if asked and asked not in names:
        _fault(METRIC, asked, names[0] if names else "", names)
        return ""
    return asked


def _load_named(name: str) -> None:
    if not name:
        return
    workspace = Workspace.open()
    try:
        scenario = workspace.load(name)
        if scenario.province in packs.readable():
            adopt(scenario)
            return
        names: tuple[str, ...] = packs.readable()
    except PlannerError:
        names = _saved(workspace)
    _fault(SCENARIO, name, "", names)


def _saved(workspace: Workspace) -> tuple[str, ...]:
    try:
        return workspace.names()
    except PlannerError:
        return ()


def _date(text: str, pack: Pack) -> str:
    scenario = plan()
    default = scenario.as_of.isoformat() if scenario.as_of else pack.default_as_of
    if not text:
        return default
    try:
        return parse_date(text)
    except PlannerError:
        _fault(AS_OF, text, default, ("YYYY-MM-DD",))
        return default


def _fault(key: str, asked: str, used: str, known: tuple[str, ...]) -> None:
    st.session_state[_FAULTS].append(AddressFault(key, asked, used, known))
