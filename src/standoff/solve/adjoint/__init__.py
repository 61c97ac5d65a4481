"""Exact derivatives of probabilities with respect to the numbers of a game."""
