"""What goes in and out: packs, schemas, scenarios, exports."""
