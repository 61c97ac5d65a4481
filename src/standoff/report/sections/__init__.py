"""Sections of the brief, one file for each question that it answers beyond the forecast itself."""
