"""The terminal door's commands, one file for each part of the work."""
