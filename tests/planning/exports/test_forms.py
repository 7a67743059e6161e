"""Forms of universal service: the figures are those of plan and ledger, unknown stays empty."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.forms.fields import FORMS
from data.ledger.site_lives import SiteMove, move
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.workspace.catalogue import Catalogue
from data.workspace.effective import effective_pack
from geo.errors import UnknownNameError
from planning.exports.forms import form_content
from planning.plan.rollout import Rollout, plan


@pytest.fixture(scope="module")
def made(toy: Pack) -> Rollout:
    return plan(toy, Scenario(province="toy"))


def test_a_list_of_sites_has_the_sums_of_the_plan(toy: Pack, made: Rollout) -> None:
    content = form_content("site_list", toy, rollout=made)
    assert content.values["site_count"] == len(made.sites) == len(content.rows)
    assert (
        sum(float(row["households"] or 0) for row in content.rows) == made.sites["households"].sum()
    )
    total = made.sites["cost_base"].sum() / 10_000
    assert content.values["budget_total_wan"] == pytest.approx(total, abs=0.01)
    first = content.rows[0]
    assert first["village_codes"] == "v06"
    assert (first["county_code"], first["link"], first["power"]) == ("990102", "卫星", "市电")
    assert first["township"] is None
    assert set().union(*content.rows) <= set(FORMS["site_list"].columns)


def test_each_village_of_the_plan_is_a_task(toy: Pack, made: Rollout) -> None:
    content = form_content("task_list", toy, rollout=made)
    codes = [row["village_code"] for row in content.rows]
    assert codes == made.villages["village_id"].tolist()
    assert content.values["household_count"] == made.villages["households"].sum()


def test_aims_say_what_is_known_and_leave_out_what_is_not(toy: Pack, made: Rollout) -> None:
    content = form_content("performance", toy, rollout=made)
    values = {row["level_3"]: row["indicator_value"] for row in content.rows}
    assert values["新建站址数"] == len(made.sites)
    assert values["受益户数"] == made.villages["households"].sum()
    assert values["用户满意度"] is None
    assert "fund_central_wan" not in content.values
    assert content.with_values({"fund_central_wan": "30"}).values["fund_central_wan"] == "30"


def test_acceptances_come_from_the_ledger(toy: Pack, tmp_path: Path) -> None:
    with Catalogue(tmp_path) as store:
        move(store, toy, [SiteMove("s1", "accepted", "2023-06-30", "v03;v06", "4G", -92.0, 30.0,
                                   "a.jpg", "passed"),
                          SiteMove("s2", "operational", "2023-06-30", "v09", "4G")])  # fmt: skip
    content = form_content("acceptance", effective_pack(toy, tmp_path), workspace=tmp_path)
    assert [row["village_code"] for row in content.rows] == ["v03", "v06"]
    first = content.rows[0]
    assert (first["county"], first["rsrp_dbm"], first["result"]) == ("甲县", -92.0, "合格")
    assert (first["photographs"], first["evidence"]) == ("a.jpg", "实测")
    assert content.values["site_count"] == 1


def test_an_unknown_form_is_refused(toy: Pack) -> None:
    with pytest.raises(UnknownNameError, match="unknown form"):
        form_content("lists", toy)
