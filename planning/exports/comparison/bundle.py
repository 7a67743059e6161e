"""Export of a comparison: figures, causes, villages, sites, changed inputs and sources."""

from __future__ import annotations

from data.export.bundle import ExportBundle, ReadingSheet, in_both
from data.export.writers import run_digest
from data.tables.reader import Pack
from data.wording.catalogue import Message
from planning.comparison.comparison import Comparison
from planning.exports.comparison.words import TABLES, comparison_table
from planning.exports.gaps import is_over_relief, provenance, title
from planning.exports.several import main_and_others


def comparison_bundle(
    pack: Pack, comparison: Comparison, table: str = "figures", *, language: str = ""
) -> ExportBundle:
    """Return the export of a comparison with one of its tables as the main one.

    Parameters
    ----------
    pack
        The province's tables in force.
    comparison
        The comparison.
    table
        Name of the main table, one of :data:`TABLES`.
    language
        Language of the sheets for people in a workbook; empty for a workbook without them.

    Returns
    -------
    bundle
        Main table, with the other tables and the sources.

    Raises
    ------
    UnknownNameError
        If there is no such table.
    """
    main, others = main_and_others(
        pack, table, TABLES, lambda name: comparison_table(pack, comparison, name)
    )
    inputs = {"kind": f"comparison {table}", "pack": pack.digest,
              "scenarios": [one.scenario.digest for one in comparison.scenarios.values()],
              "rows": main.to_csv(index=False)}  # fmt: skip
    sheets: tuple[ReadingSheet, ...] = ()
    if language:
        from planning.exports.comparison.sheets import comparison_sheets

        sheets = comparison_sheets(pack, comparison, others["sources"], language)
    return ExportBundle(
        kind=table,
        title=title("export_title.comparison", pack, table=Message(f"compare.table_{table}")),
        main=main,
        extra=others,
        about=_about(pack, comparison) | {"run_digest": run_digest(inputs)},
        reading=sheets,
    )


def _about(pack: Pack, comparison: Comparison) -> dict[str, str]:
    solved = comparison.scenarios.values()
    words = {word for name in ("figures", "villages", "sites")
             for word in getattr(comparison, name)["evidence"]}  # fmt: skip
    first = next(iter(solved)).scenario
    # The stamp of an invented relief counts for all once it is in one of them.
    relief = [one.scenario for one in solved if is_over_relief(pack, one.scenario)]
    about = provenance(pack, (relief or [first])[0], evidence=words, over_terrain=True)
    about |= {
        "scenario": "; ".join(f"{k}: {one.scenario.name}"
                              for k, one in comparison.scenarios.items()),
        "scenario_digest": "; ".join(one.scenario.digest for one in solved),
        "region": comparison.area.adcode,
        **in_both("method", Message("compare.method")),
        **in_both("changes", Message("compare.changes_about")),
    }  # fmt: skip
    return about
