"""Rules over the rows of an imported table, conversions and repairs."""
