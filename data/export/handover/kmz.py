"""KMZ: the KML with balloons and its own icon, in one file that needs no internet."""

from __future__ import annotations

import io
from functools import cache
from html import escape

import numpy as np

from data.export.bundle import ExportBundle
from data.export.captions import caption
from data.export.handover.titles import table_title
from data.export.kml import kml_text
from data.export.writers import zipped

_ICON = "files/dot.png"
_ICON_SIZE = 32


def to_kmz(bundle: ExportBundle) -> bytes:
    """Return a KMZ: one document with folders, styles, an icon and a balloon for each feature.

    Parameters
    ----------
    bundle
        Tables, shapes and provenance.

    Returns
    -------
    content
        The file. A balloon shows every known column with its meaning; nothing in it is run.
    """
    document = kml_text(bundle, balloon, entitle=table_title, icon=_ICON)
    return zipped({"doc.kml": document.encode(), _ICON: _dot()})


def balloon(texts: dict[str, str], stamp: str) -> str:
    """Return the balloon of a feature as HTML.

    Parameters
    ----------
    texts
        Column → text of the row; empty where unknown.
    stamp
        What is illustrative; may be empty.

    Returns
    -------
    html
        Every text escaped, also against the entities ``$[…]`` of Google Earth.
    """
    rows = "".join(f"{_head(name)}{_html(value)}</td></tr>"
                   for name, value in texts.items() if value)  # fmt: skip
    stamped = f"<p><b>{_html(stamp)}</b></p>" if stamp else ""
    return f'{stamped}<table border="1" cellpadding="3">{rows}</table>'


@cache
def _head(column: str) -> str:
    return f"<tr><td>{_html(caption(column) or column)}</td><td>"


def _html(words: str) -> str:
    return escape(words).replace("$[", "&#36;[")


def _dot() -> bytes:
    """Return a white disc with a dark rim; the style of a point tints it."""
    from PIL import Image

    away = np.hypot(*(np.indices((_ICON_SIZE, _ICON_SIZE)) - (_ICON_SIZE - 1) / 2))
    radius = _ICON_SIZE / 2 - 1
    opacity = np.clip(radius - away + 0.5, 0, 1) * 255
    light = np.where(away < radius - 3, 255, 60)
    pixels = np.stack([light, light, light, opacity], axis=-1).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()
