"""What reports say about where the crisis stands: observations, their likelihood, the exact filter, the updated forecast."""
