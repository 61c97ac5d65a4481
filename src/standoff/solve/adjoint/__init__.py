"""Exact derivatives of probabilities by the numbers of a game."""
