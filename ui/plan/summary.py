"""A plan at a glance: key figures, how good it is proven to be, what more would bring, prices."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd
import streamlit as st

from planning.plan.rollout import Rollout
from ui.plan import job as plan_job, settings as plan_settings
from ui.plan.settings import TEN_THOUSAND
from ui.shell.callbacks import once, whole
from ui.shell.i18n import cost_unit, language, name_language, number, t

#: Rows of the bill that are listed; the others are summed up.
_ITEMS = 6
#: Time that a search which its limit ended is given in addition [s].
_LONGER_S = 120.0
#: Backhaul in the order in which a card counts it.
_BACKHAUL = ("fibre", "microwave", "satellite", "shared", "none")


def cards(found: Rollout) -> None:
    """Draw the plan in numbers, each with what it is counted out of."""
    sites, villages, money = found.sites, found.villages, found.scenario.plan.money
    wanted = pd.concat([villages, found.left, found.unreachable])
    new = sites[sites["status"] != "built"]
    kinds = new["backhaul"].value_counts()
    links = [f"{t(f'plan.backhaul_{kind}')} {number(kinds[kind])}"
             for kind in _BACKHAUL if kind in kinds]  # fmt: skip
    homes, all_homes = int(villages["households"].sum()), int(wanted["households"].sum())
    parts = [
        _card("sites", number(len(new)), " · ".join(links)),
        _card("villages", number(len(villages)), _of("of_villages", len(villages), len(wanted))),
        _card("households", number(homes), _of("of_households", homes, all_homes)),
        _card("cost", _amount(float(sites["cost_base"].sum())),
              t("plan.card_cost_note", low=_amount(float(sites["cost_low"].sum())),
                high=_amount(float(sites["cost_high"].sum())), year=money.price_year)),
    ]  # fmt: skip
    for row in found.totals[found.totals["figure"] == "present_value"].to_dict("records"):
        note = t("plan.card_value_note", low=_amount(row["low"]), high=_amount(row["high"]),
                 rate=f"{row['discount_rate']:.1%}")  # fmt: skip
        parts.append(_card("value", _amount(row["base"]), note, years=money.operation_years))
    st.html(f'<div class="tc-cards narrow">{"".join(parts)}</div>')


def proof(found: Rollout) -> None:
    """Draw value and bound of the selection, the bound of the order, and what more brings."""
    choice = found.choice
    is_proven = choice.stopped == "proven"
    how = t(f"plan.stopped_{choice.stopped}")
    word = how if is_proven else t("plan.not_proven", how=how)
    chip = f'<span class="tc-chip {"met" if is_proven else "past"}">{escape(word)}</span>'
    low, high = sorted((choice.value, choice.bound))
    share = 100 * low / high if high > 0 else 100.0
    tick = share if choice.measure == "cost" else 100.0
    bar = (
        '<div class="tct-bar known villages">'
        f'<i class="tct-built" style="left:0;width:{share:.2f}%"></i>'
        f'<i class="tct-left" style="left:{share:.2f}%;width:{100 - share:.2f}%"></i>'
        f'<b class="tct-target" style="left:{tick:.2f}%"></b></div>'
    )
    more = "".join(f"<li>{escape(note.text(language()))}</li>" for note in found.worth_notes)
    st.html(
        f'<section class="tc-card tc-plan"><div class="row"><span class="name">'
        f"{escape(t('plan.proof_title'))}</span>{chip}</div>{bar}"
        f"<p><b>{escape(_proof(found))}</b></p><p>{escape(_order(found))}</p>"
        f'<p class="name">{escape(t("plan.more_title"))}</p><ul>{more}</ul></section>'
    )
    if choice.stopped == "time":
        st.button(t("plan.longer", minutes=round(_LONGER_S / 60)), key="plan_longer",
                  on_click=once(_longer))  # fmt: skip


def prices(found: Rollout) -> None:
    """Draw what the build cost consists of, each item with its low and high unit cost alone."""
    bill = found.bill[found.bill["paid"] == "once"] if len(found.bill) else found.bill
    bill = bill[bill["total_base"] > 0] if len(bill) else bill
    if bill.empty:
        return
    width = bill["total_high"] - bill["total_low"]
    ranked = bill.loc[width.sort_values(ascending=False, kind="stable").index]
    meaning = "meaning_zh" if name_language() == "zh" else "meaning"
    figures = ["total_low", "total_base", "total_high"]
    rows = [
        (t("plan.item_quantity", item=row[meaning], quantity=number(row["quantity"]),
           unit=cost_unit(str(row["unit"]))), [float(row[name]) for name in figures])
        for row in ranked.head(_ITEMS).to_dict("records")
    ]  # fmt: skip
    others = ranked.iloc[_ITEMS:]
    if len(others):
        rows.append((t("plan.other_items", count=len(others)), others[figures].sum().tolist()))
    whole_ = t("plan.total_row"), ranked[figures].sum().tolist()
    most = max(max(base - low, high - base) for _, (low, base, high) in rows) or 1.0
    lines = "".join(_price_row(name, amounts, most) for name, amounts in rows)
    total = _price_row(*whole_, 0.0)
    heads = "".join(
        f"<th>{escape(t(f'plan.price_{name}'))}</th>"
        for name in ("item", "base", "range", "low", "high")
    )
    notes = "".join(f"<p>{escape(note)}</p>" for note in _ends(found))
    st.html(
        f'<section class="tc-card tc-plan"><div class="row"><span class="name">'
        f"{escape(t('plan.prices_title'))}</span></div><p>{escape(t('plan.prices_note'))}</p>"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody><tfoot>{total}</tfoot>"
        f"</table>{notes}</section>"
    )


def _ends(found: Rollout) -> list[str]:
    """Say what the plan costs with all unit costs low and high, and what a budget holds at."""
    low, base, high = (float(found.sites[f"cost_{end}"].sum()) for end in ("low", "base", "high"))
    said = [t("plan.envelope", low=_amount(low), high=_amount(high))]
    if any(note.key == "plan_money.budget_at_base" for note in found.money_notes):
        more = f"{high / base - 1 if base else 0.0:+.0%}"
        said.append(t("plan.budget_at_base", base=_amount(base), high=_amount(high), more=more))
    return said


def years(found: Rollout) -> None:
    """Draw sites, spending and households per year, with the bound on the order of building."""
    table = found.yearly
    wanted = sum(
        int(part["households"].sum()) for part in (found.villages, found.left, found.unreachable)
    )
    names = ("year", "sites_built", "spending", "new_households", "all_households", "of_all")
    heads = "".join(f"<th>{escape(t(f'plan.{name}', total=number(wanted)))}</th>" for name in names)
    lines = "".join(
        _year_row(str(row["year"]), row["sites"], row["cost_base"], row["households"],
                  (row["households_total"], wanted))
        for row in table.to_dict("records")
    )  # fmt: skip
    foot = _year_row(t("plan.all_years"), table["sites"].sum(), table["cost_base"].sum(),
                     table["households"].sum(), (table["households"].sum(), wanted))  # fmt: skip
    st.html(
        f'<section class="tc-card tc-plan"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{lines}</tbody><tfoot>{foot}</tfoot></table><p>{escape(_order(found))}</p>"
        "</section>"
    )


def _year_row(
    name: str, sites: float, cost: float, homes: float, reached: tuple[float, float]
) -> str:
    total, wanted = reached
    share = total / wanted if wanted else 0.0
    cells = (name, number(sites), _amount(cost), number(homes), number(total), f"{share:.1%}")
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _card(name: str, figure: str, note: str, **arguments: object) -> str:
    title, unit = t(f"plan.card_{name}", **arguments), t(f"plan.unit_{name}")
    return (
        f'<section class="tc-card"><div class="row"><span class="name">{escape(title)}</span></div>'
        f'<div class="figure after"><b>{escape(figure)}</b><span class="unit">{escape(unit)}</span>'
        f"</div>"
        f'<div class="note">{escape(note)}</div></section>'
    )


def _of(key: str, part: int, total: int) -> str:
    share = part / total if total else 0.0
    return t(f"plan.{key}", total=number(total), share=f"{share:.1%}")


def _amount(money: float) -> str:
    """Return money in units of ten thousand."""
    return number(money / TEN_THOUSAND)


def _price_row(name: str, amounts: Sequence[float], most: float) -> str:
    """Return a row of low, base and high; ``most`` is the longest half of a bar, 0 for none."""
    low, base, high = amounts
    bar = ""
    if most:
        left, right = (50 * part / most for part in (base - low, high - base))
        bar = (
            f'<div class="tc-range"><i class="low" style="left:{50 - left:.1f}%;width:{left:.1f}%">'
            f'</i><i class="high" style="left:50%;width:{right:.1f}%"></i><b></b></div>'
        )
    return (
        f"<tr><td>{escape(name)}</td><td>{_amount(base)}</td><td>{bar}</td>"
        f"<td>−{_amount(base - low)}</td><td>+{_amount(high - base)}</td></tr>"
    )


def _proof(found: Rollout) -> str:
    choice = found.choice
    values = {
        "value": number(choice.value), "bound": number(choice.bound), "gap": f"{choice.gap:.2%}",
    }  # fmt: skip
    if choice.measure == "cost":
        return t("plan.proof_cost", **values)
    if choice.measure == "least_share":
        values |= {"value": f"{choice.value:.1%}", "bound": f"{choice.bound:.1%}"}
        return t("plan.proof_share", **values)
    return t("plan.proof", **values)


def _order(found: Rollout) -> str:
    """Say what no order of building the sites can exceed."""
    return t(
        "plan.proof_years", value=number(found.household_years),
        bound=number(found.most_household_years), gap=f"{found.order_gap:.2%}",
    )  # fmt: skip


@whole
def _longer() -> None:
    """Search again, for longer."""
    limit = plan_settings.settings().time_limit_s + _LONGER_S
    if plan_settings.put_at({"time_limit_s": limit}):
        plan_job.start()
