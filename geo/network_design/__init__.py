"""Sites and their links chosen together under money, with a bound on every other choice."""
