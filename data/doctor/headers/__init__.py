"""Which declared column each header of a file means."""
