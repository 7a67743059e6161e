"""Commands on the provinces of the mainland: list them, add one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.options import in_words, print_table, remark, say

if TYPE_CHECKING:
    from data.provinces.building import BuiltProvince

COMMANDS = typer.Typer(help="The 31 provinces of the mainland: list them, add one.")


@COMMANDS.command("list")
def list_provinces() -> None:
    """List the provinces with the folder of their pack, where there is one."""
    import pandas as pd

    from data.provinces.adding import opened_by
    from data.provinces.listed import listed_provinces

    folders = opened_by()
    rows = [
        (item.adcode, item.name, item.name_zh, item.name_en, item.published_population,
         folders.get(item.adcode))
        for item in listed_provinces()
    ]  # fmt: skip
    columns = ["adcode", "province", "name_zh", "name_en", "population_2020", "folder"]
    print_table(pd.DataFrame(rows, columns=columns), right={"population_2020"})


@COMMANDS.command()
def add(
    province: Annotated[
        str, typer.Argument(help="Code or name in pinyin, Chinese or English: 520000, guizhou.")
    ],
    *,
    packs: Annotated[
        Path | None,
        typer.Option(
            "--packs",
            help="Folder that gets the pack; default: the first of TONGCUN_PACKS, else of the "
            "user's data folder.",
        ),
    ] = None,
    packages: Annotated[
        Path | None,
        typer.Option("--packages", help="Folder of wheels; installed packages are found as well."),
    ] = None,
    villages: Annotated[
        bool,
        typer.Option(
            "--illustrative-villages", help="Invent villages, sites and fibre nodes by rule."
        ),
    ] = False,
) -> None:
    """Make a province from published packages: boundaries, people, units, places."""
    from data.provinces.adding import add_province
    from data.tables.found_packs import find_packs

    built = add_province(province, packs=packs, packages=packages, villages=villages)
    _tell(built)
    if built.folder.resolve() not in find_packs().folders.values():
        remark("province_added.set_packs", folder=built.folder.parent)


def _tell(built: BuiltProvince) -> None:
    """Say what was made, and what a reader of its figures must know."""
    say("province_added.made", folder=built.folder, name=built.folder.name,
        prefectures=built.regions["prefecture"], counties=built.regions["county"],
        people=built.population)  # fmt: skip
    for note in built.notes:
        typer.echo(in_words(note), err=True)
