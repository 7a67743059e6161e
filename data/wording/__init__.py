"""Sentences for people, one file per language; code holds keys and arguments only."""
