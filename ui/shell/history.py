"""Undo and redo over frozen scenarios: a step is a whole scenario, so nothing can half-undo."""

from __future__ import annotations

from dataclasses import dataclass

from data.scenario.scenario import Scenario

#: Steps kept; a scenario of 100 sites takes some 20 kB.
_DEPTH = 100


@dataclass(frozen=True, slots=True)
class History:
    """A scenario with what came before it and what was undone.

    Attributes
    ----------
    past, future
        Oldest first; next redo first.
    """

    present: Scenario
    past: tuple[Scenario, ...] = ()
    future: tuple[Scenario, ...] = ()

    def push(self, scenario: Scenario) -> History:
        """Return the history with a new present; what was undone is gone."""
        if scenario == self.present:
            return self
        return History(scenario, (*self.past, self.present)[-_DEPTH:])

    def undo(self) -> History:
        """Return the history one step back, or itself."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.present, *self.future))

    def redo(self) -> History:
        """Return the history one step forward, or itself."""
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.present), self.future[1:])
