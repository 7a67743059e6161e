"""The rolling plan: what was built becomes fixed, and the next round starts the year after."""

from __future__ import annotations

from typing import Any

import streamlit as st

from data.scenario.plan_settings import PlanSettings
from planning.plan.rollout import Rollout
from ui.plan import settings as plan_settings
from ui.shell.callbacks import whole
from ui.shell.i18n import number, t


def built(found: Rollout, year: int) -> None:
    """Draw the button that fixes what the plan builds up to a year.

    Parameters
    ----------
    year
        Year of the slider over the map.
    """
    done = _done(found, year)
    if not done:
        return
    st.button(
        t("round.take", year=year, count=number(len(done))), key="plan_round",
        help=t("round.take_help", next=year + 1), on_click=_take, args=(done, year),
    )  # fmt: skip


def _done(found: Rollout, year: int) -> list[dict[str, Any]]:
    """Return the sites that the plan builds up to a year, as built ones."""
    sites = found.sites
    rows = sites[(sites["status"] != "built") & (sites["year"] <= year)]
    return [
        {"lat": round(float(lat), 5), "lon": round(float(lon), 5), "year": int(when)}
        for lat, lon, when in zip(rows["lat"], rows["lon"], rows["year"], strict=True)
    ]


@whole
def _take(done: list[dict[str, Any]], year: int) -> None:
    plan_settings.put_at(next_round(plan_settings.settings(), done, year))


def next_round(now: PlanSettings, done: list[dict[str, Any]], year: int) -> dict[str, Any]:
    """Return the fields that change when what is done up to a year becomes fixed.

    The years of the plan begin after it and end where they ended, one year at least; budgets of
    years that are over go, the last one still holds for all further years. A place that is built is
    neither a candidate nor to be built any more.

    Parameters
    ----------
    done
        ``lat``, ``lon`` [°] and ``year`` of the sites.
    """
    named, years = now.candidates, now.years
    here = {(site["lat"], site["lon"]) for site in done}
    kept = {
        f"candidates.{name}": [
            place.model_dump()
            for place in getattr(named, name)
            if (place.lat, place.lon) not in here
        ]
        for name in ("own", "locked", "built")
    }
    over = max(0, year + 1 - years.first)
    left = max(1, years.count - over)
    budgets = years.annual_budgets[over:] or years.annual_budgets[-1:]
    return {
        **kept,
        "candidates.built": [*kept["candidates.built"], *done],
        "years.first": max(years.first, year + 1),
        "years.count": left,
        "years.annual_budgets": budgets[:left],
    }
