"""The provinces that the tests of this folder run on."""

from __future__ import annotations

import pytest

from data.tables.reader import Pack, pack_names
from tests import toy as toy_pack


@pytest.fixture(scope="session", params=[toy_pack.NAME, *pack_names()])
def any_pack(request: pytest.FixtureRequest, toy: Pack) -> Pack:
    """Return the toy, then each pack that is embedded."""
    return toy if request.param == toy_pack.NAME else Pack.load(request.param)
