"""Undo and redo: every step comes back, a new step forgets what was undone."""

from __future__ import annotations

from hypothesis import given, strategies as st

from data.scenario.scenario import Scenario
from ui.shell.history import History


def scenario(number: int) -> Scenario:
    return Scenario(province="somewhere", targets={"mobile_5g": number})


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=20, unique=True))
def test_undo_takes_every_step_back_and_redo_brings_it_again(numbers: list[int]) -> None:
    start = History(Scenario(province="somewhere"))
    end = start
    for number in numbers:
        end = end.push(scenario(number))
    back = end
    for _ in numbers:
        back = back.undo()
    assert back.present == start.present
    assert back.undo() == back
    again = back
    for _ in numbers:
        again = again.redo()
    assert again == end
    assert again.redo() == again


def test_a_new_step_forgets_what_was_undone_and_an_equal_one_is_none() -> None:
    history = History(scenario(1)).push(scenario(2)).undo().push(scenario(3))
    assert history.redo() == history
    assert history.push(scenario(3)) == history
