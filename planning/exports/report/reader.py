"""Figures and names as the reader of a report is shown them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from data.ledger.documents import NO_TEXT
from data.ledger.metrics import cost_unit
from data.wording.catalogue import data_language, text
from geo.sentence import Sentence
from layers.registry import metric_of, unit_name

#: One row of a table: value by column.
Row = Mapping[str, Any]

#: Money is shown in this many units of currency, as budgets are written.
_MONEY = 10_000.0


def records(table: pd.DataFrame) -> list[Row]:
    """Return the rows of a table.

    Parameters
    ----------
    table
        Any table with text as names of its columns.

    Returns
    -------
    rows
        In the order of the table.
    """
    return [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]


def is_known(value: Any) -> bool:
    """Return whether a cell holds something.

    Parameters
    ----------
    value
        Any cell.

    Returns
    -------
    known
        False for None and NaN.
    """
    return value is not None and bool(pd.notna(value))


@dataclass(frozen=True)
class Reader:
    """Words in one language.

    Attributes
    ----------
    language
        Code of a language of the locale.
    """

    language: str

    def text(self, key: str, /, **arguments: object) -> str:
        """Return a sentence.

        Parameters
        ----------
        key
            Key in the catalogue.
        **arguments
            Value per field.

        Returns
        -------
        sentence
            Plain text.
        """
        return text(key, self.language, **arguments)

    def sentence(self, message: Sentence) -> str:
        """Return a message as a sentence of its own.

        Parameters
        ----------
        message
            Any message.

        Returns
        -------
        sentence
            With a capital at its beginning.
        """
        words = message.text(self.language)
        return words[:1].upper() + words[1:]

    @property
    def names(self) -> str:
        """Column with the names of regions."""
        return f"name_{data_language(self.language)}"

    def column(self, stem: str) -> str:
        """Return the column of a name that is data.

        Parameters
        ----------
        stem
            Column without the suffix of the language.

        Returns
        -------
        column
            Such as ``county_zh``.
        """
        return f"{stem}_{data_language(self.language)}"

    def figure(self, value: object, digits: int = 0) -> str:
        """Return a number with its thousands separated; the word for unknown where it is.

        Parameters
        ----------
        value
            A number; None and NaN are unknown.
        digits
            Decimals.

        Returns
        -------
        figure
            Plain text, with the true minus sign.
        """
        number = float("nan") if value is None or value is pd.NA else float(str(value))
        if not math.isfinite(number):
            return self.text("report.unknown")
        # A rounded negative zero is zero.
        return f"{round(number, digits) + 0.0:,.{digits}f}".replace("-", "\u2212")

    def qualified(self, row: Row, name: str) -> str:
        """Return a figure of the gap table with the word of how exact it is before it.

        Parameters
        ----------
        row
            A row of a gap table.
        name
            ``target``, ``built`` or ``gap``.

        Returns
        -------
        figure
            Such as "about 5,000"; the word for unknown where it is.
        """
        shown, sign = self.figure(row[name], self.digits(row)), str(row[f"{name}_qualifier"] or "")
        if not sign or not is_known(row[name]):
            return shown
        return self.text(f"qualifier.{sign.replace(' ', '_')}", figure=shown)

    def interval(self, row: Row) -> str:
        """Return the interval of a gap; a dash where it is one value or unknown.

        Parameters
        ----------
        row
            A row of a gap table.

        Returns
        -------
        interval
            Plain text.
        """
        low, high = float(row["gap_low"]), float(row["gap_high"])
        if not (math.isfinite(low) and math.isfinite(high)) or low == high:
            return "\u2014"
        digits = self.digits(row)
        return f"{self.figure(low, digits)} \u2013 {self.figure(high, digits)}"

    def gap(self, row: Row) -> str:
        """Return the gap of a row, or why there is none.

        Parameters
        ----------
        row
            A row of a gap table.

        Returns
        -------
        gap
            Plain text.
        """
        if math.isnan(float(row["target"])):
            return self.text("report.no_target")
        return self.qualified(row, "gap")

    def built_of(self, row: Row) -> str:
        """Return what is built, of which target.

        Parameters
        ----------
        row
            A row of a gap table.

        Returns
        -------
        figures
            ``built / target``; what is built alone without a target.
        """
        built = self.qualified(row, "built")
        if math.isnan(float(row["target"])):
            return built
        return f"{built} / {self.qualified(row, 'target')}"

    def heading(self, row: Row) -> str:
        """Return the title of the layer and metric of a row.

        Parameters
        ----------
        row
            A row of a gap table.

        Returns
        -------
        heading
            Plain text.
        """
        item, metric = metric_of(str(row["layer"]), str(row["metric"]))
        return item.heading(metric, self.language)

    def unit(self, row: Row) -> str:
        """Return the name of the unit of a row.

        Parameters
        ----------
        row
            A row of a gap table.

        Returns
        -------
        unit
            Plain text.
        """
        return unit_name(str(row["unit"]), self.language)

    def evidence(self, word: str) -> str:
        """Return the word for an evidence class.

        Parameters
        ----------
        word
            Name of the class.

        Returns
        -------
        evidence
            Plain text.
        """
        return self.text(f"evidence.{word}")

    def cost_unit(self, unit: str) -> str:
        """Return the words of a unit cost's unit.

        Parameters
        ----------
        unit
            Such as ``CNY per km and year``, or ``km``.

        Returns
        -------
        words
            Plain text.
        """
        return cost_unit(unit, self.language)

    def quote(self, quote: object) -> str:
        """Return a quote, or in words that there is no text at hand.

        Parameters
        ----------
        quote
            Cell of the table of sources.

        Returns
        -------
        quote
            Empty where the source states no sentence.
        """
        if not is_known(quote):
            return ""
        return self.text("report.no_text") if quote == NO_TEXT else str(quote)

    def money(self, amount: float) -> str:
        """Return an amount in tens of thousands, without its unit.

        Parameters
        ----------
        amount
            Amount [currency].

        Returns
        -------
        figure
            Plain text.
        """
        return self.figure(amount / _MONEY)

    @staticmethod
    def digits(row: Row) -> int:
        """Return the decimals that the metric of a row is shown with.

        Parameters
        ----------
        row
            A row of a gap table.

        Returns
        -------
        digits
            0 for counts.
        """
        return metric_of(str(row["layer"]), str(row["metric"]))[1].digits
