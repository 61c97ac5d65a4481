"""Update a forecast on reports: observations, their likelihood, the exact filter, and the effect of each report."""
