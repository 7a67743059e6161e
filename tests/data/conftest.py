"""A PostgreSQL with PostGIS for the tests that need one; in CI it must be there."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.data.postgres import engine_of, postgres_programs, server


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    if postgres_programs() is None and not os.environ.get("CI"):
        pytest.skip("no PostgreSQL with PostGIS: install postgresql-postgis")
    with server() as url:
        engine = engine_of(url)
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE EXTENSION postgis"))
            assert connection.execute(sa.text("SELECT postgis_version()")).scalar()
        engine.dispose()
        yield url
