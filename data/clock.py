"""Today's date: the default date of every figure."""

from __future__ import annotations

import datetime as dt
import os

from geo.errors import InputError

#: Environment variable that sets the day, YYYY-MM-DD: for tests and for repeating an earlier run.
ENVIRONMENT = "TONGCUN_TODAY"


def today() -> dt.date:
    """Return the day of ``TONGCUN_TODAY``, else of the machine.

    Returns
    -------
    day
        Calendar day.

    Raises
    ------
    InputError
        If the variable holds no calendar date.
    """
    text = os.environ.get(ENVIRONMENT, "").strip()
    if not text:
        # The planner's own calendar day is meant, not that of a fixed time zone.
        return dt.datetime.now().astimezone().date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise InputError("settings.date", where=ENVIRONMENT, text=text) from error


def first_plan_year(day: dt.date | None = None) -> int:
    """Return the first year in which something can still be built.

    Parameters
    ----------
    day
        Day to count from; None for today.

    Returns
    -------
    year
        This year until June, next year from July on: a budget needs half a year to become a site.
    """
    day = day if day is not None else today()
    return day.year + (day.month > 6)


def months_between(earlier: str, later: str) -> int:
    """Return the whole months between two dates.

    Parameters
    ----------
    earlier, later
        YYYY-MM-DD.

    Returns
    -------
    months
        0 or more.

    Examples
    --------
    >>> months_between("2023-09-30", "2026-11-30")
    38
    """
    first, last = dt.date.fromisoformat(earlier), dt.date.fromisoformat(later)
    months = (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)
    return max(0, months)
