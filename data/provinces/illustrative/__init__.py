"""Villages, sites and fibre nodes invented by rule from real counts, polygons, seats and relief."""
