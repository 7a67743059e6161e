"""Tables of a comparison as files contain them, and the words for figures, causes and areas."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from data.ledger.qualifiers import with_word
from data.tables.reader import Pack
from data.wording.catalogue import DATA_LANGUAGES, Bilingual, text
from layers.registry import metric_of, unit_name
from planning.comparison.causes import END, START, inputs_text
from planning.comparison.comparison import Comparison
from planning.comparison.inputs import changed_fields
from planning.exports.comparison.inputs import InputWords
from planning.exports.report.reader import Reader, Row, is_known, records

#: Tables of a comparison in the order of the sheets.
TABLES = ("figures", "causes", "villages", "sites", "inputs", "scenarios")
#: Figures in the currency itself: all others of money are shown in tens of thousands.
_IN_YUAN = frozenset({"build_per_household"})
_MONEY = 10_000.0
_INPUT_COLUMNS = ("compared", "cause", "field", "change", "change_zh", "change_en")
#: Figures that are listed only where one of them is not zero.
_OPTIONAL = ("backhaul_", "power_", "whatif_")


def comparison_table(pack: Pack, comparison: Comparison, name: str) -> pd.DataFrame:
    """Return one table of a comparison, as files contain it.

    Parameters
    ----------
    pack
        The province's tables in force.
    comparison
        The comparison.
    name
        Name of the table, one of :data:`TABLES`.

    Returns
    -------
    table
        Figures, causes and inputs have their names in both languages.
    """
    if name == "inputs":
        return _inputs(pack, comparison)
    if name == "scenarios":
        return _scenarios(comparison)
    frame: pd.DataFrame = getattr(comparison, name)
    if name in {"villages", "sites"}:
        return frame
    rows = records(frame)
    names = {
        f"name_{code}": [figure_name(row, code) for row in rows] for code in DATA_LANGUAGES
    }  # fmt: skip
    table = frame.assign(**names)
    # A year or a metric that a figure does not have is empty, not 0.
    table["year"] = table["year"].astype("Int64").mask(table["year"] == 0)
    told = _told(pack, comparison) if name == "causes" else {}
    for column, by_cause in told.items():
        table[column] = [by_cause.get((row["compared"], row["cause"]), "") for row in rows]
    return table[[*names, *frame.columns, *told]]


def _told(pack: Pack, comparison: Comparison) -> dict[str, dict[tuple[str, str], str]]:
    """Return the changed inputs in words: column → letter and cause → words."""
    return {
        f"inputs_{code}": {
            (letter, cause): told
            for letter in comparison.others
            for cause, told in InputWords(pack, Reader(code)).by_cause(comparison, letter).items()
        }
        for code in DATA_LANGUAGES
    }


def figure_name(row: Row, language: str) -> str:
    """Return what a figure of a comparison is called.

    Parameters
    ----------
    row
        Row of the figures or causes.
    language
        Code of a language of the locale.

    Returns
    -------
    name
        Plain text, without the unit.
    """
    if row["figure"] == "gap":
        item, metric = metric_of(str(row["layer"]), str(row["metric"]))
        return text("compare.figure_gap", language, layer=item.heading(metric, language))
    return text(f"compare.figure_{row['figure']}", language, year=row["year"])


def figure_unit(row: Row, language: str) -> str:
    """Return the unit that a figure of a comparison is shown in.

    Parameters
    ----------
    row
        Row of the figures or causes.
    language
        Code of a language of the locale.

    Returns
    -------
    unit
        Plain text; empty for a year.
    """
    if row["unit"] == "CNY":
        of_yuan = row["figure"] in _IN_YUAN
        return text("report.yuan" if of_yuan else "report.money_unit", language)
    if row["unit"] == "calendar_year":
        return ""
    return unit_name(str(row["unit"]), language)


def figure_number(row: Row, value: float) -> float:
    """Return a figure of a comparison in the unit that it is shown in.

    Parameters
    ----------
    row
        Row of the figures or causes.
    value
        A value of that row; NaN is unknown.

    Returns
    -------
    number
        In the unit of :func:`figure_unit`, rounded to the decimals that are shown.
    """
    if row["unit"] == "CNY" and row["figure"] not in _IN_YUAN:
        value = value / _MONEY
    return value if math.isnan(value) else round(value, _digits(row)) + 0.0


def figure_text(row: Row, value: float, reader: Reader, *, signed: bool = False) -> str:
    """Return a figure of a comparison as it is shown, without its unit.

    Parameters
    ----------
    row
        Row of the figures or causes.
    value
        A value of that row, or a difference.
    reader
        Words in the reader's language.
    signed
        Whether a growth gets a plus sign.

    Returns
    -------
    text
        The word for unknown where it is.
    """
    number = figure_number(row, value)
    if row["unit"] == "calendar_year" and not signed and not math.isnan(number):
        return f"{number:.0f}"
    shown = reader.figure(number, _digits(row))
    return f"+{shown}" if signed and number > 0 else shown


def scenario_text(row: Row, letter: str, reader: Reader) -> str:
    """Return a figure of one scenario with the word of how exact it is before it.

    Parameters
    ----------
    row
        Row of the figures.
    letter
        Letter of the scenario.
    reader
        Words in the reader's language.

    Returns
    -------
    text
        Without its unit.
    """
    sign = row[f"{letter}_qualifier"]
    shown = figure_text(row, float(row[letter]), reader)
    return with_word(shown, str(sign), reader.language) if is_known(sign) else shown


def _digits(row: Row) -> int:
    if row["figure"] == "gap":
        return metric_of(str(row["layer"]), str(row["metric"]))[1].digits
    return 1 if row["unit"] == "km" else 0


def _inputs(pack: Pack, comparison: Comparison) -> pd.DataFrame:
    """Return the inputs that differ, one row per field."""
    first, *others = comparison.scenarios
    a = comparison.scenarios[first].scenario
    words = {code: InputWords(pack, Reader(code)) for code in DATA_LANGUAGES}
    rows = [
        {
            "compared": letter,
            "cause": group,
            "field": field,
            "change": inputs_text({field: both}),
            **{f"change_{code}": of.change(field, both) for code, of in words.items()},
        }
        for letter in others
        for group, fields in changed_fields(a, comparison.scenarios[letter].scenario).items()
        for field, both in fields.items()
    ]
    return pd.DataFrame(rows, columns=list(_INPUT_COLUMNS))


def _scenarios(comparison: Comparison) -> pd.DataFrame:
    """Return the scenarios with value and bound of their plans."""
    rows = []
    for letter, one in comparison.scenarios.items():
        choice = None if one.rollout is None else one.rollout.choice
        rows.append({
            "letter": letter, "name": one.scenario.name, "digest": one.scenario.digest,
            "notes": one.scenario.notes,
            "measure": "" if choice is None else choice.measure,
            "value": float("nan") if choice is None else choice.value,
            "bound": float("nan") if choice is None else choice.bound,
            "stopped": "" if choice is None else choice.stopped,
            "basis": "" if one.rollout is None else one.rollout.basis,
            "fault": "" if one.fault is None else str(one.fault),
        })  # fmt: skip
    return pd.DataFrame(rows)


def cause_name(cause: str, letter: str, language: str) -> str:
    """Return what a step from one scenario to another is called.

    Parameters
    ----------
    cause
        Group of inputs, ``interaction``, ``start`` or ``end``.
    letter
        Letter of the scenario that is compared.
    language
        Code of a language of the locale.

    Returns
    -------
    name
        Plain text.
    """
    if cause in {START, END}:
        return text("compare.scenario", language, letter="A" if cause == START else letter.upper())
    return text(f"compare.cause_{cause}", language)


def region_name_of(pack: Pack, comparison: Comparison) -> Bilingual:
    """Return the name of the area of a comparison.

    Parameters
    ----------
    pack
        The province's tables in force.
    comparison
        The comparison.

    Returns
    -------
    name
        In both languages.
    """
    rows = pack.regions(comparison.area.level).set_index("adcode")
    row = rows.loc[comparison.area.adcode]
    return Bilingual(str(row["name_zh"]), str(row["name_en"]))


def is_invented(comparison: Comparison) -> bool:
    """Return whether something illustrative is in a comparison.

    Parameters
    ----------
    comparison
        The comparison.

    Returns
    -------
    invented
        True where a figure, a village or a site is.
    """
    tables = (comparison.figures, comparison.villages, comparison.sites)
    return any("illustrative" in set(table["evidence"]) for table in tables)


def is_listed(row: Row, letters: Sequence[str]) -> bool:
    """Return whether a figure is shown: known of one scenario, and not zero where it need not be.

    Parameters
    ----------
    row
        Row of the figures.
    letters
        Letters of the scenarios.

    Returns
    -------
    listed
        True if it is.
    """
    known = [row[letter] for letter in letters if is_known(row[letter])]
    if str(row["figure"]).startswith(_OPTIONAL):
        return any(value != 0 for value in known)
    return bool(known)


def evidence_name(row: Row, reader: Reader) -> str:
    """Return the word for the evidence of a figure.

    Parameters
    ----------
    row
        Row of the figures.
    reader
        Words in the reader's language.

    Returns
    -------
    name
        Empty where the figure is unknown.
    """
    return reader.evidence(str(row["evidence"])) if row["evidence"] else ""
