"""Profiles: the embedded ones, a planner's own, faults all named, evaluation end to end."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from data.scenario.coverage_rules import _FOLDER, Profile, asked_units, point_states, rule, rules
from data.scenario.link_presets import derived_radius_m, link_budget
from geo.errors import DataError, InputError, UnknownNameError
from geo.radio.link_budget import rsrp_dBm

EMBEDDED = ("miit_2018_a", "miit_2018_b", "reached_5g", "natural_village", "fcc_like", "own")


def test_the_embedded_profiles() -> None:
    found = rules()
    assert set(found) == set(EMBEDDED)
    assert found["miit_2018_a"].radius_m == 5_000
    # Only what was read whole in its source is verified: no limit of acceptance was found.
    assert [key for key, item in found.items() if item.verified] == ["miit_2018_a"]
    assert found["fcc_like"].probability == 0.9
    for item in found.values():
        assert item.note_zh
        assert item.note_en
        assert "illustrative" not in item.source


def template(**change: str) -> str:
    text = (_FOLDER / "own.toml").read_text(encoding="utf-8")
    for name, value in change.items():
        line = next(row for row in text.splitlines() if row.startswith(f"{name} ="))
        text = text.replace(line, f"{name} = {value}" if value else "")
    return text


def test_a_planners_own_rule(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(
        template(key='"ours"', rsrp_limit_dBm="-100", verified="true"), encoding="utf-8"
    )
    assert rule("ours", tmp_path).rsrp_limit_dBm == -100
    assert set(rules(tmp_path)) == {*EMBEDDED, "ours"}
    assert set(rules(tmp_path / "missing")) == set(EMBEDDED)


def test_every_fault_of_every_file_is_named(tmp_path: Path) -> None:
    for name, text in {
        "a": template(key='"b"'),
        "c": template(key='"c"', rsrp_limit_dBm="-10", year='"x"', place='"outdoor"'),
        "d": template(key='"d"', kind='"distance"'),
        "e": "key = ",
        "f": template(key='"f"', households_share=""),
        "g": template(key='"g"') + "\nsurprise = 1\n",
        "h": template(key='"h"', place='"moon"', probability="nan"),
        "own": template(),
    }.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    (tmp_path / "gbk.toml").write_bytes(template(key='"gbk"').encode("gbk"))
    (tmp_path / "big.toml").write_text("#" * 70_000, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        rules(tmp_path)
    for named in (
        "a.toml: the key 'b'", "c.toml: rsrp_limit_dBm", "c.toml: year",
        "d.toml: radius_m is missing", "probability does not belong",
        "e.toml: cannot be read", "f.toml: households_share",
        "g.toml: surprise", "h.toml: probability", "own.toml: the key 'own' is taken",
        "gbk.toml: cannot be read", "big.toml: larger",
    ):  # fmt: skip
        assert named in str(caught.value)


def test_unknown_rule_offers_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'miit_2018_a'"):
        rule("miit2018_a")


def test_a_signal_rule_asks_the_link_budget() -> None:
    """On the edge of the cell that the budget gives, the rule is just met; 1 m beyond it is not."""
    profile = rule("fcc_like")
    requirement = profile.requirement()
    budget = link_budget("4g_800", requirement)
    level = rsrp_dBm(budget, budget.max_path_loss_dB + np.array([-0.01, 0.01]))
    assert point_states(profile, rsrp_dBm=level).tolist() == [1, 0]
    assert derived_radius_m("4g_800", requirement) < derived_radius_m("4g_800")


def test_an_area_probability_asks_less_of_the_edge() -> None:
    profile = rule("own")
    required = profile.required_probability()
    assert 0.8 < required < profile.probability
    assert profile.requirement().edge_probability == required


def test_small_villages_are_not_asked_about() -> None:
    asked = asked_units(rule("natural_village"), [19, 20, math.nan])
    assert asked.tolist() == [False, True, True]


def test_the_wrong_question_is_refused() -> None:
    with pytest.raises(InputError, match="give distance_m"):
        point_states(rule("miit_2018_a"), rsrp_dBm=[-90])
    with pytest.raises(InputError, match="give rsrp_dBm"):
        point_states(rule("miit_2018_b"), distance_m=[100])
    with pytest.raises(InputError, match="no level"):
        rule("miit_2018_a").requirement()
    with pytest.raises(InputError, match="no probability"):
        rule("miit_2018_a").required_probability()


def test_a_profile_is_frozen() -> None:
    profile: Profile = rule("own")
    with pytest.raises(ValueError, match="frozen"):
        profile.year = 2000
