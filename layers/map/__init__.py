"""How layers look on a map: classes, features, rasters, rendering."""
