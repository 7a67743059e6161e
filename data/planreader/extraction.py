"""Statements of a sentence: each figure with its metric, date, region, basis and kind."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from data.planreader import places
from data.planreader.context import ReadingContext
from data.planreader.lexicon import lexicon
from data.planreader.lists import ListItem, list_items
from data.planreader.matching import Subject, converted, subject
from data.planreader.phrases import pattern, phrase
from data.planreader.quantities import Quantity, quantities
from data.planreader.regions import RegionNames
from data.planreader.scope import Scope, scope, without_names
from data.planreader.statement import PlanStatement
from data.planreader.timing import PlanSentence, SentenceTiming

_CLAUSE = pattern("extraction.clause")
_NEW = pattern("extraction.new")
_IN_ALL = pattern("extraction.in_all")
_GROWTH = pattern("extraction.growth")
_TO = pattern("extraction.to")
_ANNUAL = pattern("extraction.annual")
_EACH_YEAR = pattern("extraction.new_each_year")
_POINTS = pattern("extraction.points")
_REACHED_BEFORE = pattern("extraction.reached_before")
_FULL = pattern("extraction.full")
_BASICALLY = pattern("extraction.basically")
_NEGATED = pattern("extraction.negated")
_NOT_REACHED = pattern("extraction.not_reached")
_NOT_YET = pattern("extraction.not_yet")
_OPERATORS = pattern("extraction.operators")
_NAMES_JOINED = pattern("extraction.names_joined")
_ONLY_VERBS = pattern("extraction.only_verbs")
_ENDS = pattern("extraction.ends")
_ACCESS_RATES = frozenset({"Mbit/s", "Gbit/s"})
_DOUBLED = pattern("extraction.doubled")
_WHOLE = pattern("extraction.whole")


def statements(
    sentence: PlanSentence, context: ReadingContext, names: RegionNames
) -> list[PlanStatement]:
    """Return what a sentence states.

    Parameters
    ----------
    sentence
        The sentence.
    context
        What the sentences before it say.
    names
        Regions that the text may name.

    Returns
    -------
    statements
        In the order of the text.
    """
    return list(_Reader(sentence, context, names).statements())


class _Reader:
    """Reads one sentence."""

    def __init__(self, sentence: PlanSentence, context: ReadingContext, names: RegionNames) -> None:
        self._sentence = sentence
        self._text = sentence.text
        self._context = context
        self._names = names
        self._found = quantities(sentence.text)
        self._timing = SentenceTiming(sentence, context, self._found)
        self._last: tuple[int, Subject, str] | None = None
        if sentence.joined and context.counted is not None:
            self._last = (-1, *context.counted)
        self._stated: list[int] = []
        # Words of metrics are looked for beside the names of regions and the dates.
        self._words = without_names(sentence.text, names)
        self._bare = self._words
        for mention in sentence.dates:
            blank = " " * (mention.end - mention.start)
            self._bare = self._bare[: mention.start] + blank + self._bare[mention.end :]
        cuts = [0, *(match.end() for match in _CLAUSE.finditer(self._text)), len(self._text)]
        self._clauses = [(a, b) for a, b in itertools.pairwise(cuts) if b > a]

    def statements(self) -> Iterator[PlanStatement]:
        if pattern("extraction.row").search(self._text):
            return  # Cells of a table run together: which column is which is not known.
        home = self._context.plan.region
        dates = self._sentence.dates
        items = list_items(self._text, self._found, dates, self._names, home)
        for place in range(len(self._found)):
            yield from self._of(place, items.get(place, ListItem()))
        self._context.counted = self._last[1:] if self._last else None
        if dates or not self._sentence.joined:
            self._context.last = dates[-1] if dates else None
        for low, high in self._clauses:
            if any(low <= q.start < high and q.measure == "share" for q in self._found):
                continue
            clause = self._words[low:high]
            yield from self._covered_wholly(clause, low)
            yield from self._not_yet(clause, low)
            yield from self._counted_names(clause, low)
            yield from self._doubled(clause, low)

    # -- a number ----------------------------------------------------------------------------

    def _of(self, place: int, item: ListItem) -> Iterator[PlanStatement]:
        quantity = self._found[place]
        low, high = self._clause(quantity.start)
        if self._is_no_state(quantity):
            return
        before = item.subject or self._words[self._window(place, low) : quantity.start]
        behind = self._words[quantity.end : self._next(place, high)]
        subjects = self._subjects(place, before, behind, item)
        for found in subjects:
            # What 从…到 reaches is no growth.
            lead = "" if place - 1 in self._timing.starts else before
            basis, unit = self._basis(found, lead, quantity)
            value = converted(quantity.value, quantity.measure, found.unit)
            if basis == "growth" and _REACHED_BEFORE.search(before):
                value -= 1.0
            counted = replace(
                quantity, value=value, qualifier=item.qualifier or quantity.qualifier
            )  # fmt: skip
            said = self._statement(found, counted, (basis, unit))
            if place in self._timing.starts:
                said = self._timing.at_the_start(said, place)
            else:
                said = self._timing.placed(
                    said, item.mention or self._timing.at(quantity.start), self._text[low:high]
                )
            where = Scope((item.region,)) if item.region else self._scope(quantity.start)
            yield from self._within(where, found, before).of(said)
        if subjects:
            self._last = (place, subjects[-1], quantity.measure)
            self._stated.append(quantity.start)

    def _is_no_state(self, quantity: Quantity) -> bool:
        """Whether a number was only asked for, as 任务1.8万个，已完成…, or is denied."""
        before, behind = self._text[: quantity.start], self._text[quantity.end :]
        return any((
            pattern("extraction.denied").search(before),
            pattern("extraction.assigned").search(before),
            pattern("extraction.assigned_behind").search(behind),
        ))  # fmt: skip

    def _subjects(self, place: int, before: str, behind: str, item: ListItem) -> list[Subject]:
        quantity = self._found[place]
        low, high = self._clause(quantity.start)
        clause = self._words[low:high]
        if item.subject:
            clause = item.subject + self._words[quantity.end : high]
        growing = place - 1 not in self._timing.starts and self._grows(quantity, before, behind)
        if quantity.measure in {"points", "times"} and not growing:
            return []
        measures = {q.measure for q in self._found if low <= q.start < high}
        if measures & _ACCESS_RATES and "share" in measures:
            # 95%的行政村具备500兆接入能力 is no rate of all, and no share with broadband.
            return []
        if quantity.measure == "points":
            quantity = replace(quantity, measure="share")
            growing = False
        wanted = None if growing else quantity
        if self._last is not None and (item.follows or place - 1 in self._timing.starts):
            return [self._last[1]] if self._last[2] == quantity.measure else []
        found = subject(before, behind, clause, wanted)
        if quantity.measure == "share" and not growing:
            if _NOT_REACHED.match(behind):
                return []
            reached = places.of_share(before, behind, clause)
            if not reached and found is None:
                begin = self._window(place, low)
                reached = places.of_share_in_two(
                    self._earlier(low), before, clause
                ) or places.of_share_in_two(self._words[low:begin], before, before)
            if reached and (found is None or reached[0].score >= found.score):
                return reached
        found = (
            found or self._from_before(place, before, behind, wanted)
            or subject(before, behind, clause, wanted, by_unit=True)
        )  # fmt: skip
        return [self._generation(found, low)] if found is not None else []

    def _earlier(self, low: int) -> str:
        """Return the clause before the one that begins at a place."""
        return next((self._words[a:b] for a, b in reversed(self._clauses) if b <= low), "")

    def _from_before(
        self, place: int, before: str, behind: str, wanted: Quantity | None
    ) -> Subject | None:
        """Take the subject of words before where those of the number have only verbs."""
        if _ENDS.match(behind) is None:
            return None
        low, _ = self._clause(self._found[place].start)
        return self._as_before(place, wanted) or self._inherited(before, low, wanted)

    def _inherited(self, before: str, low: int, wanted: Quantity | None) -> Subject | None:
        """Take the subject from the clauses before where this one has only verbs."""
        earlier = [clause for clause in self._clauses if clause[1] <= low][-2:]
        if not earlier or not _ONLY_VERBS.match(before):
            return None
        window = self._words[earlier[0][0] : low]
        found = subject(window, "", window + before, wanted)
        return replace(found, inherited=True) if found is not None else None

    def _as_before(self, place: int, wanted: Quantity | None) -> Subject | None:
        """Take the metric of the number before: 分别达到8万个和15万个."""
        if self._last is None:
            return None
        number, found, measure = self._last
        at = self._found[place].start
        bare = self._bare[self._window(place, self._clause(at)[0]) : at]
        same = number == place - 1 and (wanted is None or measure == wanted.measure)
        return found if same and _ONLY_VERBS.match(bare) else None

    def _generation(self, found: Subject, low: int) -> Subject:
        """Read 基站 behind 5G网络建设 as 5G base stations, unless those were counted themselves."""
        earlier = self._text[:low]
        if (
            found.metric != "base_stations_all_kinds"
            or phrase("extraction.base_station") in earlier
        ):
            return found
        named = [
            layer for layer in ("mobile_5g", "mobile_4g")
            if pattern(f"extraction.built_{layer[-2:]}").search(earlier)
        ]  # fmt: skip
        if len(named) != 1:
            return found
        return replace(found, layer=named[0], metric="base_stations", inherited=True)

    def _grows(self, quantity: Quantity, before: str, behind: str) -> bool:
        if quantity.measure == "points":
            return _POINTS.search(before) is not None
        if quantity.measure == "times" and _REACHED_BEFORE.search(before):
            return True
        if quantity.measure not in {"share", "times"}:
            return False
        return _GROWTH.search(before[-16:]) is not None and not _TO.match(behind)

    # -- no number ---------------------------------------------------------------------------

    def _covered_wholly(self, clause: str, low: int) -> Iterator[PlanStatement]:
        full = _FULL.search(clause)
        if full is not None:
            found = [] if _NEGATED.search(clause[: full.start()]) else (
                places.of_full_coverage(clause, self._earlier(low))
            )  # fmt: skip
        else:
            found = [
                Subject(metric.layer, metric.metric, metric.unit, "share", 5)
                for metric in lexicon().metrics
                if "whole" in metric.measures and _WHOLE.search(clause)
                and metric.words is not None and metric.words.search(clause)
            ]  # fmt: skip
        qualifier = "~" if _BASICALLY.search(clause) else "="
        for one in found:
            quantity = Quantity(1.0, "share", qualifier, low, low + len(clause))
            said = self._dated_at(low, self._statement(one, quantity, ("share", one.unit)))
            # Places named before the figures of another clause are not meant.
            where = self._scope(low + (full.start() if full else len(clause)), stated=False)
            # What covers several regions wholly covers each of them.
            yield from replace(where, each=bool(where.codes)).of(
                said.because("full_coverage", 0.05)
            )

    def _not_yet(self, clause: str, low: int) -> Iterator[PlanStatement]:
        if _NOT_YET.search(clause) is None:
            return
        for metric in lexicon().metrics:
            if metric.absent and metric.words and metric.words.search(clause):
                found = Subject(metric.layer, metric.metric, metric.unit, metric.basis, 5)
                quantity = Quantity(0.0, metric.measures[0], "=", low, low + len(clause))
                said = self._dated_at(
                    low, self._statement(found, quantity, (metric.basis, metric.unit))
                )
                said = replace(said, kind="baseline").because("not_yet", 0.1)
                yield from self._scope(low + len(clause)).of(said)

    def _counted_names(self, clause: str, low: int) -> Iterator[PlanStatement]:
        """Count names before 分别建成, or behind 与: 与缅甸、老挝建成跨境传输光缆."""
        if any(low <= q.start < low + len(clause) for q in self._found):
            return
        for metric in lexicon().metrics:
            match = metric.listed.search(clause) if metric.listed else None
            if match is None:
                continue
            lead = pattern("extraction.with_names").split(clause[: match.start()], maxsplit=1)[-1]
            count = len(list(filter(str.strip, _NAMES_JOINED.split(lead))))
            numeral = _OPERATORS.search(clause)
            if numeral and "operator" in metric.measures:
                count = phrase("extraction.numerals").index(numeral[1])
            elif count < 2 or not pattern("extraction.several_names").search(clause):
                continue
            found = Subject(metric.layer, metric.metric, metric.unit, metric.basis, 5)
            quantity = Quantity(float(count), "count", "=", low, low + len(clause))
            said = self._dated_at(
                low, self._statement(found, quantity, (metric.basis, metric.unit))
            )  # fmt: skip
            yield said.because("counted_names", 0.1)

    def _doubled(self, clause: str, low: int) -> Iterator[PlanStatement]:
        match = _DOUBLED.search(clause)
        found = subject(clause[: match.start()], "", clause, None) if match else None
        if match is None or found is None:
            return
        value = float(2 ** (1 + phrase("extraction.doublings").index(match["times"])) - 1)
        quantity = Quantity(value, "share", "=", low + match.start(), low + match.end())
        said = self._dated_at(
            low, self._statement(found, quantity, ("growth", "share of the value before"))
        )  # fmt: skip
        yield from self._scope(quantity.start).of(said)

    # -- parts of a statement ------------------------------------------------------------------

    def _statement(
        self, found: Subject, quantity: Quantity, counted: tuple[str, str]
    ) -> PlanStatement:
        """Return a statement of no date yet."""
        basis, unit = counted
        new = basis in {"increment", "flow"} and found.metric == "base_stations"
        in_all = basis == "cumulative" and found.metric == "investment_in_year"
        metric = "base_stations_new" if new else "investment_total" if in_all else found.metric
        other = quantity.other
        said = PlanStatement(
            layer=found.layer, metric=metric,
            value=quantity.value, unit=unit, qualifier=quantity.qualifier, basis=basis,
            date=None, kind="target",
            region=self._context.plan.region,
            quote=self._sentence.quote, start=self._sentence.start, confidence=0.97,
            other_value=None if other is None else converted(other, quantity.measure, found.unit),
            figure=(self._sentence.start + quantity.start,
                                 self._sentence.start + quantity.end),
        )  # fmt: skip
        if found.inherited:
            said = said.because("subject_of_the_clause_before", 0.1)
        return said if other is None else said.because("lost_decimal_point", 0.1)

    def _dated_at(self, low: int, said: PlanStatement) -> PlanStatement:
        clause = self._text[slice(*self._clause(low))]
        return self._timing.placed(said, self._timing.at(low), clause)

    def _basis(self, found: Subject, before: str, quantity: Quantity) -> tuple[str, str]:
        if quantity.measure == "points":
            return "growth", "share points"
        if self._grows(quantity, before, ""):
            return "growth", "share per year" if phrase(
                "extraction.per_year"
            ) in before else "share of the value before"
        low, high = self._clause(quantity.start)
        if found.basis == "flow":
            whole = self._text[low:high]
            mention = self._timing.at(quantity.start)
            period = mention is not None and mention.period
            in_all = (phrase("extraction.in_total") in whole or period) and not (
                _ANNUAL.search(whole)
            )  # fmt: skip
            return "cumulative" if in_all else "flow", found.unit
        if found.basis == "cumulative":
            # 新建 reaches over a list, 新建充电站300座、充电桩2万台; 累计 and 其中 end it.
            lead = pattern("extraction.ends_new").split(self._text[low : quantity.start])[-1]
            new = list(_NEW.finditer(lead))
            if new and not _IN_ALL.search(lead, new[-1].end() + 1):
                return "flow" if _EACH_YEAR.search(lead) else "increment", found.unit
        return found.basis, found.unit

    def _scope(self, at: int, *, stated: bool = True) -> Scope:
        places = self._stated if stated else ()
        return scope(self._text, at, self._names, self._context.plan.region, places)

    @staticmethod
    def _within(where: Scope, found: Subject, before: str) -> Scope:
        """Return the scope of a count that holds for towns or for the country only."""
        part = pattern("extraction.town_or_country").search(before)
        if found.basis != "cumulative" or part is None:
            return where
        return Scope((), f"{where.names}{part['part']}")

    def _clause(self, at: int) -> tuple[int, int]:
        return next(((a, b) for a, b in self._clauses if a <= at < b), (0, len(self._text)))

    def _window(self, place: int, low: int) -> int:
        """Return where the words of a number begin: behind the number before it."""
        if place == 0:
            return low
        previous, quantity = self._found[place - 1], self._found[place]
        is_range = (
            previous.qualifier == ">=" and quantity.qualifier == "<="
            and quantity.start - previous.end < 4
        )  # fmt: skip
        if place - 1 in self._timing.starts or is_range:
            return self._window(place - 1, low)
        return max(low, previous.end)

    def _next(self, place: int, high: int) -> int:
        if place + 1 < len(self._found) and self._found[place + 1].start < high:
            return self._found[place + 1].start
        return high
