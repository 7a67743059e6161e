"""What a sentence of a plan states."""

from __future__ import annotations

from dataclasses import dataclass, replace

#: Qualifiers of a value, from exact to one-sided.
QUALIFIERS = ("=", "~", ">", ">=", "<=")
#: What a value counts: a state, an addition, a part, a rate, money in a year, a rise.
BASES = ("cumulative", "increment", "share", "level", "flow", "growth", "count")


@dataclass(frozen=True)
class PlanStatement:
    """One figure of a plan, with the words that state it.

    Attributes
    ----------
    layer
        Key of a layer, or ``other_infra``.
    metric
        Key of what is counted, as in the ledger.
    value
        In base units: a share is a fraction, 14万 is 140,000.
    unit
        As in the ledger (``base_station``, ``share of administrative villages`` …).
    qualifier
        One of :data:`QUALIFIERS`.
    basis
        One of :data:`BASES`.
    date
        ISO date that the figure holds for, or None where the text gives no hint.
    kind
        ``baseline`` (what is built) or ``target`` (what is planned).
    region
        Code of the region (six digits), or empty where the text names none.
    quote
        The words of the text, letter by letter.
    start
        Place of the quote in the document's text [characters].
    confidence
        From 0 to 1; each inference takes its part.
    reasons
        Codes of what was inferred and of anomalies, e.g. ``date_of_plan``.
    other_value
        The second reading of an anomaly (a lost decimal point), or None.
    place
        Named places that the figure is shared by, in the words of the text.
    figure
        Where the figure with its unit begins and ends in the document's text [characters].
    """

    layer: str
    metric: str
    value: float
    unit: str
    qualifier: str
    basis: str
    date: str | None
    kind: str
    region: str
    quote: str
    start: int
    confidence: float
    reasons: tuple[str, ...] = ()
    other_value: float | None = None
    place: str = ""
    figure: tuple[int, int] = (0, 0)

    @property
    def key(self) -> tuple[object, ...]:
        """What makes two statements one."""
        return (self.layer, self.metric, self.value, self.unit, self.qualifier, self.basis,
                self.date, self.kind, self.region, self.place)  # fmt: skip

    def because(self, reason: str, cost: float = 0.0) -> PlanStatement:
        """Return the statement with one more reason and less confidence.

        Parameters
        ----------
        reason
            Code of the inference.
        cost
            What it takes from the confidence.

        Returns
        -------
        statement
            The changed copy.
        """
        if reason in self.reasons:
            return self
        return replace(
            self,
            reasons=(*self.reasons, reason),
            confidence=round(max(self.confidence - cost, 0.05), 2),
        )
