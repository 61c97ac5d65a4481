"""Compiled loops over the arrays of a game: the nodes, the layers of both passes, and what they share."""
