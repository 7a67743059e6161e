"""Tongcun as an installed package: ``tongcun/__init__.py`` of the wheel.

The source tree has ``geo``, ``data``, ``layers`` … at its top. The wheel keeps them in this one
folder and, on import, puts the folder on the path: ``import tongcun``, then ``from geo.radio import
p1812``.
"""

from __future__ import annotations

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
if str(FOLDER) not in sys.path:
    sys.path.insert(0, str(FOLDER))


def main() -> None:
    """Run the terminal interface."""
    import cli

    cli.main()
