"""When the figures of a sentence hold: their dates, and whether they are built or planned."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

from data.planreader.context import ReadingContext
from data.planreader.dates import FIVE_YEAR_PLANS, Mention
from data.planreader.lists import runs
from data.planreader.phrases import pattern
from data.planreader.quantities import Quantity
from data.planreader.statement import PlanStatement

_FROM = pattern("extraction.from")
_TO = pattern("extraction.to")
#: What each kind of inference takes from the confidence.
_COSTS = {"words": 0.05, "section": 0.1, "figures": 0.2, "guess": 0.25}


@dataclass(frozen=True)
class PlanSentence:
    """A sentence with its place.

    Attributes
    ----------
    text
        With half-width digits and letters, as long as the quote.
    quote
        Letter by letter as in the document.
    start
        Place in the document [characters].
    dates
        Its dates.
    joined
        True behind a semicolon: it may leave out the metric of the sentence before.
    """

    text: str
    quote: str
    start: int
    dates: tuple[Mention, ...]
    joined: bool = False


class SentenceTiming:
    """The dates of a sentence's figures.

    Parameters
    ----------
    sentence
        The sentence.
    context
        What the sentences before it say.
    found
        Its numbers.
    """

    def __init__(
        self, sentence: PlanSentence, context: ReadingContext, found: list[Quantity]
    ) -> None:
        self._sentence = sentence
        self._text = sentence.text
        self._context = context
        self._found = found

    @cached_property
    def starts(self) -> dict[int, Mention | None]:
        """Return the numbers where something starts from, each with its own date or None."""
        starts: dict[int, Mention | None] = {}
        for place in range(len(self._found) - 1):
            begin = self._start_of(place)
            if begin is not None:
                at = self._found[place].start
                own = [m for m in self._sentence.dates if begin <= m.start < at]
                starts[place] = own[-1] if own else self._as_before(starts, begin)
        return starts

    def _as_before(self, starts: dict[int, Mention | None], begin: int) -> Mention | None:
        """Return the date of the start before: 由2015年的49%提高到92%，…由53%提高到93%."""
        before = next(reversed(starts.items()), None)
        if before is None or before[1] is None:
            return None
        until = self._found[before[0] + 1].end
        dated = any(until <= mention.start < begin for mention in self._sentence.dates)
        return None if dated else before[1]

    def _start_of(self, place: int) -> int | None:
        """Return where 从1.9万个增加到15万个 begins, None if the number is no such start."""
        run = next((run for run in runs(self._text, self._found) if place in run), [place])
        if run[-1] + 1 == len(self._found):
            return None
        quantity, following = self._found[run[0]], self._found[run[-1] + 1]
        between = self._text[self._found[run[-1]].end : following.start]
        begin = max(0, quantity.start - 24)
        lead = _FROM.search(self._text[begin : quantity.start])
        # Between both may be the year of the second one: 增加到2025年的15万个.
        between = pattern("extraction.year_of_end").sub("", between)
        if re.search(r"[,，;；。]", between):
            return None
        if lead is None or following.measure != quantity.measure or not _TO.search(between):
            return None
        return begin + lead.start()

    def at(self, at: int) -> Mention | None:
        """Return the date of a figure.

        Parameters
        ----------
        at
            Its place [characters].

        Returns
        -------
        mention
            None where neither the sentence nor those before it say one.
        """
        # In a review, 五年累计 is not of the years planned.
        reviewing = self._context.section == "baseline"
        dates = [
            mention for mention in self._sentence.dates
            if mention not in self.starts.values() and not (mention.counted and reviewing)
        ]  # fmt: skip
        before = [mention for mention in dates if mention.start <= at]
        if before:
            return before[-1]
        behind = [mention for mention in dates if mention.past]
        if behind:
            return behind[0]
        carried = self._context.date
        if carried in dates:
            # The sentence names it behind the number: 新建6万座，其中2022年1.8万座.
            carried = None
        if carried is not None and self._context.says_built(self._text):
            # 到2025年达到15万个。目前已建成2万个: the aim's date ends where this begins.
            carried = None
        planned = pattern("context.planned_here").search(self._text)
        last = self._context.last if self._sentence.joined and not planned else None
        return carried or last

    def placed(self, said: PlanStatement, mention: Mention | None, clause: str) -> PlanStatement:
        """Return a statement with its date, and whether that is built or planned.

        Parameters
        ----------
        said
            The statement.
        mention
            Its date, or None.
        clause
            Where it is stated.

        Returns
        -------
        statement
            With the reasons of what is inferred.
        """
        kind, reason = self._context.kind(clause, self._text, mention)
        if reason == "guess" and self._counted(said):
            kind, reason = "baseline", "figures"
        said = replace(said, kind=kind, date=mention.date if mention else None)
        if mention is None:
            said = self._dated(said)
        return said.because(f"kind_by_{reason}", _COSTS[reason]) if reason else said

    def _counted(self, said: PlanStatement) -> bool:
        """Whether the figures of a sentence without date or verb can only be counted ones.

        Nobody plans 29,342 or 95.6 %; what grew from a year before the last one has arrived; and
        behind what is built stands the date of what is planned.
        """
        starts, plan = self.starts, self._context.plan
        exact, grown = pattern("extraction.counted"), pattern("extraction.grown")
        if any(
            exact.search(self._text, quantity.start, quantity.end)
            for place, quantity in enumerate(self._found)
            if place not in starts and quantity.measure != "ratio"
            and not grown.search(self._text[: quantity.start])
        ):  # fmt: skip
            return True
        since = [m.date for m in starts.values() if m is not None]
        since += [f"{m['year']}-12-31" for m in pattern("extraction.since").finditer(self._text)]
        since += [
            f"{FIVE_YEAR_PLANS[m['plan']]}-12-31"
            for m in pattern("extraction.since_plan").finditer(self._text)
        ]
        if plan.before and since and max(since) < plan.before:
            return True
        if pattern("extraction.compared_now").search(self._text):
            return True
        return said.basis not in {"increment", "flow", "growth"} and self._planned_behind(
            said.figure[1] - self._sentence.start
        )

    def _planned_behind(self, at: int) -> bool:
        """Whether a later clause of the sentence has the date of what is planned."""
        return pattern("extraction.among_them").search(self._text[at:]) is None and any(
            mention.start > at and mention not in self.starts.values()
            and self._context.future([mention])
            and re.search(r"[,，]", self._text[at : mention.start])
            for mention in self._sentence.dates
        )  # fmt: skip

    def _dated(self, said: PlanStatement) -> PlanStatement:
        plan = self._context.plan
        if said.kind == "target":
            return replace(said, date=plan.ends).because("date_of_plan", 0.15)
        date = self._context.reviewed or plan.before
        if date in {mention.date for mention in self.starts.values() if mention}:
            # Where something starts from is not when it arrives.
            date = plan.before or date
        return replace(said, date=date).because("date_of_review", 0.15)

    def at_the_start(self, said: PlanStatement, place: int) -> PlanStatement:
        """Return where something starts from: at its own date, or at the beginning of a period.

        Parameters
        ----------
        said
            The statement.
        place
            Index of its number, one of :attr:`starts`.

        Returns
        -------
        statement
            A baseline; without a date where the text writes none.
        """
        said = replace(said, kind="baseline")
        own = self.starts[place]
        if own is not None:
            return replace(said, date=own.date)
        outer = self.at(self._found[place].start)
        begins = outer.begins if outer is not None else None
        if begins is not None:
            return replace(said, date=begins).because("date_of_start", 0.05)
        return replace(said, date=None).because("start_without_date", 0.1)
