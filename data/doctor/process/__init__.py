"""The process that reads a file from outside: its bounds, its orders, its answers."""
