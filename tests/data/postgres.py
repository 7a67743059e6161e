"""A PostgreSQL server with PostGIS for one test run: own folder, own socket, no network."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from data.workspace.store import metadata


def postgres_programs() -> Path | None:
    """Return the folder with ``initdb`` of a server that has PostGIS; None without one."""
    for control in sorted(Path("/usr/share/postgresql").glob("*/extension/postgis.control")):
        folder = Path("/usr/lib/postgresql") / control.parts[4] / "bin"
        if (folder / "initdb").exists():
            return folder
    return None


@contextmanager
def server() -> Iterator[str]:
    """Run a server and yield its URL."""
    programs = postgres_programs()
    assert programs is not None, "no PostgreSQL with PostGIS: install postgresql-postgis"
    # A socket's path is short by law of the operating system: not below pytest's folders.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    user = []
    if os.geteuid() == 0:
        # The server refuses to run as root.
        shutil.chown(folder, "postgres")
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]

    def run(name: str, *arguments: str) -> None:
        call = [*user, str(programs / name), "-D", str(folder / "data"), *arguments]
        with (folder / "log").open("ab") as log:
            subprocess.run(call, check=True, cwd="/", stdout=log, stderr=log)

    try:
        run("initdb", "-U", "tongcun", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        run("pg_ctl", "-w", "-o", options, "-l", str(folder / "server.log"), "start")
        try:
            yield f"postgresql://tongcun@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def engine_of(url: str) -> sa.Engine:
    return sa.create_engine(
        url.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool
    )


def forget_all(url: str) -> None:
    """Drop every table of ours."""
    engine = engine_of(url)
    metadata.drop_all(engine)
    engine.dispose()
