"""Readers of file formats; every refusal is one sentence."""
