"""Names of tables and columns for people who open a file elsewhere: both languages at once."""

from __future__ import annotations

from data.wording.catalogue import DATA_LANGUAGES, DEFAULT, sentences, text


def table_title(name: str) -> str:
    """Return the title of a table, in Chinese and English.

    Parameters
    ----------
    name
        Name of the table, such as ``villages``; key of a layer, and of its metric after a blank.

    Returns
    -------
    title
        Both languages; the name itself where it has no title.

    Examples
    --------
    >>> table_title("mobile_5g"), table_title("of_another_program")
    ('5G基站 5G base stations', 'of_another_program')
    """
    layer, _, metric = name.partition(" ")
    known = sentences(DEFAULT)
    keys = (
        f"layer.{layer}.metric.{metric}", f"layer.{layer}.title", f"ledger_layer.{name}",
        f"export_layer.{name}", f"plan_table.{name}",
    )  # fmt: skip
    found = next((key for key in keys if key in known), "")
    return " ".join(text(found, language) for language in DATA_LANGUAGES) if found else name
