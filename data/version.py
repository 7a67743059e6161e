"""The version of this program, as files that it writes state it; that of ``pyproject.toml``."""

VERSION = "0.1.0"
