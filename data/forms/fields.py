"""Which fields each form of universal service has.

A field is a defined name of the workbook, :data:`PREFIX` and the name given here. An office's own
file may have them wherever it likes; those that it lacks are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from geo.errors import UnknownNameError

PREFIX = "tc_"
Cell = str | float | None


@dataclass(frozen=True)
class Form:
    """Fields of one form.

    Attributes
    ----------
    singles
        Fields that stand once.
    columns
        Fields of its list: the name is that of the first cell below the head.
    """

    singles: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class FormContent:
    """What goes into a form.

    Attributes
    ----------
    values
        Field that stands once → value.
    rows
        Rows of the list, column → value; None and what is left out stay empty.
    """

    values: Mapping[str, Cell]
    rows: tuple[Mapping[str, Cell], ...] = field(default=())

    def with_values(self, given: Mapping[str, str]) -> FormContent:
        """Return the content with further values, which precede its own.

        Parameters
        ----------
        given
            Field that stands once → text.

        Returns
        -------
        content
            A copy.
        """
        return replace(self, values={**self.values, **given})


_HEAD = ("project_name", "department", "province", "filled_on", "about", "stamp")
_PLACE = ("number", "prefecture", "county", "county_code", "township", "admin_village")
FORMS: Mapping[str, Form] = {
    "site_list": Form(
        (*_HEAD, "site_count", "household_count", "budget_total_wan"),
        (*_PLACE, "natural_village", "village_codes", "households", "site_id", "lon", "lat",
         "technology", "link", "power", "budget_wan", "year", "evidence"),
    ),
    "task_list": Form(
        (*_HEAD, "village_count", "household_count"),
        (*_PLACE, "natural_village", "village_code", "households", "lon", "lat", "site_id",
         "technology", "year", "evidence"),
    ),
    "performance": Form(
        (*_HEAD, "implementing_unit", "period", "fund_total_wan", "fund_central_wan",
         "fund_local_wan", "fund_enterprise_wan", "aim_total", "aim_years"),
        ("level_1", "level_2", "level_3", "indicator_unit", "indicator_value",
         "indicator_evidence"),
    ),
    "acceptance": Form(
        (*_HEAD, "site_count", "village_count"),
        ("number", "county", "county_code", "township", "natural_village", "village_code",
         "households", "site_id", "accepted_on", "technology", "rsrp_dbm", "rate_mbps",
         "photographs", "result", "evidence"),
    ),
}  # fmt: skip


def form_of(kind: str) -> Form:
    """Return the fields of a form.

    Parameters
    ----------
    kind
        Key of :data:`FORMS`.

    Returns
    -------
    form
        Its fields.

    Raises
    ------
    UnknownNameError
        If there is no such form.
    """
    if kind not in FORMS:
        raise UnknownNameError("form", kind, FORMS, where="form")
    return FORMS[kind]
