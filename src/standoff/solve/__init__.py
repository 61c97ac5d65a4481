"""Kernels that solve a game, and their results."""
