"""What a plan would be made for, before one is asked for: area, villages, limits, places named."""

from __future__ import annotations

from html import escape

import streamlit as st

from data.scenario.plan_settings import PlanSettings
from data.scenario.presets import presets
from planning.plan.candidates import demand
from planning.plan.rollout import Rollout
from ui.plan import job as plan_job, settings as plan_settings
from ui.plan.settings import TEN_THOUSAND
from ui.shell import cache
from ui.shell.i18n import language, name_language, number, t

#: Places that a planner names, and the word of each.
_NAMED = ("locked", "own", "forbidden", "forbidden_areas", "built")
#: What the page holds once there is a plan.
_GIVES = ("where", "money", "proof", "years", "files")


def show() -> None:
    """Draw what is asked, and what the answer will hold; plans of other areas are named."""
    wanted, money = _wanted(), plan_settings.money_note()
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(said)}</dd>" for name, said in wanted.items() if said
    )
    years = plan_settings.settings().money.operation_years
    gives = "".join(f"<li>{escape(t(f'plan.gives_{name}', years=years))}</li>" for name in _GIVES)
    st.html(
        f'<section class="tc-card tc-plan tc-words"><div class="row"><span class="name">'
        f"{escape(t('plan.prospect'))}</span></div><dl>{rows}</dl><p>{escape(money)}</p></section>"
    )
    st.html(
        f'<section class="tc-card tc-plan"><div class="row"><span class="name">'
        f"{escape(t('plan.gives'))}</span></div><ul>{gives}</ul>{_others()}</section>"
    )


def _wanted() -> dict[str, str]:
    """Return what the settings in force ask for, in the order of the fields beside it."""
    now = plan_settings.settings()
    lacking = _demand(cache.pack().digest, plan_settings.scenario().plan)
    titles = {key: item.title(language()) for key, item in presets().items()}
    comma = t("list.comma")
    named = [
        f"{t(f'plan.named_{name}')} {number(len(places))}"
        for name in _NAMED if (places := getattr(now.candidates, name))
    ]  # fmt: skip
    return {
        t("plan.area"): plan_settings.area(),
        t("plan.lacking"): t("plan.lacking_of", villages=number(lacking[0]),
                             households=number(lacking[1]), least=now.min_households),
        t("plan.objective"): t(f"plan.objective_{now.objective}") + _limit(now),
        t("plan.presets"): comma.join(titles[key] for key in now.presets),
        t("plan.period"): f"{now.years.first} – {now.years.first + now.years.count - 1}",
        t("plan.named"): comma.join(named),
    }  # fmt: skip


def _limit(now: PlanSettings) -> str:
    """Return the figure that the goal is bound by, with its name."""
    figures = {
        "sites": (t("plan.sites"), number(now.sites)),
        "equity": (t("plan.sites"), number(now.sites)),
        "budget": (t("plan.budget"), number(now.budget / TEN_THOUSAND)),
        "share": (t("plan.share"), f"{now.share * 100:g}"),
    }
    found = figures.get(now.objective)
    return "" if found is None else t("plan.limited", name=found[0], figure=found[1])


def _others() -> str:
    """Return the plans that this session has for other areas of the province."""
    made = plan_job.elsewhere()
    if not made:
        return ""
    lines = "".join(
        "<li>" + escape(t(
            "plan.elsewhere_row", place=_place(found),
            sites=number(int((found.sites["status"] != "built").sum())),
            households=number(int(found.villages["households"].sum())),
            cost=number(float(found.sites["cost_base"].sum()) / TEN_THOUSAND),
        )) + "</li>"
        for found in made
    )  # fmt: skip
    return f'<p class="name">{escape(t("plan.elsewhere"))}</p><ul>{lines}</ul>'


def _place(found: Rollout) -> str:
    """Return the name of what a plan is for."""
    whole = str(cache.pack().meta[f"name_{name_language()}"])
    return plan_settings.names_of(found.scenario.plan.regions) or whole


@st.cache_data(max_entries=8, show_spinner=False)
def _demand(digest: str, settings: PlanSettings) -> tuple[int, int]:
    """Return how many villages and households a plan would be for."""
    del digest, settings
    found = demand(cache.pack(), plan_settings.scenario())
    return len(found), int(found["households"].sum())
