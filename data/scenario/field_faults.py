"""What is wrong with the fields of a record, in the words of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from data.wording.catalogue import Message, fields, sentences
from geo.sentence import Sentence, Several


def field_faults(error: ValidationError) -> Several:
    """Return every fault that the check of a record found.

    Parameters
    ----------
    error
        Of pydantic; a check of our own raises ``ValueError`` with a sentence.

    Returns
    -------
    faults
        Each with the field where it was found.
    """
    return Several(tuple(_fault(item) for item in error.errors()))


def _fault(item: Mapping[str, Any]) -> Sentence:
    what = _what(item, item.get("ctx", {}))
    place = ".".join(map(str, item["loc"]))
    return Message("fault_field.at", {"place": place, "what": what}) if place else what


def _what(item: Mapping[str, Any], given: Mapping[str, Any]) -> Sentence:
    own = given.get("error")
    if isinstance(own, ValueError) and own.args and isinstance(own.args[0], Sentence):
        return own.args[0]
    key = f"fault_field.{item['type']}"
    if fields(sentences("en").get(key, "{}")) <= set(given):
        # Pydantic joins what it expects by English words.
        return Message(key, {name: _listed(value) for name, value in given.items()})
    return Message("fault_field.other", {"what": item["msg"].removeprefix("Value error, ")})


def _listed(value: object) -> object:
    return value.replace(" or ", ", ") if isinstance(value, str) else value
