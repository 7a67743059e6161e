"""The settings of a plan as fields on the page: each change is one step that can be undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import streamlit as st

from data.ledger.metrics import currency_word
from data.scenario.plan_settings import (
    BackhaulKind,
    CandidateSource,
    Objective,
    PlanSettings,
    PowerKind,
    Priority,
    changed,
)
from data.scenario.presets import presets
from data.scenario.scenario import Scenario
from geo.errors import InputError, PlannerError
from ui.shell import cache, demonstration, localised_select, region, state
from ui.shell.callbacks import whole
from ui.shell.frame import explain
from ui.shell.i18n import language, name_language, t

#: Planners count in 万元.
TEN_THOUSAND = 10_000.0
_FAULT = "_plan_fault"
_RELIEF = "plan_demonstration"


def settings() -> PlanSettings:
    """Return the settings in force."""
    return state.plan().plan


def scenario() -> Scenario:
    """Return the scenario to plan: without an area of its own, it is for the region in force."""
    here, (_, adcode) = state.dated(), state.region()
    if here.plan.regions or not adcode:
        return here
    plan = here.plan.model_copy(update={"regions": (adcode,)})
    return here.model_copy(update={"plan": plan})


def area() -> str:
    """Return the names of what is planned for."""
    return names_of(settings().regions) or region.name()


def names_of(codes: tuple[str, ...]) -> str:
    """Return the names of areas; empty for none."""
    names = _regions()
    return t("list.comma").join(names.get(code, code) for code in codes)


def put_at(values: dict[str, Any]) -> bool:
    """Change fields by their dotted names; what is wrong is shown, nothing is lost, and False."""
    try:
        after = changed(settings(), values)
    except PlannerError as error:
        st.session_state[_FAULT] = error
        return False
    if after != settings():
        state.change(plan=after.model_dump())
    return True


def fault() -> None:
    """Show once why the last change was refused."""
    error = st.session_state.pop(_FAULT, None)
    if error is not None:
        explain(error)


def refuse(error: PlannerError) -> None:
    """Tell with the next drawing why a change was refused."""
    st.session_state[_FAULT] = error


def goal() -> None:
    """Draw the goal, its figure, technologies and years."""
    now = settings()
    names = {name: t(f"plan.objective_{name}") for name in get_args(Objective)}
    _choice("objective", t("plan.objective"), names, now.objective)
    if now.objective in {"sites", "equity"}:
        figure("sites", t("plan.sites"), now.sites, (1, 100_000, 50), whole=True)
    elif now.objective == "budget":
        figure("budget", t("plan.budget"), now.budget / TEN_THOUSAND, (1, 1e9, 1000),
            taken=lambda value: value * TEN_THOUSAND, note=money_note(),
        )  # fmt: skip
    elif now.objective == "share":
        figure("share", t("plan.share"), now.share * 100, (0.1, 100, 5),
            taken=lambda value: value / 100,
        )  # fmt: skip
    several("regions", t("plan.area"), _regions(), now.regions,
            empty=t("plan.area_above", place=region.name()))  # fmt: skip
    if scenario().plan.regions:
        switch("across", t("plan.across"), now.across)
    titles = {key: item.title(language()) for key, item in presets().items()}
    several("presets", t("plan.presets"), titles, now.presets)
    cells = st.columns(2)
    with cells[0]:
        figure("years.first", t("plan.first_year"), now.years.first, (2000, 2100, 1),
               whole=True)  # fmt: skip
    with cells[1]:
        figure("years.count", t("plan.years"), now.years.count, (1, 30, 1),
                whole=True)  # fmt: skip


def _regions() -> dict[str, str]:
    """Return the names of prefectures, each before its counties."""
    column, names = f"name_{name_language()}", {}
    counties = cache.pack().regions("county")
    for row in cache.pack().regions("prefecture").to_dict("records"):
        names[row["adcode"]] = row[column]
        of = counties[counties["parent"] == row["adcode"]]
        names |= {code: f"{row[column]} · {name}" for code, name in
                  zip(of["adcode"], of[column], strict=True)}  # fmt: skip
    return names


def limits() -> None:
    """Draw budgets and capacities per year, season, priority, capacity of a site."""
    now = settings()
    years = now.years
    text = ", ".join(f"{amount / TEN_THOUSAND:g}" for amount in years.annual_budgets)
    _text("years.annual_budgets", t("plan.annual_budgets"), text, _amounts,
          help_=f"{t('plan.annual_budgets_help')} {money_note()}")  # fmt: skip
    moneys = {name: t(f"plan.money_goal_{name}") for name in ("build", "present_value")}
    _choice("money.goal", t("plan.money_goal"), moneys, now.money.goal)
    cases = {name: t(f"plan.hold_at_{name}") for name in ("base", "high")}
    _choice("money.hold_at", t("plan.hold_at"), cases, now.money.hold_at)
    optional("years.build_capacity", t("plan.build_capacity"), years.build_capacity)
    months = {month: t("plan.month", month=month) for month in range(1, 13)}
    several("years.season_months", t("plan.season"), months, years.season_months)
    priorities = {name: t(f"plan.priority_{name}") for name in get_args(Priority)}
    _choice("years.priority", t("plan.priority"), priorities, years.priority)
    switch("years.carry_over", t("plan.carry_over"), years.carry_over)
    figure("min_households", t("plan.min_households"), now.min_households, (1, 100_000, 5),
           whole=True)  # fmt: skip
    optional("limits.capacity_households", t("plan.capacity"), now.limits.capacity_households)


def candidates() -> None:
    """Draw the kinds of candidates and how they are joined."""
    now = settings()
    sources = {name: t(f"plan.source_{name}") for name in get_args(CandidateSource)}
    several("candidates.sources", t("plan.sources"), sources, now.candidates.sources,
             help_=t("plan.sources_help"))  # fmt: skip
    st.session_state[_RELIEF] = state.plan().demonstration_terrain
    st.toggle(t("plan.demonstration"), key=_RELIEF, on_change=_take_relief,
              help=t("plan.demonstration_help"))  # fmt: skip
    kinds = {name: t(f"plan.backhaul_{name}") for name in get_args(BackhaulKind)}
    several("links.backhaul", t("plan.backhaul"), kinds, now.links.backhaul)
    if "microwave" in now.links.backhaul:
        switch("links.assume_sight", t("plan.assume_sight"), now.links.assume_sight)
    powers = {name: t(f"plan.power_{name}") for name in get_args(PowerKind)}
    several("links.power", t("plan.power"), powers, now.links.power, help_=t("plan.power_help"))
    figure("antenna_height_m", t("plan.height"), now.antenna_height_m, (1, 300, 5))
    figure("time_limit_s", t("plan.time_limit"), now.time_limit_s, (1, 3600, 10))


def money_note() -> str:
    """Return currency, price year and that nothing is discounted."""
    money = settings().money
    return t("plan.money_note", currency=currency_word(money.currency), year=money.price_year)


def _amounts(text: str) -> tuple[float, ...]:
    """Read amounts in 万元 between commas."""
    parts = [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]
    return tuple(float(part) * TEN_THOUSAND for part in parts)


def _choice(path: str, label: str, names: dict[str, str], value: str) -> None:
    key = _primed(path, value)
    localised_select.selectbox(
        st, label, list(names), key=key, format_func=names.__getitem__,
        on_change=_take, args=(path, lambda chosen: chosen),
    )  # fmt: skip


def several(
    path: str,
    label: str,
    names: dict[Any, str],
    value: tuple[Any, ...],
    *,
    help_: str = "",
    empty: str = "",
) -> None:
    """Draw a choice of several things."""
    key = _primed(path, list(value))
    st.multiselect(
        label, list(names), key=key, format_func=names.__getitem__, help=help_ or None,
        on_change=_take, args=(path, tuple), placeholder=empty or t("lists.any"),
    )  # fmt: skip


def figure(  # noqa: PLR0913  a field has these parts
    path: str,
    label: str,
    value: float,
    limits: tuple[float, float, float],
    *,
    whole: bool = False,
    taken: Callable[[float], Any] = lambda value: value,
    note: str = "",
) -> None:
    """Draw a number with its least and greatest value and step."""
    kind = int if whole else float
    low, high, step = limits
    key = _primed(path, kind(value))
    st.number_input(
        label, min_value=kind(low), max_value=kind(high), step=kind(step), key=key,
        help=note or None, format="%d" if whole else "%.6g", on_change=_take, args=(path, taken),
    )  # fmt: skip


def optional(
    path: str,
    label: str,
    value: float | None,
    taken: Callable[[Any], Any] = lambda given: None if given is None else int(given),
    *,
    empty: str = "",
) -> None:
    """Draw a number that may be left out; ``empty`` says what then holds."""
    key = _primed(path, None if value is None else float(value))
    st.number_input(
        label, min_value=0.0, step=1.0, key=key, placeholder=empty or t("plan.no_limit"),
        value=None,
        format="%.6g", on_change=_take, args=(path, taken),
    )  # fmt: skip


def switch(path: str, label: str, value: bool) -> None:  # noqa: FBT001  what it shows
    """Draw something that is on or off."""
    st.toggle(label, key=_primed(path, value), on_change=_take, args=(path, bool))


def _text(path: str, label: str, value: str, read: Callable[[str], Any], *, help_: str) -> None:
    key = _primed(path, value)
    st.text_input(
        label, key=key, placeholder=t("plan.no_limit"), help=help_, on_change=_take,
        args=(path, read),
    )  # fmt: skip


@whole
def _take_relief() -> None:
    demonstration.switch(on=bool(st.session_state[_RELIEF]))


def _primed(path: str, value: Any) -> str:
    """Let the widget show what the scenario says, also after undo and redo."""
    key = f"plan_{path}"
    st.session_state[key] = value
    return key


@whole
def _take(path: str, read: Callable[[Any], Any]) -> None:
    given = st.session_state[f"plan_{path}"]
    try:
        value = read(given)
    except ValueError:
        refuse(InputError("plan.numbers", where=path, given=given))
        return
    put_at({path: value})
