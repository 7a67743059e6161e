"""The terminal's commands, one file for each part of the work."""
