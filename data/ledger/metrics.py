"""Keys of what the ledger counts: one vocabulary for targets, observations and layers.

A row of the ledger names its layer and a metric of that layer; both together say what the value
counts. The titles are in :mod:`data.wording` under ``[ledger_metric.<layer>]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from data.ledger.documents import NO_TEXT
from data.wording.catalogue import Message, data_language, sentences, text

#: Columns of codes in the ledger, in unit costs and in listings.
CODE_COLUMNS = ("layer", "kind", "unit", "currency_or_unit", "per")
_CODE = re.compile(r"\W+")
_CREDIT = re.compile("[^a-z0-9]+")
#: Columns of remarks: English, beside a column ``…_zh`` where a Chinese reader needs other words.
_PROSE = ("note", "source")

#: Layer → keys of the metrics that the embedded ledgers state for it.
LEDGER_METRICS: Mapping[str, tuple[str, ...]] = {
    "mobile_5g": (
        "base_stations", "base_stations_new", "share_of_province", "admin_villages_reached",
        "urban_areas_reached",
    ),
    "mobile_4g": (
        "base_stations", "base_stations_new", "share_of_province", "base_stations_all_kinds",
        "admin_villages_reached", "urban_areas_reached", "towns_reached", "scenic_areas_reached",
        "transport_routes_reached",
    ),
    "natural_villages": ("without_4g", "with_4g", "with_fibre_and_4g"),
    "fibre": (
        "admin_villages_fixed_broadband", "admin_villages_fibre", "towns_and_admin_villages",
        "households_passed", "access_capacity", "subscribers", "urban_users_20_mbps",
        "rural_access_rate", "cable_length",
    ),
    "data_centres": (
        "racks_in_data_centres", "standard_racks", "standard_racks_planned", "hosting_capacity",
        "utilisation",
    ),
    "backbone": (
        "bandwidth_out", "internet_bandwidth_out", "bandwidth_international", "bandwidth_inside",
        "cables_out", "countries_served", "gateway_operators", "countries_by_cable",
        "interconnection_points", "international_channels",
    ),
    "digital_governance": ("prefectures_with_platform",),
    "industry": ("parks", "national_zones", "smart_workshops"),
    "investment": ("investment_in_year",),
}  # fmt: skip


def metric_title(layer: str, metric: str, language: str) -> str:
    """Return the title of a metric of the ledger.

    Parameters
    ----------
    layer, metric
        As in a row of the ledger.
    language
        Code of a language of :data:`data.wording.catalogue.LANGUAGES`.

    Returns
    -------
    title
        Title in the language; the key itself where there is none (a metric of the planner's own).

    Examples
    --------
    >>> metric_title("mobile_5g", "base_stations", "en")
    '5G base stations'
    """
    known = f"ledger_metric.{layer}.{metric}" in sentences(language)
    return text(f"ledger_metric.{layer}.{metric}", language) if known else metric


@dataclass(frozen=True)
class MetricTitle:
    """Title of a metric of the ledger, not yet in any language."""

    layer: str
    metric: str

    def text(self, language: str, /) -> str:
        """Return the title in a language.

        Parameters
        ----------
        language
            Code of a language of :data:`data.wording.catalogue.LANGUAGES`.

        Returns
        -------
        title
            As :func:`metric_title` gives it.
        """
        return metric_title(self.layer, self.metric, language)


def keyed(rows: pd.DataFrame) -> pd.DataFrame:
    """Return ledger rows with their metrics as keys.

    Parameters
    ----------
    rows
        With ``layer`` and ``metric``; a metric may be written as its English title, as an
        imported list may have it.

    Returns
    -------
    rows
        The same rows; a metric that is neither key nor title stays as it is.
    """
    known = {
        (layer, metric_title(layer, key, "en")): key
        for layer, keys in LEDGER_METRICS.items()
        for key in keys
    }
    named = zip(rows["layer"], rows["metric"], strict=True)
    return rows.assign(metric=[known.get(pair, pair[1]) for pair in named])


def code_words(column: str, code: str, language: str) -> str:
    """Return the words for a code of the ledger, such as a unit or a kind of row.

    Parameters
    ----------
    column
        One of :data:`CODE_COLUMNS`.
    code
        As in a row.
    language
        Code of a language of :data:`data.wording.catalogue.LANGUAGES`.

    Returns
    -------
    words
        Words in the language; the code itself where there are none, such as ``Mbit/s``.

    Examples
    --------
    >>> code_words("kind", "data centre site", "zh"), code_words("unit", "Tbit/s", "zh")
    ('数据中心选址', 'Tbit/s')
    """
    name, known = _CODE.sub("_", code).strip("_").lower(), sentences(language)
    keys = {
        "layer": (f"ledger_layer.{name}",),
        "kind": (f"ledger_kind.{name}", f"zone.{name}"),
    }.get(column, (f"ledger_unit.{name}", f"unit.{name}"))
    key = next((key for key in keys if key in known), "")
    return text(key, language) if key else code


def currency_word(currency: str) -> Message:
    """Return the word for a currency.

    Parameters
    ----------
    currency
        ISO 4217 code of a scenario, such as ``CNY``.

    Returns
    -------
    word
        Rendered by ``text(language)``; also an argument of another sentence.

    Examples
    --------
    >>> currency_word("CNY").text("zh"), currency_word("CNY").text("en")
    ('元', 'CNY')
    """
    return Message(f"ledger_unit.{currency.lower()}", {})


def in_language(rows: pd.DataFrame, language: str) -> pd.DataFrame:
    """Return rows with their remarks, and what stands for a missing quote, in a language.

    Parameters
    ----------
    rows
        Rows of the ledger, of unit costs or of the table of sources; not changed.
    language
        Code of a language of :data:`data.wording.catalogue.LANGUAGES`.

    Returns
    -------
    rows
        The same rows, without the columns that hold the Chinese of another.
    """
    told = rows.drop(columns=[f"{name}_zh" for name in _PROSE], errors="ignore")
    for name in _PROSE:
        if data_language(language) == "zh" and f"{name}_zh" in rows:
            own = rows[f"{name}_zh"]
            told[name] = own.where(own.notna() & (own != ""), rows[name])
    if "quote" in told:
        missing = told["quote"] == NO_TEXT
        told["quote"] = told["quote"].mask(missing, text("report.no_text", language))
    return told


def cost_unit(unit: str, language: str) -> str:
    """Return the words for the unit of a unit cost.

    Parameters
    ----------
    unit
        Such as ``CNY per km and year``, or ``km``.
    language
        Code of a language of :data:`data.wording.catalogue.LANGUAGES`.

    Returns
    -------
    words
        A part without words stays as it is.

    Examples
    --------
    >>> cost_unit("CNY per km and year", "zh"), cost_unit("CNY per km and year", "en")
    ('元/公里·年', 'CNY per km and year')
    """
    whole = code_words("unit", unit, language)
    first, _, per = unit.strip().partition(" per ")
    if whole != unit or not per:
        return whole
    key = f"ledger_unit.by_{_CODE.sub('_', per)}"
    after = text(key, language) if key in sentences(language) else f" per {per}"
    return code_words("unit", first, language) + after


def credits_in(credits_: Iterable[str], language: str) -> str:
    """Return the credits of packages and publications in a language, each once.

    Parameters
    ----------
    credits_
        As in the column ``credit`` of a pack's ``SOURCES.csv``.
    language
        Code of a language of :data:`data.wording.catalogue.LANGUAGES`.

    Returns
    -------
    line
        A credit without words stays as it is.
    """
    return _each_once({one: f"credit.{_slug(one)}" for one in credits_}, language)


def licences_in(licences: str, language: str) -> str:
    """Return licences in a language.

    Parameters
    ----------
    licences
        As in the table of sources, several joined by ``; ``.
    language
        Code of a language of :data:`data.wording.catalogue.LANGUAGES`.

    Returns
    -------
    line
        A name such as MIT stays as it is.
    """
    return _each_once({one: f"licence.{_slug(one)}" for one in licences.split("; ")}, language)


def _slug(words: str) -> str:
    return _CREDIT.sub("_", words.lower()).strip("_")


def _each_once(keys: Mapping[str, str], language: str) -> str:
    known = sentences(language)
    words = (text(key, language) if key in known else one for one, key in keys.items())
    return text("list.semicolon", language).join(words)


def in_words(rows: pd.DataFrame, language: str) -> pd.DataFrame:
    """Return rows with the codes of layers, kinds and units in words, remarks in a language.

    Parameters
    ----------
    rows
        Rows of the ledger, of unit costs or of a listing; not changed.
    language
        Code of a language of :data:`data.wording.catalogue.LANGUAGES`.

    Returns
    -------
    rows
        The same rows; a code without words stays as it is.
    """
    named = in_language(rows, language)
    for column in set(CODE_COLUMNS) & set(rows.columns):
        codes = rows[column].dropna().unique()
        named[column] = rows[column].map({c: code_words(column, str(c), language) for c in codes})
    return named


def titles(rows: pd.DataFrame, language: str) -> list[str]:
    """Return the title of the metric of each ledger row.

    Parameters
    ----------
    rows
        With ``layer`` and ``metric``.
    language
        Code of a language of :data:`data.wording.catalogue.LANGUAGES`.

    Returns
    -------
    titles
        One per row, as :func:`metric_title` gives them.
    """
    named = zip(rows["layer"], rows["metric"], strict=True)
    return [metric_title(str(layer), str(metric), language) for layer, metric in named]
