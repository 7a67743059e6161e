"""The process that reads a file from outside: bounds, orders, results."""
