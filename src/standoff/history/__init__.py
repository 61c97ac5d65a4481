"""Models fitted to past crises: strategic probit, signalling with several equilibria, and rationality from counts."""
