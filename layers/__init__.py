"""What we build and how it looks: one file per layer, found by :mod:`layers.registry`."""
