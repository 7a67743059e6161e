"""Writers of exported files."""
