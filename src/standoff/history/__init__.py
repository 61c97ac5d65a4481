"""Models that are fitted to what happened: strategic probits, signalling with several equilibria, rationality."""
