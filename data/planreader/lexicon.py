"""The lexicon of the plan reader, read once from ``lexicon.toml``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("lexicon.toml")
#: Measure → factor to another one that a metric may be stated in.
CONVERSIONS = {
    ("Gbit/s", "Tbit/s"): 1e-3, ("Gbit/s", "Mbit/s"): 1e3, ("PFLOPS", "EFLOPS"): 1e-3,
}  # fmt: skip


@dataclass(frozen=True)
class UnitWords:
    """Words behind a number and what they measure.

    Attributes
    ----------
    measure
        Key that metrics refer to.
    pattern
        The words.
    factor
        To the measure's base unit.
    """

    measure: str
    pattern: re.Pattern[str]
    factor: float


@dataclass(frozen=True)
class MetricWords:
    """What is counted and by which words it is known.

    Attributes
    ----------
    layer, metric, unit
        As in a statement.
    measures
        Measures of numbers that fit.
    basis
        Basis where the words say none.
    words, after
        Patterns before and behind the number; None matches nothing.
    needs, without
        Patterns that must, and must not, occur in the clause.
    listed
        Pattern behind a list of names whose count is the value.
    absent
        True if "not yet" states the value 0.
    by_unit
        Measure that identifies the metric where no word does, or empty.
    """

    layer: str
    metric: str
    unit: str
    measures: tuple[str, ...]
    basis: str
    words: re.Pattern[str] | None
    after: re.Pattern[str] | None
    needs: re.Pattern[str] | None
    without: re.Pattern[str] | None
    listed: re.Pattern[str] | None
    absent: bool
    by_unit: str = ""


@dataclass(frozen=True)
class NetworkWords:
    """A technology whose coverage of places is a share.

    Attributes
    ----------
    layer
        Layer of its statements.
    pattern
        Words of the technology.
    prefix, suffix
        Around the metric's key.
    """

    layer: str
    pattern: re.Pattern[str]
    prefix: str
    suffix: str


@dataclass(frozen=True)
class PlaceWords:
    """A kind of place that a network reaches.

    Attributes
    ----------
    metric, fibre
        Key of the metric for mobile layers, and its stem for fibre.
    unit
        Share of what.
    pattern
        Words of the place.
    """

    metric: str
    fibre: str
    unit: str
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Lexicon:
    """Everything of ``lexicon.toml``.

    Attributes
    ----------
    units, metrics, technologies, areas
        In the order of the file.
    """

    units: tuple[UnitWords, ...]
    metrics: tuple[MetricWords, ...]
    technologies: tuple[NetworkWords, ...]
    areas: tuple[PlaceWords, ...]


@cache
def lexicon() -> Lexicon:
    """Return the lexicon.

    Returns
    -------
    lexicon
        With its patterns compiled.
    """
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return Lexicon(
        tuple(
            UnitWords(row["measure"], re.compile(row["words"]), float(row["factor"]))
            for row in rows["unit"]
        ),
        tuple(_metric(row) for row in rows["metric"]),
        tuple(
            NetworkWords(
                row["layer"], re.compile(row["technology"]), row.get("prefix", ""),
                row.get("suffix", ""),
            )
            for row in rows["reach"]
        ),
        tuple(
            PlaceWords(row["metric"], row["fibre"], row["unit"], re.compile(row["words"]))
            for row in rows["area"]
        ),
    )  # fmt: skip


def _metric(row: dict[str, object]) -> MetricWords:
    def pattern(key: str) -> re.Pattern[str] | None:
        return re.compile(str(row[key])) if row.get(key) else None

    measures = row["measure"]
    return MetricWords(
        str(row["layer"]), str(row["metric"]), str(row["unit"]),
        tuple(str(m) for m in measures) if isinstance(measures, list) else (),
        str(row["basis"]), pattern("words"), pattern("after"), pattern("needs"),
        pattern("without"), pattern("listed"), bool(row.get("absent")),
        str(row.get("by_unit", "")),
    )  # fmt: skip
