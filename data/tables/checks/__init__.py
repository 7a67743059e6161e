"""What is wrong with a pack, all of it at once: files, columns, regions, ledgers and sources."""
