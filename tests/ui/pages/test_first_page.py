"""What a visit finds at first, and pages that obey the region in force."""

from __future__ import annotations

import re

import pytest

from data.wording.catalogue import LANGUAGES, sentences
from tests.ui.pages.test_pages import cards, opened, workspace
from ui.whatif import sites

__all__ = ["workspace"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_page_has_its_own_name_in_an_address_too(language: str) -> None:
    app = opened("overview", lang=language)
    assert not app.exception
    assert cards(app) == cards(opened("", lang=language))
    assert cards(app)


def test_the_ledger_shows_what_tells_of_the_region_in_force() -> None:
    def regions(**query: str) -> set[str]:
        app = opened("sources", lang="en", province="yunnan", **query)
        app.segmented_control(key="sources_table").set_value("observations").run()
        return set(app.dataframe[0].value["adcode"])

    assert regions() == {"530000", "530100", "532500"}
    assert regions(region="530100") == {"530000", "530100"}
    # A county: its own rows, those of its prefecture and of the province.
    assert regions(region="532501") == {"530000", "532500"}


def test_the_first_page_gives_the_browser_the_words_of_its_language() -> None:
    """Streamlit's own words are put into the language by a script of the first drawing."""
    [given] = [
        part.proto.body for part in opened("import", lang="en").get("html")
        if "window.tongcunWords=" in part.proto.body
    ]  # fmt: skip
    assert not re.search(r"[\u4e00-\u9fff]", given.partition("tongcunWords=")[2].partition(";")[0])


def test_the_start_page_shows_the_gaps_of_the_region_in_force() -> None:
    app = opened("start", lang="en", province="yunnan", region="533300")
    shown = "".join(part.proto.body for part in app.get("html"))
    assert "Lushui" in shown
    assert "Guandu" not in shown


def test_a_site_that_brings_nothing_says_how_far_the_nearest_village_is() -> None:
    app = opened("what-if", lang="en", province="yunnan", region="533300")
    app.text_input(key=sites.TYPED).set_value("26.02,98.90")
    app.button(key="add").click().run()
    words = sentences("en")["whatif.nothing"].partition("{km}")[0].format(number=1)
    assert any(words in part.proto.body for part in app.get("html"))
