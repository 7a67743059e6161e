"""Coverage predictions over terrain, per village and per region."""
