"""Baseline or target where the document does not say when it was issued."""

from __future__ import annotations

import pytest

from data.planreader.context import Plan
from data.planreader.document import described
from data.planreader.reading import read_document, read_text

BUILT = "2021年，全省建成5G基站1.6万个。"


def kind(sentence: str, plan: Plan) -> str:
    return read_text(sentence, plan)[0].kind


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [(BUILT, "baseline"), ("2021年，全省新建5G基站1.6万个。", "target"),
     ("到2021年，全省建成5G基站1.6万个。", "target"),
     ("2021年，全省力争建成5G基站1.6万个。", "target"),
     ("2022年，全省建成5G基站1.6万个。", "target")],
)  # fmt: skip
def test_the_first_year_of_a_plan_of_no_date(sentence: str, expected: str) -> None:
    assert kind(sentence, Plan(2021, 2025, None, "520000")) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [("2019年，全省建成5G基站1.6万个。", "baseline"), ("2021年，5G基站达到1.6万个。", "target"),
     ("到2019年，5G基站达到1.6万个。", "target"), ("截至2019年底，5G基站1.6万个。", "baseline")],
)  # fmt: skip
def test_a_text_without_any_year_of_its_own(sentence: str, expected: str) -> None:
    # The day of the tests is the last one of 2020.
    assert kind(sentence, Plan()) == expected


def test_a_day_that_the_text_calls_past_makes_earlier_years_past() -> None:
    text = f"“十四五”规划\n截至2021年底，4G基站12万个。\n{BUILT}到2021年，4G用户达到100万户。"
    assert {said.kind for said in read_document(described(text, "", "plan.txt"))} == {"baseline"}


def test_the_date_of_an_aim_ends_where_what_is_built_begins() -> None:
    plan = Plan(2021, 2025, "2021-09-30", "520000")
    text = "到2025年，5G基站达到15万个。行政村5G通达率达到75%。目前，全省已建成5G基站2.06万个。"
    found = [(said.value, said.kind, said.date) for said in read_text(text, plan)]
    assert found == [
        (150_000, "target", "2025-12-31"), (0.75, "target", "2025-12-31"),
        (20_600, "baseline", "2020-12-31"),
    ]  # fmt: skip
