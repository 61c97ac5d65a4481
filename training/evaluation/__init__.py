"""Scoring of the offline coder: the scoring sets, the scores, and the page that reports them."""
