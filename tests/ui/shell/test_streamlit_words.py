"""Words that Streamlit writes in English alone are on the page in the reader's language."""

from __future__ import annotations

from pathlib import Path

import streamlit

from data.wording.catalogue import text
from ui.shell.frame import STREAMLIT_WORDS

BUNDLE = Path(streamlit.__file__).parent / "static"


def test_streamlit_still_writes_these_words() -> None:
    """Another word of a later release would be seen in English."""
    written = "".join(
        path.read_text(encoding="utf-8") for path in (BUNDLE / "static" / "js").glob("*.js")
    )
    wanted = {word: text(f"streamlit.{word}", "en", it="") for word in STREAMLIT_WORDS}
    assert not {word: said for word, said in wanted.items() if said not in written}
