"""What turns the source tree into a wheel; see ``pyproject.toml``."""
