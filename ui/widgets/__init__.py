"""Tables, charts and background work that several pages use."""
